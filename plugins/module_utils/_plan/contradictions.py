# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be planned over: contradictions between the devices, the site, the inventory and the target."""

from __future__ import annotations

import typing as t

from .._version import Version, find_version
from .failures import is_solved, of_base
from .model import Problem
from .observe import Observed, ahead, site_name
from .packages import LATEST, can_start, is_newer
from .situation import Situation

_SWAP = "If an earlier asynchronous upgrade made device B primary, swap the groups device_a and device_b."


def input_problems(procedure: str, a: Observed | None, b: Observed | None) -> list[Problem]:
    """What is missing before the devices can be compared at all."""
    if a is None:
        return [Problem("device_a_unread", "Device A was not read.", "Read it with appliance_info and plan again.")]
    if procedure == "single":
        return []
    if b is None:
        message = f"The {procedure} procedure needs a pair, but only {a.name} is known."
        return [Problem("pair_incomplete", message, "Give device B the same sra_pair, or use upgrade_single.")]
    return []


def problems(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    """All contradictions, the most basic ones first."""
    found = [
        *identities(situation),
        *situation.serving.problems,
        *unknowns(situation),
        *_failed_installs(situation),
        *(_single_roles(situation) if situation.b is None else pair_roles(situation)),
    ]
    if found:
        return found
    found = [*_target(situation), *_health(situation)]
    if situation.b is None:
        return [*found, *_single_site(situation, site)]
    return [*found, *_order(situation), *_site(situation, site), *_swing(situation)]


def identities(situation: Situation) -> list[Problem]:
    """Two devices that cannot be a pair."""
    if situation.b is None:
        return []
    a, b = situation.pair
    found = []
    if a.appliance_id and a.appliance_id == b.appliance_id:
        found.append(
            Problem(
                "same_appliance_twice",
                f"{a.name} and {b.name} are the same appliance (id {a.appliance_id}).",
                "Give each device its own unique address, never the shared host name.",
            )
        )
    if a.product and b.product and a.product != b.product:
        found.append(
            Problem(
                "different_products",
                f"{a.name} runs product {a.product}, {b.name} runs {b.product}.",
                "A pair runs one product: correct the inventory.",
            )
        )
    return found


def unknowns(situation: Situation) -> list[Problem]:
    """What must be known of each device and is not."""
    found = []
    for device in situation.devices:
        if Version.parse(device.version) is None:
            message = f"The product version of {device.name} is {device.version or 'not known'}: it cannot be compared."
            found.append(Problem("version_unknown", message, "Read basics and health with appliance_info."))
        if device.role is not None and device.api_role is not None and device.role != device.api_role:
            found.append(
                Problem(
                    "role_contradicts_api",
                    f"The Failover page of {device.name} shows the role {device.role}, its API {device.api_role}.",
                    "Read both again in a minute. If it stays so, look at Management > Failover on both devices; where the "
                    "page is read wrongly, send it with a bug report.",
                    second_look=True,
                )
            )
        if device.role is None and situation.b is not None:
            message = f"The failover role of {device.name} is not known."
            found.append(Problem("role_unknown", message, "Read health and failover with appliance_info."))
    return found


def _failed_installs(situation: Situation) -> list[Problem]:
    return [
        Problem(
            "install_failed",
            f"{device.name} reports a failed install: {device.progress_text or 'no further words'}.",
            _failure_advice(situation, device),
        )
        for device in situation.devices
        if device.progress == "failed"
        and not _manual_may_follow(situation, device)
        and not _solved(situation, device)
        and not _is_superseded(device)
    ]


def _is_superseded(device: Observed) -> bool:
    """Whether what runs is at least the product update that failed, as after an install by hand."""
    version = find_version(device.progress_text)
    if of_base(device.progress_text) or not version or not device.version:
        return False
    return not is_newer(version, device.version)


def _solved(situation: Situation, device: Observed) -> bool:
    return is_solved(device.progress_text, situation.policy.failure_solved.get(device.letter))


def _failure_advice(situation: Situation, device: Observed) -> str:
    advice = "Stop. Do not restart the appliance and do not install again: call vendor support."
    named = situation.policy.failure_solved.get(device.letter)
    if named:
        return f"{advice} sra_install_failure_solved names {named!r}, which is not what the appliance shows."
    return (
        f"{advice} Once they have solved it, and the page goes on showing it, name it: "
        f"-e 'sra_install_failure_solved=\"NAME: {find_version(device.progress_text) or 'the exact words'}\"', with "
        "the inventory name of the device."
    )


def failure_warnings(situation: Situation) -> list[str]:
    """What goes on over a failure that is still shown, and an answer that nothing asks for any more."""
    found = []
    for device in situation.devices:
        named = situation.policy.failure_solved.get(device.letter)
        if named and device.progress == "failed" and _solved(situation, device):
            found.append(
                f"{device.name} still shows a failed install: {device.progress_text} sra_install_failure_solved says that "
                "the vendor's support has solved it, so this run goes on. Take that out of the next command."
            )
        elif named and device.progress != "failed":
            found.append(
                f"sra_install_failure_solved names {named!r}, but {device.name} shows no failed install. Take it out."
            )
    return found


def _manual_may_follow(situation: Situation, device: Observed) -> bool:
    """A product update that failed may be installed by hand (AUTO-5); after one of Base only the vendor may go on (PREP-6)."""
    text = device.progress_text
    return situation.policy.update_method == "manual" and bool(find_version(text)) and not of_base(text)


def _single_roles(situation: Situation) -> list[Problem]:
    role = situation.a.role
    if role not in ("primary", "backup"):
        return []
    message = f"{situation.a.name} is {role} of a failover pair."
    return [Problem("device_is_paired", message, "Use upgrade_synchronous or upgrade_asynchronous for a pair.")]


def pair_roles(situation: Situation) -> list[Problem]:
    """Equal roles, which a role change passes through."""
    a, b = situation.pair
    roles = (a.role, b.role)
    if None in roles:
        return []
    if roles == ("backup", "backup"):
        return [
            Problem(
                "role_change_in_progress",
                f"Both devices are backup: a role change is under way. {situation.sides()}.",
                "Wait; both may be backup for a while. If it stays so, look at the failover pages of both.",
                second_look=True,
            )
        ]
    if roles == ("primary", "primary"):
        return [
            Problem(
                "both_primary",
                f"Both devices are primary. {situation.sides()}.",
                "Read again in a minute. If it stays so, decide on the failover pages which one is to be backup.",
                second_look=True,
            )
        ]
    return []


def _target(situation: Situation) -> list[Problem]:
    found = []
    for device in situation.devices:
        if not situation.target.newer and ahead(device.version, situation.target.version):
            found.append(
                Problem(
                    "installed_newer_than_target",
                    f"{device.name} runs {device.version}, newer than the target {situation.target.version}.",
                    "An appliance is never downgraded: name a target version that is not older.",
                )
            )
    unread = [device for device in situation.devices if _list_needed(situation, device)]
    if unread:
        names = " and ".join(device.name for device in unread)
        advice = "Read the subset updates with appliance_info, with Check for Updates."
        return [*found, Problem("updates_unread", f"The list of available updates of {names} was not read.", advice)]
    if not found:
        found = [problem for device in situation.devices for problem in _reachable(situation, device)]
    return found


def _list_needed(situation: Situation, device: Observed) -> bool:
    if device.packages is not None or device.installing or situation.policy.update_method == "manual":
        return False
    if situation.policy.target_version == LATEST:
        return not situation.paired or situation.primary is situation.a
    return not situation.product_reached(device)


def _reachable(situation: Situation, device: Observed) -> list[Problem]:
    """The target is offered to a device that is not at it, and the way there is open."""
    target = situation.target.version
    if situation.product_reached(device) or device.installing or situation.policy.update_method == "manual":
        return []
    packages = situation.packages(device)
    if not any(package.kind == "product" for package in packages):
        offered = ", ".join(_offer(package) for package in device.offered) or "nothing"
        code = "target_not_offered" if _known_elsewhere(situation, device) else "unknown_target_version"
        return [
            Problem(
                code,
                f"{device.name} runs {device.version} and is not offered version {target}. Offered: {offered}.",
                "Correct the target version, or see in Updates why it is not listed. A package that was downloaded "
                "once is no longer listed: install it, or use the manual way.",
            )
        ]
    if not can_start(packages):
        product = next(package for package in packages if package.kind == "product")
        others = "; ".join(_offer(package) for package in packages if package is not product)
        return [
            Problem(
                "target_blocked",
                f"{device.name} cannot install {_offer(product)} and nothing that would unblock it"
                f"{f': {others}' if others else ''}. Page: /appliance > Updates.",
                "Look at that page: can you install there what is named? Else name a target version that can be "
                "installed, or ask vendor support for the missing packages.",
            )
        ]
    return []


def _offer(package: t.Any) -> str:
    words = package.name if package.version and package.version in package.name else f"{package.name} {package.version}"
    return words if package.installable else f"{words} (blocked: {package.reason or 'no reason given'})"


def _known_elsewhere(situation: Situation, device: Observed) -> bool:
    peer = situation.peer(device)
    if peer is None:
        return False
    return situation.product_reached(peer) or any(package.kind == "product" for package in situation.packages(peer))


def _health(situation: Situation) -> list[Problem]:
    """An unhealthy device stops the plan, except one that is being updated: the update may be what heals it."""
    found = []
    for device in situation.devices:
        being_updated = not situation.paired and situation.needs(device) and device.letter != situation.serving.who
        if device.healthy is False and not being_updated and not situation.between_base_and_product(device):
            found.append(
                Problem(
                    "unhealthy",
                    f"{device.name} reports that it is not healthy: {device.health_message or 'no reason given'}.",
                    "Look again in a minute (health is cached), then at Status > Basics.",
                    second_look=True,
                )
            )
    return found


def _order(situation: Situation) -> list[Problem]:
    """Roles and versions as the procedure can have made them."""
    if situation.paired:
        return _paired_order(situation)
    first, second = situation.first, situation.second
    if second is None or not situation.needs(first):
        return []
    too_early = ahead(second.version, first.version) or (
        situation.product_reached(second) and not situation.product_reached(first)
    )
    if not too_early:
        return []
    other = "upgrade_synchronous" if situation.procedure == "asynchronous" else "upgrade_asynchronous"
    return [
        Problem(
            f"{second.letter}_updated_first",
            f"{second.name} was updated before {first.name}, which the {situation.procedure} procedure never does. "
            f"{situation.sides()}.",
            f"If that was meant, go on with {other}; if the groups are swapped, correct them.",
        )
    ]


def _paired_order(situation: Situation) -> list[Problem]:
    a, b = situation.pair
    installing = [device for device in (a, b) if device.installing]
    if installing:
        return [
            Problem(
                "install_while_paired",
                f"An install is under way on {device.name}, which is {device.role} of a failover pair: "
                f"{device.progress_text or device.progress}. No procedure begins one there.",
                "Find out who began it. Wait for its end, do not restart the appliance, and leave the pair as it is until then.",
                second_look=True,
            )
            for device in installing
        ]
    if a.version != b.version and (ahead(a.version, b.version) or ahead(b.version, a.version)):
        return [
            Problem(
                "versions_differ_while_paired",
                f"The devices are a failover pair but run different versions. {situation.sides()}.",
                "Read again in a minute. If it stays so, somebody updated one device of the pair: break the relationship on "
                "Management > Failover, so that nothing is copied between different versions, and run the same command again.",
                second_look=True,
            )
        ]
    if situation.primary is a:
        return []
    if situation.procedure == "asynchronous" and not any(situation.needs(device) for device in situation.pair):
        return []
    return [
        Problem(
            "device_a_not_primary",
            f"Device A is not the primary. {situation.sides()}.",
            _SWAP,
            second_look=True,
        )
    ]


def _single_site(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    return [third_appliance(situation, site)] if situation.serving.who == "other" else []


def third_appliance(situation: Situation, site: t.Mapping[str, t.Any] | None) -> Problem:
    """The site is served by an appliance of neither inventory host."""
    hosts = " nor ".join(device.name for device in situation.devices)
    return Problem(
        "site_on_third_appliance",
        f"The site {site_name(site)} is answered by appliance {(site or {}).get('appliance_id')}, which is neither "
        f"{hosts}.",
        "Correct the site's host name or the inventory.",
    )


def _site(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    who = situation.serving.who
    if who == "other":
        return [third_appliance(situation, site)]
    if who == "unknown":
        return _serving_unknown(situation, site)
    if who == "none":
        return _nobody_serves(situation, site)
    if situation.paired:
        return _serving_backup(situation, site)
    return _serving_b(situation, site) if who == "b" else []


def _serving_unknown(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    if situation.procedure != "asynchronous":
        return []
    return [
        Problem(
            "serving_unknown",
            f"It is not known which device serves the site {site_name(site)}.",
            "Make the site's host name resolvable here, or read the subset network of both devices and give the "
            "shared IP.",
        )
    ]


def _nobody_serves(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    """Nobody answers: expected while the shared IP is half moved, and of a synchronous update of A under way."""
    first_at_target = not situation.needs(situation.first)
    if situation.procedure == "asynchronous" and not situation.paired and situation.serving.half_moved:
        if first_at_target:
            return []
    elif situation.procedure == "synchronous" and not situation.paired and situation.needs(situation.a):
        return []
    advice = "Look again in a minute, then find out why the site does not answer before any upgrade."
    if situation.serving.half_moved:
        advice = f"Production is away: enable the shared IP {situation.policy.shared_ip} on {situation.a.name}."
    return [
        Problem(
            "site_not_answering",
            f"Neither device serves the site {site_name(site)}. {situation.sides()}.",
            advice,
            second_look=True,
        )
    ]


def _serving_backup(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    serving = situation.device(situation.serving.who)
    if serving is situation.primary:
        return []
    return [
        Problem(
            "production_on_backup",
            f"The site {site_name(site)} is served by {serving.name}, which is the backup. {situation.sides()}.",
            "Point the site to the primary, or change the roles on Management > Failover, and plan again.",
            second_look=True,
        )
    ]


def _serving_b(situation: Situation, site: t.Mapping[str, t.Any] | None) -> list[Problem]:
    a, b = situation.pair
    if situation.procedure == "synchronous":
        return [
            Problem(
                "production_on_b",
                f"The site {site_name(site)} is served by {b.name}, but the synchronous procedure leaves it on "
                f"{a.name}. {situation.sides()}.",
                "If an asynchronous upgrade is under way, go on with upgrade_asynchronous; else move production back "
                "with swing_back.",
            )
        ]
    if not situation.needs(b):
        return []
    if situation.between_base_and_product(b):
        # Neither device may be worked on before that: not even to move production back.
        advice = (
            f"{b.name} has its new Base, but not the product that belongs to it: install the product there by hand, at "
            "/appliance > Updates. The site is away while it restarts. Then run the same command again."
        )
    else:
        advice = (
            "If an earlier upgrade stopped before its end, name its version as the target to finish it; if the "
            "groups are swapped, correct them; else move production back to A with swing_back."
        )
    return [
        Problem(
            "site_on_b_not_updated",
            f"The site {site_name(site)} is served by {b.name}, which is not at the target "
            f"{situation.target.version}. {situation.sides()}.",
            advice,
        )
    ]


def _swing(situation: Situation) -> list[Problem]:
    """The means to move production, while the move is still ahead."""
    if situation.procedure != "asynchronous" or situation.serving.who == "b":
        return []
    if not any(situation.needs(device) for device in situation.pair):
        return []
    policy = situation.policy
    if policy.swing_method == "none":
        advice = "Set sra_swing_method to shared_ip, dns, nat or custom, or use upgrade_synchronous."
        return [Problem("swing_method_missing", "No way to move production from A to B is given.", advice)]
    if policy.swing_method != "shared_ip":
        return []
    if not policy.shared_ip:
        return [Problem("shared_ip_missing", "The swing moves the shared IP, but none is given.", "Set sra_shared_ip.")]
    return [
        Problem(
            "shared_ip_not_configured",
            f"{device.name} has no address {policy.shared_ip} on Networking > IP Configuration.",
            "Add the shared IP there, disabled on the device that does not serve.",
        )
        for device in situation.pair
        if device.shared_ip_missing
    ]


def target_warnings(situation: Situation) -> list[str]:
    """What the operator should know of the target, though nothing stands against the plan."""
    notes = []
    if situation.target.newer:
        notes.append(
            f"Version {situation.target.newer} is offered too. This upgrade is finished with "
            f"{situation.target.version}; the newer one is for the next upgrade."
        )
    for device in situation.devices:
        if situation.leftovers(device) and not situation.needs(device):
            names = ", ".join(package.name for package in situation.leftovers(device))
            notes.append(f"{device.name} is offered more, left for a further upgrade: {names}.")
        blocked = [package.name for package in _blocked(situation, device)]
        if blocked:
            notes.append(f"{device.name} is offered what it cannot install: {', '.join(blocked)}.")
        again = [package.name for package in device.offered if _same_again(device, package)]
        if again:
            notes.append(f"{device.name} is offered its installed version again, left alone: {', '.join(again)}.")
    return notes


def _blocked(situation: Situation, device: Observed) -> list[t.Any]:
    if not situation.target.latest or not situation.product_reached(device):
        return []
    packages = situation.packages(device)
    return [] if can_start(packages) else packages


def _same_again(device: Observed, package: t.Any) -> bool:
    return (
        package.kind == "product"
        and Version.parse(package.version) is not None
        and not is_newer(package.version, device.version)
        and not ahead(device.version, package.version)
    )
