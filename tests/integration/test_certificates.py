# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates, restoring and power by the modules' own code, over pages of several hands and a real TLS handshake."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils._pages import certificates
from ansible_collections.bseries.sra.plugins.module_utils._resources import (
    appliance_power,
    appliance_restore,
    certificate_export,
    certificate_import,
)
from ansible_collections.bseries.sra.plugins.module_utils._resources._bundle import open_bundle
from simulator.process import SimulatorProcess

from .conftest import Lab

PASSPHRASE = "a passphrase for the key"
HANDS = [
    ("english2019", 1),
    ("german2019", 1),
    ("modern_german", 1),
    ("other_hands", 1),
    ("randomised_english", 4),
    ("randomised_german", 8),
]
if os.environ.get("SRA_TEST_SKINS") == "all":
    HANDS += [("modern_english", 1), ("other_hands_german", 1), *(("randomised", seed) for seed in range(20, 30))]


@dataclasses.dataclass
class Pair:
    """An appliance with a site, and one that is new."""

    simulator: SimulatorProcess
    folder: pathlib.Path

    @property
    def facts(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = self.simulator.ready["pairs"][0]
        return found

    def connection(self, side: str, *, factory: bool = False) -> dict[str, t.Any]:
        device = self.facts["devices"][side]
        options = {
            "host": device["address"],
            "port": device["port"],
            "tls_server_name": self.facts["hostname"],
            "ca_path": self.simulator.ready["ca_path"],
            "validate_certs": True,
            "language": "auto",
            "timeout": 30.0,
            **{
                f"{name}_{part}": device[f"{name}_{part}"]
                for name in ("appliance", "login")
                for part in ("username", "password")
            },
            "client_id": device["client_id"],
            "client_secret": device["client_secret"],
        }
        if factory:
            options["tls_server_name"] = f"{device['name']}.example.com"
            options["ca_path"] = self.simulator.ready["factory_ca_path"]
            del options["client_id"], options["client_secret"]
        return options

    def export(self, *, check_mode: bool = False, **changes: t.Any) -> dict[str, t.Any]:
        options = {
            "dest": str(self.folder / "out"),
            "passphrase": PASSPHRASE,
            "include_private_key": True,
            "include_chain": True,
            "issued_to": None,
            "name": None,
            "address": None,
            "wait_timeout": 60,
        }
        params = {**self.connection("a"), **options, **changes}
        return execute(certificate_export.run, params, check_mode=check_mode, diff=False)

    def import_into_new(self, src: str, *, check_mode: bool = False, **changes: t.Any) -> dict[str, t.Any]:
        options = {"src": src, "passphrase": PASSPHRASE, "assign": True, "addresses": None, "wait_timeout": 30}
        params = {**self.connection("b", factory=not changes.pop("served", False)), **options, **changes}
        return execute(certificate_import.run, params, check_mode=check_mode, diff=False)

    def power(self, **changes: t.Any) -> dict[str, t.Any]:
        options = {
            "state": "reset",
            "confirm_appliance_id": self.facts["devices"]["a"]["appliance_id"],
            "first_sign_in": False,
            "first_username": "admin",
            "first_password": None,
            "accept_license": False,
            "site_hostname": self.facts["hostname"],
            "site_port": self.facts["port"],
            "site_address": self.facts["shared_ip"],
            "wait_timeout": 60,
        }
        return execute(
            appliance_power.run, {**self.connection("a"), **options, **changes}, check_mode=False, diff=False
        )

    def restore(self, src: pathlib.Path, **changes: t.Any) -> dict[str, t.Any]:
        options = {
            "src": str(src),
            "password": None,
            "sha256": None,
            "first_sign_in": False,
            "first_username": "admin",
            "first_password": None,
            "accept_license": False,
            "site_hostname": None,
            "site_port": 443,
            "site_address": None,
            "wait_timeout": 60,
        }
        return execute(
            appliance_restore.run, {**self.connection("a"), **options, **changes}, check_mode=False, diff=False
        )

    def writes(self) -> list[str]:
        return [entry["action"] for entry in self.simulator.log() if entry["kind"] == "write"]


@pytest.fixture
def start(tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., Pair]]:
    running: list[SimulatorProcess] = []

    def begin(skin: str = "english2019", seed: int = 1) -> Pair:
        pair = {"name": "one", "paired": False, "both": {"skin": skin}, "b": {"factory_new": True}}
        simulator = SimulatorProcess({"time_scale": 600, "seed": seed, "pairs": [pair]})
        simulator.start()
        running.append(simulator)
        return Pair(simulator, tmp_path)

    yield begin
    for simulator in running:
        simulator.stop()


