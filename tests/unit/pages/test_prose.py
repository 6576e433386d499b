# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Explanations, warnings and rules on a page pass neither for its state nor for the appliance's answer."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance
from ansible_collections.bseries.sra.plugins.module_utils._pages import _progress, failover, updates
from ansible_collections.bseries.sra.plugins.module_utils._records import Package
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._web.messages import kind_of, states_failure
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.tests.unit.pages.failover_pages import UNRELATED
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, Reply, page, session, site

RULES = (
    "If the install has failed you will see an error here.",
    "Please do not reboot. If the update failed, contact Support.",
    "Bitte warten Sie und starten Sie das Gerät nicht neu, auch wenn ein Fehler auftritt.",
    "Das Gerät ist während der Installation nicht erreichbar.",
    "The appliance is not reachable while it installs.",
    "Errors may occur on slow networks.",
    "A failed update must not be restarted.",
)


@pytest.mark.parametrize("text", RULES)
def test_a_rule_or_a_warning_is_no_failure(text: str) -> None:
    assert not states_failure(text)


FAILURES = (
    "The update failed. If this happens again, contact Support.",
    "An error occurred during the installation.",
    "Validation failed: 10.0.0.9 could not be contacted.",
    "The host 10.0.0.9 is unreachable.",
    "No connection to 10.0.0.9 could be established.",
    "Es konnte keine Verbindung zu 10.0.0.9 hergestellt werden.",
    "Die Aktualisierung ist fehlgeschlagen, wenden Sie sich an den Support.",
)


@pytest.mark.parametrize("text", FAILURES)
def test_a_failure_is_one(text: str) -> None:
    assert states_failure(text)
    assert kind_of(text) == "error"


PROGRESS = {
    "Downloading Base Software 3.3.2. Please do not reboot your appliance. If the install has failed you will see an "
    "error here.": "downloading",
    "Basissoftware 3.3.2 wird installiert. Bitte warten Sie, auch wenn ein Fehler auftritt.": "installing",
    "Installing Base Software 3.3.2, this may take an hour.": "installing",
    "Update in progress": "installing",
    "Installing Base Software 3.3.2. The installation can not be cancelled.": "installing",
    "Installing updates may take a while.": "unknown",
    "The installation failed: the package cannot be verified.": "failed",
}


@pytest.mark.parametrize(("line", "state"), PROGRESS.items())
def test_progress_beside_explanations(line: str, state: str) -> None:
    view = parse(f"<html><body><h2>Updates</h2><p>{line}</p></body></html>".encode())
    assert _progress.read(view, view.lines, Redactor()).state == state


HELP = (
    "<p>Checking for updates contacts the update server. Keep your appliance up to date. Installing updates may take an "
    "hour. If no updates are listed, contact Support.</p>"
)
CHECK = "<form method=post action=/chk><button>Check for Updates</button></form>"
BASE = Package("Base Software 3.3.2", "base", "3.3.2", installable=True)
ENTRY = """<h3>Available Updates</h3><form method=post action=/inst><input type=hidden name=p value=b>
<b>Base Software 3.3.2</b> <button>Install This Update</button></form>"""
INSTALLING = "<p>Installing Base Software 3.3.2</p>"


def test_help_on_the_updates_page_is_no_list_and_no_install() -> None:
    transport = site({"GET /upd": page(HELP + CHECK)})
    with session(transport) as web:
        seen = updates.read(web)
    assert (seen.listed, seen.available, seen.progress) == (False, (), None)


def test_help_does_not_keep_the_check_waiting() -> None:
    transport = site({"GET /upd": page(HELP + CHECK), "POST /chk": page(HELP + CHECK + ENTRY)})
    with session(transport) as web:
        seen = updates.read(web, check=True)
    assert [package.name for package in seen.available] == ["Base Software 3.3.2"]
    assert [request.path for request in transport.requests].count("/upd") == 1


def updates_site(**questions: str) -> FakeTransport:
    posts = {key.replace("_", " /"): page(content) for key, content in questions.items()}
    return site({"GET /upd": page(CHECK + ENTRY), **posts})


