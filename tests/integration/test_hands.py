# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring, power, the Jump Client limit and the role swap over pages of several hands; all of them with `make skins`."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils._resources import (
    appliance_backup,
    appliance_power,
    appliance_restore,
    failover_role,
    jump_client_settings,
)
from simulator.process import SimulatorProcess

Hand = tuple[str, int]
SAMPLE: list[Hand] = [("german2019", 1), ("modern_german", 1), ("other_hands", 1), ("randomised", 12)]
MORE: list[Hand] = [
    *[(skin, 1) for skin in ("english2019", "modern_english", "other_hands_german")],
    *[("randomised", seed) for seed in range(20, 30)],
]
HANDS = SAMPLE + (MORE if os.environ.get("SRA_TEST_SKINS") == "all" else [])


class Devices:
    """A pair, and the resources of the collection run against its devices as modules run them."""

    def __init__(self, simulator: SimulatorProcess, folder: pathlib.Path) -> None:
        self.simulator, self.folder = simulator, folder
        self.facts = simulator.ready["pairs"][0]

    def run(self, letter: str, resource: t.Any, *without: str, **options: t.Any) -> dict[str, t.Any]:
        device = self.facts["devices"][letter]
        accounts = [f"{name}_{part}" for name in ("appliance", "login") for part in ("username", "password")]
        accounts += ["client_id", "client_secret"]
        connection = {
            "host": device["address"],
            "port": device["port"],
            "tls_server_name": self.facts["hostname"],
            "ca_path": self.simulator.ready["ca_path"],
            "validate_certs": True,
            "language": "auto",
            "timeout": 30.0,
            **{name: device[name] for name in accounts if not name.startswith(without)},
        }
        found = execute(resource.run, {**connection, **options}, check_mode=False, diff=False)
        assert not found.get("failed"), found["msg"]
        return found

    def state(self, letter: str) -> dict[str, t.Any]:
        found: dict[str, t.Any] = self.simulator.state()["devices"][f"one-{letter}"]
        return found


@pytest.fixture
def devices(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Devices]:
    skin, seed = request.param
    pairs = [{"name": "one", "both": {"skin": skin}}]
    with SimulatorProcess({"time_scale": 600, "seed": seed, "pairs": pairs}) as simulator:
        yield Devices(simulator, tmp_path)


@pytest.mark.parametrize("devices", HANDS, ids=lambda hand: f"{hand[0]}-{hand[1]}", indirect=True)
def test_what_upgrades_seldom_open_works_over_pages_of_several_hands(devices: Devices) -> None:
    limit: dict[str, t.Any] = {"remember": str(devices.folder / "limit.json"), "max_concurrent_upgrades": None}
    number = devices.state("a")["settings"]["max_concurrent_upgrades"]
    assert devices.run("a", jump_client_settings, state="present", **{**limit, "max_concurrent_upgrades": 7})["changed"]
    assert devices.state("a")["settings"]["max_concurrent_upgrades"] == 7
    assert json.loads((devices.folder / "limit.json").read_text())["original"] == number
    assert devices.run("a", jump_client_settings, state="restored", **limit)["changed"]
    assert devices.state("a")["settings"]["max_concurrent_upgrades"] == number

    swap = {"role": "primary", "data_sync_first": True, "force": False, "wait_timeout": 120}
    assert devices.run("b", failover_role, **swap)["changed"]
    assert (devices.state("a")["role"], devices.state("b")["role"]) == ("backup", "primary")
    assert not devices.run("b", failover_role, **swap)["changed"]

    # Without an API account the backup comes from the page.
    options = {"dest": str(devices.folder / "backups"), "password": "Backup-Secret", "include_vault_key": False}
    options |= {"keep": None, "keep_days": None, "max_age": None, "wait_timeout": 120}
    backup = devices.run("b", appliance_backup, "client", **options)
    assert backup["source"] == "page"
    devices.simulator.change("one-b", settings={"max_concurrent_upgrades": 99})
    first = {"first_sign_in": False, "first_username": "admin", "first_password": None, "accept_license": False}
    nobody = {"site_hostname": None, "site_port": 443, "site_address": None, "wait_timeout": 120}
    restore = {"src": backup["path"], "password": "Backup-Secret", "sha256": None, **first, **nobody}
    restored = devices.run("b", appliance_restore, **restore)
    assert restored["changed"]
    assert devices.state("b")["settings"]["max_concurrent_upgrades"] == number

    off = {"state": "shutdown", "confirm_appliance_id": devices.state("a")["appliance_id"], **first, **nobody}
    assert devices.run("a", appliance_power, **off)["changed"]
    assert devices.state("a")["phase"] == "off"
    assert [each for each in devices.simulator.sessions() if each["ended"] is None and each["device"] != "one-a"] == []
