# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator and a folder in which one procedure is run again and again, each time from the start."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import types
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import WaitTimeout
from integration.conftest import GONE_LIMIT, Lab, Outcome, environment, wait_until, wait_until_gone
from simulator.process import SimulatorProcess

from .procedures import SCALE, Procedure
from .warm import Run, Warm

Started = subprocess.Popen[str] | Run

RUN_LIMIT = 1200.0
"""Seconds that one run may take; a limit, not an expectation."""
LOOK = 0.1
"""Seconds between two looks whether a request is held; each costs the simulator a request."""


def requests_until_quiet(simulator: SimulatorProcess, seconds: float = 2.0) -> int:
    """How many requests there were, once no more come: what a held run had begun beside the held one has ended."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        now = len(simulator.log())
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(LOOK)
    return last


class End(t.NamedTuple):
    """How a run that was to be killed ended: ``held`` at the request, else with ``status`` (None: not in time)."""

    held: bool
    status: int | None
    left: tuple[str, ...]


class Bench:
    """A context manager; ``clean`` sets the appliances and the controller's disk back to the start.

    ``settings`` are those of the inventory, ``variables`` those of the environment, besides what the procedure has.
    With ``warm`` what `start` starts is forked from a process that has made its imports; what `play` plays is started anew.
    """

    def __init__(
        self,
        procedure: Procedure,
        settings: t.Mapping[str, t.Any] | None = None,
        variables: t.Mapping[str, str] | None = None,
        *,
        warm: bool = False,
    ) -> None:
        self.procedure = procedure
        self._settings = dict(settings or {})
        self._variables = dict(variables or {})
        self._is_warm = warm
        self._warm: Warm | None = None
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> Bench:
        folder = pathlib.Path(self._exits.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        scenario = {"time_scale": SCALE, **self.procedure.scenario}
        simulator = self._exits.enter_context(SimulatorProcess(scenario))
        settings = {
            "sra_backup_dir": str(folder / "backups"),
            "sra_report_dir": str(folder / "reports"),
            **self.procedure.settings,
            **self._settings,
        }
        self.lab = Lab(
            simulator,
            folder,
            settings,
            {"TMPDIR": str(folder / "tmp"), "SRA_CONTROL": simulator.ready["control"], **self._variables},
        )
        self.fresh_disk()
        if self._is_warm:
            self._warm = self._exits.enter_context(Warm({**environment(folder), **self.lab.variables}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self._exits.close()

    def clean(self) -> None:
        self.lab.simulator.reset()
        self.fresh_disk()

    def fresh_disk(self) -> None:
        """Nothing but the inventory, as a job finds it that got a new container."""
        for path in self.lab.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (self.lab.folder / "tmp").mkdir(mode=0o700)
        self.procedure.prepare(self.lab)

    def play(self, *extra: str) -> Outcome:
        """A whole run. One that does not end in time counts as failed, with status 124."""
        try:
            return self.lab.play(self.procedure.playbook, *self.procedure.extra, *extra, timeout=RUN_LIMIT)
        except subprocess.TimeoutExpired as expired:
            output = expired.output or b""
            text = output.decode(errors="replace") if isinstance(output, bytes) else output
            return Outcome(124, text, {})

    def start(self, *extra: str, output: int | t.IO[str] = subprocess.DEVNULL) -> Started:
        arguments = (self.procedure.playbook, *self.procedure.extra, *extra)
        if self._warm is None:
            return self.lab.start(*arguments, output=output)
        environment(self.lab.folder)
        path = os.devnull if isinstance(output, int) else output.name
        return self._warm.start(self.lab.command(*arguments), self.lab.folder, path)

    def play_until_held(self) -> End:
        """Start a run, kill its process group while a request is held, and let the request go."""
        process = self.start()
        held, status = False, None
        try:
            held = self.await_held(process)
            status = process.poll()
        finally:
            left = self.kill(process)
        return End(held, 0 if held else status, left)

    def kill(self, process: Started) -> tuple[str, ...]:
        """Kill a run as a whole, and let go what is held; what of it is still there a while after."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        left = [*wait_until_gone(self.lab.folder), *self._wait_for_forked()]
        self.lab.simulator.clear_faults()
        return tuple(left)

    def _wait_for_forked(self) -> list[str]:
        if self._warm is None:
            return []
        with contextlib.suppress(WaitTimeout):
            wait_until(
                "the end of all that was forked", lambda: self._warm is None or not self._warm.others(), GONE_LIMIT
            )
        return self._warm.others()

    def await_held(self, process: Started) -> bool:
        """Whether a request of the run is held; not, where the run ends before."""
        end = time.monotonic() + RUN_LIMIT
        while time.monotonic() < end and process.poll() is None:
            if any(fault["held"] for fault in self.lab.simulator.faults()):
                return True
            time.sleep(LOOK)
        return False
