# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rehearsals (PREP-5): what would happen is found out, and the real pair is only read."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.stand_ins import NameServer

from .conftest import ROOT, Lab, environment

StartLab = t.Callable[..., Lab]
FAST = ("-e", "sra_rehearsal_time_scale=600")
ALL = os.environ.get("SRA_TEST_REHEARSALS") == "all"


def outcome_of(lab: Lab) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads((lab.folder / "reports" / "rehearsal-one.json").read_text(encoding="utf-8"))
    return found


def assert_only_read(lab: Lab) -> None:
    """Nothing was written, everybody signed out, and the secrets of the pair are in no file that the rehearsal left."""
    assert lab.writes() == []
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []
    host = lab.simulator.inventory()["all"]["children"]["device_a"]["hosts"]["one-a"]
    addresses = {device["address"] for device in lab.simulator.ready["pairs"][0]["devices"].values()}
    for path in (lab.folder / "reports").iterdir():
        text = path.read_text(encoding="utf-8")
        assert host["sra_client_secret"] not in text, path
        # The plan names the real appliances; the rehearsed run must not know them.
        assert path.suffix != ".log" or not any(address in text for address in addresses)


def test_a_pair_goes_through_and_waits_for_its_confirmation(start_lab: StartLab) -> None:
    lab = start_lab(sra_verify_tasks=str(ROOT / "Makefile"))
    lab.settings["sra_report_dir"] = str(lab.folder / "reports")
    lab.write_inventory()
    played = lab.play("rehearse", *FAST, timeout=900)
    assert played.status == 0, played.output
    outcome = outcome_of(lab)
    assert (outcome["verdict"], [gate["kind"] for gate in outcome["gates"]]) == (
        "goes_through_with_gates",
        ["confirmation"],
    )
    assert [run["status"] for run in outcome["rehearsed"]["runs"]] == [0, 0]
    assert outcome["rehearsed"]["violations"] == []
    assert {step["id"] for step in outcome["steps"] if step["rehearsed_seconds"] is None} == {"confirm"}
    assert outcome["predicted"]["production_away_seconds"] == 60
    assert "IT WOULD GO THROUGH, but not in one go" in played.output
    assert any("Makefile) is NOT run" in text for text in outcome["replaced"])
    assert_only_read(lab)
    # After the reading nobody asks the real pair anything.
    # Signing out of what was kept for the run comes at its end.
    asked = [
        entry for entry in lab.simulator.log() if entry["kind"] != "session" and entry["screen"] not in ("sign_in", "")
    ]
    assert asked[-1]["time"] < (lab.folder / "reports" / "rehearsal-one.json").stat().st_mtime - 20
    assert lab.device("a")["product"] == "12.1.0"


def test_a_wrong_clock_stops_it(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "b": {"clock_offset": 3600}}]})
    lab.settings["sra_report_dir"] = str(lab.folder / "reports")
    lab.write_inventory()
    played = lab.play("rehearse", *FAST, timeout=600)
    assert played.status == 2, played.output
    assert "one: the upgrade would stop. Nothing was changed." in played.output
    outcome = outcome_of(lab)
    stops = [gate for gate in outcome["gates"] if not gate["passable"]]
    assert outcome["verdict"] == "stops"
    assert {gate["kind"] for gate in stops} == {"check", "rehearsal"}, "found by the check, and proven by the run"
    assert all("clock" in f"{gate['title']} {gate['cause']}".lower() for gate in stops), stops
    assert_only_read(lab)


def test_an_update_that_cannot_be_installed_stops_it(start_lab: StartLab) -> None:
    blocked = {"kind": "product", "version": "12.2.0", "requires_base": "9.9.9"}
    lab = start_lab({"packages": [blocked], "pairs": [{"name": "one", "single": True}]})
    lab.settings["sra_report_dir"] = str(lab.folder / "reports")
    lab.write_inventory(lambda data: data["all"]["vars"].pop("sra_swing_method"))
    played = lab.play("rehearse", *FAST, timeout=600)
    assert played.status == 2, played.output
    assert outcome_of(lab)["verdict"] == "stops"
    assert_only_read(lab)


def installed(folder: pathlib.Path) -> pathlib.Path:
    """A folder with the collection as its users get it: built into an artifact and installed from there."""
    galaxy = str(pathlib.Path(sys.executable).with_name("ansible-galaxy"))
    target = folder / "installed"
    variables = {**environment(folder), "ANSIBLE_COLLECTIONS_PATH": str(target)}
    options: dict[str, t.Any] = {"env": variables, "capture_output": True}
    subprocess.run([galaxy, "collection", "build", str(ROOT), "--output-path", str(folder)], check=True, **options)
    (artifact,) = folder.glob("bseries-sra-*.tar.gz")
    subprocess.run(
        [galaxy, "collection", "install", "--offline", "-p", str(target), str(artifact)],
        cwd=folder,
        check=True,
        **options,
    )
    return target


def test_one_appliance_with_the_installed_collection(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "single": True}]})
    lab.settings["sra_report_dir"] = str(lab.folder / "reports")
    lab.write_inventory(lambda data: data["all"]["vars"].pop("sra_swing_method"))
    collections = installed(lab.folder)
    assert (collections / "ansible_collections/bseries/sra/tests/simulator/process.py").is_file()
    assert not (collections / "ansible_collections/bseries/sra/tests/unit").exists()
    variables = {
        **environment(lab.folder),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "BT_CLIENT_SECRET": "Never-Seen-1",
    }
    played = subprocess.run(
        lab.command("rehearse", *FAST),
        cwd=lab.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    outcome = outcome_of(lab)
    assert (outcome["verdict"], outcome["gates"]) == ("goes_through", [])
    assert all(step["rehearsed_seconds"] is not None for step in outcome["steps"])
    assert_only_read(lab)


@pytest.mark.skipif(not ALL, reason="`make rehearsals` runs it")
@pytest.mark.parametrize("method", ["dns", "nat"])
def test_a_swing_without_the_real_network(start_lab: StartLab, tmp_path: pathlib.Path, method: str) -> None:
    site = {"shared_ip": None, "hostname": "site.rehearsal.test"}
    lab = start_lab({"pairs": [{"name": "one", "site": site}]}, sra_confirmed=True, sra_swing_method=method)
    address = lab.simulator.ready["pairs"][0]["devices"]["a"]["address"]
    moves: list[str] = []
    never = tmp_path / "never.yml"
    never.write_text("- ansible.builtin.fail: {msg: the real tasks were run}\n", encoding="utf-8")
    with contextlib.ExitStack() as stack:
        if method == "dns":
            lab.settings |= stack.enter_context(NameServer("127.0.0.1", address, moves.append)).variables()
        else:
            lab.settings |= {"sra_swing_tasks": str(never), "sra_site_address": address}
        lab.settings["sra_report_dir"] = str(lab.folder / "reports")
        lab.write_inventory()
        played = lab.play("rehearse", *FAST, timeout=900)
    assert played.status == 0, played.output
    outcome = outcome_of(lab)
    assert (outcome["verdict"], outcome["rehearsed"]["violations"]) == ("goes_through", [])
    assert moves == []
    assert_only_read(lab)
