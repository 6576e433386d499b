# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated appliances are like the ones that were read, and nothing of the real ones leaks into what they are run with."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from unit.rehearsal.readings import SECRETS, real

from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.pretence import inventory, pretend
from simulator import scenario as scenarios

READY: t.Final = {
    "ca_path": "/tmp/x/ca.pem",
    "control": "http://127.0.0.1:1",
    "pairs": [
        {
            "hostname": "site.rehearsal.test",
            "port": 8443,
            "shared_ip": "127.30.1.10",
            "devices": {
                letter: {
                    "name": f"berlin-{letter}",
                    "address": f"127.30.1.1{number}",
                    "port": 8443,
                    "appliance_username": "admin",
                    "appliance_password": "made-up",
                    "login_username": "admin",
                    "login_password": "made-up",
                    "client_id": "0",
                    "client_secret": "made-up",
                }
                for number, letter in enumerate("ab", start=1)
            },
        }
    ],
}


def simulated(found: t.Any) -> scenarios.Scenario:
    """What the simulator makes of it: the scenario is one that it takes."""
    return scenarios.parse(pretend(found, 300.0).scenario)


def test_versions_roles_and_packages_are_the_real_ones() -> None:
    found = real()
    scenario = simulated(found)
    pair = scenario.pairs[0]
    assert pair.paired
    assert pair.b is not None
    for device, side in ((pair.a, found.devices["a"]), (pair.b, found.devices["b"])):
        assert (device.base, device.product, device.role) == (
            side["base_version"],
            side["version"],
            side["failover_role"],
        )
    offered = found.devices["a"]["updates"]["available"]
    assert [(package.kind, package.version) for package in scenario.packages] == [
        (package["kind"], package["version"]) for package in offered
    ]
    base, product = scenario.packages
    assert product.requires_base == base.version
    assert (round(base.download + base.install), round(product.download + product.install)) == (1800, 2400)


def test_a_product_whose_base_is_not_offered_stays_blocked() -> None:
    blocked = {"name": "P", "kind": "product", "version": "12.2.0", "installable": False, "reason": "wants something"}
    scenario = simulated(real(updates={"listed": True, "available": [blocked]}))
    assert scenario.packages[0].requires_base == "999.0.0"


def test_nothing_offered_stays_nothing_offered() -> None:
    found = real(updates={"listed": True, "available": []})
    (package,) = simulated(found).packages
    assert (package.kind, package.version) == ("product", found.devices["a"]["version"])


@pytest.mark.parametrize("procedure", ["single", "asynchronous"])
def test_one_appliance_or_two(procedure: str) -> None:
    assert (simulated(real(procedure)).pairs[0].b is None) == (procedure == "single")


def test_options_of_the_appliance_are_its_own() -> None:
    found = real(
        api={"command_api": "v1", "permissions": {"perm_command": "read_only", "perm_backup": False}},
        time={"skew_seconds": -42.5},
        clients={"users": [{"id": 1}, {"id": 2}]},
        jump_clients={"total": 25, "passive": 5, "jumpoints_total": 3},
        languages={"appliance": "de"},
        certificates={"served": {"names": ["berlin.example.com"]}},
        network={"ntp_servers": ["ntp.example.com"]},
    )
    device, account = simulated(found).pairs[0].a, simulated(found).pairs[0].a.api_accounts[0]
    assert (device.users, device.jump_clients, device.passive_jump_clients, device.jumpoints) == (2, 20, 5, 3)
    assert (device.clock_offset, device.skin, device.api.v2) == (-42.5, "german2019", False)
    assert (account.command, account.backup, account.configuration) == ("read_only", False, True)
    assert not simulated(found).pairs[0].node_names_in_certificate
    assert device.ntp_servers == ("ntp.example.com",)


def test_too_many_clients_are_capped_and_said_so() -> None:
    pretence = pretend(real(jump_clients={"total": 12000, "passive": 1000, "jumpoints_total": 1}), 300.0)
    assert pretence.scenario["pairs"][0]["a"]["jump_clients"] == 200
    assert any("11000 active and 1000 passive" in text for text in pretence.replaced)


def test_nothing_of_the_real_pair_is_in_the_inventory() -> None:
    settings = {
        "site_hostname": "berlin.example.com",
        "shared_ip": "192.0.2.10",
        "dns_server": "ns.example.com",
        "swing_tasks": "/srv/real/swing.yml",
        "verify_tasks": "/srv/real/verify.yml",
        "logout_announce": "/srv/real/tell.yml",
        "hooks": {"before": "/srv/real/hook.yml"},
        "windows": [{"start": "2026-03-07T22:00:00Z", "end": "2026-03-08T02:00:00Z"}],
        "guided": ["update_b"],
        "jump_client_limit": 7,
        "target_version": "12.2.0",
        "something_new": "/srv/real/anything",
    }
    found = real(settings=settings)
    data = inventory(found, READY, "/tmp/x", {"sra_swing_method": "shared_ip", "sra_shared_ip": "127.30.1.10"})
    text = json.dumps(data)
    for forbidden in (*SECRETS.values(), "192.0.2", "example.com", "/srv/real", "2026-03-07", "update_b"):
        assert forbidden not in text
    common = data["all"]["vars"]
    assert (common["sra_jump_client_limit"], common["sra_target_version"]) == (7, "12.2.0")
    assert data["all"]["children"]["device_b"]["hosts"]["berlin-b"]["sra_host"] == "127.30.1.12"


def test_what_is_replaced_is_said() -> None:
    settings = {
        "swing_method": "nat",
        "swing_tasks": "/srv/swing.yml",
        "verify_tasks": "/srv/verify.yml",
        "guided": ["update_b"],
    }
    text = " ".join(pretend(real(settings=settings), 300.0).replaced)
    assert "/srv/swing.yml) are NOT run" in text
    assert "/srv/verify.yml) is NOT run" in text
    assert "Steps for a person (update_b)" in text


def test_backups_are_as_large_as_the_newest() -> None:
    found = dataclasses.replace(real(), backup_bytes={"a": 5_000_000, "b": 9_000_000_000})
    pair = simulated(found).pairs[0]
    assert pair.b is not None
    assert (pair.a.backup_bytes, pair.b.backup_bytes) == (5_000_000, 64_000_000)
