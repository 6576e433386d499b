# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Jump > Jump Clients: how many Jump Clients may upgrade at once."""

from __future__ import annotations

import typing as t

from .._errors import InputError, RefusedByAppliance
from .._web.controls import Button, Control
from .._web.finder import Finder
from .._web.session import WebSession
from .._web.view import PageView
from ._press import Press

_KEY: t.Final = "max_concurrent_upgrades"
_TYPES: t.Final = ("text", "number", "select", "tel")
# The vendor's documentation names 500 as the most.
MOST: t.Final = 500


def _open(web: WebSession) -> tuple[PageView, Finder]:
    """The page that holds the setting: Jump Clients itself, or its tab of settings."""
    view = web.open("jump_clients")
    finder = web.finder(view, "jump_clients")
    if finder.controls(_KEY, types=_TYPES):
        return view, finder
    links = [
        link for link in view.links if not link.aside and not link.disabled and web.transport.is_same_origin(link.url)
    ]
    for link in web.vocabulary.best("settings", links, lambda link: link.captions)[:2]:
        inner = web.follow(link)
        found = web.finder(inner, "jump_clients")
        if found.controls(_KEY, types=_TYPES):
            return inner, found
    return view, finder


def _number(control: Control) -> int | None:
    text = control.value
    if control.type == "select":
        text = next((option.value or option.text for option in control.options if option.selected), "")
    return int(text) if text.strip().isdigit() else None


def read(web: WebSession) -> dict[str, t.Any]:
    """``max_concurrent_upgrades``: the number, or None where the page does not show it."""
    _view, finder = _open(web)
    fields = finder.controls(_KEY, types=_TYPES)
    if len(fields) == 1:
        return {"max_concurrent_upgrades": _number(fields[0])}
    fact = finder.fact(_KEY, where=lambda value: value.isdigit())
    return {"max_concurrent_upgrades": int(fact.value) if fact else None}


def find_setting(web: WebSession) -> tuple[PageView, Control, Button]:
    """The page, the field of the number, and the button that saves it."""
    view, finder = _open(web)
    field = finder.control(_KEY, types=_TYPES)
    return view, field, finder.button_in(finder.form_of(field), "save_changes")


def set_max_concurrent_upgrades(web: WebSession, n: int) -> str:
    """Set the number, read it back, and return the appliance's words. Raises RefusedByAppliance where it did not hold."""
    if not 1 <= n <= MOST:
        raise InputError(f"the number of concurrent Jump Client upgrades must be 1 to {MOST}, not {n}")
    view, field, button = find_setting(web)
    press = Press(web, "jump_clients", "save_changes", f"allow {n} concurrent Jump Client upgrades")
    result = press.run(view, button, {field: str(n)})
    seen = read(web)["max_concurrent_upgrades"]
    if seen != n:
        raise RefusedByAppliance(
            "the number of concurrent Jump Client upgrades did not change",
            expected=str(n), seen=str(seen), appliance=web.label, page="/login > Jump > Jump Clients",
        )  # fmt: skip
    return result.message
