# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The remaining steps as the runbook shows them: titles, what changes, packages, durations, the way back, gates."""

from __future__ import annotations

import dataclasses
import typing as t

from .._records import as_data
from .estimates import estimate, update_seconds
from .model import Change, Policy, Step
from .observe import Observed
from .situation import Situation

READ_ONLY = frozenset({"backup_a", "backup_b", "verify_a", "verify_b", "verify_pair", "confirm"})
_COMMON = frozenset({"backup_a", "backup_b", "update_a", "update_b", "verify_a", "verify_b", "verify_pair"})
_PAIR = _COMMON | {"sync", "separate", "confirm", "establish", "final_sync"}
STEP_IDS: t.Mapping[str, frozenset[str]] = {
    "single": frozenset({"backup_a", "update_a", "verify_a"}),
    "synchronous": _PAIR,
    "asynchronous": _PAIR | {"swing", "swing_back", "swap_roles"},
}
_SWING_GUIDE = {"shared_ip": ("ASYNC-5",), "dns": ("ASYNC-6",), "nat": ("ASYNC-7",)}


def build_steps(situation: Situation, remaining: t.Sequence[tuple[str, int]]) -> tuple[Step, ...]:
    """The steps in order; everything of window 2 that changes something is behind the gate until confirmed."""
    return tuple(_soaked(situation, _build(situation, step_id, window), remaining) for step_id, window in remaining)


def _soaked(situation: Situation, step: Step, remaining: t.Sequence[tuple[str, int]]) -> Step:
    """Window 2 waits for the least time in production, though confirmed. The first sync of a settled pair does not."""
    settled = situation.paired and situation.primary_at_target
    if step.window != 2 or step.gate is not None or not situation.policy.soak_min or settled:
        return step
    first = any(window == 1 and step_id.partition("_")[0] in ("update", "swing") for step_id, window in remaining)
    left = situation.policy.soak_min if first else situation.policy.soak_left
    return dataclasses.replace(step, gate="soak") if left else step


def _build(situation: Situation, step_id: str, window: int) -> Step:
    action, _sep, letter = step_id.partition("_")
    if step_id == "final_sync":
        return _final_sync(situation, window)
    if step_id == "verify_pair":
        return _verify_pair(situation, window)
    builders: dict[str, t.Callable[[Situation, str, int], Step]] = {
        "backup": _backup,
        "sync": _sync,
        "separate": _separate,
        "update": _update,
        "verify": _verify,
        "swing": _swing,
        "confirm": _confirm,
        "establish": _establish,
    }
    return builders[action](situation, letter, window)


def _gate(policy: Policy, window: int, needs_license: bool = False, *, seconds: float | None = None) -> str | None:
    """``seconds`` is what must end inside the maintenance window; None where the step may be done outside of it."""
    if window == 2 and not policy.confirmed:
        return "confirmation"
    if seconds is not None and not policy.has_time_for(seconds):
        return "window"
    return "license" if needs_license and policy.accept_license is False else None


def _seconds(situation: Situation, action: str, letter: str | None = None) -> int:
    return round(estimate(situation.policy, action, letter))


def _device(situation: Situation, letter: str) -> Observed:
    return situation.a if situation.b is None else situation.device(letter)


def _backup(situation: Situation, letter: str, window: int) -> Step:
    device = _device(situation, letter)
    return Step(
        id=f"backup_{letter}",
        guide=("PREP-1", *_guide(situation, "SYNC-1", "ASYNC-1"))
        if window == 1 and letter == "a" and situation.b is not None
        else ("PREP-1",),
        device=letter,
        action="backup",
        title=device.backup_title,
        window=window,
        estimate_seconds=_seconds(situation, "backup", letter),
        way_back="Nothing to undo: the appliance is only read.",
        gate=_gate(situation.policy, window),
    )


def _sync(situation: Situation, _letter: str, window: int) -> Step:
    a, b = situation.pair
    return Step(
        id="sync",
        guide=_guide(situation, "SYNC-2", "ASYNC-1"),
        device="a",
        action="sync",
        title=f"Sync data from {a.name} to {b.name} and wait until it is finished",
        window=window,
        changes=(Change(f"data of {b.name}", "as of the last sync", f"as on {a.name}"),),
        estimate_seconds=_seconds(situation, "sync"),
        way_back="Nothing to undo: the backup holds what the primary holds.",
        gate=_gate(situation.policy, window, seconds=_seconds(situation, "sync")),
    )


