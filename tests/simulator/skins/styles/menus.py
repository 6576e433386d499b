# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Menus, and where a page says who is signed in. Some show every tab, some only the tabs of the present entry."""

from __future__ import annotations

import html

from ...screens import MenuEntry, caption
from .page import Page, attributes


def _link(page: Page, entry: MenuEntry, **extra: str | bool | None) -> str:
    return f'<a href="{page.href(entry.target)}"{attributes(**extra)}>{page.text(entry.label)}</a>'


def _tabs(page: Page) -> tuple[MenuEntry, ...]:
    """The tabs of the present menu entry."""
    entries = page.skin.arranged_menu(page.screen)
    return next((entry.children for entry in entries if entry.current), ())


def two_tables(page: Page) -> str:
    """A row of cells for the menu, a second one for the tabs of the present entry."""

    def cells(entries: tuple[MenuEntry, ...]) -> str:
        return "".join(
            f"<td{attributes(class_='cur' if each.current else None)}>{_link(page, each)}</td>" for each in entries
        )

    top, tabs = page.skin.arranged_menu(page.screen), _tabs(page)
    out = f'<table class="mnu" width="100%"><tr>{cells(top)}</tr></table>\n'
    return out + (f'<table class="tab"><tr>{cells(tabs)}</tr></table>\n' if tabs else "")


def stacked_cells(page: Page) -> str:
    """A column at the left, tabs indented under the present entry, images for bullets."""
    rows = ""
    for entry in page.skin.arranged_menu(page.screen):
        rows += f'<tr><td class="nav"><img src="/i/dot.gif" alt="">{_link(page, entry)}</td></tr>\n'
        for child in entry.children if entry.current else ():
            rows += f'<tr><td class="sub">&nbsp;&nbsp;{_link(page, child)}</td></tr>\n'
    return f'<table class="nav" cellpadding="2">{rows}</table>'


def nested_lists(page: Page) -> str:
    """All entries with all tabs as nested lists; a style sheet would unfold them."""

    def items(entries: tuple[MenuEntry, ...]) -> str:
        out = ""
        for entry in entries:
            current = "page" if entry.current and not entry.children else None
            below = f'<ul class="submenu">{items(entry.children)}</ul>' if entry.children else ""
            out += f'<li class="{"active" if entry.current else "item"}">{_link(page, entry, aria_current=current)}{below}</li>\n'
        return out

    title = page.local("Main navigation", "Hauptnavigation")
    return f'<nav aria-label="{title}"><ul class="menu">{items(page.skin.arranged_menu(page.screen))}</ul></nav>'


def unfolding(page: Page) -> str:
    """Entries with tabs are no links themselves but unfold."""
    out = ""
    for entry in page.skin.arranged_menu(page.screen):
        if not entry.children:
            out += f'<div class="nav-item">{_link(page, entry, class_="nav-link")}</div>\n'
            continue
        tabs = "".join(f"<li>{_link(page, child, class_='nav-link')}</li>" for child in entry.children)
        out += f"<details{attributes(open=entry.current)}><summary>{page.text(entry.label)}</summary><ul>{tabs}</ul></details>\n"
    return f'<nav class="sidebar">{out}</nav>'


def plain_current(page: Page) -> str:
    """The present entry and the present tab are words, not links; other tabs show only after a click on their entry."""

    def cells(entries: tuple[MenuEntry, ...]) -> str:
        return "".join(
            f'<td class="on"><b>{page.text(each.label)}</b></td>' if each.current else f"<td>{_link(page, each)}</td>"
            for each in entries
        )

    top, tabs = page.skin.arranged_menu(page.screen), _tabs(page)
    second = f'<tr><td colspan="{len(top)}"><table><tr>{cells(tabs)}</tr></table></td></tr>' if tabs else ""
    return f'<table class="top" border="0"><tr>{cells(top)}</tr>{second}</table>'


def with_bars(page: Page) -> str:
    """Links with bars between, the tabs in a second line; what is below the present tab leads back to it."""

    def line(entries: tuple[MenuEntry, ...]) -> str:
        shown = (f"<strong>{_link(page, each)}</strong>" if each.current else _link(page, each) for each in entries)
        return " | ".join(shown)

    tabs = _tabs(page)
    second = f'<div class="line2">{line(tabs)}</div>' if tabs else ""
    return f'<div class="line1">[ {line(page.skin.arranged_menu(page.screen))} ]</div>{second}\n'


def tab_roles(page: Page) -> str:
    """Buttons in looks, links in truth; the tabs of all entries are in the page, those of other entries hidden by script."""
    entries = page.skin.arranged_menu(page.screen)
    top = "".join(
        f"<li>{_link(page, each, role='tab', aria_selected='true' if each.current else 'false')}</li>"
        for each in entries
    )
    tabs = "".join(f"<li>{_link(page, each, class_='btn btn-link', role='button')}</li>" for each in _tabs(page))
    return f'<ul role="tablist">{top}</ul>' + (f'<ul class="subtabs">{tabs}</ul>' if tabs else "")


def _sign_out_words(page: Page) -> str:
    return page.text(caption("sign_out"))


def user_line(page: Page) -> str:
    """`admin | Logout`"""
    if page.screen.sign_out is None:
        return ""
    link = f'<a href="{page.href(page.screen.sign_out)}">{_sign_out_words(page)}</a>'
    return f'<div class="usr">{page.raw(page.screen.user)} | {link}</div>\n'


def user_menu(page: Page) -> str:
    """A folded menu with the user's name on it."""
    if page.screen.sign_out is None:
        return ""
    title = page.value(caption("sign_out"))
    link = (
        f'<a class="dropdown-item" href="{page.href(page.screen.sign_out)}" title="{title}">{_sign_out_words(page)}</a>'
    )
    words = page.local("Signed in as", "Angemeldet als")
    return f'<div class="user-menu"><span>{words} <b>{page.raw(page.screen.user)}</b></span> <div class="dropdown">{link}</div></div>\n'


def user_form(page: Page) -> str:
    """A button in a form of its own that is sent by GET."""
    if page.screen.sign_out is None:
        return ""
    path, hidden = page.skin.get_form(page.screen.interface, page.screen.sign_out)
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in hidden
    )
    return (
        f'<form class="me" method="get" action="{html.escape(path)}">{inputs}{page.raw(page.screen.user)} '
        f'<button type="submit">{_sign_out_words(page)}</button></form>\n'
    )


def user_image(page: Page) -> str:
    """An image for a link; its alternative text is the caption."""
    if page.screen.sign_out is None:
        return ""
    image = f'<img src="/i/exit.gif" alt="{page.value(caption("sign_out"))}" border="0">'
    return (
        f'<p align="right"><a href="{page.href(page.screen.sign_out)}">{image}</a> ({page.raw(page.screen.user)})</p>\n'
    )
