# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in, what can stand in its way, and signing out."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    AuthenticationError,
    InputError,
    PageError,
    SignInObstacle,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._web.session import ServerStarting, SessionExpired
from ansible_collections.bseries.sra.plugins.module_utils._web.vocabulary import Vocabulary
from ansible_collections.bseries.sra.tests.unit.web.fakes import (
    PASSWORD,
    SIGN_IN,
    FakeTransport,
    Reply,
    page,
    session,
    site,
)

FORMS = {
    "labels": SIGN_IN,
    "german table": """<form method="post" action="/go"><input type="hidden" name="tok" value="t-1"><table>
        <tr><td>Benutzername:</td><td><input name="u"></td></tr><tr><td>Kennwort:</td><td><input type="password" name="p"></td></tr>
        <tr><td colspan="2"><input type="submit" name="do" value="Anmelden"></td></tr></table></form>""",
    "placeholders": """<div class="card"><h1>Welcome</h1><form method="POST" action="/go"><input name="tok" type="hidden" value="t-1">
        <input name="u" placeholder="User name" required><input name="p" type="password" placeholder="Password" required>
        <label><input type="checkbox" name="remember"> Remember me</label><button name="do" value="in">Continue</button></form>
        <form action="/lang"><select name="l"><option>English</option><option>Deutsch</option></select><button>Go</button></form></div>""",
    "no labels, image": """<form method=post action=/go><input type=hidden name=tok value=t-1><input name=u><br><input type=password name=p>
        <input type=image src=go.gif alt="Log in" name=do></form>""",
    "another text field": """<form method="post" action="/go"><input type="hidden" name="tok" value="t-1"><p>Domain <input name="d"></p>
        <p>Login name <input name="u"></p><p>Password <input type="password" name="p"></p><button name="do" value="x">Log In</button></form>""",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_signs_in_once_and_out_again(form: str) -> None:
    transport = FakeTransport({"GET /appliance": form, "POST /go": page("<p>Hello</p>"), "GET /out": form})
    with session(transport) as web:
        web.sign_in()
        web.sign_in()
    assert [(r.method, r.path) for r in transport.requests] == [("GET", "/appliance"), ("POST", "/go"), ("GET", "/out")]
    sent = transport.requests[1].form
    assert (sent["u"], sent["p"], sent["tok"]) == ("admin", PASSWORD, "t-1")
    assert "remember" not in sent
    assert web.warnings == []


def test_user_name_first_and_password_on_the_next_page() -> None:
    transport = FakeTransport(
        {
            "GET /login": (
                '<form method="post" action="/name"><label>Email or username <input name="u"></label><button>Next</button>'
                "</form>"
            ),
            "POST /name": (
                '<form method="post" action="/go"><label>Password <input type="password" name="p"></label><button>Sign in'
                "</button></form>"
            ),
            "POST /go": page("<p>Hello</p>"),
            "GET /out": SIGN_IN,
        }
    )
    with session(transport, "login") as web:
        web.sign_in()
    assert [r.form for r in transport.requests if r.method == "POST"] == [{"u": "admin"}, {"p": PASSWORD}]


def test_signed_out_by_a_form_and_its_confirmation() -> None:
    menu = (
        '<h1>Status</h1><form method="post" action="/bye"><input type="hidden" name="k" value="1"><button>Sign out'
        "</button></form>"
    )
    transport = FakeTransport(
        {
            "GET /appliance": SIGN_IN,
            "POST /go": menu,
            "POST /bye": (
                '<p>Do you want to sign out?</p><form method="post" action="/bye2"><button>Sign out</button><button '
                'name="n">Cancel</button></form>'
            ),
            "POST /bye2": SIGN_IN,
        }
    )
    with session(transport) as web:
        web.sign_in()
    assert [(r.path, r.form) for r in transport.requests[2:]] == [("/bye", {"k": "1"}), ("/bye2", {})]


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("The username or password is incorrect.", "was refused"),
        ("Benutzername oder Kennwort ungültig", "was refused"),
        ("This account is locked. Try again in 30 minutes.", "is locked"),
        ("Das Konto ist gesperrt.", "is locked"),
    ],
)
def test_refused_password_is_never_sent_twice(words: str, how: str) -> None:
    transport = FakeTransport({"GET /appliance": SIGN_IN, "POST /go": SIGN_IN.replace("<form", f"<p>{words}</p><form")})
    with session(transport) as web:
        for _attempt in range(3):
            with pytest.raises(AuthenticationError) as caught:
                web.sign_in()
        with pytest.raises(AuthenticationError):
            web.sign_in_again()
    assert how in caught.value.message
    assert words in (caught.value.seen or "")
    assert PASSWORD not in str(caught.value)
    assert len([r for r in transport.requests if r.method == "POST"]) == 1


AFTER = {
    "forced password change": """<h1>Change password</h1><form method="post" action="/x"><p>Your password has expired.</p>
        <label>New password <input type="password" name="a"></label><label>Repeat <input type="password" name="b"></label><button>Save</button></form>""",
    "login agreement": (
        '<h1>Login Agreement</h1><p>Only for staff.</p><form method="post" action="/x"><button>Accept</button>'
        "<button>Decline</button></form>"
    ),
    "two-factor authentication": """<h1>Two-factor authentication</h1><form method="post" action="/x">
        <label>Enter the one-time code <input name="c"></label><button>Verify</button></form>""",
    "limit of concurrent sessions reached": "<p class='error'>The maximum number of concurrent sessions has been reached.</p>",
}


@pytest.mark.parametrize("name", AFTER)
def test_obstacle_after_the_sign_in_is_named(name: str) -> None:
    transport = FakeTransport({"GET /login": SIGN_IN, "POST /go": AFTER[name]})
    with session(transport, "login") as web, pytest.raises(SignInObstacle) as caught:
        web.sign_in()
    assert name in caught.value.message
    assert [r.path for r in transport.requests] == ["/login", "/go"]


