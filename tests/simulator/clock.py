# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time in the simulation: durations are divided by the time scale, the time of day is real and each device may be off."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import typing as t


class Timers:
    """Runs callbacks after simulated durations, in one thread that sleeps until the next is due."""

    def __init__(self, time_scale: float) -> None:
        self.time_scale = time_scale
        self._queue: list[tuple[float, int, t.Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def real(self, seconds: float) -> float:
        """Real seconds that a simulated duration takes."""
        return seconds / self.time_scale

    @staticmethod
    def now() -> float:
        """Real seconds of a monotonic clock."""
        return time.monotonic()

    def elapsed(self, since: float) -> float:
        """Simulated seconds since a moment of the monotonic clock."""
        return (self.now() - since) * self.time_scale

    def after(self, seconds: float, callback: t.Callable[[], None]) -> int:
        """Call back after so many simulated seconds; returns a number for `cancel`."""
        with self._changed:
            number = next(self._numbers)
            heapq.heappush(self._queue, (self.now() + self.real(seconds), number, callback))
            self._changed.notify()
            return number

    def cancel(self, number: int) -> None:
        with self._changed:
            self._cancelled.add(number)

    def clear(self) -> None:
        with self._changed:
            self._queue.clear()
            self._cancelled.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not (self._queue and self._queue[0][0] <= self.now()):
                    self._changed.wait(max(0.0, self._queue[0][0] - self.now()) if self._queue else None)
                if self._stopped:
                    return
                _due, number, callback = heapq.heappop(self._queue)
                if number in self._cancelled:
                    self._cancelled.discard(number)
                    continue
            callback()
