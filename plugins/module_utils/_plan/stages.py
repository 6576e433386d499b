# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which stage of the procedure the appliances stand in, what remains from there, and which stages look alike."""

from __future__ import annotations

import dataclasses
import typing as t

from .model import Answer, Question, Stage
from .observe import Observed, ahead
from .situation import Situation

Remaining = list[tuple[str, int]]


@dataclasses.dataclass(frozen=True)
class Position:
    """A stage with the remaining steps as (id, window)."""

    stage: Stage
    steps: Remaining


def position(situation: Situation) -> Position:
    """The one stage that fits; call only where there are no problems."""
    if situation.b is None:
        return _single(situation)
    if situation.paired:
        return _paired(situation)
    prefix: Remaining = [("separate", 1)] if situation.half_paired else []
    rest = _asynchronous(situation) if situation.procedure == "asynchronous" else _synchronous(situation)
    if not prefix:
        return rest
    stage = Stage(
        "half_separated", f"Only {situation.claiming and situation.claiming.name} still claims a failover pair."
    )
    return Position(stage, _with_backup_first(prefix + rest.steps, situation))


def _with_backup_first(steps: Remaining, situation: Situation) -> Remaining:
    backup = (f"backup_{_production(situation)}", 1)
    return [backup, *[step for step in steps if step != backup]]


def _production(situation: Situation) -> str:
    return situation.serving.who if situation.serving.who in ("a", "b") else situation.a.letter


def _single(situation: Situation) -> Position:
    if not situation.needs(situation.a):
        return Position(_done(situation), [])
    if situation.a.installing:
        return Position(_updating(situation, "a"), [("update_a", 1), ("verify_a", 1)])
    stage = Stage("not_started", f"{_capital(situation.a.name)} is not at the target yet.")
    return Position(stage, [("backup_a", 1), ("update_a", 1), ("verify_a", 1)])


def _paired(situation: Situation) -> Position:
    if any(situation.needs(device) for device in situation.pair):
        stage = Stage("not_started", "The devices are a failover pair and not at the target yet.")
        start: Remaining = [("backup_a", 1), ("sync", 1), ("separate", 1)]
        return Position(stage, start + _from_separated(situation))
    primary = situation.primary
    if primary is not None and (primary.synced is False or primary.sync_running):
        stage = Stage("first_sync_missing", "The failover pair is re-established; its first data sync is not finished.")
        return Position(stage, [("final_sync", 2), ("verify_pair", 2)])
    return Position(_done(situation), [])


def _done(situation: Situation) -> Stage:
    if situation.b is None:
        return Stage("done", f"{_capital(situation.a.name)} is at {situation.target.version}.")
    primary = situation.primary.name if situation.primary else "one"
    return Stage("done", f"Both devices are at {situation.target.version}, {primary} is primary and nothing remains.")


def _from_separated(situation: Situation) -> Remaining:
    """Both procedures have the same shape from here; only the order of devices and the swing differ."""
    first, second = situation.first, situation.second
    steps = _update(situation, first.letter, 1)
    if situation.procedure == "asynchronous":
        steps += [("swing", 1)]
    return steps + _window_2(situation) if second is not None else steps


def _update(situation: Situation, letter: str, window: int) -> Remaining:
    """Backup of the stand-alone device, its update and its verification; the two last only where it needs an update."""
    if not situation.needs(situation.device(letter)):
        return [(f"verify_{letter}", window)]
    backup: Remaining = [(f"backup_{letter}", window)]
    # The production device's own backup is already the first step of the window.
    if (letter == situation.a.letter and window == 1) or situation.device(letter).installing:
        backup = []
    return [*backup, (f"update_{letter}", window), (f"verify_{letter}", window)]


def _window_2(situation: Situation) -> Remaining:
    first, second = situation.first, situation.second
    confirm: Remaining = [] if situation.policy.confirmed else [("confirm", 2)]
    letter = second.letter if second is not None else first.letter
    production: Remaining = [(f"backup_{first.letter}", 2)]
    return [*confirm, *production, *_update(situation, letter, 2), *_re_establish()]


def _re_establish() -> Remaining:
    return [("establish", 2), ("final_sync", 2), ("verify_pair", 2)]


