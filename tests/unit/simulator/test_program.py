# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simulator import scenario
from simulator.process import SimulatorProcess

TESTS = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def start(arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def scenario_file(tmp_path, text=""):
    path = tmp_path / "scenario.yml"
    path.write_text(textwrap.dedent(text) or f"network: '127.{os.getpid() % 200 + 20}'\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_a_signal_and_leaves_nothing(tmp_path, number):
    ready_file = tmp_path / "ready.json"
    with start([scenario_file(tmp_path), "--ready-file", str(ready_file)]) as process:
        ready = json.loads(process.stdout.readline())
        assert json.loads(ready_file.read_text(encoding="utf-8")) == ready
        assert Path(ready["ca_path"]).exists()
        process.send_signal(number)
        assert process.wait(5) == 0
    assert not Path(ready["ca_path"]).parent.exists()


def test_it_ends_with_its_parent(tmp_path):
    code = (
        "import os,subprocess,sys;"
        "p=subprocess.Popen([sys.executable,'-m','simulator',sys.argv[1],'--parent-pid',str(os.getpid())],stdout=subprocess.PIPE);"
        "p.stdout.readline();print(p.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, scenario_file(tmp_path)], cwd=TESTS, capture_output=True, text=True, check=True
    )
    pid = int(done.stdout)
    deadline = time.monotonic() + 6
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(") ")[1][:1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pairs: [{a: {skim: x}}]", "unknown keys: skim"),
        ("speed: 3", "unknown keys: speed"),
        ("time_scale: 0", "time_scale"),
        ("pairs: [", "not YAML"),
        ("packages: [{kind: base}]", "packages"),
    ],
)
def test_a_scenario_that_is_wrong_is_refused(tmp_path, text, message):
    with pytest.raises(scenario.ScenarioError, match=message):
        scenario.load(Path(scenario_file(tmp_path, text)))


def test_the_program_says_what_is_wrong_with_the_scenario(tmp_path):
    with start([scenario_file(tmp_path, "speed: 3")]) as process:
        assert process.wait(10) == 2
        assert "unknown keys: speed" in process.stderr.read()


def test_two_pairs_in_one_inventory(tmp_path):
    with SimulatorProcess({"pairs": [{"name": "north"}, {"name": "south", "single": True}]}) as sim:
        groups = sim.inventory()["all"]["children"]
    assert list(groups["device_a"]["hosts"]) == ["north-a", "south-a"]
    assert list(groups["device_b"]["hosts"]) == ["north-b"]
    assert groups["device_b"]["hosts"]["north-b"]["sra_pair"] == "north"
    assert groups["device_a"]["hosts"]["south-a"]["sra_site_hostname"] == "access-south.example.com"


def test_it_is_idle_when_nothing_happens():
    with SimulatorProcess() as sim:
        stat = Path(f"/proc/{sim._process.pid}/stat")
        before = sum(map(int, stat.read_text().split()[13:15]))
        time.sleep(1)
        assert sum(map(int, stat.read_text().split()[13:15])) - before <= 2
