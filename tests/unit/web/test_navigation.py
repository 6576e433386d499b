# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Going to pages by what the menus say, whatever they are made of."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError
from ansible_collections.bseries.sra.plugins.module_utils._web import session as session_module
from ansible_collections.bseries.sra.tests.unit.web.fakes import SIGN_IN, FakeTransport, Reply, session

OUT = '<a href="/out">Log out</a>'
KEY = (
    "<h1>Security</h1><form method=post><label>Inter-appliance Communication Pre-shared Key <input name=k "
    "value=abcdef></label></form>"
)


def login(home: str, **pages: str) -> FakeTransport:
    routes = {f"GET /{name.replace('_', '/')}": text for name, text in pages.items()}
    return FakeTransport({"GET /login": SIGN_IN, "POST /go": home + OUT, "GET /out": SIGN_IN, **routes})


HOMES = {
    "nested list": (
        '<ul><li><a href="/users">Security</a></li><li><a href="/m">Management</a><ul><li><a href="/s">Security'
        "</a></li></ul></li></ul>"
    ),
    "plain text over a list": (
        "<div><h4>Management</h4><ul><li><a href='/x'>Failover</a></li><li><a href='/s'>Security</a></li></ul></div>"
    ),
    "cells": "<table><tr><td>Management</td><td><a href='/x'>Failover</a> | <a href='/s'>Security</a></td></tr></table>",
    "buttons with scripts": "<nav aria-label='Management'><button type=button onclick=\"location.href='/s'\">Security</button></nav>",
    "details": "<details><summary>Management</summary><a href='/x'>Failover</a><a href='/s'>SECURITY</a></details>",
    "data-href": "<div role=menu aria-label=Management><span role=menuitem data-href='/s'>Security</span></div>",
    "select": (
        "<select onchange='go(this)'><optgroup label=Management><option value='/x'>Failover</option><option "
        "value='/s'>Security</option></optgroup></select>"
    ),
    "get form": (
        "<div class=menu><b>Management</b><div><form action='/s'><button>Security</button></form><form "
        "action='/x'><button>Failover</button></form></div></div>"
    ),
    "footer and help": (
        "<nav><b>Management</b><div><a href='/s'>Security</a> <a href='/x'>Failover</a></div></nav><p>See <a "
        "href='/help'>Security Help</a></p><footer><a href='/policy'>Security</a></footer>"
    ),
}


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES.keys())
def test_both_levels_on_the_start_page(home: str) -> None:
    transport = login(home, s=KEY + OUT)
    with session(transport, "login") as web:
        view = web.open("login_security")
        assert view.url.split("?")[0].endswith("/s")
        web.open("login_security")
    paths = [request.path for request in transport.requests]
    assert paths == ["/login", "/go", "/s", "/s", "/out"]
    assert transport.writes == []


@pytest.mark.parametrize(
    ("between", "seconds", "reads"),
    [("nothing", 60.0, 1), ("another page", 60.0, 3), ("the form", 60.0, 2), ("nothing", 0.0, 2)],
    ids=["nothing", "another page", "a form", "too long"],
)
def test_a_page_that_came_just_now_is_acted_upon_as_it_is(
    monkeypatch: pytest.MonkeyPatch, between: str, seconds: float, reads: int
) -> None:
    monkeypatch.setattr(session_module, "JUST_NOW", seconds)
    menu = "<nav><b>Management</b><div><a href='/s'>Security</a> <a href='/x'>Failover</a></div></nav>"
    button = "<form action=/send method=post><button name=b value=1>Save</button></form>"
    transport = login(menu, s=KEY + button + OUT, x="<h1>Failover</h1>" + OUT)
    transport.routes["POST /send"] = KEY + OUT
    with session(transport, "login") as web:
        view = web.open("login_security")
        if between == "another page":
            web.get("/x")
        elif between == "the form":
            form = next(form for form in view.forms if form.buttons)
            web.submit(form, form.buttons[0], {}, "save")
        again = web.stay_on("login_security")
        assert (again is view) == (reads == 1)
    assert len([each for each in transport.requests if each.path in ("/s", "/x")]) == reads


TOP = (
    '<div id="menu"><a href="/st">Status</a> <a href="/m">Management</a> <a href="/us">Users &amp; Security'
    '</a> <a href="/j">Jump</a></div>'
)


def test_second_level_after_the_first_click() -> None:
    tabs = TOP + '<div class="tabs"><a href="/m/sw">Software Management</a> <a href="/m/sec">Security</a></div>'
    transport = login(TOP, m=tabs + "<h1>Software :: Backup Settings</h1>" + OUT, m_sec=tabs + KEY + OUT)
    with session(transport, "login") as web:
        assert web.open("login_security").url.endswith("/m/sec")
    assert [request.path for request in transport.requests] == ["/login", "/go", "/m", "/m/sec", "/out"]


