# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one long task at a moment, and how it reads on one line."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ._screen import coarse, duration, one_line, shortened, size, width

_PERCENT: t.Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d+)?\s?%")
_LEAST_TEXT: t.Final = 12
"""Columns that the appliance's words keep before the estimates are left out for them."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One task that is at work: its pair, device and step (the plan's id), and what it does in an appliance's or our words.

    ``began`` and ``ends`` are moments of the machine's monotonic clock, in seconds.
    """

    task: str
    pair: str
    device: str
    step: str
    text: str
    began: float
    expected: float | None = None
    ends: float | None = None
    percent: float | None = None
    done: int | None = None
    total: int | None = None
    phase: str = ""

    @classmethod
    def from_data(cls, data: t.Mapping[str, t.Any]) -> Row:
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in names})

    def line(self, now: float, columns: int | None = None) -> str:
        """The row in at most ``columns``: what does not fit is left out, the least important first."""
        begin = " ".join(
            part for part in (f"[{one_line(self.pair)}]" if self.pair else "", one_line(self.device)) if part
        )
        text = ": ".join(dict.fromkeys(part for part in (one_line(self.step), self._said()) if part))
        measures, times = self._measures(), self._times(now)
        ends = [measures + times[:count] for count in range(len(times), 0, -1)] + [measures[:1] + times[:1], times[:1]]
        if columns is None:
            return ", ".join([f"{begin} {text}".strip(), *ends[0]])
        return self._fitted(begin, text, [", ".join(end) for end in ends], columns)

    @staticmethod
    def _fitted(begin: str, text: str, ends: t.Sequence[str], columns: int) -> str:
        least = min(width(text), _LEAST_TEXT)
        for end in ends:
            room = columns - width(begin) - width(end) - 4
            if room >= least:
                return f"{begin}  {shortened(text, room)}  {end}"
        return shortened(f"{begin} {ends[-1]}", columns)

    def _said(self) -> str:
        """The words, without the percent that stand among the figures, and without a full stop in front of a comma."""
        text = one_line(self.text)
        return (text if self.percent is None else one_line(_PERCENT.sub("", text))).rstrip(".,;: ")

    def _measures(self) -> list[str]:
        """What the appliance tells: percent, bytes."""
        parts = []
        if self.percent is not None:
            parts.append(f"{min(max(self.percent, 0.0), 100.0):.0f} %")
        if self.done is not None:
            parts.append(f"{size(self.done)} of {size(self.total)}" if self.total else size(self.done))
        return parts

    def _times(self, now: float) -> list[str]:
        """How long it takes, first with the estimate, and until when it may."""
        elapsed = duration(now - self.began)
        times = [f"{elapsed} of about {coarse(self.expected)}" if self.expected else elapsed]
        if self.ends is not None:
            times.append(f"at most {coarse(max(self.ends - now, 0))} more")
        return times
