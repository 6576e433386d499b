# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When what remains to be done is no longer what a saved plan says."""

from __future__ import annotations

import copy
import typing as t

import pytest
from unit.plan.helpers import plan
from unit.plan.states import IDS, Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.held import drift


def present(pair: Pair | None = None, **options: t.Any) -> dict[str, t.Any]:
    return plan("asynchronous", pair or Pair(), **options).to_dict()


def changed(change: t.Callable[[dict[str, t.Any]], None]) -> dict[str, t.Any]:
    data = copy.deepcopy(present())
    change(data)
    return data


def step(data: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    return next(one for one in data["steps"] if one["id"] == name)


def test_the_same_plan_holds_confirmed_or_not() -> None:
    assert drift(present(), present()) == []
    assert drift(present(), present(confirmed=True)) == []


def test_a_plan_that_is_half_done_holds() -> None:
    assert drift(present(), present(Pair().separated().updated("b").swung())) == []
    assert drift(present(), present(Pair().updated("a").updated("b").swung().paired("b"))) == []


def test_other_versions_and_packages_are_named() -> None:
    def newer(data: dict[str, t.Any]) -> None:
        for package in step(data, "update_b")["packages"]:
            package.update(version=package["version"] + ".9")

    assert drift(present(), changed(newer)) == [
        "Step update_b was to install Base Software 3.3.2 (3.3.2), then Bomgar-12.2.0 (12.2.0), "
        "now Base Software 3.3.2 (3.3.2.9), then Bomgar-12.2.0 (12.2.0.9)."
    ]
    assert drift(present(), changed(lambda data: data.update(target_version="12.3.0"))) == [
        "The target version was 12.2.0, is 12.3.0."
    ]


def test_a_version_in_between_that_nobody_planned_is_named() -> None:
    pair = Pair()
    pair.b.product = "12.1.5"
    assert "Device B ran product 12.1.0, runs 12.1.5, which the plan does not lead to." in drift(
        present(), present(pair)
    )
    pair = Pair()
    pair.a.base = "3.2.9"
    assert "Device A ran Base 3.2.4, runs 3.2.9, which the plan does not lead to." in drift(present(), present(pair))


def test_another_appliance_is_named() -> None:
    def swapped(data: dict[str, t.Any]) -> None:
        data["devices"]["b"]["appliance_id"] = "c" * 32

    assert drift(present(), changed(swapped)) == [f"Device B was appliance {IDS['b']}, is {'c' * 32}."]


def test_a_step_that_somebody_did_ahead_is_named() -> None:
    def ahead(data: dict[str, t.Any]) -> None:
        data["steps"] = [one for one in data["steps"] if one["id"] != "update_b"]

    (said,) = drift(present(), changed(ahead))
    assert said.startswith("Step update_b was planned, but is not to be done any more: Update device B")


def test_a_step_that_was_not_planned_is_named() -> None:
    saved = present(Pair().separated().updated("b"))
    found = drift(saved, present())
    assert any(said.startswith("Step separate is to be done and was not planned") for said in found)


@pytest.mark.parametrize(("key", "value"), [("serving", "b"), ("failover_role", "none")])
def test_before_the_first_change_everything_is_as_it_was(key: str, value: str) -> None:
    def other(data: dict[str, t.Any]) -> None:
        (data if key in data else data["devices"]["a"]).update({key: value})

    assert len(drift(present(), changed(other))) == 1


def test_another_way_to_move_production_is_named() -> None:
    found = drift(present(), present(swing_method="dns", shared_ip=None))
    assert any(said.startswith("Step swing") for said in found)


def test_a_step_on_the_other_device_is_named() -> None:
    assert drift(present(), changed(lambda data: step(data, "establish").update(device="a"))) == [
        "Step establish was on b, is on a."
    ]


def test_another_order_is_named() -> None:
    def turned(data: dict[str, t.Any]) -> None:
        names = [one["id"] for one in data["steps"]]
        first, second = names.index("establish"), names.index("final_sync")
        data["steps"][first], data["steps"][second] = data["steps"][second], data["steps"][first]

    (said,) = drift(present(), changed(turned))
    assert said.startswith("The order of the steps was sync, separate")
