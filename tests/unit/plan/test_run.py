# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options in, result and error out; estimates, windows and predictions."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from unit.plan.helpers import plan
from unit.plan.states import SHARED_IP, Pair

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import parse_windows
from ansible_collections.bseries.sra.plugins.module_utils._plan.run import run

NOW = datetime.datetime(2026, 3, 7, 21, 30, tzinfo=datetime.UTC)
WINDOWS = [
    {"start": "2026-03-09T21:00:00Z", "end": "2026-03-10T01:00:00Z"},
    {"start": "2026-03-07T22:00:00+01:00", "end": "2026-03-08T02:00:00+01:00"},
]


def params(pair: Pair, **options: t.Any) -> dict[str, t.Any]:
    return {
        "procedure": "asynchronous",
        "a": pair.a.info(),
        "b": pair.b.info(),
        "site": pair.site(),
        "swing_method": "shared_ip",
        "shared_ip": SHARED_IP,
        "fail_on_problems": True,
        **options,
    }


def test_a_plan_without_problems() -> None:
    result, error = run(params(Pair()), NOW)
    assert error is None
    assert result["changed"] is False
    assert result["plan"]["changed"] is True
    assert result["plan"]["next"] == "backup_a"


def test_problems_and_questions_fail_only_when_asked() -> None:
    pair = Pair().paired("b").swung()
    result, error = run(params(pair), NOW)
    assert error is not None
    assert "Device A is not the primary" in str(error)
    assert "swap the groups" in str(error)
    assert result["plan"]["problems"][0]["code"] == "device_a_not_primary"
    assert run(params(pair, fail_on_problems=False), NOW)[1] is None
    both = Pair().separated().updated("a").updated("b")
    assert "upgrade_synchronous" in str(run(params(both), NOW)[1])


def test_step() -> None:
    result, error = run(params(Pair(), step="sync"), NOW)
    assert [violation["code"] for violation in result["violations"]] == ["no_backup"]
    assert error is not None
    backups = {"a": {"path": "/x.nsb", "sha256": "0" * 64}}
    assert run(params(Pair(), step="sync", backups=backups), NOW)[1] is None
    assert run(params(Pair(), step="separate", backups=backups, steps_done=["sync"]), NOW)[1] is None


def test_windows_gate_and_order() -> None:
    result, _error = run(params(Pair(), windows=WINDOWS), NOW)
    assert [step["gate"] for step in result["plan"]["steps"]][:4] == [None] * 4
    outside, _error = run(params(Pair(), windows=WINDOWS), NOW - datetime.timedelta(hours=2))
    assert outside["plan"]["steps_now"] == ["backup_a"]
    assert outside["plan"]["steps"][1]["gate"] == "window"
    assert outside["plan"]["changed"] is False
    late, _error = run(params(Pair(), windows=WINDOWS, soak_max=3600.0), NOW + datetime.timedelta(hours=3))
    assert any("ends in 30 min" in warning for warning in late["plan"]["warnings"])
    assert any("more than the longest time" in warning for warning in late["plan"]["warnings"])


@pytest.mark.parametrize("start", ["", "tonight", "2026-03-07T22:00:00", "2026-03-09T22:00:00Z"])
def test_windows_that_are_none(start: str) -> None:
    with pytest.raises(InputError):
        parse_windows([{"start": start, "end": "2026-03-08T02:00:00Z"}])


def test_estimates_measured_of_the_other_device_come_first() -> None:
    result, _error = run(
        params(Pair(), estimates={"base": "100", "product": 200}, measured={"b": {"product": 50}}), NOW
    )
    seconds = {step["id"]: step["estimate_seconds"] for step in result["plan"]["steps"]}
    assert (seconds["update_a"], seconds["update_b"]) == (150, 150)


def test_predictions_of_both_procedures() -> None:
    found = plan("asynchronous", Pair(), estimates={"base": 100.0, "product": 200.0, "swing": 7.0}, soak_min=1000.0)
    synchronous, asynchronous = found.predictions["synchronous"], found.predictions["asynchronous"]
    assert synchronous["production_away_seconds"] == 300
    assert asynchronous["production_away_seconds"] == 7
    assert asynchronous["total_seconds"] - synchronous["total_seconds"] == 7
    assert asynchronous["without_failover_seconds"] - synchronous["without_failover_seconds"] == 7
    assert synchronous["without_failover_max_seconds"] is None
    done = plan("asynchronous", Pair().updated("a").updated("b"))
    assert done.predictions["asynchronous"]["total_seconds"] == 0


def test_point_of_no_return_is_the_last_device_with_the_old_version() -> None:
    for procedure, step_id in (("asynchronous", "update_a"), ("synchronous", "update_b")):
        marked = [step.id for step in plan(procedure, Pair()).steps if step.point_of_no_return]
        assert marked == [step_id]


def test_the_first_sync_goes_from_the_new_primary() -> None:
    for procedure, first, second in (("asynchronous", "b", "a"), ("synchronous", "a", "b")):
        step = next(step for step in plan(procedure, Pair()).steps if step.id == "final_sync")
        assert step.device == first
        assert step.title.startswith(f"Sync data from device {first.upper()}")
        assert step.changes[0].what.startswith(f"data of device {second.upper()}")


def test_text_shows_the_gate_and_the_next_step() -> None:
    text = plan("asynchronous", Pair()).text
    assert "gate: confirmation" in text
    assert "Next: backup_a" in text
    assert "POINT OF NO RETURN" in text
    assert "*serves*" in text


def one_space(line: str) -> str:
    return " ".join(line.split())


def test_the_table_shows_what_changes_in_order_and_the_way_back() -> None:
    lines = plan("asynchronous", Pair()).text.splitlines()
    assert max(map(len, lines)) <= 100
    row = next(number for number, line in enumerate(lines) if " update_b " in line)
    assert one_space(lines[row]) == "5 1 update_b B 1 h 10 min served Update device B to 12.2.0"
    assert "1. Base Software 3.3.2: Base 3.2.4 -> 3.3.2" in lines[row + 1]
    assert "2. Bomgar-12.2.0: product 12.1.0 -> 12.2.0" in lines[row + 2]
    assert "way back: Production is untouched on device A" in " ".join(lines[row : row + 8])
    (gate,) = [line for line in lines if line.startswith("---- gate")]
    assert "a person confirms the new version in production" in gate
    head = next(number for number, line in enumerate(lines) if line.startswith("Predicted, if begun now"))
    assert one_space(lines[head + 1]) == "synchronous 1 h 10 min 3 h 48 min 3 h 22 min"
    assert one_space(lines[head + 2]) == "asynchronous 60 s 3 h 49 min 3 h 23 min"


def test_each_gate_is_shown_where_it_stands() -> None:
    now = datetime.datetime(2026, 3, 8, 12, tzinfo=datetime.UTC)
    text = plan("asynchronous", Pair(), windows=parse_windows(WINDOWS), now=now).text
    gates = [line.split(":")[1].strip() for line in text.splitlines() if line.startswith("---- gate")]
    assert gates == ["window", "confirmation"]
