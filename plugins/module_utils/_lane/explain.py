# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory explained back to the people who wrote it: pairs, roles, addresses, and what is wrong. Contacts nothing."""

from __future__ import annotations

import typing as t

from .lane import Lane, describe_lane

Vars = t.Mapping[str, t.Any]
Groups = t.Mapping[str, t.Sequence[str]]
_GROUPS: t.Final = ("device_a", "device_b", "old_appliance", "new_appliance")


def explain(hostvars: t.Mapping[str, Vars], groups: Groups) -> dict[str, t.Any]:
    """``text`` for people, and ``problems``: how many things stand against using the inventory."""
    lanes = _lanes(hostvars, groups)
    parts = [_lane_text(title, lane, hostvars) for title, lane in lanes]
    used = {name for _title, lane in lanes for name in (lane.a, lane.b) if name}
    idle = sorted(set(groups.get("all") or ()) - used - {"localhost"})
    torn = list(_torn(hostvars, groups, idle))
    if idle:
        others = [name for name in idle if not any(name in (groups.get(group) or ()) for group in _GROUPS)]
        lines = [f"  ! {sentence}" for sentence in torn] + (
            [f"  in none of the groups: {', '.join(others)}"] if others else []
        )
        parts.append("\n".join(["NOT USED BY ANY PLAYBOOK", *lines]))
    problems = len(torn) + sum(len(lane.problems) for _title, lane in lanes)
    verdict = (
        f"{problems} thing(s) to put right, marked by !."
        if problems
        else "Nothing to put right. No appliance was asked."
    )
    head = f"{len(lanes)} lane(s): a lane is a pair, or one appliance, that a run works on."
    return {"text": "\n\n".join([head, *parts, verdict]), "problems": problems}


def _lanes(hostvars: t.Mapping[str, Vars], groups: Groups) -> list[tuple[str, Lane]]:
    lanes = []
    for name in groups.get("device_a") or ():
        own = hostvars[name]
        procedure = (
            "single" if not groups.get("device_b") else "asynchronous" if own.get("sra_swing_method") else "synchronous"
        )
        lanes.append((_title(procedure, own, name), describe_lane(name, _settings(own), hostvars, groups, procedure)))
    moved = {"device_a": groups.get("old_appliance") or (), "device_b": groups.get("new_appliance") or ()}
    for name in moved["device_a"]:
        lane = describe_lane(name, _settings(hostvars[name]), hostvars, moved, "synchronous", upgrading=False)
        lanes.append(
            (f"MIGRATION {hostvars[name].get('sra_pair') or name}: the old appliance is replaced by the new one", lane)
        )
    if not any(groups.get(group) for group in _GROUPS):
        for name in sorted(set(groups.get("all") or ()) - {"localhost"}):
            lane = describe_lane(name, _settings(hostvars[name]), hostvars, {}, "single")
            lanes.append((_title("single", hostvars[name], name), lane))
    return lanes


def _settings(own: Vars) -> dict[str, t.Any]:
    return {key: own[key] for key in own if str(key).startswith("sra_")}


def _title(procedure: str, own: Vars, name: str) -> str:
    if procedure == "single":
        return f"SINGLE APPLIANCE {name}: bseries.sra.upgrade_single"
    ways = "upgrade_asynchronous or upgrade_synchronous" if procedure == "asynchronous" else "upgrade_synchronous"
    return f"PAIR {own.get('sra_pair', name)}: {ways}"


def _lane_text(title: str, lane: Lane, hostvars: t.Mapping[str, Vars]) -> str:
    old = title.startswith("MIGRATION")
    roles = (
        ("old", "new")
        if old
        else ("device A, the primary now", "device B, its backup")
        if lane.b
        else ("appliance", "")
    )
    lines = [title]
    for role, name in zip(roles, (lane.a, lane.b), strict=True):
        if name:
            lines.append(f"  {role:26} {_device(name, hostvars[name])}")
    settings = lane.settings
    if settings["site_hostname"]:
        lines.append(f"  {'site':26} {settings['site_hostname']}:{settings['site_port']}, {_swing(settings)}")
    lines.append(f"  {'target':26} {settings['target_version']}, packages {settings['update_method']}")
    lines.append(f"  {'windows':26} {_windows(settings['windows'])}")
    lines.append(f"  {'backups':26} {settings['backup_dir']}")
    lines += [f"  ! {problem}" for problem in lane.problems]
    lines += [f"  ? {warning}" for warning in lane.warnings]
    return "\n".join(lines)


def _device(name: str, own: Vars) -> str:
    address = f"{own.get('sra_host') or name}:{own.get('sra_port') or 443}"
    certificate = own.get("sra_tls_server_name")
    return f"{name} at {address}" + (f", certificate of {certificate}" if certificate else "")


def _swing(settings: Vars) -> str:
    ways = {
        None: "production is not moved",
        "shared_ip": f"production moves by the shared IP {settings['shared_ip']}",
        "dns": f"production moves by the DNS record {settings['dns_record'] or settings['site_hostname']}",
        "nat": f"production moves by NAT ({settings['swing_tasks']})",
        "custom": f"production moves by your own tasks ({settings['swing_tasks']})",
    }
    return ways.get(settings["swing_method"], f"production moves by {settings['swing_method']}")


def _windows(windows: t.Any) -> str:
    if not windows:
        return "none given: a run begins when it is started"
    return "; ".join(f"{one.get('start')} to {one.get('end')}" for one in windows if isinstance(one, t.Mapping))


def _torn(hostvars: t.Mapping[str, Vars], groups: Groups, idle: t.Sequence[str]) -> t.Iterator[str]:
    for name in idle:
        of = next((group for group in _GROUPS if name in (groups.get(group) or ())), None)
        if of == "device_b":
            pair = hostvars[name].get("sra_pair")
            yield f"{name} (sra_pair={pair!r}) is in device_b, but no device A of that pair is in this inventory."
        elif of == "new_appliance":
            yield f"{name} is in new_appliance, but no appliance that it replaces is in old_appliance with the same sra_pair."
