# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages that mean harm, in the place of every page that is read or acted on: no harm, in bounded time, with a clear error."""

from __future__ import annotations

import pathlib
import time
import typing as t
import unicodedata

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    PageError,
    RefusedByAppliance,
    SraError,
    TransportError,
)
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover, updates
from ansible_collections.bseries.sra.tests.unit.hostile.scenes import SCENES
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, Reply, page, session, site

# Seconds; generous, because machines that run tests are busy. What is guarded against takes minutes or for ever.
LONGEST = 20.0
ACTIONS = (
    "basics",
    "check for updates",
    "install",
    "enable an address, box",
    "certificates",
    "download a backup",
    "sync",
)
EVIL = "https://evil.example.net/"

HOSTILE: dict[str, Reply] = {
    "empty": Reply(b""),
    "blanks": Reply(b" \n\t" * 1000),
    "larger than any page": Reply(b"x" * (9 * 1024 * 1024)),
    "one endless line": Reply("<h1>Failover</h1><p>" + "a" * 4_000_000 + "</p>"),
    "one endless version": Reply("<h1>Updates</h1><p>Base Software " + "1." * 1_000_000 + "</p>"),
    "too many elements": Reply("<br>" * 100_000),
    "deep": Reply("<div>" * 10_000 + "<h1>Basics</h1>"),
    "deep forms and tables": Reply("<form><table><tr><td>" * 2_000),
    "malformed": Reply(
        "<h1<<<>>></h1 <form <input name='x <table></form></div></p><tr><td>&#xffffffff;&#0;&bogus; <![CDATA[ <!--"
    ),
    "entities": Reply(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY n SYSTEM "'
        + EVIL
        + '">]><html><body><p>&b;&f;&n;</p></body></html>'
    ),
    "scripts": Reply(f"<script>location='{EVIL}'</script><body onload=\"location='{EVIL}'\"><p>Nothing</p>"),
    "frames": Reply(f"<html><frameset><frame src={EVIL}><frame src=/inner></frameset></html>"),
    "inner frame": Reply(
        f"<html><body><iframe src={EVIL}></iframe><iframe src=/upd></iframe><object data=/x></object></body></html>"
    ),
    "refresh to another host": Reply(f"<meta http-equiv=refresh content='0; url={EVIL}'><p>Wait</p>"),
    "refresh to a script": Reply("<meta http-equiv=refresh content='0; url=javascript:alert(1)'><p>Wait</p>"),
    "binary": Reply(bytes(range(256)) * 100, content_type="application/octet-stream"),
    "binary that says it is a page": Reply(bytes(range(256)) * 100),
    "json": Reply('{"error": "no"}', content_type="application/json"),
    "json that says it is a page": Reply('{"error": "no"}'),
    "charset that does not exist": Reply(
        "<p>Grüße</p>".encode("latin-1"), content_type="text/html; charset=x-nonsense"
    ),
    "charset that is no charset": Reply("<p>Hello</p>", content_type="text/html; charset=base64"),
    "charset of two bytes": Reply("<p>Hello</p>", content_type="text/html; charset=utf-16"),
    "charset that shifts": Reply("<p>+ADw-form+AD4-</p>", content_type="text/html; charset=utf-7"),
    "charset that may not be decoded": Reply("<p>Hello \\ud800</p>", content_type="text/html; charset=unicode_escape"),
    "charset of host names": Reply("<p>" + "xn--" * 2000 + "</p>", content_type="text/html; charset=idna"),
}


