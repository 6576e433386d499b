# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Jump > Jump Clients: how many Jump Clients may upgrade at once."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import InputError, RefusedByAppliance
from .._numbers import whole_number
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


def _numbers(control: Control) -> dict[str, int]:
    """The choices of a select by value, as their texts say; of two numbers in one text neither is taken."""
    told = {option.value: re.findall(r"\d+", option.text or option.value) for option in control.options}
    return {
        value: number
        for value, found in told.items()
        if len(found) == 1 and (number := whole_number(found[0])) is not None
    }


def _number(control: Control) -> int | None:
    if control.type == "select":
        selected = [option for option in control.options if option.selected] or list(control.options[:1])
        return _numbers(control).get(selected[-1].value) if selected else None
    return whole_number(control.value)


def value_for(control: Control, n: int) -> str:
    """What the field takes for a number. Raises InputError where it offers a choice without it."""
    if control.type != "select":
        return str(n)
    numbers = _numbers(control)
    fitting = [value for value, number in numbers.items() if number == n]
    if len(fitting) == 1:
        return fitting[0]
    offered = ", ".join(str(number) for number in sorted(set(numbers.values())))
    raise InputError(
        f"the appliance does not offer {n} as the number of concurrent Jump Client upgrades",
        expected=offered or "a choice of numbers",
        seen=", ".join(option.text for option in control.options),
        page="/login > Jump > Jump Clients",
        state="nothing was sent",
        advice="Choose one of these numbers.",
    )


def read(web: WebSession) -> dict[str, t.Any]:
    """``max_concurrent_upgrades``: the number, or None where the page does not show it."""
    _view, finder = _open(web)
    fields = finder.controls(_KEY, types=_TYPES)
    if len(fields) == 1:
        return {"max_concurrent_upgrades": _number(fields[0])}
    fact = finder.fact(_KEY, where=lambda value: whole_number(value) is not None)
    return {"max_concurrent_upgrades": whole_number(fact.value) if fact else None}


@dataclasses.dataclass(frozen=True)
class Setting:
    """The field of the number, and what it says now."""

    view: PageView = dataclasses.field(repr=False)
    finder: Finder = dataclasses.field(repr=False)
    field: Control
    number: int | None

    @property
    def button(self) -> Button:
        """What saves it. Raises PageError."""
        return self.finder.button_in(self.finder.form_of(self.field), "save_changes")


def find_setting(web: WebSession) -> Setting:
    """Raises PageError where the field is not there, or more than once."""
    view, finder = _open(web)
    field = finder.control(_KEY, types=_TYPES)
    return Setting(view, finder, field, _number(field))


def refuse_unless_offered(web: WebSession, n: int) -> None:
    """Raises InputError where the page offers a choice of numbers without this one, PageError where there is no field."""
    value_for(find_setting(web).field, n)


def set_max_concurrent_upgrades(web: WebSession, n: int) -> str:
    """Set the number, read it back, and return the appliance's words. Raises RefusedByAppliance where it did not hold."""
    if not 1 <= n <= MOST:
        raise InputError(f"the number of concurrent Jump Client upgrades must be 1 to {MOST}, not {n}")
    setting = find_setting(web)
    values = {setting.field: value_for(setting.field, n)}
    press = Press(web, "jump_clients", "save_changes", f"allow {n} concurrent Jump Client upgrades")
    result = press.run(setting.view, setting.button, values)
    seen = read(web)["max_concurrent_upgrades"]
    if seen != n:
        raise RefusedByAppliance(
            "the number of concurrent Jump Client upgrades did not change",
            expected=str(n), seen=str(seen), appliance=web.label, page="/login > Jump > Jump Clients",
        )  # fmt: skip
    return result.message
