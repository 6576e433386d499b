# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swing by DNS (ASYNC-6) with a real BIND 9 between the playbook and the simulated appliances, and the way back."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import pathlib
import threading
import time
import typing as t

import dns.exception
import pytest
from unit.dns.name_server import ADDRESS, KEY_NAME, ZONE, NameServer, make_key, need_bind, zone_file

from .conftest import Lab, clients_follow

StartLab = t.Callable[..., Lab]
TTL = 90
CONFIRMED = ("-e", "sra_confirmed=true")
SITE = f"access.{ZONE}"


@dataclasses.dataclass
class Names:
    """The lab and the name server whose record decides who serves."""

    lab: Lab
    server: NameServer
    secret: str

    def record(self) -> list[tuple[str, int]]:
        return self.server.ask(SITE)

    def serving(self) -> str | None:
        """The address of who serves by the record; None where nobody can be asked."""
        try:
            return next(iter(self.record()), (None, 0))[0]
        except (OSError, dns.exception.DNSException):
            return None

    def address(self, letter: str) -> str:
        devices = self.lab.simulator.ready["pairs"][0]["devices"]
        found: str = devices[letter]["address"]
        return found


@pytest.fixture
def start_names(start_lab: StartLab, tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., Names]]:
    need_bind()
    with contextlib.ExitStack() as stack:

        def start(skin: str = "english2019", ttl: int = TTL, may_change: str = SITE, **settings: t.Any) -> Names:
            pair = {"name": "one", "site": {"hostname": SITE, "shared_ip": None}, "both": {"skin": skin}}
            lab = start_lab({"pairs": [pair]}, sra_swing_method="dns")
            key, secret = make_key()
            first = lab.simulator.ready["pairs"][0]["devices"]["a"]["address"]
            file = zone_file(tmp_path / "dns", {"ns1": ADDRESS}, f"access {ttl} A {first}")
            policy = f"update-policy {{ grant {KEY_NAME} name {may_change}. A; }};"
            zones = f'{key} zone "{ZONE}" {{ type primary; file "{file}"; {policy} }};'
            server = stack.enter_context(NameServer(tmp_path / "dns", zones))
            lab.settings.update(
                {
                    "sra_dns_server": ADDRESS,
                    "sra_dns_port": server.port,
                    "sra_dns_zone": ZONE,
                    "sra_dns_ttl": 1,
                    "sra_dns_key_name": KEY_NAME,
                    "sra_dns_key_secret": secret,
                    **settings,
                }
            )
            lab.write_inventory()
            names = Names(lab, server, secret)
            stack.enter_context(clients_follow(lab, names.serving))
            return names

        yield start


def counts(outcome: t.Any) -> dict[str, int]:
    return {host: recap["changed"] for host, recap in outcome.recap.items()}


def test_a_whole_upgrade_with_a_dns_swing(start_names: t.Callable[..., Names]) -> None:
    names = start_names()
    lab = names.lab
    checked = lab.play("upgrade_asynchronous", "--check", "--diff", *CONFIRMED)
    assert checked.status == 0, checked.output
    assert names.record() == [(names.address("a"), TTL)]
    assert lab.writes() == []
    started = time.time()
    real = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert real.status == 0, real.output
    assert counts(real) == counts(checked)
    assert names.record() == [(names.address("b"), TTL)], "moved, and the TTL is what it was"
    assert [lab.device(letter)["product"] for letter in "ab"] == ["12.2.0", "12.2.0"]
    assert lab.device("b")["role"] == "primary"
    assert lab.simulator.violations() == []
    writes = [entry for entry in lab.writes() if entry["device"] == "one-a"]
    updated = [entry["time"] for entry in writes if entry["screen"].startswith("updates")]
    assert min(updated) - started >= TTL, "device A answers until no cache can hold its address any more"
    serial = names.server.serial()
    again = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert again.status == 0, again.output
    assert set(counts(again).values()) == {0}
    assert names.server.serial() == serial
    assert names.secret not in checked.output + real.output + again.output


