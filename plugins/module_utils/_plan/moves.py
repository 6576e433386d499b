# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving production outside of an upgrade's order: back to device A (ASYNC-4 undone), or by swapping the roles of a pair.

Swing back is for the time between the windows, so that no maintenance window holds it up.
"""

from __future__ import annotations

import typing as t

from .contradictions import identities, pair_roles, third_appliance, unknowns
from .estimates import estimate
from .model import Change, Plan, Problem, Stage, Step
from .observe import Observed, ahead, equal, site_name
from .situation import Situation

MOVES = frozenset({"swing_back", "swap_roles"})
_Site = t.Optional[t.Mapping[str, t.Any]]


def move_plan(situation: Situation, site: _Site) -> Plan:
    """The plan of the policy's purpose, ``swing_back`` or ``role_swap``."""
    back = situation.policy.purpose == "swing_back"
    found = _basics(situation, site) or (_swing_back_problems if back else _role_swap_problems)(situation, site)
    stage = Stage("contradiction", "Production must not be moved in this state.")
    steps: tuple[Step, ...] = ()
    if not found:
        stage, steps = _swing_back(situation) if back else _role_swap(situation)
    return Plan(
        procedure=situation.procedure,
        stage=stage,
        target_version=situation.target.version,
        serving=situation.serving.who,
        devices={device.letter: device.to_dict() for device in situation.devices},
        steps=steps,
        problems=tuple(found),
        warnings=(*situation.serving.warnings, *(_warnings(situation) if steps else ())),
    )


def _basics(situation: Situation, site: _Site) -> list[Problem]:
    if situation.b is None:
        message = "Production is moved between the two devices of a pair; there is only one."
        return [Problem("pair_incomplete", message, "Give device B the same sra_pair.")]
    found = [*identities(situation), *situation.serving.problems, *unknowns(situation)]
    if situation.serving.who == "other":
        found.append(third_appliance(situation, site))
    if situation.serving.who == "unknown":
        advice = "Make the site's host name resolvable here, or give the shared IP or the DNS settings."
        found.append(Problem("serving_unknown", f"It is not known which device serves {site_name(site)}.", advice))
    return found


def _swing_back_problems(situation: Situation, _site: _Site) -> list[Problem]:
    a, b = situation.pair
    if not situation.unpaired:
        return [
            Problem(
                "not_separated",
                f"The devices are not both stand-alone. {situation.sides()}.",
                "Swinging back is for the time between the windows, while the pair is separated. To move production within a "
                "pair use sra_swing_role_swap=true.",
                second_look=True,
            )
        ]
    if situation.serving.who == "a":
        return []
    found = [_installing(device) for device in (a, b) if device.installing or device.progress == "failed"]
    if situation.between_base_and_product(a):
        found.append(
            Problem(
                "between_base_and_product",
                f"{a.name} has its new Base but not the product that belongs to it.",
                "Finish update_a first; no other work comes in between (AUTO-4).",
            )
        )
    if a.healthy is False:
        found.append(_unhealthy(a))
    if situation.serving.who == "b" and not situation.needs(a) and equal(a.version, b.version):
        found.append(
            Problem(
                "both_updated",
                f"Both devices run {a.version}: there is no old version to go back to.",
                "Finish the upgrade with upgrade_asynchronous; then sra_swing_role_swap=true moves production within the pair.",
            )
        )
    return found


def _role_swap_problems(situation: Situation, site: _Site) -> list[Problem]:
    a, b = situation.pair
    found = pair_roles(situation)
    if found:
        return found
    if not situation.paired:
        return [
            Problem(
                "not_paired",
                f"The devices are not a failover pair, so they have no roles to swap. {situation.sides()}.",
                "Leave sra_swing_role_swap out: stand-alone devices are swung by address.",
                second_look=True,
            )
        ]
    found = [_installing(device) for device in (a, b) if device.installing or device.progress == "failed"]
    found += [_unhealthy(device) for device in (a, b) if device.healthy is False]
    if not _alike(a, b):
        found.append(
            Problem(
                "versions_differ_while_paired",
                f"The devices run different versions. {situation.sides()}.",
                "Roles are swapped between equal versions only. Finish the upgrade first.",
                second_look=True,
            )
        )
    primary = situation.primary
    if primary is not None and primary.sync_running:
        message = f"A data sync from {primary.name} is running."
        found.append(Problem("sync_running", message, "Wait until it is finished.", second_look=True))
    if situation.serving.who == "none" and not _roles_swapped(situation):
        message = f"Neither device serves the site {site_name(site)}. {situation.sides()}."
        found.append(
            Problem("site_not_answering", message, "Find out why before the roles are swapped.", second_look=True)
        )
    return found


