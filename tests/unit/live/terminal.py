# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A terminal that remembers what was on it, and a way to run programs in one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import typing as t

_TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(\r|\n)|([^\x1b\r\n]+)|(\x1b.?)", re.DOTALL)


class Terminal:
    """Understands what Ansible and the status lines send: line ends, colours, erasing, cursor up. Anything else raises."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[str] = [""]
        self.row = self.column = 0
        self.frames: list[list[str]] = []

    def feed(self, text: str) -> None:
        for code, letter, end, plain, unknown in _TOKEN.findall(text):
            assert not unknown, f"an escape sequence that is none: {unknown!r}"
            if plain:
                self._put(plain)
            elif end == "\r":
                self.column = 0
            elif end == "\n":
                self.row += 1
                if self.row == len(self.lines):
                    self.lines.append("")
            else:
                self._obey(code, letter)

    def _obey(self, code: str, letter: str) -> None:
        if letter == "A":
            self.row -= int(code or 1)
        elif letter == "K" and not code:
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J" and not code:
            self.frames.append([line.rstrip() for line in self.lines])
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        else:
            assert letter == "m", f"unexpected {code!r} {letter!r}"

    def _put(self, text: str) -> None:
        for character in text:
            if self.column == self.columns:
                self.row, self.column = self.row + 1, 0
                self.lines[self.row :] = self.lines[self.row :] or [""]
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
            self.column += 1


def run_at_a_terminal(command: t.Sequence[str], columns: int, **options: t.Any) -> tuple[int, str]:
    """Exit status and everything that was sent to the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, **options
    ) as process:
        os.close(theirs)
        sent = b""
        try:
            while part := os.read(ours, 65536):
                sent += part
        except OSError:
            # Linux says EIO when the last one at the terminal is gone.
            pass
        finally:
            os.close(ours)
    return process.returncode, sent.decode("utf-8")
