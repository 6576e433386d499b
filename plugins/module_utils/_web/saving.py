# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page that was not understood, saved for a bug report with every secret and token taken out."""

from __future__ import annotations

import copy
import functools
import os
import pathlib
import re
import time
import typing as t

from .._deps import lxml_html
from .._printable import printable
from .._transport.files import make_folders
from . import dom

MASK: t.Final = "********"
_SECRET_NAME = re.compile(
    r"token|secret|key|csrf|nonce|session|passw|auth|schlüssel|kennwort|credential", re.IGNORECASE
)
_LONG_TOKEN = re.compile(r"(?<![\w/.-])(?=[\w+/=-]*\d)[A-Za-z0-9+/=_-]{24,}(?![\w/.-])")
_IN_QUERY = re.compile(r"([?&;][\w.\[\]%-]*=)[^&\s\"'#;]+")


def without_secrets(root: t.Any, redact: t.Callable[[str], str]) -> str:
    """The page as HTML with typed-in values, hidden values, tokens, keys, query values and scripts removed.

    Known secrets are masked in the texts and values of the page, before anything else may cut into them and writing it
    down escapes them, and once more in what was written.
    """
    tree = copy.deepcopy(root)
    for element in list(tree.iter()):
        if not dom.is_element(element):
            continue
        if element.tag in ("script", "style"):
            element.text = ""
        for name, value in element.attrib.items():
            _change(value, redact(value), functools.partial(element.set, name))
        _clean_attributes(element)
        if element.text:
            _change(
                element.text, _LONG_TOKEN.sub(MASK, redact(element.text)), functools.partial(setattr, element, "text")
            )
        if element.tail:
            _change(
                element.tail, _LONG_TOKEN.sub(MASK, redact(element.tail)), functools.partial(setattr, element, "tail")
            )
    return redact(lxml_html.tostring(tree, encoding="unicode"))


def _clean_attributes(element: t.Any) -> None:
    kind = (element.get("type") or "").lower()
    marks = " ".join((element.get("name") or "", element.get("id") or "", element.get("class") or ""))
    if (
        element.tag == "input"
        and (kind in ("hidden", "password") or _SECRET_NAME.search(marks))
        and element.get("value")
    ):
        element.set("value", MASK)
    if element.tag == "textarea" and _SECRET_NAME.search(marks):
        element.text = MASK
    if element.tag == "meta" and _SECRET_NAME.search(element.get("name") or "") and element.get("content"):
        element.set("content", MASK)
    for name, value in element.attrib.items():
        if name.startswith("data-") and _SECRET_NAME.search(name):
            element.set(name, MASK)
        elif name in ("href", "src", "action", "formaction", "onclick", "content") or name.startswith("data-"):
            cleaned = _LONG_TOKEN.sub(MASK, _IN_QUERY.sub(rf"\g<1>{MASK}", value))
            _change(value, cleaned, functools.partial(element.set, name))


def _change(before: str, after: str, put: t.Callable[[str], None]) -> None:
    # The parser takes control characters in, but nobody may put them back.
    if after != before:
        put(printable(after))


def save_page(folder: pathlib.Path, host: str, page: str, root: t.Any, redact: t.Callable[[str], str]) -> str:
    """Write the cleaned page as a new file (0600) into the folder (made 0700) and return its path."""
    make_folders(folder)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{host}-{page}").strip("-")[:100]
    text = without_secrets(root, redact)
    for number in range(100):
        path = folder / f"{plain}-{stamp}{f'-{number}' if number else ''}.html"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return str(path)
    raise FileExistsError(f"{folder} already holds 100 pages of this second")