def _in_place_of(name: str, reply: Reply) -> FakeTransport:
    scene = SCENES[name]
    transport = scene.site(None)
    at = "GET /ip" if "address" in name else scene.at
    transport.routes[at] = reply
    return transport


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_harm_on_a_page_of_the_session(
    kind: str, action: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.chdir(tmp_path)
    transport = _in_place_of(action, HOSTILE[kind])
    started = time.monotonic()
    with session(transport, t.cast(t.Any, SCENES[action].interface)) as web, pytest.raises(SraError) as caught:
        SCENES[action].act(web)
    assert time.monotonic() - started < LONGEST
    assert isinstance(caught.value, (PageError, TransportError))
    assert "root:" not in str(caught.value)
    assert len(str(caught.value)) < 6000
    assert transport.writes == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interface", ["appliance", "login"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_harm_on_the_start_page(kind: str, interface: str) -> None:
    transport = FakeTransport({f"GET /{interface}": HOSTILE[kind]})
    started = time.monotonic()
    with session(transport, t.cast(t.Any, interface)) as web, pytest.raises((PageError, TransportError)):
        web.sign_in()
    assert time.monotonic() - started < LONGEST
    assert {request.method for request in transport.requests} == {"GET"}
    # The page itself, and what it shows in frames of the same origin.
    assert len(transport.requests) <= 2


def _updates(more: str) -> FakeTransport:
    return site({"GET /upd": page(f"<h1>Updates</h1>{more}")})


AWAY = {
    "form": f"<form method=post action={EVIL}><button>Check for Updates</button></form>",
    "form, without scheme": "<form method=post action=//evil.example.net/x><button>Check for Updates</button></form>",
    "form, with the name of the appliance as user": (
        "<form method=post action=https://a.example.com@evil.example.net/><button>Check for Updates</button></form>"
    ),
    "form, with a longer name": (
        "<form method=post action=https://a.example.com.evil.example.net/><button>Check for Updates</button></form>"
    ),
    "form, not encrypted": "<form method=post action=http://a.example.com/chk><button>Check for Updates</button></form>",
    "button": f"<form method=post action=/chk><button formaction={EVIL}>Check for Updates</button></form>",
    "base": f"<base href={EVIL}><form method=post action=chk><button>Check for Updates</button></form>",
    "get form": f"<form action={EVIL}><input type=hidden name=t value=1><button>Check for Updates</button></form>",
    "link": f"<a class=btn href={EVIL}>Check for Updates</a>",
    "link to a script": "<a class=btn href='javascript:fetch(1)'>Check for Updates</a>",
    "link to data": "<a class=btn href='data:text/html,x'>Check for Updates</a>",
    "link to a file": "<a class=btn href='file:///etc/passwd'>Check for Updates</a>",
    "form to a script": "<form method=post action='javascript:x()'><button>Check for Updates</button></form>",
    "form to mail": "<form method=post action='mailto:x@evil.example.net'><button>Check for Updates</button></form>",
    "form sent by a dialog": "<form method=dialog action=/chk><button>Check for Updates</button></form>",
}


@pytest.mark.parametrize("content", AWAY.values(), ids=AWAY.keys())
def test_nothing_leaves_for_another_place(content: str) -> None:
    transport = _updates(content)
    with session(transport) as web, pytest.raises((PageError, TransportError)):
        updates.read(web, check=True)
    assert transport.writes == []
    assert {request.path for request in transport.requests} <= {"/appliance", "/go", "/upd", "/out"}


@pytest.mark.parametrize(
    "address", [EVIL, "//evil.example.net/", "javascript:x()", "https://a.example.com@evil.example.net/"]
)
def test_menu_entries_that_lead_away_are_not_followed(address: str) -> None:
    transport = site({})
    transport.routes["POST /go"] = f"<p>Welcome</p><a href='{address}'>Updates</a> <a href=/out>Log out</a>"
    with session(transport) as web, pytest.raises(PageError):
        web.open("updates")
    assert {request.path for request in transport.requests} == {"/appliance", "/go", "/out"}


def test_pages_that_replace_themselves_for_ever() -> None:
    transport = site(
        {
            "GET /upd": "<meta http-equiv=refresh content='0; url=/b'><p>Wait</p>",
            "GET /b": "<meta http-equiv=refresh content='0; url=/upd'><p>Wait</p>",
        }
    )
    with session(transport) as web, pytest.raises(PageError):
        web.open("updates")
    assert len(transport.requests) < 60


def test_menus_that_lead_to_ever_new_menus() -> None:
    number = iter(range(10_000))

    def more(_request: object) -> str:
        return "<p>Menu</p>" + "".join(
            f"<a href=/m{next(number)}>{name}</a> " for name in ("Status", "Support", "Networking", "Security")
        )

    transport = site({"POST /go": lambda request: more(request) + "<a href=/out>Log out</a>"})
    for index in range(200):
        transport.routes[f"GET /m{index}"] = more
    with session(transport) as web, pytest.raises(PageError):
        web.open("updates")
    assert len(transport.requests) < 40


# Escape sequences, a bell, line ends, turned writing, invisible joiners: nothing of it may reach a terminal.
TRICKS = "\x1b[2J\x1b]0;owned\x07\u202eevil\u202c\u2066x\u2069\u200b\x85\x9b31m\r\nFAKE LINE"


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in text.replace("\n", ""))


