# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: as few as possible, and no account tried twice."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    ApiError,
    AuthenticationError,
    InputError,
    PermissionMissing,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import (
    CLIENT_ID,
    CLIENT_SECRET,
    DENIED,
    HEALTH,
    ApplianceApi,
    reply_html,
    reply_json,
)
from ansible_collections.bseries.sra.tests.unit.api.conftest import SteppedClock
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, TlsServer


def test_one_token_for_all_calls(client: ApiClient, server: TlsServer) -> None:
    client.health()
    client.health()
    assert server.lines == [
        "POST /oauth2/token",
        "GET /api/command/v2/info",
        "GET /api/command/v2/health",
        "GET /api/command/v2/health",
    ]
    assert server.connections == 4


def test_token_and_secret_are_redacted(client: ApiClient, redactor: Redactor) -> None:
    client.health()
    assert redactor.text(f"{CLIENT_SECRET} token-1 {CLIENT_ID}") == f"******** ******** {CLIENT_ID}"


def test_token_that_ran_out_is_replaced_beforehand(
    client: ApiClient, appliance: ApplianceApi, clock: SteppedClock
) -> None:
    client.health()
    clock.skipped += 3600 - 61
    client.health()
    assert appliance.tokens == 1
    clock.skipped += 2
    client.health()
    assert appliance.tokens == 2


def test_accepted_token_that_is_refused_later_is_replaced_once(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer
) -> None:
    client.health()
    appliance.valid.clear()
    assert client.health().version == "12.1.0"
    assert server.lines[-3:] == ["GET /api/command/v2/health", "POST /oauth2/token", "GET /api/command/v2/health"]


def test_fresh_token_that_is_refused_is_the_end(client: ApiClient, appliance: ApplianceApi, server: TlsServer) -> None:
    appliance.token_answer = reply_json({"access_token": "stale-token"})
    for _attempt in range(2):
        with pytest.raises(AuthenticationError, match=r"(?s)gave the API account.*State now: .*nothing was changed"):
            client.health()
    assert server.lines == ["POST /oauth2/token", "GET /api/command/v2/info"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            reply_json({"error": "invalid_client", "message": "Client authentication failed"}, 401),
            "wrong OAuth Client ID",
        ),
        (reply_json({"error": "invalid_credentials"}, 400), "wrong OAuth Client ID"),
        (reply_json({"error": "access_denied", "message": "The account is locked."}, 403), "is locked"),
        (reply_json({"error": "access_denied", "message": "Your IP address is not allowed."}, 403), "this machine"),
        (reply_json({"error": "unauthorized_client", "message": "Account disabled"}, 401), "is disabled"),
        (reply_json(DENIED, 401), "is denied"),
        (reply_html(403), "is denied"),
    ],
)
def test_refused_account_is_named_and_not_tried_again(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, reply: Reply, words: str
) -> None:
    appliance.token_answer = reply
    for _attempt in range(2):
        with pytest.raises(AuthenticationError, match=words) as caught:
            client.health()
        assert not isinstance(caught.value, PermissionMissing)
        assert CLIENT_ID in str(caught.value)
        assert CLIENT_SECRET not in str(caught.value)
        assert caught.value.page == "/login > Management > API Configuration"
    assert server.lines == ["POST /oauth2/token"]


def test_wrong_secret(transport: Transport, server: TlsServer) -> None:
    with pytest.raises(AuthenticationError, match="wrong OAuth Client ID or Client Secret"):
        ApiClient(transport, CLIENT_ID, "something else").info()
    assert server.lines == ["POST /oauth2/token"]


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (404, "has no token service", "APIs are on"),
        (502, "the token service .* failed", "not ready"),
        (503, "the token service .* failed", "not ready"),
        (200, "has no token service", "APIs are on"),
    ],
)
def test_no_token_service_is_no_refusal(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, status: int, message: str, words: str
) -> None:
    appliance.token_answer = reply_html(status)
    with pytest.raises(ApiError, match=f"(?is){message}.*{words}") as caught:
        client.health()
    assert caught.value.status == status
    appliance.token_answer = None
    assert client.health().version == HEALTH["version"], "a site that was starting may be asked again"


def test_no_account(transport: Transport, server: TlsServer) -> None:
    with pytest.raises(InputError, match="API account"):
        ApiClient(transport, None, None).info()
    assert server.connections == 0
