# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In the middle of a session: obstacles are named, and the appliance is the one that was asked for wherever that can be told."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, SignInObstacle, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover
from ansible_collections.bseries.sra.plugins.module_utils._web.faults import SessionExpired
from ansible_collections.bseries.sra.tests.unit.web.fakes import page, session, site

RELATED = page("<h1>Failover</h1><form method=post action=/sync><button>Sync Now</button></form>")
OBSTACLES = {
    "forced password change": "<h1>Your password has expired</h1><form method=post action=/pw>New password <input type=password "
    "name=a> Again <input type=password name=b><button>Change</button></form>",
    "two-factor authentication": "<h1>Verification</h1><form method=post action=/2fa><label>Authenticator code <input name=c>"
    "</label><button>Verify</button></form>",
    "SAML single sign-on": "<h1>Signed out</h1><a class=btn href=/saml>Use SAML Authentication</a>",
    "login agreement": "<h1>Login Agreement</h1><p>Be good.</p><form method=post action=/agree><button>I Agree</button></form>",
}


@pytest.mark.parametrize("answer", ["GET /fo", "POST /sync"])
@pytest.mark.parametrize("name", OBSTACLES)
def test_an_obstacle_in_mid_session_is_named(name: str, answer: str) -> None:
    shown = f"<html><body>{OBSTACLES[name]}</body></html>"
    transport = site({"GET /fo": RELATED, "POST /sync": page("<p>Started.</p>"), answer: shown}, interface="login")
    with session(transport, "login") as web, pytest.raises(SignInObstacle) as caught:
        failover.sync_now(web)
    assert f"stops at: {name}" in caught.value.message
    assert "may not have been done" in (caught.value.state or "")
    assert [request.path for request in transport.writes] == (["/sync"] if answer == "POST /sync" else [])


def test_pages_of_the_session_with_such_words_are_no_obstacle() -> None:
    users = "<h1>Failover</h1><form method=post action=/u>New password <input type=password name=a> <input type=password name=b></form>"
    transport = site({"GET /fo": page(users + "<p>Two-factor, SAML, login agreement</p>")}, interface="login")
    with session(transport, "login") as web, pytest.raises(PageError, match="Sync Now"):
        failover.sync_now(web)


OVER = {
    "english": "<html><title>Session Expired</title><h2>Session :: Timeout</h2><p>Please sign in.</p><a href=/login>Login</a></html>",
    "german": "<html><h2>Hinweis</h2><p>Ihre Sitzung ist wegen Inaktivität abgelaufen.</p><a href=/login>Anmelden</a></html>",
    "redirecting": "<html><p>Your session has been terminated.</p><form action=/login><button>OK</button></form></html>",
}


@pytest.mark.parametrize("shown", OVER.values(), ids=OVER.keys())
def test_a_page_that_says_that_the_session_is_over_is_its_end(shown: str) -> None:
    transport = site({"GET /fo": shown}, interface="login")
    with session(transport, "login") as web, pytest.raises(SessionExpired) as raised:
        failover.sync_now(web)
    assert "run the same command again" in (raised.value.advice or "")
    assert transport.writes == []


@pytest.mark.parametrize(
    "shown",
    [
        page("<h1>Failover</h1><p>The last session has expired.</p>"),
        "<html><h1>Failover</h1><p>If your session has expired, sign in again.</p></html>",
        "<html><h1>Failover</h1><p>Sessions that expired: 3</p></html>",
    ],
    ids=["with a menu", "condition", "other sessions"],
)
def test_words_of_sessions_are_not_the_end_of_this_one(shown: str) -> None:
    transport = site({"GET /fo": shown}, interface="login")
    with session(transport, "login") as web, pytest.raises(PageError):
        failover.sync_now(web)


Identify = t.Callable[[], t.Optional[str]]


def _sync(expected: str | None, identify: Identify | None) -> tuple[list[str], list[str]]:
    transport = site({"GET /fo": RELATED, "POST /sync": page("<p>Started.</p>")}, interface="login")
    with session(transport, "login", expected_appliance_id=expected, identify=identify) as web:
        failover.sync_now(web)
    return [request.path for request in transport.writes], web.warnings


def test_where_the_pages_show_no_id_another_source_is_asked() -> None:
    assert _sync("AB-12 34cd".replace(" ", ""), lambda: "ab1234cd") == (["/sync"], [])
    with pytest.raises(StateError, match="another appliance") as caught:
        _sync("ab1234cd", lambda: "ef5678ab")
    assert (caught.value.expected, caught.value.seen) == ("ab1234cd", "ef5678ab")


def test_an_id_that_nothing_tells_is_said_once() -> None:
    written, warnings = _sync("ab1234cd", lambda: None)
    assert written == ["/sync"]
    assert len(warnings) == 1
    assert "not compared with ab1234cd" in warnings[0]


def test_without_an_expected_id_nobody_is_asked() -> None:
    def never() -> str:
        raise AssertionError("asked")

    assert _sync(None, never) == (["/sync"], [])
