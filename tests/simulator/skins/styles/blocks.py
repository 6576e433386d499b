# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Headings, sections, texts, messages, progress and links."""

from __future__ import annotations

import html

from ...screens import Bullets, Link, Message, Paragraph, Progress, Section
from .page import Page

# Headings


def heading_in_full(page: Page) -> str:
    return f"<h2>{page.look.split_heading.join(page.headings())}</h2>\n"


def heading_with_crumbs(page: Page) -> str:
    """The last part is the heading, the others lead to it."""
    *above, last = page.headings()
    crumbs = "".join(f"<li>{word}</li>" for word in above)
    trail = (
        f'<nav aria-label="breadcrumb"><ol class="breadcrumb">{crumbs}<li aria-current="page">{last}</li></ol></nav>'
    )
    return (trail if above else "") + f"<h1>{last}</h1>\n"


def heading_bold(page: Page) -> str:
    words = page.look.split_heading.join(page.headings())
    return f'<table width="100%"><tr><td class="head"><font size="4"><b>{words}</b></font></td></tr></table>\n'


# Sections


def section_h3(page: Page, section: Section, inner: str) -> str:
    return f'<div class="sec"><h3>{page.text(section.heading)}</h3>\n{inner}</div>'


def section_dashed(page: Page, section: Section, inner: str) -> str:
    """The heading begins with a dash that folds the section."""
    return f'<div class="sec"><h3><span class="fold">&ndash;</span> {page.text(section.heading)}</h3>\n{inner}</div>'


def section_card(page: Page, section: Section, inner: str) -> str:
    own, level = page.fresh_id("s"), min(6, page.depth + 2)
    head = f'<header class="card-header"><h{level} id="{own}">{page.text(section.heading)}</h{level}></header>'
    return f'<section class="card" aria-labelledby="{own}">{head}<div class="card-body">{inner}</div></section>'


def section_fieldset(page: Page, section: Section, inner: str) -> str:
    return f"<fieldset><legend>{page.text(section.heading)}</legend>\n{inner}</fieldset>"


def section_table(page: Page, section: Section, inner: str) -> str:
    head = f'<tr><td class="head">{page.text(section.heading)}</td></tr>'
    return f'<table class="box" width="100%">{head}\n<tr><td>{inner}</td></tr></table>'


def section_bold(page: Page, section: Section, inner: str) -> str:
    return f'<div class="block"><b>{page.text(section.heading)}</b><br>\n{inner}\n<hr></div>'


def section_details(page: Page, section: Section, inner: str) -> str:
    return f"<details open><summary>{page.text(section.heading)}</summary>\n<div>{inner}</div></details>"


# Texts


def paragraph(page: Page, part: Paragraph) -> str:
    text = page.text(part.text)
    return f"<p><i>{text}</i></p>" if part.emphasised else f"<p>{text}</p>"


def paragraph_div(page: Page, part: Paragraph) -> str:
    return f'<div class="{"text text-muted" if part.emphasised else "text"}">{page.text(part.text)}</div>'


def paragraph_grey(page: Page, part: Paragraph) -> str:
    text = page.text(part.text)
    return f'<font color="#999999">{text}</font><br>' if part.emphasised else f"{text}<br><br>"


def bullets(page: Page, part: Bullets) -> str:
    items = "".join(f"<li>{page.text(item)}</li>" for item in part.items)
    return f"<ul>{items}</ul>"


def bullets_lines(page: Page, part: Bullets) -> str:
    return "<p>" + "<br>".join(f"&nbsp;- {page.text(item)}" for item in part.items) + "</p>"


def bullets_divs(page: Page, part: Bullets) -> str:
    return "".join(f'<div class="line">{page.text(item)}</div>' for item in part.items)


# Messages


def message(page: Page, part: Message) -> str:
    return f'<div class="{"err" if part.kind == "error" else "msg"}">{page.text(part.text)}</div>'


def message_toast(page: Page, part: Message) -> str:
    """role=alert, a class by kind, and a cross to close it."""
    kind = {"error": "danger"}.get(part.kind, part.kind)
    close = f'<button type="button" class="close" aria-label="{page.local("Close", "Schließen")}">&times;</button>'
    return f'<div class="toast alert-{kind}" role="alert">{close}<span>{page.text(part.text)}</span></div>'


def message_status(page: Page, part: Message) -> str:
    role = "alert" if part.kind in ("error", "warning") else "status"
    return f'<p role="{role}" data-kind="{part.kind}">{page.text(part.text)}</p>'


def message_image(page: Page, part: Message) -> str:
    """An image that says of what kind the message is, in a table."""
    words = {
        "error": ("Error", "Fehler"),
        "warning": ("Warning", "Warnung"),
        "success": ("Success", "Erfolg"),
        "info": ("Information", "Hinweis"),
    }[part.kind]
    image = f'<img src="/i/{part.kind}.gif" alt="{page.local(*words)}">'
    return f'<table class="note"><tr><td>{image}</td><td>{page.text(part.text)}</td></tr></table>'


def message_font(page: Page, part: Message) -> str:
    colour = {"error": "red", "warning": "#cc6600"}.get(part.kind, "green")
    return f'<p><font color="{colour}"><b>{page.text(part.text)}</b></font></p>'


# Progress


def progress_bar(page: Page, part: Progress) -> str:
    return f'<p>{page.text(part.label)}</p><div class="bar"><b>{part.percent}%</b></div>'


def progress_element(page: Page, part: Progress) -> str:
    own = page.fresh_id("p")
    return (
        f'<label for="{own}">{page.text(part.label)}</label>'
        f'<progress id="{own}" max="100" value="{part.percent}">{part.percent} %</progress>'
    )


def progress_role(page: Page, part: Progress) -> str:
    values = f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{part.percent}"'
    fill = (
        f'<div class="progress-bar" role="progressbar" {values} style="width: {part.percent}%">{part.percent} %</div>'
    )
    return f'<div class="progress-label">{page.text(part.label)}</div><div class="progress">{fill}</div>'


def progress_cells(page: Page, part: Progress) -> str:
    """Two coloured cells, the number beside."""
    done = f'<td width="{part.percent}%" bgcolor="#336699">&nbsp;</td><td bgcolor="#cccccc">&nbsp;</td>'
    return f'{page.text(part.label)} ({part.percent}&nbsp;%)<table width="300"><tr>{done}</tr></table>'


# Links


def link(page: Page, part: Link) -> str:
    return f'<p><a href="{page.href(part.target)}">{page.text(part.label)}</a></p>'


def link_button(page: Page, part: Link) -> str:
    return f'<a class="btn btn-default" role="button" href="{page.href(part.target)}">{page.text(part.label)}</a>'


def link_arrow(page: Page, part: Link) -> str:
    return f'<div class="more"><a href="{page.href(part.target)}">{page.text(part.label)} <span aria-hidden="true">&raquo;</span></a></div>'


# Loading again


def refresh_meta(page: Page) -> str:
    return f'<meta http-equiv="refresh" content="{page.screen.refresh:g}">' if page.screen.refresh else ""


def refresh_meta_url(page: Page) -> str:
    if not page.screen.refresh:
        return ""
    url = html.escape(page.skin.screen_url(page.screen))
    return f'<META HTTP-EQUIV="Refresh" CONTENT="{page.screen.refresh:g}; URL={url}">'


def refresh_script(page: Page) -> str:
    if not page.screen.refresh:
        return ""
    return f"<script>setTimeout(function () {{ location.reload(); }}, {page.screen.refresh * 1000:.0f});</script>"
