# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration API: every page, each client once."""

from __future__ import annotations

import typing as t
import urllib.parse

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api import configuration
from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._errors import ApiError, PermissionMissing
from ansible_collections.bseries.sra.plugins.module_utils._records import Jumpoint
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import ApplianceApi, reply_json
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import SITE, Reply, Request, TlsServer

PATH = "/api/config/v1/jump-client"
EARLY, LATE = "2026-11-22T10:00:00+00:00", "2026-11-22T11:00:00+00:00"


def _pages(total: int, headers: t.Callable[[int, int], list[tuple[str, str]]]) -> t.Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        query = dict(urllib.parse.parse_qsl(request.target.partition("?")[2]))
        if set(query) != {"per_page", "current_page"}:
            return reply_json({"message": "unknown parameter"}, 401)
        page, size = int(query["current_page"]), int(query["per_page"])
        rows = [{"id": number} for number in range(1, total + 1)][(page - 1) * size : page * size]
        return reply_json(rows, 200, *headers(page, -(-total // size)))

    return answer


def _numbered(page: int, last: int) -> list[tuple[str, str]]:
    return [("X-BT-Pagination-Current-Page", str(page)), ("X-BT-Pagination-Last-Page", str(last))]


def _linked(page: int, last: int) -> list[tuple[str, str]]:
    url = f"https://{SITE}{PATH}?per_page=100&current_page="
    links = [f'<{url}1>; rel="first"', f'<{url}{last}>; rel="last"']
    if page < last:
        links.append(f'<{url}{page + 1}>; rel="next"')
    return [("Link", ", ".join(links))]


@pytest.mark.parametrize("headers", [_numbered, _linked, lambda _page, _last: []], ids=["numbers", "links", "none"])
@pytest.mark.parametrize("total", [0, 99, 250])
def test_all_pages(
    client: ApiClient,
    appliance: ApplianceApi,
    server: TlsServer,
    headers: t.Callable[[int, int], list[tuple[str, str]]],
    total: int,
) -> None:
    appliance.answers[f"GET {PATH}"] = _pages(total, headers)
    assert [found.id for found in client.jump_clients()] == list(range(1, total + 1))
    asked = [line for line in server.lines if PATH in line]
    assert asked == [f"GET {PATH}?per_page=100&current_page={page}" for page in range(1, max(1, -(-total // 100)) + 1)]


def test_pages_without_end(client: ApiClient, appliance: ApplianceApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "MAX_PAGES", 3)
    appliance.answers[f"GET {PATH}"] = _pages(100_000, _numbered)
    with pytest.raises(ApiError, match="more than 3 pages"):
        client.jump_clients()


@pytest.mark.parametrize(
    ("row", "online"),
    [
        ({"last_connect_timestamp": LATE, "last_disconnect_timestamp": EARLY}, True),
        ({"last_connect_timestamp": EARLY, "last_disconnect_timestamp": LATE}, False),
        ({"last_connect_timestamp": EARLY, "last_disconnect_timestamp": None}, True),
        ({"last_connect_timestamp": None}, False),
        ({"last_connect_timestamp": LATE, "connection_type": "uninstalled"}, False),
        ({}, False),
    ],
)
def test_online(client: ApiClient, appliance: ApplianceApi, row: dict[str, t.Any], online: bool) -> None:
    appliance.answers[f"GET {PATH}"] = reply_json([{"id": 1, **row}])
    assert [found.online for found in client.jump_clients()] == [online]


def test_state_of_a_jump_client(client: ApiClient, appliance: ApplianceApi) -> None:
    row = {"id": 1, "name": "n", "hostname": "h", "connection_type": "passive", "needs_update": True, "is_lost": True}
    appliance.answers[f"GET {PATH}"] = reply_json([row])
    (found,) = client.jump_clients()
    assert (found.name, found.hostname, found.connection_type) == ("n", "h", "passive")
    assert (found.needs_update, found.is_lost) == (True, True)


def test_jumpoints(client: ApiClient, appliance: ApplianceApi) -> None:
    rows = [{"id": 1, "name": "J", "enabled": False, "connected": True}, {"id": 2}]
    appliance.answers["GET /api/config/v1/jumpoint"] = reply_json(rows)
    assert client.jumpoints() == (Jumpoint(1, "J", False, True), Jumpoint(2, None, True, False))


def test_401_for_an_unknown_field_is_no_refused_token(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer
) -> None:
    appliance.answers[f"GET {PATH}"] = reply_json({"message": "unknown parameter"}, 401)
    with pytest.raises(ApiError) as caught:
        client.jump_clients()
    assert caught.value.status == 401
    assert appliance.tokens == 1


def test_missing_permission(client: ApiClient, appliance: ApplianceApi) -> None:
    appliance.answers[f"GET {PATH}"] = Reply(403)
    with pytest.raises(PermissionMissing, match="Configuration API"):
        client.jump_clients()
