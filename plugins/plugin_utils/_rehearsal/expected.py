# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the plan expects the parts of the work to take. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._plan.estimates import DEFAULTS

Data = t.Mapping[str, t.Any]


def parts(step: Data) -> list[tuple[str, float]]:
    """Actions and seconds of a step: one for each package of an update, by the shares that packages of a kind usually have."""
    seconds = float(step["estimate_seconds"])
    kinds = [str(package["kind"]) for package in step.get("packages") or ()]
    whole = sum(DEFAULTS.get(kind, DEFAULTS["other"]) for kind in kinds)
    if not kinds:
        return [(str(step["action"]), seconds)]
    return [(kind, seconds * DEFAULTS.get(kind, DEFAULTS["other"]) / whole) for kind in kinds]


def seconds_of(plan: Data, action: str) -> float:
    """The longest time that the plan expects an action to take, else what it usually takes."""
    known = [seconds for step in plan.get("steps") or () for name, seconds in parts(step) if name == action]
    return max(known, default=DEFAULTS[action])
