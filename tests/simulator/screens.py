# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance shows and offers, without any markup: behaviour produces screens, a skin renders them.

Every text is a `Label`: a plain string (data such as a version or an address, the same in all languages), a
`Caption` (a key of the caption tables) or a `Moment` (a point in time that each language writes in its own way).
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Caption:
    """A text that is looked up in the caption table of the skin's language; parameters are labels themselves."""

    key: str
    params: tuple[tuple[str, Label], ...] = ()


@dataclasses.dataclass(frozen=True)
class Moment:
    """A point in time, in Unix seconds as the appliance's own clock tells them."""

    unix: float


Label = str | Caption | Moment


def caption(key: str, **params: Label) -> Caption:
    """The text with this key, its placeholders filled in."""
    return Caption(key, tuple(sorted(params.items())))


@dataclasses.dataclass(frozen=True)
class Target:
    """A screen that a link opens or a form is sent to; `item` tells which one (an address, a certificate, a package)."""

    screen: str
    item: str = ""


@dataclasses.dataclass(frozen=True)
class Link:
    label: Label
    target: Target


@dataclasses.dataclass(frozen=True)
class Paragraph:
    text: Label
    emphasised: bool = False


@dataclasses.dataclass(frozen=True)
class Message:
    """What the appliance tells about the last action or its state: kind is `info`, `success`, `warning` or `error`."""

    kind: str
    text: Label


@dataclasses.dataclass(frozen=True)
class Fact:
    """A label with its value. The key never shows; skins may use it for ids."""

    key: str
    label: Label
    value: Label


@dataclasses.dataclass(frozen=True)
class Facts:
    rows: tuple[Fact, ...]


@dataclasses.dataclass(frozen=True)
class Bullets:
    items: tuple[Label, ...]


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a table. `link` opens from the first cell, `selectable` rows have a checkbox when in a form."""

    key: str
    cells: tuple[Label, ...]
    link: Target | None = None
    selectable: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    key: str
    columns: tuple[Label, ...]
    rows: tuple[Row, ...]
    empty: Label = ""


@dataclasses.dataclass(frozen=True)
class Progress:
    percent: int
    label: Label


@dataclasses.dataclass(frozen=True)
class Option:
    value: str
    label: Label


@dataclasses.dataclass(frozen=True)
class Field:
    """A control. `kind`: text, number, password, checkbox, select, radio, file. A checkbox is on when `value` is "1"."""

    key: str
    label: Label
    kind: str = "text"
    value: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    hint: Label = ""


@dataclasses.dataclass(frozen=True)
class FieldGroup:
    fields: tuple[Field, ...]
    legend: Label = ""
    note: Label = ""


@dataclasses.dataclass(frozen=True)
class Button:
    key: str
    label: Label


@dataclasses.dataclass(frozen=True)
class Form:
    """Controls that are sent together to `action`. `safe`: sending it changes nothing, a skin may make it a link.

    `table` with selectable rows puts a checkbox in each row; the keys of the ticked rows are sent along.
    """

    key: str
    action: Target
    buttons: tuple[Button, ...]
    groups: tuple[FieldGroup, ...] = ()
    table: Table | None = None
    safe: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for group in self.groups for field in group.fields)

    @property
    def has_file(self) -> bool:
        return any(field.kind == "file" for field in self.fields)


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of a screen with its own heading; `key` lets a skin treat a kind of section in its own way."""

    key: str
    heading: Label
    parts: tuple[Part, ...]


Part = Paragraph | Message | Facts | Bullets | Table | Progress | Form | Link | Section


@dataclasses.dataclass(frozen=True)
class MenuEntry:
    label: Label
    target: Target
    current: bool = False
    children: tuple[MenuEntry, ...] = ()


@dataclasses.dataclass(frozen=True)
class Screen:
    """One page: `interface` is `appliance` or `login`, `heading` as the appliance writes it ("Updates :: Check").

    `refresh` asks the browser to load the same screen again after that many seconds. `user` is who is signed in.
    """

    key: str
    interface: str
    title: Label
    heading: Label
    parts: tuple[Part, ...]
    menu: tuple[MenuEntry, ...] = ()
    item: str = ""
    status: int = 200
    refresh: float | None = None
    user: str = ""
    sign_out: Target | None = None


@dataclasses.dataclass(frozen=True)
class Upload:
    """A file that came with a form: its name, its size in bytes, and where it was stored."""

    filename: str
    size: int
    path: str


@dataclasses.dataclass(frozen=True)
class Visit:
    """A request to look at a screen."""

    target: Target


@dataclasses.dataclass(frozen=True)
class Submit:
    """A form that was sent: which form, for which item, by which button (empty: by the Enter key)."""

    target: Target
    form: str
    button: str
    values: dict[str, str]
    selected: tuple[str, ...] = ()
    files: dict[str, Upload] = dataclasses.field(default_factory=dict)
    token: str = ""


SCREENS: dict[str, tuple[str, ...]] = {
    "appliance": (
        "sign_in",
        "sign_out",
        "agreement",
        "password",
        "status.basics",
        "users",
        "networking.ip_configuration",
        "networking.address",
        "networking.static_routes",
        "storage.status",
        "security.certificates",
        "security.certificate",
        "security.export",
        "security.import",
        "security.assign",
        "security.administration",
        "updates",
        "updates.check",
        "updates.install",
        "updates.licence",
        "updates.progress",
        "updates.key",
        "support.utilities",
        "confirm",
    ),
    "login": (
        "sign_in",
        "sign_out",
        "agreement",
        "password",
        "status.information",
        "my_account",
        "configuration",
        "jump.jump_clients",
        "jump.jumpoints",
        "access_console",
        "users_security",
        "reports",
        "management.software",
        "management.security",
        "management.site_configuration",
        "management.failover",
        "management.api_configuration",
        "management.support",
        "confirm",
    ),
}
