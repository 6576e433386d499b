# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits end by the monotonic clock: a machine whose wall clock is set forward or back waits neither shorter nor longer."""

from __future__ import annotations

import datetime
import pathlib
import re
import time

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._dns.note import Note
from ansible_collections.bseries.sra.plugins.module_utils._errors import WaitTimeout
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock, Deadline, Look, wait_for

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "plugins"
YEAR = 365 * 86400.0


class Slept(Clock):
    """A machine on which time passes by sleeping only; its wall clock jumps at each sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
        self.monotonic = 1000.0
        self.wall = 1.8e9
        self.jump = jump
        monkeypatch.setattr(time, "monotonic", lambda: self.monotonic)
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds + self.jump


@pytest.mark.parametrize("jump", [YEAR, -YEAR, 0.0])
def test_a_wait_lasts_as_long_as_it_should(monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    clock = Slept(monkeypatch, jump)
    looks = []

    def look() -> Look[None]:
        looks.append(clock.monotonic)
        return Look(False, "not yet")

    with pytest.raises(WaitTimeout) as caught:
        wait_for("the end", look, Deadline(60.0, Clock()))
    assert looks[0] == 1000.0
    assert looks[-1] == pytest.approx(1060.0)
    assert caught.value.seen == "not yet"


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
def test_what_comes_in_time_is_not_missed(monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    clock = Slept(monkeypatch, jump)
    assert wait_for("it", lambda: Look(clock.monotonic >= 1030, "", "came"), Deadline(60.0, Clock())) == "came"
    assert clock.monotonic < 1035


@pytest.mark.parametrize(("hours", "left"), [(-3, 600.0), (3, 0.0)])
def test_a_ttl_that_runs_out_is_waited_for_no_longer_than_it_is(hours: int, left: float) -> None:
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    note = Note("access.example.com.", "A", original=600, set_to=60, since=since.isoformat())
    assert note.left() == left


STAMPS = {
    "probe.py": "samples say when production answered, for a chart beside the times of the steps",
    "_progress.py": "a step's beginning was noted by another process; a jump shows at most as a wrong figure on the screen",
}
"""Where the time of day is meant, and why; no wait and no deadline depends on these."""


def test_nothing_measures_a_duration_by_the_wall_clock() -> None:
    used = {path.name for path in PLUGINS.rglob("*.py") if re.search(r"\btime\.time\(", path.read_text("utf-8"))}
    assert used == set(STAMPS)
