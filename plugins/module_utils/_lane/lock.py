# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time works on an appliance: locks on files beside the backups, held for as long as the run's process lives."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import fcntl
import getpass
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import typing as t

from .._errors import SraError, StateError
from .._transport.files import make_folders
from .._wait import Clock, Deadline, Look, wait_for
from . import holder

FOLDER: t.Final = ".locks"
_SETTLING: t.Final = 1.0
"""Seconds in which a lock that is only being looked at by a check is free again."""


@dataclasses.dataclass(frozen=True)
class Owner:
    """Who holds a lock. ``start`` tells a process from a later one with the same ``pid``."""

    pid: int
    start: str
    machine: str
    user: str
    since: str
    procedure: str

    @classmethod
    def of(cls, pid: int, procedure: str) -> Owner:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(pid, holder.start_of(pid), socket.gethostname(), _user(), now, procedure)

    def is_same_process(self, other: Owner) -> bool:
        return (self.pid, self.start, self.machine) == (other.pid, other.start, other.machine)

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.machine}, {self.procedure}, since {self.since}"


def lock_path(folder: str, host: str, port: int) -> pathlib.Path:
    """The lock of one appliance, whatever pair or inventory names it."""
    plain = re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip(".-") or "appliance"
    return pathlib.Path(folder) / FOLDER / f"{plain}_{port}.lock"


def held_by_others(paths: t.Sequence[pathlib.Path], pid: int) -> list[str]:
    """Who holds which of the locks, in words; takes none, and makes no file."""
    found = []
    me = Owner.of(pid, "")
    for path in paths:
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            if _lock(file.fileno(), fcntl.LOCK_SH):
                continue
            owner = _read(path)
            if owner is None or not owner.is_same_process(me):
                found.append(f"{path.stem}: {owner or 'an unknown process'}")
    return found


def take(paths: t.Sequence[pathlib.Path], pid: int, procedure: str, wait: float, clock: Clock | None = None) -> None:
    """Hold all the locks until the process ``pid`` ends, or none.

    What that process holds already it goes on holding. Waits ``wait`` seconds for another run to end. Raises StateError where it
    does not, and OSError where the files cannot be locked at all.
    """
    me = Owner.of(pid, procedure)
    words: list[str] = []

    def look() -> Look[None]:
        words[:] = _try(sorted(set(paths)), me)
        return Look(not words, f"held by {'; '.join(words)}")

    deadline = Deadline(max(float(wait), _SETTLING), clock or Clock())
    with contextlib.suppress(SraError):
        wait_for("no other run works on these appliances", look, deadline, longest_delay=5.0)
    if words:
        raise StateError(
            "Another run works on these appliances",
            expected="one run at a time for an appliance",
            seen="; ".join(words),
            state="nothing was changed by this run",
            advice="Let the other run end, or end it, then run the same command again. With sra_lock_wait a run waits for its turn.",
        )


def _try(paths: t.Sequence[pathlib.Path], me: Owner) -> list[str]:
    """Hold all of the locks for our process; else none, and say who holds them."""
    with contextlib.ExitStack() as files:
        taken: list[int] = []
        busy = []
        for path in paths:
            for folder in (path.parent.parent, path.parent):
                make_folders(folder)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            files.callback(os.close, descriptor)
            if _lock(descriptor, fcntl.LOCK_EX):
                taken.append(descriptor)
                continue
            owner = _read(path)
            if owner is None or not owner.is_same_process(me):
                busy.append(f"{path.stem}: {owner or 'an unknown process'}")
        if taken and not busy:
            for descriptor in taken:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(dataclasses.asdict(me)).encode() + b"\n", 0)
            _hand_over(taken, me)
        return busy


def _hand_over(descriptors: t.Sequence[int], me: Owner) -> None:
    """Start the program that keeps the open files. It leaves our session, so that no signal to a group ends it early."""
    command = [sys.executable, "-I", "-S", holder.__file__, str(me.pid), me.start]
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as answer:
        try:
            process = subprocess.Popen(  # noqa: S603 (our own program)
                command,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.DEVNULL,
                pass_fds=tuple(descriptors),
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(writing)
        line = answer.readline()
    # It outlives us on purpose; nobody waits for it.
    process.returncode = 0
    if line != b"watching\n":
        raise OSError("the program that keeps the locks did not start")


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: pathlib.Path) -> Owner | None:
    try:
        return Owner(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
