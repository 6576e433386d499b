# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parsed document: bounded parsing without network or entities, visible text in lines, small questions about elements."""

from __future__ import annotations

import codecs
import itertools
import re
import typing as t
import urllib.parse

from .._deps import lxml_html
from .._deps import require as require_library
from .._errors import TransportError
from .._transport.headers import known_charset
from .words import clean

Element = t.Any

NOWHERE: t.Final = "about:invalid"
MAX_PAGE_BYTES: t.Final = 8 * 1024 * 1024
MAX_ELEMENTS: t.Final = 60_000

_SILENT = frozenset(
    {"script", "style", "template", "head", "title", "option", "select", "textarea", "svg", "object", "datalist"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "em", "font", "i", "img", "ins", "kbd", "label",
     "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "nobr", "output"}
)  # fmt: skip
# Without children these are just their text, which most elements of a page are.
_PLAIN = frozenset(
    {"td", "th", "p", "div", "span", "a", "li", "dt", "dd", "b", "strong", "label", "h1", "h2", "h3", "h4"}
)
_FORM_PARTS = frozenset({"input", "button", "select", "textarea"})
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
# Browsers show what follows these ends of the document; the parser drops it.
_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
# Attributes in which a button names the dialog that it opens, without any script.
_OPENERS: t.Final = ("popovertarget", "commandfor")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DISABLED_CLASS = re.compile(r"(^|[\s_-])(disabled|greyed|grayed|inactive|is-disabled)($|[\s_-])", re.IGNORECASE)


def _decode(body: bytes, content_type: str) -> str:
    declared = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    in_page = _CHARSET.search(body[:4096])
    names = [
        "utf-8-sig" if body.startswith(codecs.BOM_UTF8) else None,
        known_charset(declared.group(1)) if declared else None,
        known_charset(in_page.group(1).decode("ascii", "replace")) if in_page else None,
        "utf-8",
        "cp1252",
    ]
    for name in names:
        try:
            if name:
                return body.decode(name)
        except UnicodeError:
            continue
    return body.decode("utf-8", "replace")


def parse_html(body: bytes, content_type: str = "") -> Element:
    """The root element of a page; raises TransportError where the page is larger than any page of an appliance."""
    require_library("lxml_html")
    if len(body) > MAX_PAGE_BYTES:
        raise TransportError(f"the page is larger than {MAX_PAGE_BYTES} bytes", seen=f"{len(body)} bytes")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _decode(body, content_type)).replace("\x00", " ")
    text = _END.sub("", text)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(text if text.strip() else "<html><body></body></html>", parser=parser)
    except (ValueError, lxml_html.etree.LxmlError):
        root = lxml_html.document_fromstring("<html><body></body></html>")
    if sum(1 for _element in root.iter()) > MAX_ELEMENTS:
        raise TransportError(f"the page has more than {MAX_ELEMENTS} elements")
    _open_dialogs(root)
    return root


def _open_dialogs(root: Element) -> None:
    """Show the dialogs that a button of the page itself opens: a person reaches them without any request."""
    dialogs = {dialog.get("id"): dialog for dialog in root.iter("dialog") if dialog.get("id")}
    if not dialogs:
        return
    for button in root.iter("button", "input"):
        for name in _OPENERS:
            dialog = dialogs.get(button.get(name))
            if dialog is not None and not contains(dialog, button) and visible(button) and not is_disabled(button):
                dialog.set("open", "")


def is_element(node: Element) -> bool:
    """True for tags, False for comments and processing instructions."""
    return isinstance(node.tag, str)


def hides(element: Element) -> bool:
    """True where the element itself is not shown."""
    if element.get("hidden") is not None or _HIDING_STYLE.search(element.get("style") or ""):
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    return element.tag == "template" or (element.tag == "input" and (element.get("type") or "").lower() == "hidden")


def visible(element: Element) -> bool:
    """True where neither the element nor one around it is hidden."""
    return not hides(element) and not any(hides(ancestor) for ancestor in element.iterancestors())


def is_disabled(element: Element) -> bool:
    """True where the element, or the fieldset around it, is disabled or looks so."""
    if element.get("disabled") is not None or (element.get("aria-disabled") or "").lower() == "true":
        return True
    if _DISABLED_CLASS.search(element.get("class") or ""):
        return True
    return any(fieldset.get("disabled") is not None for fieldset in element.iterancestors("fieldset"))


def _walk(
    element: Element, parts: list[str], without: t.AbstractSet[Element], form_parts: bool, limit: int | None = None
) -> None:
    """Collect text with newlines at blocks; iterative, because pages may nest deeply.

    With a ``limit`` it ends soon after that many characters that are no blanks.
    """
    stack: list[tuple[Element, bool]] = [(element, False)]
    counted = collected = 0
    while stack:
        if limit is not None:
            collected += sum(len(part.strip()) for part in parts[counted:])
            counted = len(parts)
            if collected > limit:
                return
        node, leaving = stack.pop()
        inline = is_element(node) and node.tag in _INLINE
        if leaving:
            if not inline:
                parts.append("\n")
            if node is not element:
                # Neighbours are set apart by style even where no blank stands between their tags.
                parts.append(_running(node.tail, node.getparent()) or " ")
            continue
        silent = (
            not is_element(node)
            or node.tag in _SILENT
            or node in without
            or (not form_parts and node.tag in _FORM_PARTS)
            or (node is not element and (hides(node) or node.get("aria-hidden") == "true"))
        )
        if silent:
            if node is not element and node.tail:
                parts.append(" " + _running(node.tail, node.getparent()))
            continue
        parts.append("" if inline else "\n")
        if node.tag == "br":
            parts.append("\n")
        if node.text:
            parts.append(_running(node.text, node))
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def _running(text: str | None, holder: Element) -> str:
    """Text as it runs: a line's end in the source is a blank, but for preformatted text."""
    return text or "" if holder is not None and holder.tag == "pre" else re.sub(r"\s+", " ", text or "")


