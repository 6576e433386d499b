# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import types

import pytest
import requests

from simulator.api_facts import Health
from simulator.clock import Timers
from simulator.scenario import ApiOptions

V2 = "/api/command/v2"


def test_health_tells_roles_versions_and_the_shared_ip(pair):
    health = pair.api("a").call("GET", f"{V2}/health").json()
    assert health["failover_role"] == "primary"
    assert (health["version"], health["build"]) == ("12.1.0", "52301")
    assert health["enabled_shared_ips"] == [pair.facts["shared_ip"]]
    assert health["appliance_id"] == pair.a["appliance_id"]
    assert health["last_data_sync"].endswith("+00:00")
    backup = pair.api("b").call("GET", f"{V2}/health").json()
    assert (backup["failover_role"], backup["enabled_shared_ips"], backup["last_data_sync"]) == ("backup", None, None)


def test_health_may_be_old(monkeypatch):
    timers, roles = Timers(time_scale=1), iter(("primary", "none"))
    moment = timers.now()
    monkeypatch.setattr(timers, "now", lambda: moment)
    world = types.SimpleNamespace(timers=timers, faults=types.SimpleNamespace(strike=lambda *_unused: None))
    health = Health(types.SimpleNamespace(world=world, name="one", options=types.SimpleNamespace(api=ApiOptions())))
    monkeypatch.setattr(health, "_facts", lambda: {"failover_role": next(roles)})
    read = []
    for passed in (0, ApiOptions.health_cache - 1, 1):
        moment += passed
        read.append(health.read()[1]["failover_role"])
    assert read == ["primary", "primary", "none"]


def test_an_unhealthy_appliance_answers_500_with_the_facts(pair):
    pair.sim.fault("unhealthy", pair.a["name"])
    answer = pair.api("a").call("GET", f"{V2}/health")
    assert answer.status_code == 500
    assert {"message", "version"} <= set(answer.json())


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", f"{V2}/health?verbose=1", {}, 400),
        ("GET", f"{V2}/health", {"headers": {"Accept": "*/*"}}, 406),
        ("POST", f"{V2}/health", {}, 405),
        ("GET", f"{V2}/nothing", {}, 404),
        ("GET", f"{V2}/client?type=people", {}, 422),
        ("POST", f"{V2}/failover-role", {"data": {"role": "backup"}}, 400),
        ("POST", f"{V2}/failover-role", {"json": {"role": "backup", "now": True}}, 400),
        ("POST", f"{V2}/failover-role", {"json": {}}, 422),
        ("POST", f"{V2}/failover-role", {"json": {"role": "backup", "force": "yes"}}, 422),
        ("DELETE", f"{V2}/session/{'0' * 31}f", {}, 404),
        ("GET", "/api/config/v1/jump-client?sort=name", {}, 401),
        ("GET", "/api/config/v1/jump-client?per_page=1", {}, 422),
        ("DELETE", "/api/config/v1/jump-client/1", {}, 405),
        ("GET", "/api/backup?username=x", {}, 400),
    ],
)
def test_what_the_contract_does_not_allow_is_refused(pair, method, path, options, status):
    assert pair.api("a").call(method, path, **options).status_code == status
    assert pair.device("a")["role"] == "primary"


def test_options_and_head(pair):
    api = pair.api("a")
    assert api.call("OPTIONS", f"{V2}/health").headers["Allow"] == "GET,HEAD"
    head = api.call("HEAD", f"{V2}/health")
    assert (head.status_code, head.content) == (200, b"")


def test_a_token_is_needed_and_the_oldest_is_dropped(pair):
    api = pair.api("a")
    first = api.token
    for _number in range(3):
        assert api.get_token().json()["expires_in"] == 3600
    assert api.call("GET", f"{V2}/info").status_code == 200
    api.token = first
    answer = api.call("GET", f"{V2}/info")
    assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


def test_wrong_secrets_lock_the_account(pair):
    api = pair.api("a")
    for number in range(5):
        assert api.get_token(f"wrong-{number}").json()["error"] == "invalid_client"
    assert api.get_token().status_code == 401
    time.sleep(2.1)
    assert api.get_token().status_code == 200


def test_the_token_request_takes_only_what_oauth_asks_for(pair):
    api = pair.api("a")
    account = (pair.a["client_id"], pair.a["client_secret"])
    api.token = ""
    wrong = api.call("POST", "/oauth2/token", data={"grant_type": "password"}, auth=account)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "unsupported_grant_type")
    assert api.call("POST", "/oauth2/token", json={"grant_type": "client_credentials"}, auth=account).status_code == 400


