# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in every spelling."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import MASK, Redactor

SECRET = "pä\"s's&w<o>r d/+%\\1"


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        urllib.parse.quote(SECRET),
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
        urllib.parse.quote(SECRET, safe="").lower().replace("p%c3%a4", "p%c3%a4"),
        html.escape(SECRET),
        html.escape(SECRET, quote=False),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_spellings(spelling: str) -> None:
    assert Redactor(SECRET).text(f"a {spelling} b") == f"a {MASK} b"


# The first password of every new appliance, which the vendor's guide prints, is not masked.
PUBLISHED = "password"


@given(user=st.text(min_size=0, max_size=9), secret=st.text(min_size=8, max_size=30).filter(PUBLISHED.__ne__))
def test_base64_of_user_and_secret_gives_nothing_away(user: str, secret: str) -> None:
    basic = base64.b64encode(f"{user}:{secret}".encode("utf-8", "replace")).decode()
    masked = Redactor(secret.encode("utf-8", "replace").decode()).text(basic)
    assert MASK in masked


@given(
    secret=st.text(alphabet=st.characters(codec="utf-8"), min_size=3).filter(PUBLISHED.__ne__),
    around=st.text(alphabet="#", max_size=5),
)
def test_plain_secret_is_never_left(secret: str, around: str) -> None:
    assert secret not in Redactor(secret).text(f"{around}{secret}{around}").replace(MASK, "")


def test_longer_secret_is_masked_as_a_whole() -> None:
    assert Redactor("abc", "abcdef").text("abcdef abc") == f"{MASK} {MASK}"


def test_short_and_missing_secrets_are_ignored() -> None:
    assert Redactor(None, "", "ab").text("ab cab") == "ab cab"


@dataclasses.dataclass(frozen=True)
class Record:
    name: str
    parts: tuple[str, ...] = ()


def test_data() -> None:
    redactor = Redactor("hunter2")
    assert redactor.data({"hunter2": ["x hunter2", ("hunter2", 1)], "n": None, "b": b"hunter2"}) == {
        MASK: [f"x {MASK}", (MASK, 1)],
        "n": None,
        "b": MASK.encode(),
    }
    assert redactor.data(Record("hunter2", ("hunter2",))) == Record(MASK, (MASK,))


def test_repr_shows_no_secret() -> None:
    assert "hunter2" not in repr(Redactor("hunter2"))
