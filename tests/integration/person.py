# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person in front of the simulated appliances: reads what a run prints and does what it asks for, with a browser's means."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import threading
import time
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._module import Connection, ConnectionOptions
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover

from .conftest import Lab, Outcome, environment, read_recap

_ASKED = re.compile(r"BY HAND: (?P<title>.+)")
_FILE = re.compile(r"Save the file .* as\s+(?P<path>\S.*)?")


@dataclasses.dataclass
class Person:
    """Does what is asked for, a moment after it was asked; ``done`` are the titles. Errors are kept and raised at the end."""

    lab: Lab
    idle: bool = False
    done: list[str] = dataclasses.field(default_factory=list)
    errors: list[BaseException] = dataclasses.field(default_factory=list)
    _threads: list[threading.Thread] = dataclasses.field(default_factory=list)

    def hear(self, line: str) -> None:
        asked = _ASKED.search(line)
        if asked and not self.idle:
            thread = threading.Thread(target=self._answer, args=(asked["title"],))
            thread.start()
            self._threads.append(thread)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(60)
        if self.errors:
            raise self.errors[0]

    def _answer(self, title: str) -> None:
        try:
            time.sleep(1)
            self._do(title)
            self.done.append(title)
        except BaseException as error:
            self.errors.append(error)

    def _do(self, title: str) -> None:
        device = "b" if "device B" in title else "a"
        if title.startswith("Update"):
            device = "b" if title.startswith("Update device B") else "a"
            self.lab.simulator.change(f"one-{device}", base="3.3.2", product="12.2.0", build="53417")
        elif title.startswith("Break"):
            self._on("a", failover.break_relationship)
        elif title.startswith("Sync data"):
            self._on("b" if title.startswith("Sync data from device B") else "a", failover.sync_now)
        elif title.startswith("Move"):
            self.lab.simulator.change("one-a", shared_ip_enabled=False)
            self.lab.simulator.change("one-b", shared_ip_enabled=True)
        elif title.startswith("Re-establish"):
            self._establish("b" if "on device B" in title else "a")
        else:
            raise AssertionError(f"nobody knows how to {title}")

    def _establish(self, letter: str) -> None:
        own, other = self._host(letter), self._host("a" if letter == "b" else "b")
        self._on(
            letter,
            lambda web: failover.establish(web, other["sra_host"], other["sra_port"], own["sra_host"], own["sra_port"]),
        )

    def _host(self, letter: str) -> dict[str, t.Any]:
        hosts = self.lab.simulator.inventory()["all"]["children"][f"device_{letter}"]["hosts"]
        return next(iter(hosts.values()))

    def _on(self, letter: str, act: t.Callable[[t.Any], t.Any]) -> None:
        known = ConnectionOptions.__dataclass_fields__
        params = {name[4:]: value for name, value in self._host(letter).items() if name[4:] in known}
        with Connection(ConnectionOptions.from_params(params)) as connection:
            act(connection.login_web)


def play_with_person(
    lab: Lab, playbook: str, *extra: str, idle: bool = False, timeout: float = 300
) -> tuple[Outcome, Person]:
    """Run a playbook and let a person hear every line of it; nothing is a terminal."""
    person = Person(lab, idle)
    process = subprocess.Popen(
        lab.command(playbook, *extra),
        cwd=lab.folder,
        env={**environment(lab.folder), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    timer = threading.Timer(timeout, process.kill)
    timer.start()
    lines: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.append(line)
            person.hear(line)
        status = process.wait()
    finally:
        timer.cancel()
    person.finish()
    output = "".join(lines)
    return Outcome(status, output, read_recap(output)), person
