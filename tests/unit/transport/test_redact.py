# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in every spelling."""

from __future__ import annotations

import base64
import dataclasses
import html
import html.entities
import json
import re
import time
import urllib.parse

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import MASK, Redactor
from ansible_collections.bseries.sra.plugins.module_utils._web.words import clean

# The first password of every new appliance, which the vendor's guide prints, is not masked.
PUBLISHED = "password"
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
        # encodeURIComponent, PHP's json_encode and htmlspecialchars, XML, names of HTML, JSON in JSON, in a form, in HTML
        urllib.parse.quote(SECRET, safe="!~*'()"),
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        html.escape(SECRET).replace("&#x27;", "&#039;"),
        html.escape(SECRET).replace("&#x27;", "&apos;"),
        html.escape(SECRET).encode("ascii", "xmlcharrefreplace").decode(),
        html.escape(SECRET).replace("ä", "&auml;"),
        html.escape(html.escape(SECRET)),
        json.dumps(json.dumps(SECRET))[3:-3],
        json.dumps(json.dumps(json.dumps(SECRET)))[7:-7],
        urllib.parse.quote(json.dumps(SECRET)[1:-1]),
        html.escape(json.dumps(SECRET)[1:-1]),
        urllib.parse.quote(urllib.parse.quote(SECRET)),
        repr(SECRET)[1:-1],
        repr(SECRET.encode())[2:-1],
        SECRET.replace('"', "&quot;"),
        SECRET.replace("o", "%6F").replace("r", "&#114;").replace("w", "\\u0077"),
    ],
)
def test_spellings(spelling: str) -> None:
    assert Redactor(SECRET).text(f"a {spelling} b") == f"a {MASK} b"


@pytest.mark.parametrize(
    "spelling",
    [
        "correct  horse\u00a0 battery",
        "correct horse battery",
        "correct\n\t\thorse\r\nbattery",
        "correct&nbsp; horse&#160;battery",
        "correct+%20horse%C2%A0battery",
        r"correct\thorse\u00a0battery",
    ],
)
def test_white_space_may_be_folded(spelling: str) -> None:
    assert Redactor(" correct  horse\u00a0 battery\n").text(f"The {spelling} is wrong") == f"The {MASK} is wrong"


def test_what_is_like_a_secret_stays() -> None:
    redactor = Redactor("correct  horse", "pa+ss word", "ab.c", "x\\y\\z")
    innocent = "correcthorse correct-horse Correct horse pa ss word ab:c abc xyz x/y/z 100% &amp; \\n"
    assert redactor.text(innocent) == innocent


def spellings_of(one: str) -> list[str]:
    """How programs write a character."""
    code, raw = ord(one), one.encode()
    percent = "".join(f"%{byte:02X}" for byte in raw)
    units = one.encode("utf-16-be")
    json_ = "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))
    found = [
        one,
        percent,
        percent.lower(),
        percent.replace("%", "%25"),
        f"&#{code};",
        f"&#x{code:x};",
        f"&#X{code:X};",
        f"&#0{code};",
    ]
    found += [
        json_,
        json_.upper().replace("\\U", "\\u"),
        json_.replace("\\", "\\\\"),
        html.escape(one),
        html.escape(html.escape(one)),
    ]
    found += [f"&{name}" for name, text in html.entities.html5.items() if text == one and name.endswith(";")]
    if one.isspace():
        found += ["+", " ", "\u00a0", "\n  ", "&nbsp;", "\t \t"]
    elif not one.isalnum():
        found += [json.dumps(one)[1:-1], json.dumps(json.dumps(one)[1:-1])[1:-1], urllib.parse.quote(one), "\\" + one]
    return found


def decoded(text: str) -> set[str]:
    """What a reader may make of a text by undoing escapes until there are none."""
    found, new = set(), {text}
    while new:
        found |= new
        new = {
            step(one)
            for one in new
            for step in (
                html.unescape,
                urllib.parse.unquote,
                urllib.parse.unquote_plus,
                clean,
                lambda one: re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), one),
                lambda one: re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL),
            )
        } - found
    return found


typed = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
secrets = st.text(
    st.one_of(
        typed, st.sampled_from(" \u00a0\"'&<>%+/\\{}u0x5;#aäß"), st.characters(max_codepoint=126, min_codepoint=33)
    ),
    min_size=3,
    max_size=24,
).filter(lambda secret: secret != PUBLISHED and len(clean(secret)) >= 3)


@given(st.data())
def test_every_mixture_of_spellings_is_masked(data: st.DataObject) -> None:
    secret = data.draw(secrets, label="secret")
    core = secret.strip()
    spelled = "".join(data.draw(st.sampled_from(spellings_of(one)), label=repr(one)) for one in core)
    masked = Redactor(secret).text(f"##{spelled}##")
    assert MASK in masked
    rest = masked.replace(MASK, "")
    assert not [text for text in decoded(rest) if core in text or clean(core) in text]


@given(secrets)
@example("correct  horse  battery")
@example("\\ \\ a")
def test_what_a_page_shows_of_a_secret_is_masked(secret: str) -> None:
    assert Redactor(secret).text(clean(f"#{secret}#")).replace(" ", "") == f"#{MASK}#"


@pytest.mark.parametrize(
    "secret", ["\\" * 12 + "x", '\\"' * 12, "+ " * 12 + "x", "%" * 12 + "25", "&amp" * 6, "a" * 40 + "b"]
)
@pytest.mark.parametrize("text", ["\\", "+ ", "%25", "&amp;", "a", '\\"', "\\u005c"])
def test_no_text_takes_long(secret: str, text: str) -> None:
    begin = time.process_time()
    Redactor(secret).text(text * 20_000)
    assert time.process_time() - begin < 5


def test_the_beginning_of_a_text_holds_no_beginning_of_a_secret() -> None:
    redactor = Redactor("correct horse battery")
    assert redactor.beginning("The word correct horse battery is wrong", 15) == f"The word {MASK}"[:15]
    assert redactor.beginning("short", 15) == "short"


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
