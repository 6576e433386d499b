# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of an appliance's certificates is meant, and whether a row of its page is a certificate that is known otherwise."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import re
import socket
import typing as t

from .._errors import StateError
from .._records import Certificate, ServedCertificate
from .._web.words import words

_PAGE: t.Final = "/appliance > Security > Certificates"
# Pages may show minutes only.
_MINUTE: t.Final = datetime.timedelta(minutes=1)


def own_addresses(host: str) -> tuple[str, ...]:
    """The addresses of the appliance that ``host`` stands for; empty where the name does not resolve here."""
    try:
        return (str(ipaddress.ip_address(host.strip("[]"))),)
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_rest, address in found))


@dataclasses.dataclass(frozen=True)
class Known:
    """A certificate that is known from a file or a handshake; ``serial`` in hexadecimal digits where it is known."""

    subject: str
    names: tuple[str, ...]
    issuer: str
    not_after: datetime.datetime
    serial: str | None = None

    @classmethod
    def served(cls, certificate: ServedCertificate) -> Known:
        return cls(certificate.subject, certificate.names, certificate.issuer, certificate.not_after)

    def is_shown_by(self, record: Certificate) -> bool:
        """Whether a row of the page shows it: by whom it is issued to and by, until when it is valid, and its serial."""
        own = _common_name(self.subject)
        titles = [own] if own != self.subject else list(self.names)
        if not any(_says(_common_name(record.issued_to or ""), title) for title in titles):
            return False
        if record.issued_by and not _says(_common_name(record.issued_by), _common_name(self.issuer)):
            return False
        serial = _serial(record)
        if serial is not None and self.serial is not None and serial not in (self.serial, str(int(self.serial, 16))):
            return False
        return record.valid_until is None or _ends(record.valid_until, self.not_after)


def _serial(record: Certificate) -> str | None:
    """The serial number that a row shows, without separators and leading zeros."""
    for label, value in record.facts.items():
        if re.search(r"serial|serien", label, re.IGNORECASE):
            digits = re.sub(r"[^0-9a-f]", "", value.lower().removeprefix("0x")).lstrip("0")
            return digits or None
    return None


def _ends(shown: datetime.datetime, not_after: datetime.datetime) -> bool:
    if (shown.hour, shown.minute, shown.second) == (0, 0, 0):
        # A page that shows days only says it in its own time zone.
        return abs(shown.date() - not_after.date()) <= datetime.timedelta(days=1)
    return abs(shown - not_after) <= _MINUTE


def _common_name(text: str) -> str:
    """The name in ``CN=access.example.com,O=...``, or the text itself."""
    for part in text.split(","):
        label, equals, value = part.partition("=")
        if equals and label.strip().upper() == "CN":
            return value.strip()
    return text


def choose(
    found: t.Sequence[Certificate],
    *,
    issued_to: str | None,
    name: str | None,
    address: str | None,
    host: str,
    served: ServedCertificate | None,
    label: str,
) -> Certificate:
    """The one certificate that is meant. Raises StateError where none or several are.

    Where ``issued_to``, ``name`` and ``address`` leave several: the one that is assigned to the appliance's own address,
    then the one that it serves.
    """
    left = [
        one
        for one in found
        if (issued_to is None or _says(_common_name(one.issued_to or ""), issued_to))
        and (name is None or _says(one.friendly_name, name))
        and (address is None or address in one.addresses)
    ]
    own = own_addresses(host)
    if len(left) > 1:
        left = [one for one in left if set(own) & set(one.addresses)] or left
    if len(left) > 1 and served is not None:
        left = [one for one in left if Known.served(served).is_shown_by(one)] or left
    if len(left) == 1:
        return left[0]
    raise StateError(
        f"{len(left) or 'No'} certificate{'' if len(left) == 1 else 's'} of the appliance can be meant",
        appliance=label,
        page=_PAGE,
        expected="one certificate, assigned to the appliance's address",
        candidates=[
            f"{one.friendly_name or one.issued_to}: issued to {one.issued_to}, until "
            f"{f'{one.valid_until:%Y-%m-%d}' if one.valid_until else 'unknown'}, assigned to {', '.join(one.addresses) or 'nothing'}"
            for one in found
        ],
        state="nothing was done",
        advice="Name it by issued_to, name or address.",
    )


def _says(text: str | None, wanted: str) -> bool:
    return text is not None and words(text) == words(wanted)
