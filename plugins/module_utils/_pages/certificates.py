# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Security > Certificates: what is stored."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import re
import typing as t

from .._records import Certificate
from .._web import dom
from .._web.dates import parse_time
from .._web.finder import Finder
from .._web.session import WebSession
from .._web.tables import Row, Table
from .._web.words import SAME_WORDS, clean
from ._entries import Entry, entries

PAGE: t.Final = "certificates"

_COLUMNS: t.Final = (
    "issued_to",
    "issued_by",
    "friendly_name",
    "valid_until",
    "has_private_key",
    "assigned_addresses",
    "certificate_warnings",
)
# Cells; a row of two is a caption and its value.
_PAIR: t.Final = 2
_NAMES: t.Final = ("issued_to", "issued_by", "friendly_name")
_YES = re.compile(r"^(yes|ja|true|on|ein|present|vorhanden|✓|✔|x|1)\b|^[✓✔]", re.IGNORECASE)
_NO = re.compile(r"^(no|nein|none|false|off|aus|missing|fehlt|keine?r?|✗|✘|-|–|0)\b|^[✗✘–-]", re.IGNORECASE)
_NOTHING = re.compile(r"^(none|no|no warnings|keine|keine warnungen|-+|–|n/a|ok)?$", re.IGNORECASE)


def _addresses(text: str) -> tuple[str, ...]:
    found = []
    for token in re.findall(r"[0-9A-Fa-f:.]{3,}", text):
        try:
            found.append(str(ipaddress.ip_address(token.strip(".:") if "." in token else token)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _make(values: t.Mapping[str, str], facts: t.Mapping[str, str]) -> Certificate:
    key = values.get("has_private_key", "")
    warnings = values.get("certificate_warnings", "")
    return Certificate(
        issued_to=values.get("issued_to") or None,
        issued_by=values.get("issued_by") or None,
        friendly_name=values.get("friendly_name") or None,
        valid_until=parse_time(values.get("valid_until"), datetime.UTC, need_clock=False),
        has_private_key=True if _YES.search(key) else False if _NO.search(key) else None,
        addresses=_addresses(values.get("assigned_addresses", "")),
        warnings=() if _NOTHING.match(warnings.strip()) else (warnings,),
        facts=dict(facts),
    )


def _columns(finder: Finder, headers: t.Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in _COLUMNS:
        free = [i for i, header in enumerate(headers) if header and i not in found.values()]
        best = finder.vocabulary.best(key, free, lambda i: (headers[i],), floor=SAME_WORDS)
        if best:
            found[key] = best[0]
    return found


def _refuse_two_columns(finder: Finder, table: Table) -> None:
    """Two columns that equally well tell whom a certificate is for, and tell different things."""
    named = finder.vocabulary.best(
        "issued_to", range(len(table.headers)), lambda i: (table.headers[i],), floor=SAME_WORDS
    )
    for row in table.rows:
        if len({row.cells[i] for i in named if i < len(row.cells)}) > 1:
            raise finder.fail(
                f"the column 'Issued To' is there {len(named)} times", key="issued_to", candidates=list(table.headers)
            )


def _told(key: str, text: str, element: t.Any) -> str:
    """The value of a cell. Under a name may stand more about the certificate, in lines of its own."""
    lines = dom.lines(element) if key in _NAMES else []
    alone = len(lines) > 1 and clean(" ".join(lines)) == text and not lines[0].endswith(":")
    return lines[0] if alone else text


def _from_row(row: Row, table: Table, columns: t.Mapping[str, int]) -> Certificate:
    values = {key: _told(key, row.cells[i], row.elements[i]) for key, i in columns.items() if i < len(row.cells)}
    facts = {header: text for header, text in zip(table.headers, row.cells) if header and text}
    return _make(values, facts)


def _rows_around(element: t.Any) -> t.Iterator[tuple[list[str], list[t.Any]]]:
    """What stands over the columns, and the cells, where each certificate has a table of its own in a row of a table."""
    for row in element.iterancestors("tr"):
        table = next(row.iterancestors("table"), None)
        first = next(table.iter("tr"), None) if table is not None else None
        if first is None or first is row or any(map(dom.has_control, first)):
            continue
        headers, cells = ([cell for cell in one if cell.tag in ("td", "th")] for one in (first, row))
        if len(headers) == len(cells) > _PAIR:
            yield [dom.text_of(header) for header in headers], cells


def _from_entry(finder: Finder, entry: Entry) -> Certificate:
    inside = [fact for fact in finder.view.facts if entry.holds(fact.element)]
    values = {}
    for key in _COLUMNS:
        best = finder.vocabulary.best(key, inside, lambda fact: (fact.label,), floor=SAME_WORDS)
        if best:
            values[key] = _told(key, best[0].value, best[0].element)
    for headers, cells in _rows_around(entry.mark):
        for key, i in _columns(finder, headers).items():
            if not dom.contains(cells[i], entry.mark):
                values.setdefault(key, dom.text_of(cells[i]))
    return _make(values, {fact.label: fact.value for fact in reversed(inside)})


@dataclasses.dataclass(frozen=True, eq=False)
class Listed:
    """A stored certificate, and the elements of the page that belong to it."""

    record: Certificate
    entry: Entry


def listed(finder: Finder) -> tuple[Listed, ...]:
    """The certificates that the page lists. Raises PageError where they are not understood."""
    view = finder.view
    for table in view.tables:
        columns = _columns(finder, table.headers)
        if "issued_to" in columns:
            _refuse_two_columns(finder, table)
            place = columns["issued_to"]
            rows = [row for row in table.rows if len(set(row.elements)) > 1 and len(row.cells) > place]
            return tuple(
                Listed(_from_row(row, table, columns), Entry(row.element, (row.element,)))
                for row in rows
                if row.cells[place]
            )
    marks: dict[t.Any, None] = {}
    for fact in finder.facts("issued_to", floor=SAME_WORDS):
        inside = [other for other in marks if dom.contains(other, fact.element) or dom.contains(fact.element, other)]
        if not inside:
            marks[fact.element] = None
    found = tuple(Listed(_from_entry(finder, entry), entry) for entry in entries(list(marks)))
    if not found and not re.search(r"\b(no certificates|keine zertifikate)\b", view.text, re.IGNORECASE):
        seen = [header for table in view.tables for header in table.headers] + [fact.label for fact in view.facts]
        raise finder.fail("no list of certificates was found", key="issued_to", candidates=seen)
    return found


def read(web: WebSession) -> tuple[Certificate, ...]:
    """The stored certificates; an empty tuple where the page says that there is none, PageError where it is not understood."""
    return tuple(one.record for one in listed(web.finder(web.open(PAGE), PAGE)))
