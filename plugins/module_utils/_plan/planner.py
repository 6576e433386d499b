# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: from what was read of the appliances and the site to the ordered list of remaining steps. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InputError
from .._version import Version
from .contradictions import failure_warnings, input_problems, problems, target_warnings
from .estimates import check_estimates, predictions, words
from .model import PROCEDURES, Plan, Policy, Stage, Step
from .moves import move_plan
from .observe import observe, who_serves
from .packages import LATEST
from .situation import Situation, resolve_target
from .stages import position, questions, stage_warnings
from .steps import build_steps
from .text import plan_text

Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class PlanInputs:
    """What a plan is made from: the values that ``appliance_info`` and ``site_probe`` return, and the policy."""

    procedure: str
    a: Data | None
    b: Data | None
    site: Data | None
    policy: Policy


def plan_upgrade(procedure: str, a: Data | None, b: Data | None, site: Data | None, policy: Policy) -> Plan:
    """The plan; InputError where the procedure, the target version or an estimate is malformed.

    Nothing is contacted and nothing is remembered: equal input gives an equal plan.
    """
    inputs = PlanInputs(procedure, a, b, site, policy)
    _check(inputs)
    situation = situate(inputs)
    if situation is None:
        found = input_problems(procedure, observe("a", a, policy), observe("b", b, policy))
        stage = Stage("unknown", "The stage cannot be recognised.")
        plan = Plan(procedure, stage, None, "unknown", {}, problems=tuple(found))
    elif policy.purpose != "upgrade":
        plan = move_plan(situation, site)
    else:
        plan = _plan(situation, site)
    return dataclasses.replace(plan, text=plan_text(plan))


def situate(inputs: PlanInputs) -> Situation | None:
    """Both appliances, who serves and the target; None where a device is missing."""
    policy = inputs.policy
    a = observe("a", inputs.a, policy)
    b = observe("b", inputs.b, policy) if inputs.procedure != "single" else None
    if a is None or input_problems(inputs.procedure, a, b):
        return None
    serving = who_serves(a, b, inputs.site, policy)
    target = resolve_target(inputs.procedure, a, b, serving, policy)
    return Situation(inputs.procedure, a, b, serving, policy, target)


def _check(inputs: PlanInputs) -> None:
    if inputs.procedure not in PROCEDURES:
        raise InputError("Unknown procedure.", expected=" or ".join(PROCEDURES), seen=repr(inputs.procedure))
    target = inputs.policy.target_version
    if target != LATEST and Version.parse(target) is None:
        raise InputError("The target version is no version.", expected="latest or e.g. 25.1.2", seen=repr(target))
    soak_min, soak_max = inputs.policy.soak_min, inputs.policy.soak_max
    if soak_min is not None and soak_max is not None and soak_min > soak_max:
        raise InputError(
            "The shortest time between the windows exceeds the longest.", seen=f"{soak_min} > {soak_max} s"
        )
    check_estimates(inputs.policy)


def _plan(situation: Situation, site: Data | None) -> Plan:
    found = problems(situation, site)
    asked = [] if found else questions(situation)
    stage = Stage("contradiction", "The state contradicts the procedure or the inventory.")
    steps: tuple[Step, ...] = ()
    if not found:
        here = position(situation)
        stage, steps = here.stage, build_steps(situation, here.steps)
        if asked:
            stage = Stage("ambiguous", "Two stages look alike here; a person has to tell which one it is.")
    warnings = [*situation.serving.warnings, *failure_warnings(situation)]
    if not found:
        warnings += [*target_warnings(situation), *stage_warnings(situation, stage), *_time_warnings(situation, steps)]
    return Plan(
        procedure=situation.procedure,
        stage=stage,
        target_version=situation.target.version,
        serving=situation.serving.who,
        devices={device.letter: device.to_dict() for device in situation.devices},
        steps=() if asked else steps,
        problems=tuple(found),
        questions=tuple(asked),
        warnings=tuple(warnings),
        predictions=predictions(situation),
    )


def _time_warnings(situation: Situation, steps: t.Sequence[Step]) -> list[str]:
    """Windows that are too short or too far apart (PREP-4, PREP-9)."""
    policy = situation.policy
    notes = _soak_warnings(policy, steps)
    if (left := policy.left_seconds) is not None:
        number = min((step.window for step in steps), default=1)
        wanted = sum(step.estimate_seconds for step in steps if step.window == number)
        if wanted > left:
            notes.append(
                f"Window {number} needs about {words(wanted)}, but ends in {words(left)}: the run will end well before a "
                "step that has not enough time left."
            )
    if len(policy.windows) > 1 and situation.b is not None:
        soak = (policy.windows[1].start - policy.windows[0].end).total_seconds()
        if policy.soak_min is not None and soak < policy.soak_min:
            notes.append(f"Between the windows are {words(soak)}, less than the least time {words(policy.soak_min)}.")
        if policy.soak_max is not None and soak > policy.soak_max:
            notes.append(f"Between the windows are {words(soak)}, more than the longest time {words(policy.soak_max)}.")
    return notes


def _soak_warnings(policy: Policy, steps: t.Sequence[Step]) -> list[str]:
    """The new version serves too long without failover, or nobody knows for how long."""
    waiting = any(step.window == 2 for step in steps) and not any(step.window == 1 and step.changing for step in steps)
    if not waiting or policy.now is None:
        return []
    if policy.production_since is None:
        unknown = "It is not known since when the new version serves, so that sra_soak_min is left to you."
        return [unknown] if policy.soak_min else []
    served = (policy.now - policy.production_since).total_seconds()
    if policy.soak_max is None or served <= policy.soak_max:
        return []
    return [
        f"Without failover for {words(served)}, longer than the longest time {words(policy.soak_max)} (sra_soak_max): "
        "finish window 2 soon."
    ]
