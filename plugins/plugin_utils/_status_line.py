# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines at the bottom of a terminal that move while long tasks are at work; everything else is printed above them.

They are drawn by Ansible's main process alone. Its strategy loads the class of every task's action plugin there before it
forks the task's worker; that is when this module is attached, so that nothing has to be configured. Workers send their
rows through a pipe that they inherit. Nothing is drawn where no terminal is.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import sys
import threading
import time
import typing as t

from ansible import constants
from ansible.utils.display import Display

from ._row import Row

Mode = t.Literal["line", "plain", "off"]

SETTING: t.Final = "SRA_PROGRESS"
"""Environment variable: ``line`` moves a line, ``plain`` prints lines sparsely, ``off`` is quiet. By default what fits the output."""
_MOST_ROWS: t.Final = 8
_PAUSE: t.Final = 0.25
"""Seconds after which the lines are drawn again though nothing was told: times go on."""
_LEAST_PAUSE: t.Final = 0.1
"""Seconds between two drawings, so that many pairs that tell much cost little; what comes meanwhile waits in the pipe."""
# Written at once or not at all, so that rows of several workers never mix.
_MOST_BYTES: t.Final = select.PIPE_BUF
# They print one document, which lines in between would spoil.
_DOCUMENTS: t.Final = ("json", "jsonl")


def mode() -> Mode:
    """How progress is shown in this run. A worker, whose own output leads nowhere, inherits the terminal's owner."""
    if _lines is not None:
        return "line"
    asked = os.environ.get(SETTING, "").strip().lower()
    if asked in ("line", "plain", "off"):
        return t.cast(Mode, asked)
    callback = str(constants.DEFAULT_STDOUT_CALLBACK)
    if callback.rpartition(".")[2] in _DOCUMENTS:
        return "off"
    # AWX and ansible-navigator run Ansible in a pseudo terminal that nobody sees, and so do many build servers.
    unseen = callback == "awx_display" or "AWX_ISOLATED_DATA_DIR" in os.environ or "CI" in os.environ
    seen = _is_terminal() and os.environ.get("TERM", "dumb") != "dumb"
    return "line" if seen and not unseen else "plain"


def _is_terminal() -> bool:
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False


class StatusLines:
    """The rows of all workers, below the cursor, which always waits at the beginning of the first one."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._lock = display._lock
        self._rows: dict[int, Row] = {}
        self._drawn = False
        self._held = 0
        self._process = os.getpid()
        self._read, self.write_end = os.pipe()
        os.set_blocking(self.write_end, False)

    def start(self) -> None:
        """Put what Ansible prints above the lines, and draw."""
        for name in ("display", "prompt", "prompt_until"):
            setattr(self._display, name, self._above(getattr(self._display, name)))
        atexit.register(self._end)
        threading.Thread(target=self._run, name="sra-status-lines", daemon=True).start()

    def _above(self, original: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        @functools.wraps(original)
        def printed(*args: t.Any, **kwargs: t.Any) -> t.Any:
            # A worker hands it to the main process, where this comes by again.
            if os.getpid() != self._process:
                return original(*args, **kwargs)
            with self._lock:
                self._erase()
                self._held += 1
            try:
                return original(*args, **kwargs)
            finally:
                with self._lock:
                    self._held -= 1

        return printed

    def _run(self) -> None:
        pending = b""
        while True:
            ready, _unused, _unused_too = select.select([self._read], [], [], _PAUSE)
            if ready:
                pending = self._take(pending + os.read(self._read, 65536))
            with self._lock:
                self._forget_the_dead()
                self._draw()
            if ready:
                time.sleep(_LEAST_PAUSE)

    def _take(self, data: bytes) -> bytes:
        """Note the rows; returns what is not a whole line yet."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            message = json.loads(line)
            worker = int(message["worker"])
            if message.get("row") is None:
                self._rows.pop(worker, None)
            else:
                self._rows[worker] = Row.from_data(message["row"])
        return rest

    def _forget_the_dead(self) -> None:
        for worker in list(self._rows):
            try:
                os.kill(worker, 0)
            except OSError:
                del self._rows[worker]

    def _draw(self) -> None:
        if self._held:
            return
        if not self._rows:
            self._erase()
            return
        columns, height = _terminal_size()
        now = time.monotonic()
        rows = sorted(self._rows.values(), key=lambda row: (row.pair, row.device))
        shown = rows[: max(1, min(_MOST_ROWS, height // 3))]
        lines = [row.line(now, columns - 1) for row in shown]
        if len(rows) > len(shown):
            lines.append(f"and {len(rows) - len(shown)} more at work"[: columns - 1])
        up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
        # Erased line by line, so that it does not flicker.
        self._write("\r" + "\n".join(f"{line}\x1b[K" for line in lines) + f"\x1b[J{up}\r")
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._write("\r\x1b[J")
            self._drawn = False

    @staticmethod
    def _write(text: str) -> None:
        # The terminal may be gone; that ends no run.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(text)
            sys.stdout.flush()

    def _end(self) -> None:
        if os.getpid() == self._process:
            with self._lock:
                self._held += 1
                self._erase()


def _terminal_size() -> tuple[int, int]:
    try:
        columns, height = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return 80, 24
    return columns or 80, height or 24


_lines: StatusLines | None = None


def attach() -> None:
    """Draw from now on, where this is the main process of a run at a terminal. May be called again and again."""
    global _lines
    display = Display()
    if _lines is None and display._final_q is None and mode() == "line":
        _lines = StatusLines(display)
        _lines.start()


def send(row: Row | None) -> bool:
    """Show this worker's row, or none any more. False where nothing is drawn."""
    if _lines is None:
        return False
    values = None if row is None else {**vars(row), "text": row.text[:400], "step": row.step[:200], "phase": ""}
    message = json.dumps({"worker": os.getpid(), "row": values}).encode() + b"\n"
    if len(message) <= _MOST_BYTES:
        # A full pipe means that a newer row is not missed.
        with contextlib.suppress(OSError):
            os.write(_lines.write_end, message)
    return True
