# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who serves the site: every outcome is an answer."""

from __future__ import annotations

import socket
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._api.site import probe_site
from ansible_collections.bseries.sra.plugins.module_utils._records import SiteAnswer
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import (
    APPLIANCE_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    ApplianceApi,
    reply_html,
)
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import HOST, SITE, Authority, Reply, TlsServer


@pytest.fixture
def probe(server: TlsServer, authority: Authority, appliance: ApplianceApi) -> t.Callable[..., SiteAnswer]:
    appliance.answers["GET /check_health"] = Reply(body=b"1")

    def ask(hostname: str = SITE, **options: t.Any) -> SiteAnswer:
        return probe_site(hostname, server.port, HOST, str(authority.path), timeout=3.0, **options)

    return ask


def test_without_an_account(probe: t.Callable[..., SiteAnswer], server: TlsServer) -> None:
    answer = probe()
    assert (answer.hostname, answer.address, answer.port) == (SITE, HOST, server.port)
    assert (answer.answering, answer.appliance_id, answer.error) == (True, None, None)
    assert answer.certificate is not None
    assert answer.certificate.names == (SITE,)
    assert server.lines == ["GET /check_health"]
    assert server.server_names == [SITE, SITE]


def test_with_an_account(probe: t.Callable[..., SiteAnswer]) -> None:
    answer = probe(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    assert (answer.answering, answer.appliance_id, answer.version, answer.build) == (
        True,
        APPLIANCE_ID,
        "12.1.0",
        "11111",
    )


def test_refused_account_leaves_the_answer(probe: t.Callable[..., SiteAnswer]) -> None:
    answer = probe(client_id=CLIENT_ID, client_secret="wrong one")
    assert (answer.answering, answer.appliance_id) == (True, None)
    assert "wrong OAuth Client ID" in (answer.error or "")


def test_wrong_certificate(probe: t.Callable[..., SiteAnswer], server: TlsServer) -> None:
    answer = probe("other.example.com")
    assert answer.answering is False
    assert answer.certificate is not None
    assert answer.certificate.names == (SITE,)
    assert "refused" in (answer.error or "")
    assert server.requests == []


@pytest.mark.parametrize(("status", "answering"), [(500, True), (503, False)])
def test_unhealthy(probe: t.Callable[..., SiteAnswer], appliance: ApplianceApi, status: int, answering: bool) -> None:
    appliance.answers["GET /check_health"] = reply_html(status)
    answer = probe()
    assert (answer.answering, answer.error) == (answering, f"/check_health answers status {status}")


def test_nobody() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    answer = probe_site(SITE, port, HOST, timeout=2.0)
    assert (answer.answering, answer.address, answer.certificate) == (False, HOST, None)
    assert "refuses connections" in (answer.error or "")


def test_name_that_does_not_resolve() -> None:
    answer = probe_site("nowhere.invalid", timeout=2.0)
    assert (answer.answering, answer.address) == (False, None)
    assert "cannot be resolved" in (answer.error or "")


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (500, False), (503, False)])
def test_check_health_needs_no_token(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, status: int, healthy: bool
) -> None:
    appliance.answers["GET /check_health"] = Reply(status)
    assert client.check_health() is healthy
    assert server.lines == ["GET /check_health"]
    assert "authorization" not in server.requests[0].headers
