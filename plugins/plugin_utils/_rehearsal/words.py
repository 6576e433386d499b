# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a rehearsal, for people. Pure."""

from __future__ import annotations

import re
import textwrap
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._plan.estimates import words

Data = t.Mapping[str, t.Any]

_ADDRESS: t.Final = re.compile(r" \([^()\s]*:\d+\)")
_DETAIL: t.Final = re.compile(r": .*| and .*")
_TITLE_WIDTH: t.Final = 43
_VERDICTS: t.Final = {
    "goes_through": "IT WOULD GO THROUGH.",
    "goes_through_with_gates": "IT WOULD GO THROUGH, but not in one go: see what it waits for.",
    "stops": "IT WOULD STOP.",
}


def report(outcome: Data) -> str:
    """The whole outcome as text."""
    lines = [f"REHEARSAL of {outcome['playbook']} for {outcome['label']}: {_VERDICTS[outcome['verdict']]}"]
    stops = [gate for gate in outcome["gates"] if not gate["passable"]]
    waits = [gate for gate in outcome["gates"] if gate["passable"]]
    lines += _gates("What would stop it:", stops) + _gates("What it would wait for:", waits)
    lines += ["", f"Now: {outcome['stage']}"]
    if outcome["steps"]:
        lines += ["", "Steps that remain, if the run began now (UTC):"]
        lines += [f" {'begins':<16}  {'expected':>10}  {'rehearsed':>11}  step"]
        lines += [_step(step) for step in outcome["steps"]]
    lines += _prediction(outcome)
    lines += ["", _rehearsed(outcome["rehearsed"])]
    lines += [f"  Broken rule of the guide: {text}" for text in outcome["rehearsed"]["violations"]]
    lines += ["", "Otherwise than in reality:", *(f"  - {text}" for text in outcome["replaced"])]
    return "\n".join(lines)


def _gates(title: str, gates: t.Sequence[Data]) -> list[str]:
    if not gates:
        return []
    lines = ["", title]
    for number, gate in enumerate(gates, start=1):
        lines.append(f"  {number}. {gate['title']}: {gate['cause']}")
        if gate["remedy"]:
            lines.append(f"     What to do: {gate['remedy']}")
    return lines


def _step(step: Data) -> str:
    begins = (step["begins"] or "").replace("T", " ")[:16] or "no window"
    took = "not reached" if step["rehearsed_seconds"] is None else f"{step['rehearsed_seconds']:.1f} s"
    if step["id"] == "confirm":
        took = "-"
    title = _DETAIL.sub("", _ADDRESS.sub("", step["title"]))
    short = textwrap.shorten(title, _TITLE_WIDTH, placeholder=" ...")
    return f" {begins:<16}  {words(step['estimate_seconds']):>10}  {took:>11}  {step['id']:<11}  {short}"


def _prediction(outcome: Data) -> list[str]:
    predicted = outcome["predicted"]
    lines = ["", f"Expected in reality: {words(predicted['total_seconds'])} of work"]
    if predicted["production_away_seconds"] is not None:
        lines[-1] += f", production away for about {words(predicted['production_away_seconds'])}"
    if predicted["without_failover_seconds"]:
        lines[-1] += (
            f", without failover for {words(predicted['without_failover_seconds'])} and the time until window 2"
        )
    lines[-1] += "."
    lines += [
        f"  With the {name} procedure: production away for about {words(values['production_away_seconds'])}"
        for name, values in predicted["methods"].items()
        if name != outcome["procedure"]
    ]
    return lines


def _rehearsed(rehearsed: Data) -> str:
    runs = len(rehearsed["runs"])
    seconds = sum(run["seconds"] for run in rehearsed["runs"])
    text = (
        f"Rehearsed in {seconds:.0f} s, {runs} run{'' if runs == 1 else 's'}, with {rehearsed['time_scale']:g} simulated seconds "
        "in each; the collection's own work is not faster there."
    )
    if rehearsed["log"]:
        text += f" Output: {rehearsed['log']}"
    return text