def test_first_click_is_the_page_already() -> None:
    tabs = (
        TOP + '<ul class="tabs"><li class="active">Security</li><li><a href="/m/sw">Software Management</a></li></ul>'
    )
    transport = login(TOP, m=tabs + KEY + OUT)
    with session(transport, "login") as web:
        assert web.open("login_security").url.endswith("/m")


def test_redirects_and_refreshes_are_followed() -> None:
    transport = login("<nav><a href='/f'>Failover</a></nav>")
    transport.routes["GET /f"] = Reply(status=302, location="/f2")
    transport.routes["GET /f2"] = '<meta http-equiv="refresh" content="0; url=/f3">'
    transport.routes["GET /f3"] = "<h1>Failover</h1><form method=post><button>Sync Now</button></form>" + OUT
    with session(transport, "login") as web:
        assert web.open("failover").url.endswith("/f3")


def test_a_base_address_counts_for_refreshes_and_forms_without_an_address_go_to_their_own_page() -> None:
    transport = login("<nav><a href='/f'>Failover</a></nav>")
    transport.routes["GET /f"] = "<head><base href='/login/'><meta http-equiv=refresh content='1; url=ui/f'></head>wait"
    transport.routes["GET /login/ui/f"] = (
        "<head><base href='/login/'></head><h1>Failover</h1><form method=post><button>Sync Now</button></form>" + OUT
    )
    with session(transport, "login") as web:
        view = web.open("failover")
        assert view.url.endswith("/login/ui/f")
        assert [form.url for form in view.forms if form.buttons] == [view.url]


def test_remembered_page_that_is_another_now_is_looked_for_again() -> None:
    transport = login("<nav><a href='/f'>Failover</a></nav>", f="<h1>Failover</h1><button>Sync Now</button>" + OUT)
    with session(transport, "login") as web:
        web.open("failover")
        transport.routes["GET /f"] = lambda _request: page_once(transport)
        assert "Failover" in web.open("failover").headings


def page_once(transport: FakeTransport) -> str:
    transport.routes["GET /f"] = "<h1>Failover</h1><button>Sync Now</button>" + OUT
    return "<h1>Welcome back</h1>" + OUT


def test_post_buttons_are_never_pressed_to_navigate() -> None:
    transport = login("<form method=post action='/f'><button>Failover</button></form>")
    with session(transport, "login") as web, pytest.raises(PageError) as caught:
        web.open("failover")
    assert transport.writes == []
    assert "'Failover'" in caught.value.message


def test_missing_entry_names_the_nearest() -> None:
    transport = login("<nav><a href='/a'>Fallover</a><a href='/b'>Reports</a></nav>")
    with session(transport, "login") as web, pytest.raises(PageError) as caught:
        web.open("failover")
    assert caught.value.candidates[0] == "Fallover"
    assert "Failover" in (caught.value.expected or "")


def test_entry_that_leads_to_two_places_is_not_guessed() -> None:
    transport = login("<p><a href='/a'>Failover</a> <a href='/b'>Failover</a></p>")
    with session(transport, "login") as web, pytest.raises(PageError, match="several places"):
        web.open("failover")


def test_link_to_another_host_is_not_followed() -> None:
    transport = login("<nav><a href='https://other.example.net/f'>Failover</a></nav>")
    with session(transport, "login") as web, pytest.raises(PageError):
        web.open("failover")


def test_many_pages_are_not_searched_without_end() -> None:
    transport = login(
        "<nav>" + "".join(f"<a href='/n{i}'>Status</a>" for i in range(1)) + "<a href='/j'>Jump</a></nav>",
        n0=OUT,
        j=OUT,
    )
    with session(transport, "login") as web, pytest.raises(PageError):
        web.open("failover")
    assert len(transport.requests) < 15


def test_the_page_that_is_shown_already_is_not_looked_for_elsewhere() -> None:
    # As in the German edition: two tabs are called Status, and what the sign-in leads to is the page itself.
    home = (
        "<ul class=tabs><li class=active><a href='?p=basics'>Status</a><ul><li class=active><a href='?p=basics'>Einfach</a></li>"
        "<li><a href='?p=health'>Status</a></li></ul></li><li><a href='?p=net'>Netzwerk</a></li></ul>"
        "<h1>Status :: Einfach</h1><dl><dt>Geräte-GUID</dt><dd>0123456789abcdef0123456789abcdef</dd></dl>"
    )
    transport = FakeTransport(
        {
            "GET /appliance": SIGN_IN,
            "POST /go": Reply(status=302, location="/appliance/?p=basics"),
            "GET /appliance/?p=basics": home + OUT,
            "GET /out": SIGN_IN,
        }
    )
    with session(transport) as web:
        assert web.open("basics").url.endswith("?p=basics")
    assert not [request for request in transport.requests if "health" in request.query]
