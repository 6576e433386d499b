# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of things with columns: tables of several hands, and what replaces them."""

from __future__ import annotations

import html

from ...screens import Form, Row, Table
from .page import Page, attributes


def _tick(page: Page, table: Table, form: Form | None, row: Row, **extra: str | None) -> str:
    if form is None or not row.selectable:
        return ""
    name = page.name(form, "selection", table.key)
    return f'<input type="checkbox" name="{name}" value="{html.escape(row.key)}"{attributes(**extra)}>'


def _cells(page: Page, row: Row) -> list[str]:
    cells = [page.text(cell) for cell in row.cells]
    if row.link is not None:
        cells[0] = f'<a href="{page.href(row.link)}">{cells[0]}</a>'
    return cells


def _arranged(page: Page, table: Table) -> tuple[list[str], list[tuple[Row, list[str]]]]:
    """Columns and cells in the order that the skin gives them."""
    order = page.skin.column_order(page.screen, table)
    columns = [page.text(table.columns[place]) for place in order]
    rows = []
    for row in table.rows:
        cells = _cells(page, row)
        rows.append((row, [cells[place] for place in order]))
    return columns, rows


def _empty(page: Page, table: Table) -> str:
    return f'<p class="empty">{page.text(table.empty)}</p>' if table.empty else ""


def bordered(page: Page, table: Table, form: Form | None) -> str:
    if not table.rows:
        return _empty(page, table)
    columns, rows = _arranged(page, table)
    lead = "<th>&nbsp;</th>" if form is not None else ""
    head = lead + "".join(f"<th>{column}</th>" for column in columns)
    body = ""
    for row, cells in rows:
        tick = f"<td>{_tick(page, table, form, row)}</td>" if form is not None else ""
        body += f"<tr>{tick}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    return f'<table class="list" border="1"><tr>{head}</tr>\n{body}</table>'


def head_cells(page: Page, table: Table, form: Form | None) -> str:
    """The head is a row of ordinary cells, each row has an empty cell at its end, the checkbox comes last."""
    if not table.rows:
        return _empty(page, table)
    columns, rows = _arranged(page, table)
    head = "".join(f'<td class="head"><b>{column}</b></td>' for column in columns)
    body = ""
    for number, (row, cells) in enumerate(rows):
        tick = (
            f'<td align="center">{_tick(page, table, form, row)}</td>'
            if form is not None
            else '<td class="gap">&nbsp;</td>'
        )
        shade = "#eeeeee" if number % 2 else "#ffffff"
        body += f'<tr bgcolor="{shade}">{"".join(f"<td>{cell}</td>" for cell in cells)}{tick}</tr>\n'
    return f'<table width="100%" cellspacing="0"><tr>{head}<td class="head">&nbsp;</td></tr>\n{body}</table>'


def sectioned(page: Page, table: Table, form: Form | None) -> str:
    """thead and tbody, a caption for screen readers, the first cell of a row as its head."""
    if not table.rows:
        return _empty(page, table)
    columns, rows = _arranged(page, table)
    lead = (
        f'<th scope="col"><span class="sr-only">{page.local("Select", "Auswahl")}</span></th>'
        if form is not None
        else ""
    )
    head = lead + "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = ""
    for row, cells in rows:
        label = page.value(row.cells[0])
        tick = f"<td>{_tick(page, table, form, row, aria_label=label)}</td>" if form is not None else ""
        rest = "".join(f"<td>{cell}</td>" for cell in cells[1:])
        body += f'<tr>{tick}<th scope="row">{cells[0]}</th>{rest}</tr>\n'
    return f'<table class="table table-striped"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def roles(page: Page, table: Table, form: Form | None) -> str:
    """No table tags at all: divs with the roles of a table."""
    if not table.rows:
        return _empty(page, table)
    columns, rows = _arranged(page, table)
    lead = '<div role="columnheader"></div>' if form is not None else ""
    head = lead + "".join(f'<div role="columnheader">{column}</div>' for column in columns)
    body = ""
    for row, cells in rows:
        tick = f'<div role="cell">{_tick(page, table, form, row)}</div>' if form is not None else ""
        shown = "".join(f'<div role="cell">{cell}</div>' for cell in cells)
        body += f'<div role="row" class="tr">{tick}{shown}</div>\n'
    return f'<div role="table" class="grid"><div role="row" class="tr th">{head}</div>\n{body}</div>'


def cards(page: Page, table: Table, form: Form | None) -> str:
    """Each row a card: the first cell as its title, the others with the name of their column."""
    if not table.rows:
        return _empty(page, table)
    out = ""
    for row in table.rows:
        cells = _cells(page, row)
        tick = _tick(page, table, form, row)
        title = f"<label>{tick} {cells[0]}</label>" if tick and row.link is None else f"{tick} {cells[0]}"
        pairs = "".join(
            f"<dt>{page.text(column)}</dt><dd>{cell}</dd>"
            for column, cell in zip(table.columns[1:], cells[1:], strict=True)
        )
        out += f'<article class="card"><h4>{title}</h4><dl>{pairs}</dl></article>\n'
    return f'<div class="cards" data-first="{page.value(table.columns[0])}">{out}</div>'
