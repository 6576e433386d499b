# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from elsewhere made fit for screens, logs and files: nothing in it moves a cursor, hides, or turns the line around."""

from __future__ import annotations

import re
import typing as t

# Control characters but tab and line feed, marks of writing direction and of no width, halves of characters that nothing can encode, and what
# is no character.
_UNPRINTABLE: t.Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)


def printable(text: str, instead: str = "?") -> str:
    """The text with ``instead`` in place of each character that a terminal or a reader could be fooled with."""
    return _UNPRINTABLE.sub(instead, text.replace("\r\n", "\n"))


def printable_data(data: t.Any, instead: str = "?") -> t.Any:
    """The same for every text in mappings and lists, keys included."""
    if isinstance(data, str):
        return printable(data, instead)
    if isinstance(data, t.Mapping):
        return {printable_data(key, instead): printable_data(value, instead) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [printable_data(item, instead) for item in data]
    return data
