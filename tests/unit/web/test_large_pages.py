# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a page takes work that grows with its size, not with the square of it: calls are counted, which no machine sways."""

from __future__ import annotations

import sys
import types
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse

SMALL: t.Final = 100
TIMES: t.Final = 8
# Where work grows with size, eight times as much takes eight times as many calls; where with its square, sixty-four times.
MOST: t.Final = 10

PAGES: dict[str, t.Callable[[int], str]] = {
    "rows": lambda n: "<table>" + "".join(f"<tr><td>{i}</td><td>10.0.0.{i}</td></tr>" for i in range(n)) + "</table>",
    "links": lambda n: "<div>" + "".join(f"<a href=/p{i}>Item {i}</a> " for i in range(n)) + "</div>",
    "menu of choices": lambda n: (
        "<form><select name=a>" + "<option value=1>One" * n + "</select><button>Go</button></form>"
    ),
    "deep": lambda n: "<div>" * 100 + "".join(f"<p>text {i}</p>" for i in range(n)) + "</div>" * 100,
    "headings": lambda n: "".join(f"<h3>Heading {i}</h3><p>Label {i}: value</p>" for i in range(n)),
    "fields": lambda n: (
        "<form method=post>" + "".join(f"Field {i}: <input name=n{i}><br>" for i in range(n)) + "</form>"
    ),
    "the same pair": lambda n: "<div><span>Label</span><span>Value</span></div>" * n,
}


def calls(content: str) -> int:
    """How many functions, of Python and of C, reading everything on a page calls."""
    view = parse(f"<html><body>{content}</body></html>".encode())
    count = 0

    def note(_frame: types.FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        for part in (view.sections, view.lines, view.forms, view.links, view.tables, view.facts, view.messages):
            assert part is not None
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_work_grows_with_size(make: t.Callable[[int], str]) -> None:
    assert calls(make(SMALL * TIMES)) < MOST * calls(make(SMALL))
