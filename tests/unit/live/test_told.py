# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What waits and transfers tell while they are at it."""

from __future__ import annotations

import io
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils import _module
from ansible_collections.bseries.sra.plugins.module_utils._errors import WaitTimeout
from ansible_collections.bseries.sra.plugins.module_utils._live import (
    Moment,
    TellingSink,
    TellingSource,
    listening,
    tell,
)
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock, Deadline, Look, wait_for


class Ticking(Clock):
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_a_wait_tells_every_look_with_its_deadline() -> None:
    told: list[Moment] = []
    looks = iter([Look(False, "3 of 12 back", percent=25.0), Look(False, "away", phase="restart"), Look(True, "", 1)])
    with listening(told.append):
        assert wait_for("all back", lambda: next(looks), Deadline(60.0, Ticking())) == 1
    assert told == [
        Moment("3 of 12 back", " of  back", 25.0, elapsed=0.0, limit=60.0),
        Moment("away", "restart", None, elapsed=0.25, limit=60.0),
    ]


def test_nobody_listens_after_a_failure() -> None:
    told: list[Moment] = []
    with pytest.raises(WaitTimeout), listening(told.append):
        wait_for("never", lambda: Look(False, "no"), Deadline(1.0, Ticking()))
    count = len(told)
    tell(Moment("later"))
    assert len(told) == count > 1


def test_a_download_tells_bytes_and_percent() -> None:
    told: list[Moment] = []
    file = io.BytesIO()
    with listening(told.append):
        sink = TellingSink(file, 10)
        sink.write(b"1234")
        sink.write(b"567890")
        TellingSink(file, None).write(b"!")
    assert file.getvalue() == b"1234567890!"
    assert [(moment.percent, moment.done, moment.total) for moment in told] == [
        (40.0, 4, 10),
        (100.0, 10, 10),
        (None, 1, None),
    ]


class Source(io.BytesIO):
    @property
    def len(self) -> int:
        return len(self.getvalue()) - self.tell()


def test_an_upload_tells_bytes_and_says_what_is_left() -> None:
    told: list[Moment] = []
    source = TellingSource(Source(b"x" * 100))
    with listening(told.append):
        while source.read(40):
            pass
    assert [(moment.percent, moment.done) for moment in told] == [(40.0, 40), (80.0, 80), (100.0, 100), (100.0, 100)]
    assert source.len == 0


def test_no_secret_is_told() -> None:
    told: list[Moment] = []

    def run(params: t.Any, check_mode: bool, connect: t.Any) -> dict[str, t.Any]:
        tell(Moment("the page says Never-Shown-1"))
        return {"changed": False}

    _module.execute(run, {"client_secret": "Never-Shown-1"}, check_mode=False, diff=False, listener=told.append)
    assert [moment.text for moment in told] == ["the page says ********"]
