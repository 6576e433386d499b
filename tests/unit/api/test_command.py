# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command API, both editions: exact requests, tolerant reading, errors told apart."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._api.command import NotOffered
from ansible_collections.bseries.sra.plugins.module_utils._api.values import moment, version_and_build
from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    ApiError,
    InputError,
    PermissionMissing,
    RefusedByAppliance,
)
from ansible_collections.bseries.sra.plugins.module_utils._records import (
    ApplianceEntry,
    ClientCounts,
    Health,
    User,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import (
    APPLIANCE_ID,
    HEALTH,
    INFO,
    ApplianceApi,
    reply_html,
    reply_json,
    reply_xml,
)
from ansible_collections.bseries.sra.tests.unit.api.conftest import SteppedClock
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, Request, TlsServer

V2 = "/api/command/v2"
LSID = "f" * 32
UTC = datetime.UTC


def test_info(client: ApiClient, server: TlsServer) -> None:
    info = client.info()
    assert (info.command_api, info.product, client.command_api) == ("v2", "pra", "v2")
    assert info.permissions == INFO["permissions"]
    assert info.current_time == datetime.datetime(2026, 11, 22, 10, 0, 1, 500000, tzinfo=UTC)
    assert info.versions == {"command_api_version": "2.0.0", "config_api_version": "1.10"}
    assert server.lines == ["POST /oauth2/token", f"GET {V2}/info"]
    client.info()
    assert server.lines[2:] == [f"GET {V2}/info"], "the time is asked anew"


def test_health(client: ApiClient) -> None:
    assert client.health() == Health(
        healthy=True,
        version="12.1.0",
        build="11111",
        appliance_id=APPLIANCE_ID,
        hostname="node-a.example.com",
        cluster_role="single",
        failover_role="primary",
        enabled_shared_ips=("192.0.2.10",),
        last_data_sync=datetime.datetime(2026, 11, 22, 10, tzinfo=UTC),
        last_data_sync_status="Success",
    )


def test_unhealthy_node_is_an_answer(client: ApiClient, appliance: ApplianceApi) -> None:
    nulls = dict.fromkeys(HEALTH) | {"message": "Database is starting", "appliance_id": APPLIANCE_ID}
    appliance.answers[f"GET {V2}/health"] = reply_json(nulls, 500)
    assert client.health() == Health(healthy=False, appliance_id=APPLIANCE_ID, message="Database is starting")


@pytest.mark.parametrize("reply", [reply_html(500), reply_html(503), reply_json({"message": "?"}, 500), reply_html()])
def test_other_answers_than_health_are_errors(client: ApiClient, appliance: ApplianceApi, reply: Reply) -> None:
    appliance.answers[f"GET {V2}/health"] = reply
    with pytest.raises(ApiError) as caught:
        client.health()
    assert caught.value.status == reply.status


def test_a_page_between_answers_of_the_api_is_asked_past_once(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer
) -> None:
    client.info()
    come = iter([reply_html(), reply_json(HEALTH)])
    appliance.answers[f"GET {V2}/health"] = lambda _request: next(come)
    assert client.health().healthy
    assert server.lines.count("GET /api/command/v2/health") == 2


def test_appliances_and_own_entry(client: ApiClient, appliance: ApplianceApi) -> None:
    row = {
        "id": APPLIANCE_ID.upper(),
        "name": "A",
        "public_hostname": "access.example.com",
        "cluster_role": "single",
        "failover_role": "backup",
        "accepting_connections": False,
        "timezone_offset": 0,
    }
    appliance.answers[f"GET {V2}/appliance"] = reply_json([{"id": "ff" * 16}, row])
    own = ApplianceEntry(APPLIANCE_ID.upper(), "A", "access.example.com", "single", "backup", False)
    assert client.appliances() == (ApplianceEntry("ff" * 16), own)
    assert client.own_entry() == own
    appliance.answers[f"GET {V2}/appliance"] = reply_json([])
    assert client.own_entry() is None


def test_the_own_id_is_asked_for_once(client: ApiClient, appliance: ApplianceApi, server: TlsServer) -> None:
    appliance.answers[f"GET {V2}/appliance"] = reply_json([{"id": APPLIANCE_ID}])
    health = client.health()
    assert client.own_entry() == ApplianceEntry(str(health.appliance_id))
    assert [request.line for request in server.requests].count(f"GET {V2}/health") == 1


def test_counts_and_users(client: ApiClient, appliance: ApplianceApi) -> None:
    appliance.answers[f"GET {V2}/appliance/client-count"] = reply_json(
        [{"id": APPLIANCE_ID, "access_consoles": 2, "asset_clients": 3, "gateways": 1}]
    )
    appliance.answers[f"GET {V2}/user"] = reply_json(
        [
            {"id": 4, "type": "normal", "display_name": "Ann", "logged_in_since": "2026-11-22T09:00:00+00:00"},
            {"id": 5, "session_count": 0},
        ]
    )
    assert client.client_counts() == (ClientCounts(APPLIANCE_ID, 2, 3, 1),)
    assert client.users() == (
        User(4, "Ann", "normal", datetime.datetime(2026, 11, 22, 9, tzinfo=UTC), None),
        User(5, session_count=0),
    )


def test_logout_and_terminate(client: ApiClient, appliance: ApplianceApi, server: TlsServer) -> None:
    appliance.answers[f"POST {V2}/user/4/logout"] = Reply(204)
    appliance.answers[f"DELETE {V2}/session/{LSID}"] = Reply(204)
    assert client.logout_user(4) is True
    assert client.logout_user(5) is False
    assert client.terminate_session(LSID) is True
    assert [request.line for request in server.requests if request.method in ("POST", "DELETE")][1:] == [
        f"POST {V2}/user/4/logout",
        f"POST {V2}/user/5/logout",
        f"DELETE {V2}/session/{LSID}",
    ]
    assert server.requests[-2].body == b""
    with pytest.raises(InputError):
        client.terminate_session("../../user")
    with pytest.raises(InputError):
        client.logout_user(0)


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({}, {"role": "backup"}),
        ({"data_sync_first": True}, {"role": "backup", "data_sync_first": True}),
        ({"force": True}, {"role": "backup", "force": True}),
    ],
)
def test_failover_role(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, options: dict[str, bool], body: dict[str, object]
) -> None:
    appliance.answers[f"POST {V2}/failover-role"] = reply_json({"message": "Successfully changed role."})
    assert client.set_failover_role("backup", **options) == "Successfully changed role."
    assert json.loads(server.requests[-1].body) == body


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (reply_json({"message": "Invalid", "errors": {"role": ["no failover"]}}, 422), "Invalid; role: no failover"),
        (reply_json({"message": "Peer is not reachable"}, 500), "Peer is not reachable"),
    ],
)
def test_refused_role(client: ApiClient, appliance: ApplianceApi, server: TlsServer, reply: Reply, words: str) -> None:
    appliance.answers[f"POST {V2}/failover-role"] = reply
    with pytest.raises(RefusedByAppliance) as caught:
        client.set_failover_role("backup")
    assert caught.value.seen == words
    assert server.lines.count(f"POST {V2}/failover-role") == 1