def _alike(a: Observed, b: Observed) -> bool:
    builds_known = a.build is not None and b.build is not None
    return equal(a.version, b.version) and (not builds_known or a.build == b.build)


def _installing(device: Observed) -> Problem:
    message = f"An install is under way or has failed on {device.name}: {device.progress_text or device.progress}."
    return Problem(
        "install_under_way", message, "Wait for its end, or call vendor support; do not restart the appliance."
    )


def _unhealthy(device: Observed) -> Problem:
    return Problem(
        "unhealthy",
        f"{device.name} reports that it is not healthy: {device.health_message or 'no reason given'}.",
        "Look again in a minute (health is cached), then at Status > Basics.",
        second_look=True,
    )


def _swing_back(situation: Situation) -> tuple[Stage, tuple[Step, ...]]:
    a, b = situation.pair
    if situation.serving.who == "a":
        return Stage("swung_back", f"Production runs on {a.name}."), ()
    half = situation.serving.half_moved
    step = Step(
        id="swing_back",
        guide=("ASYNC-4",),
        device="a",
        action="swing",
        title=f"{'Finish moving' if half else 'Move'} production back from {b.name} to {a.name}",
        window=1,
        changes=(Change("production", "on neither device" if half else b.name, a.name),),
        estimate_seconds=round(estimate(situation.policy, "swing")),
        production="switching",
        way_back="Swing again with upgrade_asynchronous. Data written on A in between stays on A.",
    )
    backup = (_backup(situation, b),) if situation.serving.who == "b" else ()
    where = "Production is away" if situation.serving.who == "none" else f"Production runs on {b.name}"
    return Stage("swung", f"{where}; it is to go back to {a.name}."), (*backup, step)


def _roles_swapped(situation: Situation) -> bool:
    return situation.primary is not None and situation.primary.letter == situation.policy.swing_to


def _role_swap(situation: Situation) -> tuple[Stage, tuple[Step, ...]]:
    to = situation.device(situation.policy.swing_to)
    other = situation.peer(to) or to
    if _roles_swapped(situation) and situation.serving.who == to.letter:
        return Stage("swapped", f"{_capital(to.name)} is primary and serves production."), ()
    changes: tuple[Change, ...] = ()
    if not _roles_swapped(situation):
        changes = (
            Change(f"failover role of {to.name}", to.role, "primary"),
            Change(f"failover role of {other.name}", other.role, "backup"),
        )
    if situation.serving.who != to.letter:
        changes = (*changes, Change("production", other.name, to.name))
    step = Step(
        id="swap_roles",
        guide=("ASYNC-4",),
        device=to.letter,
        action="swing",
        title=f"Sync data, make {to.name} primary and {other.name} backup, and move production with it",
        window=1,
        changes=changes,
        estimate_seconds=round(sum(estimate(situation.policy, action) for action in ("sync", "swing"))),
        production="away",
        way_back=f"Swap the roles again: playbook {'swing_back' if to.letter == 'b' else 'swing'}, sra_swing_role_swap=true.",
        gate=None if situation.policy.in_window else "window",
    )
    serving = situation.serving.who
    backup = (_backup(situation, situation.device(serving)),) if serving in ("a", "b") else ()
    return Stage("paired", f"The pair is together; {other.name} is to hand over to {to.name}."), (*backup, step)


def _backup(situation: Situation, device: Observed) -> Step:
    return Step(
        id=f"backup_{device.letter}",
        guide=("PREP-1",),
        device=device.letter,
        action="backup",
        title=device.backup_title,
        window=1,
        estimate_seconds=round(estimate(situation.policy, "backup", device.letter)),
        way_back="Nothing to undo: the appliance is only read.",
    )


def _warnings(situation: Situation) -> list[str]:
    a, b = situation.pair
    if situation.policy.purpose == "role_swap":
        return [
            "All users of the present primary are disconnected while data is synchronised, and nothing else is possible until "
            "the swap is complete. Both devices may be backup for a moment.",
            "Automatic failover must be off (Management > Failover): together with a role change through the API it can "
            "lead to a conflict.",
        ]
    notes = [
        f"AT STAKE: sessions, recordings, and changes to users, Vault and Jump items that were written on {b.name} since the "
        f"swing stay on {b.name}. {_capital(a.name)} goes on with the data of the last sync before the upgrade.",
        f"They are in the backup of {b.name} that is made first. If a relationship is established later with {a.name} as "
        f"primary, its first sync overwrites them on {b.name}.",
    ]
    if ahead(b.version, a.version):
        notes.append(
            f"Clients that {b.name} has upgraded to {b.version} may need time, or hands, to work with {a.version}."
        )
    return notes


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
