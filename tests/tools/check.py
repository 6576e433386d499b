#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of the project and count the tests: ``check.py [name ...]``, all of them without a name.

A single check prints what it prints. Several run in two lanes side by side, checks of the source in one, tests in the
other; each writes ``.build/logs/<name>.log``, shown where it failed. The last line is the sum of all pytest runs;
a check that is no pytest run and fails counts as an error there. The exit code is 1 when anything failed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
import typing as t
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
COPY = BUILD / "copy" / "ansible_collections" / "bseries" / "sra"
BIN = Path(sys.prefix) / "bin"
PYTHON = sys.executable
LIMIT = 60 * 60.0
"""Seconds that one check may take."""

PLAIN = {"ANSIBLE_NOCOLOR": "1", "NO_COLOR": "1"}
"""A log holds no colours."""

SHOWN = 150
"""Lines of the log of a failed check that are printed."""

COUNTED = ("tests", "failures", "errors", "skipped")


@dataclasses.dataclass(frozen=True)
class Check:
    """A command that says by its exit code whether all is well. ``needs`` must exist for it to have a meaning."""

    name: str
    command: tuple[str | Path, ...]
    cwd: Path = ROOT
    needs: str = "."
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def log(self) -> Path:
        return BUILD / "logs" / f"{self.name}.log"

    @property
    def counts(self) -> Path:
        return BUILD / "logs" / f"{self.name}.xml"


def pytest(name: str, folder: str, limit: int, *options: str) -> Check:
    """A pytest run over ``folder``; one test may take ``limit`` seconds."""
    counts = BUILD / "logs" / f"{name}.xml"
    command = (PYTHON, "-m", "pytest", folder, "-q", f"--timeout={limit}", f"--junit-xml={counts}", *options)
    return Check(name, command, needs=folder)


def mypy() -> Check:
    packages = ["ansible_collections.bseries.sra.plugins"]
    packages += [name for name in ("simulator", "torture", "benchmark") if (ROOT / "tests" / name).is_dir()]
    return Check("mypy", (BIN / "mypy", *(word for name in packages for word in ("-p", name))))