def _separate(situation: Situation, _letter: str, window: int) -> Step:
    device = situation.claiming or situation.a
    return Step(
        id="separate",
        guide=_guide(situation, "SYNC-3", "ASYNC-1"),
        device=device.letter,
        action="separate",
        title=f"Break the failover relationship on {device.name}",
        window=window,
        changes=tuple(
            Change(f"failover role of {each.name}", each.role, "none") for each in situation.pair if each.role != "none"
        ),
        estimate_seconds=_seconds(situation, "separate"),
        way_back=f"Re-establish the relationship on {situation.a.name}: no version has changed yet.",
        gate=_gate(situation.policy, window, seconds=_apart_seconds(situation)),
    )


def _apart_seconds(situation: Situation) -> int:
    """Without failover the pair is only left where its first device can be updated in the same window."""
    first = situation.first
    backup = _seconds(situation, "backup", first.letter) if first.letter != "a" else 0
    update = update_seconds(situation, first) if situation.needs(first) else 0
    return _seconds(situation, "separate") + (backup + update if update else 0)


def _update(situation: Situation, letter: str, window: int) -> Step:
    device = _device(situation, letter)
    packages = situation.packages(device)
    target = situation.target
    return Step(
        id=f"update_{letter}",
        guide=_update_guide(situation, letter),
        device=letter,
        action="update",
        title=f"Update {device.name} to {target.version}: {_what(packages, device)}",
        window=window,
        changes=_update_changes(situation, device),
        packages=tuple(as_data(package) for package in packages),
        request={"state": "latest"} if target.latest else {"state": "present", "version": str(target.version)},
        estimate_seconds=update_seconds(situation, device),
        production="served" if situation.procedure == "asynchronous" else _away(letter),
        point_of_no_return=situation.b is None or device is situation.second,
        way_back=_update_way_back(situation, device),
        gate=_gate(situation.policy, window, needs_license=True, seconds=_install_seconds(situation, device)),
    )


def _install_seconds(situation: Situation, device: Observed) -> int | None:
    """An install that is under way goes on whatever the window says."""
    return None if device.installing else update_seconds(situation, device)


def _away(letter: str) -> str:
    return "away" if letter == "a" else "served"


def _what(packages: t.Sequence[t.Any], device: Observed) -> str:
    if device.installing:
        return "wait for the install under way"
    return ", then ".join(package.name for package in packages) or "packages of the manual way"


def _update_changes(situation: Situation, device: Observed) -> tuple[Change, ...]:
    changes = []
    bases = [package for package in situation.packages(device) if package.kind == "base"]
    if bases:
        changes.append(Change(f"Base version of {device.name}", device.base_version, bases[-1].version))
    if not situation.product_reached(device):
        changes.append(Change(f"product version of {device.name}", device.version, situation.target.version))
    others = [package.name for package in situation.packages(device) if package.kind == "other"]
    changes += [Change(f"package on {device.name}", None, name) for name in others]
    return tuple(changes) or (Change(f"install under way on {device.name}", device.progress, "finished"),)


def _update_guide(situation: Situation, letter: str) -> tuple[str, ...]:
    by_pair = {
        ("synchronous", "a"): "SYNC-4",
        ("synchronous", "b"): "SYNC-6",
        ("asynchronous", "b"): "ASYNC-2",
        ("asynchronous", "a"): "ASYNC-10",
    }
    own = by_pair.get((situation.procedure, letter))
    way = ("MAN-3",) if situation.policy.update_method == "manual" else ("AUTO-2", "AUTO-3")
    return ((own,) if own else ()) + way + ("AUTO-4",)


def _update_way_back(situation: Situation, device: Observed) -> str:
    if situation.b is None:
        return "None: an appliance is not downgraded. The backup restores settings on a newly installed version."
    if device is situation.second:
        return f"None to the old version: {device.name} was the last to run it. The updated device goes on serving."
    peer = situation.peer(device)
    keeper = peer.name if peer is not None else "the other device"
    if situation.procedure == "asynchronous":
        return f"Production is untouched on {keeper}; {device.name} stays aside until vendor support has helped."
    return f"Move production to {keeper}, which still runs the old version with the data of the last sync."


def _verify(situation: Situation, letter: str, window: int) -> Step:
    device = _device(situation, letter)
    guide = {"asynchronous": {"b": "ASYNC-3", "a": "ASYNC-10"}, "synchronous": {"a": "SYNC-5", "b": "SYNC-6"}}
    own = guide.get(situation.procedure, {}).get(letter)
    return Step(
        id=f"verify_{letter}",
        guide=(own, "CLIENT-5") if own else ("CLIENT-4", "CLIENT-5"),
        device=letter,
        action="verify",
        title=f"Verify {device.name}: version, health, clients, a session",
        window=window,
        estimate_seconds=_seconds(situation, "verify", letter),
        way_back="Nothing to undo: the appliance is only read.",
        gate=_gate(situation.policy, window),
    )