def test_a_connection_that_is_kept_is_a_violation(pair):
    api = pair.api("a")
    with requests.Session() as session:
        session.trust_env = False
        for _number in range(2):
            session.get(
                f"https://{pair.a['address']}:{pair.a['port']}{V2}/info",
                headers={"Accept": "application/json", "Authorization": f"Bearer {api.token}"},
                verify=pair.sim.ready["ca_path"],
            )
    assert pair.violations() == ["api_connection_reused"]


def test_too_many_calls_a_second_are_refused(pair):
    api = pair.api("a")
    began = time.monotonic()
    answers = [api.call("GET", f"{V2}/info") for _number in range(21)]
    if time.monotonic() - began > 1:
        pytest.skip("this machine is too slow to exceed the rate")
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[0].headers["X-RateLimit-Limit"] == "15000"


def test_jump_clients_come_in_pages(pair):
    api = pair.api("a")
    first = api.call("GET", "/api/config/v1/jump-client?per_page=10")
    assert (len(first.json()), first.headers["X-BT-Pagination-Total"]) == (10, "15")
    assert 'rel="next"' in first.headers["Link"]
    second = api.call("GET", "/api/config/v1/jump-client?per_page=10&current_page=2")
    assert len(second.json()) == 5
    assert 'rel="next"' not in second.headers["Link"]
    entries = first.json() + second.json()
    assert all(entry["last_connect_timestamp"] > entry["last_disconnect_timestamp"] for entry in entries)


def test_version_1_answers_errors_with_status_200(pair):
    api = pair.api("a")
    wrong = api.call("GET", "/api/command?action=nonsense")
    assert wrong.status_code == 200
    assert ">Invalid action</error>" in wrong.text
    health = api.call("GET", "/api/command?action=check_health").text
    assert "<failover_role>primary</failover_role>" in health
    assert f"<ip>{pair.facts['shared_ip']}</ip>" in health


def test_people_can_be_logged_out(pair):
    api = pair.api("a")
    users = api.call("GET", f"{V2}/user").json()
    assert len(users) == 3
    assert api.call("POST", f"{V2}/user/{users[0]['id']}/logout").status_code == 204
    assert api.call("POST", f"{V2}/user/{users[0]['id']}/logout").status_code == 404
    assert len(api.call("GET", f"{V2}/user").json()) == 2
    assert [entry["kind"] for entry in pair.sim.log(operation="api.command.v2.user.logout")] == ["write", "write"]


def test_the_clock_of_a_device_can_be_wrong(pair):
    pair.sim.clock(pair.a["name"], -7200)
    text = pair.api("a").call("GET", "/api/command?action=get_api_info").text
    stamp = int(text.split("<timestamp>")[1].split("<")[0])
    assert stamp == pytest.approx(time.time() - 7200, abs=5)


def test_jump_clients_upgrade_after_the_product_changed(pair):
    pair.unpaired()
    pair.sim.change(pair.a["name"], phase="refused", product="12.2.0")
    assert pair.device("a")["jump_clients"]["online"] == 0
    pair.sim.change(pair.a["name"], settings={"max_concurrent_upgrades": 1}, phase="up")
    pair.sim.wait_until(lambda state: state["devices"][pair.a["name"]]["jump_clients"]["pending"] > 0)
    pair.sim.wait_until(lambda state: state["devices"][pair.a["name"]]["jump_clients"]["online"] == 15)
    pair.sim.wait_until(lambda state: state["devices"][pair.a["name"]]["jump_clients"]["pending"] == 0)


def test_rights_and_apis_that_are_missing():
    from simulator.process import SimulatorProcess

    from .conftest import Api

    account = {"client_id": "reader", "client_secret": "s3cret-1", "command": "read_only", "backup": False}
    scenario = {"pairs": [{"single": True, "a": {"api": {"v2": False}, "api_accounts": [account]}}]}
    with SimulatorProcess(scenario) as sim:
        api = Api(sim, sim.ready["pairs"][0]["devices"]["a"])
        api.get_token()
        assert api.call("GET", f"{V2}/info").status_code == 404
        assert api.call("GET", "/api/command?action=check_health").status_code == 200
        assert api.call("GET", "/api/command?action=set_failover_role&role=backup").status_code == 403
        assert api.call("GET", "/api/backup").status_code == 403