def test_force_to_become_primary_is_refused_here(client: ApiClient, server: TlsServer) -> None:
    with pytest.raises(InputError):
        client.set_failover_role("primary", force=True)
    assert server.connections == 0


@pytest.mark.parametrize("hiccup", [Reply(raw=b"", end="cut"), reply_html(502)])
def test_a_read_whose_answer_was_lost_is_asked_for_once_more(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, hiccup: Reply
) -> None:
    answers = [hiccup, reply_json({**dict.fromkeys(HEALTH), "appliance_id": APPLIANCE_ID}, 500)]
    client.info()
    appliance.answers[f"GET {V2}/health"] = lambda _request: answers.pop(0)
    assert client.health().appliance_id == APPLIANCE_ID
    assert server.lines.count(f"GET {V2}/health") == 2


def test_lost_answer_to_a_role_change_is_not_repeated(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer
) -> None:
    appliance.answers[f"POST {V2}/failover-role"] = Reply(raw=b"", end="cut")
    with pytest.raises(RequestFailed) as caught:
        client.set_failover_role("backup")
    assert caught.value.sent is True
    assert server.lines.count(f"POST {V2}/failover-role") == 1


def test_missing_permission_is_named(client: ApiClient, appliance: ApplianceApi) -> None:
    appliance.answers[f"POST {V2}/failover-role"] = reply_json({"message": "Forbidden"}, 403)
    with pytest.raises(PermissionMissing, match=r"Full Access \(perm_command=full_access\)") as caught:
        client.set_failover_role("backup")
    assert "/login > Management > API Configuration" in str(caught.value)


def test_require(client: ApiClient, appliance: ApplianceApi, server: TlsServer) -> None:
    client.require("perm_command", "read_only")
    client.require("perm_command", "full_access")
    client.require("perm_backup")
    client.require("perm_unheard_of")
    with pytest.raises(PermissionMissing, match="needed to count Jump Clients"):
        client.require("perm_configuration", why="count Jump Clients")
    assert server.lines == ["POST /oauth2/token", f"GET {V2}/info"]