def _swing(situation: Situation, _letter: str, window: int) -> Step:
    a, b = situation.pair
    method = situation.policy.swing_method
    how = {
        "shared_ip": f"the shared IP {situation.policy.shared_ip}",
        "dns": "the site's DNS record",
        "nat": "the NAT entry",
    }.get(method, "the site")
    before = "on neither device" if situation.serving.half_moved else a.name
    verb = "Finish moving" if situation.serving.half_moved else "Move"
    return Step(
        id="swing",
        guide=("ASYNC-4", *_SWING_GUIDE.get(method, ())),
        device="both" if method == "shared_ip" else "site",
        action="swing",
        title=f"{verb} {how} from {a.name} to {b.name}",
        window=window,
        changes=(Change(how, before, b.name),),
        estimate_seconds=_seconds(situation, "swing"),
        production="switching",
        way_back=f"Swing back (playbook swing_back): {a.name} still runs {a.version}. Data written on B stays on B.",
        # Half moved, production is away: that ends at once, inside a window or not.
        gate=_gate(
            situation.policy,
            window,
            seconds=None if situation.serving.half_moved else _seconds(situation, "swing"),
        ),
    )


def _confirm(situation: Situation, _letter: str, window: int) -> Step:
    first, second = situation.first, situation.second
    other = second.name if second is not None else "the other device"
    ahead = f"before {other} is changed" if second is not None and situation.needs(second) else "before window 2"
    return Step(
        id="confirm",
        guide=("PREP-9", "ASYNC-10") if situation.procedure == "asynchronous" else ("PREP-9", "SYNC-6"),
        device="site",
        action="confirm",
        title=f"Confirm that {situation.target.version} works on {first.name} {ahead} (sra_confirmed=true)",
        window=window,
        way_back="Nothing is done here.",
        gate="confirmation",
    )


def _establish(situation: Situation, _letter: str, window: int) -> Step:
    home = situation.home
    other = situation.peer(home)
    name = other.name if other is not None else "the other device"
    return Step(
        id="establish",
        guide=(*_guide(situation, "SYNC-7", "ASYNC-11"), "SYNC-8"),
        device=home.letter,
        action="establish",
        title=f"Re-establish the failover relationship on {home.name} with {name} as backup",
        window=window,
        changes=(
            Change(f"failover role of {home.name}", "none", "primary"),
            Change(f"failover role of {name}", "none", "backup"),
        ),
        estimate_seconds=_seconds(situation, "establish"),
        way_back=f"Break the relationship on {home.name} again; the first sync overwrites the data of {name}.",
        gate=_gate(
            situation.policy, window, seconds=_seconds(situation, "establish") + _seconds(situation, "first_sync")
        ),
    )


def _final_sync(situation: Situation, window: int) -> Step:
    settled = situation.paired and situation.primary_at_target
    home = situation.primary if settled and situation.primary is not None else situation.home
    other = situation.peer(home)
    name = other.name if other is not None else "the other device"
    # Once the pair stands again its first sync starts by itself: there is nothing left to confirm, and no window holds it.
    seconds = _seconds(situation, "first_sync")
    gate = _gate(situation.policy, 1 if settled else window, seconds=None if settled else seconds)
    return Step(
        id="final_sync",
        guide=("SYNC-9",),
        device=home.letter,
        action="first_sync",
        title=f"Sync data from {home.name} to {name} and wait until it is finished",
        window=window,
        changes=(Change(f"data of {name}", "not synced yet", f"as on {home.name}"),),
        estimate_seconds=_seconds(situation, "first_sync"),
        way_back=f"None for the data of {name}: it becomes a copy.",
        gate=gate,
    )


def _verify_pair(situation: Situation, window: int) -> Step:
    settled = situation.paired and situation.primary_at_target
    return Step(
        id="verify_pair",
        guide=("SYNC-9", "CLIENT-5"),
        device="both",
        action="verify",
        title="Verify the pair: roles, versions, time of the last sync, clients",
        window=window,
        estimate_seconds=_seconds(situation, "verify"),
        way_back="Nothing to undo: the appliances are only read.",
        gate=_gate(situation.policy, 1 if settled else window),
    )


def _guide(situation: Situation, synchronous: str, asynchronous: str) -> tuple[str, ...]:
    return (asynchronous,) if situation.procedure == "asynchronous" else (synchronous,)
