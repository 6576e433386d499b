# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person understands without thinking, in the markup of frameworks: understood, or refused with nothing sent."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    InputError,
    PageError,
    RefusedByAppliance,
    SraError,
)
from ansible_collections.bseries.sra.plugins.module_utils._pages import (
    failover,
    ip_configuration,
    jump_clients,
    updates,
)
from ansible_collections.bseries.sra.tests.unit.web.fakes import Reply, page, session, site

RELATED = "<h1>Failover</h1><dl><dt>This host's status</dt><dd>Primary</dd></dl><a class=btn href=/brk>Break failover relationship</a>"
ALONE = "<h1>Failover</h1><p>Failover is currently not configured.</p>"


def _break(question: str) -> list[dict[str, t.Any]]:
    """What is posted after the link to break was followed to a page with this content."""
    gone: list[int] = []

    def done(_request: object) -> str:
        gone.append(1)
        return page(ALONE)

    transport = site(
        {
            "GET /fo": lambda _request: page(ALONE if gone else RELATED),
            "GET /brk": page(question),
            "POST /brk": done,
            "POST /other": page("<p>Wrong</p>"),
        },
        interface="login",
    )
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [request.path for request in transport.writes] == ["/brk"]
    return [request.form for request in transport.writes]


def question(inside: str, heading: str = "Break failover relationship") -> str:
    return f"<h1>{heading}</h1><form method=post action=/brk>{inside}</form><a href=/fo>Stay</a>"


SURE = "<input type=hidden name=sure value=0><label><input type=checkbox name=sure value=1 required> Yes, I am sure</label>"


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (
            question("<p>This cannot be undone.</p>" + SURE + "<button name=c>Break relationship</button>"),
            {"sure": "1", "c": ""},
        ),
        (question("<button name=c value=y>Break failover relationship</button>"), {"c": "y"}),
        (question("<input type=submit name=c value='Break'>"), {"c": "Break"}),
    ],
    ids=["box", "again", "in short"],
)
def test_a_page_about_nothing_but_the_action_is_its_confirmation(content: str, sent: dict[str, str]) -> None:
    assert _break(content) == [sent]


@pytest.mark.parametrize(
    "content",
    [
        question("<label>Ticket <input name=z></label><button>Break relationship</button>"),
        question(
            "<label><input type=checkbox name=w value=1 required> Wipe the backup too</label><button>Break relationship</button>"
        ),
        question("<button>Break relationship</button><button>Break relationship and wipe</button>"),
        question(SURE + "<button>Break relationship</button><button>Break backup</button>"),
    ],
    ids=["ticket", "another box", "two buttons", "two buttons and a box"],
)
def test_a_page_that_asks_for_more_is_refused(content: str) -> None:
    transport = site({"GET /fo": page(RELATED), "GET /brk": page(content)}, interface="login")
    with session(transport, "login") as web, contextlib.suppress(PageError, RefusedByAppliance):
        failover.break_relationship(web)
    # Where it is no plain question, whoever asked finds out by reading the state that nothing was done.
    assert transport.writes == []


def test_what_stops_the_action_is_not_its_confirmation() -> None:
    stop = "<h1>Install update</h1><p>Base Software 7.0.1: 10%</p><form method=post action=/stop><button>Stop update</button></form>"
    listed = (
        "<h1>Updates</h1><h2>Available Updates</h2><div><h3>Base Software 7.0.1</h3><form method=post action=/inst>"
        "<button>Install This Update</button></form></div>"
    )
    transport = site({"GET /upd": page(listed), "POST /inst": page(stop)})
    with session(transport) as web:
        package = updates.read(web).available[0]
        updates.install(web, package, accept_license=True)
    assert [request.path for request in transport.writes] == ["/inst"]


ENABLED = {
    "legend and radios": "<fieldset><legend>Enabled</legend><input type=radio id=y name=e value=1 {on}><label for=y>Yes</label>"
    "<input type=radio id=n name=e value=0 {off}><label for=n>No</label></fieldset>",
    "radios by state": "<p>State: <label><input type=radio name=e value=1 {on}> Enabled</label> "
    "<label><input type=radio name=e value=0 {off}> Disabled</label></p>",
    "select": "<label for=s>Enabled (on this appliance)</label><select id=s name=e><option value=0 {soff}>No</option>"
    "<option value=1 {son}>Yes</option></select>",
    "soft hyphens and nbsp": "<label><input type=checkbox name=e value=1 {on}>&nbsp;EN&shy;ABLED&nbsp;*</label>",
    "switch": "<span id=l>Enabled</span><input type=checkbox role=switch aria-labelledby=l name=e value=1 {on}>",
}


