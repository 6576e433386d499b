# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The invariants, in one place: whether a step may be done now, whatever asked for it."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StateError
from .model import Plan, Policy, Step
from .moves import MOVES
from .observe import observe
from .packages import LATEST, target_product
from .planner import Data, PlanInputs, plan_upgrade, situate
from .situation import Situation
from .steps import READ_ONLY, STEP_IDS
from .windows import no_time, soaking


@dataclasses.dataclass(frozen=True)
class RunFacts:
    """What this run has done so far.

    ``backups`` by device (``a``, ``b``), each with ``path`` and ``sha256`` of a verified file of this run. ``done`` are
    the steps that this run has finished: a data sync leaves no trace that tells it from an older one. ``window`` False
    means that the moment is outside every maintenance window; None leaves that to the policy.
    """

    backups: t.Mapping[str, t.Mapping[str, t.Any]] = dataclasses.field(default_factory=dict)
    confirmed: bool = False
    window: bool | None = None
    done: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Violation:
    """A broken invariant; the step must not be done."""

    code: str
    message: str
    advice: str

    def to_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


def check_step(step_id: str, inputs: PlanInputs, facts: RunFacts) -> list[Violation]:
    """Everything that forbids the step in the state of ``inputs``, which must have been read just now.

    Empty for a step that may be done and for one whose effect is there already. Steps that only read are refused only
    where the procedure does not know them, and ``confirm`` until confirmed.
    """
    if step_id not in STEP_IDS.get(inputs.procedure, frozenset()):
        return [_unknown(step_id, inputs.procedure)]
    policy = dataclasses.replace(inputs.policy, confirmed=inputs.policy.confirmed or facts.confirmed)
    inputs = dataclasses.replace(inputs, policy=policy)
    if step_id == "confirm":
        return [] if policy.confirmed else [_not_confirmed(step_id)]
    if step_id in READ_ONLY:
        return []
    inputs = _without_stale_lists(inputs, facts.done)
    plan = plan_upgrade(inputs.procedure, inputs.a, inputs.b, inputs.site, policy)
    situation = situate(inputs)
    if plan.stopped or situation is None:
        return _stopped(plan)
    step = next((step for step in plan.steps if step.id == step_id), None)
    if step is None:
        return [] if _effect_is_there(step_id, situation) else [_not_planned(step_id, plan)]
    return [
        *_order(step, plan, facts),
        *_gates(step, situation.policy, facts),
        *_production(step, situation),
        *_shared_ip(step, situation),
        *_base_and_product(step, situation),
        *_backups(step, situation, facts),
    ]


def _without_stale_lists(inputs: PlanInputs, done: frozenset[str]) -> PlanInputs:
    """Inputs without the packages of devices that this run has updated.

    The look before a step does not press Check for Updates again, so that such a list is from before the update and
    offers what has been installed since. Kept where it offers a product newer than the version read now: that version
    may then be the old one, from a cached answer.
    """
    return dataclasses.replace(
        inputs,
        a=_without_stale_list(inputs.a, "update_a" in done),
        b=_without_stale_list(inputs.b, "update_b" in done),
    )


def _without_stale_list(data: Data | None, updated: bool) -> Data | None:
    observed = observe("a", data, Policy()) if updated else None
    if data is None or observed is None or target_product(observed.offered, observed.version, LATEST) is not None:
        return data
    return {**data, "updates": {**(data.get("updates") or {}), "listed": True, "available": []}}


def holds(violations: t.Sequence[Violation]) -> bool:
    """Whether nothing but time stands against the step: the run ends there, well, and goes on another time."""
    return bool(violations) and all(violation.code in ("outside_window", "soaking") for violation in violations)


def require_step(step_id: str, inputs: PlanInputs, facts: RunFacts) -> None:
    """StateError that names every violation."""
    error = refusal(step_id, check_step(step_id, inputs, facts), inputs)
    if error is not None:
        raise error


def refusal(step_id: str, violations: t.Sequence[Violation], inputs: PlanInputs) -> StateError | None:
    """The violations as one error, None where there are none."""
    if not violations:
        return None
    return StateError(
        f"The step {step_id} must not be done now. " + " ".join(violation.message for violation in violations),
        seen="; ".join(_hosts(inputs)),
        state="Nothing was changed by this step.",
        advice=" ".join(dict.fromkeys(violation.advice for violation in violations)),
    )


def _hosts(inputs: PlanInputs) -> list[str]:
    situation = situate(inputs)
    return [] if situation is None else [device.side() for device in situation.devices]


def _unknown(step_id: str, procedure: str) -> Violation:
    return Violation(
        "not_in_procedure",
        f"The {procedure} procedure has no step {step_id}.",
        f"Its steps are {', '.join(sorted(STEP_IDS.get(procedure, ())))}.",
    )


def _not_confirmed(step_id: str) -> Violation:
    return Violation(
        "not_confirmed",
        f"{step_id} belongs to window 2, which is not confirmed.",
        "Confirm that the updated device works in production, then run with sra_confirmed=true.",
    )


def _not_planned(step_id: str, plan: Plan) -> Violation:
    return Violation(
        "not_planned",
        f"{step_id} is not among the remaining steps ({plan.stage.sentence})",
        f"The next step is {plan.next}." if plan.next else "Nothing remains to be done.",
    )


