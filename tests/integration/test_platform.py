# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of an automation platform: sliced over several machines, with a disk that is wiped after each job."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest

from .conftest import Lab
from .runner_jobs import Job, lanes_only, sliced

StartLab = t.Callable[..., Lab]

PAIRS = int(os.environ.get("SRA_TEST_FLEET", "4"))
SLICES = 2 if PAIRS <= 4 else 4
COUNTS = [SLICES, 1] if "SRA_TEST_FLEET" in os.environ else [SLICES]
"""In how many slices the fleet is upgraded: one job is known from other tests, and compared with where the fleet is asked for."""

WINDOWS = (
    ["backup_a", "sync", "separate", "backup_b", "update_b", "verify_b", "swing"],
    ["backup_a", "backup_b", "update_a", "verify_a", "establish", "final_sync", "verify_pair"],
)
"""The steps of each pair, however many jobs there are."""

UPLOAD = """
- name: Copy to the place that outlives the job
  ansible.builtin.copy:
    src: "{{ item }}"
    dest: "{{ bucket }}/{{ sra_upload_lane }}/"
    mode: "0600"
  loop: "{{ sra_upload_files }}"
"""
FETCH = """
- name: Look for it
  ansible.builtin.stat:
    path: "{{ bucket }}/{{ sra_upload_lane }}/{{ item | basename }}"
  loop: "{{ sra_fetch_files }}"
  register: fetch_found
- name: Make the folder
  ansible.builtin.file:
    path: "{{ sra_fetch_files | first | dirname }}"
    state: directory
    mode: "0700"
  changed_when: false
- name: Bring it back
  ansible.builtin.copy:
    src: "{{ item.stat.path }}"
    dest: "{{ item.item }}"
    mode: "0600"
  loop: "{{ fetch_found.results | selectattr('stat.exists') }}"
  loop_control: {label: "{{ item.item }}"}
  changed_when: false
"""


def keeping(folder: pathlib.Path) -> dict[str, t.Any]:
    """Tasks files of a user and the place that outlives the jobs."""
    (folder / "upload.yml").write_text(UPLOAD, encoding="utf-8")
    (folder / "fetch.yml").write_text(FETCH, encoding="utf-8")
    (folder / "bucket").mkdir()
    return {
        "sra_upload_tasks": str(folder / "upload.yml"),
        "sra_fetch_tasks": str(folder / "fetch.yml"),
        "bucket": str(folder / "bucket"),
    }


def run_slices(
    lab: Lab, window: str, inventory: dict[str, t.Any], extra: dict[str, t.Any], slices: int
) -> list[tuple[int, str, dict[str, t.Any]]]:
    """All slices of a job side by side; each has a disk of its own, which is empty before and wiped after."""
    jobs = []
    for number in range(1, slices + 1):
        folder = lab.folder / f"{window}-{number}"
        local = {"sra_backup_dir": str(folder / "backups"), "sra_report_dir": str(folder / "reports")}
        part = sliced(inventory, number, slices)
        jobs.append(Job.start(folder, part, "upgrade_asynchronous", {**extra, **local}))
    return [job.finish(900 + 120 * PAIRS) for job in jobs]


@pytest.mark.slow
@pytest.mark.parametrize("slices", COUNTS)
def test_slices_on_wiped_disks_upgrade_a_fleet_in_two_windows(start_lab: StartLab, slices: int) -> None:
    names = [f"pair{number:02d}" for number in range(1, PAIRS + 1)]
    lab = start_lab({"pairs": [{"name": name} for name in names]})
    kept = keeping(lab.folder)
    inventory = lanes_only(json.loads(lab.inventory.read_text(encoding="utf-8")))
    first = run_slices(lab, "first", inventory, kept, slices)
    assert [status for status, _output, _artifacts in first] == [0] * slices, first
    results: dict[str, t.Any] = {}
    for _status, _output, artifacts in first:
        results |= artifacts["sra_results"]
    assert sorted(results) == names
    assert {(one["outcome"], one["check_mode"]) for one in results.values()} == {("waits for confirmation", False)}
    assert [one["steps_done"] for one in results.values()] == [WINDOWS[0]] * PAIRS
    for name in names:
        backups = sorted((lab.folder / "bucket" / name).glob("*.nsb"))
        assert len(backups) >= 3, "device A, device B, and device B again between Base and product"
    second = run_slices(lab, "second", inventory, {**kept, "sra_confirmed": True}, slices)
    assert [status for status, _output, _artifacts in second] == [0] * slices, second
    for _status, output, artifacts in second:
        done = [(one["outcome"], one["steps_done"]) for one in artifacts["sra_results"].values()]
        assert done == [("done", WINDOWS[1])] * len(done), output
        assert "Appl1ance-Secret" not in output + json.dumps(artifacts)
    for name in names:
        devices = [(lab.device(letter, name)["product"], lab.device(letter, name)["role"]) for letter in "ab"]
        assert devices == [("12.2.0", "backup"), ("12.2.0", "primary")], name
        report = json.loads((lab.folder / "bucket" / name / "report.json").read_text(encoding="utf-8"))
        assert report["pair"] == name, "each pair's place holds its own files"
        record = json.loads((lab.folder / "bucket" / name / f"{name}.upgrades.json").read_text(encoding="utf-8"))
        assert {step["id"] for step in record["upgrades"][-1]["steps"]} >= {"swing", "final_sync"}, (
            "both windows are in it"
        )
    assert lab.simulator.violations() == []


def test_a_torn_pair_is_refused_by_name_before_anything_is_touched(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one"}]})
    inventory = json.loads(lab.inventory.read_text(encoding="utf-8"))
    job = Job.start(lab.folder / "torn", sliced(inventory, 1, 2), "upgrade_asynchronous", {})
    status, output, _artifacts = job.finish(400)
    assert status != 0
    said = " ".join(output.split())
    assert "one-a (sra_pair='one') has no peer" in said
    assert "slices the job, the pair is torn" in said
    assert lab.simulator.log() == []


def test_a_failed_canary_keeps_the_other_waves_from_beginning(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "berlin", "single": True}, {"name": "wien", "single": True}]})
    lab.simulator.fault("install_failed", "berlin-a", count=1)
    outcome = lab.play("upgrade_single", "-e", "sra_serial=1,100%", timeout=900)
    assert outcome.status != 0
    assert {entry["device"] for entry in lab.writes()} == {"berlin-a"}
    assert [lab.device("a", name)["product"] for name in ("berlin", "wien")] == ["12.1.0", "12.1.0"]


def test_the_verification_between_windows_fails_until_the_new_version_serves(start_lab: StartLab) -> None:
    old = start_lab()
    before = old.play("verify", timeout=600)
    assert before.status != 0
    assert "No device that serves has version 12.2.0" in before.output
    assert old.writes() == []
    new = {"base": "3.3.2", "product": "12.2.0", "build": "53417"}
    lab = start_lab({"pairs": [{"name": "one", "both": new}]})
    after = lab.play("verify", timeout=600)
    assert after.status == 0, after.output
    assert lab.writes() == []
