# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long steps take, and what both procedures would cost (PREP-3, PREP-7, PREP-9, PREP-10). Seconds."""

from __future__ import annotations

import typing as t

from .._errors import InputError
from .model import PROCEDURES, Policy
from .observe import Observed
from .situation import Situation

# An install takes 15 to 60 minutes (PREP-3); the others are ours until something was measured.
DEFAULTS: t.Mapping[str, float] = {
    "backup": 300,
    "sync": 600,
    "separate": 60,
    "base": 1800,
    "product": 2400,
    "other": 900,
    "verify": 600,
    "swing": 60,
    "establish": 120,
    "first_sync": 1800,
    "confirm": 0,
}


def check_estimates(policy: Policy) -> None:
    """InputError where an action is unknown or a duration is no number of seconds."""
    for source, values in (
        ("estimates", policy.estimates),
        *((f"measured.{k}", v) for k, v in policy.measured.items()),
    ):
        for action, seconds in values.items():
            if action not in DEFAULTS:
                raise InputError(f"Unknown action in {source}.", expected=", ".join(sorted(DEFAULTS)), seen=str(action))
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < float("inf"):
                raise InputError(f"No duration in {source}.{action}.", expected="seconds", seen=repr(seconds))


def estimate(policy: Policy, action: str, letter: str | None = None) -> float:
    """Measured on this device, else on the other one (PREP-10), else the operator's, else the default."""
    order = sorted(policy.measured, key=lambda device: device != letter)
    for device in order:
        if action in policy.measured[device]:
            return policy.measured[device][action]
    return policy.estimates.get(action, DEFAULTS[action])


def update_seconds(situation: Situation, device: Observed) -> int:
    """The update of one device: all its packages, or one product where they are not known."""
    kinds = [package.kind for package in situation.packages(device)] or ["product"]
    return round(sum(estimate(situation.policy, kind, device.letter) for kind in kinds))


def predictions(situation: Situation) -> dict[str, dict[str, t.Any]]:
    """Production downtime, working time and time without failover of each procedure, as if it began now.

    A device that is already at the target is taken to cost what the other one costs; nothing costs 0 once both are.
    """
    if situation.b is None:
        seconds = update_seconds(situation, situation.a) if situation.needs(situation.a) else 0
        total = seconds and seconds + _sum(situation, "backup", "verify")
        return {"single": {"production_away_seconds": seconds, "total_seconds": total}}
    pending = [device for device in situation.pair if situation.needs(device)]
    costs = {device.letter: update_seconds(situation, device) for device in pending}
    if not costs:
        nothing = {"production_away_seconds": 0, "total_seconds": 0, "without_failover_seconds": 0}
        return {name: {**nothing, "without_failover_max_seconds": 0} for name in PROCEDURES[1:]}
    other = max(costs.values())
    cost_a, cost_b = costs.get("a", other), costs.get("b", other)
    return {
        "synchronous": _pair_prediction(situation, cost_a, cost_b, away=cost_a, swing=0),
        "asynchronous": _pair_prediction(situation, cost_a, cost_b, away=(s := _sum(situation, "swing")), swing=s),
    }


def _pair_prediction(situation: Situation, cost_a: int, cost_b: int, away: int, swing: int) -> dict[str, t.Any]:
    before = _sum(situation, "backup", "sync", "separate")
    apart = cost_a + cost_b + swing + _sum(situation, "backup", "backup", "verify", "verify", "establish", "first_sync")
    policy = situation.policy
    return {
        "production_away_seconds": away,
        "total_seconds": before + apart + _sum(situation, "verify"),
        "without_failover_seconds": apart + round(policy.soak_min or 0),
        "without_failover_max_seconds": None if policy.soak_max is None else apart + round(policy.soak_max),
    }


def _sum(situation: Situation, *actions: str) -> int:
    return round(sum(estimate(situation.policy, action) for action in actions))


def words(seconds: float | None) -> str:
    """A duration for a person: ``45 s``, ``12 min``, ``1 h 05 min``."""
    if seconds is None:
        return "not limited"
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
