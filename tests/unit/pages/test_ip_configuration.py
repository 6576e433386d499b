# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IP Configuration: read in several hands; the right address changed by the right form."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import ip_configuration
from ansible_collections.bseries.sra.tests.unit.pages.ip_pages import LISTS
from ansible_collections.bseries.sra.tests.unit.web.fakes import (
    ORIGIN,
    FakeTransport,
    Reply,
    Request,
    page,
    session,
    site,
)


def edit(number: int, checked: str, language: str) -> str:
    enabled, save = ("Aktiviert", "Änderungen speichern") if language == "de" else ("Enabled", "Save Changes")
    return page(
        f"""<h2>Edit</h2><form method=post action=/save><input type=hidden name=k value={number}><table>
        <tr><td>IP Address</td><td>10.0.0.{number}</td></tr><tr><td>Subnet</td><td>
<input name=m value=255.255.255.0></td></tr>
        <tr><td>{enabled}</td><td><input type=checkbox name=e value=1 {checked}></td></tr></table>
<input type=submit name=s value='{save}'></form>""",
        language,
    )


def open_site(content: str, language: str = "en", saved: str = "<p>Changes saved.</p>") -> FakeTransport:
    posts = {f"POST /{path}": page(saved, language) for path in ("save", "save1", "save2", "dis", "ena")}
    return site(
        {
            "GET /ip": page(content, language),
            "GET /ip/1": edit(5, "checked", language),
            "GET /ip/2": edit(9, "", language),
            **posts,
        },
        language,
    )


def turned_on(request: Request) -> bool:
    """Whether a request enables 10.0.0.9, in any of the hands."""
    return request.path == "/ena" or bool({"e", "en", "e2"} & set(request.form))


@pytest.mark.parametrize(("language", "content"), LISTS.values(), ids=LISTS.keys())
def test_read(language: str, content: str) -> None:
    transport = open_site(content, language)
    with session(transport) as web:
        seen = ip_configuration.read(web)
    assert [(a.address, a.enabled) for a in seen.addresses] == [("10.0.0.5", True), ("10.0.0.9", False)]
    assert seen.ntp_servers == (("clock.example.com",) if "NTP" in content else ())
    assert transport.writes == []


@pytest.mark.parametrize(("language", "content"), LISTS.values(), ids=LISTS.keys())
def test_enable(language: str, content: str) -> None:
    transport = open_site(content, language)
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        assert transport.writes == []
        assert not prepared.already
        assert ip_configuration.prepare_enabled(web, "10.0.0.5", True).already
        prepared.commit()
    (sent,) = transport.writes
    assert turned_on(sent)
    assert sent.form.get("k", "9") == "9"
    assert sent.path != "/save1"


def test_refusal_after_the_save() -> None:
    transport = open_site(
        LISTS["german links"][1],
        "de",
        "<div class=fehler>Die Adresse wird bereits im Netzwerk verwendet: Konflikt</div>",
    )
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        with pytest.raises(RefusedByAppliance) as caught:
            prepared.commit()
    assert "Konflikt" in (caught.value.seen or "")


def test_unknown_address_and_check_mode() -> None:
    transport = open_site(LISTS["german links"][1], "de")
    with session(transport, check_mode=True) as web:
        with pytest.raises(StateError, match="has no address"):
            ip_configuration.prepare_enabled(web, "10.0.0.7", True)
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        with pytest.raises(StateError, match="check mode"):
            prepared.commit()
    assert transport.writes == []


EDIT_SPOILED: dict[str, t.Callable[[str], str]] = {
    "another address": lambda text: text.replace("10.0.0.9", "10.0.0.77"),
    "no box": lambda text: text.replace("type=checkbox", "type=hidden"),
    "box renamed": lambda text: text.replace("Aktiviert", "Frobnicate"),
    "two boxes": lambda text: text.replace(
        "</table>", "<tr><td>Aktiviert</td><td><input type=checkbox name=x></td></tr></table>"
    ),
    "no button": lambda text: text.replace("type=submit", "type=reset"),
    "two buttons": lambda text: text.replace(
        "</form>", "<input type=submit name=s value='Änderungen speichern'></form>"
    ),
    "extra required field": lambda text: text.replace(
        "</table>", "<tr><td>Grund</td><td><input name=x required></td></tr></table>"
    ),
    "posts elsewhere": lambda text: text.replace("action=/save", "action=https://evil.example.net/save"),
}


