# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import ssl

import pytest

from simulator.http_server import Listener
from simulator.process import SimulatorProcess


def set_shared_ip(pair, side, enabled):
    browser = pair.signed_in(side, "appliance")
    browser.follow("networking", pair.facts["shared_ip"])
    text = browser.press("Save Changes", enabled="1" if enabled else None)
    browser.follow("logout")
    return text


def answering(pair):
    """The name of the device that answers on the shared IP, by the appliance id that its health tells."""
    context = ssl.create_default_context(cafile=pair.sim.ready["ca_path"])
    before = len(pair.sim.log())
    try:
        with (
            socket.create_connection((pair.facts["shared_ip"], pair.facts["port"]), timeout=3) as plain,
            context.wrap_socket(plain, server_hostname=pair.facts["hostname"]) as secured,
        ):
            secured.sendall(b"GET /check_health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert secured.recv(12) == b"HTTP/1.1 200"
    except ConnectionRefusedError:
        return None
    return pair.sim.log(before)[0]["device"]


def test_the_shared_ip_is_answered_by_the_device_that_has_it_enabled(pair):
    pair.unpaired()
    assert answering(pair) == pair.a["name"]
    assert "The changes were saved" in set_shared_ip(pair, "a", False)
    assert answering(pair) is None
    set_shared_ip(pair, "b", True)
    assert answering(pair) == pair.b["name"]
    assert [entry["holder"] for entry in pair.sim.timeline()] == [pair.a["name"], None, pair.b["name"]]
    assert pair.violations() == []


def test_an_open_connection_to_the_shared_ip_is_dropped_when_it_is_disabled(pair):
    context = ssl.create_default_context(cafile=pair.sim.ready["ca_path"])
    with (
        socket.create_connection((pair.facts["shared_ip"], pair.facts["port"]), timeout=3) as plain,
        context.wrap_socket(plain, server_hostname=pair.facts["hostname"], suppress_ragged_eofs=True) as secured,
    ):
        set_shared_ip(pair, "a", False)
        assert secured.recv(1) == b""


def test_both_enabled_is_a_violation(pair):
    pair.unpaired()
    set_shared_ip(pair, "b", True)
    assert pair.violations() == ["both_shared_ips_enabled"]
    assert answering(pair) == pair.a["name"]


def test_the_last_own_address_cannot_be_disabled(pair):
    browser = pair.signed_in("a", "appliance")
    browser.follow("networking", pair.a["address"])
    assert "cannot be disabled" in browser.press("Save Changes", enabled=None)


def test_a_shared_ip_that_is_refused_stays_off(pair):
    pair.unpaired()
    set_shared_ip(pair, "a", False)
    pair.sim.fault("shared_ip_refused", pair.b["name"], count=1)
    assert "could not be changed" in set_shared_ip(pair, "b", True)
    assert answering(pair) is None


def test_the_certificate_can_leave_out_the_nodes_own_names():
    with SimulatorProcess({"pairs": [{"node_names_in_certificate": False, "single": True}]}) as sim:
        device = sim.ready["pairs"][0]["devices"]["a"]
        context = ssl.create_default_context(cafile=sim.ready["ca_path"])
        with (
            socket.create_connection((device["address"], device["port"]), timeout=3) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            context.wrap_socket(plain, server_hostname=device["address"])
        with socket.create_connection((device["address"], device["port"]), timeout=3) as plain:
            context.wrap_socket(plain, server_hostname=sim.ready["pairs"][0]["hostname"]).close()


def test_a_retired_address_stays_free_for_another_listener():
    def refuse(*unused):
        raise AssertionError("nobody connects")

    first = Listener("127.0.0.1", 0, refuse, refuse)
    first.open()
    first.retire()
    first.open()
    assert not first.listening
