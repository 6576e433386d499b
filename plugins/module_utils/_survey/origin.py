# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""By which words a control was found, and where on the page they stand."""

from __future__ import annotations

import typing as t

from .._web import dom
from .._web.controls import Button, Control
from .._web.facts import Fact
from .._web.navigation import Link
from .._web.vocabulary import Vocabulary
from .._web.words import clean


def caption_of(vocabulary: Vocabulary, key: str, texts: t.Sequence[str]) -> str | None:
    """The text that says the control best; the first where none is known to say it."""
    best = vocabulary.best(key, list(texts), lambda text: (text,), loose=True)
    return next(iter(best or texts), None)


def of_control(vocabulary: Vocabulary, key: str, control: Control) -> tuple[str | None, str]:
    """Caption and place of a field."""
    caption = caption_of(vocabulary, key, control.labels)
    return caption, _place(control.element, caption) if caption else "position in the form"


def of_action(vocabulary: Vocabulary, key: str, action: Button | Link) -> tuple[str | None, str]:
    """Caption and kind of what is pressed."""
    caption = caption_of(vocabulary, key, action.captions)
    if isinstance(action, Link):
        return caption, "link"
    element = action.element
    if action.chooses:
        return caption, "entry of a list of actions"
    if action.type == "image" or (caption and caption in {clean(image.get("alt")) for image in element.iter("img")}):
        return caption, "picture that is a button"
    return caption, "styled link that is a button" if element.tag == "a" else "button"


def of_fact(fact: Fact) -> tuple[str | None, str]:
    """Caption and place of a value."""
    if fact.element.tag in ("td", "th"):
        return fact.label, "table cell beside"
    return fact.label, "definition term" if fact.element.tag == "dd" else "text beside"


def _place(element: t.Any, caption: str) -> str:
    """Where a label stands, in the words of people who read HTML."""
    for attribute in ("aria-label", "title", "placeholder"):
        if clean(element.get(attribute)) == caption:
            return attribute
    return _by_label_element(element, caption) or _by_cell(element, caption) or "text beside"


def _by_label_element(element: t.Any, caption: str) -> str | None:
    root = element.getroottree().getroot()
    own = element.get("id")
    if own and any(label.get("for") == own and dom.text_of(label) == caption for label in root.iter("label")):
        return "label"
    if any(caption in (dom.text_of(label), dom.before(element)) for label in element.iterancestors("label")):
        return "label around it"
    if element.get("aria-labelledby"):
        return "aria-labelledby"
    return None


def _by_cell(element: t.Any, caption: str) -> str | None:
    if any(
        dom.text_of(term) == caption
        for box in element.iterancestors("dd")
        for term in box.itersiblings("dt", preceding=True)
    ):
        return "definition term"
    cell = next(element.iterancestors("td", "th"), None)
    if cell is None:
        return None
    if any(dom.text_of(other) == caption for other in cell.itersiblings("td", "th", preceding=True)):
        return "table cell beside"
    table = next(cell.iterancestors("table"), None)
    if table is not None and any(dom.text_of(head) == caption for head in table.iter("th", "td")):
        return "column heading"
    return None