def _asynchronous(situation: Situation) -> Position:
    a, b = situation.pair
    if situation.serving.who == "b":
        return _second_device(situation)
    if situation.serving.half_moved and not situation.needs(b):
        stage = Stage("swing_half_done", "The shared IP is disabled on both devices: production is away.")
        return Position(stage, [("swing", 1), *_window_2(situation)])
    if not situation.needs(b):
        stage = Stage("first_updated", f"{_capital(b.name)} is at the target, production still runs on {a.name}.")
        return Position(stage, [("verify_b", 1), ("backup_a", 1), ("swing", 1), *_window_2(situation)])
    steps = [*_update(situation, "b", 1), ("swing", 1), *_window_2(situation)]
    if b.installing or situation.between_base_and_product(b):
        # AUTO-4: nothing comes between Base and product but the backup of this very device.
        before_swing = steps.index(("swing", 1))
        return Position(_updating(situation, "b"), [*steps[:before_swing], ("backup_a", 1), *steps[before_swing:]])
    return Position(_separated(situation), [("backup_a", 1), *steps])


def _synchronous(situation: Situation) -> Position:
    if not situation.needs(situation.a):
        return _second_device(situation)
    steps = [*_update(situation, "a", 1), *_window_2(situation)]
    if situation.a.installing:
        return Position(_updating(situation, "a"), steps)
    between = situation.between_base_and_product(situation.a)
    stage = _updating(situation, "a") if between else _separated(situation)
    return Position(stage, [("backup_a", 1), *steps])


def _second_device(situation: Situation) -> Position:
    """The first device is at the target and serves: window 2."""
    first, second = situation.first, situation.second
    if second is None:
        return Position(_done(situation), [])
    if not situation.needs(second):
        stage = Stage("second_updated", "Both devices are at the target and not a failover pair yet.")
        return Position(stage, _window_2(situation))
    gate: Remaining = [] if situation.policy.confirmed else [("confirm", 2)]
    if second.installing or situation.between_base_and_product(second):
        steps = [*gate, *_update(situation, second.letter, 2), (f"backup_{first.letter}", 2), *_re_establish()]
        return Position(_updating(situation, second.letter), steps)
    if situation.procedure == "asynchronous":
        stage = Stage("swung", f"Production runs on {first.name} at the target; {second.name} is still old.")
        return Position(stage, _window_2(situation))
    stage = Stage("first_updated", f"{_capital(first.name)} is at the target; {second.name} is still old.")
    verify: Remaining = [("verify_a", 1)]
    return Position(stage, verify + _window_2(situation))


def _separated(situation: Situation) -> Stage:
    return Stage("separated", f"The failover pair is separated; {situation.first.name} is not updated yet.")


