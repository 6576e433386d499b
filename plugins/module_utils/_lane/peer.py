# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Device B as the host of device A describes it, for inventories that hold one host a pair: the slices of a job."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InputError

VARIABLE: t.Final = "sra_peer"
_OTHER_PAIR: t.Final = "device_a"


@dataclasses.dataclass(frozen=True)
class Peer:
    """A host that the inventory leaves out: its name, the groups it joins, and its own variables."""

    name: str
    groups: tuple[str, ...]
    variables: dict[str, t.Any]


def describe_peer(
    lane: str,
    peer: t.Any,
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    groups: t.Mapping[str, t.Sequence[str]],
) -> Peer:
    """The peer that ``sra_peer`` of host ``lane`` describes.

    Its keys are variables of a host without their prefix (``host``, ``port``, ``dns_address``, ...); ``name`` is the name that
    it gets in the inventory. It joins the groups of its lane, so that variables of groups count for both devices.
    Raises InputError where it is no such dictionary or belongs to another pair.
    """
    if not isinstance(peer, t.Mapping) or not peer.get("host"):
        raise InputError(
            f"{lane}: {VARIABLE} describes no device",
            seen=repr(peer) if not isinstance(peer, t.Mapping) else f"the keys {', '.join(map(str, peer)) or '(none)'}",
            expected="a dictionary with the key host, and whatever else differs from device A: name, port, ...",
        )
    name = str(peer.get("name") or peer["host"])
    pair = hostvars[lane].get("sra_pair")
    known = name in hostvars
    if name == lane or (known and hostvars[name].get("sra_pair") != pair):
        raise InputError(
            f"{lane}: {VARIABLE} names {name}, which is another host of the inventory",
            seen=f"{name} has sra_pair={hostvars[name].get('sra_pair')!r}, {lane} has {pair!r}",
            advice=f"Give the peer a name of its own in {VARIABLE}.",
        )
    for other in groups.get("device_a", ()):
        given = hostvars[other].get(VARIABLE)
        if other != lane and isinstance(given, t.Mapping) and name == str(given.get("name") or given.get("host")):
            raise InputError(
                f"{lane} and {other} name the same peer, {name}",
                advice=f"Give each pair its own device in {VARIABLE}.",
            )
    own = [group for group, hosts in groups.items() if lane in hosts and group not in ("all", "ungrouped", _OTHER_PAIR)]
    variables = {f"sra_{key}": value for key, value in peer.items() if key != "name"}
    if pair is not None:
        variables["sra_pair"] = pair
    return Peer(name, ("device_b", *own), variables)
