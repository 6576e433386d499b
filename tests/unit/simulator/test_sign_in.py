# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest


@pytest.mark.parametrize("interface", ["appliance", "login"])
def test_the_start_page_leads_to_the_sign_in_and_that_to_the_first_screen(pair, interface):
    browser = pair.browser("a", interface)
    assert "Username" in browser.open(f"/{interface}")
    assert "Status ::" in browser.sign_in()
    assert [entry["kind"] for entry in pair.sim.log(interface=interface, method="POST")] == ["session"]


def test_the_accounts_of_the_two_interfaces_differ(pair):
    browser = pair.browser("a", "appliance")
    assert "incorrect" in browser.sign_in(pair.a["login_password"])


def test_without_a_session_every_screen_leads_to_the_sign_in(pair):
    browser = pair.browser("a", "appliance")
    assert "Username" in browser.open("/appliance/updates.ns")


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_the_right_anti_forgery_value_changes_nothing(pair, token):
    browser = pair.signed_in("a", "login")
    browser.follow("jump")
    action, data = browser.form("Save Changes", limit="7")
    data["ns[token]"] = token
    assert browser.session.post(action, data=data).status_code == 403
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 50


def test_the_anti_forgery_value_of_another_session_is_refused(pair):
    one, other = pair.signed_in("a", "login"), pair.signed_in("a", "login")
    one.follow("jump")
    other.follow("jump")
    action, data = one.form("Save Changes", limit="7")
    assert other.session.post(action, data=data).status_code == 403


def test_a_form_with_a_field_left_out_or_invented_changes_nothing(pair):
    browser = pair.signed_in("a", "login")
    browser.follow("jump")
    action, data = browser.form("Save Changes", limit="7")
    without = {name: value for name, value in data.items() if "limit" not in name}
    assert browser.session.post(action, data=without).status_code == 400
    assert browser.session.post(action, data={**data, "extra": "1"}).status_code == 400
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 50
    assert browser.session.post(action, data=data).status_code == 200
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 7


def test_failed_sign_ins_lock_the_account_for_a_while(pair):
    for number in range(5):
        assert "incorrect" in pair.browser("a", "login").sign_in(f"wrong-{number}")
    assert "locked" in pair.browser("a", "login").sign_in()
    assert pair.violations() == []
    time.sleep(2.1)
    assert "Status ::" in pair.browser("a", "login").sign_in()


def test_the_same_refused_password_again_is_a_violation(pair):
    pair.browser("a", "login").sign_in("wrong")
    pair.browser("a", "login").sign_in("wrong")
    assert pair.violations() == ["refused_password_retried"]


def test_the_number_of_sessions_is_limited_and_signing_out_frees_one(pair):
    browsers = [pair.signed_in("a", "login") for _number in range(4)]
    assert "maximum number" in pair.browser("a", "login").sign_in()
    browsers[0].follow("logout")
    assert "Status ::" in pair.browser("a", "login").sign_in()


def test_a_session_that_was_signed_out_is_of_no_use_and_one_left_open_is_told(pair):
    browser = pair.signed_in("a", "appliance")
    key = browser.session.cookies["ns_s"]
    browser.follow("logout")
    browser.session.cookies.clear()
    browser.session.cookies.set("ns_s", key)
    assert "Username" in browser.open("/appliance/updates.ns")
    pair.signed_in("b", "login")
    ends = {(session["device"], session["ended"]) for session in pair.sim.sessions()}
    assert ends == {(pair.a["name"], "sign_out"), (pair.b["name"], None)}


def test_an_idle_session_expires(pair):
    browser = pair.signed_in("a", "appliance")
    time.sleep(2.2)
    assert "Username" in browser.follow("updates")


def test_a_backup_lacks_the_tabs_that_it_has_no_use_for(pair):
    browser = pair.signed_in("b", "login")
    assert "jump" not in browser.links()
    assert browser.session.get(f"{browser.base}/login/jump/jump_clients.ns").status_code == 404
    assert {"software management", "failover", "security"} <= set(browser.follow("management") and browser.links())
