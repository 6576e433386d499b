# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the site's name leads, asked of name servers instead of this machine's resolver."""

from __future__ import annotations

import typing as t

from .client import DnsClient
from .model import Key, absolute_name, parse_server


def site_address(
    server: str,
    port: int,
    zone: str,
    record: str,
    resolvers: t.Sequence[str] = (),
    key: Key | None = None,
    timeout: float = 10.0,
) -> str | None:
    """The address that the first resolver, or without one the zone's primary server, gives; None where there is none."""
    if resolvers:
        client = DnsClient(parse_server(resolvers[0]), timeout=timeout, recursive=True)
    else:
        client = DnsClient(parse_server(server, port), key, timeout=timeout)
    name = absolute_name(record, zone)
    for kind in ("A", "AAAA"):
        found = client.read(name, kind)
        if found.addresses:
            return found.addresses[0]
    return None
