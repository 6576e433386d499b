# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands where a session was expected: named as what it is, and a refused password is never sent a second time."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    AuthenticationError,
    PageError,
    SignInObstacle,
    SraError,
)
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover, updates
from ansible_collections.bseries.sra.plugins.module_utils._web.session import SessionExpired
from ansible_collections.bseries.sra.tests.unit.web.fakes import (
    PASSWORD,
    SIGN_IN,
    FakeTransport,
    Reply,
    page,
    session,
    site,
)

INTERFACES = ("appliance", "login")
_FORM = "<form method=post action=/x>"

PAGES: dict[str, list[str]] = {
    "login agreement": [
        f"<h1>Login Agreement</h1><p>Only for staff.</p>{_FORM}<button>Accept</button><button>Decline</button></form>",
        f"<h1>Anmeldevereinbarung</h1><p>Nur für Befugte.</p>{_FORM}<button>Zustimmen</button></form>",
        "<h2>Terms of Use</h2><p>Be good.</p><a href=/accept>I agree</a>",
    ],
    "forced password change": [
        f"<h1>Change password</h1>{_FORM}<label>Current password <input type=password name=o></label><label>New password "
        "<input type=password name=a></label><label>Repeat <input type=password name=b></label><button>Save</button></form>",
        f"<p>Ihr Kennwort ist abgelaufen.</p>{_FORM}<label>Neues Kennwort <input type=password name=a></label>"
        "<label>Wiederholung <input type=password name=b></label><button>Speichern</button></form><a href=/out>Abmelden</a>",
        f"<h1>Welcome</h1>{_FORM}<input type=password name=a><input type=password name=b><button>Go</button></form>",
    ],
    "SAML single sign-on": [
        "<h1>Welcome</h1><a class=btn href=/saml/start>Use SAML Authentication</a>",
        f"<h1>Willkommen</h1>{_FORM}<button>Einmalanmeldung über den Identitätsanbieter</button></form>",
    ],
    "two-factor authentication": [
        f"<h1>Two-factor authentication</h1>{_FORM}<label>Enter the one-time code <input name=c></label><button>Verify</button></form>",
        f"<h1>Zwei-Faktor-Authentifizierung</h1>{_FORM}<label>Einmalcode <input name=c></label><button>Weiter</button></form>",
        f"<h1>Passkey</h1><p>Use your FIDO2 security key.</p>{_FORM}<input type=hidden name=z><button>Use passkey</button></form>",
    ],
    "limit of concurrent sessions reached": [
        "<p class=error>The maximum number of concurrent sessions has been reached.</p>",
        f"<p class=error>Zu viele Sitzungen.</p>{SIGN_IN}",
        f"<p>You are already logged in elsewhere.</p>{_FORM}<button>End the other session</button></form>",
    ],
}
CASES: t.Final = [(name, number) for name, pages in PAGES.items() for number in range(len(pages))]


def _posts(transport: FakeTransport) -> list[str]:
    return [request.path for request in transport.requests if request.method != "GET"]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(("name", "number"), CASES)
def test_named_after_the_sign_in_and_tried_once(name: str, number: int, interface: t.Any) -> None:
    transport = FakeTransport({f"GET /{interface}": SIGN_IN, "POST /go": PAGES[name][number]})
    with session(transport, interface) as web:
        for again in (web.sign_in, web.sign_in, web.sign_in_again):
            with pytest.raises(SignInObstacle) as caught:
                again()
    assert name in caught.value.message
    assert f"/{interface}" in caught.value.message
    assert caught.value.advice
    assert PASSWORD not in str(caught.value)
    assert _posts(transport) == ["/go"]