@pytest.mark.parametrize(("granted", "enough"), [("deny", False), ("read_only", False), ("full_access", True)])
def test_require_full_access(client: ApiClient, appliance: ApplianceApi, granted: str, enough: bool) -> None:
    appliance.answers[f"GET {V2}/info"] = reply_json({"permissions": {"perm_command": granted}})
    if enough:
        client.require("perm_command", "full_access")
    else:
        with pytest.raises(PermissionMissing, match=granted):
            client.require("perm_command", "full_access", "change roles")


def test_rate_limit_is_waited_out(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, clock: SteppedClock
) -> None:
    answers = iter([Reply(429), reply_json({"message": "later"}, 429), reply_json(HEALTH)])
    appliance.answers[f"GET {V2}/health"] = lambda _request: next(answers)
    assert client.health().healthy
    assert clock.slept == [1.0, 1.5]


def test_rate_limit_that_does_not_end(client: ApiClient, appliance: ApplianceApi, clock: SteppedClock) -> None:
    appliance.answers[f"GET {V2}/health"] = Reply(429)
    with pytest.raises(ApiError, match="rate limit") as caught:
        client.health()
    assert caught.value.status == 429
    assert 55 < sum(clock.slept) < 65


def test_no_more_than_twenty_calls_a_second(client: ApiClient, clock: SteppedClock) -> None:
    started = clock.now()
    for _count in range(41):
        client.health()
    assert clock.now() - started >= 2.0


# Command API v1

NAMESPACE = 'xmlns="https://www.beyondtrust.com/namespaces/API/command"'
API_INFO = f"""<?xml version="1.0"?><api_info {NAMESPACE}><api_version>1.22.1</api_version>
<timestamp>1700000000</timestamp><permissions><permission name="perm_command">full_access</permission>
<permission name="perm_backup">1</permission></permissions></api_info>"""
CHECK_HEALTH = f"""<health_check {NAMESPACE}><appliance id="{APPLIANCE_ID}">node-a</appliance>
<version>12.2.0 12345 (abc)</version><success>1</success><failover_role>primary</failover_role>
<enabled_shared_ips><ip>192.0.2.10</ip></enabled_shared_ips>
<last_data_sync_time ts="1700000000">2023-11-14T22:13:20+00:00</last_data_sync_time>
<last_data_sync_status>OK</last_data_sync_status></health_check>"""


def _v1(appliance: ApplianceApi, **actions: str) -> None:
    documents = {"get_api_info": API_INFO, "check_health": CHECK_HEALTH, **actions}

    def answer(request: Request) -> Reply:
        query = request.target.partition("?")[2] or request.body.decode()
        action = query.split("&")[0].removeprefix("action=")
        return reply_xml(documents.get(action, f"<error {NAMESPACE}>Invalid action</error>"))

    appliance.answers = {"GET /api/command": answer, "POST /api/command": answer}


@pytest.mark.parametrize("no_v2", [Reply(404), reply_html(), Reply(302, headers=(("Location", "/login"),)), Reply(405)])
def test_v1_where_there_is_no_v2(client: ApiClient, appliance: ApplianceApi, server: TlsServer, no_v2: Reply) -> None:
    _v1(appliance)
    appliance.answers[f"GET {V2}/info"] = no_v2
    assert client.command_api == "v1"
    info = client.info()
    assert info.permissions == {"perm_command": "full_access", "perm_backup": True}
    assert info.current_time == datetime.datetime.fromtimestamp(1700000000, UTC)
    assert client.health() == Health(
        healthy=True,
        version="12.2.0",
        build="12345",
        appliance_id=APPLIANCE_ID,
        hostname="node-a",
        failover_role="primary",
        enabled_shared_ips=("192.0.2.10",),
        last_data_sync=datetime.datetime.fromtimestamp(1700000000, UTC),
        last_data_sync_status="OK",
    )
    assert server.lines == [
        "POST /oauth2/token",
        f"GET {V2}/info",
        "GET /api/command?action=get_api_info",
        "GET /api/command?action=get_api_info",
        "GET /api/command?action=check_health",
    ]


def test_v1_list_of_appliances_or_health_in_its_place(client: ApiClient, appliance: ApplianceApi) -> None:
    _v1(appliance)
    assert client.appliances() == (ApplianceEntry(APPLIANCE_ID, "node-a", failover_role="primary"),)
    rows = f"""<appliances {NAMESPACE}><appliance id="{APPLIANCE_ID}"><name>A</name><failover_role>none</failover_role>
    <accepting_connections>1</accepting_connections></appliance></appliances>"""
    _v1(appliance, get_appliances=rows)
    assert client.appliances() == (ApplianceEntry(APPLIANCE_ID, "A", None, None, "none", True),)


