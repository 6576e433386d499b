# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions beside standing forms, dialogs that a button opens, lists of actions as radios, notes behind captions."""

from __future__ import annotations

import datetime
import io
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance, SraError
from ansible_collections.bseries.sra.plugins.module_utils._pages import (
    basics,
    certificate_store,
    certificates,
    failover,
    software_management,
)
from ansible_collections.bseries.sra.plugins.module_utils._web import filling
from ansible_collections.bseries.sra.plugins.module_utils._web.messages import outcome
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.tests.unit.web.fakes import Reply, page, session, site

LANGUAGES = (
    "<form method=get action=/fo><select name=lang title='Sprache / Language'><option value=en>English"
    "<option value=de selected>Deutsch</select><input type=submit value=OK></form>"
)
RELATED = (
    "<h1>Failover :: Status</h1><dl><dt>This host's status</dt><dd>Primary Site Instance</dd><dt>Letzter Daten-Sync</dt>"
    "<dd>{sync}</dd></dl>"
)
ALONE = "<h1>Failover :: Configuration</h1><p>Failover is currently not configured.</p>"
BREAK = "<form method=post action=/brk><button name=brk value=1>Break Failover Relationship</button></form>"
SYNCED = RELATED.format(sync="22.11.2026 21:03:11 UTC")


def _breaking(related: str, asked: str | None = None, then: str = ALONE) -> t.Any:
    """A site whose relationship is broken by what is posted to /brk, or to /yes where it asks first."""
    gone: list[int] = []

    def broken(_request: object) -> str:
        gone.append(1)
        return page(LANGUAGES + then)

    routes: dict[str, t.Any] = {"GET /fo": lambda _request: page(LANGUAGES + (then if gone else related))}
    if asked is None:
        routes["POST /brk"] = broken
    else:
        routes |= {"POST /brk": page(LANGUAGES + asked), "POST /yes": broken}
    return site(routes, interface="login")


def test_a_standing_ok_is_no_answer_to_a_question() -> None:
    asked = (
        "<h1>Failover :: Confirm</h1><p>Failover-Beziehung wirklich trennen?</p><form method=post action=/yes>"
        "<input type=hidden name=what value=brk><button name=yes value=1>Yes</button><button name=no value=1>No</button></form>"
    )
    transport = _breaking(SYNCED + BREAK, asked)
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [(request.path, request.form) for request in transport.writes] == [
        ("/brk", {"brk": "1"}),
        ("/yes", {"what": "brk", "yes": "1"}),
    ]
    assert not [request for request in transport.requests if "lang=" in request.query]


def test_the_form_of_the_question_goes_before_the_standing_one_that_says_the_same() -> None:
    asked = (
        BREAK
        + "<h1>Are you sure?</h1><form method=post action=/yes><button name=go value=1>Break Failover Relationship"
        "</button><button name=no>Cancel</button></form>"
    )
    transport = _breaking(SYNCED + BREAK, asked)
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [request.path for request in transport.writes] == ["/brk", "/yes"]


OPENERS = {
    "popover": "<button type=button popovertarget=ask>Break Failover Relationship</button>",
    "command": "<button type=button commandfor=ask command=show-modal>Break Failover Relationship</button>",
}
DIALOG = (
    "<dialog id=ask aria-labelledby=h><h3 id=h>Break the failover relationship?</h3><form method=post action=/brk>"
    "<input type=hidden name=sure value=yes><button>Break Failover Relationship</button></form>"
    "<button type=button popovertarget=ask>Cancel</button></dialog>"
)


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS.keys())
def test_a_dialog_that_the_page_opens_by_itself_is_within_reach(opener: str) -> None:
    transport = _breaking(SYNCED + opener + DIALOG)
    with session(transport, "login") as web:
        failover.break_relationship(web)
    assert [request.form for request in transport.writes] == [{"sure": "yes"}]


@pytest.mark.parametrize(
    "opener",
    [
        "",
        "<button type=button popovertarget=other>Break Failover Relationship</button>",
        "<button type=button popovertarget=ask disabled>Break Failover Relationship</button>",
        "<div hidden><button type=button popovertarget=ask>Break Failover Relationship</button></div>",
    ],
    ids=["none", "of another", "disabled", "hidden"],
)
def test_a_dialog_that_nothing_opens_stays_closed(opener: str) -> None:
    transport = _breaking(SYNCED + opener + DIALOG)
    with session(transport, "login") as web, pytest.raises(PageError):
        failover.break_relationship(web)
    assert transport.writes == []


