# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Swinging back and swapping roles: where they are allowed, where not, and that a finished one stays finished."""

from __future__ import annotations

import typing as t

import pytest
from unit.plan.helpers import codes, ids, inputs, now, plan
from unit.plan.states import Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.invariants import RunFacts, check_step
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Plan

BACKUP = {"path": "/backups/x.nsb", "sha256": "0" * 64}
BACK: dict[str, t.Any] = {"purpose": "swing_back"}
SWAP: dict[str, t.Any] = {"purpose": "role_swap"}


def soaking() -> Pair:
    return Pair().separated().updated("b").swung()


def both_new() -> Pair:
    return Pair().updated("a").updated("b")


def back(pair: Pair) -> Plan:
    return plan("asynchronous", pair, **BACK)


def swap(pair: Pair, to: str = "b") -> Plan:
    return plan("asynchronous", pair, **SWAP, swing_to=to)


def test_back_from_the_soak_with_what_is_at_stake() -> None:
    result = back(soaking())
    assert now(result) == ["backup_b", "swing_back"]
    assert any("AT STAKE" in note for note in result.warnings)
    assert "AT STAKE" in result.text


def test_back_is_done_when_a_serves_and_a_half_done_one_is_finished() -> None:
    assert back(Pair().separated().updated("b")).done
    half = soaking()
    half.b.shared_ip = False
    assert ids(back(half)) == ["swing_back"]


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (Pair(), "not_separated"),
        (soaking().updated("a"), "both_updated"),
        (soaking().updated("a").paired("b"), "not_separated"),
    ],
    ids=["paired at the start", "both updated", "paired at the end"],
)
def test_back_is_refused(pair: Pair, code: str) -> None:
    result = back(pair)
    assert code in codes(result)
    assert not result.steps


def test_back_is_refused_while_a_installs_or_lacks_its_product() -> None:
    pair = soaking()
    pair.a.progress = {"state": "installing", "text": "Installing"}
    assert "install_under_way" in codes(back(pair))


def test_back_is_refused_on_an_unhealthy_a_only() -> None:
    for letter, expected in (("a", ["unhealthy"]), ("b", [])):
        where = inputs("asynchronous", soaking(), **BACK)
        device = getattr(where, letter)
        device["health"]["healthy"] = False
        found = [violation.code for violation in check_step("swing_back", where, RunFacts(backups={"b": BACKUP}))]
        assert found == expected


def test_back_needs_the_backup_of_b_of_this_run() -> None:
    where = inputs("asynchronous", soaking(), **BACK)
    assert [one.code for one in check_step("swing_back", where, RunFacts())] == ["no_backup"]
    assert [one.code for one in check_step("swing_back", where, RunFacts(backups={"a": BACKUP}))] == ["no_backup"]
    assert check_step("swing_back", where, RunFacts(backups={"b": BACKUP})) == []


def test_an_upgrade_never_swings_back_by_itself() -> None:
    where = inputs("asynchronous", soaking())
    assert [one.code for one in check_step("swing_back", where, RunFacts(backups={"b": BACKUP}))] == ["not_planned"]
    assert check_step("swing_back", inputs("synchronous", soaking()), RunFacts())[0].code == "not_in_procedure"


def test_the_roles_of_a_pair_are_swapped_there_and_back() -> None:
    assert now(swap(both_new())) == ["backup_a", "swap_roles"]
    swapped = both_new().paired("b").swung()
    assert swap(swapped).done
    assert now(swap(swapped, to="a")) == ["backup_b", "swap_roles"]


def test_a_swap_that_was_stopped_before_the_traffic_moved_is_finished() -> None:
    where = both_new().paired("b")
    result = plan("asynchronous", where, **SWAP, swing_method="dns", shared_ip=None)
    assert ids(result) == ["backup_a", "swap_roles"]
    assert [change.what for change in result.steps[-1].changes] == ["production"]


@pytest.mark.parametrize(
    ("pair", "code", "again"),
    [
        (both_new().separated(), "not_paired", True),
        (Pair().updated("b"), "versions_differ_while_paired", True),
    ],
    ids=["separated", "different versions"],
)
def test_a_swap_is_refused(pair: Pair, code: str, again: bool) -> None:
    result = swap(pair)
    assert codes(result) == [code]
    assert result.problems[0].second_look is again


def test_both_backup_is_looked_at_again() -> None:
    pair = both_new()
    pair.a.role = pair.b.role = "backup"
    result = swap(pair)
    assert codes(result) == ["role_change_in_progress"]
    assert result.problems[0].second_look


def test_swapping_warns_of_automatic_failover() -> None:
    assert any("utomatic failover" in note for note in swap(both_new()).warnings)
