# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import typing as t

import pytest
from unit.dns.name_server import ADDRESS, ZONE, NameServer, make_key, need_bind, zone_file

RECORDS = "access 300 A 192.0.2.11\nsix 300 AAAA 2001:db8::11\nalias CNAME access\nsub NS ns1.elsewhere.test."


@dataclasses.dataclass
class Zone:
    """A primary, its secondary and a resolver that asks them; and the key that may update."""

    primary: NameServer
    secondary: NameServer
    resolver: NameServer
    secret: str


@pytest.fixture
def zone(tmp_path: pathlib.Path) -> t.Iterator[Zone]:
    need_bind()
    key, secret = make_key()
    file = zone_file(tmp_path / "one", {"ns1": ADDRESS}, RECORDS)
    with contextlib.ExitStack() as stack:
        secondary = NameServer(
            tmp_path / "two",
            f'zone "{ZONE}" {{ type secondary; file "copy.db"; masterfile-format text; primaries port PORT {{ {ADDRESS}; }}; }};',
        )
        primary = stack.enter_context(
            NameServer(
                tmp_path / "one",
                f"""{key}
                zone "{ZONE}" {{ type primary; file "{file}"; update-policy {{ grant sra-swing name access.{ZONE}. A;
                    grant sra-swing name new.{ZONE}. A; grant sra-swing name six.{ZONE}. AAAA; }};
                    also-notify {{ {ADDRESS} port {secondary.port}; }}; notify explicit; allow-transfer {{ any; }}; }};""",
            )
        )
        configuration = tmp_path / "two" / "named.conf"
        configuration.write_text(configuration.read_text().replace("PORT", str(primary.port)))
        stack.enter_context(secondary)
        resolver = stack.enter_context(
            NameServer(
                tmp_path / "three",
                f'zone "{ZONE}" {{ type forward; forward only; forwarders {{ {ADDRESS} port {primary.port}; }}; }};',
                options="recursion yes; allow-recursion { any; };",
            )
        )
        yield Zone(primary, secondary, resolver, secret)
