# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Framesets and inline frames: read as one page, of the same origin only, and what they send goes where a browser sends it."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, TransportError
from ansible_collections.bseries.sra.plugins.module_utils._pages import failover, ip_configuration, updates
from ansible_collections.bseries.sra.tests.unit.web.fakes import SIGN_IN, FakeTransport, Reply, page, session, site

FRAMESET = (
    "<html><head><title>Appliance</title></head><frameset cols='200,*'><frame name=nav src=f/nav>"
    "<frameset rows='40,*'><frame src=f/top><frame name=main src=/f/basics></frameset>"
    "<noframes><body>Your browser shows no frames. <a href=/out2>Log out</a></body></noframes></frameset></html>"
)
NAV = (
    "<html><body><b>Status</b><br><a href=basics target=main>Basics</a><br><b>Networking</b><br>"
    "<a href=ip target=main>IP Configuration</a><br><a href=upd target=main>Updates</a><br>"
    "<a href=/out target=_top><img src=x.gif alt='Log out'></a></body></html>"
)
UPDATES = (
    "<html><body><h2>Updates</h2><form name=check method=post action=chk><input type=hidden name=t value=1></form>"
    "<a href='javascript:document.check.submit()'>Check for Updates</a></body></html>"
)
LISTED = (
    "<html><body><h2>Updates</h2><h3>Available Updates</h3><div><h4>Base Software 7.0.1</h4><form method=post action=inst>"
    "<button>Install This Update</button></form></div></body></html>"
)


def framed(**more: object) -> FakeTransport:
    routes: dict[str, object] = {
        "GET /appliance": SIGN_IN,
        "POST /go": Reply(status=302, location="/in"),
        "GET /in": FRAMESET,
        "GET /f/nav": NAV,
        "GET /f/top": "<p>Signed in as admin</p>",
        "GET /f/basics": "<h2>Basics</h2><table><tr><td>Appliance ID:</td><td>0123abcd4567</td></tr></table>",
        "GET /f/upd": UPDATES,
        "POST /f/chk": LISTED,
        "GET /out": SIGN_IN,
        **more,
    }
    return FakeTransport(routes)  # type: ignore[arg-type]


def paths(transport: FakeTransport) -> list[str]:
    return [f"{request.method} {request.path}" for request in transport.requests]


def test_a_frameset_is_one_page_and_is_left_by_its_own_way_out() -> None:
    transport = framed()
    with session(transport) as web:
        home = web.sign_in()
        assert "Your browser shows no frames" not in home.text
        assert "Signed in as admin" in home.text
        assert [link.url for link in home.links if link.caption == "Updates"] == ["https://a.example.com/f/upd"]
        assert web.open("basics").headings == ("Basics",)
        read = updates.read(web, check=True)
        assert [package.name for package in read.available] == ["Base Software 7.0.1"]
    assert paths(transport)[-1] == "GET /out"
    assert [request.form for request in transport.writes] == [{"t": "1"}]
    assert web.warnings == []


def test_a_page_in_an_inline_frame_belongs_to_the_page_around_it() -> None:
    inner = (
        "<html><head><base href=/deep/></head><body><h2>Failover :: Status</h2><table><tr><td>This host's status:</td>"
        "<td>Primary</td></tr></table><label for=a>Reason</label><form id=a method=post action=sync>"
        "<input type=hidden name=s value=1></form><button form=a>Sync Now</button>"
        "<form method=post action=other><button>Break Failover Relationship</button></form></body></html>"
    )
    outer = page("<h1>Failover</h1><form id=a method=post action=/wrong></form><iframe src=/inner>No frames</iframe>")
    transport = site(
        {"GET /fo": outer, "GET /inner": inner, "POST /deep/sync": page("<p>Started.</p>")}, interface="login"
    )
    with session(transport, "login") as web:
        assert failover.read(web).role == "primary"
        failover.sync_now(web)
    assert [(request.path, request.form) for request in transport.writes] == [("/deep/sync", {"s": "1"})]


@pytest.mark.parametrize(
    "frame",
    [
        "<iframe src=/inner style='display:none'></iframe>",
        "<iframe src=/inner width=0 height=0></iframe>",
        "<iframe src=https://evil.example.net/></iframe>",
        "<iframe src='javascript:x()'></iframe>",
        "<iframe srcdoc='x'></iframe>",
    ],
)
def test_frames_that_nobody_sees_or_that_lead_away_are_left_alone(frame: str) -> None:
    transport = site({"GET /upd": page("<h1>Updates</h1>" + frame)})
    with session(transport) as web:
        web.open("updates")
    assert "GET /inner" not in paths(transport)


def test_a_frame_that_holds_no_page_is_left_empty() -> None:
    licence = Reply("You must not fail.", content_type="text/plain")
    transport = site(
        {"GET /upd": page("<h1>Updates</h1><iframe src=/eula></iframe><p>After</p>"), "GET /eula": licence}
    )
    with session(transport) as web:
        view = web.open("updates")
    assert "After" in view.text
    assert "fail" not in view.text


def test_frames_within_themselves_end() -> None:
    transport = site({"GET /upd": page("<h1>Updates</h1><iframe src=/upd></iframe>" * 3)})
    with session(transport) as web:
        web.open("updates")
    assert len(transport.requests) < 30


def test_a_frame_of_a_server_that_is_starting_is_a_server_that_is_starting() -> None:
    transport = framed(**{"GET /f/basics": (503, "<p>Service unavailable</p>")})
    with session(transport) as web, pytest.raises(TransportError, match="503") as raised:
        web.sign_in()
    assert "do not restart it" in (raised.value.advice or "")


def test_the_sign_in_form_in_a_frame_in_mid_session_is_an_end_of_the_session() -> None:
    transport = framed(**{"GET /f/upd": SIGN_IN})
    with session(transport) as web, pytest.raises(Exception, match="asks to sign in again"):
        updates.read(web)
    assert transport.writes == []


def test_a_script_that_reaches_into_another_frame_presses_nothing() -> None:
    out_of_reach = UPDATES.replace("document.check.submit()", 'document.getElementById("elsewhere").submit()')
    transport = framed(**{"GET /f/upd": out_of_reach})
    with session(transport) as web, pytest.raises(PageError, match="Check for Updates"):
        updates.read(web, check=True)
    assert transport.writes == []


def test_addresses_in_frames_are_disabled_where_a_browser_would() -> None:
    listed = (
        "<h2>IP Configuration</h2><form method=post action=save><table><tr><th>IP Address</th><th>Enabled</th></tr>"
        "<tr><td>10.0.0.5</td><td><select name=e5><option value=J selected>Yes<option value=N>No</select></td></tr>"
        "<tr><td>10.0.0.9</td><td><select name=e9><option value=J>Yes<option value=N selected>No</select></td></tr></table>"
        "<button name=m value=c>Cancel</button><button name=m value=s>Save Changes</button></form>"
    )
    transport = framed(**{"GET /f/ip": listed, "POST /f/save": listed})
    with session(transport) as web:
        ip_configuration.prepare_enabled(web, "10.0.0.9", True).commit()
    assert [request.form for request in transport.writes] == [{"e5": "J", "e9": "J", "m": "s"}]
