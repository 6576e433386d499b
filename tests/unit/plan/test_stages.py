# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every stage of every procedure: what is recognised and what remains."""

from __future__ import annotations

import typing as t

import pytest
from unit.plan.helpers import ids, now, plan, policy, well_formed
from unit.plan.states import NEW, NEW_BASE, OLD, Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Plan
from ansible_collections.bseries.sra.plugins.module_utils._plan.planner import plan_upgrade

ASYNC_W2 = ["backup_b", "backup_a", "update_a", "verify_a", "establish", "final_sync", "verify_pair"]
SYNC_W2 = ["backup_a", "backup_b", "update_b", "verify_b", "establish", "final_sync", "verify_pair"]


def between(pair: Pair, letter: str) -> Pair:
    pair.device(letter).base = NEW_BASE
    return pair


ASYNC = [
    (
        "not_started",
        Pair(),
        ["backup_a", "sync", "separate", "backup_b", "update_b", "verify_b", "swing", "confirm", *ASYNC_W2],
    ),
    (
        "separated",
        Pair().separated(),
        ["backup_a", "backup_b", "update_b", "verify_b", "swing", "confirm", *ASYNC_W2],
    ),
    (
        "updating",
        between(Pair().separated(), "b"),
        ["backup_b", "update_b", "verify_b", "backup_a", "swing", "confirm", *ASYNC_W2],
    ),
    ("first_updated", Pair().separated().updated("b"), ["verify_b", "backup_a", "swing", "confirm", *ASYNC_W2]),
    ("swung", Pair().separated().updated("b").swung(), ["confirm", *ASYNC_W2]),
    (
        "second_updated",
        Pair().separated().updated("b").updated("a").swung(),
        ["confirm", "backup_b", "verify_a", "establish", "final_sync", "verify_pair"],
    ),
    (
        "first_sync_missing",
        Pair().updated("b").updated("a").swung().paired("b", synced=False),
        ["final_sync", "verify_pair"],
    ),
    ("done", Pair().updated("b").updated("a").swung().paired("b"), []),
    ("done", Pair().updated("b").updated("a"), []),
]

SYNC = [
    (
        "not_started",
        Pair(),
        ["backup_a", "sync", "separate", "update_a", "verify_a", "confirm", *SYNC_W2],
    ),
    ("separated", Pair().separated(), ["backup_a", "update_a", "verify_a", "confirm", *SYNC_W2]),
    ("updating", between(Pair().separated(), "a"), ["backup_a", "update_a", "verify_a", "confirm", *SYNC_W2]),
    ("first_updated", Pair().separated().updated("a"), ["verify_a", "confirm", *SYNC_W2]),
    (
        "second_updated",
        Pair().separated().updated("a").updated("b"),
        ["confirm", "backup_a", "verify_b", "establish", "final_sync", "verify_pair"],
    ),
    ("first_sync_missing", Pair().updated("a").updated("b").paired("a", synced=False), ["final_sync", "verify_pair"]),
    ("done", Pair().updated("a").updated("b"), []),
]


@pytest.mark.parametrize("target", ["latest", NEW])
@pytest.mark.parametrize(
    ("procedure", "stage", "pair", "steps"),
    [("asynchronous", *row) for row in ASYNC] + [("synchronous", *row) for row in SYNC],
)
def test_stage_and_steps(procedure: str, stage: str, pair: Pair, steps: list[str], target: str) -> None:
    result = plan(procedure, pair, target_version=target)
    assert result.problems == ()
    assert result.questions == ()
    assert (result.stage.id, ids(result)) == (stage, steps)
    assert result.target_version == NEW
    assert now(result) == (steps[: steps.index("confirm")] if "confirm" in steps else steps)


@pytest.mark.parametrize(
    ("procedure", "pair", "steps"),
    [("asynchronous", pair, steps) for _stage, pair, steps in ASYNC]
    + [("synchronous", pair, steps) for _stage, pair, steps in SYNC],
)
def test_confirmed_has_no_gate(procedure: str, pair: Pair, steps: list[str]) -> None:
    result = plan(procedure, pair, confirmed=True)
    assert ids(result) == now(result) == [step for step in steps if step != "confirm"]
    assert result.waiting_for is None


def test_single() -> None:
    pair = Pair().separated()
    result = plan("single", pair)
    assert ids(result) == ["backup_a", "update_a", "verify_a"]
    assert [package["name"] for package in result.steps[1].packages] == [f"Base Software {NEW_BASE}", f"Bomgar-{NEW}"]
    assert result.steps[1].point_of_no_return
    assert plan("single", between(pair.copy(), "a")).next == "backup_a"
    assert plan("single", pair.copy().updated("a")).done


def test_waiting_for_confirmation_only_when_nothing_else_is_left_to_do() -> None:
    at_start = plan("asynchronous", Pair())
    assert (at_start.waiting_for, at_start.ends_waiting_for) == (None, "confirmation")
    swung = plan("asynchronous", Pair().separated().updated("b").swung())
    assert (swung.waiting_for, swung.changed, swung.next) == ("confirmation", False, "confirm")
    verified_only = plan("synchronous", Pair().separated().updated("a"))
    assert (verified_only.waiting_for, verified_only.changed, now(verified_only)) == (
        "confirmation",
        False,
        ["verify_a"],
    )


