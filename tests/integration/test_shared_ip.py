# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two saves of a move, by the appliances' own log: the second one is complete only after the first one is proved."""

from __future__ import annotations

import socket
import ssl
import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils._resources import shared_ip
from simulator.process import SimulatorProcess


class Pair:
    def __init__(self, simulator: SimulatorProcess) -> None:
        self.simulator = simulator
        self.facts: dict[str, t.Any] = simulator.ready["pairs"][0]
        self.a, self.b = (self.facts["devices"][letter] for letter in "ab")

    def move(self, **options: t.Any) -> dict[str, t.Any]:
        names = ("port", "appliance_username", "appliance_password", "client_id", "client_secret")
        sides = {
            option: {
                "host": device["address"],
                "tls_server_name": self.facts["hostname"],
                "ca_path": self.simulator.ready["ca_path"],
                **{name: device[name] for name in names},
            }
            for option, device in (("from", self.a), ("to", self.b))
        }
        params = {"state": "moved", "address": self.facts["shared_ip"], "wait_timeout": 5, "host": None, **sides}
        return execute(shared_ip.run, {**params, **options}, check_mode=False, diff=False)

    def saves(self, device: dict[str, t.Any]) -> list[int]:
        """The statuses of the saves that came to a device; nothing else was ever written there."""
        posts = self.simulator.log(device=device["name"], interface="appliance", method="POST")
        writes = [entry for entry in posts if entry["kind"] != "session"]
        assert {entry["kind"] for entry in writes} <= {"write"}
        return [entry["status"] for entry in writes]

    @property
    def holders(self) -> list[str | None]:
        return [entry["holder"] for entry in self.simulator.timeline()]


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[SimulatorProcess]:
    with SimulatorProcess({"time_scale": 600.0, "pairs": [{"name": "one", "paired": False}]}) as running:
        yield running


@pytest.fixture
def pair(simulator: SimulatorProcess) -> t.Iterator[Pair]:
    simulator.reset()
    yield Pair(simulator)
    assert simulator.violations() == []


def test_one_save_on_each(pair: Pair) -> None:
    result = pair.move()

    assert not result.get("failed"), result
    assert (len(pair.saves(pair.a)), len(pair.saves(pair.b))) == (1, 1)
    assert pair.holders[-2:] == [None, pair.b["name"]]


@pytest.mark.parametrize("kind", ["status", "reset", "torn_tls"])
def test_a_save_that_was_not_done_lets_nothing_go_to_the_target(pair: Pair, kind: str) -> None:
    pair.simulator.fault(kind, pair.a["name"], match={"kind_of_request": "write"}, count=1)
    before = pair.holders

    result = pair.move()

    assert result.get("failed")
    assert pair.saves(pair.b) == []
    assert pair.holders == before
    assert pair.simulator.deeds() == []


def test_a_proof_that_does_not_come_at_once_is_waited_for_without_holding(pair: Pair) -> None:
    pair.simulator.fault("slow", pair.a["name"], match={"kind_of_request": "write"}, count=1, seconds=2.5)

    result = pair.move()

    assert not result.get("failed"), result
    assert (len(pair.saves(pair.a)), len(pair.saves(pair.b))) == (1, 1)
    assert pair.holders[-2:] == [None, pair.b["name"]]


def test_an_answer_of_the_target_that_is_lost_is_not_asked_for_again(pair: Pair) -> None:
    pair.simulator.fault("reset", pair.b["name"], match={"kind_of_request": "write"}, count=1, when="after")

    result = pair.move()

    assert not result.get("failed"), result
    assert (len(pair.saves(pair.a)), len(pair.saves(pair.b))) == (1, 1)


@pytest.mark.parametrize("sent", [b"", b"address%5Benabled%5D=1&address%5Bsubmit%5D%5Bsave%5D="])
def test_a_request_that_ends_before_its_body_is_no_request(pair: Pair, sent: bytes) -> None:
    context = ssl.create_default_context(cafile=pair.simulator.ready["ca_path"])
    before = len(pair.simulator.log())
    with (
        socket.create_connection((pair.b["address"], pair.b["port"]), timeout=3) as plain,
        context.wrap_socket(plain, server_hostname=pair.facts["hostname"]) as secured,
    ):
        head = (
            f"POST /appliance/networking/address.ns HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sent) + 4}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        secured.sendall(head.encode() + sent)
        time.sleep(0.2)
    time.sleep(0.2)

    assert len(pair.simulator.log()) == before
    assert pair.simulator.deeds() == []