def _stopped(plan: Plan) -> list[Violation]:
    found = [Violation(problem.code, problem.message, problem.advice) for problem in plan.problems]
    for question in plan.questions:
        advice = " ".join(f"{answer.meaning} {answer.command}" for answer in question.answers)
        found.append(Violation(question.code, question.message, advice))
    return found


def _effect_is_there(step_id: str, situation: Situation) -> bool:
    if situation.b is None:
        return not situation.needs(situation.a)
    if step_id in ("update_a", "update_b"):
        return not situation.needs(situation.device(step_id[-1]))
    if step_id == "separate":
        return situation.unpaired
    if step_id in ("swing", "swing_back"):
        return situation.serving.who == ("b" if step_id == "swing" else "a")
    in_place = situation.paired and situation.primary is not None
    if step_id == "establish":
        return in_place and not any(situation.needs(device) for device in situation.devices)
    return step_id == "final_sync" and in_place and bool(situation.primary and situation.primary.synced)


def _order(step: Step, plan: Plan, facts: RunFacts) -> list[Violation]:
    for candidate in plan.steps:
        if candidate.id == step.id:
            return []
        if candidate.changing and candidate.id not in facts.done:
            return [
                Violation(
                    "not_next",
                    f"{step.id} is not next: {candidate.id} comes before it.",
                    f"Do this first: {candidate.title}.",
                )
            ]
    return []


def _gates(step: Step, policy: Policy, facts: RunFacts) -> list[Violation]:
    if step.gate == "confirmation":
        return [_not_confirmed(step.id)]
    if facts.window is False or (step.gate == "window" and facts.window is None):
        message = no_time(policy, step)
        return [Violation("outside_window", message, "Run the same command again inside a window of sra_windows.")]
    if step.gate == "soak":
        return [Violation("soaking", soaking(policy), "Run the same command again then.")]
    if step.gate == "license":
        message = f"{step.id} installs packages with a licence agreement that is not accepted."
        return [Violation("license_not_accepted", message, "Read the agreement and set sra_accept_license=true.")]
    return []


def _production(step: Step, situation: Situation) -> list[Violation]:
    """Only the synchronous update of A and a single one may take production away."""
    planned = situation.procedure == "single" or (situation.procedure == "synchronous" and step.id == "update_a")
    if step.action != "update" or planned or situation.serving.who != step.device:
        return []
    return [
        Violation(
            "serves_production",
            f"{situation.device(step.device).name} serves production; the {situation.procedure} procedure does not "
            f"do {step.id} there.",
            "Plan again and find out why production is there.",
        )
    ]


def _shared_ip(step: Step, situation: Situation) -> list[Violation]:
    """Both flags must have been read, so that the address is never enabled twice."""
    if step.id not in ("swing", "swing_back") or situation.policy.swing_method != "shared_ip":
        return []
    unread = [device.name for device in situation.pair if device.shared_ip is None]
    if not unread:
        return []
    message = f"It is not known whether the shared IP is enabled on {' and '.join(unread)}."
    return [Violation("shared_ip_unread", message, "Read the subset network of both devices.")]


def _base_and_product(step: Step, situation: Situation) -> list[Violation]:
    found = []
    for device in situation.devices:
        if situation.policy.accept_base_difference and device is situation.second:
            continue
        if situation.between_base_and_product(device) and step.id != f"update_{device.letter}":
            found.append(
                Violation(
                    "between_base_and_product",
                    f"{device.name} has its new Base but not the product that belongs to it.",
                    f"Finish update_{device.letter} first; no other work comes in between (AUTO-4).",
                )
            )
    return found


def _backups(step: Step, situation: Situation, facts: RunFacts) -> list[Violation]:
    missing = [letter for letter in _needed_backups(step, situation) if not _verified(facts.backups.get(letter))]
    return [
        Violation(
            "no_backup",
            f"This run holds no verified backup of {_name(situation, letter)}.",
            f"Do backup_{letter} first.",
        )
        for letter in missing
    ]


def _name(situation: Situation, letter: str) -> str:
    return situation.a.name if situation.b is None else situation.device(letter).name


def _verified(backup: t.Mapping[str, t.Any] | None) -> bool:
    return bool(backup and backup.get("path") and backup.get("sha256"))


def _needed_backups(step: Step, situation: Situation) -> list[str]:
    """Of the production device, and of the device that is updated.

    Not where production is away, in the middle of a swing, where an install is under way, and not of the other device
    between Base and product; a first sync starts by itself anyway.
    """
    if situation.b is None:
        return [] if situation.a.installing else ["a"]
    if step.id in MOVES:
        return [situation.serving.who] if situation.serving.who in ("a", "b") else []
    if step.id == "final_sync" or (step.id == "swing" and situation.serving.half_moved):
        return []
    serving = situation.serving.who if situation.serving.who in ("a", "b") else situation.a.letter
    if step.action != "update":
        return [serving]
    device = situation.device(step.device)
    if device.installing:
        return []
    if situation.between_base_and_product(device):
        return [device.letter]
    return list(dict.fromkeys((serving, device.letter)))
