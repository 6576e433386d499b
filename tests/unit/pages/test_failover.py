# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failover page: read in several hands, acted on with exact requests, refused where it is not understood."""

from __future__ import annotations

import datetime
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover
from ansible_collections.bseries.sra.tests.unit.pages.failover_pages import RELATED, UNRELATED
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, page, session, site

UTC = datetime.UTC


def open_site(content: str, language: str = "en", **more: t.Any) -> FakeTransport:
    return site(
        {"GET /fo": page(content, language), **{key.replace("_", " /"): value for key, value in more.items()}},
        language,
        "login",
    )


@pytest.mark.parametrize(("language", "content"), UNRELATED.values(), ids=UNRELATED.keys())
def test_no_relationship(language: str, content: str) -> None:
    with session(open_site(content, language), "login") as web:
        seen = failover.read(web)
    assert (seen.configured, seen.role, seen.peer) == (False, "none", None)


EXPECTED = {
    "table": ("primary", "b.example.com", datetime.datetime(2026, 11, 22, 15, 4, tzinfo=UTC), False),
    "german list": ("primary", "b.example.com", datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC), False),
    "modern pairs": ("primary", "b.example.com", datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC), False),
    "sentences and links": ("backup", None, datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC), True),
}


@pytest.mark.parametrize("name", RELATED)
def test_relationship(name: str) -> None:
    language, content = RELATED[name]
    with session(open_site(content, language), "login") as web:
        seen = failover.read(web)
    assert seen.configured
    assert (seen.role, seen.peer, seen.last_sync, seen.sync_running) == EXPECTED[name]


@pytest.mark.parametrize(("language", "content"), UNRELATED.values(), ids=UNRELATED.keys())
def test_establish_fills_both_sides(language: str, content: str) -> None:
    done = page("<p>The failover relationship has been established.</p>", language)
    transport = open_site(content, language, **{"POST_fo/set": done})
    with session(transport, "login") as web:
        said = failover.establish(web, "b.example.com", 443, "a.example.com", 8443)
    assert said == "The failover relationship has been established."
    (sent,) = transport.writes
    assert sent.path == "/fo/set"
    assert {key: sent.form[key] for key in ("h1", "p1", "h2", "p2")} == {
        "h1": "b.example.com",
        "p1": "443",
        "h2": "a.example.com",
        "p2": "8443",
    }


def test_establish_reports_the_words_of_a_refusal() -> None:
    language, content = UNRELATED["table"]
    words = "The inter-appliance communication keys do not match."
    transport = open_site(content, language, **{"POST_fo/set": page(f"<div class=error>{words}</div>{content}")})
    with session(transport, "login") as web, pytest.raises(RefusedByAppliance) as caught:
        failover.establish(web, "b.example.com", 443, "a.example.com", 443)
    assert caught.value.seen == words