@pytest.mark.parametrize("spoil", EDIT_SPOILED.values(), ids=EDIT_SPOILED.keys())
def test_edit_page_not_understood_is_not_sent(spoil: t.Callable[[str], str]) -> None:
    transport = open_site(LISTS["german links"][1], "de")
    transport.routes["GET /ip/2"] = spoil(edit(9, "", "de"))
    with session(transport) as web, pytest.raises(PageError):
        ip_configuration.prepare_enabled(web, "10.0.0.9", True).commit()
    assert transport.writes == []


def test_another_appliance_than_expected_is_not_written() -> None:
    transport = open_site(LISTS["german links"][1], "de")
    transport.routes["GET /basics"] = page(
        "<h1>Einfach</h1><dl><dt>Geräte-ID</dt><dd>aaaa1111</dd><dt>Basissoftware</dt><dd>3.2.4</dd></dl>", "de"
    )
    with (
        session(transport, expected_appliance_id="bbbb2222") as web,
        pytest.raises(StateError, match="another appliance"),
    ):
        ip_configuration.prepare_enabled(web, "10.0.0.9", True).commit()
    assert transport.writes == []


EDIT_BUTTONS = """<table><tr><th>IP</th><th>State</th><th></th></tr>
<tr><td>10.0.0.5</td><td>Enabled</td><td><form method=METHOD action=/ed><input type=hidden name=i value=0>
<input type=submit value=Edit></form></td></tr>
<tr><td>10.0.0.9</td><td>Disabled</td><td><form method=METHOD action=/ed><input type=hidden name=i value=1>
<input type=submit value=Edit></form></td></tr></table>"""


@pytest.mark.parametrize("method", ["post", "get"])
def test_the_page_of_an_address_behind_a_button(method: str) -> None:
    transport = open_site(EDIT_BUTTONS.replace("METHOD", method))
    transport.routes[f"{method.upper()} /ed"] = edit(9, "", "en")
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        assert not prepared.already
        prepared.commit()
    opened = [request for request in transport.requests if request.path == "/ed"]
    assert [request.form if method == "post" else request.query for request in opened] == [
        {"i": "1"} if method == "post" else "i=1"
    ]
    assert [request.form["e"] for request in transport.writes if request.path == "/save"] == ["1"]


def test_check_mode_posts_nothing_to_open_a_page() -> None:
    transport = open_site(EDIT_BUTTONS.replace("METHOD", "post"))
    with session(transport, check_mode=True) as web:
        assert not ip_configuration.prepare_enabled(web, "10.0.0.9", True).already
        assert ip_configuration.prepare_enabled(web, "10.0.0.5", True).already
    assert transport.writes == []


TABLE = """<table><tr><th>IP-Adresse</th><th>Aktiviert</th></tr><tr><td><a href=/ip/1>10.0.0.5</a></td><td>Ja</td></tr>
<tr><td><a href=/ip/2>10.0.0.9</a></td><td>Nein</td></tr></table>"""
NOW_ON = TABLE.replace("Nein", "Ja")


def test_the_list_that_follows_a_save_proves_it() -> None:
    transport = open_site(TABLE, "de")
    on = page(NOW_ON, "de")

    def save(_request: Request) -> Reply:
        transport.routes["GET /ip"] = on
        return Reply("", 302, location="/ip")

    transport.routes["POST /save"] = save
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        prepared.make_ready()
        assert [url.removeprefix(ORIGIN) for url in transport.foreseen] == ["/ip"]
        asked = len(transport.requests)
        assert prepared.send()
        assert [f"{request.method} {request.path}" for request in transport.requests[asked:]] == [
            "POST /save",
            "GET /ip",
        ]


@pytest.mark.parametrize(
    "answer",
    [
        Reply("", 302, location="/ip"),
        page(NOW_ON, "de"),
        page("<p>Gespeichert.</p>", "de"),
        page("<p class=error>Fehler: 10.0.0.9 wird benutzt</p>", "de"),
        Reply("<p>Ja</p>", 503),
    ],
    ids=["list says disabled", "at another address", "no list", "refused", "error"],
)
def test_any_other_answer_proves_nothing(answer: str | Reply) -> None:
    transport = open_site(TABLE, "de")
    transport.routes["POST /save"] = answer
    with session(transport) as web:
        assert not ip_configuration.prepare_enabled(web, "10.0.0.9", True).send()


def test_two_rows_with_the_address_prove_nothing() -> None:
    transport = open_site(TABLE, "de")
    row = NOW_ON[NOW_ON.rindex("<tr") : NOW_ON.rindex("</tr>") + 5]
    transport.routes["POST /save"] = Reply("", 302, location="/ip")
    with session(transport) as web:
        prepared = ip_configuration.prepare_enabled(web, "10.0.0.9", True)
        transport.routes["GET /ip"] = page(NOW_ON.replace(row, row + row), "de")
        assert not prepared.send()