@pytest.mark.parametrize("form", ENABLED.values(), ids=ENABLED.keys())
@pytest.mark.parametrize("enabled", [True, False])
def test_enabled_in_every_form(form: str, enabled: bool) -> None:
    was = {"on": "" if enabled else "checked", "off": "checked" if enabled else ""}
    was |= {"son": "" if enabled else "selected", "soff": "selected" if enabled else ""}
    inner = page(
        "<h1>Edit 10.0.0.9</h1><form id=f method=post action=/save><p>IP Address: 10.0.0.9</p>"
        + form.format(**was)
        + "</form><p><button form=f name=c value=1 aria-label='Save Changes'><svg><title>disk</title></svg></button> "
        "<a href=/ip>Cancel</a></p>"
    )
    listed = (
        "<h1>IP Configuration</h1><div role=table><div role=row><span role=columnheader>IP Address</span>"
        "<span role=columnheader>Subnet Mask</span></div><div role=row><div role=rowheader><a href=/ip/9>10.0.0.9</a></div>"
        "<div role=cell>255.255.255.0</div></div></div><div class=pagination><em>1</em> Showing 1 to 1 of 1</div>"
    )
    transport = site({"GET /ip": page(listed), "GET /ip/9": inner, "POST /save": page(listed)})
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", enabled)
        assert not prepared.already
        prepared.commit()
    (write,) = transport.writes
    is_box = "type=checkbox" in form
    assert write.form == ({"c": "1"} | ({"e": "1" if enabled else "0"} if enabled or not is_box else {}))


def _limit(options: str) -> dict[str, t.Any]:
    return {
        "GET /jc": page(
            "<h1>Jump Clients</h1><form method=post action=/jset><label>Maximum Number of Concurrent Jump Client Upgrades (1 to 500)"
            f"<select name=n>{options}</select></label><button>Save</button></form>"
        )
    }


def test_the_limit_as_a_choice() -> None:
    options = "<option value=a>1 at a time<option value=b selected>50 at a time<option value=c>100 at a time"
    transport = site(_limit(options), interface="login")

    def saved(request: t.Any) -> str:
        transport.routes.update(_limit(options.replace(" selected", "").replace("value=c", "value=c selected")))
        assert request.form == {"n": "c"}
        return page("<p>Saved.</p>")

    transport.routes["POST /jset"] = saved
    with session(transport, "login") as web:
        assert jump_clients.read(web) == {"max_concurrent_upgrades": 50}
        with pytest.raises(InputError, match="does not offer 7") as caught:
            jump_clients.set_max_concurrent_upgrades(web, 7)
        assert caught.value.expected == "1, 50, 100"
        assert transport.writes == []
        jump_clients.set_max_concurrent_upgrades(web, 100)
    assert len(transport.writes) == 1


def test_numbers_that_mean_two_things_are_not_chosen() -> None:
    transport = site(_limit("<option value=a>5 of 50<option value=b>10 of 50"), interface="login")
    with session(transport, "login") as web:
        assert jump_clients.read(web) == {"max_concurrent_upgrades": None}
        with pytest.raises(InputError):
            jump_clients.set_max_concurrent_upgrades(web, 5)
    assert transport.writes == []


NOTICE = "<html><head><title>Notice</title></head><body><h1>Notice</h1><p>Maintenance on Sunday.</p>{}</body></html>"
HOME = page("<p>Welcome</p>")


@pytest.mark.parametrize(
    "way",
    [
        "<a class=btn href=/home>Continue</a>",
        "<form action=/home><button>OK</button></form>",
        "<form method=post action=/home><input type=hidden name=seen value=1><button>Weiter</button></form>",
    ],
)
def test_a_notice_after_the_sign_in_is_left_behind(way: str) -> None:
    transport = site({"POST /go": NOTICE.format(way), "GET /home": HOME, "POST /home": HOME})
    with session(transport) as web:
        assert "Welcome" in web.sign_in().text


@pytest.mark.parametrize(
    "rest",
    [
        "<p>By going on you accept the terms.</p><form method=post action=/home><button>Continue</button></form>",
        "<p>Mit Weiter stimmen Sie der Vereinbarung zu.</p><form method=post action=/home><button>Weiter</button></form>",
        "<form method=post action=/home><label>Reason <input name=r></label><button>Continue</button></form>",
        "<form method=post action=/home><button>Continue</button></form><form method=post action=/b><button>OK</button></form>",
        "<form method=post action=/home><button>Reset Appliance</button></form>",
    ],
)
def test_what_may_be_more_than_a_notice_stops_the_sign_in(rest: str) -> None:
    transport = site({"POST /go": NOTICE.format(rest), "GET /home": HOME, "POST /home": HOME})
    with session(transport) as web, pytest.raises(SraError):
        web.sign_in()
    assert transport.writes == []


def test_a_sign_in_page_of_other_charset_base_and_marks() -> None:
    form = (
        "<html><head><base href=/appliance/><meta charset=iso-8859-15></head><body><form class=lang action=locale><select name=l>"
        "<option>Deutsch<option>English</select><input type=submit value=Wechseln></form><form id=x method=post action=go>"
        "<p>Benutzer&shy;name<abbr>*</abbr> <input name=u required></p><p>Kennwort (für Geräte) * <input type=password name=p "
        "required></p></form><button form=x>ANMELDEN&nbsp;»</button></body></html>"
    ).encode("iso-8859-15")
    transport = site({})
    transport.routes["GET /appliance"] = Reply(form, content_type="text/html")
    transport.routes["POST /appliance/go"] = page("<p>Willkommen</p>", "de")
    with session(transport) as web:
        assert "Willkommen" in web.sign_in().text
    assert [request.form for request in transport.requests if request.method == "POST"] == [
        {"u": "admin", "p": "correct horse"}
    ]
