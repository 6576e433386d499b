# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving to new hardware, with production swung by the site's own tasks or by a person, and retiring the old appliance."""

from __future__ import annotations

import datetime
import ipaddress
import json
import pathlib
import typing as t

import pytest

from .conftest import Lab
from .hardware import PASSPHRASE, SETTINGS, prepare, scenario

StartLab = t.Callable[..., Lab]
ESTIMATED = ("backup", "product", "swing")


def start(
    start_lab: StartLab, *, old: str = "english2019", new: str = "english2019", named: bool = False, **settings: t.Any
) -> Lab:
    lab = start_lab(scenario(old, new), **{**SETTINGS, **settings})
    prepare(lab, spelled_as_a_name if named else str)
    return lab


def spelled_as_a_name(address: str) -> str:
    """A host that is no IP address as written, and resolves to one everywhere without a name server."""
    return f"{int(ipaddress.ip_address(address)):#x}"


def changes(outcome: t.Any) -> int:
    return sum(counts["changed"] for counts in outcome.recap.values())


@pytest.mark.parametrize(("old", "new"), [("english2019", "modern_english"), ("german2019", "english2019")])
def test_a_whole_migration_and_the_end_of_the_old_appliance(start_lab: StartLab, old: str, new: str) -> None:
    lab = start(start_lab, old=old, new=new)
    lab.simulator.change("one-a", settings={"max_concurrent_upgrades": 17})
    checked = lab.play("migrate_hardware", "--check", "--diff")
    assert checked.status == 0, checked.output
    assert lab.writes() == []
    moved = lab.play("migrate_hardware")
    assert moved.status == 0, moved.output
    assert PASSPHRASE not in moved.output
    assert changes(checked) == changes(moved)
    device = lab.device("b")
    assert (device["base"], device["product"], device["build"]) == ("3.3.2", "12.1.0", "52301")
    assert device["settings"]["max_concurrent_upgrades"] == 17, "the settings of the old appliance"
    assert not device["factory_new"]
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-b"
    assert lab.simulator.violations() == []
    written = len(lab.writes())
    again = lab.play("migrate_hardware")
    assert again.status == 0, again.output
    assert changes(again) == 0
    assert len(lab.writes()) == written

    end = ("-e", f"sra_decommission_id={lab.device('a')['appliance_id']}")
    refused = lab.play("decommission", "-e", f"sra_decommission_id={'0' * 32}")
    assert refused.status != 0
    assert lab.device("a")["phase"] == "up"
    retired = lab.play("decommission", *end)
    assert retired.status == 0, retired.output
    assert (lab.device("a")["phase"], lab.device("a")["factory_new"]) == ("off", True)
    assert lab.simulator.violations() == []
    last = lab.play("decommission", *end)
    assert last.status == 0, last.output
    assert changes(last) == 0
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


