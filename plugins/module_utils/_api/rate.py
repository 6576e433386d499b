# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate limit of an API account: 20 requests a second (interfaces: A1)."""

from __future__ import annotations

import collections

from .._wait import Clock

REQUESTS = 20
SECONDS = 1.0


class Pace:
    """Holds calls back so that no more than 20 start in any second."""

    def __init__(self, clock: Clock, requests: int = REQUESTS, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._starts: collections.deque[float] = collections.deque(maxlen=requests)

    def step(self) -> None:
        """Return when the next call may start; at most one second later."""
        if self._starts.maxlen is not None and len(self._starts) == self._starts.maxlen:
            early = self._starts[0] + self._seconds - self._clock.now()
            if early > 0:
                self._clock.sleep(early)
        self._starts.append(self._clock.now())
