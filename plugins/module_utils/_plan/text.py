# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan as a plain table, no line wider than 100 columns."""

from __future__ import annotations

import textwrap
import typing as t

from .estimates import words
from .model import Plan, Step

WIDTH = 100
_PRODUCTION = {"served": "", "away": "AWAY", "switching": "switching"}
_LEFT = 46


def plan_text(plan: Plan) -> str:
    """What an operator reads: where things stand, what comes next, what stands against it."""
    lines = [*_head(plan), "", *_steps(plan), *_remarks(plan), *_predictions(plan), "", *_last_word(plan)]
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


def _steps(plan: Plan) -> list[str]:
    if not plan.steps:
        return ["No step remains." if plan.done else "No step may be done."]
    lines = [f"{'#':>3}  W  {'step':<12}  {'about':>10}  {'production':<10}  what"]
    gated = False
    for number, step in enumerate(plan.steps, start=1):
        if step.gate is not None and not gated:
            gated = True
            lines.append(f"---- gate: {step.gate} ".ljust(WIDTH, "-"))
        lines += _step(number, step)
    lines.append(f"Remaining, without the time between the windows: about {words(plan.remaining_seconds)}.")
    return lines


def _step(number: int, step: Step) -> list[str]:
    about = words(step.estimate_seconds) if step.estimate_seconds else ""
    start = f"{number:>3}  {step.window}  {step.id:<12}  {about:>10}  {_PRODUCTION[step.production]:<10}  "
    lines = _wrap(f"{step.title} [{', '.join(step.guide)}]", start, " " * _LEFT)
    if step.point_of_no_return:
        lines += _wrap(f"POINT OF NO RETURN. {step.way_back}", " " * _LEFT)
    return lines


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


def _predictions(plan: Plan) -> list[str]:
    if plan.done or not any(values["total_seconds"] for values in plan.predictions.values()):
        return []
    lines = ["", "Predicted, if begun now:"]
    for name, values in plan.predictions.items():
        parts = [
            f"production away {words(values['production_away_seconds'])}",
            f"work {words(values['total_seconds'])}",
        ]
        if "without_failover_seconds" in values:
            parts.append(f"without failover at least {words(values['without_failover_seconds'])}")
        lines += _wrap(", ".join(parts), f"  {name:<13} ")
    return lines


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
