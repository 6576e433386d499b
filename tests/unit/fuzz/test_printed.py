# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance says, printed and returned: it moves no cursor and hides no line."""

from __future__ import annotations

import typing as t
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils import _module
from ansible_collections.bseries.sra.plugins.module_utils._api import values
from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._printable import printable
from ansible_collections.bseries.sra.plugins.module_utils._report import view
from ansible_collections.bseries.sra.plugins.module_utils._web.words import clean
from ansible_collections.bseries.sra.tests.unit.fuzz.shapes import fuzz, json_values, texts

ESCAPES = (
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r\rok: [node-a]",
    "\u202edecnalab",
    "\x08\x08\x08",
    "\x1bP+q\x1b\\",
    "\ud800",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "\ufffe\uffff",
)
hostile = st.one_of(
    texts, st.sampled_from(ESCAPES), st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"]), max_size=20)
)


def is_harmless(text: str) -> bool:
    """No control character but tab and line feed, no mark of direction, nothing that cannot be encoded."""
    text.encode("utf-8")
    kinds = {unicodedata.category(one) for one in text} - {unicodedata.category("\n")}
    controls = {one for one in text if unicodedata.category(one) == "Cc"} - {"\n", "\t"}
    return (
        not controls
        and not kinds & {"Cs", "Zl", "Zp"}
        and not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        and not set(text) & set("\u200b\u200c\u200d\u2060\ufeff\ufffe\uffff")
    )


@fuzz
@given(hostile)
@example("".join(ESCAPES))
def test_single_texts(text: str) -> None:
    assert is_harmless(printable(text))
    assert is_harmless(values.text(text) or "")
    assert is_harmless(view.clean({text: [text]}).popitem()[1][0])
    assert "\n" not in clean(text)


def all_texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from all_texts(key)
            yield from all_texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from all_texts(part)


@fuzz
@given(
    st.recursive(
        hostile | json_values,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
        max_leaves=8,
    ),
    hostile,
)
def test_results_of_every_kind(value: t.Any, said: str) -> None:
    def succeed(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        return {"changed": False, "seen": value, "warnings": [said], "diff": {"before": said, "after": value}}

    def refuse(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        raise SraError(said, seen=said, candidates=[said])

    def break_down(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        raise RuntimeError(said)

    for run in (succeed, refuse, break_down):
        told = _module.execute(t.cast(t.Any, run), {}, check_mode=False, diff=True)
        assert all(is_harmless(text) for text in all_texts(told))