def test_half_moved_shared_ip_is_finished_first() -> None:
    pair = Pair().separated().updated("b")
    pair.a.shared_ip = False
    result = plan("asynchronous", pair)
    assert (result.stage.id, result.serving, result.next) == ("swing_half_done", "none", "swing")
    assert result.steps[0].title.startswith("Finish moving the shared IP")


def test_broken_on_one_side_only() -> None:
    for letter in ("a", "b"):
        pair = Pair()
        pair.device(letter).role = "none"
        result = plan("asynchronous", pair)
        other = "b" if letter == "a" else "a"
        assert ids(result)[:4] == ["backup_a", "separate", "backup_b", "update_b"]
        assert result.steps[1].device == other
        assert len(result.steps[1].changes) == 1


def test_an_install_under_way_is_waited_for() -> None:
    pair = Pair().separated()
    pair.b.progress = {"state": "installing", "text": "Installing", "percent": 40.0}
    assert ids(plan("asynchronous", pair))[:2] == ["update_b", "verify_b"]
    pair = Pair().separated()
    pair.a.progress = {"state": "downloading", "text": "", "percent": None}
    single = pair.a.info()
    single["updates"]["available"] = []
    result = plan("single", pair)
    assert (result.done, result.next) == (False, "update_a")


def test_separated_is_taken_on_trust_with_a_warning() -> None:
    warnings = plan("asynchronous", Pair().separated()).warnings
    assert any("checked by verify_b" in warning for warning in warnings)


def test_synchronous_and_single_tolerate_an_unknown_site() -> None:
    unresolvable = {"hostname": "support.example.com", "address": None, "answering": False}
    result = plan("synchronous", Pair(), site=unresolvable)
    assert result.next == "backup_a"
    assert any("assumed to be device A" in warning for warning in result.warnings)
    assert plan("single", Pair().separated(), site=None).next == "backup_a"


def test_asynchronous_falls_back_to_the_shared_ip() -> None:
    assert plan("asynchronous", Pair(), site=None).serving == "a"
    assert plan("asynchronous", Pair().separated().updated("b").swung(), site=None).serving == "b"


def test_a_release_between_the_windows_is_left_for_the_next_upgrade() -> None:
    pair = Pair().separated().updated("b").swung()
    found = pair.b.info()
    found["updates"]["available"] = [
        {"name": "Bomgar-12.3.0", "kind": "product", "version": "12.3.0", "installable": True}
    ]
    result = _plan_with(pair, b=found)
    assert result.target_version == NEW
    assert "update_b" not in ids(result)
    assert result.steps[3].request == {"state": "present", "version": NEW}
    assert any("12.3.0 is offered too" in warning for warning in result.warnings)


def test_base_only_round() -> None:
    pair = Pair().updated("a").updated("b")
    newer = [{"name": "Base Software 3.4.0", "kind": "base", "version": "3.4.0", "installable": True}]
    a, b = pair.a.info(), pair.b.info()
    a["updates"]["available"] = b["updates"]["available"] = newer
    result = _plan_with(pair, a=a, b=b)
    assert result.next == "backup_a"
    assert [change.after for step in result.steps if step.id == "update_b" for change in step.changes] == ["3.4.0"]
    assert _plan_with(pair, a=a, b=b, target_version=NEW).done


def test_after_an_asynchronous_upgrade_a_new_base_is_for_the_next_one() -> None:
    pair = Pair().updated("a").updated("b").swung().paired("b")
    a, b = pair.a.info(), pair.b.info()
    b["updates"]["available"] = [
        {"name": "Base Software 3.4.0", "kind": "base", "version": "3.4.0", "installable": True}
    ]
    result = _plan_with(pair, a=a, b=b)
    assert result.done
    assert any("left for a further upgrade: Base Software 3.4.0" in warning for warning in result.warnings)


def test_a_blocked_leftover_or_a_repeated_version_is_no_work() -> None:
    pair = Pair().updated("a").updated("b")
    a = pair.a.info()
    a["updates"]["available"] = [
        {"name": "Base Software 4.0.0", "kind": "base", "version": "4.0.0", "installable": False, "reason": "later"},
        {"name": f"Bomgar-{NEW}", "kind": "product", "version": NEW, "installable": True},
        {"name": f"Bomgar-{OLD}", "kind": "product", "version": OLD, "installable": True},
    ]
    result = _plan_with(pair, a=a)
    assert result.done
    assert any("cannot install: Base Software 4.0.0" in warning for warning in result.warnings)
    assert any("again, left alone" in warning for warning in result.warnings)


def _plan_with(pair: Pair, a: t.Any = None, b: t.Any = None, **options: t.Any) -> Plan:
    result = plan_upgrade(
        "asynchronous", a or pair.a.info(), b or pair.b.info(), pair.site(), policy("asynchronous", **options)
    )
    well_formed(result)
    return result
