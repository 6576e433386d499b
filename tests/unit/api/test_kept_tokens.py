# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that goes on from task to task, with what was found out about the API, and what happens when they are out of date."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._errors import AuthenticationError
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import CLIENT_ID, CLIENT_SECRET, ApplianceApi
from ansible_collections.bseries.sra.tests.unit.shelves import DictShelf
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import TlsServer

HEALTH = "GET /api/command/v2/health"
INFO = "GET /api/command/v2/info"
TOKEN = "POST /oauth2/token"
BEFORE = [TOKEN, INFO, HEALTH]


@pytest.fixture
def shelf(transport: Transport, server: TlsServer) -> DictShelf:
    """What a task leaves that asked for the health."""
    left = DictShelf()
    ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=left).health()
    assert server.lines == BEFORE
    return left


def test_the_next_task_only_asks_its_question(shelf: DictShelf, transport: Transport, server: TlsServer) -> None:
    ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=shelf).health()
    assert server.lines == [*BEFORE, HEALTH]


def test_the_secret_is_not_on_the_shelf(shelf: DictShelf) -> None:
    assert CLIENT_SECRET not in "".join([*shelf.values, *shelf.values.values()])


def test_a_token_that_is_over_is_replaced_once(
    shelf: DictShelf, transport: Transport, appliance: ApplianceApi, server: TlsServer
) -> None:
    appliance.valid.clear()
    ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=shelf).health()
    ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=shelf).health()
    assert server.lines == [*BEFORE, HEALTH, TOKEN, HEALTH, HEALTH]


def test_another_secret_gets_its_own(shelf: DictShelf, transport: Transport, server: TlsServer) -> None:
    with pytest.raises(AuthenticationError):
        ApiClient(transport, CLIENT_ID, "something else", shelf=shelf).health()
    assert server.lines == [*BEFORE, TOKEN]


def test_a_refused_account_is_not_tried_by_the_next_task(transport: Transport, server: TlsServer) -> None:
    shelf = DictShelf()
    for _task in range(3):
        with pytest.raises(AuthenticationError, match="wrong OAuth Client ID"):
            ApiClient(transport, CLIENT_ID, "something else", shelf=shelf).health()
    assert server.lines == [TOKEN]


def test_a_write_finds_out_itself_which_api_there_is(
    shelf: DictShelf, transport: Transport, appliance: ApplianceApi, server: TlsServer
) -> None:
    ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=shelf).logout_user(7)
    assert server.lines == [*BEFORE, INFO, "POST /api/command/v2/user/7/logout"]


def test_an_api_that_is_no_longer_there_is_looked_for_again(
    shelf: DictShelf, transport: Transport, appliance: ApplianceApi, server: TlsServer
) -> None:
    (key,) = shelf.values
    value = shelf.take(key) or {}
    shelf.put(key, {**value, "notes": {"command_api": "v1"}})
    client = ApiClient(transport, CLIENT_ID, CLIENT_SECRET, shelf=shelf)
    assert client.health().appliance_id
    assert client.command_api == "v2"
    assert server.lines[-2:] == [INFO, HEALTH]


def test_after_a_restore_a_refused_account_is_tried_once_more(transport: Transport, server: TlsServer) -> None:
    shelf = DictShelf()
    for _task in range(2):
        client = ApiClient(transport, CLIENT_ID, "something else", shelf=shelf)
        client.forget_refusal()
        with pytest.raises(AuthenticationError, match="wrong OAuth Client ID"):
            client.health()
    assert server.lines == [TOKEN, TOKEN]
