# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of name servers and what they answer: servers, keys, record sets."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .._errors import InputError

DNS_PORT: t.Final = 53
ALGORITHMS: t.Final = ("hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1", "hmac-md5")


@dataclasses.dataclass(frozen=True)
class Server:
    """A name server; ``host`` is a name or an address."""

    host: str
    port: int = DNS_PORT

    @property
    def label(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclasses.dataclass(frozen=True)
class Key:
    """A TSIG key (RFC 8945); ``secret`` in base64."""

    name: str
    secret: str = dataclasses.field(repr=False)
    algorithm: str = "hmac-sha256"


@dataclasses.dataclass(frozen=True)
class RecordSet:
    """The addresses of a name, in order, and their TTL in seconds. Without addresses there is no such record."""

    name: str
    type: str
    addresses: tuple[str, ...] = ()
    ttl: int | None = None

    def same_addresses(self, other: RecordSet) -> bool:
        return self.addresses == other.addresses

    def to_dict(self) -> dict[str, t.Any]:
        return {"record": self.name, "type": self.type, "addresses": list(self.addresses), "ttl": self.ttl}

    def words(self) -> str:
        if not self.addresses:
            return "no such record"
        return f"{', '.join(self.addresses)} (TTL {self.ttl})"


def parse_server(text: str, default_port: int = DNS_PORT) -> Server:
    """A server from ``host``, ``host:port``, ``[address]:port`` or an IPv6 address. Raises InputError."""
    given = str(text).strip()
    host, port = given, str(default_port)
    if given.startswith("["):
        host, _bracket, rest = given[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif given.count(":") == 1:
        host, _colon, port = given.partition(":")
    if not host or any(letter.isspace() or letter in "/@" for letter in host):
        raise InputError(f"{given!r} is no name server", expected="host or host:port")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"{given!r} names no port of a name server", expected="a number from 1 to 65535")
    return Server(host, int(port))


def address_type(address: str) -> str:
    """``A`` or ``AAAA``. Raises InputError where it is no IP address."""
    try:
        return "A" if ipaddress.ip_address(str(address).strip()).version == 4 else "AAAA"
    except ValueError as error:
        raise InputError(f"{address!r} is no IP address") from error


def normal_addresses(addresses: t.Iterable[str]) -> tuple[str, ...]:
    """Addresses in one spelling and order, so that they can be compared."""
    found = {ipaddress.ip_address(str(address).strip()) for address in addresses}
    return tuple(str(address) for address in sorted(found, key=lambda address: (address.version, int(address))))


def absolute_name(record: str, zone: str) -> str:
    """The full name of a record, with its final dot. ``@`` is the zone itself; a name within the zone may be relative.

    Raises InputError where a name with a final dot lies outside the zone.
    """
    origin = zone.strip().rstrip(".").lower()
    name = record.strip().lower()
    bare = name.rstrip(".")
    if name in ("@", ""):
        return f"{origin}."
    if bare == origin or bare.endswith(f".{origin}"):
        return f"{bare}."
    if name.endswith("."):
        raise InputError(
            f"The record {record} is not in the zone {zone}", advice="Correct sra_dns_record or sra_dns_zone."
        )
    return f"{bare}.{origin}."
