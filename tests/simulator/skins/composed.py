# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A skin that is put together from style functions, an edition's wording, and habits of naming and sending."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import typing as t
import urllib.parse

from ..screens import (
    SCREENS,
    Field,
    FieldGroup,
    Form,
    Label,
    MenuEntry,
    Part,
    Screen,
    Submit,
    Table,
    Target,
    Visit,
)
from .base import BadSubmission, Skin, WebRequest
from .styles.page import Look, Page
from .wording import Wording

Pairs = tuple[tuple[str, str], ...]


class ComposedSkin(Skin):
    """Subclasses give `wording` and `look`, and may change the habits below before they call this `__init__`."""

    wording: Wording

    #: How a screen is asked for: `path`, or `query` for one path and a parameter called `page_name`.
    addressing: str = "path"
    page_name: str = "page"
    front: str = "index.ns"
    #: How the item of a screen is asked for: `query` or `path` (one more segment).
    item_place: str = "query"
    #: Links without the leading /appliance/ or /login/, which the document's <base> adds.
    relative_links: bool = False
    #: The value of a ticked checkbox; browsers send "on" when the markup gives none.
    checked_value: str = "1"
    #: The one name of all <button>s, the value tells them apart; empty: each has a name of its own.
    shared_button_name: str = ""
    #: Names of further hidden values that come with every form and must be sent back.
    carried_names: tuple[str, ...] = ()

    def __init__(self, seed: int) -> None:
        self.language = self.wording.language  # type: ignore[misc]
        super().__init__(seed)
        self._clicks: set[tuple[str, str]] = set()
        self._offs: set[tuple[str, str]] = set()

    def look(self, screen: Screen) -> Look:
        """The styles of this screen; always the same for the same screen."""
        raise NotImplementedError

    def document(self, screen: Screen, token: str) -> str:
        return Page(self, screen, token, self.look(screen)).document()

    def text(self, label: Label) -> str:
        return self.wording.words(label)

    # Chance that is the same at every start with the same seed

    def digest(self, *about: object) -> str:
        return hashlib.sha256("/".join(map(str, (self.seed, *about))).encode()).hexdigest()

    def dice(self, *about: object) -> random.Random:
        return random.Random(self.digest(*about))

    # Order: as the screens give it, unless a skin changes it

    def arranged(self, screen: Screen, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return parts

    def arranged_menu(self, screen: Screen) -> tuple[MenuEntry, ...]:
        return screen.menu

    def arranged_groups(self, form: Form) -> tuple[FieldGroup, ...]:
        return form.groups

    def arranged_fields(self, form: Form, group: FieldGroup) -> tuple[Field, ...]:
        return group.fields

    def column_order(self, screen: Screen, table: Table) -> list[int]:
        return list(range(len(table.columns)))

    def element_id(self, stem: str, screen: str, number: int) -> str:
        return f"{stem}-{number}"

    # Addresses

    def url(self, interface: str, target: Target) -> str:
        if self.addressing == "query":
            path = f"/{interface}/{self.front}"
            pairs = [(self.page_name, self._page_value(interface, target.screen))]
        else:
            path, pairs = self.path(interface, target.screen), []
        if target.item and self.item_place == "path" and self.addressing == "path":
            path += "/" + urllib.parse.quote(target.item, safe="")
        elif target.item:
            pairs.append((self.item_name, target.item))
        return path + _query(pairs)

    def link(self, interface: str, target: Target) -> str:
        """The address as the markup has it."""
        url = self.url(interface, target)
        return url.removeprefix(f"/{interface}/") if self.relative_links else url

    def screen_url(self, screen: Screen) -> str:
        return self.link(screen.interface, Target(screen.key, screen.item))

    def get_form(self, interface: str, target: Target) -> tuple[str, list[tuple[str, str]]]:
        """The address of a form that is sent by GET, and the hidden values that stand for the address's query."""
        path, _mark, query = self.link(interface, target).partition("?")
        return path, _parse_query(query)

    def _page_value(self, interface: str, screen: str) -> str:
        return self.path(interface, screen).removeprefix(f"/{interface}/").replace("/", "_")

    def _canonical(self, interface: str, request: WebRequest) -> WebRequest:
        """The request as if each screen had its own path and the item were in the query."""
        if self.addressing == "query" and request.path == f"/{interface}/{self.front}":
            pages = [value for name, value in request.query if name == self.page_name]
            query = tuple(pair for pair in request.query if pair[0] != self.page_name)
            for screen in SCREENS[interface] if len(pages) == 1 else ():
                if self._page_value(interface, screen) == pages[0]:
                    return dataclasses.replace(request, path=self.path(interface, screen), query=query)
        if self.item_place == "path" and (interface, request.path) not in self._screens:
            path, _slash, item = request.path.rpartition("/")
            if (interface, path) in self._screens and item:
                return dataclasses.replace(request, path=path, query=((self.item_name, item), *request.query))
        return request

    # What comes back

    def expect_click(self, interface: str, name: str) -> None:
        """This button is an image: what comes back is where it was clicked."""
        self._clicks.add((interface, name))

    def expect_hidden_off(self, interface: str, name: str) -> None:
        """This checkbox comes with a hidden "0"."""
        self._offs.add((interface, name))

    def carried(self, interface: str, form: Form) -> list[tuple[str, str]]:
        """Further hidden values of a form."""
        return [(name, self.digest("carried", interface, form.key, name)[:10]) for name in self.carried_names]

    def read(self, interface: str, request: WebRequest) -> Visit | Submit | None:
        request = self._canonical(interface, request)
        if (interface, request.path) not in self._screens:
            return None
        if request.method != "POST":
            return super().read(interface, dataclasses.replace(request, query=self._unwired(interface, request.query)))
        sent = tuple(pair for pair in request.form if pair[0] in self.carried_names)
        rest = tuple(pair for pair in request.form if pair[0] not in self.carried_names)
        asked = super().read(interface, dataclasses.replace(request, form=self._unwired(interface, rest)))
        if isinstance(asked, Submit):
            form = self._forms[(interface, asked.form)]
            if sorted(sent) != sorted(self.carried(interface, form)):
                raise BadSubmission("the hidden values of the form are not as they were given")
        return asked

    def _unwired(self, interface: str, pairs: Pairs) -> Pairs:
        out: list[tuple[str, str]] = []
        for name, value in pairs:
            out += self._unwire(interface, name, value)
        for name in {name for name, value in out if value == "1" and (interface, name) in self._offs}:
            if (name, "0") not in pairs:
                raise BadSubmission(f"the hidden value beside {name} is missing")
        return tuple(out)

    def _unwire(self, interface: str, name: str, value: str) -> list[tuple[str, str]]:
        """One sent pair as base class and screens know it."""
        stem, dot, axis = name.rpartition(".")
        if dot and axis in ("x", "y") and (interface, stem) in self._clicks:
            if not value.lstrip("-").isdigit():
                raise BadSubmission(f"{name} is not a position")
            return [(stem, "1")] if axis == "x" else []
        if (interface, name) in self._clicks:
            raise BadSubmission(f"{name} is an image, its position is expected")
        if self.shared_button_name and name == self.shared_button_name:
            return [(value, "1")]
        if self._is_checkbox(interface, name):
            if value == "0" and (interface, name) in self._offs:
                return []
            if value != self.checked_value:
                raise BadSubmission(f"{name} has no value {value!r}")
            return [(name, "1")]
        return [(name, value)]

    def _is_checkbox(self, interface: str, name: str) -> bool:
        control = self._controls.get((interface, name))
        if control is None or control.role != "field":
            return False
        fields = self._forms[(interface, control.form)].fields
        return any(field.key == control.key and field.kind == "checkbox" for field in fields)


def _query(pairs: t.Sequence[tuple[str, str]]) -> str:
    return f"?{urllib.parse.urlencode(pairs)}" if pairs else ""


def _parse_query(query: str) -> list[tuple[str, str]]:
    return urllib.parse.parse_qsl(query, keep_blank_values=True)
