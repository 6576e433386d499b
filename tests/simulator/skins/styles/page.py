# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page that is being written: what the style functions need to know, and the look that says which of them write it."""

from __future__ import annotations

import dataclasses
import html
import typing as t

from ...screens import (
    Bullets,
    Caption,
    Facts,
    Field,
    FieldGroup,
    Form,
    Label,
    Link,
    Message,
    Moment,
    Paragraph,
    Part,
    Progress,
    Screen,
    Section,
    Table,
    Target,
)
from ..wording import utc

if t.TYPE_CHECKING:
    from ..composed import ComposedSkin


@dataclasses.dataclass(frozen=True)
class Labelled:
    """A control with its label: `before` can stand in a cell of its own, `control` may hold a label itself."""

    before: str
    control: str
    after: str = ""


@dataclasses.dataclass(frozen=True)
class Look:
    """The styles of one page. `colon` ends the labels of facts and fields, `required` marks fields that must be filled.

    `ink` changes the text of captions (spaces, hyphens), `encode` the escaped text, `tidy` the finished document.
    `safe_forms` says what becomes of forms that change nothing: `form`, `get` or `link`. `time_tags`: dates as <time>.
    `hidden_off`: a checkbox comes with a hidden value for "off". `split_heading`: what replaces " :: " in headings.
    """

    shell: t.Callable[[Page, str], str]
    menu: t.Callable[[Page], str]
    account: t.Callable[[Page], str]
    heading: t.Callable[[Page], str]
    section: t.Callable[[Page, Section, str], str]
    paragraph: t.Callable[[Page, Paragraph], str]
    message: t.Callable[[Page, Message], str]
    facts: t.Callable[[Page, Facts], str]
    bullets: t.Callable[[Page, Bullets], str]
    table: t.Callable[[Page, Table, Form | None], str]
    progress: t.Callable[[Page, Progress], str]
    link: t.Callable[[Page, Link], str]
    label: t.Callable[[Page, Form, Field], Labelled]
    group: t.Callable[[Page, Form, FieldGroup], str]
    buttons: t.Callable[[Page, Form], str]
    form: t.Callable[[Page, Form], str]
    noise: tuple[t.Callable[[Page], str], ...] = ()
    refresh: t.Callable[[Page], str] = lambda _page: ""
    colon: str = ":"
    required: str = ""
    safe_forms: str = "form"
    time_tags: bool = False
    hidden_off: bool = False
    split_heading: str = " :: "
    ink: t.Callable[[str], str] = lambda text: text
    encode: t.Callable[[str], str] = lambda text: text
    tidy: t.Callable[[str], str] = lambda document: document


def attributes(**values: str | bool | None) -> str:
    """HTML attributes of escaped values; True stands alone, None and False are left out. `_` is written as `-`."""
    out = ""
    for name, value in values.items():
        name = name.rstrip("_").replace("_", "-")
        if value is True:
            out += f" {name}"
        elif value is not None and value is not False:
            out += f' {name}="{value}"'
    return out


class Page:
    """One document: a screen in a look. `depth` is how many sections enclose what is written now."""

    def __init__(self, skin: ComposedSkin, screen: Screen, token: str, look: Look) -> None:
        self.skin = skin
        self.screen = screen
        self.token = token
        self.look = look
        self.depth = 0
        self._ids = 0

    @property
    def language(self) -> str:
        return self.skin.language

    def document(self) -> str:
        body = self.parts(self.screen.parts)
        return self.look.tidy(self.look.shell(self, body))

    def text(self, label: Label) -> str:
        """The label as HTML text."""
        words = self.skin.text(label)
        if isinstance(label, Moment) and self.look.time_tags:
            return f'<time datetime="{utc(label):%Y-%m-%dT%H:%M:%SZ}">{self.raw(words)}</time>'
        return self.raw(self.look.ink(words) if isinstance(label, Caption) else words)

    def value(self, label: Label) -> str:
        """The label as the value of an attribute."""
        return self.raw(self.skin.text(label))

    def raw(self, words: str) -> str:
        return self.look.encode(html.escape(words))

    def local(self, english: str, german: str) -> str:
        """Words of the skin itself, such as a help link, in the language of the page."""
        return self.raw(german if self.language == "de" else english)

    def href(self, target: Target) -> str:
        return html.escape(self.skin.link(self.screen.interface, target))

    def name(self, form: Form, role: str, key: str) -> str:
        return html.escape(self.skin.control_name(self.screen.interface, form, role, key))

    def fresh_id(self, stem: str = "e") -> str:
        self._ids += 1
        return self.skin.element_id(stem, self.screen.key, self._ids)

    def headings(self) -> list[str]:
        """The parts of the screen's heading ("Security :: Certificates") as HTML text."""
        words = self.skin.text(self.screen.heading).split(" :: ")
        return [self.raw(self.look.ink(word)) for word in words]

    def field_label(self, field: Field) -> str:
        return self.text(field.label) + self.look.colon + (self.look.required if field.required else "")

    def parts(self, parts: tuple[Part, ...]) -> str:
        return "\n".join(self.part(part) for part in self.skin.arranged(self.screen, parts))

    def part(self, part: Part) -> str:
        look = self.look
        if isinstance(part, Section):
            self.depth += 1
            inner = self.parts(part.parts)
            self.depth -= 1
            return look.section(self, part, inner)
        if isinstance(part, Paragraph):
            return look.paragraph(self, part)
        if isinstance(part, Message):
            return look.message(self, part)
        if isinstance(part, Facts):
            return look.facts(self, part)
        if isinstance(part, Bullets):
            return look.bullets(self, part)
        if isinstance(part, Table):
            return look.table(self, part, None)
        if isinstance(part, Progress):
            return look.progress(self, part)
        if isinstance(part, Link):
            return look.link(self, part)
        return look.form(self, part)
