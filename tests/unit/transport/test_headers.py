# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Headers that nobody can use: they count as absent, and are no error."""

from __future__ import annotations

import contextlib
import email.message
import io
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._api.oauth import TokenSource
from ansible_collections.bseries.sra.plugins.module_utils._numbers import whole_number
from ansible_collections.bseries.sra.plugins.module_utils._offline import download
from ansible_collections.bseries.sra.plugins.module_utils._transport import headers
from ansible_collections.bseries.sra.plugins.module_utils._transport.cookies import simplified
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock
from ansible_collections.bseries.sra.plugins.module_utils._web.dates import parse_time
from ansible_collections.bseries.sra.plugins.module_utils._web.dom import parse_html, text_of
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, TlsServer

LONG = "9" * 5000
junk = st.one_of(
    st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=30),
    st.sampled_from(
        [LONG, "-" + LONG, "²", "1.5", "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +9999",
         "bytes 9-9/9", f"bytes {LONG}-{LONG}/{LONG}", "bytes ²-5/²"]
    ),
)  # fmt: skip


def message(**fields: str) -> email.message.Message:
    made = email.message.Message()
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    return made


@given(junk, junk, junk)
@example("x=1; Expires=Mon, 01 Jan 99999999999 00:00:00 GMT", "", "")
@example(f"x=1; Max-Age={LONG}", "", "")
def test_no_header_is_an_error(first: str, second: str, third: str) -> None:
    line = simplified(f"x=1; Expires={first}; Max-Age={second}; {first}", third)
    assert line.startswith("x=1")
    made = message(Content_Length=first, Content_Range=second, Content_Type=f"text/html; charset={third}")
    for number in (headers.content_length(made), *headers.content_range(made), download._total(206, made)):
        assert number is None or 0 <= number < 10**18
    assert headers.charset(made) is None or "".encode(headers.charset(made) or "") is not None
    parse_html(b"<p>x</p>", f"text/html; charset={third}")


@pytest.mark.parametrize(
    ("attributes", "lifetime"),
    [
        ("Max-Age=60", 60),
        ("Max-Age=-1", 0),
        ("Max-Age=0", 0),
        (f"Max-Age={LONG}; Expires=Sun, 01 Jan 2023 00:20:00 GMT", 1200),
        ("Max-Age=999999999999", 400 * 24 * 3600),
        ("Expires=Sun, 01 Jan 2023 00:20:00 GMT", 1200),
        ("Expires=Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Expires=Fri, 31 Dec 9999 23:59:59 GMT", 400 * 24 * 3600),
        (f"Max-Age={LONG}", None),
    ],
)
def test_lifetimes_of_cookies(attributes: str, lifetime: int | None) -> None:
    expected = "x=1" if lifetime is None else f"x=1; Max-Age={lifetime}"
    assert simplified(f"x=1; {attributes}", "Sun, 01 Jan 2023 00:00:00 GMT") == expected


@pytest.mark.parametrize(
    "fields",
    [
        [("Set-Cookie", "x=1; Expires=Mon, 01 Jan 99999999999 00:00:00 GMT")],
        [("Set-Cookie", f"x=1; Max-Age={LONG}")],
        [
            ("Date", "Mon, 01 Jan 99999999999 00:00:00 GMT"),
            ("Set-Cookie", "x=1; Expires=Sun, 01 Jan 2023 00:20:00 GMT"),
        ],
        [("Content-Type", "text/html; charset=idna")],
        [("Content-Type", "text/html; charset=punycode")],
        [("Content-Type", "text/html; charset=undefined")],
        [("Content-Type", "text/html; charset*=undefined'x'y")],
        [("Content-Type", "text/html; charset=hex")],
        [("Content-Range", f"bytes {LONG}-{LONG}/{LONG}")],
        [("Retry-After", LONG), ("Keep-Alive", f"timeout={LONG}"), ("Age", LONG), ("Refresh", LONG)],
    ],
)
def test_over_the_wire(server: TlsServer, transport: Transport, fields: list[tuple[str, str]]) -> None:
    server.handler = lambda _request: Reply(body="grün".encode(), headers=tuple(fields))
    assert transport.request("GET", "/", follow_redirects=True).text() == "grün"
    file = io.BytesIO()
    transport.download("GET", "/", file)
    assert file.getvalue() == "grün".encode()


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "undefined", "unicode_escape", "hex", "zip", "nothing", "", "a\0b", "x" * 99]
)
def test_pages_in_no_character_set(name: str) -> None:
    assert headers.known_charset(name) is None
    assert text_of(parse_html(f"<meta charset='{name}'><p>grün".encode(), f"text/html; charset={name}")) == "grün"


@pytest.mark.parametrize("name", ["utf-8", "UTF8", "iso-8859-1", "windows-1252", "us-ascii", "utf-16"])
def test_character_sets(name: str) -> None:
    assert headers.known_charset(name) is not None


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" 12 ", 12), ("9" * 18, int("9" * 18)), ("9" * 19, None), (LONG, None), ("²", None), ("٣", None), ("-1", None), ("", None), (None, None)]
)  # fmt: skip
def test_whole_numbers(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("stated", ["1e999", "9" * 4000, "true", '"60"', "null", "-Infinity", "NaN"])
def test_a_token_lives_an_hour_where_nothing_else_can_be_read(
    server: TlsServer, transport: Transport, stated: str
) -> None:
    body = f'{{"access_token": "0123456789abcdef", "expires_in": {stated}}}'
    server.handler = lambda _request: Reply(body=body.encode(), headers=(("Content-Type", "application/json"),))
    source = TokenSource(transport, "id", "secret", Clock())
    assert [source.token(), source.token()] == ["0123456789abcdef"] * 2
    assert len(server.requests) == 1


def test_a_zone_that_no_place_has() -> None:
    assert parse_time("2026-11-22 15:04:05 +99:00") is None
    assert t.cast(t.Any, parse_time("2026-11-22 15:04:05 +01:00")).hour == 14


@pytest.mark.parametrize("length", [LONG, "9" * 4000, "²", "-5", "5, x"])
def test_lengths_that_cannot_be(server: TlsServer, transport: Transport, length: str) -> None:
    server.handler = lambda _request: Reply(body=b"x" * 5, headers=(("Content-Length", length),), end="close")
    for ask in (lambda: transport.request("GET", "/"), lambda: transport.download("GET", "/", io.BytesIO())):
        with contextlib.suppress(RequestFailed):
            assert ask().size == 5
