# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest


def establish(pair, **changes):
    browser = pair.signed_in("a", "login")
    browser.follow("management", "failover")
    values = {
        "peer_host": pair.b["address"],
        "peer_port": str(pair.b["port"]),
        "reverse_host": pair.a["address"],
        "reverse_port": str(pair.a["port"]),
    }
    return browser.press("Finish", **{**values, **changes})


def relationship(pair):
    return pair.sim.state()["pairs"][pair.facts["name"]]["relationship"]


def test_breaking_asks_first_and_gives_back_all_tabs(pair):
    browser = pair.signed_in("a", "login")
    browser.follow("management", "failover")
    browser.press("Break Failover Relationship")
    browser.press("Cancel")
    assert relationship(pair) is not None
    pair.unpaired()
    assert relationship(pair) is None
    assert "jump" in pair.signed_in("b", "login").links()
    assert {pair.device(side)["role"] for side in "ab"} == {"none"}


def test_a_new_relationship_synchronises_by_itself(pair):
    pair.unpaired()
    pair.sim.change(pair.a["name"], settings={"max_concurrent_upgrades": 9})
    assert "relationship was established" in establish(pair)
    assert (pair.device("a")["role"], pair.device("b")["role"]) == ("primary", "backup")
    pair.sim.wait_until(lambda state: state["pairs"]["pair1"]["relationship"]["last_sync"] is not None)
    assert pair.device("b")["settings"]["max_concurrent_upgrades"] == 9
    assert pair.violations() == []


@pytest.mark.parametrize(
    ("changes", "message", "violations"),
    [
        ({"peer_host": "access-pair1.example.com"}, "shared host name", ["shared_name_as_peer"]),
        ({"reverse_host": "access-pair1.example.com"}, "shared host name", ["shared_name_as_peer"]),
        ({"peer_port": "1"}, "No appliance could be reached", []),
        ({"peer_port": "https"}, "not a valid TLS port", []),
        ({"peer_host": ""}, "All fields are required", []),
        ({"reverse_port": "1"}, "could not connect back", []),
    ],
)
def test_addresses_that_do_not_lead_to_the_devices_are_refused(pair, changes, message, violations):
    pair.unpaired()
    assert message in establish(pair, **changes)
    assert relationship(pair) is None
    assert pair.violations() == violations


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shared_key": "other"}, "pre-shared keys do not match"),
        ({"product": "12.2.0"}, "same version and build"),
        ({"build": "1"}, "same version and build"),
    ],
)
def test_devices_that_differ_cannot_be_paired(pair, change, message):
    pair.unpaired()
    pair.sim.change(pair.b["name"], **change)
    assert message in establish(pair)
    assert relationship(pair) is None


def test_sync_now_takes_its_time_and_refuses_what_disturbs_it(pair):
    before = relationship(pair)["last_sync"]
    pair.sim.fault("sync_stuck", count=1)
    browser = pair.signed_in("a", "login")
    browser.follow("management", "failover")
    assert "A data sync is in progress" in browser.press("Sync Now")
    assert "Sync Now" not in browser.buttons()
    browser.press("Break Failover Relationship")
    assert "Wait until it has finished" in browser.press("Break Failover Relationship")
    assert relationship(pair)["syncing"]
    assert relationship(pair)["last_sync"] == before


def test_the_role_changes_through_the_api_after_a_sync(pair):
    api = pair.api("a")
    answer = api.call("POST", "/api/command/v2/failover-role", json={"role": "backup", "data_sync_first": True})
    assert answer.json() == {
        "message": "Successfully started data sync. Role change will occur upon successful completion."
    }
    pair.sim.wait_until(lambda state: state["devices"][pair.b["name"]]["role"] == "primary")
    assert pair.device("a")["role"] == "backup"


def test_a_role_change_between_base_and_product_is_a_violation(pair):
    pair.sim.change(pair.a["name"], base_pending=True)
    pair.api("a").call("POST", "/api/command/v2/failover-role", json={"role": "backup"})
    assert pair.violations() == ["role_change_between_base_and_product"]


def test_without_a_relationship_the_role_cannot_change(pair):
    pair.unpaired()
    answer = pair.api("a").call("POST", "/api/command/v2/failover-role", json={"role": "backup"})
    assert (answer.status_code, list(answer.json())) == (500, ["message"])


def test_a_relationship_that_is_refused_is_no_change(pair):
    pair.unpaired()
    told = len(pair.sim.deeds())
    pair.sim.fault("peer_unreachable", count=1)
    establish(pair)
    assert len(pair.sim.deeds()) == told
    establish(pair)
    assert [deed["what"] for deed in pair.sim.deeds()[told:]] == ["failover relationship established"]
