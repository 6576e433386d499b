# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that has imported Ansible and the collection's own modules, and from which runs are forked: they begin at once.

As a script it is that process: it reads one JSON line a run, `{"arguments": [...], "folder": ..., "output": ...}`, and writes
`{"pid": ...}` and later `{"pid": ..., "status": ...}`. Each run is a process group of its own, as one that was started. What
differs from a run that a user starts is only that its imports were made before.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import typing as t

LOOK = 0.02
"""Seconds between two looks at what has ended."""


class Run:
    """A run that was forked, to be used like ``subprocess.Popen``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def end(self, status: int) -> None:
        self.returncode = status
        self._ended.set()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired("a run", timeout or 0.0)
        return self.returncode


class Warm:
    """A context manager: the process, and the runs that it forks."""

    def __init__(self, environment: t.Mapping[str, str]) -> None:
        # Without HOME nothing takes this process for a part of a run.
        self._home = environment["HOME"]
        given = {**environment, "SRA_HOME": self._home}
        del given["HOME"]
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._begun: queue.Queue[Run | None] = queue.Queue()
        self._runs: dict[int, Run] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(20)

    def others(self) -> list[str]:
        """What was forked from this process and is still there: runs, and what they leave behind for a moment."""
        mark = f"SRA_HOME={self._home}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if int(path.name) != self._process.pid and mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
        return [command for command in found if command]

    def start(self, arguments: t.Sequence[str], folder: pathlib.Path, output: str) -> Run:
        """Raises RuntimeError where the process has ended."""
        if self._process.stdin is None:
            raise RuntimeError("the process that forks runs has no input")
        self._process.stdin.write(json.dumps({"arguments": arguments, "folder": str(folder), "output": output}) + "\n")
        self._process.stdin.flush()
        run = self._begun.get()
        if run is None:
            raise RuntimeError("the process that forks runs has ended")
        return run

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            told = json.loads(line)
            if "status" in told:
                self._runs.pop(told["pid"]).end(told["status"])
            else:
                run = self._runs[told["pid"]] = Run(told["pid"])
                self._begun.put(run)
        self._begun.put(None)


def _import_ahead() -> None:
    import importlib

    import ansible.cli.playbook  # noqa: F401  (reads the configuration, as each run would)
    from ansible import constants
    from ansible.plugins import loader

    loader.init_plugin_loader()
    pathlib.Path(constants.DEFAULT_LOCAL_TMP).rmdir()
    home = pathlib.Path(__file__).resolve().parents[2] / "plugins"
    for path in sorted(home.glob("module_utils/_[!bo]*/*.py")):
        parts = path.relative_to(home).with_suffix("").parts
        importlib.import_module(".".join(("ansible_collections.bseries.sra.plugins", *parts)))
    deps = importlib.import_module("ansible_collections.bseries.sra.plugins.module_utils._deps")
    for name in ("requests", "urllib3", "requests_toolbelt", "lxml_html", "lxml_etree", "cryptography"):
        getattr(deps, name)


def _be_a_run(arguments: list[str], folder: str, output: str) -> int:
    import atexit
    import random
    import shutil
    import tempfile

    from ansible import constants
    from ansible.cli import playbook
    from ansible.plugins import loader

    os.setsid()
    os.chdir(folder)
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    os.close(out)
    os.close(empty)
    random.seed()
    home = pathlib.Path(constants.ANSIBLE_HOME)
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "tmp").mkdir(mode=0o700, exist_ok=True)
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=home / "tmp")
    atexit.register(shutil.rmtree, constants.DEFAULT_LOCAL_TMP, ignore_errors=True)
    # It is configured already.
    loader._configure_collection_loader = lambda _prefix=None: None
    sys.argv = arguments
    status = 250
    try:
        playbook.main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    return status


def main() -> None:
    import gc
    import select

    os.environ["HOME"] = os.environ.pop("SRA_HOME")
    # Ansible looks at the standard streams; what is said to the parent has one of its own.
    parent = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _import_ahead()
    gc.freeze()
    children: set[int] = set()
    buffer = b""
    while True:
        ready, _none, _none_either = select.select([0], [], [], LOOK if children else None)
        while children and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            children.discard(ended[0])
            print(json.dumps({"pid": ended[0], "status": os.waitstatus_to_exitcode(ended[1])}), file=parent, flush=True)
        if not ready:
            continue
        data = os.read(0, 65536)
        if not data:
            return
        buffer += data
        while b"\n" in buffer:
            line, _newline, buffer = buffer.partition(b"\n")
            pid = os.fork()
            if pid == 0:
                parent.close()
                status = 251
                try:
                    status = _be_a_run(**json.loads(line))
                finally:
                    os._exit(status)
            children.add(pid)
            print(json.dumps({"pid": pid}), file=parent, flush=True)


if __name__ == "__main__":
    main()