def test_swung_back_during_the_soak_and_swung_again(
    start_names: t.Callable[..., Names], tmp_path: pathlib.Path
) -> None:
    names = start_names(skin="german2019", ttl=3600, sra_dns_ttl_wait=0)
    lab = names.lab
    first = lab.play("upgrade_asynchronous")
    assert first.status == 0, first.output
    note = tmp_path / "backups" / "one.dns-ttl.json"
    assert note.is_file()
    held = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert held.status == 0, held.output
    assert "Caches may send clients to one-a until" in " ".join(held.output.replace("[one]", " ").split())
    assert lab.device("a")["product"] == "12.1.0"
    assert names.record() == [(names.address("b"), 1)], "the TTL stays low while production may have to go back"
    checked = lab.play("swing_back", "--check")
    assert checked.status == 0, checked.output
    assert names.record() == [(names.address("b"), 1)]
    back = lab.play("swing_back")
    assert back.status == 0, back.output
    assert "AT STAKE" in back.output
    assert counts(back) == counts(checked)
    assert names.record() == [(names.address("a"), 1)]
    again = lab.play("swing_back")
    assert again.status == 0, again.output
    assert set(counts(again).values()) == {0}
    # An hour later no cache can hold the address of device A any more.
    data = json.loads(note.read_text())
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=3600)
    note.write_text(json.dumps({**data, "since": since.isoformat()}))
    onward = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert onward.status == 0, onward.output
    assert names.record() == [(names.address("b"), 3600)], "what it was before the first of these runs"
    assert not note.exists()
    refused = lab.play("swing_back")
    assert refused.status != 0
    assert "sra_swing_role_swap" in refused.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sra_dns_key_secret": "d3JvbmcgYnV0IGxvbmcgZW5vdWdo"}, "does not accept the key"),
        ({"sra_dns_zone": "nowhere.test", "sra_dns_record": "access"}, "nowhere.test"),
        ({"sra_dns_port": 1}, "does not answer"),
        ({"sra_dns_server": None}, "sra_dns_server is not set"),
    ],
    ids=["key", "zone", "down", "unset"],
)
def test_what_is_wrong_with_the_name_server_is_said_before_anything_is_changed(
    start_names: t.Callable[..., Names], change: dict[str, t.Any], said: str
) -> None:
    names = start_names(**change)
    outcome = names.lab.play("upgrade_asynchronous", *CONFIRMED)
    assert outcome.status != 0
    assert said in " ".join(outcome.output.split())
    assert names.lab.writes() == []
    assert names.record() == [(names.address("a"), TTL)]


def test_a_change_that_the_name_server_refuses_stops_the_run_and_can_be_gone_on_from(
    start_names: t.Callable[..., Names],
) -> None:
    """The key is good, and its owner may change another name only: that shows when the first change is tried."""
    names = start_names(may_change=f"other.{ZONE}")
    lab = names.lab

    stopped = lab.play("upgrade_asynchronous", *CONFIRMED)

    said = " ".join(stopped.output.replace("[one]", " ").split())
    assert stopped.status != 0
    assert "REFUSED" in said
    assert names.server.label in said or f"{ADDRESS} port {names.server.port}" in said
    assert names.record() == [(names.address("a"), TTL)]
    assert lab.simulator.violations() == []
    assert names.secret not in stopped.output
    assert_finished(names, lambda: names.server.allow(f"other.{ZONE}", SITE))


def test_a_name_server_that_is_gone_when_production_is_to_move(start_names: t.Callable[..., Names]) -> None:
    names = start_names(sra_swing_timeout=10)
    lab = names.lab
    over = threading.Event()

    def go() -> None:
        while not over.wait(0.1):
            device = lab.device("b")
            if device["product"] == "12.2.0":
                names.server.stop()
                return

    watcher = threading.Thread(target=go, daemon=True)
    watcher.start()
    try:
        stopped = lab.play("upgrade_asynchronous", *CONFIRMED)
    finally:
        over.set()
        watcher.join(20)

    said = " ".join(stopped.output.replace("[one]", " ").split())
    assert stopped.status != 0
    assert "does not answer" in said
    assert lab.device("a")["product"] == "12.1.0", "device A, which serves, was left alone"
    assert_finished(names, names.server.__enter__)


def assert_finished(names: Names, mend: t.Callable[[], object]) -> None:
    """Once the name server does what it is asked, the same command ends well and installs nothing twice."""
    mend()
    assert names.record()[0][0] == names.address("a")
    onward = names.lab.play("upgrade_asynchronous", *CONFIRMED)
    assert onward.status == 0, onward.output
    assert names.record() == [(names.address("b"), TTL)]
    installs = [e["device"] for e in names.lab.writes() if e["action"] == "install.install"]
    assert len(installs) == 4, installs
    assert names.lab.simulator.violations() == []
