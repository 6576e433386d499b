# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the simulated pair, runs the playbook against it, and judges what came out."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane.record import read_record, record_path
from ansible_collections.bseries.sra.plugins.module_utils._records import as_data
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import atomic_file, make_folders
from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline, Look, wait_for

from . import stand_ins
from .pretence import Real, inventory, pretend
from .schedule import Gate, schedule
from .words import report

Data = t.Mapping[str, t.Any]
Result = dict[str, t.Any]

ROOT: t.Final = pathlib.Path(__file__).parents[3]
"""The folder of the collection, below a folder of collections even where it is a link."""
_ENVIRONMENT: t.Final = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")
"""All that the rehearsed run gets to know of this one's environment, which may hold secrets."""
_BOUND: t.Final = """\
import ctypes, os, sys
getattr(ctypes.CDLL(None), "prctl", lambda *_: 0)(1, 9)
os.execv(sys.executable, [sys.executable, "-m", "ansible", "playbook", *sys.argv[1:]])
"""
"""Starts the rehearsed run so that the kernel ends it (PR_SET_PDEATHSIG) when this worker of Ansible is killed."""
_FAILED: t.Final = re.compile(r"\d\d:\d\d:\d\d (?:\S+:|\[.*?\]) FAILED: (.*) \([^()]*\)")


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the playbook. ``failures`` are task names with what they said, in order."""

    status: int
    seconds: float
    failures: tuple[tuple[str, str], ...]


class Simulator(t.Protocol):
    """The parts of the simulator's process that are used here."""

    ready: dict[str, t.Any]

    def violations(self) -> list[dict[str, t.Any]]: ...

    def change(self, device: str, **changes: t.Any) -> None: ...


def rehearse(
    real: Real,
    checks: t.Sequence[Data],
    *,
    procedure: str,
    time_scale: float,
    timeout: float,
    report_dir: pathlib.Path | None,
) -> Result:
    """Rehearse and judge. Contacts nothing but simulated appliances on loopback addresses. Raises SraError."""
    now = datetime.datetime.now(datetime.UTC)
    slots, gates = schedule(real.plan, real.settings, now)
    found = [_failed_check(check) for check in checks if check["outcome"] in ("fail", "error")]
    pretence = pretend(real, time_scale)
    confirmed = any(gate.kind == "confirmation" for gate in gates)
    with (
        tempfile.TemporaryDirectory(prefix="sra-rehearsal-") as name,
        _simulator(pretence.scenario) as simulator,
        _network(real, simulator, folder := pathlib.Path(name)) as swing,
    ):
        stage = Stage(real, simulator.ready, swing, folder, procedure, Deadline(timeout))
        runs = [stage.play()]
        if runs[0].status == 0 and confirmed:
            runs.append(stage.play("-e", "sra_confirmed=true"))
        took = stage.seconds_by_step()
        violations = [f"{one['name']} on {one['device']}: {one['details']}" for one in simulator.violations()]
        output = (stage.folder / "output.log").read_text(encoding="utf-8", errors="replace")
    rehearsed = [*_stopped(runs), *([] if runs[-1].status else _unreached(real.plan, took)), *_violated(violations)]
    every = [*found, *rehearsed, *gates]
    outcome = {
        "label": real.label,
        "procedure": procedure,
        "playbook": f"bseries.sra.upgrade_{procedure}",
        "at": as_data(now),
        "verdict": _verdict(every),
        "stage": (real.plan.get("stage") or {}).get("sentence", ""),
        "gates": [dataclasses.asdict(gate) for gate in every],
        "steps": [
            {
                "id": step["id"],
                "title": step["title"],
                "guide": step["guide"],
                "estimate_seconds": step["estimate_seconds"],
                "rehearsed_seconds": took.get(step["id"]),
                "begins": as_data(slot.begins.replace(microsecond=0)) if slot.begins else None,
                "ends": as_data(slot.ends.replace(microsecond=0)) if slot.ends else None,
            }
            for step, slot in zip(real.plan.get("steps") or (), slots, strict=True)
        ],
        "predicted": _predicted(real.plan, procedure),
        "rehearsed": {
            "time_scale": time_scale,
            "runs": [dataclasses.asdict(run) for run in runs],
            "violations": violations,
            "log": None,
        },
        "simulated": pretence.scenario,
        "replaced": list(pretence.replaced),
    }
    return _kept(outcome, output, report_dir)


