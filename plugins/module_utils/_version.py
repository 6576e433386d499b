# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Base software, product and packages, compared as numbers, never as strings."""

from __future__ import annotations

import functools
import re
import typing as t

_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)(?![\w])|(?<![\w.])v?(\d+)(?![\w.])")


@functools.total_ordering
class Version:
    """A dotted version such as ``12.2.0``; missing parts count as zero, so ``12.2`` equals ``12.2.0``."""

    __slots__ = ("_key", "text")

    def __init__(self, text: str) -> None:
        cleaned = text.strip().removeprefix("v")
        if not re.fullmatch(r"\d+(\.\d+)*", cleaned):
            raise ValueError(f"not a version: {text!r}")
        self.text = cleaned
        parts = [int(part) for part in cleaned.split(".")]
        while len(parts) > 1 and parts[-1] == 0:
            parts.pop()
        self._key = tuple(parts)

    @classmethod
    def parse(cls, text: str | None) -> Version | None:
        """The version, or None where the text is none."""
        try:
            return cls(text) if text else None
        except ValueError:
            return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"


def find_version(text: str) -> str | None:
    """The first dotted version in a line of text (``Base Software 3.3.2`` -> ``3.3.2``), else None."""
    for match in _VERSION.finditer(text.replace("-", " ").replace("_", " ")):
        if match.group(1):
            return match.group(1)
    return None


def same_version(one: str | None, other: str | None) -> bool:
    """True where both are versions and equal as numbers (``12.2`` is ``12.2.0``), or equal as text."""
    if not one or not other:
        return False
    left, right = Version.parse(one), Version.parse(other)
    return left == right if left is not None and right is not None else one.strip() == other.strip()


def version_key(text: str | None) -> tuple[t.Any, ...]:
    """A sort key that puts what is no version last."""
    version = Version.parse(text)
    return (0, version) if version is not None else (1, text or "")
