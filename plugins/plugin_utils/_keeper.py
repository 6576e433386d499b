# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that keeps sessions and tokens from task to task of one run, in memory only, and ends them with the run.

Ansible forks a process for each task, so that nothing survives a task in memory. The first task that needs it forks this
one. It is reached by a socket in the folder that Ansible makes for each run, which is its user's alone. It ends when
Ansible's main process ends, however that comes about, and signs out of everything that was left with it.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import ctypes
import dataclasses
import fcntl
import json
import os
import pathlib
import select
import selectors
import signal
import socket
import stat
import sys
import threading
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._shelf import Value
from ansible_collections.bseries.sra.plugins.module_utils._web import kept

_NAME: t.Final = "sra-sessions"
# A path that a socket can have on every system, in bytes.
_LONGEST_PATH: t.Final = 100
# How long a task waits for an answer of the keeper, in seconds: it only ever looks something up.
_PATIENCE: t.Final = 5.0
# How long the end of a run may wait for sign-outs, in seconds; those through a browser take some seconds each.
_SIGN_OUT_PATIENCE: t.Final = 90.0
# Sign-outs at once by what their pages are worked through; few browsers, for their memory's sake.
_AT_ONCE: t.Final = {"html": 16, "browser": 4}
# How often the keeper looks whether Ansible still runs, where the system does not tell it by itself. Seconds.
_LOOK: t.Final = 0.5
_PR_SET_DUMPABLE: t.Final = 4
_PR_SET_NAME: t.Final = 15


class KeptSessions:
    """A task's side: the shelf that the keeper holds. One connection; what this task took is free again when it closes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection: socket.socket | None = connection
        self._lines = connection.makefile("rb")
        self._lock = threading.Lock()

    def take(self, key: str) -> Value | None:
        value: Value | None = self._ask({"do": "take", "key": key}).get("value")
        return value

    def put(self, key: str, value: Value) -> bool:
        return bool(self._ask({"do": "put", "key": key, "value": value}).get("kept"))

    def drop(self, key: str) -> None:
        self._ask({"do": "drop", "key": key})

    def end(self) -> list[str]:
        """Sign out of everything and end the keeper; returns what went wrong.

        Its socket is gone with it, so that whoever removes the folder next finds no file that vanishes meanwhile.
        """
        warnings: list[str] = self._ask({"do": "end"}, _SIGN_OUT_PATIENCE).get("warnings") or []
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._lines.read()
        return warnings

    def close(self) -> None:
        if self._connection is not None:
            self._lines.close()
            self._connection.close()
            self._connection = None

    def _ask(self, question: dict[str, t.Any], patience: float = _PATIENCE) -> dict[str, t.Any]:
        """The answer; nothing where the keeper is gone, as if it had nothing."""
        with self._lock:
            if self._connection is None:
                return {}
            try:
                self._connection.settimeout(patience)
                self._connection.sendall(json.dumps(question).encode() + b"\n")
                answer: dict[str, t.Any] = json.loads(self._lines.readline())
            except (OSError, ValueError):
                self.close()
                return {}
            return answer


def kept_sessions(folder: str, run: int) -> KeptSessions | None:
    """The shelf of this run, whose own folder and main process these are; None where none can be had."""
    try:
        return _connected(folder) or _started(folder, run)
    except OSError:
        return None


def end_kept_sessions(folder: str) -> list[str]:
    """At the end of a run: sign out of everything that its tasks left; returns what went wrong."""
    with contextlib.suppress(OSError):
        shelf = _connected(folder)
        if shelf is not None:
            return shelf.end()
    return []


def _connected(folder: str) -> KeptSessions | None:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_PATIENCE)
    try:
        with _short_path(folder) as path:
            connection.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return KeptSessions(connection)


@contextlib.contextmanager
def _short_path(folder: str) -> t.Iterator[str]:
    """The path of the socket, however deep the folder lies. Raises OSError where the folder is not its user's alone."""
    found = pathlib.Path(folder).stat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not private")
    path = str(pathlib.Path(folder) / _NAME)
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    with _opened(folder) as number:
        yield f"/proc/self/fd/{number}/{_NAME}"


@contextlib.contextmanager
def _opened(folder: str) -> t.Iterator[int]:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield number
    finally:
        os.close(number)


def _started(folder: str, run: int) -> KeptSessions | None:
    """Start the keeper, unless another task does so now. Raises OSError."""
    # The folder itself is locked: a run that is killed leaves no file of the lock behind.
    with _opened(folder) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _connected(folder)
        if found is not None:
            return found
        listener = socket.socket(socket.AF_UNIX)
        with listener, _short_path(folder) as path:
            pathlib.Path(path).unlink(missing_ok=True)
            listener.bind(path)
            listener.listen(64)
            if os.fork() == 0:
                _live(listener, run, pathlib.Path(folder) / _NAME)
        return _connected(folder)


