# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outcomes of a verification: pass, fail, error or skipped, each with cause and remedy, and their table."""

from __future__ import annotations

import dataclasses
import textwrap
import typing as t

Word = t.Literal["pass", "fail", "error", "skipped"]
MARKS: t.Final[dict[str, str]] = {"pass": "pass", "fail": "FAIL", "error": "ERROR", "skipped": "skipped"}
_WIDTH: t.Final = 100
"""As the lines of a plan: with the pair's name in front they fit a terminal of 110 columns."""
_LEFT: t.Final = 9


@dataclasses.dataclass(frozen=True)
class Outcome:
    """``fail``: looked at and not as it should be. ``error``: could not be looked at. ``skipped``: was not to be."""

    check: str
    title: str
    outcome: Word
    cause: str = ""
    remedy: str = ""

    @property
    def good(self) -> bool:
        return self.outcome in ("pass", "skipped")

    def to_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


def all_good(outcomes: t.Sequence[t.Mapping[str, t.Any]]) -> bool:
    """Whether no check failed and at least one was made and passed: a verification that looked at nothing proves nothing."""
    words = [outcome["outcome"] for outcome in outcomes]
    return "pass" in words and not {"fail", "error"} & set(words)


def table(outcomes: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """One line or more for each check, the cause behind its title, the remedy below."""
    lines: list[str] = []
    for outcome in outcomes:
        text = f"{outcome['title']}: {outcome['cause']}" if outcome["cause"] else str(outcome["title"])
        lines += textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=f"{MARKS[outcome['outcome']]:<{_LEFT}}",
            subsequent_indent=" " * _LEFT,
        )
        if outcome["remedy"] and outcome["outcome"] != "pass":
            lines += textwrap.wrap(
                str(outcome["remedy"]),
                _WIDTH,
                initial_indent=" " * _LEFT + "-> ",
                subsequent_indent=" " * (_LEFT + 3),
            )
    return "\n".join(lines)
