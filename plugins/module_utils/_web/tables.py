# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of data: columns by their headers, rows as cells."""

from __future__ import annotations

import dataclasses
import typing as t

from .._numbers import whole_number
from . import dom
from .sections import Sections


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """One row; ``cells`` are the texts, ``elements`` the cells themselves."""

    cells: tuple[str, ...]
    elements: tuple[t.Any, ...]
    element: t.Any = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """A table that holds no other table; ``headers`` is empty where the first row is data."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    section: tuple[str, ...]
    element: t.Any = dataclasses.field(repr=False)


def _row(element: t.Any) -> Row:
    cells: list[t.Any] = []
    for cell in element:
        if dom.is_element(cell) and (
            cell.tag in ("td", "th") or cell.get("role") in ("cell", "gridcell", "columnheader", "rowheader")
        ):
            span = whole_number(cell.get("colspan")) or 1
            cells += [cell] * (span if span <= 50 else 1)
    return Row(tuple(dom.text_of(cell) for cell in cells), tuple(cells), element)


def _is_header(row: Row) -> bool:
    if len(row.elements) < 2 or any(dom.has_control(cell) and not _only_tick_all(cell) for cell in row.elements):
        return False
    tags = {cell.tag for cell in row.elements if dom.text_of(cell)}
    if row.element.getparent() is not None and row.element.getparent().tag == "thead":
        return True
    if tags == {"th"} or all(cell.get("role") == "columnheader" for cell in row.elements):
        return True
    emphasised = [cell for cell in row.elements if dom.text_of(cell)]
    return bool(emphasised) and len(emphasised) > 1 and all(_bold(cell) for cell in emphasised)


def _bold(cell: t.Any) -> bool:
    inner = [child for child in cell if dom.is_element(child)]
    return (
        bool(inner)
        and not (cell.text or "").strip()
        and all(child.tag in ("b", "strong") and not (child.tail or "").strip() for child in inner)
    )


def _only_tick_all(cell: t.Any) -> bool:
    return all((control.get("type") or "").lower() == "checkbox" for control in dom.controls_in(cell))


def read_tables(root: t.Any, sections: Sections) -> tuple[Table, ...]:
    """The innermost tables of a page, and grids made of roles."""
    found = []
    for element in root.iter():
        if not dom.is_element(element) or not (element.tag == "table" or element.get("role") in ("table", "grid")):
            continue
        if element.find(".//table") is not None:
            continue
        rows = [
            _row(row) for row in element.iter() if dom.is_element(row) and (row.tag == "tr" or row.get("role") == "row")
        ]
        rows = [row for row in rows if row.elements]
        start = next((i for i, row in enumerate(rows[:3]) if _is_header(row) and len(rows) > i + 1), None)
        headers = rows[start].cells if start is not None else ()
        body = rows[start + 1 :] if start is not None else rows
        found.append(Table(headers, tuple(body), sections.path(element), element))
    return tuple(found)