def _live(listener: socket.socket, run: int, path: pathlib.Path) -> t.NoReturn:
    """The life of the forked process; nothing of the task that it was forked from is left or comes back."""
    try:
        _detach(listener)
        keeper = Keeper(listener, _Run(run))
        signal.signal(signal.SIGTERM, keeper.stop)
        keeper.serve()
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    finally:
        os._exit(0)


def _detach(listener: socket.socket) -> None:
    os.setsid()
    os.chdir("/")
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(ignored, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_NAME, _NAME.encode(), 0, 0, 0)
        # No other process reads this one's memory, and none of it goes into a core dump.
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    for number in _open_files():
        if number > 2 and number != listener.fileno():
            with contextlib.suppress(OSError):
                os.close(number)


def _open_files() -> t.Iterable[int]:
    listed = pathlib.Path("/proc/self/fd")
    return [int(entry.name) for entry in listed.iterdir()] if listed.is_dir() else range(3, 256)


class _Run:
    """Ansible's main process, whose end is the end of the run."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.handle: int | None = None
        with contextlib.suppress(OSError, AttributeError):
            self.handle = os.pidfd_open(process)

    @property
    def is_over(self) -> bool:
        if self.handle is not None:
            return bool(select.select([self.handle], [], [], 0)[0])
        try:
            os.kill(self._process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


@dataclasses.dataclass(eq=False)
class _Task:
    """One connected task."""

    connection: socket.socket
    received: bytearray = dataclasses.field(default_factory=bytearray)


class Keeper:
    """The keeper's side: values by key, and which task has which."""

    def __init__(self, listener: socket.socket, run: _Run) -> None:
        self._listener = listener
        self._run = run
        self._values: dict[str, Value] = {}
        self._holders: dict[str, _Task] = {}
        self._stopping = False
        self._selector = selectors.DefaultSelector()

    def stop(self, *_signal: t.Any) -> None:
        self._stopping = True

    def serve(self) -> None:
        """Answer tasks until the run is over, then sign out."""
        self._selector.register(self._listener, selectors.EVENT_READ)
        if self._run.handle is not None:
            self._selector.register(self._run.handle, selectors.EVENT_READ)
        while not self._stopping and not self._run.is_over:
            for key, _events in self._selector.select(_LOOK if self._run.handle is None else 60.0):
                if key.fileobj is self._listener:
                    self._welcome()
                elif isinstance(key.data, _Task):
                    self._hear(key.data)
        self._listener.close()
        self._sign_out()

    def _welcome(self) -> None:
        connection, _address = self._listener.accept()
        connection.settimeout(_PATIENCE)
        self._selector.register(connection, selectors.EVENT_READ, _Task(connection))

    def _hear(self, task: _Task) -> None:
        try:
            data = task.connection.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self._part(task)
            return
        task.received += data
        while b"\n" in task.received:
            line, _newline, rest = task.received.partition(b"\n")
            task.received = rest
            answer = self._answer(task, json.loads(line))
            try:
                task.connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                self._part(task)
                return

    def _part(self, task: _Task) -> None:
        self._selector.unregister(task.connection)
        task.connection.close()
        self._holders = {key: holder for key, holder in self._holders.items() if holder is not task}

    def _answer(self, task: _Task, question: dict[str, t.Any]) -> dict[str, t.Any]:
        if question["do"] == "end":
            self._stopping = True
            return {"warnings": self._sign_out()}
        key = question["key"]
        if self._holders.setdefault(key, task) is not task:
            return {}
        if question["do"] == "put":
            self._values[key] = question["value"]
            return {"kept": True}
        if question["do"] == "drop":
            self._values.pop(key, None)
        return {"value": self._values.get(key)}

    def _sign_out(self) -> list[str]:
        sessions = [value for value in self._values.values() if value["kind"] == "web"]
        self._values.clear()
        if not sessions:
            return []
        warnings: list[str] = []
        pools = {driver: concurrent.futures.ThreadPoolExecutor(count) for driver, count in _AT_ONCE.items()}
        ends = [pools[session["driver"]].submit(kept.sign_out, session) for session in sessions]
        done, late = concurrent.futures.wait(ends, _SIGN_OUT_PATIENCE - 1)
        for end in done:
            error = end.exception()
            warnings += [f"sign-out: {_words(error)}"] if error is not None else end.result()
        if late:
            warnings.append(f"sign-out: {len(late)} sessions are left to the appliances' own time-out")
        # What hangs is left behind: the process ends now.
        for pool in pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        return warnings


def _words(error: BaseException) -> str:
    """Errors of the collection say where it was, and no secret; of any other only the kind is told."""
    return f"{error.appliance}: {error.message}" if isinstance(error, SraError) else type(error).__name__
