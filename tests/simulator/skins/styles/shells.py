# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document around menu, heading and body."""

from __future__ import annotations

from .page import Page

_PLAIN_STYLE = (
    "body{font:12px Verdana,sans-serif}.err{color:#900}.mnu td{background:#f60;padding:4px}.lbl{text-align:right}"
)
_CARD_STYLE = ":root{--accent:#f60}body{font-family:system-ui}.card{border:1px solid #ddd}.sr-only{position:absolute;left:-9999px}"


def _head(page: Page, style: str) -> str:
    base = f'<base href="/{page.screen.interface}/">' if page.skin.relative_links else ""
    extra = page.look.refresh(page)
    return f"{base}{extra}<title>{page.text(page.screen.title)}</title><style>{style}</style>"


def _noise(page: Page) -> str:
    return "\n".join(make(page) for make in page.look.noise)


def transitional(page: Page, body: str) -> str:
    """HTML 4.01, everything below each other."""
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
        f'<html lang="{page.language}"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f"{_head(page, _PLAIN_STYLE)}</head>\n<body>\n{page.look.account(page)}{page.look.menu(page)}"
        f'<div class="page">{page.look.heading(page)}{body}\n</div>\n{_noise(page)}\n</body></html>\n'
    )


def layout_table(page: Page, body: str) -> str:
    """No document type, no language; the menu in the left cell of a table, the content in the right one."""
    return (
        f'<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8">{_head(page, _PLAIN_STYLE)}</head>\n'
        f'<body bgcolor="#ffffff" text="#000000">\n<table width="100%"><tr><td colspan="2">{page.look.account(page)}</td></tr>\n'
        f'<tr><td valign="top" width="180">{page.look.menu(page)}</td><td valign="top"><table width="100%"><tr><td>'
        f"{page.look.heading(page)}{body}</td></tr></table></td></tr>\n"
        f'<tr><td colspan="2">{_noise(page)}</td></tr></table>\n</body></html>\n'
    )


def landmarks(page: Page, body: str) -> str:
    """HTML 5 with header, main and footer."""
    return (
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_head(page, _CARD_STYLE)}</head>\n'
        f'<body class="app">\n<header class="topbar"><span class="brand">{page.text(page.screen.title)}</span>\n'
        f"{page.look.account(page)}{page.look.menu(page)}</header>\n"
        f'<main id="content" class="container">{page.look.heading(page)}{body}</main>\n'
        f"<footer>{_noise(page)}</footer>\n</body>\n</html>\n"
    )


def content_first(page: Page, body: str) -> str:
    """The content comes before the menu in the source; the region is part of the language."""
    region = {"en": "en-US", "de": "de-DE"}[page.language]
    return (
        f'<!doctype html><html lang="{region}" dir="ltr"><head><meta charset="utf-8">{_head(page, _CARD_STYLE)}</head>\n'
        f'<body><div id="root"><div class="content" role="main">{page.look.heading(page)}{body}</div>\n'
        f'<div class="side">{page.look.menu(page)}{page.look.account(page)}</div></div>\n{_noise(page)}\n</body></html>\n'
    )
