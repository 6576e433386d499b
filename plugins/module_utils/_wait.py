# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines and polling: every wait has an end state, a deadline and a last word."""

from __future__ import annotations

import dataclasses
import re
import time
import typing as t

from ._errors import WaitTimeout
from ._live import Moment, tell

T = t.TypeVar("T")
_FIGURES: t.Final = re.compile(r"\d[\d.,:]*")


class Clock:
    """The monotonic clock and sleep; tests put another in its place. Seconds."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclasses.dataclass
class Deadline:
    """A point on the monotonic clock; jumps of the machine's wall clock do not move it."""

    seconds: float
    clock: Clock = dataclasses.field(default_factory=Clock)
    started: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock.now()

    @property
    def elapsed(self) -> float:
        return self.clock.now() - self.started

    @property
    def remaining(self) -> float:
        return max(0.0, self.seconds - self.elapsed)

    @property
    def passed(self) -> bool:
        return self.remaining <= 0


@dataclasses.dataclass(frozen=True)
class Look(t.Generic[T]):
    """One look at what is waited for: ``done`` with a ``value``, or not yet, and in which ``state`` (words for people).

    ``percent`` where the appliance tells it; ``phase`` names the part of the work (default: the state without its figures).
    """

    done: bool
    state: str
    value: T | None = None
    percent: float | None = None
    phase: str | None = None


def wait_for(
    what: str,
    look: t.Callable[[], Look[T]],
    deadline: Deadline,
    *,
    first_delay: float = 0.25,
    longest_delay: float = 2.0,
    appliance: str | None = None,
    page: str | None = None,
    advice: str | None = None,
    on_state: t.Callable[[str, Deadline], None] | None = None,
) -> T | None:
    """Look until done; the pause grows from ``first_delay`` to ``longest_delay`` seconds and never oversleeps the deadline.

    ``look`` turns expected trouble (connection loss, 5xx) into a state and lets everything else raise. There is always
    one look at or after the deadline's end. Raises WaitTimeout with the last state seen.
    """
    delay = first_delay
    last = "nothing yet"
    while True:
        over = deadline.passed
        seen = look()
        if seen.done:
            return seen.value
        last = seen.state
        phase = _FIGURES.sub("", last) if seen.phase is None else seen.phase
        tell(Moment(last, phase, seen.percent, elapsed=deadline.elapsed, limit=deadline.seconds))
        if on_state is not None:
            on_state(last, deadline)
        if over:
            raise WaitTimeout(
                f"{what}: not reached within {deadline.seconds:.0f} seconds",
                seconds=deadline.elapsed,
                expected=what,
                seen=last,
                appliance=appliance,
                page=page,
                advice=advice,
            )
        deadline.clock.sleep(min(delay, deadline.remaining))
        delay = min(delay * 1.5, longest_delay)
