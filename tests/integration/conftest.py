# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole procedures against the simulated appliances, run as users run them: `ansible-playbook` with an inventory."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import WaitTimeout
from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline, Look, wait_for
from simulator.process import SimulatorProcess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCALE = 600.0
LOOK_EVERY = 0.1
"""Seconds between two looks at something that is waited for."""
GONE_LIMIT = 60.0
"""Seconds: how long the end of a killed run's last process, which signs out of the appliances, may take."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a playbook run ended: exit status, everything printed, the recap's counts by host."""

    status: int
    output: str
    recap: dict[str, dict[str, int]]

    def changed(self, host: str) -> int:
        return self.recap[host]["changed"]


def processes_of(home: pathlib.Path) -> list[str]:
    """The processes that were started with this home folder: command lines."""
    found = []
    wanted = f"HOME={home}".encode()
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (path / "environ").read_bytes().split(b"\0"):
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
    return [command for command in found if command]


def wait_until(what: str, reached: t.Callable[[], bool], seconds: float) -> None:
    """Look again and again for at most so many seconds. Raises WaitTimeout."""
    wait_for(
        what,
        lambda: Look(reached(), "not yet", True),
        Deadline(seconds),
        first_delay=LOOK_EVERY,
        longest_delay=LOOK_EVERY,
    )


def wait_until_gone(home: pathlib.Path) -> list[str]:
    """Wait for the end of all processes that were started with this home folder; those that are still there."""
    with contextlib.suppress(WaitTimeout):
        wait_until("the end of all its processes", lambda: not processes_of(home), GONE_LIMIT)
    return processes_of(home)


def environment(home: pathlib.Path) -> dict[str, str]:
    """What `make` gives, so that tests run from an editor too; nothing of the user's own configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    (home / "ansible.cfg").touch()
    return {
        **kept,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
    }


@dataclasses.dataclass
class Lab:
    """A running simulator and a folder for inventory and backups."""

    simulator: SimulatorProcess
    folder: pathlib.Path
    settings: dict[str, t.Any]
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    """Environment variables of the runs besides those that every run gets."""

    @property
    def inventory(self) -> pathlib.Path:
        return self.folder / "inventory.json"

    def write_inventory(self, change: t.Callable[[dict[str, t.Any]], None] | None = None) -> None:
        data = self.simulator.inventory()
        data["all"].setdefault("vars", {}).update(self.settings)
        if change is not None:
            change(data)
        self.inventory.write_text(json.dumps(data), encoding="utf-8")

    def command(self, playbook: str, *extra: str) -> list[str]:
        return [
            str(pathlib.Path(sys.executable).with_name("ansible-playbook")),
            "-i",
            str(self.inventory),
            f"bseries.sra.{playbook}",
            *extra,
        ]

    def start(self, playbook: str, *extra: str, output: int | t.IO[str] = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a run that is a process group of its own."""
        return subprocess.Popen(
            self.command(playbook, *extra),
            cwd=self.folder,
            env={**environment(self.folder), **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def play(self, playbook: str, *extra: str, timeout: float = 400) -> Outcome:
        done = subprocess.run(
            self.command(playbook, *extra),
            cwd=self.folder,
            env={**environment(self.folder), **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, read_recap(done.stdout))

    def kill_when(
        self,
        playbook: str,
        *extra: str,
        reached: t.Callable[[list[dict[str, t.Any]]], bool],
        timeout: float = 300,
        new_certificate: str | None = None,
    ) -> None:
        """Start a run and SIGKILL its whole process group as soon as the request log satisfies ``reached``.

        A session on the device that serves another certificate from this very moment ends by its own expiry: nothing is
        sent to a server that cannot be verified.
        """
        process = self.start(playbook, *extra)
        end = time.monotonic() + timeout
        try:
            while not reached(self.simulator.log()):
                assert process.poll() is None, "the run ended before it could be killed"
                assert time.monotonic() < end, "the moment to kill the run never came"
                time.sleep(0.05)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        left = wait_until_gone(self.folder)
        assert left == [], "parts of the killed run live on"
        sessions = self.simulator.sessions()
        open_ones = [one for one in sessions if one["ended"] is None and one["device"] != new_certificate]
        assert open_ones == [], "sessions are left open"

    def sign_ins(self) -> dict[tuple[str, str], int]:
        """How often the form of each interface of each device was sent, by device and interface."""
        log = self.simulator.log()
        return collections.Counter(
            (entry["device"], entry["interface"]) for entry in log if entry["action"] == "sign_in.sign_in"
        )

    def writes(self) -> list[dict[str, t.Any]]:
        return [entry for entry in self.simulator.log() if entry["kind"] == "write"]

    def device(self, letter: str, pair: str = "one") -> dict[str, t.Any]:
        """What the device is now, as the simulator itself knows it."""
        found: dict[str, t.Any] = self.simulator.state()["devices"][f"{pair}-{letter}"]
        return found


@contextlib.contextmanager
def clients_follow(lab: Lab, leads_to: t.Callable[[], str | None], pair: str = "one") -> t.Iterator[None]:
    """Let the client software go where a name server or a firewall leads it, which the simulator cannot see by itself.

    ``leads_to`` gives the address of a device, None while it cannot be told.
    """
    (found,) = [each for each in lab.simulator.ready["pairs"] if each["name"] == pair]
    devices = found["devices"].values()
    names = {device["address"]: device["name"] for device in devices}
    stop = threading.Event()

    def watch() -> None:
        present: str | None = None
        while not stop.wait(0.3):
            name = names.get(leads_to() or "")
            if name is not None and name != present:
                lab.simulator.change(name, production=True)
                present = name

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join(5)


def read_recap(output: str) -> dict[str, dict[str, int]]:
    """The counts behind each host of PLAY RECAP."""
    recap = {}
    for line in output.rpartition("PLAY RECAP")[2].splitlines():
        match = re.match(r"(\S+)\s*:\s+(ok=.*)", line)
        if match:
            recap[match[1]] = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", match[2])}
    return recap


@pytest.fixture
def start_lab(tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., Lab]]:
    """Start simulated appliances from a scenario; they are stopped when the test ends."""
    with contextlib.ExitStack() as stack:

        def start(scenario: dict[str, t.Any] | None = None, **settings: t.Any) -> Lab:
            scenario = {"time_scale": SCALE, "pairs": [{"name": "one"}], **(scenario or {})}
            simulator = stack.enter_context(SimulatorProcess(scenario))
            defaults = {
                "sra_swing_method": "shared_ip",
                "sra_accept_license": True,
                "sra_backup_dir": str(tmp_path / "backups"),
            }
            lab = Lab(simulator, tmp_path, {**defaults, **settings})
            lab.write_inventory()
            return lab

        yield start