def test_by_packages_of_a_folder_inside_a_window_to_an_appliance_known_by_name(
    start_lab: StartLab, tmp_path: pathlib.Path
) -> None:
    def window(begin: float, end: float) -> dict[str, str]:
        now = datetime.datetime.now(datetime.UTC)
        start, stop = (now + datetime.timedelta(seconds=offset) for offset in (begin, end))
        return {"start": start.isoformat(), "end": stop.isoformat()}

    verify = tmp_path / "verify.yml"
    verify.write_text('---\n- name: Open a session\n  ansible.builtin.fail:\n    msg: "no session"\n', encoding="utf-8")
    later: dict[str, t.Any] = {"sra_windows": [window(7200, 9000)], "sra_estimates": dict.fromkeys(ESTIMATED, 1)}
    later |= {"sra_update_method": "manual", "sra_package_dir": str(tmp_path / "packages")}
    lab = start(start_lab, named=True, **later)
    server = lab.simulator.ready["update_server"]
    reached = {"url": f"https://{server['hostname']}:{server['port']}", "address": server["address"]}
    reached["ca_path"] = lab.simulator.ready["ca_path"]
    fetched = lab.play("download_packages", "-e", json.dumps({f"sra_update_server_{k}": v for k, v in reached.items()}))
    assert fetched.status == 0, fetched.output
    lab.simulator.update_server(up=False)
    prepared = lab.play("migrate_hardware")
    assert prepared.status == 0, prepared.output
    assert "THE NEXT STEP WAITS" in prepared.output
    device = lab.device("b")
    assert (device["base"], device["product"]) == ("3.3.2", "12.1.0")
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-a"
    now = {"sra_windows": [window(-60, 9000)]}
    failed = lab.play("migrate_hardware", "-e", json.dumps({**now, "sra_verify_tasks": str(verify)}))
    assert failed.status != 0
    assert "production stays on one-a" in failed.output, failed.output
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-a"
    moved = lab.play("migrate_hardware", "-e", json.dumps(now))
    assert moved.status == 0, moved.output
    assert "VERIFIED one-b" in moved.output
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-b"
    assert lab.simulator.violations() == []


def test_a_wrong_clock_stops_a_migration(start_lab: StartLab) -> None:
    lab = start(start_lab)
    lab.simulator.clock("one-b", 900)
    refused = lab.play("migrate_hardware")
    assert refused.status != 0
    assert "The clock of one-b is" in refused.output
    assert lab.writes() == []


def test_a_person_swings_production_and_the_old_appliance_is_kept_until_then(start_lab: StartLab) -> None:
    lab = start(start_lab, sra_swing_method=None, sra_swing_person="Jo Doe")
    lab.kill_when(
        "migrate_hardware", reached=lambda log: any(e["action"] == "assign.save" for e in log), new_certificate="one-b"
    )
    moved = lab.play("migrate_hardware")
    assert moved.status == 0, moved.output
    assert "WAITING FOR Jo Doe" in moved.output
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-a"
    end = ("-e", f"sra_decommission_id={lab.device('a')['appliance_id']}")
    refused = lab.play("decommission", *end)
    assert refused.status != 0, "the old appliance serves production"
    assert lab.device("a")["phase"] == "up"
    lab.simulator.change("one-a", shared_ip_enabled=False)
    lab.simulator.change("one-b", shared_ip_enabled=True)
    proven = lab.play("migrate_hardware")
    assert proven.status == 0, proven.output
    assert "Nothing is left to move" in proven.output
    assert changes(proven) == 0
    assert lab.simulator.violations() == []


def test_a_backup_is_tried_on_a_spare_appliance_and_on_no_other(start_lab: StartLab) -> None:
    pair = {"name": "one", "paired": False, "a": {"skin": "german2019"}, "b": {"skin": "other_hands"}}
    lab = start_lab({"pairs": [pair]}, sra_backup_password="a password for the backup", sra_trial_restore="one-b")
    lab.simulator.change("one-a", settings={"max_concurrent_upgrades": 17})

    def spare(data: dict[str, t.Any]) -> None:
        children = data["all"]["children"]
        data["all"]["children"] = {"device_a": children["device_a"], "spare": children["device_b"]}
        children["device_b"]["hosts"]["one-b"]["sra_appliance_id"] = lab.device("b")["appliance_id"]

    lab.write_inventory(spare)
    checked = lab.play("backup", "--check")
    assert checked.status == 0, checked.output
    assert "WOULD TRY" in checked.output
    assert lab.writes() == []
    wrong = lab.play("backup", "-e", "sra_trial_restore=one-a")
    assert wrong.status != 0
    assert lab.writes() == []
    tried = lab.play("backup")
    assert tried.status == 0, tried.output
    assert "TRIED" in tried.output
    assert lab.device("b")["settings"]["max_concurrent_upgrades"] == 17
    assert {entry["device"] for entry in lab.writes()} == {"one-b"}