SPOILED = {
    "field missing": lambda text: text.replace("<input name=h2>", ""),
    "field doubled": lambda text: text.replace(
        "<input name=h2>", "<input name=h2></td></tr><tr><td>Host Name or IP Address:</td><td><input name=h3>"
    ),
    "field renamed": lambda text: text.replace("Host Name or IP Address", "Destination"),
    "section renamed": lambda text: text.replace("Reverse Connection Details To This Primary Site", "Details"),
    "button missing": lambda text: text.replace("<input type=submit value=Finish>", ""),
    "button renamed": lambda text: text.replace("value=Finish", "value=Reticulate"),
    "button doubled": lambda text: text.replace(
        "<input type=submit value=Finish>", "<input type=submit value=Finish><input type=submit value=Finish>"
    ),
    "extra required field": lambda text: text.replace(
        "<input type=submit", "<label>Cluster name <input name=cn required></label><input type=submit"
    ),
    "form posts elsewhere": lambda text: text.replace("action=/fo/set", "action=https://evil.example.net/"),
    "field in another form": lambda text: text.replace(
        "<input name=h2>",
        "<input name=h2 form=other></td></tr></table></form><form id=other></form><form><table><tr><td>",
    ),
    "field is a tick box": lambda text: text.replace("<input name=h2>", "<input type=checkbox name=h2>"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_form_not_understood_is_not_sent(spoil: t.Callable[[str], str]) -> None:
    content = re.sub(r">\s+<input", "><input", UNRELATED["table"][1])
    spoiled = spoil(content)
    assert spoiled != content
    transport = open_site(spoiled)
    with session(transport, "login") as web, pytest.raises(PageError):
        failover.establish(web, "b.example.com", 443, "a.example.com", 443)
    assert transport.writes == []


def test_establish_on_a_related_appliance() -> None:
    transport = open_site(RELATED["table"][1])
    with session(transport, "login") as web, pytest.raises(StateError, match="already"):
        failover.establish(web, "b.example.com", 443, "a.example.com", 443)
    assert transport.writes == []


def test_sync_is_pressed_once_though_the_page_shows_the_button_again() -> None:
    language, content = RELATED["german list"]
    transport = open_site(
        content,
        language,
        POST_sync=page(f"<div class=info>Die Synchronisierung wurde gestartet.</div>{content}", language),
    )
    with session(transport, "login") as web:
        said = failover.sync_now(web)
    assert said == "Die Synchronisierung wurde gestartet."
    assert [request.form for request in transport.writes] == [{"a": "s"}]


CONFIRMATIONS = {
    "yes or no": (
        "<p>Are you sure you want to break the failover relationship?</p><form method=post action=/brk2><input "
        "type=hidden name=c value=1><input type=submit value=Yes name=y><input type=submit value=No name=n></form>"
    ),
    "the caption again": (
        "<h2>Please confirm</h2><form method=post action=/brk2><input type=hidden name=c value=1><button name=y "
        "value=1>Break Failover Relationship</button></form><a href=/fo>Cancel</a>"
    ),
    "a box to tick": (
        "<p>Do you really want to break it?</p><form method=post action=/brk2><input type=hidden name=c value=1>"
        "<label><input type=checkbox name=y required> I understand</label><button>Continue</button><a "
        "href=/fo>Cancel</a></form>"
    ),
}


@pytest.mark.parametrize("question", CONFIRMATIONS.values(), ids=CONFIRMATIONS.keys())
def test_break_confirms_the_question(question: str) -> None:
    transport = open_site(
        RELATED["table"][1], POST_brk=page(question), POST_brk2=page("<p>Failover is currently not configured.</p>")
    )
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [request.path for request in transport.writes] == ["/brk", "/brk2"]
    assert transport.writes[1].form["c"] == "1"
    assert "y" in transport.writes[1].form
    assert "n" not in transport.writes[1].form


@pytest.mark.parametrize(
    "question",
    [
        (
            "<p>Are you sure that you want to reset this appliance to factory defaults?</p><form method=post "
            "action=/brk2><button>Yes</button></form>"
        ),
        (
            "<p>Are you sure?</p><form method=post action=/brk2><label>Your password <input type=password name=p "
            "required></label><button>Yes</button></form>"
        ),
    ],
)
def test_unexpected_question_is_not_answered(question: str) -> None:
    transport = open_site(RELATED["table"][1], POST_brk=page(question))
    with session(transport, "login") as web, pytest.raises(PageError):
        failover.break_relationship(web)
    assert [request.path for request in transport.writes] == ["/brk"]


@pytest.mark.parametrize("act", [failover.sync_now, failover.break_relationship])
def test_check_mode_sends_nothing(act: t.Callable[[t.Any], str]) -> None:
    for language, content in RELATED.values():
        transport = open_site(content, language)
        with session(transport, "login", check_mode=True) as web, pytest.raises(StateError, match="check mode"):
            act(web)
        assert transport.writes == []
        assert all(request.path in ("/login", "/go", "/fo", "/out") for request in transport.requests)


def test_page_of_neither_state_is_refused() -> None:
    with session(open_site("<h1>Failover</h1><p>Loading</p>"), "login") as web, pytest.raises(PageError):
        failover.read(web)


def test_note_beside_the_form_is_no_refusal_of_the_break() -> None:
    note = "<p>The keys of both appliances must be identical, or the connection cannot be validated and an error occurs.</p>"
    after = page(note + UNRELATED["table"][1])
    transport = open_site(RELATED["table"][1], POST_brk=after)
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [request.path for request in transport.writes] == ["/brk"]


def test_refusal_outside_any_place_for_messages() -> None:
    content = UNRELATED["german fieldsets"][1]
    words = "Die Schlüssel zur Kommunikation zwischen Geräten müssen identisch sein."
    transport = open_site(content, "de", **{"POST_fo/set": page(f"<p>{words}</p>{content}", "de")})
    with session(transport, "login") as web, pytest.raises(RefusedByAppliance) as caught:
        failover.establish(web, "b.example.com", 443, "a.example.com", 443)
    assert caught.value.seen == words


def test_other_things_not_configured_do_not_hide_the_relationship() -> None:
    content = RELATED["table"][1] + "<p>Shared IP addresses: not configured</p>"
    with session(open_site(content), "login") as web:
        assert failover.read(web).configured
