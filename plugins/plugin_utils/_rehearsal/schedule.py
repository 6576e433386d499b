# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When each step would begin and end, and what would stand against it: gates, by arithmetic over the plan. Pure."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._plan.estimates import words
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Window, parse_windows
from ansible_collections.bseries.sra.plugins.module_utils._plan.windows import clock_time

from .expected import parts

Data = t.Mapping[str, t.Any]

_LIMITS: t.Final = {
    "base": "install_timeout",
    "product": "install_timeout",
    "sync": "sync_timeout",
    "first_sync": "sync_timeout",
    "separate": "relationship_timeout",
    "establish": "relationship_timeout",
}
"""The setting that ends the wait of each action."""


@dataclasses.dataclass(frozen=True)
class Gate:
    """Something at which the run stops. ``passable``: it ends well there, and the same command goes on later."""

    kind: str
    title: str
    cause: str
    remedy: str
    step: str | None = None
    passable: bool = False


@dataclasses.dataclass(frozen=True)
class Slot:
    """When a step is expected to be done; None where no window has room for it."""

    step: str
    begins: datetime.datetime | None
    ends: datetime.datetime | None


def schedule(plan: Data, settings: Data, now: datetime.datetime) -> tuple[list[Slot], list[Gate]]:
    """Slots of all remaining steps if the run begins now and is begun again whenever it may go on."""
    windows = list(parse_windows(settings.get("windows")))
    slots: list[Slot] = []
    gates: list[Gate] = []
    moment: datetime.datetime | None = now
    apart: datetime.datetime | None = None
    number = 1
    for step in plan.get("steps") or ():
        if step["window"] > number and moment is not None:
            number, apart = step["window"], moment
            moment, soaking = _soaked(settings, moment)
            gates += soaking
            if not settings.get("confirmed"):
                gates.append(_confirmation(step))
        seconds = float(step["estimate_seconds"])
        if moment is not None and step["changing"] and windows:
            moment, waiting = _in_window(windows, moment, seconds, step)
            gates += waiting
        ends = None if moment is None else moment + datetime.timedelta(seconds=seconds)
        slots.append(Slot(step["id"], moment, ends))
        moment = ends
        if step["window"] == 2 and apart is not None and step["id"].startswith("update") and moment is not None:
            gates += _too_long(settings, apart, slots[-1])
            apart = None
    return slots, [*gates, *_short_timeouts(plan, settings), *_persons(plan, settings)]


def _confirmation(step: Data) -> Gate:
    return Gate(
        "confirmation",
        "Confirmation between the windows",
        "the run ends well after window 1, without failover until window 2",
        "Use the new version in production, then run the same command with sra_confirmed=true.",
        step["id"],
        passable=True,
    )


def _soaked(settings: Data, moment: datetime.datetime) -> tuple[datetime.datetime, list[Gate]]:
    seconds = float(settings.get("soak_min") or 0)
    if not seconds:
        return moment, []
    until = moment + datetime.timedelta(seconds=seconds)
    cause = f"the new version has to serve {words(seconds)} (sra_soak_min), until {clock_time(until)}"
    return until, [Gate("soak", "Time between the windows", cause, "Run the same command again then.", passable=True)]


def _too_long(settings: Data, apart: datetime.datetime, slot: Slot) -> list[Gate]:
    most = settings.get("soak_max")
    if most is None or slot.begins is None:
        return []
    waited = (slot.begins - apart).total_seconds()
    if waited <= float(most):
        return []
    return [
        Gate(
            "soak",
            "Longest time without failover",
            f"{slot.step} begins {words(waited)} after window 1, later than sra_soak_max ({words(float(most))})",
            "Give a nearer second window, or allow a longer time.",
            slot.step,
            passable=True,
        )
    ]


def _in_window(
    windows: t.Sequence[Window], moment: datetime.datetime, seconds: float, step: Data
) -> tuple[datetime.datetime | None, list[Gate]]:
    """The first moment from now on that has room for the step."""
    length = datetime.timedelta(seconds=seconds)
    for window in sorted(windows, key=lambda one: one.start):
        begins = max(moment, window.start)
        if begins + length <= window.end:
            if begins == moment:
                return moment, []
            cause = f"{step['title']} needs about {words(seconds)} and waits for the window that begins {clock_time(window.start)}"
            return begins, [
                Gate("window", "Maintenance window", cause, "Run the same command again then.", step["id"], True)
            ]
    cause = f"{step['title']} needs about {words(seconds)}, and no window from {clock_time(moment)} on has room for it"
    remedy = "Give a longer or a later window in sra_windows."
    return None, [Gate("window", "Maintenance window", cause, remedy, step["id"])]


def _short_timeouts(plan: Data, settings: Data) -> t.Iterator[Gate]:
    """Waits that would be given up before what they wait for is expected."""
    for step in plan.get("steps") or ():
        for action, seconds in parts(step):
            name = _LIMITS.get(action)
            if name is not None and settings.get(name) is not None and seconds > float(settings[name]):
                cause = f"{step['title']}: about {words(seconds)} are expected, and sra_{name} gives up after {words(float(settings[name]))}"
                yield Gate("timeout", "A limit that is too short", cause, f"Raise sra_{name}.", step["id"])


def _persons(plan: Data, settings: Data) -> t.Iterator[Gate]:
    for step in plan.get("steps") or ():
        if step["id"] in (settings.get("guided") or ()):
            cause = f"{step['title']} is done by a person (sra_guided); the run waits {words(float(settings.get('guided_timeout') or 0))} at most"
            yield Gate("person", "A step for a person", cause, "Have somebody there.", step["id"], passable=True)
