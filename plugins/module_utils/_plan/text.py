# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan as a plain table, no line wider than 100 columns."""

from __future__ import annotations

import itertools
import textwrap
import typing as t

from .estimates import words
from .model import Plan
from .rows import GATES, Data, Row, predictions, rows

WIDTH = 100
_HEADS: t.Final = (" #", "W", "step, guide", "on", "     about", "production", "what changes")
_WIDTHS: t.Final = (2, 1, 11, 4, 10, 10, 50)
_LEFT: t.Final = 20


def plan_text(plan: Plan) -> str:
    """What an operator reads: where things stand, what comes next, what stands against it."""
    data = plan.to_dict()
    lines = [*_head(plan), "", *_steps(plan, data), *_remarks(plan), *_predictions(data), "", *_last_word(plan)]
    return "\n".join(lines) + "\n"


def _wrap(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest if rest is not None else " " * len(first)
    ) or [first.rstrip()]


def _cut(text: t.Any, width: int) -> str:
    words_ = "-" if text is None else " ".join(str(text).split())
    return words_ if len(words_) <= width else words_[: width - 3] + "..."


def _head(plan: Plan) -> list[str]:
    lines = [f"Upgrade plan, {plan.procedure}, target {_cut(plan.target_version, 40)}"]
    lines += _wrap(f"{plan.stage.sentence} [{plan.stage.id}]", "Stage: ")
    for letter, device in plan.devices.items():
        serves = " *serves*" if plan.serving == letter else ""
        lines.append(
            f"  {letter.upper()}  {_cut(device['host'], 34):<34}  {_cut(device['failover_role'], 8):<8}"
            f"  {_cut(device['version'], 14):<14}  Base {_cut(device['base_version'], 14)}{serves}"
        )
    if plan.serving not in plan.devices:
        lines.append(f"  The site is served by: {plan.serving}")
    return lines


def _steps(plan: Plan, data: Data) -> list[str]:
    if not plan.steps:
        return ["No step remains." if plan.done else "No step may be done."]
    lines = [_line(_HEADS), _line(tuple("-" * width for width in _WIDTHS))]
    gate = None
    for row in rows(data):
        if row.gate is not None and row.gate != gate:
            lines.append(f"---- gate: {row.gate}: {GATES.get(row.gate, row.gate)} ".ljust(WIDTH, "-"))
        gate = row.gate or gate
        lines += _row(row)
    lines.append(f"Remaining, without the time between the windows: about {words(plan.remaining_seconds)}.")
    return lines


def _line(cells: t.Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _row(row: Row) -> list[str]:
    packages = [part for text in _numbered(row.packages) for part in _cell(text, "   ")]
    what = [*_cell(row.title), *packages, *(part for text in row.changes for part in _cell(text, "  "))]
    columns = (
        [str(row.number).rjust(_WIDTHS[0])],
        [str(row.window)],
        [row.id, *row.guide],
        [row.device],
        [row.about.rjust(_WIDTHS[4])],
        [row.production],
        what,
    )
    lines = [_line(cells) for cells in itertools.zip_longest(*columns, fillvalue="")]
    if row.point_of_no_return:
        lines += _wrap(f"POINT OF NO RETURN. {row.way_back}", " " * _LEFT)
    elif row.changes or row.packages:
        lines += _wrap(f"way back: {row.way_back}", " " * _LEFT, " " * (_LEFT + 2))
    return lines


def _numbered(texts: t.Sequence[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]


def _cell(text: str, rest: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTHS[-1], subsequent_indent=rest)


def _remarks(plan: Plan) -> list[str]:
    lines: list[str] = []
    for problem in plan.problems:
        lines += [
            "",
            *_wrap(f"{problem.message} [{problem.code}]", "PROBLEM  "),
            *_wrap(problem.advice, "  What to do: "),
        ]
    for question in plan.questions:
        lines += ["", *_wrap(f"{question.message} [{question.code}]", "QUESTION ")]
        for answer in question.answers:
            lines += [*_wrap(answer.meaning, "  - "), *_wrap(answer.command, "      ")]
    if plan.warnings:
        lines.append("")
    for warning in plan.warnings:
        lines += _wrap(warning, "Note: ")
    return lines


def _predictions(data: Data) -> list[str]:
    table = predictions(data)
    if not table:
        return []
    heads = ("Predicted, if begun now", "production away", "work in all", "without failover at least")
    return ["", *("  ".join(f"{cell:<23}" for cell in cells).rstrip() for cells in (heads, *table))]


def _last_word(plan: Plan) -> list[str]:
    if plan.problems:
        return ["Nothing may be changed until the problem is solved."]
    if plan.questions:
        return ["Nothing is changed until the question is answered."]
    if plan.done:
        return ["Nothing to do."]
    if plan.waiting_for == "confirmation":
        return _wrap("Window 2 waits for confirmation: run the same command with -e sra_confirmed=true.", "Next: ")
    if plan.waiting_for == "window":
        return _wrap(
            "the next maintenance window of sra_windows that is long enough for the step at the gate.", "Next: "
        )
    if plan.waiting_for == "soak":
        return _wrap("window 2 waits until the new version has served for sra_soak_min.", "Next: ")
    return _wrap(f"{plan.next}: {plan.steps[0].title}", "Next: ")
