# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text for a terminal: nothing in it can steer the terminal, and its width is known."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from ansible_collections.bseries.sra.plugins.module_utils._printable import printable

_BLANKS: t.Final = re.compile(r"\s+")
_ELLIPSIS: t.Final = "..."


def one_line(text: str) -> str:
    """The printable text on one line."""
    return _BLANKS.sub(" ", printable(text)).strip()


def in_front(label: str | None) -> str:
    """What stands before each line of a run that has a label; nothing without one."""
    shown = one_line(label or "")
    return f"[{shown}] " if shown else ""


def width(text: str) -> int:
    """Columns that the text takes: two for wide characters of East Asia, none for combining ones."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, columns: int) -> str:
    """The text, cut at its end where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    room = columns - len(_ELLIPSIS)
    if room <= 0:
        return _ELLIPSIS[: max(columns, 0)]
    kept = ""
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 05 s``, ``1 h 20 min``."""
    whole = int(max(seconds, 0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def coarse(seconds: float) -> str:
    """A duration that is only expected or allowed: ``45 s``, ``25 min``, ``4 h``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


def size(number: float) -> str:
    """Bytes as ``12.3 MB``."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.2f} GB"
