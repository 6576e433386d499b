# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs of label and value, however a page sets them."""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from . import dom
from .controls import Control
from .sections import Sections
from .tables import read_tables
from .words import clean

_LABEL_LINE = re.compile(r"^(?P<label>[^\W\d][^:]{0,79}?)\s*:\s+(?P<value>\S.*)$")
_LONGEST_LABEL = 80
_MOST_CHILDREN = 60
_NO_LINES = ("script", "style", "option", "select", "textarea", "title", "button", "b", "strong", "em", "i", "label")
_MENU_TAGS = ("ul", "ol", "nav", "menu")
_LABEL_TAGS = ("label", "b", "strong", "span", "small", "em", "div", "p", "h4", "h5", "h6", "td", "th", "dt", "i")


@dataclasses.dataclass(frozen=True, eq=False)
class Fact:
    """A label and its value as shown; ``element`` holds the value."""

    label: str
    value: str
    section: tuple[str, ...]
    element: t.Any = dataclasses.field(repr=False)


def _plausible(label: str) -> bool:
    return bool(label) and len(label) <= _LONGEST_LABEL and any(c.isalpha() for c in label)


def _from_tables(root: t.Any, sections: Sections) -> t.Iterator[tuple[str, str, t.Any]]:
    for table in read_tables(root, sections):
        for row in table.rows:
            distinct = list(dict.fromkeys(row.elements))
            if not table.headers and len(distinct) % 2 == 0:
                for label, value in zip(distinct[::2], distinct[1::2]):
                    yield dom.text_of(label), dom.text_of(value), value
        if len(table.headers) == 2:
            for row in table.rows:
                if len(row.elements) == 2:
                    yield row.cells[0], row.cells[1], row.elements[1]
        if table.headers and len(table.rows) == 1:
            yield from zip(table.headers, table.rows[0].cells, table.rows[0].elements)
    for row in root.iter("tr"):
        cells = [cell for cell in row if dom.is_element(cell) and cell.tag in ("td", "th")]
        if len(cells) > 1 and cells[0].tag == "th" and all(cell.tag == "td" for cell in cells[1:]):
            texts = [dom.text_of(cell) for cell in cells[1:]]
            yield dom.text_of(cells[0]), clean(" ".join(texts)), cells[1]


def _from_definitions(root: t.Any) -> t.Iterator[tuple[str, str, t.Any]]:
    for term in root.iter("dt"):
        texts, first = [], None
        node = term.getnext()
        while node is not None and dom.is_element(node) and node.tag == "dd":
            first = first if first is not None else node
            texts.append(dom.text_of(node))
            node = node.getnext()
        if first is not None:
            yield dom.text_of(term), clean(" ".join(texts)), first


def _from_pairs(root: t.Any) -> t.Iterator[tuple[str, str, t.Any]]:
    """Boxes whose children are leaves: label, value, label, value; or a label with text behind it."""
    for box in root.iter("div", "li", "p", "span", "section", "article", "tr", "td", "a"):
        shown = (child for child in box if dom.is_element(child) and child.tag != "br" and dom.has_text(child))
        children = list(itertools.islice(shown, _MOST_CHILDREN + 1))
        if not children or len(children) > _MOST_CHILDREN:
            continue
        own_text = clean(box.text) + "".join(clean(child.tail) for child in children)
        if (
            not own_text
            and len(children) % 2 == 0
            and len(children) > 1
            and (not any(_is_box(child) for child in children) or _alternate(children))
        ):
            for label, value in zip(children[::2], children[1::2]):
                text = dom.short_text(label, _LONGEST_LABEL + 1) if label.tag in _LABEL_TAGS else None
                if text and not _LABEL_LINE.match(text):
                    yield text, dom.text_of(value), value
        for child in children:
            if child.tag in ("label", "b", "strong", "span", "em") and clean(child.tail):
                yield dom.text_of(child), clean(child.tail), box


def _alternate(children: t.Sequence[t.Any]) -> bool:
    """True for at least two pairs told apart by their looks; then the values, not the labels, may have parts."""
    looks = [(child.tag, child.get("class")) for child in children]
    labels, values = set(looks[::2]), set(looks[1::2])
    return (
        len(children) > 2
        and len(labels) == len(values) == 1
        and labels != values
        and not any(_is_box(child) for child in children[::2])
    )


def _is_box(element: t.Any) -> bool:
    shown = (child for child in element if dom.is_element(child) and dom.has_text(child))
    return sum(1 for _child in itertools.islice(shown, 2)) > 1


def _from_attributes(root: t.Any) -> t.Iterator[tuple[str, str, t.Any]]:
    for element in root.iter():
        if not dom.is_element(element) or element.tag in (
            "a",
            "button",
            "input",
            "select",
            "nav",
            "ul",
            "form",
            "section",
            "img",
            "textarea",
        ):
            continue
        for name in ("data-label", "data-title", "aria-label"):
            if element.get(name) and dom.text_of(element):
                yield clean(element.get(name)), dom.text_of(element), element


def _from_lines(root: t.Any) -> t.Iterator[tuple[str, str, t.Any]]:
    """Lines of the form ``label: value``; inner elements come first, so that a line belongs to the smallest box."""
    for element in reversed(list(root.iter())):
        if not dom.is_element(element) or element.tag in _NO_LINES:
            continue
        if not clean(element.text) and not any(clean(child.tail) for child in element):
            continue
        for line in dom.lines(element):
            match = _LABEL_LINE.match(line)
            if match:
                yield match.group("label"), match.group("value"), element


def _from_controls(controls: t.Sequence[Control]) -> t.Iterator[tuple[str, str, t.Any]]:
    for control in controls:
        if not control.visible or control.type in ("password", "file", "checkbox", "radio"):
            continue
        value = control.value
        if control.type == "select":
            value = next(
                (option.text for option in control.options if option.selected),
                control.options[0].text if control.options else "",
            )
        for label in control.labels:
            if value:
                yield label, clean(value), control.element


class _Places:
    """Where a pair was seen: not once more inside of such a place, nor around one."""

    def __init__(self) -> None:
        self._places: set[t.Any] = set()
        self._around: set[t.Any] = set()

    def is_new(self, element: t.Any) -> bool:
        ancestors = list(element.iterancestors())
        if element in self._places or element in self._around or not self._places.isdisjoint(ancestors):
            return False
        self._places.add(element)
        self._around.update(ancestors)
        return True


def read_facts(root: t.Any, controls: t.Sequence[Control], sections: Sections) -> tuple[Fact, ...]:
    """All pairs of label and value that the page may mean; the same pair of the same place is given once."""
    seen: dict[tuple[str, str], _Places] = {}
    found = []
    body = root.find("body") if root.find("body") is not None else root
    for source in (
        _from_tables(body, sections),
        _from_definitions(body),
        _from_controls(controls),
        _from_attributes(body),
        _from_pairs(body),
        _from_lines(body),
    ):
        for label, value, element in source:
            tidy = clean(label).rstrip(" :").strip()
            value = clean(value).lstrip(": ").strip()
            if not _plausible(tidy) or not value or not dom.visible(element) or element.tag in _MENU_TAGS:
                continue
            if not seen.setdefault((tidy, value), _Places()).is_new(element):
                continue
            found.append(Fact(tidy, value, sections.path(element), element))
    return tuple(sorted(found, key=lambda fact: sections.order.get(fact.element, 0)))