@pytest.mark.parametrize(
    ("shown", "running"),
    [
        ("läuft", True),
        ("wird gerade durchgeführt …", True),
        ("In progress. Previous: 22.11.2026 21:03:11 UTC", True),
        ("22.11.2026 21:03:11 UTC", False),
        ("started 22.11.2026 21:03:11 UTC", False),
        ("nie / never", False),
    ],
)
def test_a_sync_under_way_stands_where_its_time_will_be(shown: str, running: bool) -> None:
    transport = site({"GET /fo": page(RELATED.format(sync=shown) + BREAK)}, interface="login")
    with session(transport, "login") as web:
        assert failover.read(web).sync_running is running


CERTIFICATES = (
    "<h1>Sicherheit :: Zertifikate</h1><form method=post action=/do><p>Aktion: <label><input type=radio name=act value='' checked>"
    "Bitte wählen</label> <label><input type=radio name=act value=exp>Exportieren</label> <label><input type=radio name=act value=del>"
    "Löschen</label> <button name=go value=1>Ausführen</button></p><table><thead><tr><th></th><th>Ausgestellt an</th>"
    "<th>Ausgestellt von</th></tr></thead><tr><td><input type=checkbox name=c value=1></td><td>factory</td><td>factory</td></tr>"
    "<tr><td><input type=checkbox name=c value=2></td><td>access.example.com</td><td>Root</td></tr></table></form>"
)
OPTIONS = (
    "<h1>Sicherheit :: Zertifikate :: Exportieren</h1><form method=post action=/exp><dl><dt>Zertifikat anfügen</dt><dd>"
    "<input type=checkbox name=c checked></dd><dt>Privaten Schlüssel anfügen</dt><dd><input type=checkbox name=k></dd>"
    "<dt>Zertifikatskette anfügen</dt><dd><input type=checkbox name=ch></dd><dt>Passphrase</dt><dd><input type=password name=pp>"
    "</dd></dl><button name=go value=1>Exportieren</button></form>"
)


def test_a_list_of_actions_as_radio_buttons() -> None:
    made = Reply(b"-----BEGIN", content_type="application/x-pem-file")
    transport = site(
        {"GET /certs": page(CERTIFICATES, "de"), "POST /do": page(OPTIONS, "de"), "POST /exp": made}, language="de"
    )
    with session(transport) as web:
        (wanted,) = [one for one in certificates.read(web) if one.issued_to == "access.example.com"]
        parts = certificate_store.Parts(private_key=True, chain=False, passphrase="correct pony")
        assert certificate_store.export(web, wanted, parts) == b"-----BEGIN"
    assert [sorted(request.form.items()) for request in transport.writes] == [
        [("act", "exp"), ("c", "2"), ("go", "1")],
        [("c", "on"), ("go", "1"), ("k", "on"), ("pp", "correct pony")],
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "<strong>access.example.com</strong><br><small>Issued by Root</small>",
        "<div>access.example.com</div><div>Root &middot; RSA 2048</div>",
        "access.example.com",
    ],
)
def test_what_stands_under_the_name_of_a_certificate_is_no_part_of_it(cell: str) -> None:
    table = f"<h1>Certificates</h1><table><tr><th>Issued to</th><th>Expires</th></tr><tr><td>{cell}</td><td>2027-09-18</td></tr></table>"
    listed = f"<h1>Certificates</h1><div class=card><dl><dt>Issued to</dt><dd>{cell}</dd><dt>Expires</dt><dd>2027-09-18</dd></dl></div>"
    for content in (table, listed):
        with session(site({"GET /certs": page(content)})) as web:
            assert [one.issued_to for one in certificates.read(web)] == ["access.example.com"]


def test_radios_that_choose_the_certificate_are_no_actions() -> None:
    content = (
        "<h1>Zertifikate</h1><form method=post action=/do><table><tr><th></th><th>Ausgestellt an</th></tr><tr><td>"
        "<label><input type=radio name=c value=1>Exportieren</label></td><td>access.example.com</td></tr></table>"
        "<button>Ausführen</button></form>"
    )
    transport = site({"GET /certs": page(content, "de")}, language="de")
    with session(transport) as web:
        (wanted,) = certificates.read(web)
        with pytest.raises(SraError):
            certificate_store.export(web, wanted, certificate_store.Parts(False, False, None))
    assert transport.writes == []