SPOKEN = {
    "button": f"<form method=post action=/x><button>Sync Now {TRICKS}</button><button>Sync Now {TRICKS}</button></form>",
    "button's value": f'<form method=post action=/x><input type=submit value="Now {TRICKS}"></form>',
    "field": f"<form method=post action=/x><label>Reason {TRICKS} <input name=r required></label><button>Sync Now</button></form>",
    "heading": f"<h2>{TRICKS}</h2>",
    "link": f"<a href=/x>{TRICKS}</a>",
    "title of a link": f'<a href=/x title="{TRICKS}">x</a>',
}


@pytest.mark.parametrize("content", SPOKEN.values(), ids=SPOKEN.keys())
def test_no_control_characters_in_errors(content: str) -> None:
    transport = site({"GET /fo": page("<h1>Failover</h1>" + content)}, interface="login")
    with session(transport, "login") as web, pytest.raises(PageError) as caught:
        failover.sync_now(web)
    parts = [
        part for value in caught.value.to_dict().values() for part in (value if isinstance(value, list) else [value])
    ]
    assert all(_is_plain(part) and "\n" not in part for part in parts if part is not None), parts
    assert transport.writes == []


MESSAGES = {
    "message": lambda words: page(f"<div class=error>Failed: {words}</div>"),
    "status 422": lambda words: Reply(page(f"<p>{words}</p>"), 422),
    "status 503": lambda words: Reply(f"<p>{words}</p>", 503),
    "status 404": lambda words: Reply(f"<p>{words}</p>", 404),
    "content type": lambda words: Reply("x", content_type=f"image/{words}"),
}


@pytest.mark.parametrize("answer", MESSAGES.values(), ids=MESSAGES.keys())
def test_no_control_characters_in_the_words_of_the_appliance(answer: t.Callable[[str], t.Any]) -> None:
    related = page("<h1>Failover</h1><form method=post action=/sync><button>Sync Now</button></form>")
    words = TRICKS.replace("\r\n", " ")
    transport = site({"GET /fo": related, "POST /sync": answer(words)}, interface="login")
    with session(transport, "login") as web, pytest.raises((RefusedByAppliance, TransportError, PageError)) as caught:
        failover.sync_now(web)
    assert _is_plain(str(caught.value)), repr(str(caught.value))


@pytest.mark.parametrize("words", [f"Wrong password {TRICKS}", f"Account locked {TRICKS}", f"Two-factor {TRICKS} code"])
def test_no_control_characters_in_what_stops_a_sign_in(words: str) -> None:
    form = "<form method=post action=/go><input name=u><input type=password name=p><button>Sign In</button></form>"
    transport = FakeTransport({"GET /login": form, "POST /go": f"<p class=error>{words}</p>{form}"})
    with session(transport, "login") as web, pytest.raises(SraError) as caught:
        web.sign_in()
    assert _is_plain(str(caught.value)), repr(str(caught.value))


def test_what_follows_an_early_end_of_the_page_counts() -> None:
    transport = _updates(
        "</div></body></html><form method=post action=/chk><label>Ticket <input name=t required></label>"
        "<button>Check for Updates</button></form>"
    )
    with session(transport) as web, pytest.raises(PageError, match="also requires 'Ticket'"):
        updates.read(web, check=True)
    assert transport.writes == []


def test_endless_lists_of_packages_and_addresses() -> None:
    packages = "<h1>Updates</h1><h3>Available Updates</h3><ul>" + "<li>Base Software 1.2.3" * 5_000 + "</ul>"
    addresses = "<h1>IP Configuration</h1><table>" + "<tr><td>eth0<td>10.0.0.5<td>Enabled" * 5_000 + "</table>"
    for name, at, content in (("install", "GET /upd", packages), ("enable an address, box", "GET /ip", addresses)):
        transport = SCENES[name].site(None)
        transport.routes[at] = page(content)
        started = time.monotonic()
        with session(transport) as web, pytest.raises(PageError, match="more than any list"):
            SCENES[name].act(web)
        assert time.monotonic() - started < LONGEST
        assert transport.writes == []
