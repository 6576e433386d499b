# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Captions, dates, forms as a browser sends them, saved pages, hostile pages."""

from __future__ import annotations

import datetime
import pathlib
import stat
import time

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, TransportError
from ansible_collections.bseries.sra.plugins.module_utils._web import dom, filling
from ansible_collections.bseries.sra.plugins.module_utils._web.dates import parse_time
from ansible_collections.bseries.sra.plugins.module_utils._web.navigation import refresh_of
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.plugins.module_utils._web.words import (
    CONTAINS,
    EXACT,
    NO_MATCH,
    PREFIX,
    SAME_WORDS,
    says,
)
from ansible_collections.bseries.sra.tests.unit.web.fakes import ORIGIN, page, session, site

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("text", "caption", "level"),
    [
        ("  save\u00a0CHANGES » ", "Save Changes", EXACT),
        ("IP\u00adKonfiguration", "IPKonfiguration", EXACT),
        ("IP-Konfiguration:", "IP Konfiguration", EXACT),
        ("Let's Encrypt™", "Lets Encrypt", EXACT),
        ("Break Failover Relationships", "Break Failover Relationship", SAME_WORDS),
        ("Host Name", "Hostname", SAME_WORDS),
        ("Host Name or IP Address (required)", "Host Name or IP Address", PREFIX),
        ("Please press Sync Now", "Sync Now", CONTAINS),
        ("Updates (3)", "Updates", PREFIX),
        ("Gerätezeit (UTC):", "Gerätezeit", PREFIX),
        ("Port [default 443] *", "Port", PREFIX),
        ("Passphrase (min. 8 Zeichen)", "Passphrase", PREFIX),
        ("Kernel Version", "Version", NO_MATCH),
        ("Version (Base)", "Version", NO_MATCH),
        ("Enabled (IPv6)", "Enabled", NO_MATCH),
        ("Database", "Base", NO_MATCH),
        ("", "Go", NO_MATCH),
    ],
)
def test_captions(text: str, caption: str, level: int) -> None:
    assert says(text, caption) == level


MOMENT = datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T15:04:05Z",
        "2026-11-22 15:04:05 UTC",
        "2026-11-22 16:04:05 +0100",
        "Sun, 22 Nov 2026 15:04:05 +0000",
        "Nov 22, 2026 3:04:05 PM UTC",
        "22.11.2026 16:04:05 MEZ",
        "22. November 2026, 16:04:05 Uhr (CET)",
        "11/22/2026 10:04:05 AM EST",
        "Sun Nov 22 15:04:05 UTC 2026",
        "2026-11-22 16:04:05 Europe/Berlin",
    ],
)
def test_dates(text: str) -> None:
    assert parse_time(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    ["", "never", "22.11.2026", "2026-11-22 15:04:05", "2026-13-45 15:04:05 UTC", "31.02.2026 10:00 UTC", "12.2.0"],
)
def test_no_moment(text: str) -> None:
    assert parse_time(text) is None


def test_sent_as_a_browser_would() -> None:
    view = parse(
        b"""<form method=post action="save?x=1" id=f><input type=hidden name=tok value=1><input name=a value=A>
<input name=b value=B disabled>
        <input type=checkbox name=c value=1 checked><input type=checkbox name=d>
<input type=radio name=r value=1 checked><input type=radio name=r value=2>
        <select name=s><option value=x disabled>X<option value=y>Y<option value=z>Z</select>
<select name=m multiple><option selected>1<option>2<option selected>3</select>
        <textarea name=t>\nline 1\nline 2</textarea><fieldset disabled><input name=e value=E></fieldset>
<input value=nameless>
        <input type=reset name=q><input type=submit name=go value=Go><button name=stop value=1>Stop</button></form>
<input name=far value=away form=f>""",
        "https://a.example.com/x/page",
    )
    form = view.forms[0]
    sent = filling.compose(form, form.buttons[0], {})
    assert (sent.method, sent.url) == ("POST", "https://a.example.com/x/save?x=1")
    assert sent.fields == (
        ("tok", "1"), ("a", "A"), ("c", "1"), ("r", "1"), ("s", "y"), ("m", "1"), ("m", "3"), ("t", "line 1\r\nline 2"), ("far", "away"), ("go", "Go"),
    )  # fmt: skip
    other = next(control for control in form.controls if control.type == "radio" and control.value == "2")
    assert ("r", "2") in filling.compose(form, form.buttons[1], {other: True}).fields
    assert ("r", "1") not in filling.compose(form, form.buttons[1], {other: True}).fields


def test_a_line_ends_in_the_source_without_ending_for_a_person() -> None:
    view = parse(
        b"<h3><span>-</span> Base\n   Software 3.3.2</h3><pre>one\n<b>two</b>\nthree</pre>", "https://a.example.com/"
    )
    assert view.lines == ("- Base Software 3.3.2", "one", "two", "three")


