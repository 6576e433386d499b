# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of one way to do the same upgrade, and what it took: wall time, CPU time, requests, sign-ins, gap of production."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing as t

from demo.probe import ProductionProbe

from benchmark.meter import cpu_seconds
from integration.conftest import environment
from simulator.process import SimulatorProcess

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
SCALE = 600.0
PROBE_SECONDS = 0.01
LIMIT = 3600.0
"""Seconds that one run may take."""

Way = t.Literal["product", "peer", "floor"]


@dataclasses.dataclass(frozen=True)
class Took:
    """What one run took. Seconds; ``gap`` is the longest stretch in which nobody answered on the shared address."""

    process: Measured
    requests: int
    sign_ins: int
    tokens: int
    most_sign_ins: int
    open_sessions: int
    gap: float
    simulator_cpu: float
    unfairness: float
    """How long the pair that was worked on longest took, beside the one that took shortest."""

    @property
    def wall(self) -> float:
        return self.process.wall

    @property
    def cpu(self) -> float:
        return self.process.cpu


def surroundings(home: pathlib.Path, forks: int) -> dict[str, str]:
    """What runs of the tests get, and how many hosts at once."""
    return {
        **environment(home),
        "ANSIBLE_FORKS": str(forks),
        "ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook",
        "PYTHONPATH": os.pathsep.join([str(ROOT / ".build"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]),
    }


def inventory(simulator: SimulatorProcess, folder: pathlib.Path) -> pathlib.Path:
    data = simulator.inventory()
    (folder / "backups").mkdir()
    data["all"]["vars"] = {
        "sra_swing_method": "shared_ip",
        "sra_accept_license": True,
        "sra_backup_dir": str(folder / "backups"),
    }
    path = folder / "inventory.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def command(way: Way, simulator: SimulatorProcess, folder: pathlib.Path) -> list[str]:
    if way == "floor":
        (folder / "ready.json").write_text(json.dumps(simulator.ready), encoding="utf-8")
        return [sys.executable, str(HERE / "floor.py"), str(folder / "ready.json"), str(folder)]
    playbook = "bseries.sra.upgrade_asynchronous" if way == "product" else str(HERE / "peer" / "upgrade.yml")
    ansible = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    return [ansible, "-i", str(inventory(simulator, folder)), playbook, "-e", "sra_confirmed=true"]


@dataclasses.dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds of a command with all its processes.

    ``peak_mib`` is of its largest process; ``memory_mib`` of all together at their most, what they share counted once.
    """

    wall: float
    cpu: float
    peak_mib: float
    memory_mib: float
    processes: int
    output: str


def measured(argv: t.Sequence[str], folder: pathlib.Path, forks: int = 5) -> Measured:
    """Run a command and tell what it took. Raises RuntimeError with the end of its output where it fails."""
    meter = [sys.executable, str(HERE / "meter.py"), str(folder / "meter.json"), *argv]
    with (folder / "output.txt").open("w+", encoding="utf-8") as output:
        done = subprocess.run(
            meter, cwd=folder, env=surroundings(folder, forks), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, timeout=LIMIT, check=False,
        )  # fmt: skip
        output.seek(0)
        text = output.read()
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}:\n{text[-3000:]}")
    return Measured(**json.loads((folder / "meter.json").read_text(encoding="utf-8")), output=text)


def run(way: Way, pairs: int = 1, scale: float = SCALE, skin: str = "english2019") -> Took:
    """One whole asynchronous upgrade of so many pairs at once."""
    both = {"skin": skin}
    scenario = {
        "time_scale": scale,
        "pairs": [{"name": f"pair{number}", "both": both} for number in range(1, pairs + 1)],
    }
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        simulator = stack.enter_context(SimulatorProcess(scenario, start_timeout=120))
        pair = simulator.ready["pairs"][0]
        argv = command(way, simulator, folder)
        probe = ProductionProbe(
            pair["hostname"], pair["shared_ip"], pair["port"], simulator.ready["ca_path"], PROBE_SECONDS
        )
        with probe if pairs == 1 else contextlib.nullcontext():
            process = measured(argv, folder, forks=max(5, 2 * pairs))
        done = [device for device in simulator.state()["devices"].values() if device["product"] == "12.2.0"]
        if len(done) != 2 * pairs or simulator.violations():
            raise RuntimeError(
                f"{way}: not upgraded, or by breaking a rule: {simulator.violations()}\n{process.output[-3000:]}"
            )
        log = simulator.log()
        signed_in = collections.Counter(
            (entry["device"], entry["interface"]) for entry in log if entry["action"] == "sign_in.sign_in"
        )
        return Took(
            process,
            requests=sum(entry["interface"] != "health" or entry["address"] != pair["shared_ip"] for entry in log),
            sign_ins=sum(signed_in.values()),
            tokens=sum(entry["path"].startswith("/oauth2/") for entry in log),
            most_sign_ins=max(signed_in.values()),
            open_sessions=sum(session["ended"] is None for session in simulator.sessions()),
            gap=max((outage.seconds for outage in probe.outages), default=0.0),
            simulator_cpu=cpu_seconds(simulator.process_id),
            unfairness=unfairness(log),
        )  # fmt: skip


def unfairness(log: t.Sequence[dict[str, t.Any]]) -> float:
    """The longest time from a pair's first request to its last, divided by the shortest."""
    times: dict[str, list[float]] = {}
    for entry in log:
        if entry["interface"] != "health":
            times.setdefault(entry["device"].rpartition("-")[0], []).append(entry["time"])
    spans = [max(some) - min(some) for some in times.values()]
    return max(spans) / min(spans)
