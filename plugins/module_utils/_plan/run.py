# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to a plan: what the module C(upgrade_plan) does, callable from elsewhere too."""

from __future__ import annotations

import datetime
import typing as t

from .._errors import InputError, SraError, StateError
from .failures import check_name
from .invariants import RunFacts, check_step, refusal
from .model import PROCEDURES, SWING_METHODS, UPDATE_METHODS, Plan, Policy, parse_windows
from .planner import PlanInputs, plan_upgrade

CHOICES = {"procedure": PROCEDURES, "swing_method": SWING_METHODS, "update_method": UPDATE_METHODS}


def policy_from(params: t.Mapping[str, t.Any], now: datetime.datetime | None) -> Policy:
    """The policy from options named as in the module; InputError where one is malformed."""
    measured = params.get("measured") or {}
    for device, values in measured.items():
        if not isinstance(values, t.Mapping):
            raise InputError(f"measured.{device} is no dictionary of seconds by action.", seen=repr(values))
    return Policy(
        target_version=str(params.get("target_version") or "latest"),
        confirmed=bool(params.get("confirmed")),
        swing_method=params.get("swing_method") or "none",
        shared_ip=params.get("shared_ip") or None,
        update_method=params.get("update_method") or "automatic",
        accept_license=params.get("accept_license"),
        windows=parse_windows(params.get("windows")),
        soak_min=params.get("soak_min"),
        soak_max=params.get("soak_max"),
        estimates=_seconds(params.get("estimates") or {}),
        measured={device: _seconds(values) for device, values in measured.items()},
        now=now,
        accept_base_difference=bool(params.get("accept_base_difference")),
        swing_again=bool(params.get("swing_again")),
        failure_solved={
            letter: check_name(str(named))
            for letter, named in (params.get("install_failure_solved") or {}).items()
            if named
        },
        purpose=params.get("purpose") or "upgrade",
        swing_to=params.get("swing_to") or "b",
        production_since=moment_from(params.get("production_since")),
    )


def moment_from(text: t.Any) -> datetime.datetime | None:
    """A time that was written down by a run; None where there is none or it says no zone."""
    try:
        moment = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _seconds(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Numbers that templating turned into text become numbers again; what is none is left for the planner to refuse."""
    return {action: _number(value) for action, value in values.items()}


def _number(value: t.Any) -> t.Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def run(params: t.Mapping[str, t.Any], now: datetime.datetime | None) -> tuple[dict[str, t.Any], SraError | None]:
    """The result and, where the module has to fail, the error. Nothing is ever changed."""
    inputs = PlanInputs(
        params["procedure"], params.get("a"), params.get("b"), params.get("site"), policy_from(params, now)
    )
    plan = plan_upgrade(inputs.procedure, inputs.a, inputs.b, inputs.site, inputs.policy)
    result: dict[str, t.Any] = {"changed": False, "plan": plan.to_dict()}
    if params.get("step"):
        facts = RunFacts(backups=params.get("backups") or {}, done=frozenset(params.get("steps_done") or ()))
        violations = check_step(params["step"], inputs, facts)
        result["violations"] = [violation.to_dict() for violation in violations]
        return result, refusal(params["step"], violations, inputs)
    return result, _stopped(plan) if params.get("fail_on_problems", True) else None


def _stopped(plan: Plan) -> StateError | None:
    if not plan.stopped:
        return None
    reasons = [*(problem.message for problem in plan.problems), *(question.message for question in plan.questions)]
    advice = [problem.advice for problem in plan.problems]
    advice += [f"{answer.meaning} {answer.command}" for question in plan.questions for answer in question.answers]
    return StateError(
        f"The {plan.procedure} upgrade cannot go on. " + " ".join(reasons),
        seen=_sides(plan),
        state="Nothing was changed by planning.",
        advice=" ".join(dict.fromkeys(advice)),
    )


def _sides(plan: Plan) -> str:
    return "; ".join(
        f"device_{letter} {device['host']}: failover role {device['failover_role'] or 'unknown'}, "
        f"version {device['version'] or 'unknown'}"
        for letter, device in plan.devices.items()
    )