LABELS = {
    "for": "<label for=x>Port:</label><input id=x name=n>",
    "wrapping": "<label><span>Port</span> <input name=n></label>",
    "aria-label": "<input name=n aria-label=Port>",
    "aria-labelledby": "<span id=l>Port</span><input name=n aria-labelledby=l>",
    "cell beside": "<table><tr><td>Port&nbsp;:</td><td><input name=n></td></tr></table>",
    "header above": "<table><tr><th>Host</th><th>Port</th></tr><tr><td><input name=h></td><td><input name=n></td></tr></table>",
    "definition": "<dl><dt>Port</dt><dd><input name=n></dd></dl>",
    "text before": "<p>Port: <input name=n></p>",
    "text before and a hidden value between": "<p>Port : <input type=hidden name=h value=0><input name=n></p>",
    "text and line break": "<p>Port<br><input name=n></p>",
    "block before": "<div><div>Port</div><div><input name=n></div></div>",
    "title": "<input name=n title=Port>",
    "placeholder": "<input name=n placeholder=Port>",
}


@pytest.mark.parametrize("content", LABELS.values(), ids=LABELS.keys())
def test_label_sources(content: str) -> None:
    view = parse(f"<form method=post>{content}</form>".encode(), "https://a.example.com/")
    control = next(control for control in view.controls if control.name == "n")
    assert any(says(label, "Port") == EXACT for label in control.labels), control.labels


def test_saved_page_holds_no_secret(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "reports"
    content = """<h1>Failover</h1><p>Nothing here, correct horse. Key 0123456789abcdef0123456789abcdef0123</p>
    <form method=post action="/x?sid=abc123&amp;y=1"><input type=hidden name=tok value=hiddensecret>
<input type=password name=p value=pwsecret>
    <input name=api_key value=keysecret><input name=host value=b.example.com></form>
<script>var t='scriptsecret'</script>"""
    with session(site({"GET /fo": page(content)}, interface="login"), "login", report_dir=folder) as web:
        view = web.open("failover")
        error = web.page_error(view, "not found", key="sync_now", page="failover")
    assert error.saved is not None
    saved = pathlib.Path(error.saved)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    text = saved.read_text(encoding="utf-8")
    for secret in (
        "hiddensecret",
        "pwsecret",
        "keysecret",
        "scriptsecret",
        "correct horse",
        "abc123",
        "0123456789abcdef",
    ):
        assert secret not in text
    assert "b.example.com" in text
    assert "a.example.com" in saved.name


def test_folder_that_cannot_be_written_does_not_hide_the_error(tmp_path: pathlib.Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with session(site({}), report_dir=blocked) as web, pytest.raises(PageError) as caught:
        web.open("updates")
    assert caught.value.saved is None


def test_hostile_pages() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><body><p>&a;</p></body></html>'
    assert "root:" not in parse(entity).text
    deep = b"<div>" * 20000 + b"<form method=post><input name=a></form>"
    started = time.process_time()
    assert isinstance(parse(deep).facts, tuple)
    assert time.process_time() - started < 10
    with pytest.raises(TransportError, match="larger"):
        parse(b"x" * (9 * 1024 * 1024))
    with pytest.raises(TransportError, match="elements"):
        parse(b"<br>" * 100_000)
    assert parse(b"").lines == ()
    assert parse(b"\xff\xfe\x00garbage \x07 text").lines
    assert parse("<p>Grüße</p>".encode("latin-1"), content_type="text/html; charset=iso-8859-1").text == "Grüße"
    assert parse('<meta charset="windows-1252"><p>Grüße</p>'.encode("cp1252")).text == "Grüße"


def test_large_page_is_read_in_reasonable_time() -> None:
    rows = "".join(f"<tr><td>Label {i}</td><td>Value {i}</td><td><input name=n{i}></td></tr>" for i in range(1500))
    started = time.process_time()
    view = parse(f"<h1>T</h1><form method=post><table>{rows}</table></form>".encode())
    assert len(view.controls) == 1500
    assert view.facts is not None
    assert time.process_time() - started < 15


@pytest.mark.parametrize("address", ["//[", "http://[::1", "https://a]b/", "//\uff03x/"])
@pytest.mark.parametrize(
    "content",
    [
        "<form action='{}' method=post><button>Go</button></form>",
        "<form method=post><button formaction='{}'>Go</button></form>",
        "<a href='{}'>Go</a>",
        "<base href='{}'><a href=x>Go</a>",
        "<select><option value='http://[{}'>Go</option></select>",
        "<meta http-equiv=refresh content='0; url={}'>",
        "<script>location.href='{}'</script>",
    ],
)
def test_addresses_that_are_none_lead_nowhere(content: str, address: str) -> None:
    view = parse(content.replace("{}", address).encode(), f"{ORIGIN}/y/")
    assert {form.url for form in view.forms} | {button.url for button in view.buttons} <= {
        dom.NOWHERE,
        f"{ORIGIN}/y/",
        "",
        None,
    }
    assert {link.url for link in view.links} <= {dom.NOWHERE, f"{ORIGIN}/y/x"}
    refresh = refresh_of(view.root, view.url)
    assert refresh is None or refresh.url == dom.NOWHERE
