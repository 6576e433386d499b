# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import concurrent.futures
import time

import pytest
import requests

from simulator.process import SimulatorError

HEALTH = "/api/command/v2/health"
INFO = "/api/command/v2/info"


def test_a_fault_strikes_what_it_matches_as_often_as_told(pair):
    api = pair.api("a")
    pair.sim.fault("status", pair.a["name"], match={"operation": r"health\.get"}, status=502, count=2, skip=1)
    assert [api.call("GET", HEALTH).status_code for _number in range(4)] == [200, 502, 502, 200]
    assert api.call("GET", "/api/command/v2/info").status_code == 200
    assert [entry["fault"] for entry in pair.sim.log(operation="api.command.v2.health.get")] == [
        "",
        "status",
        "status",
        "",
    ]


def test_a_fault_waits_until_it_is_armed_and_tells_which_request_it_struck(pair):
    api = pair.api("a")
    pair.sim.fault("status", match={"operation": "info"}, status=502, armed=False)
    assert api.call("GET", INFO).status_code == 200
    pair.sim.arm()
    assert [api.call("GET", INFO).status_code for _number in range(2)] == [502, 200]
    (fault,) = pair.sim.faults()
    (struck,) = [entry["seq"] for entry in pair.sim.log() if entry["fault"]]
    assert (fault["struck"], fault["at"]) == (1, struck)


@pytest.mark.parametrize("kind", ["reset", "torn_tls"])
def test_a_connection_can_be_cut(pair, kind):
    api = pair.api("a")
    pair.sim.fault(kind, match={"operation": "health"})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.call("GET", HEALTH)
    assert api.call("GET", HEALTH).status_code == 200


def test_an_answer_can_be_lost_after_the_change_was_made(pair):
    browser = pair.signed_in("a", "login")
    browser.follow("jump")
    pair.sim.fault("reset", match={"action": "jump_client_settings"}, when="after")
    with pytest.raises(requests.ConnectionError):
        browser.press("Save Changes", limit="8")
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 8


def test_a_slow_answer(pair):
    api = pair.api("a")
    pair.sim.fault("slow", match={"operation": "health"}, seconds=0.5)
    began = time.monotonic()
    assert api.call("GET", HEALTH).status_code == 200
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize(("when", "limit"), [("before", 50), ("after", 8)])
def test_a_request_is_held_until_it_is_released(pair, when, limit):
    browser = pair.signed_in("a", "login")
    browser.follow("jump")
    pair.sim.fault("hold", match={"action": "jump_client_settings"}, when=when)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(browser.press, "Save Changes", limit="8")
        end = time.monotonic() + 10
        while not any(fault["held"] for fault in pair.sim.faults()) and time.monotonic() < end:
            time.sleep(0.01)
        assert not pressed.done()
        pair.sim.release()
        with pytest.raises(requests.ConnectionError):
            pressed.result(10)
    assert pair.device("a")["settings"].get("max_concurrent_upgrades", 50) == limit


def test_a_download_is_held_in_its_middle(pair):
    api = pair.api("a")
    pair.sim.fault("hold", match={"operation": "api.backup"}, when="after", half=True, seconds=0.5)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.call("GET", "/api/backup")


def test_a_fault_waits_until_appliances_were_told_to_change(pair):
    browser, api = pair.signed_in("a", "login"), pair.api("a")
    pair.sim.fault("status", match={"operation": "health"}, deeds=1)
    assert api.call("GET", HEALTH).status_code == 200
    browser.follow("jump")
    browser.press("Save Changes", limit="8")
    assert [(deed["device"], deed["what"]) for deed in pair.sim.deeds()] == [
        (pair.a["name"], "Jump Client settings changed")
    ]
    assert api.call("GET", HEALTH).status_code == 502
    assert [entry["deeds"] for entry in pair.sim.log(operation="api.command.v2.health.get")] == [0, 1]


def test_a_fault_ends_when_the_appliances_were_told_enough(pair):
    browser = pair.signed_in("a", "login")
    api = pair.api("a")
    pair.sim.fault("status", match={"operation": "health"}, until=1, count=None)
    assert api.call("GET", HEALTH).status_code == 502
    browser.follow("jump")
    browser.press("Save Changes", limit="8")
    assert api.call("GET", HEALTH).status_code == 200


def test_a_fault_waits_until_another_one_has_struck(pair):
    api = pair.api("a")
    first = pair.sim.fault("status", match={"operation": "health"})
    pair.sim.fault("status", status=503, match={"operation": "info"}, following=first["number"])
    assert [api.call("GET", path).status_code for path in (INFO, HEALTH, INFO)] == [200, 502, 503]


def test_a_session_can_end_in_the_middle(pair):
    browser = pair.signed_in("a", "appliance")
    pair.sim.fault("session_expired", match={"screen": "^updates$"})
    assert "Username" in browser.follow("updates")


def test_a_token_can_be_revoked(pair):
    api = pair.api("a")
    pair.sim.fault("token_revoked", match={"operation": "health"})
    assert api.call("GET", HEALTH).status_code == 401
    assert api.get_token().status_code == 200


def test_a_control_can_be_missing(pair):
    pair.sim.fault("missing_control", control="sync")
    browser = pair.signed_in("a", "login")
    browser.follow("management", "failover")
    assert "Sync Now" not in browser.buttons()
    assert "Break Failover Relationship" in browser.buttons()


def test_an_agreement_can_come_after_the_sign_in(pair):
    pair.sim.fault("licence_page", count=1)
    browser = pair.browser("a", "login")
    assert "Login Agreement" in browser.sign_in()
    assert "Login Agreement" in browser.open("/login/management/failover.ns")
    assert "Status ::" in browser.press("I Agree")


def test_a_device_can_refuse_connections_for_a_while(pair):
    pair.sim.fault("refuse", pair.b["name"], seconds=300)
    browser = pair.browser("b", "login")
    with pytest.raises(requests.ConnectionError):
        browser.open("/login")
    pair.sim.wait_until(lambda state: state["devices"][pair.b["name"]]["phase"] == "up")
    assert "Username" in browser.open("/login")


def test_a_fault_that_is_not_known_is_refused(pair):
    with pytest.raises(SimulatorError, match="unknown kind"):
        pair.sim.fault("earthquake")
