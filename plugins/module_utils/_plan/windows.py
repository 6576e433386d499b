# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows and the time between them in words: what is waited for, and until when (PREP-4, PREP-9)."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .estimates import words
from .model import Plan, Policy, Step, Window, parse_windows


def clock_time(moment: datetime.datetime) -> str:
    """A moment for a person, in the zone that it was given in."""
    return moment.strftime("%Y-%m-%d %H:%M %z").strip()


def begins(policy: Policy) -> str:
    """When the next window begins."""
    window = policy.next_window
    if window is None or policy.now is None:
        return "No later window is given in sra_windows."
    left = (window.start - policy.now).total_seconds()
    return f"The next window is {clock_time(window.start)} to {clock_time(window.end)}, in {words(left)}."


def no_time(policy: Policy, step: Step) -> str:
    """Why the step does not begin now."""
    wanted = f"{step.title}: needs about {words(step.estimate_seconds)}"
    if policy.left_seconds is None or policy.window is None:
        return f"{wanted}, and now is outside every maintenance window. {begins(policy)}"
    left = f"the window ends in {words(policy.left_seconds)} ({clock_time(policy.window.end)})"
    more = (
        " With what has to follow in the same window that is not enough."
        if step.id in ("separate", "establish")
        else ""
    )
    return f"{wanted}, and {left}.{more} {begins(policy)}"


def room(windows: t.Sequence[t.Mapping[str, t.Any]], seconds: float, now: datetime.datetime) -> str | None:
    """Why something that takes so long does not begin now; None where it may, or where no windows are given."""
    policy = Policy(windows=parse_windows(windows), now=now)
    if policy.has_time_for(seconds):
        return None
    if policy.window is None or policy.left_seconds is None:
        return f"Now is outside every maintenance window. {begins(policy)}"
    end = clock_time(policy.window.end)
    return f"It needs about {words(seconds)}, and the window ends in {words(policy.left_seconds)} ({end}). {begins(policy)}"


def soaking(policy: Policy) -> str:
    """Until when window 2 waits."""
    left = policy.soak_left
    if policy.production_since is None or left is None:
        return f"Window 2 begins {words(policy.soak_min)} (sra_soak_min) after the new version went into production."
    until = policy.production_since + datetime.timedelta(seconds=policy.soak_min or 0)
    return f"The new version has to serve until {clock_time(until)} (sra_soak_min) before window 2, {words(left)} more."


def waiting_words(policy: Policy, plan: Plan) -> str | None:
    """What the plan ends with where time has to pass; None where nothing or somebody else is waited for."""
    gate = plan.ends_waiting_for
    if gate == "soak":
        return soaking(policy)
    if gate == "window":
        return no_time(policy, next(step for step in plan.steps if step.gate == "window"))
    return None


def as_if_inside(policy: Policy) -> Policy:
    """The policy at the start of the next window, for those who look ahead; unchanged inside a window or without one."""
    window: Window | None = policy.next_window
    if policy.in_window or window is None:
        return policy
    return dataclasses.replace(policy, now=window.start)
