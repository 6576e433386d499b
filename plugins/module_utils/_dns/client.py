# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One name server: asking it for records, and changing one by a dynamic update (RFC 2136) signed with TSIG (RFC 8945)."""

from __future__ import annotations

import binascii
import socket
import typing as t

from .. import _deps
from .._errors import AuthenticationError, InputError, PermissionMissing, SraError, StateError, TransportError
from .model import Key, RecordSet, Server, normal_addresses

_KEY_ADVICE: t.Final = (
    "Compare sra_dns_key_name, sra_dns_key_secret and sra_dns_key_algorithm with the key on the name server."
)
_CHANGED: t.Final = frozenset({"NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN"})


class DnsClient:
    """Asks one name server. Over TCP unless ``recursive``, which is for resolvers. ``timeout`` in seconds per question."""

    def __init__(
        self, server: Server, key: Key | None = None, *, timeout: float = 10.0, recursive: bool = False
    ) -> None:
        _deps.require("dns")
        self.server = server
        self.key = key
        self.timeout = timeout
        self.recursive = recursive
        self._keyring = _keyring(key)
        self._address: str | None = None

    @property
    def address(self) -> str:
        """The server's IP address, resolved once. Raises TransportError."""
        if self._address is None:
            self._address = resolve(self.server.host)
        return self._address

    def read(self, name: str, kind: str) -> RecordSet:
        """The addresses of a name. Raises StateError where the server is not authoritative or the name is an alias."""
        answer = self._ask(name, kind)
        code = _code(answer)
        if code not in ("NOERROR", "NXDOMAIN"):
            raise self._refused(f"asked for {kind} of {name}", code)
        if not self.recursive and not answer.flags & _deps.dns.flags.AA:
            raise StateError(
                f"The name server {self.server.label} is not authoritative for {name}",
                advice="Give the zone's primary server in sra_dns_server.",
            )
        aliases = [str(rrset[0].target) for rrset in answer.answer if rrset.rdtype.name == "CNAME"]
        if aliases and not self.recursive:
            raise StateError(
                f"{name} is an alias (CNAME) of {aliases[0]}, not an address",
                advice="Name the record that holds the address in sra_dns_record, and its zone in sra_dns_zone.",
            )
        rrset = next((rrset for rrset in answer.answer if rrset.rdtype.name == kind), None)
        if rrset is None:
            return RecordSet(name, kind)
        return RecordSet(name, kind, normal_addresses(entry.address for entry in rrset), int(rrset.ttl))

    def check_zone(self, zone: str) -> None:
        """Raise InputError or StateError unless this server is an authoritative one of exactly this zone."""
        origin = zone.rstrip(".").lower() + "."
        answer = self._ask(origin, "SOA")
        code = _code(answer)
        if code in ("REFUSED", "NXDOMAIN", "SERVFAIL", "NOTAUTH"):
            raise InputError(
                f"The name server {self.server.label} serves no zone {origin}",
                seen=code,
                advice="Correct sra_dns_zone or sra_dns_server. SERVFAIL also comes from a zone that could not be loaded.",
            )
        if code != "NOERROR":
            raise self._refused(f"asked for the zone {origin}", code)
        owners = [str(rrset.name).lower() for rrset in answer.answer if rrset.rdtype.name == "SOA"]
        if origin not in owners:
            enclosing = next((str(rrset.name) for rrset in answer.authority if rrset.rdtype.name == "SOA"), None)
            raise InputError(
                f"{origin} is no zone of its own on {self.server.label}",
                seen=f"it lies in the zone {enclosing}" if enclosing else None,
                advice="Give the zone that holds the record in sra_dns_zone.",
            )
        if not answer.flags & _deps.dns.flags.AA:
            raise StateError(
                f"The name server {self.server.label} is not authoritative for the zone {origin}",
                advice="Give the zone's primary server in sra_dns_server.",
            )

    def name_servers(self, zone: str) -> tuple[str, ...]:
        """The names in the zone's NS records."""
        answer = self._ask(zone.rstrip(".").lower() + ".", "NS")
        if _code(answer) != "NOERROR":
            raise self._refused(f"asked for the name servers of {zone}", _code(answer))
        return tuple(
            sorted(str(entry.target) for rrset in answer.answer if rrset.rdtype.name == "NS" for entry in rrset)
        )

    def update(self, zone: str, before: RecordSet, after: RecordSet) -> None:
        """Replace the record set in one message, on the condition that it still is ``before``. Never sent twice."""
        message = _deps.dns.update.UpdateMessage(zone.rstrip(".") + ".")
        self._sign(message)
        if before.addresses:
            message.present(before.name, before.type, *before.addresses)
        else:
            message.absent(before.name, before.type)
            message.absent(before.name, "CNAME")
        message.replace(after.name, after.ttl, after.type, *after.addresses)
        code = _code(self._send(message, f"the update of {after.name}"))
        if code == "NOERROR":
            return
        if code in _CHANGED:
            raise StateError(
                f"{after.name} was changed by somebody else since it was read; the update did nothing",
                expected=before.words(),
                seen=code,
                advice="Run again: it reads the record anew.",
            )
        raise self._refused(f"sent the update of {after.name}", code)

    def _ask(self, name: str, kind: str) -> t.Any:
        query = _deps.dns.message.make_query(name, kind)
        if not self.recursive:
            query.flags &= ~_deps.dns.flags.RD
        self._sign(query)
        return self._send(query, f"the question for {kind} of {name}")

    def _sign(self, message: t.Any) -> None:
        if self.key is not None:
            message.use_tsig(self._keyring)

    def _send(self, message: t.Any, what: str) -> t.Any:
        dns = _deps.dns
        try:
            if self.recursive:
                return dns.query.udp_with_fallback(message, self.address, self.timeout, self.server.port)[0]
            return dns.query.tcp(message, self.address, self.timeout, self.server.port)
        except dns.tsig.PeerBadTime as error:
            raise AuthenticationError(
                f"The name server {self.server.label} refuses the signature of {what}: the clocks differ too much",
                advice="Put the clock of the controller or of the name server right (NTP).",
            ) from error
        except (dns.tsig.PeerError, dns.tsig.BadSignature, dns.tsig.BadKey, dns.message.UnknownTSIGKey) as error:
            raise AuthenticationError(
                f"The name server {self.server.label} does not accept the key {self.key and self.key.name} for {what}",
                seen=f"{type(error).__name__}: {error}",
                advice=_KEY_ADVICE,
            ) from error
        except (OSError, EOFError, dns.exception.DNSException) as error:
            raise TransportError(
                f"The name server {self.server.label} does not answer {what}",
                seen=str(error) or type(error).__name__,
                advice="Check sra_dns_server, sra_dns_port and the firewall in between (TCP).",
            ) from error

    def _refused(self, what: str, code: str) -> SraError:
        if code == "REFUSED":
            return PermissionMissing(
                f"The name server {self.server.label} refused when {what}",
                seen=f"REFUSED, {f'key {self.key.name}' if self.key else 'without a key'}",
                advice="Allow the key to update this record there (BIND: update-policy or allow-update), or give another key.",
            )
        if code == "NOTAUTH":
            return StateError(
                f"The name server {self.server.label} is not authoritative for the zone, when {what}",
                seen=code,
                advice="Give the zone's primary server in sra_dns_server.",
            )
        if code == "NOTIMP":
            return StateError(
                f"The name server {self.server.label} does not do dynamic updates",
                seen=code,
                advice="Use another sra_dns_server, or sra_swing_method: custom with a tasks file of your own.",
            )
        return StateError(
            f"The name server {self.server.label} answered with an error when {what}",
            seen=code,
            advice="See the name server's log. The zone may be frozen, read-only or not loaded.",
        )


def _keyring(key: Key | None) -> t.Any:
    if key is None:
        return None
    try:
        return _deps.dns.tsig.Key(key.name, key.secret, key.algorithm)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"The secret of the key {key.name} is no base64 text", advice=_KEY_ADVICE) from error


def _code(answer: t.Any) -> str:
    return str(_deps.dns.rcode.to_text(answer.rcode()))


def resolve(host: str, family: int = 0) -> str:
    """The first address of a host name, as this machine resolves it. Raises TransportError."""
    try:
        return str(socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise TransportError(f"The name server {host} cannot be resolved", seen=str(error)) from error