class Stage:
    """A folder with everything that the rehearsed run uses, and the runs in it."""

    def __init__(
        self, real: Real, ready: Data, swing: Data, folder: pathlib.Path, procedure: str, deadline: Deadline
    ) -> None:
        self.folder = folder
        self._real = real
        self._ready = ready
        self._swing = swing
        self._procedure = procedure
        self._deadline = deadline
        (folder / "ansible.cfg").touch()

    def play(self, *extra: str) -> Run:
        """Run the playbook once. Raises WaitTimeout where it does not end in time."""
        data = inventory(self._real, self._ready, str(self.folder), self._swing)
        path = self.folder / "inventory.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        return self._run([f"bseries.sra.upgrade_{self._procedure}", "-i", str(path), *extra])

    def seconds_by_step(self) -> dict[str, float]:
        """How long each step took in the rehearsal, from the record that the runs kept."""
        record = read_record(record_path(str(self.folder / "backups"), self._real.label))
        return {step["id"]: step["seconds"] for upgrade in record["upgrades"] for step in upgrade["steps"]}

    def _run(self, arguments: t.Sequence[str]) -> Run:
        began = time.monotonic()
        log = self.folder / "output.log"
        with log.open("ab") as file:
            start = file.tell()
            process = subprocess.Popen(  # noqa: S603 (Ansible itself, without a shell)
                [sys.executable, "-c", _BOUND, *arguments],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(
                "the rehearsed run ends",
                lambda: Look(process.poll() is not None, _last_line(log), phase=""),
                self._deadline,
                longest_delay=0.5,
                advice="Give a higher sra_rehearsal_timeout, or a higher sra_rehearsal_time_scale.",
            )
        finally:
            _end(process)
        text = log.read_bytes()[start:].decode("utf-8", "replace")
        return Run(process.returncode, round(time.monotonic() - began, 1), tuple(_failures(text)))

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        return {
            "LC_ALL": "C.UTF-8",
            **kept,
            "HOME": str(self.folder),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2]),
            "ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "SRA_PROGRESS": "off",
        }


@contextlib.contextmanager
def _network(real: Real, simulator: Simulator, folder: pathlib.Path) -> t.Iterator[dict[str, t.Any]]:
    """The variables of the swing, with whatever stands for the network between clients and appliances."""
    pair = simulator.ready["pairs"][0]
    method = real.settings.get("swing_method")
    by_address = {device["address"]: device["name"] for device in pair["devices"].values()}
    serving = pair["devices"][real.serving]["address"]

    def moved(address: str) -> None:
        # Simulated clients follow.
        if address in by_address:
            simulator.change(by_address[address], production=True)

    if method in ("dns", "nat", "custom") and "b" in pair["devices"]:
        moved(serving)
    if method == "dns" and "b" in pair["devices"]:
        with stand_ins.NameServer("127.0.0.1", serving, moved) as server:
            yield {"sra_swing_method": "dns", **server.variables()}
    elif method in ("nat", "custom") and "b" in pair["devices"]:
        file = folder / "production"
        file.write_text(serving, encoding="utf-8")
        with stand_ins.Gateway("127.0.0.1", file, int(pair["port"]), moved) as gateway:
            yield {
                "sra_swing_method": method,
                "sra_swing_tasks": str(stand_ins.write_tasks(folder)),
                "sra_site_address": gateway.host,
                "sra_site_port": gateway.port,
                "sra_rehearsal_production": str(file),
            }
    elif method == "shared_ip":
        yield {"sra_swing_method": "shared_ip", "sra_shared_ip": pair["shared_ip"]}
    else:
        yield {"sra_site_address": pair["shared_ip"]}


