# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from elsewhere made fit for screens, logs and files: nothing in it moves a cursor, hides, or turns the line around."""

from __future__ import annotations

import re
import typing as t

# Control characters but tab and line feed, marks of writing direction and of no width, and halves of characters that nothing can encode.
_UNPRINTABLE: t.Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


def printable(text: str) -> str:
    """The text with a question mark in place of each character that a terminal or a reader could be fooled with."""
    return _UNPRINTABLE.sub("?", text.replace("\r\n", "\n"))


def printable_data(data: t.Any) -> t.Any:
    """The same for every text in mappings and lists, keys included."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, t.Mapping):
        return {printable_data(key): printable_data(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [printable_data(item) for item in data]
    return data
