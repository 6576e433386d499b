# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Appliances whose pages are drawn by scripts: the same playbooks, through Chromium."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import tempfile
import typing as t

import pytest
from optional import needs_browser

from . import hardware
from .conftest import Lab, wait_until, wait_until_gone

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")
EVERYTHING = os.environ.get("SRA_TEST_SKINS") == "all"
# Seconds that a limit may be away on a machine with a lot to do.
PATIENCE = 600.0

pytestmark = needs_browser


@pytest.fixture
def own_tmp() -> t.Iterator[pathlib.Path]:
    """Where the temporary files of a run go, so that they and its browsers are told from those of other runs."""
    with tempfile.TemporaryDirectory(prefix="own-") as folder:
        yield pathlib.Path(folder)


def browsers(own_tmp: pathlib.Path) -> list[str]:
    """The processes of Chromium whose profile is in a folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if b"--user-data-dir=" + bytes(own_tmp) in command:
            found.append(path.parent.name)
    return found


def open_sessions(lab: Lab) -> list[t.Any]:
    return [session for session in lab.simulator.sessions() if session["ended"] is None]


def test_a_pair_of_an_application_and_of_ordinary_pages(start_lab: StartLab, own_tmp: pathlib.Path) -> None:
    lab = start_lab(
        {"time_scale": 120, "pairs": [{"name": "one", "a": {"skin": "application"}, "b": {"skin": "german2019"}}]}
    )
    lab.variables["TMPDIR"] = str(own_tmp)
    first = lab.play("upgrade_asynchronous", *CONFIRMED, timeout=1100)
    assert first.status == 0, first.output
    assert [lab.device(letter)["product"] for letter in "ab"] == ["12.2.0", "12.2.0"]
    assert lab.simulator.violations() == []
    assert browsers(own_tmp) == []
    assert not list(own_tmp.glob("sra-browser-*"))


def test_check_mode_sends_nothing_to_an_application(start_lab: StartLab) -> None:
    single = {"name": "one", "single": True, "a": {"skin": "application_german"}}
    lab = start_lab({"pairs": [single], "time_scale": 120, "seed": 5})
    outcome = lab.play("upgrade_single", "--check", timeout=600)
    assert outcome.status == 0, outcome.output
    assert lab.writes() == []


def test_a_killed_run_leaves_no_browser_and_the_same_command_goes_on(
    start_lab: StartLab, own_tmp: pathlib.Path
) -> None:
    single = {"name": "one", "single": True, "a": {"skin": "application"}}
    lab = start_lab({"pairs": [single], "time_scale": 120, "seed": 9})
    lab.variables["TMPDIR"] = str(own_tmp)
    process = lab.start("upgrade_single", *CONFIRMED)

    def installing() -> bool:
        assert process.poll() is None, "the run ended before it could be killed"
        asked = any(entry["kind"] == "write" and "install" in (entry["action"] or "") for entry in lab.simulator.log())
        return asked and bool(browsers(own_tmp))

    try:
        wait_until("the moment to kill the run", installing, PATIENCE)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    wait_until("the end of the browser", lambda: not browsers(own_tmp), PATIENCE)
    wait_until("the end of its folder", lambda: not list(own_tmp.glob("sra-browser-*")), PATIENCE)
    assert wait_until_gone(lab.folder) == []
    assert open_sessions(lab) == [], "what outlives the run for a moment signs out through a browser of its own"
    outcome = lab.play("upgrade_single", *CONFIRMED, timeout=1100)
    assert outcome.status == 0, outcome.output
    assert lab.device("a")["product"] == "12.2.0"
    assert lab.simulator.violations() == []
    assert browsers(own_tmp) == []
    assert not list(own_tmp.glob("sra-browser-*"))


def test_the_compatibility_table_names_the_driver_of_each_page(start_lab: StartLab) -> None:
    pair = {"name": "one", "a": {"skin": "application_german"}, "b": {"skin": "english2019"}}
    lab = start_lab({"pairs": [pair], "seed": 3})
    outcome = lab.play("compatibility", timeout=PATIENCE)
    assert outcome.status == 0, outcome.output
    assert "worked through Chromium" in outcome.output
    reports = sorted((lab.folder / "sra-reports").glob("compatibility-*.json"))
    surveys = [json.loads(path.read_text(encoding="utf-8"))["survey"] for path in reports]
    drivers = [{page["driver"] for page in survey["pages"] if page["state"] == "found"} for survey in surveys]
    assert drivers == [{"browser"}, {"html"}]
    states = {control["state"] for survey in surveys for page in survey["pages"] for control in page["controls"]}
    assert states <= {"found", "not_visible", "not_offered"}, outcome.output
    tables = [path.with_suffix(".html").read_text(encoding="utf-8") for path in reports]
    assert ["worked through Chromium" in table for table in tables] == [True, False]
    assert lab.writes() == []
    assert open_sessions(lab) == []


@pytest.mark.skipif(not EVERYTHING, reason="takes long; make skins runs it")
@pytest.mark.parametrize(
    ("old", "new"), [("application", "material"), ("english2019", "application_german"), ("material", "german2019")]
)
def test_moves_to_new_hardware(start_lab: StartLab, own_tmp: pathlib.Path, old: str, new: str) -> None:
    lab = start_lab({**hardware.scenario(old, new), "time_scale": 120}, **hardware.SETTINGS)
    hardware.prepare(lab)
    lab.variables["TMPDIR"] = str(own_tmp)
    moved = lab.play("migrate_hardware", timeout=1800)
    assert moved.status == 0, moved.output
    device = lab.device("b")
    assert (device["base"], device["product"], device["factory_new"]) == ("3.3.2", "12.1.0", False)
    assert lab.simulator.state()["pairs"]["one"]["serving"] == "one-b"
    again = lab.play("migrate_hardware", timeout=1800)
    assert again.status == 0, again.output
    assert sum(counts["changed"] for counts in again.recap.values()) == 0
    retired = lab.play("decommission", "-e", f"sra_decommission_id={lab.device('a')['appliance_id']}", timeout=1800)
    assert retired.status == 0, retired.output
    assert (lab.device("a")["phase"], lab.device("a")["factory_new"]) == ("off", True)
    assert lab.simulator.violations() == []
    assert open_sessions(lab) == []
    assert browsers(own_tmp) == []