def _simulator(scenario: dict[str, t.Any]) -> t.ContextManager[Simulator]:
    """The simulator of this collection. Raises InputError where it did not come along or does not start."""
    try:
        from ansible_collections.bseries.sra.tests.simulator import process
    except ImportError as error:
        raise InputError(
            "The simulated appliances cannot be loaded",
            expected=f"the folder tests/simulator of the collection in {ROOT}, and PyYAML",
            seen=str(error),
            advice="Install the collection from its artifact.",
        ) from error

    @contextlib.contextmanager
    def started() -> t.Iterator[Simulator]:
        simulator = process.SimulatorProcess(scenario)
        try:
            simulator.start()
        except process.SimulatorError as error:
            raise SraError(
                f"The simulated appliances do not start: {error}",
                advice="They need addresses of the loopback network 127.0.0.0/8 and free TCP ports on them.",
            ) from error
        try:
            yield simulator
        finally:
            simulator.stop()

    return started()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_line(log: pathlib.Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "starting")


def _failures(output: str) -> t.Iterator[tuple[str, str]]:
    """Names of failed tasks and what they said, from the output of the callback ``runbook``."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if match := _FAILED.match(line):
            said: list[str] = []
            for part in lines[number + 1 :]:
                if not part.startswith("    "):
                    break
                said.append(part[4:])
            yield match[1], "\n".join(said)


def _failed_check(check: Data) -> Gate:
    return Gate("check", check["title"], check["cause"], check["remedy"])


def _stopped(runs: t.Sequence[Run]) -> list[Gate]:
    last = runs[-1]
    if last.status == 0:
        return []
    if not last.failures:
        return [Gate("rehearsal", "The rehearsed run", f"it ended with status {last.status}", "See its output.")]
    task, said = last.failures[0]
    return [Gate("rehearsal", f"The rehearsed run stopped at: {task}", " ".join(said.split()), "")]


def _unreached(plan: Data, took: t.Mapping[str, float]) -> list[Gate]:
    """Steps that the run left out although it ended well."""
    left = [step["id"] for step in plan.get("steps") or () if step["id"] not in took and step["action"] != "confirm"]
    if not left:
        return []
    return [Gate("rehearsal", "The rehearsed run", f"it ended well without {', '.join(left)}", "See its output.")]


def _violated(violations: t.Sequence[str]) -> list[Gate]:
    if not violations:
        return []
    return [Gate("rehearsal", "Rules of the guide", "; ".join(violations), "This is a defect of the collection.")]


def _verdict(gates: t.Sequence[Gate]) -> str:
    if any(not gate.passable for gate in gates):
        return "stops"
    return "goes_through_with_gates" if gates else "goes_through"


def _predicted(plan: Data, procedure: str) -> Result:
    methods = plan.get("predictions") or {}
    own = methods.get(procedure) or {}
    return {
        "total_seconds": sum(step["estimate_seconds"] for step in plan.get("steps") or ()),
        "production_away_seconds": own.get("production_away_seconds"),
        "without_failover_seconds": own.get("without_failover_seconds"),
        "methods": methods,
    }


def _kept(outcome: Result, output: str, folder: pathlib.Path | None) -> Result:
    """The outcome with its text; all of it as files in the folder for reports. Raises InputError."""
    paths = {}
    if folder is not None:
        name = "rehearsal-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", outcome["label"]).strip(".-") or "lane")
        paths = {kind: str(folder / f"{name}.{kind}") for kind in ("json", "txt", "log")}
        outcome["rehearsed"]["log"] = paths["log"]
        make_folders(folder)
    text = report(outcome)
    contents = {"json": json.dumps(outcome, indent=1), "txt": text, "log": output}
    for kind, path in paths.items():
        with atomic_file(path) as file:
            file.write(contents[kind].encode() + b"\n")
    return {"rehearsal": outcome, "text": text, "files": paths}
