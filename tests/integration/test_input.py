# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input is refused in the first seconds, by name, with nothing written."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from .conftest import Lab

StartLab = t.Callable[..., Lab]
Inventory = dict[str, t.Any]


def hosts(data: Inventory, group: str) -> Inventory:
    return data["all"]["children"][group]["hosts"]


def only(data: Inventory, group: str) -> Inventory:
    return next(iter(hosts(data, group).values()))


def no_peer(data: Inventory) -> None:
    hosts(data, "device_b").clear()


def two_peers(data: Inventory) -> None:
    hosts(data, "device_b")["one-c"] = dict(only(data, "device_b"), sra_host="127.0.99.99")


def same_address(data: Inventory) -> None:
    only(data, "device_b")["sra_host"] = only(data, "device_a")["sra_host"]


def shared_name_as_node(data: Inventory) -> None:
    only(data, "device_b")["sra_host"] = setting(data, "sra_site_hostname")


def shared_address_as_node(data: Inventory) -> None:
    only(data, "device_a")["sra_host"] = setting(data, "sra_shared_ip")


def swapped(data: Inventory) -> None:
    children = data["all"]["children"]
    children["device_a"], children["device_b"] = children["device_b"], children["device_a"]


def setting(data: Inventory, name: str) -> t.Any:
    return only(data, "device_a").get(name, data["all"]["vars"].get(name))


def change(name: str, value: t.Any) -> t.Callable[[Inventory], None]:
    def apply(data: Inventory) -> None:
        only(data, "device_a")[name] = value

    return apply


def unreachable(data: Inventory) -> None:
    only(data, "device_b")["sra_port"] = 1


def untrusted(data: Inventory) -> None:
    for group in ("device_a", "device_b"):
        only(data, group)["sra_ca_path"] = "/etc/ssl/certs"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_peer, "has no peer"),
        (two_peers, "2 peers"),
        (same_address, "same address"),
        (shared_name_as_node, "shared host name"),
        (shared_address_as_node, "shared IP address"),
        (swapped, "device_a"),
        (change("sra_target_version", "99.9.9"), "99.9.9"),
        (change("sra_target_version", "newest"), "newest"),
        (change("sra_accept_license", False), "licence"),
        (change("sra_swing_method", "teleport"), "teleport"),
        (change("sra_ca_path", "/no/such/file.pem"), "/no/such/file.pem"),
        (change("sra_client_secret", ""), "sra_client_secret"),
        (unreachable, "127."),
        (untrusted, "certificate"),
        (change("sra_appliance_password", "wrong-Pass-1"), "password"),
        (change("sra_login_password", "wrong-Pass-2"), "password"),
        (change("sra_client_secret", "wrong-Secret-3"), "client"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_bad_input_is_refused_before_anything_is_touched(
    start_lab: StartLab, spoil: t.Callable[[Inventory], None], said: str
) -> None:
    lab = start_lab()
    lab.write_inventory(spoil)
    outcome = lab.play("upgrade_asynchronous", timeout=150)
    assert outcome.status != 0
    assert said in outcome.output
    assert lab.writes() == []
    assert "wrong-Pass" not in outcome.output
    assert "wrong-Secret" not in outcome.output


def test_an_unwritable_backup_folder_is_refused(start_lab: StartLab) -> None:
    lab = start_lab(sra_backup_dir="/proc/backups" if os.geteuid() == 0 else "/root/backups")
    outcome = lab.play("upgrade_asynchronous")
    assert outcome.status != 0
    assert "sra_backup_dir" in outcome.output
    assert lab.simulator.log() == []


ACCOUNT = {"client_id": "cd" * 16, "client_secret": "Another-Secret", "command": "full_access", "backup": True}


def test_a_missing_permission_is_named(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "both": {"api_accounts": [{**ACCOUNT, "command": "deny"}]}}]})
    outcome = lab.play("upgrade_asynchronous")
    assert outcome.status != 0
    assert "perm_command" in outcome.output
    assert "API Configuration" in outcome.output
    assert lab.writes() == []


def test_without_the_backup_api_the_page_makes_the_backup_and_this_is_said(start_lab: StartLab) -> None:
    account = {**ACCOUNT, "backup": False}
    lab = start_lab({"pairs": [{"name": "one", "single": True, "a": {"api_accounts": [account]}}]})
    outcome = lab.play("backup")
    assert outcome.status == 0, outcome.output
    assert not [entry for entry in lab.simulator.log() if entry["operation"] == "api.backup" and entry["status"] == 200]
    assert len(list((lab.folder / "backups").glob("*.nsb"))) == 1
    ready = lab.play("preflight")
    assert "perm_backup" in ready.output


def test_backups_are_private_and_verified(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    lab = start_lab()
    outcome = lab.play("backup")
    assert outcome.status == 0, outcome.output
    files = [path for path in (tmp_path / "backups").rglob("*") if path.is_file()]
    assert [path for path in files if path.suffix == ".nsb"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert lab.writes() == []