def _updating(situation: Situation, letter: str) -> Stage:
    device = situation.device(letter) if situation.b is not None else situation.a
    what = "an install is under way" if device.installing else "its Base is updated, its product is not"
    return Stage("updating", f"{_capital(device.name)} is in the middle of its update: {what}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def stage_warnings(situation: Situation, found: Stage) -> list[str]:
    """What is assumed in this stage and checked later."""
    notes = []
    if found.id == "separated":
        notes.append(
            f"The pair is taken as separated by this upgrade after a data sync; that {situation.first.name} holds the "
            f"data of its peer is checked by verify_{situation.first.letter}."
        )
    if found.id == "updating" and not situation.policy.confirmed and _second_only(situation):
        notes.append("The product follows a Base update at once (AUTO-4): confirm soon, so that it can be installed.")
    if situation.serving.who == "unknown" and situation.procedure != "asynchronous":
        notes.append("Who serves the site is not known: it is assumed to be device A.")
    if situation.serving.who == "none" and situation.procedure != "asynchronous":
        notes.append("The site does not answer now.")
    if found.id == "done" and situation.procedure == "asynchronous" and situation.primary is situation.b:
        notes.append("Device B is primary now: swap the groups device_a and device_b before the next upgrade.")
    return notes


def _second_only(situation: Situation) -> bool:
    second = situation.second
    return second is not None and situation.needs(second) and not situation.needs(situation.first)


def questions(situation: Situation) -> list[Question]:
    """Look-alikes that the procedure does not decide."""
    if situation.b is None:
        return []
    return [*_base_ahead(situation), *_which_upgrade(situation), *_release_or_intermediate(situation)]


def _base_ahead(situation: Situation) -> list[Question]:
    """A device has a higher Base than its peer: left by hand so, or between Base and product?

    Once the pair is separated, the device that is updated first is simply finished first. In a pair its Base was not
    updated by the procedure either, and to synchronise and separate now would be work between Base and product (AUTO-4).
    """
    first, second = situation.first, situation.second
    if second is None or situation.policy.accept_base_difference or not situation.needs(first):
        return []
    suspects = [second, first] if situation.paired else [second]
    found = [device for device in suspects if _has_higher_base(situation, device)]
    if not found:
        return []
    (device,) = found
    peer = first if device is second else second
    pair = ", in a failover pair," if situation.paired else ","
    message = (
        f"Base of {device.name} is {device.base_version}, higher than {peer.base_version} on {peer.name}{pair} at "
        "product versions below the target. Was its product update left out after the Base update, or is this an "
        "older difference?"
    )
    finish = f"finish {device.name} first"
    if situation.paired:
        finish = (
            "break the relationship on Management > Failover, for nothing is installed on a pair, and "
            f"{finish} with the command"
        )
    return [
        Question(
            "base_ahead",
            message,
            (
                Answer(
                    f"It stands between Base and product: {finish}.",
                    _command(f"upgrade_{_beginning_with(situation, device)}"),
                ),
                Answer(
                    f"It is an older difference: go on {_adverb(situation.procedure)}.",
                    _command(f"upgrade_{situation.procedure}", "sra_accept_base_difference=true"),
                ),
            ),
        )
    ]


def _has_higher_base(situation: Situation, device: Observed) -> bool:
    peer = situation.peer(device)
    return (
        peer is not None
        and not situation.product_reached(device)
        and not device.installing
        and ahead(device.base_version, peer.base_version)
    )


def _beginning_with(situation: Situation, device: Observed) -> str:
    """The procedure that updates the device first."""
    if device is situation.first:
        return situation.procedure
    return "synchronous" if situation.procedure == "asynchronous" else "asynchronous"


def _which_upgrade(situation: Situation) -> list[Question]:
    """Stand-alone and both at the target, without production on B: the asynchronous procedure never leaves this."""
    if situation.procedure != "asynchronous" or situation.paired or situation.serving.who == "b":
        return []
    if situation.policy.swing_again or not all(situation.product_reached(device) for device in situation.pair):
        return []
    a, b = situation.pair
    if situation.needs(a) or a.installing or b.installing:
        return []
    where = "nobody serves" if situation.serving.half_moved else f"production runs on {a.name}"
    message = f"Both devices are at {situation.target.version}, not a failover pair, and {where}."
    return [
        Question(
            "synchronous_or_swung_back",
            f"{message} Was this a synchronous upgrade, or was an asynchronous one swung back?",
            (
                Answer(
                    "Production stays on A and the pair is re-established with A as primary.",
                    _command("upgrade_synchronous", "sra_confirmed=true")
                    if not situation.serving.half_moved
                    else _command("swing_back"),
                ),
                Answer(
                    "Production is to run on B, as the asynchronous procedure ends.",
                    _command("upgrade_asynchronous", "sra_swing_again=true"),
                ),
            ),
        )
    ]


def _release_or_intermediate(situation: Situation) -> list[Question]:
    """A synchronous upgrade whose first device is ahead and is offered still more, after confirmation."""
    if situation.procedure != "synchronous" or not situation.policy.confirmed or not situation.target.latest:
        return []
    a, b = situation.pair
    if situation.paired or a.installing or situation.product_reached(a) or not ahead(a.version, b.version):
        return []
    message = (
        f"{_capital(a.name)} runs {a.version}, {b.name} runs {b.version}, and {situation.target.version} is offered. "
        f"Was {a.version} a step on the way, or has {situation.target.version} been released since?"
    )
    procedure = "upgrade_synchronous"
    return [
        Question(
            "release_or_intermediate",
            message,
            (
                Answer(
                    "A step on the way: go on.", _command(procedure, f"sra_target_version={situation.target.version}")
                ),
                Answer(
                    "Released since: finish this upgrade first.",
                    _command(procedure, f"sra_target_version={a.version} sra_confirmed=true"),
                ),
            ),
        )
    ]


def _command(playbook: str, variables: str | None = None) -> str:
    extra = f' -e "{variables}"' if variables else ""
    return f"ansible-playbook -i INVENTORY bseries.sra.{playbook}{extra}"


def _adverb(procedure: t.Any) -> str:
    return f"{procedure}ly"
