# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows and the time between them: no step begins that cannot end inside (PREP-4, PREP-9, PREP-10)."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from unit.plan.helpers import codes, ids, inputs, now, plan
from unit.plan.states import Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.invariants import RunFacts, check_step, holds
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Policy, parse_windows
from ansible_collections.bseries.sra.plugins.module_utils._plan.windows import as_if_inside, room, waiting_words

START = datetime.datetime(2026, 3, 7, 22, 0, tzinfo=datetime.UTC)
FILE = {"path": "/backups/a.nsb", "sha256": "0" * 64}
BOTH = RunFacts(backups={"a": FILE, "b": FILE})
MINUTE, HOUR = 60, 3600
ESTIMATES = {
    "backup": 1 * MINUTE,
    "sync": 5 * MINUTE,
    "separate": 1 * MINUTE,
    "base": 10 * MINUTE,
    "product": 20 * MINUTE,
    "swing": 2 * MINUTE,
    "establish": 2 * MINUTE,
    "first_sync": 10 * MINUTE,
}


def window(begin: float, end: float) -> dict[str, str]:
    moments = (START + datetime.timedelta(seconds=seconds) for seconds in (begin, end))
    return dict(zip(("start", "end"), (moment.isoformat() for moment in moments), strict=True))


def options(*windows: dict[str, str], **more: t.Any) -> dict[str, t.Any]:
    return {"windows": parse_windows(windows), "now": START, "estimates": ESTIMATES, "confirmed": True, **more}


def separated() -> Pair:
    return Pair().separated()


def swung() -> Pair:
    return Pair().separated().updated("b").swung()


@pytest.mark.parametrize(
    ("minutes", "first_gate"),
    [
        # 5 for the sync; 1 + 1 + 30 for leaving the pair without failover; the swing and window 2 fit then too.
        (4, "sync"),
        (6, "separate"),
        (31, "separate"),
        (33, None),
    ],
)
def test_a_step_needs_its_time_and_what_has_to_follow_it(minutes: float, first_gate: str | None) -> None:
    result = plan("asynchronous", Pair(), **options(window(-60, minutes * MINUTE)))
    assert next((step.id for step in result.steps if step.gate == "window"), None) == first_gate


def test_outside_of_every_window_nothing_changes_and_the_next_is_named() -> None:
    given = options(window(2 * HOUR, 6 * HOUR))
    result = plan("asynchronous", Pair(), **given)
    assert (result.waiting_for, result.changed) == ("window", False)
    said = waiting_words(Policy(**given), result) or ""
    assert "outside every maintenance window" in said
    assert "2026-03-08 00:00" in said
    assert "in 2 h 00 min" in said


def test_looking_ahead_means_the_next_window() -> None:
    policy = Policy(**options(window(-2 * HOUR, -HOUR), window(HOUR, 2 * HOUR)))
    assert as_if_inside(policy).now == START + datetime.timedelta(hours=1)
    inside = Policy(**options(window(-HOUR, HOUR)))
    assert as_if_inside(inside) is inside
    over = Policy(**options(window(-2 * HOUR, -HOUR)))
    assert as_if_inside(over) is over


def test_what_takes_production_away_half_is_finished_whatever_the_time() -> None:
    pair = Pair().separated().updated("b")
    pair.a.shared_ip = False
    assert now(plan("asynchronous", pair, **options(window(HOUR, 2 * HOUR))))[0] == "swing"


def test_an_install_under_way_is_seen_through() -> None:
    pair = separated()
    pair.b.progress = {"state": "installing", "text": "50%"}
    result = plan("asynchronous", pair, **options(window(HOUR, 2 * HOUR)))
    assert now(result)[0] == "update_b"


def test_the_first_device_tells_how_long_the_second_takes() -> None:
    half_an_hour = options(window(-HOUR, 29 * MINUTE))
    assert "update_a" not in now(plan("asynchronous", swung(), **half_an_hour))
    measured = {"b": {"base": 5 * MINUTE, "product": 12 * MINUTE}}
    assert "update_a" in now(plan("asynchronous", swung(), **half_an_hour, measured=measured))
    assert "update_a" not in now(plan("asynchronous", swung(), **half_an_hour, measured={"b": {"product": HOUR}}))


def test_before_a_step_the_clock_is_asked_again() -> None:
    late = inputs("asynchronous", separated(), **options(window(-HOUR, 20 * MINUTE)))
    (violation,) = check_step("update_b", late, BOTH)
    assert violation.code == "outside_window"
    assert "needs about 30 min" in violation.message
    assert "ends in 20 min" in violation.message
    assert holds([violation])
    lacking = check_step("update_b", late, RunFacts())
    assert "no_backup" in [each.code for each in lacking]
    assert not holds(lacking), "time is not all that stands against it"
    assert not holds([])
    assert check_step("update_b", inputs("asynchronous", separated(), **options(window(-HOUR, HOUR))), BOTH) == []


def test_window_2_waits_until_the_version_has_served_long_enough() -> None:
    hour = datetime.timedelta(hours=1)
    soaking = plan("asynchronous", swung(), **options(soak_min=2 * HOUR, production_since=START - hour))
    assert (soaking.waiting_for, now(soaking)) == ("soak", [])
    assert (
        check_step(
            "update_a",
            inputs("asynchronous", swung(), **options(soak_min=2 * HOUR, production_since=START - hour)),
            BOTH,
        )[0].code
        == "soaking"
    )
    over = plan("asynchronous", swung(), **options(soak_min=2 * HOUR, production_since=START - 3 * hour))
    assert "update_a" in now(over)
    unknown = plan("asynchronous", swung(), **options(soak_min=2 * HOUR))
    assert "update_a" in now(unknown)
    assert any("sra_soak_min is left to you" in warning for warning in unknown.warnings)


def test_confirmed_from_the_start_the_least_time_still_counts() -> None:
    result = plan("asynchronous", Pair(), **options(soak_min=HOUR))
    assert now(result)[-1] == "swing"
    assert (result.waiting_for, result.ends_waiting_for) == (None, "soak")
    assert now(plan("synchronous", Pair(), **options(soak_min=HOUR)))[-1] == "verify_a"


def test_too_long_without_failover_is_said() -> None:
    since = START - datetime.timedelta(hours=30)
    result = plan("asynchronous", swung(), **options(soak_max=24 * HOUR, production_since=since))
    assert any("Without failover for 30 h" in warning for warning in result.warnings)
    assert "update_a" in now(result)


def test_a_pair_that_stands_again_is_not_held_by_a_window() -> None:
    pair = swung().updated("a").paired("b", synced=False)
    result = plan("asynchronous", pair, **options(window(HOUR, 2 * HOUR), soak_min=HOUR))
    assert (codes(result), ids(result)) == ([], now(result))


def test_whether_there_is_room_for_what_is_no_step_of_a_plan() -> None:
    windows = [window(0, HOUR), window(10 * HOUR, 12 * HOUR)]
    assert room([], 9999, START) is None
    assert room(windows, HOUR - 60, START) is None
    late = room(windows, HOUR, START + datetime.timedelta(minutes=30))
    assert late is not None
    assert "the window ends in 30 min" in late
    outside = room(windows, 60, START + datetime.timedelta(hours=2))
    assert outside is not None
    assert outside.startswith("Now is outside every maintenance window. The next window is 2026-03-08 08:00")
