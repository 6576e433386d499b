# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a list, however it is set: table rows, list items, cards, or headings followed by text."""

from __future__ import annotations

import dataclasses
import typing as t

from .._web import dom


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """The elements that belong to one entry: its box, and what follows the box up to the next entry."""

    mark: t.Any
    parts: tuple[t.Any, ...]

    def holds(self, element: t.Any) -> bool:
        return any(dom.contains(part, element) for part in self.parts)

    @property
    def lines(self) -> list[str]:
        return [line for part in self.parts for line in dom.lines(part)]


_STOPS = frozenset({"h1", "h2", "footer", "nav", "header"})


def entries(
    marks: t.Sequence[t.Any], borders: t.Collection[t.Any] = (), allowed: t.Callable[[t.Any], bool] = lambda _part: True
) -> list[Entry]:
    """Split a page at its marks (one element an entry); no entry reaches over another mark or a border.

    ``allowed`` says whether a following sibling may still belong to the entry.
    """
    foreign = set(marks) | set(borders)
    around: dict[t.Any, int] = {}
    for element in foreign:
        for ancestor in (element, *element.iterancestors()):
            around[ancestor] = around.get(ancestor, 0) + 1
    found = []
    for mark in marks:
        box = mark
        while (
            box.getparent() is not None and around[box.getparent()] == 1 and box.getparent().tag not in ("body", "html")
        ):
            box = box.getparent()
        parts = [box]
        follower = box.getnext()
        while follower is not None and (
            not dom.is_element(follower) or (follower not in around and follower.tag not in _STOPS)
        ):
            if dom.is_element(follower):
                if not allowed(follower):
                    break
                parts.append(follower)
            follower = follower.getnext()
        found.append(Entry(mark, tuple(parts)))
    return found
