# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each invariant refuses its step, and the same step passes once it holds."""

from __future__ import annotations

import datetime

import pytest
from unit.plan.helpers import inputs
from unit.plan.states import NEW_BASE, Pair

from ansible_collections.bseries.sra.plugins.module_utils._errors import StateError
from ansible_collections.bseries.sra.plugins.module_utils._plan.invariants import RunFacts, check_step, require_step
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import parse_windows
from ansible_collections.bseries.sra.plugins.module_utils._plan.planner import PlanInputs

FILE = {"path": "/backups/a.nsb", "sha256": "0" * 64}
BOTH = RunFacts(backups={"a": FILE, "b": FILE})
WINDOWS = parse_windows([{"start": "2026-03-07T22:00:00+01:00", "end": "2026-03-08T02:00:00+01:00"}])


def found(step: str, where: PlanInputs, facts: RunFacts) -> list[str]:
    return [violation.code for violation in check_step(step, where, facts)]


def test_no_change_without_this_runs_backup() -> None:
    start = inputs("asynchronous", Pair())
    assert found("sync", start, RunFacts()) == ["no_backup"]
    assert found("sync", start, RunFacts(backups={"a": {"path": "/x", "sha256": ""}})) == ["no_backup"]
    assert found("sync", start, RunFacts(backups={"a": FILE})) == []
    separated = inputs("asynchronous", Pair().separated())
    assert found("update_b", separated, RunFacts(backups={"a": FILE})) == ["no_backup"]
    assert found("update_b", separated, RunFacts(backups={"b": FILE})) == ["no_backup"]
    assert found("update_b", separated, BOTH) == []


def test_only_the_next_changing_step() -> None:
    start = inputs("asynchronous", Pair())
    assert found("separate", start, BOTH) == ["not_next"]
    assert found("separate", start, RunFacts(BOTH.backups, done=frozenset({"sync"}))) == []
    assert found("update_b", start, BOTH) == ["not_next"]


def test_what_is_done_passes_and_what_never_comes_is_refused() -> None:
    finished = inputs("asynchronous", Pair().updated("a").updated("b").swung().paired("b"), confirmed=True)
    for step in ("update_a", "update_b", "swing", "establish", "final_sync"):
        assert found(step, finished, RunFacts()) == []
    assert found("separate", finished, BOTH) == ["not_planned"]
    assert found("swing", inputs("synchronous", Pair()), BOTH) == ["not_in_procedure"]
    assert found("reboot", inputs("single", Pair().separated()), BOTH) == ["not_in_procedure"]


def test_window_2_only_confirmed() -> None:
    pair = Pair().separated().updated("b").swung()
    assert "not_confirmed" in found("update_a", inputs("asynchronous", pair), BOTH)
    assert found("update_a", inputs("asynchronous", pair), RunFacts(BOTH.backups, confirmed=True)) == []
    assert found("confirm", inputs("asynchronous", pair), BOTH) == ["not_confirmed"]
    assert found("confirm", inputs("asynchronous", pair, confirmed=True), BOTH) == []


@pytest.mark.parametrize(("hour", "codes"), [(20, ["outside_window"]), (23, [])])
def test_nothing_outside_the_window(hour: int, codes: list[str]) -> None:
    now = datetime.datetime(2026, 3, 7, hour, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    start = inputs("asynchronous", Pair(), windows=WINDOWS, now=now)
    assert found("sync", start, BOTH) == codes
    assert found("backup_a", start, BOTH) == []
    assert found("sync", inputs("asynchronous", Pair()), RunFacts(BOTH.backups, window=False)) == ["outside_window"]


def test_both_shared_ips_and_unread_flags() -> None:
    pair = Pair().separated().updated("b")
    assert found("swing", inputs("asynchronous", pair), BOTH) == []
    where = inputs("asynchronous", pair)
    unread = PlanInputs(where.procedure, where.a, {**(where.b or {}), "network": None}, where.site, where.policy)
    assert found("swing", unread, BOTH) == ["shared_ip_unread"]
    pair.b.shared_ip = True
    assert found("swing", inputs("asynchronous", pair), BOTH) == ["both_shared_ips_enabled"]


def test_half_moved_swing_is_finished_without_a_backup() -> None:
    pair = Pair().separated().updated("b")
    pair.a.shared_ip = False
    assert found("swing", inputs("asynchronous", pair), RunFacts()) == []


def test_production_is_changed_only_as_planned() -> None:
    assert found("update_a", inputs("synchronous", Pair().separated()), BOTH) == []
    assert found("update_b", inputs("asynchronous", Pair().separated().swung()), BOTH) == ["site_on_b_not_updated"]


def test_nothing_between_base_and_product() -> None:
    pair = Pair().separated()
    pair.b.base = NEW_BASE
    assert found("update_b", inputs("asynchronous", pair), RunFacts(backups={"b": FILE})) == []
    assert "between_base_and_product" in found("swing", inputs("asynchronous", pair), BOTH)
    pair.a.base, pair.b.base = NEW_BASE, "3.2.4"
    assert found("update_b", inputs("asynchronous", pair), BOTH) == ["base_ahead"]
    assert found("update_b", inputs("asynchronous", pair, accept_base_difference=True), BOTH) == []


def test_lists_from_before_the_update_do_not_hold_up_what_follows() -> None:
    pair = Pair().updated("a").updated("b").paired("a", synced=False)
    where = inputs("synchronous", pair, confirmed=True)
    stale = Pair().a.info()
    kept = {"updates": stale["updates"], "base_version": stale["base_version"], "failover": None}
    where = PlanInputs(
        "synchronous", {**(where.a or {}), **kept}, {**(where.b or {}), **kept}, where.site, where.policy
    )
    assert found("final_sync", where, BOTH) == ["not_next"]
    assert found("final_sync", where, RunFacts(BOTH.backups, done=frozenset({"update_a", "update_b"}))) == []


def test_license() -> None:
    separated = inputs("asynchronous", Pair().separated(), accept_license=False)
    assert found("update_b", separated, BOTH) == ["license_not_accepted"]


def test_as_an_error() -> None:
    with pytest.raises(StateError, match="no verified backup") as caught:
        require_step("sync", inputs("asynchronous", Pair()), RunFacts())
    assert "device_a sra-a.example.com: failover role primary" in str(caught.value)
    require_step("sync", inputs("asynchronous", Pair()), BOTH)
