# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One piece of the record: what this run knows of itself at this moment, from the facts of the play."""

from __future__ import annotations

import typing as t

from .._lane.snapshot import compare
from .moments import seconds_of

Data = t.Mapping[str, t.Any]
_SOFTWARE: t.Final = ("version", "build", "base_version")
_LETTERS: t.Final = ("a", "b")


def appliances(lane: Data, run: Data, state: Data, plan: Data) -> dict[str, dict[str, t.Any]]:
    """Each device of the lane by letter: who it is, what it was before and what it is now."""
    found = {}
    for letter in _LETTERS:
        if not lane.get(letter):
            continue
        now = state.get(letter) or {}
        before = (run.get("before") or {}).get(letter) or now
        planned = (plan.get("devices") or {}).get(letter) or {}
        found[letter] = {
            "name": lane[letter],
            "host": planned.get("host") or now.get("host"),
            "appliance_id": now.get("appliance_id"),
            "failover_role": now.get("failover_role"),
            **{name: now.get(name) for name in _SOFTWARE},
            "before": {name: before.get(name) for name in (*_SOFTWARE, "failover_role")} if before else None,
        }
    return found


def make_piece(facts: Data, now: str) -> dict[str, t.Any]:
    """The piece. ``facts`` are the options of the action ``upgrade_report``; ``now`` is RFC 3339."""
    run, plan, event = facts["run"], facts["plan"] or {}, facts["event"]
    failure, current = facts["failure"], facts["current"]
    steps = [dict(step) for step in run["steps"]]
    if failure and current:
        seconds = round(seconds_of(now) - seconds_of(current["began"]), 1)
        steps.append({**current, "ended": now, "outcome": "failed", "seconds": seconds, "cause": failure["cause"]})
    over = event in ("end", "failed")
    return {
        "id": run["id"],
        "procedure": facts["procedure"],
        "purpose": facts["purpose"],
        "started": run["started"],
        "updated": now,
        "ended": now if over else None,
        "outcome": _outcome(event, run, plan, failure),
        "serving": run.get("serving") or plan.get("serving"),
        "steps": steps,
        "current": None if over else current,
        "failure": dict(failure) if failure else None,
        "installed": list(run["installed"]),
        "backups": list(run["all_backups"]),
        "certificates": run.get("certificates") or {},
        "checks": list(facts["checks"] or ()),
        "verified": run.get("verified") or {},
        "compared": _compared(facts),
        "clients": run.get("clients"),
        "logged_out": sorted(set(run.get("logged_out") or ())),
        "overruns": list(run.get("overruns") or ()),
        "swing_gap_seconds": run.get("swing_gap_seconds"),
        "held": run.get("held"),
        "warnings": [*facts["warnings"], *(plan.get("warnings") or ()), *(run.get("hook_warnings") or ())],
        "to_do": list(facts["to_do"] or ()),
        "next": _next(facts, plan),
    }


def _outcome(event: str, run: Data, plan: Data, failure: Data | None) -> str:
    if event == "failed":
        return "failed" if run["steps"] or (failure and failure["step"]) else "refused"
    if event != "end":
        return "running"
    if run.get("held"):
        return "waiting"
    left = any(step["changing"] for step in plan.get("steps") or ())
    return "waiting" if left or plan.get("problems") or plan.get("questions") else "done"


def _compared(facts: Data) -> list[dict[str, t.Any]]:
    """The state before the upgrade with the present one of each device, as far as both were read."""
    before, state = facts["run"].get("before") or {}, facts["state"] or {}
    found = []
    for letter in _LETTERS:
        if not before.get(letter) or not state.get(letter):
            continue
        comparison = compare(before[letter], state[letter], facts["shared_ip"])
        found.append(
            {
                "device": facts["lane"][letter],
                "compared": comparison.compared,
                "unread": list(comparison.unread),
                "differences": [
                    {"what": one.path, "before": one.before, "after": one.after} for one in comparison.differences
                ],
            }
        )
    return found


def _next(facts: Data, plan: Data) -> dict[str, t.Any]:
    """What remains and what the next window needs."""
    return {
        "stage": (plan.get("stage") or {}).get("sentence"),
        "waiting_for": plan.get("ends_waiting_for"),
        "waiting": facts["waiting"],
        "steps": [
            {
                name: step[name]
                for name in ("id", "title", "window", "device", "guide", "estimate_seconds", "production")
            }
            for step in _left(facts, plan)
        ],
        "predictions": dict(plan.get("predictions") or {}),
    }


def _left(facts: Data, plan: Data) -> t.Sequence[Data]:
    """What remains. At the end of a run the plan was made anew; before, it is the one that the run began with."""
    steps = list(plan.get("steps") or ())
    if facts["event"] == "end":
        return steps
    done = {(step["id"], step["window"]) for step in facts["run"]["steps"] if step["outcome"] == "done"}
    last = max((number for number, step in enumerate(steps) if (step["id"], step["window"]) in done), default=-1)
    return steps[last + 1 :]
