# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page shows: links, forms, controls with their labels, facts, messages, sections; no meaning yet."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from . import dom, facts, messages, navigation, sections, tables
from .controls import Button, Control, Form, read_forms
from .navigation import Link
from .tables import Table
from .words import clean


@dataclasses.dataclass(frozen=True, eq=False)
class PageView:
    """One parsed page. Elements are kept so that parts can be related to each other; nothing here ever changes."""

    root: t.Any = dataclasses.field(repr=False)
    url: str = ""
    status: int = 200
    preceding: PageView | None = dataclasses.field(default=None, repr=False)

    @functools.cached_property
    def order(self) -> dict[t.Any, int]:
        """Position of each element in the document."""
        return {element: index for index, element in enumerate(self.root.iter())}

    @functools.cached_property
    def language(self) -> str | None:
        """The page's own statement (``<html lang>``), as two letters."""
        stated = clean(self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang"))
        return stated[:2].lower() or None

    @functools.cached_property
    def title(self) -> str:
        found = self.root.find(".//title")
        return clean(found.text_content()) if found is not None else ""

    @functools.cached_property
    def sections(self) -> sections.Sections:
        return sections.Sections(self.root)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.sections.headings)

    @functools.cached_property
    def lines(self) -> tuple[str, ...]:
        """The visible text, a line a block, without captions of controls."""
        return tuple(dom.lines(self.root))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @functools.cached_property
    def _forms(self) -> tuple[tuple[Form, ...], tuple[Button, ...]]:
        return read_forms(self.root, self.url, self.sections)

    @property
    def forms(self) -> tuple[Form, ...]:
        return self._forms[0]

    @property
    def controls(self) -> tuple[Control, ...]:
        return tuple(control for form in self.forms for control in form.controls)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons of all forms, and those that belong to none (which nothing can press)."""
        return tuple(button for form in self.forms for button in form.buttons) + self._forms[1]

    @functools.cached_property
    def links(self) -> tuple[Link, ...]:
        return navigation.read_links(self.root, self.url, self.sections, self.forms)

    @functools.cached_property
    def tables(self) -> tuple[Table, ...]:
        return tables.read_tables(self.root, self.sections)

    @functools.cached_property
    def facts(self) -> tuple[facts.Fact, ...]:
        return facts.read_facts(self.root, self.controls, self.sections)

    @functools.cached_property
    def messages(self) -> tuple[messages.Message, ...]:
        return messages.read_messages(self.root)

    def all_lines(self) -> frozenset[str]:
        """Lines of this page and of the pages that led to it by themselves."""
        own = frozenset(self.lines)
        return own | self.preceding.all_lines() if self.preceding else own


def parse(
    body: bytes, url: str = "", content_type: str = "", status: int = 200, preceding: PageView | None = None
) -> PageView:
    """A page as served; raises TransportError where it is larger than any page of an appliance."""
    return PageView(root=dom.parse_html(body, content_type), url=url, status=status, preceding=preceding)