ANSIBLE_TEST = (PYTHON, ROOT / "tests" / "tools" / "run_ansible_test.py")
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
DOCS_LINT = (BIN / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", ".")

SOURCE = (
    Check("format", (BIN / "ruff", "format", "--check", ".")),
    Check("ruff", (BIN / "ruff", "check", ".")),
    Check("yamllint", (BIN / "yamllint", "--strict", ".")),
    # In the copy, where no test leaves compiled files while this one looks.
    Check("licences", (BIN / "reuse", "lint", "--lines"), cwd=COPY),
    Check("changelog", (BIN / "antsibull-changelog", "lint")),
    mypy(),
    Check("ansible-lint", (BIN / "ansible-lint", "--offline", "--nocolor", "-q")),
    Check("sanity", (*ANSIBLE_TEST, "sanity", "--local", "--python", PYTHON_VERSION, "--color", "no")),
    # antsibull-docs leaves a log file in the home folder.
    Check("docs-lint", DOCS_LINT, cwd=COPY, environment=(("HOME", str(BUILD / "logs")),)),
    Check("docs", (PYTHON, ROOT / "tests" / "tools" / "docs.py")),
)
TESTS = (
    pytest("unit", "tests/unit", 120),
    # Three at a time: a procedure waits for its appliances more than it computes.
    pytest("procedures", "tests/integration", 1200, "--numprocesses=3", "--dist=worksteal"),
    # One procedure on the oldest and on the newest Python and ansible-core; a Python that is not there is left out.
    Check("smoke", (BIN / "nox", "--session", "smoke", "--no-error-on-missing-interpreters")),
    Check("molecule", (BIN / "molecule", "test", "--all"), needs="extensions/molecule"),
)


class Runner:
    """Runs checks and, when interrupted, ends what it started: each check is a process group of its own."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self.failed: list[str] = []

    @contextlib.contextmanager
    def _start(self, check: Check, output: t.BinaryIO | None) -> Iterator[subprocess.Popen[bytes]]:
        with self._lock:
            if self._stopping:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [str(word) for word in check.command],
                cwd=check.cwd,
                env={**os.environ, **(PLAIN if output else {}), **dict(check.environment)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            yield process
        finally:
            end(process)
            with self._lock:
                self._running.discard(process)

    def run(self, check: Check, output: t.BinaryIO | None) -> bool:
        """Whether the check passed. Its output goes to ``output``, or where ours goes."""
        check.counts.unlink(missing_ok=True)
        if not (ROOT / check.needs).is_dir():
            message = f"{check.needs} does not exist: nothing was checked\n"
            (output or sys.stdout.buffer).write(message.encode())
            return False
        with self._start(check, output) as process:
            try:
                return process.wait(LIMIT) == 0
            except subprocess.TimeoutExpired:
                message = f"{check.name} did not end within {LIMIT / 60:.0f} minutes\n"
                (output or sys.stdout.buffer).write(message.encode())
                return False

    def run_lane(self, checks: t.Sequence[Check]) -> None:
        for check in checks:
            print(f"      {check.name}", flush=True)
            began = time.monotonic()
            with check.log.open("wb") as output:
                passed = self.run(check, output)
            verdict = "ok  " if passed else "FAIL"
            print(f"{verdict}  {check.name}  {time.monotonic() - began:.1f} s", flush=True)
            if not passed:
                self.failed.append(check.name)

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            running = list(self._running)
        for process in running:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process group: politely, and after 20 s by force, so that nothing is left running."""
    for number, patience in ((signal.SIGINT, 15.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)


def count(check: Check) -> Counter[str]:
    """The sums over the report that pytest wrote; empty without a report."""
    total: Counter[str] = Counter()
    if check.counts.exists():
        for suite in ElementTree.parse(check.counts).iter("testsuite"):
            total.update({key: int(suite.get(key, 0)) for key in COUNTED})
    return total


def summary(checks: t.Sequence[Check], failed: t.Collection[str], seconds: float) -> str:
    total: Counter[str] = Counter()
    broken = 0
    for check in checks:
        found = count(check)
        total += found
        broken += check.name in failed and not found["failures"] + found["errors"]
    passed = total["tests"] - total["failures"] - total["errors"] - total["skipped"]
    counted = {"passed": passed, "failed": total["failures"]}
    optional = {"errors": total["errors"] + broken, "skipped": total["skipped"]}
    counted |= {word: number for word, number in optional.items() if number}
    return f"{', '.join(f'{number} {word}' for word, number in counted.items())} in {seconds:.0f} s"


def ending(log: Path) -> str:
    """The last lines of a log, and where the rest is."""
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    if len(lines) <= SHOWN:
        return "\n".join(lines)
    return "\n".join([f"({len(lines) - SHOWN} lines before these are in {log.relative_to(ROOT)})", *lines[-SHOWN:]])


def run_all(runner: Runner, checks: t.Sequence[Check]) -> None:
    lanes = [[check for check in checks if check in lane] for lane in (SOURCE, TESTS)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        futures = [pool.submit(runner.run_lane, lane) for lane in lanes]
        try:
            for future in futures:
                future.result()
        except BaseException:
            runner.stop()
            raise


def main(names: t.Sequence[str]) -> int:
    known = {check.name: check for check in (*SOURCE, *TESTS)}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No such check: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    checks = [known[name] for name in names] or list(known.values())
    (BUILD / "logs").mkdir(parents=True, exist_ok=True)
    if any(check.cwd == COPY for check in checks):
        subprocess.run(ANSIBLE_TEST, check=True)
    runner = Runner()
    if len(checks) == 1:
        return 0 if runner.run(checks[0], None) else 1
    began = time.monotonic()
    run_all(runner, checks)
    for name in runner.failed:
        print(f"\n=== {name} failed\n{ending(known[name].log)}")
    line = summary(checks, runner.failed, time.monotonic() - began)
    if runner.failed:
        print(f"\nFailed: {', '.join(runner.failed)}. Again, one at a time: make {runner.failed[0]}")
    (BUILD / "summary.txt").write_text(f"{line}\n", encoding="utf-8")
    print(line, flush=True)
    return 1 if runner.failed else 0


def interrupt(number: int, frame: object) -> None:
    """Ctrl-C, also where we were started in the background, and a request to terminate end what was started."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted; everything that was started has been ended.")
