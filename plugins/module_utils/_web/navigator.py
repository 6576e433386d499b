# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Going to a page through the menus, by captions; never by a guessed address, never by pressing what may change something."""

from __future__ import annotations

import typing as t

from . import dom
from .finder import Finder
from .navigation import Link, is_current
from .pages import MENUS, PAGES, PageSpec
from .view import PageView
from .vocabulary import Vocabulary
from .words import PREFIX, SAME_WORDS

MAX_VISITED: t.Final = 12

Follow = t.Callable[[Link], PageView]


def _heading_parts(view: PageView) -> list[str]:
    texts = [*view.headings, view.title]
    parts = [
        part
        for text in texts
        for part in (text, *text.replace("»", "::").replace(">", "::").replace("|", "::").split("::"))
    ]
    return [part.strip() for part in parts if part.strip()]


class Navigator:
    """Finds the pages of one interface, starting from the page that the sign-in led to."""

    def __init__(
        self, vocabulary: Vocabulary, same_origin: t.Callable[[str], bool], finder: t.Callable[[PageView, str], Finder]
    ) -> None:
        self._vocabulary = vocabulary
        self._same_origin = same_origin
        self._finder = finder

    def is_page(self, view: PageView, page: str) -> bool:
        """True where headings or what only this page shows say that it is the page."""
        spec = PAGES[page]
        return (
            self._has_mark(view, spec)
            or self._vocabulary.score(spec.leaf, _heading_parts(view), floor=SAME_WORDS) is not None
        )

    def _has_mark(self, view: PageView, spec: PageSpec) -> bool:
        texts = [caption for button in view.buttons for caption in button.captions]
        texts += [label for control in view.controls if control.visible for label in control.labels]
        texts += (
            [fact.label for fact in view.facts]
            + list(view.headings)
            + [header for table in view.tables for header in table.headers]
        )
        texts += [caption for link in view.links for caption in link.captions]
        return any(self._vocabulary.score(mark, texts, floor=SAME_WORDS) is not None for mark in spec.marks) or any(
            self._vocabulary.score(mark, view.lines, floor=SAME_WORDS) is not None for mark in spec.marks
        )

    def find(self, start: PageView, page: str, follow: Follow) -> PageView:
        """The page, reached from ``start``. Raises PageError naming what was looked for and which entries were seen."""
        spec = PAGES[page]
        visited: set[str] = {start.url}

        def visit(link: Link) -> PageView | None:
            if link.url == start.url and self.is_page(start, page):
                return start
            if link.url in visited or len(visited) > MAX_VISITED:
                return None
            visited.add(link.url)
            return follow(link)

        for path in spec.paths:
            found = self._by_path(start, path, page, visit)
            if found is not None:
                return found
        if self._has_mark(start, spec):
            return start
        for view in self._other_menus(start, visit):
            found = self._here(view, spec.paths[0], page, follow, start)
            if found is not None:
                return found
        seen = list(dict.fromkeys(caption for link in start.links if not link.aside for caption in link.captions))
        raise self._finder(start, page).fail(
            f"the menu entry {self._vocabulary.captions(spec.leaf)[0]!r} was not found", key=spec.leaf, candidates=seen
        )

    def _by_path(
        self, start: PageView, path: t.Sequence[str], page: str, visit: t.Callable[[Link], PageView | None]
    ) -> PageView | None:
        if len(path) == 1:
            links = self._links(start, path[0])
            if not links and self._current_tab(start, path[0]) and self.is_page(start, page):
                return start
            view = visit(self._one(links, start, page, path[0])) if links else None
            return view if view is not None and self.is_page(view, page) else None
        here = self._here(start, path, page, visit, None)
        if here is not None:
            return here
        parent_links = self._links(start, path[0])
        if not parent_links:
            return None
        view = visit(self._one(parent_links, start, page, path[0]))
        return self._here(view, path, page, visit, start) if view is not None else None

    def _here(
        self,
        view: PageView,
        path: t.Sequence[str],
        page: str,
        visit: t.Callable[[Link], PageView | None],
        came_from: PageView | None,
    ) -> PageView | None:
        """Take the last entry of the path on this page, if it stands under its menu or is the only one of its name."""
        leaf, parent = path[-1], path[0]
        if came_from is not None and self._has_mark(view, PAGES[page]):
            return view
        links = self._links(view, leaf)
        under = [link for link in links if self._vocabulary.score(parent, link.parents, loose=True) is not None]
        if not under and came_from is not None:
            old = {link.url for link in came_from.links}
            under = [link for link in links if link.url not in old] or links
        if not under and came_from is None and not self._is_top_level(view, leaf, links):
            under = links
        if under:
            found = visit(self._one(under, view, page, leaf))
            if found is not None:
                return found
        if came_from is not None and (self._current_tab(view, leaf) or self.is_page(view, page)):
            return view
        return None

    def _is_top_level(self, view: PageView, leaf: str, links: t.Sequence[Link]) -> bool:
        """True where an entry stands in one menu with other main entries, so that it is another page of the same name."""
        if not links or leaf not in MENUS:
            return False
        mains = [link for key in MENUS if key != leaf for link in self._links(view, key)]
        return any(_same_list(link.element, main.element) for link in links for main in mains)

    def _other_menus(self, start: PageView, visit: t.Callable[[Link], PageView | None]) -> t.Iterator[PageView]:
        for key in MENUS:
            links = self._links(start, key)
            view = visit(links[0]) if links else None
            if view is not None:
                yield view

    def _links(self, view: PageView, key: str) -> list[Link]:
        usable = [link for link in view.links if not link.disabled and self._same_origin(link.url)]
        for aside in (False, True):
            for shown in (True, False):
                some = [link for link in usable if link.aside is aside and link.visible is shown]
                found = self._vocabulary.best(key, some, lambda link: link.captions, floor=PREFIX)
                if found:
                    return found
        return []

    def _one(self, links: t.Sequence[Link], view: PageView, page: str, key: str) -> Link:
        """All the same address, or the one that stands in the menu rather than in the text; else it is ambiguous."""
        if len({link.url.split("#")[0] for link in links}) == 1:
            return links[0]
        in_menu = [link for link in links if _in_menu(link.element)]
        if in_menu and len({link.url.split("#")[0] for link in in_menu}) == 1:
            return in_menu[0]
        raise self._finder(view, page).fail(
            f"the menu entry {self._vocabulary.captions(key)[0]!r} leads to several places",
            key=key,
            candidates=[" > ".join((*reversed(link.parents), link.caption)) for link in links],
        )

    def _current_tab(self, view: PageView, key: str) -> bool:
        """True where the entry is there as text that is marked as the current tab."""
        for element in view.root.iter("li", "a", "span", "b", "strong", "div", "button", "td", "em"):
            if is_current(element) or element.tag in ("b", "strong", "em"):
                text = dom.text_of(element, form_parts=True)
                if len(text) < 60 and self._vocabulary.score(key, [text], floor=SAME_WORDS) is not None:
                    return True
        return False


def _in_menu(element: t.Any) -> bool:
    for node in element.iterancestors():
        if node.tag in ("nav", "header", "menu") or (node.get("role") or "") in (
            "navigation",
            "menu",
            "menubar",
            "tablist",
        ):
            return True
        marks = " ".join((node.get("class") or "", node.get("id") or "")).lower()
        if any(mark in marks for mark in ("nav", "menu", "tabs", "sidebar")):
            return True
    return False


def _same_list(one: t.Any, other: t.Any) -> bool:
    """True where two entries stand beside each other: in the same list, or in the same box."""

    def holder(element: t.Any) -> t.Any:
        node = element.getparent()
        while (node is not None and node.tag in ("li", "span", "td", "b", "strong")) or (
            node is not None and node.tag == "div" and len(node.findall(".//a")) <= 1
        ):
            node = node.getparent()
        return node

    return holder(one) is holder(other)
