# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""While a session only reads, nothing but signing in and out is sent, whatever the page offers."""

from __future__ import annotations

import io

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover, software_management, updates
from ansible_collections.bseries.sra.plugins.module_utils._survey.controls import LOOKS, Context
from ansible_collections.bseries.sra.plugins.module_utils._web.language import language_of
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.plugins.module_utils._web.vocabulary import Vocabulary
from ansible_collections.bseries.sra.tests.unit.pages.failover_pages import RELATED, UNRELATED
from ansible_collections.bseries.sra.tests.unit.web.fakes import page, session, site

CHECK = '<h1>Updates</h1><form method="post" action="/chk"><input type="submit" value="Check for Updates"></form>'
CHECK_LINK = '<h1>Updates</h1><a class="button" href="/chk">Check for Updates</a>'
LIST = (
    "<h1>Aktualisierungen</h1><h2>Verf&uuml;gbare Aktualisierungen</h2><h3>&ndash; Basissoftware 3.3.2</h3>"
    '<form method="post" action="/install"><button>Diese Aktualisierung installieren</button></form>'
)


@pytest.mark.parametrize("content", [CHECK, CHECK_LINK], ids=["button", "link"])
def test_not_even_the_check_for_updates(content: str) -> None:
    transport = site({"GET /upd": page(content), "GET /chk": page(content), "POST /chk": page(content)})
    with session(transport) as web:
        web.reading_only = True
        with pytest.raises(StateError, match="only reading: did not check for updates"):
            updates.read(web, check=True)
    assert transport.writes == []
    assert "/chk" not in [request.path for request in transport.requests]


@pytest.mark.parametrize(
    "form", ['<a href="/file">Download Backup</a>', '<form action="/file"><button>Download Backup</button></form>']
)
def test_no_download(form: str) -> None:
    transport = site(
        {"GET /soft": page(f"<h1>Software Management</h1>{form}"), "GET /file": "backup"}, interface="login"
    )
    with session(transport, "login") as web:
        web.reading_only = True
        view, _finder, action = software_management.find_download(web)
        with pytest.raises(StateError, match="only reading"):
            web.download(view, action, {}, io.BytesIO(), purpose="download a backup")
    assert "/file" not in [request.path for request in transport.requests]


def test_no_write() -> None:
    language, content = RELATED["table"]
    transport = site({"GET /fo": page(content, language)}, language, "login")
    with session(transport, "login") as web:
        web.reading_only = True
        with pytest.raises(StateError, match="only reading"):
            failover.sync_now(web)
    assert transport.writes == []


@pytest.mark.parametrize("name", [*RELATED, *UNRELATED])
def test_a_survey_of_the_failover_page_finds_what_the_state_shows(name: str) -> None:
    language, content = (RELATED if name in RELATED else UNRELATED)[name]
    transport = site({"GET /fo": page(content, language)}, language, "login")
    with session(transport, "login") as web:
        web.reading_only = True
        context = Context(web, "unknown", language)
        found = {one.control: one for one in LOOKS["failover"](context, web.open("failover"))}
    assert transport.writes == []
    shown = (
        ("sync_now", "break_relationship")
        if name in RELATED
        else ("new_peer_host", "reverse_port", "establish_relationship")
    )
    for control in shown:
        assert found[control].state in ("found", "not_offered"), found[control]
        assert found[control].caption or found[control].state == "not_offered"
    hidden = "establish_relationship" if name in RELATED else "sync_now"
    assert found[hidden].state == "not_visible"


def test_a_required_field_that_nobody_expects_makes_a_form_not_understood() -> None:
    language, content = UNRELATED["german fieldsets"]
    spoiled = content.replace("<button>", '<label>Kostenstelle <input name="k" required></label><button>')
    transport = site({"GET /fo": page(spoiled, language)}, language, "login")
    with session(transport, "login") as web:
        context = Context(web, "none", language)
        found = {one.control: one for one in LOOKS["failover"](context, web.open("failover"))}
    assert found["establish_relationship"].state == "not_understood"
    assert "Kostenstelle" in found["establish_relationship"].detail
    assert "Verbindung herstellen" in found["establish_relationship"].by_hand


def test_an_update_that_is_listed_is_looked_at_too() -> None:
    transport = site({"GET /upd": page(LIST, "de")}, "de")
    with session(transport) as web:
        web.reading_only = True
        found = {one.control: one for one in LOOKS["updates"](Context(web, "none", "de"), web.open("updates"))}
    assert (found["list"].state, found["list"].value) == ("found", "Basissoftware 3.3.2")
    assert found["check_for_updates"].state == "not_visible"
    assert found["install_this_update"].state == "found"
    assert found["install_this_update"].caption == "Diese Aktualisierung installieren"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_language_is_what_the_menus_say(language: str) -> None:
    assert language_of(parse(page("<p>x</p>", language).encode()), Vocabulary()) == language
    other = page("<p>x</p>", language).replace(f'lang="{language}"', 'lang="fr"')
    assert language_of(parse(other.encode()), Vocabulary()) == language


def test_a_page_without_menus_has_the_language_that_it_states() -> None:
    assert language_of(parse(b'<html lang="de"><body><p>x</p></body></html>'), Vocabulary()) == "de"
    assert language_of(parse(b'<html lang="fr"><body><p>x</p></body></html>'), Vocabulary()) is None
