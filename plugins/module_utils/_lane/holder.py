# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps locks for as long as another process lives: a program of its own, started with the locked files open.

Arguments: the process id, the start of that process as the kernel counts it (empty where unknown), and the numbers of the open
files. The locks belong to the open files, so the kernel takes them back when this program ends, however it ends; and it ends as
soon as the process does, however that ends. It prints one line when it watches.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import select
import sys
import time

_LOOK_EVERY = 1.0
"""Seconds, where the kernel cannot tell when a process ends."""


def start_of(pid: int) -> str:
    """When the process began, in ticks since the machine started: a number is given to another process some day."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def lives(pid: int, start: str) -> bool:
    """Whether the process is still there, and the same."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return not start or start_of(pid) == start


def _watch(pid: int) -> int | None:
    """A file that becomes readable when the process ends; None where the system has none."""
    with contextlib.suppress(AttributeError, OSError):
        return os.pidfd_open(pid)
    return None


def main(pid: int, start: str) -> None:
    watched = _watch(pid)
    # Asked after the watch has begun: between the two nothing can be missed.
    if not lives(pid, start):
        return
    os.write(1, b"watching\n")
    os.close(1)
    if watched is not None:
        select.select([watched], [], [])
        return
    while lives(pid, start):
        time.sleep(_LOOK_EVERY)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