@pytest.mark.parametrize(("skin", "seed"), HANDS)
def test_a_certificate_moves_from_one_appliance_to_the_other(
    start: t.Callable[..., Pair], skin: str, seed: int
) -> None:
    pair = start(skin, seed)
    predicted = pair.export(check_mode=True)
    assert predicted["changed"], predicted
    assert not (pair.folder / "out").exists()
    exported = pair.export()
    assert exported["changed"], exported
    assert (exported["has_key"], exported["is_served"], exported["chain_complete"]) == (True, True, True)
    assert (exported["chain_length"], exported["problems"]) == (1, [])
    assert exported["path"] == predicted["path"]
    path = pathlib.Path(exported["path"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any("PRIVATE" in str(value) or PASSPHRASE in str(value) for value in exported.values())
    assert not pair.export()["changed"], "the file holds it already"
    assert pair.writes() == []

    checked = pair.import_into_new(str(path), check_mode=True)
    assert (checked["changed"], pair.writes()) == (True, []), checked
    imported = pair.import_into_new(str(path))
    assert (imported["imported"], imported["assigned"], imported["is_served"]) == (True, True, True), imported
    again = pair.import_into_new(str(path), served=True)
    assert (again["changed"], again["is_served"]) == (False, True), again
    assert pair.writes() == ["import.upload", "assign.save"]
    assert pair.simulator.violations() == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_opens_what_was_exported(start: t.Callable[..., Pair]) -> None:
    exported = start().export()
    command = ["openssl", "pkcs12", "-in", exported["path"], "-passin", "stdin", "-nodes"]
    opened = subprocess.run(command, input=PASSPHRASE, capture_output=True, text=True, check=True).stdout
    assert "PRIVATE KEY" in opened
    assert opened.count("BEGIN CERTIFICATE") == 2
    wrong = subprocess.run(command, input="wrong", capture_output=True, text=True, check=False)
    assert wrong.returncode != 0


def test_what_cannot_be_right_is_refused_before_it_is_done(start: t.Callable[..., Pair]) -> None:
    pair = start()
    exported = pair.export()
    assert "passphrase" in pair.export(passphrase=None)["msg"]
    assert "No certificate" in pair.export(issued_to="other.example.com")["msg"]
    assert "passphrase is wrong" in pair.import_into_new(exported["path"], passphrase="not-this-one")["msg"]
    assert "not offered" in pair.import_into_new(exported["path"], addresses=["192.0.2.99"])["msg"]
    unknown = pair.power(confirm_appliance_id="0" * 32)
    assert "not the appliance whose id was repeated" in unknown["msg"]
    serving = pair.power()
    assert "serves" in serving["msg"]
    page = pair.folder / "page.nsb"
    page.write_text("<html><body>No backup</body></html>", encoding="utf-8")
    assert "is no backup" in pair.restore(page)["msg"]
    assert pair.simulator.state()["devices"]["one-a"]["phase"] == "up"
    assert pair.writes() == ["import.upload"], "one certificate was imported, its address was refused"


def test_a_certificate_with_a_warning_is_not_assigned(
    start: t.Callable[..., Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = start()
    path = pair.export()["path"]
    read = certificates.read
    monkeypatch.setattr(
        certificates,
        "read",
        lambda web: tuple(dataclasses.replace(one, warnings=("The chain is incomplete",)) for one in read(web)),
    )
    refused = pair.import_into_new(path)
    assert "warns of the certificate" in refused["msg"]
    assert "The chain is incomplete" in refused["msg"]
    assert pair.writes() == ["import.upload"]


def test_an_upgrade_keeps_a_copy_of_the_certificate_before_anything_is_changed(start_lab: t.Callable[..., Lab]) -> None:
    scenario = {"pairs": [{"name": "one", "single": True}]}
    lab = start_lab(scenario, sra_certificate_passphrase=PASSPHRASE)
    checked = lab.play("upgrade_single", "--check")
    assert checked.status == 0, checked.output
    assert not (lab.folder / "backups").exists()
    upgraded = lab.play("upgrade_single")
    assert upgraded.status == 0, upgraded.output
    assert checked.changed("one-a") == upgraded.changed("one-a")
    (kept,) = (lab.folder / "backups").glob("*.p12")
    assert open_bundle(kept.read_bytes(), PASSPHRASE).has_key
    assert PASSPHRASE not in upgraded.output
    actions = [entry["action"] for entry in lab.simulator.log()]
    first_write = next(entry["action"] for entry in lab.writes())
    assert actions.index("export.export") < actions.index(first_write)
    assert actions.count("export.export") == 1, "once a device and run"