BEFORE = {
    "login agreement": AFTER["login agreement"],
    "SAML single sign-on": '<h1>Welcome</h1><a class="btn" href="/saml/start">Use SAML Authentication</a>',
    "two-factor authentication": SIGN_IN.replace(
        "<button", '<label>Verification code <input name="otp" required></label><button'
    ),
}


@pytest.mark.parametrize("name", BEFORE)
def test_obstacle_instead_of_the_sign_in_is_named_and_nothing_is_sent(name: str) -> None:
    transport = FakeTransport({"GET /login": BEFORE[name]})
    with session(transport, "login") as web, pytest.raises(SignInObstacle) as caught:
        web.sign_in()
    assert name in caught.value.message
    assert [r.method for r in transport.requests] == ["GET"]


def test_form_with_a_second_way_by_saml_is_used() -> None:
    transport = site({"GET /appliance": SIGN_IN + '<a href="/saml">Sign in with SAML</a>'})
    with session(transport) as web:
        web.sign_in()
    assert transport.requests[1].path == "/go"


@pytest.mark.parametrize(
    "answer",
    [
        (503, "<h1>Service Unavailable</h1>"),
        (502, ""),
        "<html><title>Starting</title><p>The appliance is starting up. Please wait.</p></html>",
    ],
)
def test_booting_server_is_no_sign_in_page(answer: object) -> None:
    transport = FakeTransport({"GET /appliance": answer})  # type: ignore[dict-item]
    with session(transport) as web, pytest.raises(ServerStarting) as caught:
        web.sign_in()
    assert caught.value.sent


def test_a_page_whose_answer_was_lost_is_read_once_more_and_nothing_is_sent_twice() -> None:
    hiccups = [(502, "")]
    transport = site({"GET /appliance": lambda _request: hiccups.pop() if hiccups else SIGN_IN})
    with session(transport) as web:
        web.sign_in()
    assert [request.method for request in transport.requests[:3]] == ["GET", "GET", "POST"]
    transport = site({"GET /appliance": SIGN_IN, "POST /go": (502, "")})
    with session(transport) as web, pytest.raises(ServerStarting):
        web.sign_in()
    assert [request.method for request in transport.requests] == ["GET", "POST"]


def test_a_link_that_acts_is_never_asked_for_twice() -> None:
    transport = site({"POST /go": page('<a href="/act">Install</a>'), "GET /act": (502, "")})
    with session(transport) as web:
        home = web.sign_in()
        (link,) = [link for link in home.links if link.caption == "Install"]
        with pytest.raises(ServerStarting):
            web.press(home, link, purpose="install")
        assert [request.path for request in transport.requests].count("/act") == 1


def test_an_answer_whose_page_cannot_be_read_to_its_end_was_an_answer() -> None:
    turns = '<html><head><meta http-equiv="refresh" content="0; url=/next"></head></html>'

    def refused(_request: object) -> str:
        raise RequestFailed("refuses connections", stage="connect", sent=False, state="nothing was sent")

    transport = site({"POST /go": turns, "GET /next": refused})
    with session(transport) as web, pytest.raises(RequestFailed) as caught:
        web.sign_in()
    assert caught.value.sent


def test_password_is_not_sent_to_another_host() -> None:
    transport = FakeTransport({"GET /appliance": SIGN_IN.replace('"/go"', '"https://evil.example.net/go"')})
    with session(transport) as web, pytest.raises(PageError, match="another host"):
        web.sign_in()
    assert len(transport.requests) == 1


def test_page_that_is_no_sign_in_is_an_error_with_what_was_seen() -> None:
    transport = FakeTransport({"GET /appliance": "<h1>Hello</h1><form method=post><button>Subscribe</button></form>"})
    with session(transport) as web, pytest.raises(PageError) as caught:
        web.sign_in()
    assert caught.value.candidates == ("Subscribe",)


def test_sign_in_page_in_the_middle_of_a_session() -> None:
    transport = site({"GET /upd": Reply(location="/appliance", status=302)})
    with session(transport) as web:
        web.sign_in()
        with pytest.raises(SessionExpired):
            web.open("updates")
        transport.routes["GET /upd"] = page(
            "<h1>Updates</h1><form method=post><button>Check for Updates</button></form>"
        )
        web.sign_in_again()
        assert web.open("updates").url.endswith("/upd")


def test_wrong_way_out_is_a_warning_only() -> None:
    transport = site({"GET /out": (500, "broken")})
    with session(transport) as web:
        web.sign_in()
    assert len(web.warnings) == 1
    assert "sign-out" in web.warnings[0]


def test_captions_of_the_user() -> None:
    form = SIGN_IN.replace("Sign In", "Let me in").replace("</form>", "<button name='x'>Forgot</button></form>")
    transport = site({"GET /appliance": form})
    with session(transport, vocabulary=Vocabulary({"sign_in": {"en": ["Let me in"]}})) as web:
        web.sign_in()
    with pytest.raises(InputError, match="there is no control 'sing_in'"):
        Vocabulary({"sing_in": ["x"]})


def test_settings_with_a_password_are_no_sign_in_page() -> None:
    settings = "<h1>Failover</h1><nav>" + "".join(f"<a href='/{i}'>Entry {i}</a>" for i in range(6)) + "</nav>"
    settings += "<form method=post>Mail server <input name=a> Mail password <input type=password name=b><button>Save</button></form>"
    transport = site({"GET /fo": settings + "<form method=post><button>Sync Now</button></form>"}, interface="login")
    with session(transport, "login") as web:
        assert web.open("failover").url.endswith("/fo")