def test_a_zone_in_the_caption_counts_for_the_time_beside_it() -> None:
    content = (
        "<h1>Status :: Einfach</h1><table><tr><td>Appliance ID</td><td>0123456789abcdef0123456789abcdef</td></tr><tr>"
        "<td>Gerätezeit (UTC)</td><td>22.11.2026 21:03:11</td></tr><tr><td>Base-Version</td><td>6.1.4</td></tr>"
        "<tr><td>Installierte Software</td><td>PRA 24.3.2</td></tr></table>"
    )
    transport = site({"GET /basics": page(content, "de")}, language="de")
    with session(transport) as web:
        read = basics.read(web)
    assert read.time == datetime.datetime(2026, 11, 22, 21, 3, 11, tzinfo=datetime.UTC)
    assert (read.base_version, read.product_version) == ("6.1.4", "24.3.2")


SECTIONS = (
    "<form method=post action=/s><table><tr><td><font><b>SOFTWARE :: BACKUP SETTINGS</b></font></td></tr></table><table><tr>"
    "<td>Backup Password:</td><td><input type=password name=a></td></tr></table><button name=b>Download Backup</button>"
    "<table><tr><td><font><b>SOFTWARE :: VAULT KEY</b></font></td></tr></table><table><tr><td>Password*:</td><td>"
    "<input type=password name=c {must}></td></tr></table>{button}</form>"
)
OWN_BUTTON = "<button name=d>Download Key</button>"


@pytest.mark.parametrize(
    ("must", "button", "fits"),
    [
        ("", OWN_BUTTON, True),
        ("required", OWN_BUTTON, False),
        ("aria-required=true", OWN_BUTTON, False),
        ("", "", False),
    ],
    ids=["of the other button", "a browser demands it", "stated to be required", "no other button"],
)
def test_a_star_under_another_heading_with_its_own_button(must: str, button: str, fits: bool) -> None:
    content = SECTIONS.format(must=must, button=button).encode()
    (form,) = parse(content, "https://a.example.com/s", "text/html").forms
    if fits:
        filling.check(form, form.buttons[0], {})
        with pytest.raises(filling.Unfit):
            filling.check(form, form.buttons[1], {})
    else:
        with pytest.raises(filling.Unfit, match=r"Password\*"):
            filling.check(form, form.buttons[0], {})


def test_the_build_of_base_is_not_the_products() -> None:
    content = (
        "<h1>Status :: Basics</h1><table><tr><td>Appliance GUID:</td><td>0123456789abcdef0123456789abcdef</td></tr><tr><td>"
        "Base Software Version:</td><td>6.1.4</td></tr><tr><td>Base Software Build:</td><td>61422</td></tr><tr><td>Installed Product:"
        "</td><td>Privileged Remote Access 24.3.2 (Build 19881)</td></tr></table>"
    )
    with session(site({"GET /basics": page(content)})) as web:
        read = basics.read(web)
    assert (read.base_version, read.product_version, read.product_build) == ("6.1.4", "24.3.2", "19881")


STORED = (
    "<h1>Security :: Certificates</h1><table border=1><tr bgcolor=#ccc><td>&nbsp;</td><td>Certificate</td><td>Assigned IP</td>"
    "<td>Warnings</td><td>&nbsp;</td></tr>{rows}</table>"
)
STORED_ROW = (
    "<tr><td><input type=checkbox name=f_{n}></td><td><table><tr><td>Issued To:</td><td>{name}</td></tr><tr><td>Issued By:</td><td>"
    "Root</td></tr></table></td><td>{ip}</td><td>{warning}</td><td><a href=/assign/{n}>Assign IP</a></td></tr>"
)
ASSIGN = (
    "<h1>Assign IP</h1><form method=post action=/save><table border=1><tr><td><input type=checkbox name=f_1 value=1></td><td>192.0.2.11"
    "</td></tr><tr><td><input type=checkbox name=f_2 value=1></td><td>192.0.2.12</td></tr></table><input type=submit name=f_3 "
    "value='Save Configuration'></form>"
)


