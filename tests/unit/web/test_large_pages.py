# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a page takes time that grows with its size, not with the square of it."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse

SMALL: t.Final = 400
TIMES: t.Final = 8
# Eight times as much takes eight times as long where time grows with size, sixty-four times where with its square.
MOST: t.Final = 24

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


def seconds(content: str) -> float:
    view = parse(f"<html><body>{content}</body></html>".encode())
    started = time.process_time()
    assert view.sections is not None
    for part in (view.lines, view.forms, view.links, view.tables, view.facts, view.messages):
        assert part is not None
    return time.process_time() - started


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_time_grows_with_size(make: t.Callable[[int], str]) -> None:
    small = min(seconds(make(SMALL)) for _time in range(2))
    assert seconds(make(SMALL * TIMES)) < MOST * max(small, 0.01)
