# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which headings a part of a page stands under: legends, captions, h1 to h6, and lines that only look like headings."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
import typing as t

from . import dom

_HEADING = re.compile(r"h[1-6]$")
_HEADING_CLASS = re.compile(r"(^|[\s_-])(heading|header|title|caption|legend|subhead|head)($|[\s_-])", re.IGNORECASE)
_LONGEST_HEADING = 120
_BLOCKS = ("p", "div", "td", "th", "li", "summary", "span", "font", "center", "dt")


@dataclasses.dataclass(frozen=True, eq=False)
class Heading:
    """A heading: ``level`` 1 to 6, or 7 for what only looks like one; it governs what is inside ``scope``."""

    text: str
    level: int
    element: t.Any
    scope: t.Any
    order: int


def _emphasised_only(element: t.Any) -> bool:
    """True where all text of a block is bold, or in capitals between separators, as old pages write headings."""
    inner = [child for child in element if dom.is_element(child)]
    if not inner or (element.text or "").strip():
        return False
    return all(child.tag in ("b", "strong", "big", "font", "br") and not (child.tail or "").strip() for child in inner)


def _alone_in_row(element: t.Any) -> bool:
    row = element.getparent()
    return (
        row is not None
        and row.tag == "tr"
        and sum(1 for cell in itertools.islice(row, 50) if cell.tag in ("td", "th") and dom.has_text(cell)) == 1
    )


def _looks_like_heading(element: t.Any) -> bool:
    if element.tag not in _BLOCKS:
        return False
    if element.tag in ("td", "th") and not _alone_in_row(element):
        return False
    if element.tag == "summary" or (element.get("role") or "") == "heading":
        return not dom.has_control(element)
    if any(
        child.tag not in ("b", "strong", "span", "i", "em", "font", "big", "br", "a", "img")
        for child in element
        if dom.is_element(child)
    ):
        return False
    text = dom.short_text(element, _LONGEST_HEADING)
    if not text or dom.has_control(element):
        return False
    if " :: " in f" {text} " or _HEADING_CLASS.search(element.get("class") or ""):
        return True
    if element.find(".//a") is not None:
        return False
    if element.tag in ("td", "th"):
        return element.tag == "th" or element.get("colspan") is not None
    return element.tag in ("p", "div", "center", "font") and _emphasised_only(element)


def _scope(element: t.Any, text: str) -> t.Any:
    """The part that a heading governs: the first element around it that holds more than the heading."""
    node = element
    while node.getparent() is not None:
        node = node.getparent()
        if node.tag in ("body", "html"):
            return node
        if node.tag in ("header", "thead", "hgroup"):
            continue
        if dom.short_text(node, len(text)) != text or dom.has_control(node):
            return node
    return node


class Sections:
    """The headings of a page and which of them govern an element."""

    def __init__(self, root: t.Any) -> None:
        self.order = {element: index for index, element in enumerate(root.iter())}
        self.headings = tuple(self._read(root))
        self._orders = [heading.order for heading in self.headings]
        self._in_scope: dict[t.Any, list[int]] = {}
        self._paths: dict[t.Any, list[tuple[str, ...]]] = {}
        self._known_scopes: dict[t.Any, tuple[t.Any, ...]] = {}
        self._by_scope()

    def _read(self, root: t.Any) -> t.Iterator[Heading]:
        inside: t.Any = None
        for element in root.iter():
            if not dom.is_element(element) or (inside is not None and dom.contains(inside, element)):
                continue
            level = self._level(element)
            if not level or not dom.visible(element):
                continue
            text = dom.short_text(element, _LONGEST_HEADING)
            if not text:
                continue
            inside = element
            scope = element.getparent() if element.tag in ("legend", "caption") else _scope(element, text)
            yield Heading(text, level, element, scope, self.order[element])

    @staticmethod
    def _level(element: t.Any) -> int:
        if _HEADING.match(element.tag):
            return int(element.tag[1])
        if element.tag in ("legend", "caption"):
            return 6
        return 7 if _looks_like_heading(element) else 0

    def path(self, element: t.Any) -> tuple[str, ...]:
        """The headings over an element, outermost first; of the same level the nearest only."""
        position = self.order.get(element, 0)
        found: list[str] = []
        for scope in self._scopes_over(element):
            number = bisect.bisect_right(self._in_scope[scope], position) - 1
            if number >= 0:
                found += self._paths[scope][number]
        return tuple(found)

    def _scopes_over(self, element: t.Any) -> tuple[t.Any, ...]:
        """The parts with headings of their own that an element is in, outermost first; kept for the elements around it."""
        around: list[t.Any] = []
        node = element
        while node is not None and node not in self._known_scopes:
            around.append(node)
            node = node.getparent()
        scopes = self._known_scopes[node] if node is not None else ()
        for node in reversed(around):
            scopes = (*scopes, node) if node in self._in_scope else scopes
            self._known_scopes[node] = scopes
        return scopes

    def _by_scope(self) -> None:
        stacks: dict[t.Any, list[Heading]] = {}
        for heading in self.headings:
            stack = stacks.setdefault(heading.scope, [])
            while stack and stack[-1].level >= heading.level:
                stack.pop()
            stack.append(heading)
            self._in_scope.setdefault(heading.scope, []).append(heading.order)
            self._paths.setdefault(heading.scope, []).append(tuple(one.text for one in stack))

    def nearest(self, element: t.Any) -> str:
        """The last heading before an element, whatever its scope."""
        number = bisect.bisect_left(self._orders, self.order.get(element, 0)) - 1
        return self.headings[number].text if number >= 0 else ""