WARNING = "<div class='alert alert-danger'>The appliance cannot be reached meanwhile. This cannot be undone.</div>"
QUESTIONS = {
    "other words for it": "<h2>Please confirm</h2>{w}<form method=post action=/yes><a href=/upd>Cancel</a> <button>Install</button></form>",
    "yes and more": "<p>Are you sure?</p>{w}<form method=post action=/yes><button name=a value=n>No</button>"
    "<button name=a value=y>Yes, install it</button></form>",
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_question_with_a_warning_is_answered(question: str) -> None:
    transport = updates_site(POST_inst=question.format(w=WARNING), POST_yes=INSTALLING)
    with session(transport) as web:
        assert updates.install(web, BASE, accept_license=False).state == "installing"
    assert [(request.path, request.form) for request in transport.writes][1:] in (
        [("/yes", {})],
        [("/yes", {"a": "y"})],
    )


def test_a_question_answered_by_links() -> None:
    question = (
        "<p>You are about to install Base Software 3.3.2.</p><a href=/next>Continue</a> | <a href=/upd>Cancel</a>"
    )
    transport = updates_site(POST_inst=question, GET_next=INSTALLING)
    with session(transport) as web:
        assert updates.install(web, BASE, accept_license=False).state == "installing"
    assert [request.path for request in transport.requests].count("/next") == 1


def test_a_failure_above_a_question_is_a_refusal() -> None:
    question = "<p>The update failed. Continue anyway?</p><form method=post action=/yes><button>No</button><button>Yes</button></form>"
    transport = updates_site(POST_inst=question, POST_yes=INSTALLING)
    with session(transport) as web, pytest.raises(RefusedByAppliance) as caught:
        updates.install(web, BASE, accept_license=False)
    assert caught.value.seen == "The update failed. Continue anyway?"
    assert [request.path for request in transport.writes] == ["/inst"]


def test_a_question_about_another_danger_is_not_answered() -> None:
    question = "<p>Really shut down?</p>" + QUESTIONS["other words for it"].format(w="")
    transport = updates_site(POST_inst=question, POST_yes=INSTALLING)
    with session(transport) as web, pytest.raises(PageError, match="something else"):
        updates.install(web, BASE, accept_license=False)
    assert [request.path for request in transport.writes] == ["/inst"]


def test_a_button_that_says_something_else_is_not_pressed() -> None:
    question = "<p>Are you sure?</p><form method=post action=/yes><button>Cancel</button><button>Delete</button></form>"
    transport = updates_site(POST_inst=question, POST_yes=INSTALLING)
    with session(transport) as web, pytest.raises(PageError, match="asks something that is not understood"):
        updates.install(web, BASE, accept_license=False)
    assert [request.path for request in transport.writes] == ["/inst"]


PAIRS = """<p>Sync Now copies data. You must not install updates while a relationship exists. Failover is not configured
until both sides are validated. If an error occurs, see the history.</p><h2>Status</h2><div class=row>
<div class=k>This host's status</div><div class=v><span class=badge>Primary</span></div>
<div class=k>Peer host's status</div><div class=v><span class=badge>Backup</span> <code>10.0.0.2:8443</code> <small>checked</small></div>
<div class=k>Last data sync</div><div class=v><time datetime="2026-11-22T15:04:05Z">Nov 22</time></div></div>"""
ACTIONS = """<form method=post action=/act><label>Action <select name=act><option value="" selected>Select an action
<option value=s>Sync Now<option value=b>Break Failover Relationship<option value=r>Become Backup</select></label>
<button>Go</button></form>"""


def related_site(actions: str = ACTIONS) -> FakeTransport:
    return site(
        {
            "GET /fo": page(PAIRS + actions),
            "POST /act": page(
                "<h2>Are you sure?</h2><form method=post action=/brk><button>Yes, break the relationship</button> "
                "<a href=/fo>Cancel</a></form>"
            ),
            "POST /brk": page(UNRELATED["table"][1]),
        },
        interface="login",
    )


def test_state_beside_an_explanation_of_the_other_state() -> None:
    with session(related_site(), "login") as web:
        seen = failover.read(web)
    assert (seen.configured, seen.role, seen.peer, seen.sync_running) == (True, "primary", "10.0.0.2", False)
    assert seen.last_sync == datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=datetime.UTC)


def test_an_entry_of_a_list_of_actions_is_chosen_and_carried_out() -> None:
    transport = related_site()
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [(request.path, request.form) for request in transport.writes] == [("/act", {"act": "b"}), ("/brk", {})]


def test_a_list_of_actions_with_two_buttons_is_not_touched() -> None:
    transport = related_site(ACTIONS.replace("<button>Go</button>", "<button>Frob</button><button>Reset</button>"))
    with session(transport, "login") as web, pytest.raises(PageError, match="Break Failover Relationship"):
        failover.break_relationship(web)
    assert transport.writes == []


def test_a_page_headed_error_is_a_refusal() -> None:
    words = "Verbindung zu 10.0.0.9 hergestellt, aber der Schlüssel ist ein anderer."
    transport = site(
        {
            "GET /fo": page(UNRELATED["german fieldsets"][1], "de"),
            "POST /fo/set": Reply(page(f"<h1>Fehler</h1><div><p>{words}</p></div>", "de")),
        },
        "de",
        "login",
    )
    with session(transport, "login") as web, pytest.raises(RefusedByAppliance) as caught:
        failover.establish(web, "10.0.0.9", 443, "10.0.0.1", 443)
    assert caught.value.seen == words
