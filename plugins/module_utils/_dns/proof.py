# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proof that a changed record is seen: at every authoritative server, and at resolvers until the old TTL has run out."""

from __future__ import annotations

import dataclasses
import socket
import typing as t

from .._errors import SraError, TransportError
from .._wait import Deadline, Look, wait_for
from .client import DnsClient, resolve
from .model import DNS_PORT, RecordSet, Server, parse_server

Kind = t.Literal["authoritative", "resolver"]
_ADVICE: t.Final = (
    "The record is changed at the primary server. See whether the secondaries were notified (serial, allow-transfer), and "
    "run again: nothing is written twice."
)


@dataclasses.dataclass
class Viewpoint:
    """A server that the record is looked at from, and what it said last."""

    kind: Kind
    client: DnsClient
    seen: RecordSet | None = None
    trouble: str | None = None

    def look(self, wanted: RecordSet) -> None:
        try:
            self.seen, self.trouble = self.client.read(wanted.name, wanted.type), None
        except SraError as error:
            self.trouble = error.message

    def shows(self, wanted: RecordSet) -> bool:
        """A resolver's TTL counts down, so that only authoritative servers are held to it."""
        if self.trouble is not None or self.seen is None:
            return False
        return self.seen == wanted if self.kind == "authoritative" else self.seen.same_addresses(wanted)

    def words(self) -> str:
        label = self.client.server.label
        return self.trouble or f"{label} ({self.kind}) answers {self.seen.words() if self.seen else 'nothing yet'}"

    def to_dict(self) -> dict[str, t.Any]:
        return {
            "server": self.client.server.label,
            "kind": self.kind,
            "addresses": list(self.seen.addresses) if self.seen else [],
            "ttl": self.seen.ttl if self.seen else None,
            "error": self.trouble,
        }


def viewpoints(
    primary: DnsClient, zone: str, nameservers: t.Sequence[str], resolvers: t.Sequence[str]
) -> list[Viewpoint]:
    """The primary, every other authoritative server (``nameservers`` where given, else the zone's NS records), the resolvers.

    An NS record names no port: the primary's own port counts where it is the primary, else 53.
    """
    servers = [parse_server(text) for text in nameservers] or [
        _from_record(name, primary) for name in primary.name_servers(zone)
    ]
    found = [Viewpoint("authoritative", primary)]
    for server in dict.fromkeys(servers):
        if (resolve(server.host), server.port) != (primary.address, primary.server.port):
            found.append(Viewpoint("authoritative", DnsClient(server, timeout=primary.timeout)))
    for text in resolvers:
        client = DnsClient(parse_server(text), timeout=primary.timeout, recursive=True)
        found.append(Viewpoint("resolver", client))
    return found


def _from_record(name: str, primary: DnsClient) -> Server:
    kind, family = ("AAAA", socket.AF_INET6) if ":" in primary.address else ("A", socket.AF_INET)
    try:
        inside = primary.read(name, kind)
    except SraError:
        # Not in a zone of this server: this machine's resolver knows it.
        inside = RecordSet(name, kind)
    address = inside.addresses[0] if inside.addresses else _outside(name, family)
    return Server(address, primary.server.port if address == primary.address else DNS_PORT)


def _outside(name: str, family: int) -> str:
    try:
        return resolve(name.rstrip("."), family)
    except TransportError as error:
        raise TransportError(
            f"The name server {name} of the zone has no address here, so nobody can see what it answers",
            seen=error.seen,
            advice="Make it resolvable, correct the zone's NS records, or list the servers to ask in sra_dns_nameservers.",
        ) from error


def prove(wanted: RecordSet, points: t.Sequence[Viewpoint], deadline: Deadline, least: float = 0.0) -> None:
    """Look until all show ``wanted`` and ``least`` seconds have passed since the deadline began; raises WaitTimeout."""

    def look() -> Look[None]:
        for point in points:
            point.look(wanted)
        pending = [point.words() for point in points if not point.shows(wanted)]
        if pending:
            return Look(False, "; ".join(pending))
        left = least - deadline.elapsed
        return Look(left <= 0, f"all servers show it; caches elsewhere may hold the old one for {left:.0f} s")

    wait_for(
        f"every server answers {', '.join(wanted.addresses)} for {wanted.name}",
        look,
        deadline,
        longest_delay=5.0,
        advice=_ADVICE,
    )