BEFORE: t.Final = [
    (name, number)
    for name, number in CASES
    if name in ("login agreement", "SAML single sign-on", "two-factor authentication")
]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(("name", "number"), BEFORE)
def test_named_before_the_sign_in_and_nothing_sent(name: str, number: int, interface: t.Any) -> None:
    transport = FakeTransport({f"GET /{interface}": PAGES[name][number]})
    with session(transport, interface) as web, pytest.raises(SignInObstacle) as caught:
        web.sign_in()
    assert name in caught.value.message
    assert [(request.method, request.path) for request in transport.requests] == [("GET", f"/{interface}")]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("The username or password is incorrect.", "was refused"),
        ("Benutzername oder Kennwort ungültig", "was refused"),
        ("", "was refused"),
        ("This account is locked. Try again in 30 minutes.", "is locked"),
        ("Das Konto ist gesperrt.", "is locked"),
        ("Too many failed attempts.", "is locked"),
    ],
)
def test_refused_or_locked_is_tried_once(words: str, how: str, interface: t.Any) -> None:
    form = SIGN_IN.replace("<form", f"<p>{words}</p><form")
    transport = FakeTransport({f"GET /{interface}": SIGN_IN, "POST /go": form})
    with session(transport, interface) as web:
        attempts: list[t.Callable[[], object]] = [
            web.sign_in,
            lambda: web.open("updates" if interface == "appliance" else "failover"),
            web.sign_in_again,
        ]
        for attempt in attempts:
            with pytest.raises(AuthenticationError) as caught:
                attempt()
    assert how in caught.value.message
    assert words in (caught.value.seen or "")
    assert _posts(transport) == ["/go"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_status_that_refuses_is_tried_once(status: int) -> None:
    transport = FakeTransport({"GET /login": SIGN_IN, "POST /go": (status, "<p>No.</p>")})
    with session(transport, "login") as web:
        for _attempt in range(2):
            with pytest.raises(AuthenticationError):
                web.sign_in()
    assert _posts(transport) == ["/go"]


PROMPTS: dict[str, Reply] = {
    "redirect to the start page": Reply(status=302, location="/login"),
    "the form itself": Reply(SIGN_IN),
    "the form with status 401": Reply(SIGN_IN, 401),
    "status 401 alone": Reply("<p>Unauthorized</p>", 401),
    "a page that replaces itself": Reply("<meta http-equiv=refresh content='0; url=/login'>"),
    "german": Reply(
        "<p>Ihre Sitzung ist abgelaufen.</p><form method=post action=/go>Benutzername <input name=u> Kennwort "
        "<input type=password name=p><button>Anmelden</button></form>"
    ),
}
RELATED = page("<h1>Failover</h1><form method=post action=/sync><button>Sync Now</button></form>")


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_a_second_sign_in_prompt_when_a_page_is_opened(prompt: Reply) -> None:
    transport = site({"GET /fo": prompt}, interface="login")
    with session(transport, "login") as web, pytest.raises(SessionExpired):
        failover.sync_now(web)
    assert _posts(transport) == ["/go"]


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_a_second_sign_in_prompt_as_the_answer_to_a_write(prompt: Reply) -> None:
    transport = site({"GET /fo": RELATED, "POST /sync": prompt}, interface="login")
    with session(transport, "login") as web, pytest.raises(SessionExpired) as caught:
        failover.sync_now(web)
    assert "may not have been done" in (caught.value.state or "")
    # The write was asked for once; it is not repeated, and the password is not sent into the new prompt.
    assert _posts(transport) == ["/go", "/sync"]


MIDDLE: t.Final = [(name, number) for name, number in CASES if name != "limit of concurrent sessions reached"]


@pytest.mark.parametrize(("name", "number"), MIDDLE)
def test_an_obstacle_in_the_middle_of_a_session_stops_safely(name: str, number: int) -> None:
    transport = site({"GET /upd": PAGES[name][number]})
    with session(transport) as web, pytest.raises(SraError) as caught:
        updates.read(web, check=True)
    assert isinstance(caught.value, (PageError, AuthenticationError))
    assert _posts(transport) == ["/go"]


@pytest.mark.parametrize("part", ["missing", "disabled"])
def test_without_a_password_field_the_password_is_not_sent(part: str) -> None:
    field = "<label>Password <input type=password name=p disabled></label>" if part == "disabled" else ""
    transport = FakeTransport(
        {
            "GET /login": f"<form method=post action=/name><label>Username <input name=u></label>{field}<button>Next</button></form>",
            "POST /name": "<p>Unknown page</p><form method=post action=/go><label>Other <input name=o></label></form>",
        }
    )
    with session(transport, "login") as web, pytest.raises(PageError):
        web.sign_in()
    assert [request.form for request in transport.requests if request.method == "POST"] == [{"u": "admin"}]
