# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a simulation: `python -m simulator SCENARIO.yml`. Prints one line of JSON when it is ready."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import scenario as scenarios
from .control import Control
from .simulation import Simulation


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="Simulated appliances over real TLS sockets.")
    parser.add_argument("scenario", nargs="?", type=Path, help="YAML file; without it one pair with the defaults")
    parser.add_argument("--ready-file", type=Path, help="also write the ready line to this file")
    parser.add_argument("--parent-pid", type=int, help="end when this process is no longer the parent")
    return parser.parse_args()


class _Stop:
    """Tells the main thread to end. A pipe, because a signal handler must not take locks that the main thread may hold."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def set(self, *_unused: object) -> None:
        os.write(self._write, b".")

    def wait(self) -> None:
        os.read(self._read, 1)


def _watch_parent(pid: int, stop: _Stop) -> None:
    while os.getppid() == pid:
        time.sleep(2)
    stop.set()


def _write_ready(path: Path, line: str) -> None:
    """Appears complete or not at all; it holds the passwords of the simulation."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(line + "\n")
    Path(name).replace(path)


def main() -> int:
    arguments = _arguments()
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.set)
    try:
        scenario = scenarios.load(arguments.scenario) if arguments.scenario else scenarios.parse({})
    except (OSError, scenarios.ScenarioError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    own_dir = scenario.work_dir is None
    work_dir = Path(tempfile.mkdtemp(prefix="simulator-")) if scenario.work_dir is None else Path(scenario.work_dir)
    work_dir.mkdir(parents=True, exist_ok=True)
    simulation = Simulation(scenario, work_dir)
    try:
        simulation.start()
        control = Control(simulation, scenario.control_host, scenario.control_port, stop.set)
        control.start()
        line = json.dumps(simulation.ready(control.url))
        if arguments.ready_file:
            _write_ready(arguments.ready_file, line)
        print(line, flush=True)
        if arguments.parent_pid:
            threading.Thread(target=_watch_parent, args=(arguments.parent_pid, stop), daemon=True).start()
        stop.wait()
    except OSError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    finally:
        simulation.stop()
        if own_dir:
            shutil.rmtree(work_dir, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
