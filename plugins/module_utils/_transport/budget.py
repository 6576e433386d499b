# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long one request may take."""

from __future__ import annotations

import typing as t

from .._wait import Deadline


class Budget:
    """Each silence, and the whole under every deadline that applies (seconds)."""

    def __init__(self, silence: float, deadlines: t.Sequence[Deadline] = ()) -> None:
        self.silence = silence
        self._deadlines = tuple(deadlines)

    @property
    def remaining(self) -> float | None:
        """What is left of the whole; None where no deadline applies."""
        return min((deadline.remaining for deadline in self._deadlines), default=None)

    @property
    def over(self) -> bool:
        return self.next_wait() <= 0

    def next_wait(self) -> float:
        """The longest that the next wait may take; 0 where the time is over."""
        left = self.remaining
        return self.silence if left is None else min(self.silence, left)