def test_a_certificate_in_a_table_of_its_own_and_boxes_before_what_they_are_for() -> None:
    def rows(ip: str) -> str:
        one = STORED_ROW.format(n=1, name="factory", ip="192.0.2.12", warning="<font color=red>Self-signed</font>")
        two = STORED_ROW.format(n=2, name="access.example.com", ip=ip or "&nbsp;", warning="&nbsp;")
        return page(STORED.format(rows=one + two))

    transport = site({"GET /certs": rows(""), "GET /assign/2": page(ASSIGN), "POST /save": rows("192.0.2.11")})
    with session(transport) as web:
        factory, wanted = certificates.read(web)
        assert (factory.addresses, factory.warnings) == (("192.0.2.12",), ("Self-signed",))
        assert (wanted.issued_to, wanted.addresses, wanted.warnings) == ("access.example.com", (), ())
        assert wanted.friendly_name is None
        found = certificate_store.open_assignment(web, wanted)
        assert found is not None
        assert found.offered == {"192.0.2.11": False, "192.0.2.12": False}
        found.save(["192.0.2.11"])
    assert [request.form for request in transport.writes] == [{"f_1": "1", "f_3": "Save Configuration"}]


def test_the_passwords_of_other_sections_stay_empty() -> None:
    content = (
        "<form method=post action=/s><table><tr><td><font><b>SOFTWARE :: BACKUP SETTINGS</b></font></td></tr></table><table><tr><td>"
        "Backup Password:</td><td><input type=password name=a></td></tr><tr><td>Confirm Backup Password:</td><td><input type=password name=b>"
        "</td></tr></table><button name=c>Download Backup</button><table><tr><td><font><b>SOFTWARE :: RESTORE SETTINGS</b></font></td></tr>"
        "</table><table><tr><td>Configuration Backup File Password:</td><td><input type=password name=d></td></tr></table>"
        "<button name=e>Upload Backup</button></form>"
    )
    with session(site({"GET /soft": page(content)}, interface="login"), "login") as web:
        _view, finder, action = software_management.find_download(web)
        filled = software_management._values(finder, action, "correct pony")
    assert sorted(control.name for control in filled) == ["a", "b"]


@pytest.mark.parametrize(
    "words",
    [
        "<p>Das Kennwort der Sicherung ist falsch.</p>",
        "<p>The password of the backup is wrong.</p>",
        "<p><b>The password of the backup is wrong.</b></p>",
        "<div class=bad>Nicht angenommen: Dateiformat</div>",
        "<p>Für diese Datei ist ein anderes Kennwort erforderlich.</p>",
    ],
)
def test_a_restore_that_comes_back_with_words_of_failure_was_refused(words: str) -> None:
    form = (
        "<h2>Software :: Einstellungen wiederherstellen</h2><form method=post enctype=multipart/form-data action=/r><p>Sicherungsdatei: "
        "<input type=file name=f></p><p>Passwort der Sicherungsdatei: <input type=password name=p></p><button>Sicherung hochladen</button></form>"
    )
    shown = {"GET /soft": page(form, "de"), "POST /r": page(words + form, "de")}
    with session(site(shown, language="de", interface="login"), "login") as web, pytest.raises(RefusedByAppliance):
        software_management.restore(web, "x.nsb", io.BytesIO(b"NSB"), "correct pony")


def test_the_page_that_assigns_shows_whom_the_certificate_is_for() -> None:
    listed = (
        "<h1>Zertifikate</h1><table><tr><th>Ausgestellt an</th><th>IP-Adressen</th><th></th></tr><tr><td>access.example.com</td><td>{ip}"
        "</td><td><a href=/assign>IP zuweisen</a></td></tr></table>"
    )
    inner = (
        "<h1>Sicherheit :: Zertifikate :: IP zuweisen</h1><dl><dt>Ausgestellt an</dt><dd>access.example.com</dd></dl><form method=post "
        "action=/save><p>IP-Adressen:</p><div><input type=checkbox id=i0 name=ip value=192.0.2.11><label for=i0>192.0.2.11</label></div>"
        "<button>Konfiguration speichern</button></form>"
    )
    transport = site(
        {
            "GET /certs": page(listed.format(ip="–"), "de"),
            "GET /assign": page(inner, "de"),
            "POST /save": page(listed.format(ip="192.0.2.11"), "de"),
        },
        language="de",
    )
    with session(transport) as web:
        (wanted,) = certificates.read(web)
        found = certificate_store.open_assignment(web, wanted)
        assert found is not None
        found.save(["192.0.2.11"])
    assert [request.form for request in transport.writes] == [{"ip": "192.0.2.11"}]


def test_an_answer_in_bold_is_no_heading() -> None:
    shown = "<h1>Certificates</h1><p><b>1 certificate was imported.</b></p><p><font color=red>Self-signed certificate</font></p>"
    said = outcome(frozenset(), parse(page(shown).encode(), "https://a.example.com/certs", "text/html"))
    assert said.successes == ("1 certificate was imported.",)
