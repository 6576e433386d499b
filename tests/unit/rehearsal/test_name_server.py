# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The name server of rehearsals, asked and changed by the client that the collection has for real ones."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._dns.client import DnsClient
from ansible_collections.bseries.sra.plugins.module_utils._dns.model import Key, RecordSet, Server
from ansible_collections.bseries.sra.plugins.module_utils._errors import PermissionMissing, StateError, TransportError
from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.stand_ins import KEY_NAME, RECORD, ZONE, NameServer


@pytest.fixture
def moves() -> list[str]:
    return []


@pytest.fixture
def server(moves: list[str]) -> t.Iterator[NameServer]:
    with NameServer("127.0.0.1", "127.30.1.11", moves.append) as started:
        yield started


def client(server: NameServer, secret: str | None = "") -> DnsClient:
    key = None if secret is None else Key(KEY_NAME, secret or server.secret, "hmac-sha256")
    return DnsClient(Server("127.0.0.1", server.port), key)


def test_answers_for_its_zone_and_record(server: NameServer) -> None:
    asking = client(server)
    asking.check_zone(ZONE)
    assert asking.read(RECORD, "A") == RecordSet(RECORD, "A", ("127.30.1.11",), 300)
    assert asking.read(RECORD, "AAAA").addresses == ()
    assert len(asking.name_servers(ZONE)) == 1


def test_takes_a_signed_update_and_tells_who_serves(server: NameServer, moves: list[str]) -> None:
    asking = client(server)
    before = asking.read(RECORD, "A")
    after = RecordSet(RECORD, "A", ("127.30.1.12",), 5)
    asking.update(ZONE, before, after)
    assert asking.read(RECORD, "A") == after
    assert moves == ["127.30.1.12"]
    with pytest.raises(StateError, match="changed by somebody else"):
        asking.update(ZONE, before, after)


def test_refuses_updates_without_or_with_another_key(server: NameServer, moves: list[str]) -> None:
    before = client(server).read(RECORD, "A")
    with pytest.raises(PermissionMissing):
        client(server, None).update(ZONE, before, before)
    with pytest.raises(TransportError):
        client(server, "b3RoZXI=").update(ZONE, before, before)
    assert moves == []
