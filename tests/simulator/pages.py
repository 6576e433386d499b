# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages of both web interfaces have in common: building screens, and outcomes of actions."""

from __future__ import annotations

import dataclasses
import typing as t

from .device import Device
from .screens import (
    Button,
    Field,
    FieldGroup,
    Form,
    Label,
    MenuEntry,
    Message,
    Paragraph,
    Part,
    Screen,
    Section,
    Submit,
    Target,
    caption,
)
from .site import Refused


@dataclasses.dataclass(frozen=True)
class Go:
    """Redirect to a screen, which then shows the message."""

    target: Target
    message: Message | None = None


@dataclasses.dataclass(frozen=True)
class Download:
    """A file for the browser to save."""

    filename: str
    content_type: str
    length: int
    chunks: t.Iterator[bytes]


Outcome = Screen | Go | Download
ShowScreen = t.Callable[[str], Screen]
Act = t.Callable[[Submit], Outcome]


class Pages:
    """The screens and actions of one interface of one device.

    `screens` maps screen keys to functions of the item; `actions` maps form keys. `reads` are the forms that
    change nothing, whatever happens.
    """

    interface: t.ClassVar[str]
    start: t.ClassVar[str]
    reads: t.ClassVar[frozenset[str]] = frozenset()

    def __init__(self, device: Device) -> None:
        self.device = device
        self.screens: dict[str, ShowScreen] = {}
        self.actions: dict[str, Act] = {}

    def menu(self) -> tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]:
        """Top entries: caption key, screen (None: that of the first tab), tabs as (caption key, screen)."""
        raise NotImplementedError

    def offers(self, screen: str) -> bool:
        """Whether the menu leads to this screen now; screens below a menu entry follow it."""
        if screen in self.device.options.hidden:
            return False
        reachable = {
            target for _caption, target, tabs in self.menu() for target in (target, *(tab for _c, tab in tabs))
        }
        if screen in reachable or screen == "confirm":
            return True
        group = screen.split(".")[0]
        return any(target is not None and target.split(".")[0] == group for target in reachable) and not any(
            screen == tab for _caption, _target, tabs in self.full_menu() for _c, tab in tabs
        )

    def full_menu(self) -> tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]:
        return self.menu()

    def page(self, key: str, heading: Label, *parts: Part, item: str = "", refresh: float | None = None) -> Screen:
        return Screen(
            key,
            self.interface,
            caption(f"site.{self.interface}"),
            heading,
            tuple(parts),
            menu=self._menu_entries(key),
            item=item,
            refresh=refresh,
            sign_out=Target("sign_out"),
        )

    def _menu_entries(self, current: str) -> tuple[MenuEntry, ...]:
        entries = []
        for key, screen, tabs in self.menu():
            shown = [(name, tab) for name, tab in tabs if tab not in self.device.options.hidden]
            first = screen if screen is not None else (shown[0][1] if shown else None)
            if first is None or first in self.device.options.hidden:
                continue
            children = tuple(
                MenuEntry(caption(name), Target(tab), tab == current or _below(tab, current)) for name, tab in shown
            )
            here = first == current or any(child.current for child in children) or _same_group(first, current)
            entries.append(MenuEntry(caption(key), Target(first), here, children))
        return tuple(entries)

    def placeholder(self, key: str, name: str) -> ShowScreen:
        return lambda _item: self.page(key, caption(name), Paragraph(caption("placeholder")))

    def confirm(self, heading: Label, text: Label, form: str, button: Label, back: str, item: str = "") -> Screen:
        """The screen that asks before something is done; its button repeats the action that was asked for."""
        return self.page(
            "confirm",
            heading,
            Paragraph(text),
            Form(
                form,
                Target("confirm", item),
                (Button("confirm", button), Button("cancel", caption("cancel"))),
                safe=False,
            ),
            item=item,
        )

    def refused(self, show: str, error: Refused, item: str = "") -> Screen:
        """The screen again, with the reason why the action was refused."""
        screen = self.screens[show](item)
        return dataclasses.replace(screen, parts=(Message("error", error.label), *screen.parts))


def _same_group(first: str, current: str) -> bool:
    return first.split(".")[0] == current.split(".")[0]


def _below(tab: str, current: str) -> bool:
    below = {
        "networking.ip_configuration": ("networking.address",),
        "security.certificates": ("security.certificate", "security.export", "security.import", "security.assign"),
    }
    return current in below.get(tab, ())


def done(screen: str, text: Label, item: str = "") -> Go:
    return Go(Target(screen, item), Message("success", text))


def simple_form(
    key: str, screen: str, button: Button, *fields: Field, item: str = "", legend: Label = "", safe: bool = False
) -> Form:
    groups = (FieldGroup(tuple(fields), legend),) if fields else ()
    return Form(key, Target(screen, item), (button,), groups, safe=safe)


def without(screen: Screen, control: str) -> Screen:
    """The screen with the field, button, menu entry or section of this key left out (a fault)."""

    def prune(value: t.Any) -> t.Any:
        if isinstance(value, tuple):
            return tuple(prune(entry) for entry in value if not _is(entry, control))
        if dataclasses.is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Target):
            return dataclasses.replace(
                value, **{field.name: prune(getattr(value, field.name)) for field in dataclasses.fields(value)}
            )
        return value

    pruned: Screen = prune(screen)
    return pruned


def _is(entry: t.Any, control: str) -> bool:
    if isinstance(entry, MenuEntry):
        return entry.target.screen == control
    return isinstance(entry, (Field, Button, Section, Form)) and entry.key == control
