# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Framesets and inline frames: what they show becomes part of the page, as a person sees it.

Only documents of the same origin are read. Addresses, names of ids and scripts that submit forms keep their meaning.
"""

from __future__ import annotations

import re
import typing as t

from . import controls, dom, navigation
from .words import clean

# Frames of one page, and how deep they may be nested; no interface has more.
MOST: t.Final = 12
DEEPEST: t.Final = 3

_ADDRESSES: t.Final = ("href", "src", "action", "formaction", *navigation.DATA_ADDRESSES)
_ID_LISTS: t.Final = ("for", "form", "aria-labelledby", "aria-describedby", "headers")
_NO_SIZE = re.compile(r"\s*[01](px|%)?\s*$")

Fetch = t.Callable[[str], t.Optional[tuple[t.Any, str]]]


def _shown(frame: t.Any) -> bool:
    if frame.tag == "frame":
        return True
    sizes = [frame.get(name) for name in ("width", "height")]
    return dom.visible(frame) and not any(size and _NO_SIZE.match(size) for size in sizes)


def _source(frame: t.Any, base: str) -> str | None:
    source = clean(frame.get("src"))
    return (
        dom.joined(base, source)
        if source and not source.lower().startswith(("about:", "javascript:", "data:"))
        else None
    )


def unfold(root: t.Any, url: str, fetch: Fetch, numbers: t.Iterator[int], depth: int = 0) -> None:
    """Put the documents of all frames in their places, changing ``root``.

    ``fetch`` gives root and address of a document, or None where there is none to be read; ``numbers`` counts the frames.
    """
    base = dom.base_url(root, url)
    for frame in list(root.iter("frame", "iframe")):
        source = _source(frame, base) if _shown(frame) else None
        number = next(numbers)
        found = fetch(source) if source and depth < DEEPEST and number <= MOST else None
        inner: list[t.Any] = []
        if found is not None:
            content, address = found
            unfold(content, address, fetch, numbers, depth + 1)
            _keep_meaning(content, address, f"frame{number}.")
            inner = _body(content)
            if content.get("lang") and not root.get("lang"):
                root.set("lang", content.get("lang"))
        _replace(frame, inner)
    for number, frameset in enumerate(list(root.iter("frameset"))):
        frameset.tag = "div" if number else "body"
    if root.find("body") is not None:
        for silent in list(root.iter("noframes")):
            silent.getparent().remove(silent)


def _body(root: t.Any) -> list[t.Any]:
    body = root.find("body")
    holder = body if body is not None else root
    for meta in list(holder.iter("meta", "base")):
        meta.drop_tree()
    if holder.text and holder.text.strip():
        text = holder.makeelement("div")
        text.text = holder.text
        return [text, *holder]
    return list(holder)


def _replace(frame: t.Any, content: t.Sequence[t.Any]) -> None:
    """The frame becomes a box with the content; what browsers without frames would be told is dropped."""
    tail = frame.tail
    frame.clear()
    frame.tail = tail
    frame.tag = "div"
    frame.extend(content)


def _keep_meaning(root: t.Any, url: str, prefix: str) -> None:
    base = dom.base_url(root, url)
    forms = list(root.iter("form"))
    ids = {element.get("id"): element for element in root.iter() if dom.is_element(element) and element.get("id")}
    for number, form in enumerate(forms):
        if not form.get("id"):
            form.set("id", f"{number}")
        if not clean(form.get("action")):
            form.set("action", url)
    for element in root.iter():
        if dom.is_element(element):
            _own_scripts(element, base, forms, ids, prefix)
            _own_addresses(element, base)
    for element in root.iter():
        if not dom.is_element(element):
            continue
        if element.get("id"):
            element.set("id", prefix + element.get("id"))
        for name in _ID_LISTS:
            if element.get(name):
                element.set(name, " ".join(prefix + one for one in element.get(name).split()))


def _own_addresses(element: t.Any, base: str) -> None:
    for name in _ADDRESSES:
        value = clean(element.get(name))
        if value and not value.startswith("#") and not re.match(r"[a-zA-Z][\w+.-]*:", value):
            element.set(name, dom.joined(base, value))
    if element.tag == "option" and navigation.is_address(element.get("value") or ""):
        element.set("value", dom.joined(base, element.get("value")))


def _own_scripts(element: t.Any, base: str, forms: t.Sequence[t.Any], ids: t.Mapping[str, t.Any], prefix: str) -> None:
    """Scripts that open an address or submit a form say so in terms of the whole page; others are as they were."""
    for name in ("onclick", "href"):
        script = element.get(name) or ""
        if name == "href" and not script.lower().startswith("javascript:"):
            continue
        target = navigation.LOCATION.search(script)
        if target:
            element.set(name, script.replace(target.group(1), dom.joined(base, target.group(1))))
        wanted = controls.form_in_script(script)
        if wanted is None or wanted in ("form", "this"):
            continue
        form = ids.get(wanted) if ids.get(wanted) in forms else None
        for number, other in enumerate(forms):
            if form is None and wanted in (other.get("name"), str(number)):
                form = other
        # A form of another frame is out of reach: then nothing can press this.
        named = f"document.getElementById('{prefix}{form.get('id')}').submit()" if form is not None else ""
        element.set(name, ("javascript:" if name == "href" else "") + named)
