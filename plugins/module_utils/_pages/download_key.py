# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Updates > Appliance Download Key: by which the update server knows the appliance (MAN-1)."""

from __future__ import annotations

import re
import typing as t

from .._errors import PageError, RefusedByAppliance
from .._web.controls import Button
from .._web.finder import Action, Finder
from .._web.messages import outcome
from .._web.navigation import Link
from .._web.session import WebSession
from .._web.view import PageView
from .updates import PAGE

KEY: t.Final = "appliance_download_key"
_SHORTEST: t.Final = 8
_TOKEN = re.compile(r"^[A-Za-z0-9][\w.:+/=~-]{7,}$")


def read(web: WebSession) -> str:
    """The key. It is added to the session's redactor at once, so that no output shows it.

    Raises RefusedByAppliance with the appliance's words where it makes no key (a wrong clock), PageError.
    """
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    key = _shown(finder)
    if key is None:
        known = view.all_lines()
        view = _follow(web, view, finder)
        finder = web.finder(view, PAGE)
        key = _shown(finder) or _only_token(view, known)
        if key is None:
            said = outcome(known, view)
            if said.errors:
                raise RefusedByAppliance(
                    "The appliance gives no download key",
                    seen=web.redactor.text(said.text),
                    appliance=web.label,
                    page="/appliance > Updates > Appliance Download Key",
                    advice="Check the time at Status > Basics and NTP at Networking > IP Configuration (MAN-5).",
                )
            # Nothing of such a page is quoted: the key itself might be among its lines.
            raise finder.fail("the page shows no download key", key=KEY)
    web.redactor.add(key)
    return key


def find(web: WebSession) -> tuple[PageView, Action | None]:
    """The page, and what leads to the key; None where the page shows the key itself, which goes to the redactor."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    key = _shown(finder)
    web.redactor.add(key)
    return view, finder.action(KEY) if key is None else None


def _follow(web: WebSession, view: PageView, finder: Finder) -> PageView:
    action = finder.action(KEY)
    if isinstance(action, Link):
        return web.follow(action)
    purpose = "make the download key"
    return web.press(view, action, purpose=purpose, kind="read" if _is_get(finder, action) else "write", page=PAGE)


def _is_get(finder: Finder, button: Button) -> bool:
    return (button.method or finder.form_of(button).method) == "GET"


def _shown(finder: Finder) -> str | None:
    """The key beside its label, or in a field with its label; what a person copies is one word."""
    values = [fact.value for fact in finder.facts(KEY) if is_key(fact.value)]
    fields = finder.controls(KEY, types=("text", "textarea", "password", "search", "url"))
    values += [control.value.strip() for control in fields if is_key(control.value.strip())]
    unique = list(dict.fromkeys(values))
    if len(unique) > 1:
        raise PageError(f"{len(unique)} different values are called the download key; none was taken")
    return unique[0] if unique else None


def _only_token(view: PageView, known: t.AbstractSet[str]) -> str | None:
    """The one line, or one prefilled field, of the key's own page that can be a key."""
    lines = [line for line in view.lines if line not in known and is_key(line)]
    fields = [c.value.strip() for c in view.controls if c.visible and c.is_text and is_key(c.value.strip())]
    found = list(dict.fromkeys([*lines, *fields]))
    return found[0] if len(found) == 1 else None


def is_key(text: str) -> bool:
    """Whether a text can be a key: one word, long enough, with a digit in it, and no address or version."""
    return (
        bool(_TOKEN.match(text))
        and len(text) >= _SHORTEST
        and any(letter.isdigit() for letter in text)
        and any(letter.isalpha() for letter in text)
        and not re.match(r"https?:", text)
    )