def lines(element: Element, without: t.AbstractSet[Element] = frozenset(), form_parts: bool = False) -> list[str]:
    """The visible text of an element, a line a block; ``form_parts`` includes the captions of buttons."""
    if not len(element) and element.tag in _PLAIN and element not in without:
        alone = clean(element.text)
        return [alone] if alone else []
    parts: list[str] = []
    _walk(element, parts, without, form_parts)
    text = "".join(part if part == "\n" else part.replace("\r", " ") for part in parts)
    return [line for line in (clean(raw) for raw in text.split("\n")) if line]


def text_of(element: Element, without: t.AbstractSet[Element] = frozenset(), form_parts: bool = False) -> str:
    """The visible text of an element on one line."""
    return " ".join(lines(element, without, form_parts))


def short_text(element: Element, longest: int, form_parts: bool = False) -> str | None:
    """The visible text of an element on one line; None where it is longer, without reading all of it."""
    if not len(element) and element.tag in _PLAIN:
        text = clean(element.text)
    else:
        parts: list[str] = []
        _walk(element, parts, frozenset(), form_parts, longest)
        text = clean("".join(parts))
    return text if len(text) <= longest else None


def has_text(element: Element) -> bool:
    """True where the element shows any text."""
    return short_text(element, 0) is None


def before(element: Element) -> str:
    """Text that stands directly before an element inside its parent, up to the next control or block."""
    pieces: list[str] = []
    sibling = element.getprevious()
    tail_of = sibling
    while tail_of is not None:
        if tail_of.tail and clean(tail_of.tail):
            pieces.insert(0, tail_of.tail)
        if is_element(tail_of) and tail_of.tag in _FORM_PARTS and not has_control(tail_of):
            tail_of = tail_of.getprevious()
            continue
        if not is_element(tail_of) or has_control(tail_of):
            break
        words = text_of(tail_of)
        if words:
            pieces.insert(0, words)
            break
        if pieces and tail_of.tag == "br":
            break
        tail_of = tail_of.getprevious()
    else:
        parent = element.getparent()
        if parent is not None and parent.text:
            pieces.insert(0, parent.text)
    return clean(" ".join(pieces))


def after(element: Element) -> str:
    """Text that follows an element directly inside its parent, up to the next control."""
    pieces = [element.tail or ""]
    sibling = element.getnext()
    while sibling is not None and is_element(sibling) and sibling.tag in _INLINE and not has_control(sibling):
        pieces.append(text_of(sibling))
        pieces.append(sibling.tail or "")
        sibling = sibling.getnext()
    return clean(" ".join(pieces))


def has_control(element: Element) -> bool:
    """True where the element is or holds a control that is shown."""
    return any(
        is_element(node) and node.tag in _FORM_PARTS and (node.get("type") or "").lower() != "hidden"
        for node in element.iter()
    )


def holds_several_controls(element: Element) -> bool:
    """True where more than one input, select, text area or button is shown in an element."""
    return sum(1 for _control in itertools.islice(_shown_controls(element), 2)) > 1


def _shown_controls(element: Element) -> t.Iterator[Element]:
    for node in element.iter(*_FORM_PARTS):
        if not (node.tag == "input" and (node.get("type") or "").lower() == "hidden"):
            yield node


def controls_in(element: Element) -> list[Element]:
    """The shown inputs, selects, text areas and buttons in an element."""
    return list(_shown_controls(element))


def contains(outer: Element, inner: Element) -> bool:
    """True where ``inner`` is ``outer`` or inside it."""
    return inner is outer or any(ancestor is outer for ancestor in inner.iterancestors())


def texts_before(box: Element, element: Element) -> list[str]:
    """The pieces of text inside ``box`` that stand before an element, in their order."""
    pieces: list[str] = []
    stack: list[tuple[Element, bool]] = [(box, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            pieces.append(clean(node.tail) if node is not box else "")
            continue
        if node is element:
            break
        stack.append((node, True))
        if is_element(node) and node.tag not in _SILENT:
            pieces.append(clean(node.text))
            stack.extend((child, False) for child in reversed(node))
    return [piece for piece in pieces if piece]


def joined(base: str, url: str) -> str:
    """An address of a page made absolute; what is none at all leads nowhere, as in browsers."""
    try:
        found = urllib.parse.urljoin(base, url)
        urllib.parse.urlsplit(found)
    except ValueError:
        return NOWHERE
    return found


def base_url(root: Element, url: str) -> str:
    """What relative addresses of the document at ``url`` are relative to."""
    base = root.find(".//base[@href]")
    found = joined(url, base.get("href") or url) if base is not None else url
    return url if found == NOWHERE else found
