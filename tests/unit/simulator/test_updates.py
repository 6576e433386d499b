# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
import requests


def list_updates(browser):
    browser.follow("updates")
    return browser.press("Check for Updates")


def install(pair, side, *, licence=False):
    """Press through the installation of the first package in the list; returns the last page."""
    browser = pair.signed_in(side, "appliance")
    list_updates(browser)
    browser.press("Install This Update")
    text = browser.press("Install This Update")
    return browser.press("Continue", accept="1") if licence else text


def finish(pair, side):
    name = pair.facts["devices"][side]["name"]
    return pair.sim.wait_until(lambda state: state["devices"][name]["install"]["state"] == "done")["devices"][name]


def test_the_product_waits_for_the_base_and_each_leaves_the_list(pair):
    pair.unpaired()
    browser = pair.signed_in("b", "appliance")
    text = list_updates(browser)
    assert "3.2.4 does not satisfy 12.2.0's requirements" in text
    assert browser.buttons() == ["Install This Update"]
    assert "Downloading Base Software 3.3.2" in install(pair, "b")
    assert "base-3.3.2" not in pair.device("b")["offered"]
    state = finish(pair, "b")
    assert (state["base"], state["product"], state["base_pending"]) == ("3.3.2", "12.1.0", True)
    assert "does not satisfy" not in list_updates(pair.signed_in("b", "appliance"))
    assert "Downloading Bomgar-12.2.0" in install(pair, "b", licence=True)
    state = finish(pair, "b")
    assert (state["product"], state["build"], state["offered"]) == ("12.2.0", "53417", [])
    assert "no updates available" in list_updates(pair.signed_in("b", "appliance"))
    assert pair.violations() == []


def test_the_licence_agreement_must_be_accepted(pair):
    pair.sim.change(pair.b["name"], base="3.3.2")
    browser = pair.signed_in("b", "appliance")
    list_updates(browser)
    browser.press("Install This Update")
    browser.press("Install This Update")
    assert "must be accepted" in browser.press("Continue")
    assert pair.device("b")["install"] is None


def test_a_package_that_cannot_be_installed_yet_is_refused_when_asked_for_all_the_same(pair):
    browser = pair.signed_in("b", "appliance")
    list_updates(browser)
    action, data = browser.form("Install This Update")
    browser.session.post(action.replace("base-3.3.2", "product-12.2.0-53417"), data=data)
    licence = f"{browser.base}/appliance/updates/licence.ns?id=product-12.2.0-53417"
    browser.open(licence)
    assert "does not satisfy" in browser.press("Continue", accept="1")
    assert pair.device("b")["install"] is None


def test_the_web_server_comes_back_without_the_sessions(pair):
    pair.unpaired()
    before, api = pair.signed_in("a", "appliance"), pair.api("a")
    install(pair, "a")
    finish(pair, "a")
    assert "Username" in before.open("/appliance/status/basics.ns")
    assert api.call("GET", "/api/command/v2/info").status_code == 401
    assert {session["ended"] for session in pair.sim.sessions()} == {"sign_out", "restart"}


def test_while_it_restarts_the_web_server_refuses_and_then_is_unavailable(pair):
    browser, seen = pair.browser("a", "appliance"), []
    for phase in ("up", "refused", "unavailable", "up"):
        pair.sim.change(pair.a["name"], phase=phase)
        try:
            seen.append(browser.session.get(f"{browser.base}/check_health", timeout=5).status_code)
        except requests.ConnectionError:
            seen.append("refused")
    assert seen == [200, "refused", 503, 200]


def test_an_install_while_paired_is_a_violation_that_the_appliance_allows(pair):
    install(pair, "b")
    assert pair.violations() == ["install_while_paired"]


def test_work_on_the_peer_between_base_and_product_is_a_violation(pair):
    pair.unpaired()
    install(pair, "b")
    finish(pair, "b")
    install(pair, "a")
    assert pair.violations() == ["work_on_peer_between_base_and_product"]


def test_restart_during_a_base_update_is_a_violation(pair):
    pair.unpaired()
    pair.sim.fault("install_hangs", pair.b["name"])
    install(pair, "b")
    browser = pair.signed_in("b", "appliance")
    browser.press("Shut Down This Appliance")
    # It may be off before it has answered.
    with contextlib.suppress(requests.ConnectionError):
        browser.press("Shut Down This Appliance")
    assert pair.violations() == ["restart_during_base_update"]


def test_a_failed_base_update_says_not_to_restart_and_is_not_listed_again(pair):
    pair.unpaired()
    pair.sim.fault("base_install_failed", pair.b["name"])
    install(pair, "b")
    pair.sim.wait_until(lambda state: state["devices"][pair.b["name"]]["install"]["state"] == "failed")
    browser = pair.signed_in("b", "appliance")
    assert "Do not restart the appliance" in browser.follow("updates")
    assert "Base Software 3.3.2" not in list_updates(browser).split("Available Updates")[-1]
    assert pair.device("b")["base"] == "3.2.4"


def test_an_update_server_that_cannot_be_reached_is_told(pair):
    pair.sim.fault("update_server_down")
    assert "could not be reached" in list_updates(pair.signed_in("a", "appliance"))


def test_checking_for_updates_is_a_read_and_installing_a_write(pair):
    pair.unpaired()
    after = len(pair.sim.log())
    install(pair, "b")
    posts = [(entry["action"], entry["kind"]) for entry in pair.sim.log(after) if entry["method"] == "POST"]
    assert posts == [
        ("sign_in.sign_in", "session"),
        ("check.check", "read"),
        ("install.install", "write"),
        ("install_confirm.confirm", "write"),
    ]


@pytest.mark.parametrize("damage", [b"", b"x"])
def test_a_manual_update_goes_from_download_key_to_the_uploaded_file(pair, damage):
    pair.unpaired()
    browser = pair.signed_in("b", "appliance")
    browser.follow("updates", "Appliance Download Key")
    key = browser.document.xpath('//td[contains(., "Appliance Download Key")]/following-sibling::td')[0].text_content()
    server = pair.sim.ready["update_server"]
    url = f"https://{server['address']}:{server['port']}"
    page = browser.session.post(f"{url}/", data={"key": key}).text
    assert "base-3.3.2" in page
    assert "product-12.2.0" in page
    package = browser.session.get(f"{url}/packages/base-3.3.2", params={"key": key}).content
    assert len(package) == 500_000
    assert "base-3.3.2" not in pair.device("b")["offered"]
    browser.follow("updates")
    text = browser.upload("Update Software", package + damage)
    if damage:
        assert "not a valid software update" in text
    else:
        assert "Installing Base Software 3.3.2" in text
        assert finish(pair, "b")["base"] == "3.3.2"


def test_a_file_for_a_product_update_asks_for_the_licence_first(pair):
    pair.unpaired()
    pair.sim.change(pair.b["name"], base="3.3.2")
    name = b"product-12.2.0-53417"
    head = b"SIMULATED-UPDATE " + name + b"\n"
    filling = (name + b" ") * (500_000 // len(name))
    package = (head + filling)[:500_000]
    browser = pair.signed_in("b", "appliance")
    browser.follow("updates")
    assert "License Agreement" in browser.upload("Update Software", package)
    assert "Installing Bomgar-12.2.0" in browser.press("Continue", accept="1")