def test_v1_without_a_command_says_so(client: ApiClient, appliance: ApplianceApi) -> None:
    _v1(appliance)
    for ask in (client.client_counts, client.users, lambda: client.set_failover_role("backup")):
        with pytest.raises(NotOffered, match="does not offer") as caught:
            ask()
        assert caught.value.seen == "Invalid action"


def test_v1_counts_and_users(client: ApiClient, appliance: ApplianceApi) -> None:
    clients = "".join(f'<connected_client type="{kind}"/>' for kind in ("representative", "push_agent", "jump_client"))
    rep = '<rep id="7"><display_name>Ann</display_name><logged_in_since ts="1700000000">x</logged_in_since></rep>'
    _v1(
        appliance,
        get_connected_client_list=f"<connected_client_list>{clients}</connected_client_list>",
        get_logged_in_reps=f"<logged_in_reps {NAMESPACE}>{rep}</logged_in_reps>",
    )
    assert client.client_counts() == (ClientCounts(None, 1, 1, 1),)
    since = datetime.datetime.fromtimestamp(1700000000, UTC)
    assert client.users() == (User(7, "Ann", None, since, None),)


def test_v1_role_change(client: ApiClient, appliance: ApplianceApi, server: TlsServer) -> None:
    _v1(appliance, set_failover_role=f"<success {NAMESPACE}>Successfully changed role.</success>")
    assert client.set_failover_role("backup", data_sync_first=True) == "Successfully changed role."
    sent = server.requests[-1]
    assert (sent.line, sent.body) == ("POST /api/command", b"action=set_failover_role&role=backup&data_sync_first=1")
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"

    _v1(appliance, set_failover_role="<error>Peer cannot be reached</error>")
    with pytest.raises(RefusedByAppliance) as caught:
        client.set_failover_role("backup")
    assert caught.value.seen == "Peer cannot be reached"


def test_v1_error_with_status_200(client: ApiClient, appliance: ApplianceApi) -> None:
    _v1(appliance, check_health="<error>Database error</error>")
    with pytest.raises(ApiError, match="refuses the command check_health") as caught:
        client.health()
    assert caught.value.seen == "Database error"


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><health_check>&a;</health_check>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><health_check/>',
        "<health_check>",
        "not xml",
    ],
)
def test_v1_hostile_or_broken_documents(client: ApiClient, appliance: ApplianceApi, document: str) -> None:
    _v1(appliance, check_health=document)
    with pytest.raises(ApiError, match="something else than XML"):
        client.health()


def test_neither_edition(client: ApiClient, appliance: ApplianceApi) -> None:
    appliance.answers = {}
    with pytest.raises(ApiError, match="neither the Command API v2 nor v1") as caught:
        client.health()
    assert "Enable XML API" in (caught.value.advice or "")


def test_site_that_is_starting_decides_nothing(client: ApiClient, appliance: ApplianceApi) -> None:
    appliance.answers[f"GET {V2}/info"] = reply_html(503)
    with pytest.raises(ApiError) as caught:
        client.health()
    assert caught.value.status == 503
    appliance.answers[f"GET {V2}/info"] = reply_json(INFO)
    assert client.command_api == "v2"


@pytest.mark.parametrize(
    ("version", "build", "expected"),
    [
        ("12.2.0", "12345", ("12.2.0", "12345")),
        ("12.2.0 12345 (abc)", None, ("12.2.0", "12345")),
        ("12.2.0-12345", None, ("12.2.0", "12345")),
        ("Version 12.2.0, Build 12345", "", ("12.2.0", "12345")),
        ("12.2.0", 7, ("12.2.0", "7")),
        ("12.2.0", None, ("12.2.0", None)),
        ("unknown", None, ("unknown", None)),
        (None, None, (None, None)),
    ],
)
def test_version_and_build(version: object, build: object, expected: tuple[str | None, str | None]) -> None:
    assert version_and_build(version, build) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00.25Z", "2026-11-22T10:00:00.250000+00:00"),
        ("2026-11-22T12:00:00+02:00", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00+00:00"),
        ("never", None),
        ("", None),
        (None, None),
        (True, None),
        ("9" * 40, None),
    ],
)
def test_moment(value: object, expected: str | None) -> None:
    found = moment(value)
    assert (found.isoformat() if found else None) == expected
