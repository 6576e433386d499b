# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long it takes to read everything on a large page, beside parsing it with lxml and looking at nothing."""

from __future__ import annotations

import dataclasses
import time
import typing as t

import lxml.html

from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.tests.unit.web.test_large_pages import PAGES

_SAMPLE: t.Final = 1000
"""Rows, links or the like of a page whose elements are counted."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """CPU seconds of this process for one page of each kind."""

    product: float
    floor: float


def read(elements: int) -> dict[str, Reading]:
    """By kind of page, each with about so many elements."""
    found = {}
    for kind, make in PAGES.items():
        of_one = len(list(lxml.html.fromstring(make(_SAMPLE)).iter())) / _SAMPLE
        page = f"<html><body>{make(int(elements / of_one))}</body></html>".encode()
        found[kind] = Reading(_seconds(_everything, page), _seconds(lxml.html.fromstring, page))
    return found


def _everything(page: bytes) -> object:
    view = parse(page)
    return (view.sections, view.lines, view.forms, view.links, view.tables, view.facts, view.messages)


def _seconds(work: t.Callable[[bytes], object], page: bytes) -> float:
    began = time.process_time()
    work(page)
    return time.process_time() - began
