# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A single-page application: every address gives the same shell, screens are data, and a script draws them.

The script (`application.js`) goes by names, habits, an order and delays that the seed decides: menus of links, boxes or buttons, an account
menu that is folded away, news above the first page, dialogs, toasts, switches, drawn selects, buttons that wait for their fields, shadow
trees, rows that come late.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import typing as t
from pathlib import Path

from ..screens import (
    Bullets,
    Caption,
    Facts,
    Form,
    Label,
    Link,
    MenuEntry,
    Message,
    Paragraph,
    Part,
    Progress,
    Screen,
    Section,
    Submit,
    Table,
    Target,
    Visit,
)
from .base import Skin, WebRequest
from .wording import Wording, american
from .wording.modern import MODERN_ENGLISH

#: What the application says of itself: the heading of its news, and the button that closes them.
_WORDS = {"en": ["What is new in this release", "Got it"], "de": ["Neues in dieser Version", "Verstanden"]}
#: Screens that are shown as a dialog above the screen before.
_DIALOGS = frozenset({"confirm", "updates.licence"})


class ApplicationSkin(Skin):
    """`wording` gives the language, `script` draws the screens; addresses and names differ with the seed."""

    script = Path(__file__).with_suffix(".js")

    wording = Wording("en", american, MODERN_ENGLISH)
    media = "application/json; charset=utf-8"
    token_name = "xsrf"
    redirects_to_sign_in = False

    def __init__(self, seed: int) -> None:
        self.language = self.wording.language  # type: ignore[misc]
        dice = random.Random(f"application {seed}")
        self._data = dice.choice(["rpc", "backend", "svc/v3", "json"])
        self._salt = dice.randbytes(4).hex()
        self._habits = {
            "menu": dice.choice(["boxes", "links", "roles", "buttons"]),
            "buttons": dice.choice(["native", "boxes"]),
            "switches": dice.choice([True, False]),
            "shadow": dice.choice(["facts", "forms", "none"]),
            "labels": dice.choice(["aria", "beside", "placeholder", "wrapping"]),
            "delay": dice.choice([40, 120, 250]),
            "forms": dice.choice([True, False]),
            "routes": dice.choice(["history", "hash", "memory"]),
            "selects": dice.choice(["native", "drawn"]),
            "account": dice.choice(["open", "folded"]),
            "news": dice.choice([True, False]),
            "waits": dice.choice([True, False]),
            "words": _WORDS[self.language],
        }
        self._shuffles = dice.choice([True, False])
        super().__init__(seed)

    def path(self, interface: str, screen: str) -> str:
        digest = hashlib.sha256(f"{self._salt}/{interface}/{screen}".encode()).hexdigest()[:8]
        return f"/{interface}/{self._data}/{digest}"

    def name(self, form: str, role: str, key: str) -> str:
        return hashlib.sha256(f"{self._salt}/{form}/{role}/{key}".encode()).hexdigest()[:10]

    def text(self, label: Label) -> str:
        return self.wording.words(label)

    def shell(self, interface: str, request: WebRequest) -> tuple[str, bytes] | None:
        """What any address that is no data gives: the script, or the empty page that loads it."""
        if request.method != "GET" or request.path.startswith(f"/{interface}/{self._data}/"):
            return None
        if request.path == f"/{interface}/assets/main.js":
            start = {"interface": interface, "first": self.path(interface, "sign_in"), "habits": self._habits}
            script = f"const START = {json.dumps(start)};\n" + self.script.read_text(encoding="utf-8")
            return "text/javascript; charset=utf-8", script.encode()
        page = (
            f'<!DOCTYPE html><html lang="{self.language}"><head><meta charset="utf-8"><title>Appliance</title></head><body>'
            "<noscript>You need to enable JavaScript to run this app.</noscript>"
            f'<div id="root"></div><script src="/{interface}/assets/main.js"></script></body></html>'
        )
        return "text/html; charset=utf-8", page.encode()

    def read(self, interface: str, request: WebRequest) -> Visit | Submit | None:
        if request.method == "GET" and request.path == self.path(interface, "sign_in"):
            # The application asks where it is; who is signed in is led to the first screen.
            return Visit(Target(""))
        return super().read(interface, request)

    def document(self, screen: Screen, token: str) -> str:
        return json.dumps(
            {
                "key": screen.key if screen.key in ("sign_in", "sign_out") else "",
                "at": self._at(screen.interface, Target(screen.key, screen.item)),
                "dialog": screen.key in _DIALOGS,
                "title": self.text(screen.title),
                "heading": self.text(screen.heading),
                "user": screen.user,
                "refresh": screen.refresh,
                "token": token,
                "tokenName": self.token_name,
                "menu": [self._entry(screen, entry) for entry in self._arranged("menu", screen, screen.menu)],
                "signOut": self._go(screen, screen.sign_out, Caption("sign_out")) if screen.sign_out else None,
                "parts": [self._part(screen, part) for part in self._parts(screen)],
            },
            ensure_ascii=False,
        )

    def _parts(self, screen: Screen) -> tuple[Part, ...]:
        """Sections change places among themselves."""
        sections = list(self._arranged("parts", screen, tuple(p for p in screen.parts if isinstance(p, Section))))
        return tuple(sections.pop(0) if isinstance(part, Section) else part for part in screen.parts)

    def _arranged(self, kind: str, screen: Screen, things: tuple[t.Any, ...]) -> tuple[t.Any, ...]:
        if not self._shuffles:
            return things
        about = screen.interface if kind == "menu" else f"{screen.key} {len(things)}"
        return tuple(random.Random(f"{self._salt} {kind} {about}").sample(things, len(things)))

    def _at(self, interface: str, target: Target) -> str:
        return self.url(interface, target) if (interface, self.path(interface, target.screen)) in self._screens else ""

    def _go(self, screen: Screen, target: Target, label: Label) -> dict[str, t.Any]:
        return {"label": self.text(label), "to": self.url(screen.interface, target)}

    def _entry(self, screen: Screen, entry: MenuEntry) -> dict[str, t.Any]:
        return {
            **self._go(screen, entry.target, entry.label),
            "current": entry.current,
            "children": [self._entry(screen, child) for child in entry.children],
        }

    def _part(self, screen: Screen, part: Part) -> dict[str, t.Any]:
        if isinstance(part, Section):
            parts = [self._part(screen, inner) for inner in part.parts]
            return {"is": "section", "heading": self.text(part.heading), "parts": parts}
        if isinstance(part, Paragraph):
            return {"is": "paragraph", "text": self.text(part.text)}
        if isinstance(part, Message):
            return {"is": "message", "kind": part.kind, "text": self.text(part.text)}
        if isinstance(part, Facts):
            rows = [[self.text(fact.label), self.text(fact.value)] for fact in part.rows]
            return {"is": "facts", "rows": rows}
        if isinstance(part, Bullets):
            return {"is": "bullets", "items": [self.text(item) for item in part.items]}
        if isinstance(part, Progress):
            return {"is": "progress", "percent": part.percent, "label": self.text(part.label)}
        if isinstance(part, Link):
            return {"is": "link", **self._go(screen, part.target, part.label)}
        if isinstance(part, Table):
            return self._table(screen, part, None)
        return self._form(screen, part)

    def _table(self, screen: Screen, table: Table, form: Form | None) -> dict[str, t.Any]:
        return {
            "is": "table",
            "name": self.control_name(screen.interface, form, "selection", table.key) if form is not None else "",
            "columns": [self.text(column) for column in table.columns],
            "rows": [
                {
                    "key": row.key,
                    "cells": [self.text(cell) for cell in row.cells],
                    "to": self.url(screen.interface, row.link) if row.link else "",
                    "selectable": row.selectable and form is not None,
                }
                for row in table.rows
            ],
            "empty": self.text(table.empty),
        }

    def _form(self, screen: Screen, form: Form) -> dict[str, t.Any]:
        interface = screen.interface
        return {
            "is": "form",
            "to": self.url(interface, form.action),
            "file": form.has_file,
            "table": self._table(screen, form.table, form) if form.table else None,
            "buttons": [
                {"name": self.control_name(interface, form, "button", button.key), "label": self.text(button.label)}
                for button in form.buttons
            ],
            "groups": [
                {
                    "legend": self.text(group.legend),
                    "note": self.text(group.note),
                    "fields": [
                        {
                            **{
                                key: value
                                for key, value in dataclasses.asdict(field).items()
                                if key in ("kind", "value", "required")
                            },
                            "name": self.control_name(interface, form, "field", field.key),
                            "label": self.text(field.label),
                            "hint": self.text(field.hint),
                            "options": [[option.value, self.text(option.label)] for option in field.options],
                        }
                        for field in group.fields
                    ],
                }
                for group in form.groups
            ],
        }


SKIN = ApplicationSkin
