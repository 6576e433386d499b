# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command and write what it took into a file: ``meter.py RESULT COMMAND...``. Orphans are adopted, so they count too."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_SECONDS = 2.0
"""Between two looks at the memory of all processes: asking the system for it takes time of its own."""


def main(result: str, *command: str) -> int:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    process = subprocess.Popen(command)
    memory, most = 0.0, 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(_LOOK_SECONDS)
            break
        held = [mebibytes(each) for each in descendants(os.getpid())]
        memory, most = max(memory, sum(held)), max(most, len(held))
    wall = time.monotonic() - began
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / 1024,
        "memory_mib": memory,
        "processes": most,
    }
    pathlib.Path(result).write_text(json.dumps(took), encoding="utf-8")
    return status


def descendants(ancestor: int) -> list[int]:
    """The processes below this one."""
    children: dict[int, list[int]] = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name stands in brackets and may hold anything; the parent is the second word behind it.
            parent = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, open_ends = [], [ancestor]
    while open_ends:
        below = children.get(open_ends.pop(), [])
        found += below
        open_ends += below
    return found


def mebibytes(process: int) -> float:
    """Memory of a process; of what it shares with others its share. 0 where it just ended."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(process: int) -> float:
    """CPU time of a process that runs."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
