# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Basics, certificates, security, Jump Clients and backups, in several hands."""

from __future__ import annotations

import datetime
import hashlib
import pathlib
import stat

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import (
    basics,
    certificates,
    information,
    jump_clients,
    security,
    software_management,
)
from ansible_collections.bseries.sra.tests.unit.pages.basics_pages import BASICS
from ansible_collections.bseries.sra.tests.unit.web.fakes import Reply, Request, page, session, site

UTC = datetime.UTC


@pytest.mark.parametrize(("language", "content"), BASICS.values(), ids=BASICS.keys())
def test_basics(language: str, content: str) -> None:
    with session(site({"GET /basics": page(content, language)}, language)) as web:
        seen = basics.read(web)
        assert web.appliance_id == seen.appliance_id
    assert (seen.appliance_id or "").replace("-", "").lower() == "0123456789abcdef0123456789abcdef"
    assert seen.base_version == "3.2.4"
    assert seen.product_version in ("12.1.0", "24.3.4", "24.1.2")
    assert seen.time is not None
    assert seen.time.replace(second=0) == datetime.datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


def test_basics_without_time_zone_keeps_the_text_only() -> None:
    content = "<h1>Basics</h1><p>GUID: 0123456789abcdef0123456789abcdef</p><p>System time: 2026-11-22 15:04:05</p>"
    with session(site({"GET /basics": page(content)})) as web:
        seen = basics.read(web)
    assert (seen.time, seen.time_text, seen.base_version) == (None, "2026-11-22 15:04:05", None)


def test_base_version_alone_is_not_taken_for_the_product() -> None:
    content = (
        "<h1>Basics</h1><table><tr><td>Base Version</td><td>3.2.4</td></tr><tr><td>Kernel Version</td><td>5.4.1"
        "</td></tr></table>"
    )
    with session(site({"GET /basics": page(content)})) as web:
        seen = basics.read(web)
    assert (seen.base_version, seen.product_version) == ("3.2.4", None)


def test_basics_not_understood() -> None:
    with (
        session(site({"GET /basics": page("<h1>Basics</h1><p>Uptime: 3 days</p>")})) as web,
        pytest.raises(PageError) as caught,
    ):
        basics.read(web)
    assert "Uptime" in caught.value.candidates


def test_information() -> None:
    content = (
        "<h1>Status :: Information</h1><dl><dt>Product Version</dt><dd>24.3.4</dd><dt>Product Build</dt><dd>9876"
        "</dd></dl>"
    )
    transport = site({"GET /basics": page(content)}, interface="login")
    with session(transport, "login") as web:
        seen = information.read(web)
    assert (seen["product_version"], seen["product_build"]) == ("24.3.4", "9876")


CERTIFICATES = {
    "table": (
        "en",
        """<h2>Security :: Certificates</h2><table><tr><th></th><th>Friendly Name</th><th>Issued To</th><th>Issued By</th>
        <th>Expires</th><th>Private Key</th>
        <th>Assigned IP</th><th>Warnings</th></tr><tr><td><input type=checkbox name=c></td><td>main</td>
        <td>support.example.com</td><td>Example CA</td>
        <td>2027-01-31</td><td>Yes</td><td>10.0.0.5, 10.0.0.9</td><td>None</td></tr><tr><td>
        <input type=checkbox name=c></td><td>old</td><td>old.example.com</td>
        <td>Example CA</td><td>2020-01-31</td><td>No</td><td></td><td>expired</td></tr></table>""",
    ),
    "cards": (
        "de",
        """<h2>Zertifikate</h2><div><div class=card><p>Ausgestellt an: support.example.com</p><p>Ausgestellt von: Example CA</p><p>Gültig bis: 31.01.2027</p>
        <p>Privater Schlüssel: Ja</p><p>Zugewiesene IP: 10.0.0.5 10.0.0.9</p></div><div class=card>
        <p>Ausgestellt an: old.example.com</p>
        <p>Ausgestellt von: Example CA</p><p>Gültig bis: 31.01.2020</p><p>Privater Schlüssel: Nein</p><p>Warnungen: expired</p></div></div>""",
    ),
    "lists": (
        "en",
        """<h3>Other Certificates</h3><dl><dt>Issued to</dt><dd>support.example.com</dd><dt>Issued by</dt><dd>Example CA</dd><dt>Valid until</dt>
        <dd>Jan 31, 2027</dd><dt>Private key</dt><dd>✓</dd><dt>Assigned addresses</dt><dd>10.0.0.5<br>10.0.0.9</dd>
        </dl><dl><dt>Issued to</dt><dd>old.example.com</dd>
        <dt>Issued by</dt><dd>Example CA</dd><dt>Valid until</dt><dd>Jan 31, 2020</dd><dt>Private key</dt><dd>-</dd><dt>Warnings</dt><dd>expired</dd></dl>""",
    ),
}


@pytest.mark.parametrize(("language", "content"), CERTIFICATES.values(), ids=CERTIFICATES.keys())
def test_certificates(language: str, content: str) -> None:
    with session(site({"GET /certs": page(content, language)}, language)) as web:
        one, two = certificates.read(web)
    assert (one.issued_to, one.issued_by, one.has_private_key, one.warnings) == (
        "support.example.com",
        "Example CA",
        True,
        (),
    )
    assert one.addresses == ("10.0.0.5", "10.0.0.9")
    assert one.valid_until == datetime.datetime(2027, 1, 31, tzinfo=UTC)
    assert (two.issued_to, two.has_private_key, two.warnings) == ("old.example.com", False, ("expired",))


def test_certificates_not_understood() -> None:
    with session(site({"GET /certs": page("<h1>Certificates</h1><p>Hello</p>")})) as web, pytest.raises(PageError):
        certificates.read(web)


@pytest.mark.parametrize(
    ("content", "present"),
    [
        (
            (
                "<form method=post><label>Inter-appliance Communication Pre-shared Key: <input name=k value=s3cr3tkey>"
                "</label></form>"
            ),
            True,
        ),
        ("<form method=post><label>Inter-appliance Communication Pre-shared Key: <input name=k></label></form>", False),
        (
            (
                "<form method=post><label>Inter-Appliance Communication Pre-Shared Key <input type=password name=k>"
                "</label></form>"
            ),
            None,
        ),
        (
            (
                "<form method=post><label>Inter-Appliance Communication Pre-Shared Key <input type=password name=k "
                "value=x9x9x9></label></form>"
            ),
            True,
        ),
        (
            "<table><tr><td>Schlüssel zur Kommunikation zwischen Geräten</td><td>Nicht festgelegt</td></tr></table>",
            False,
        ),
        ("<dl><dt>Inter-appliance Communication Pre-shared Key</dt><dd>********</dd></dl>", True),
    ],
)
def test_pre_shared_key_is_seen_but_not_told(content: str, present: bool | None) -> None:
    with session(site({"GET /msec": page("<h1>Security</h1>" + content)}, interface="login"), "login") as web:
        assert security.read(web) == {"pre_shared_key_present": present}
        assert "s3cr3tkey" not in web.redactor.text("key s3cr3tkey") or "s3cr3tkey" not in content


JUMP = {
    "input": (
        "<form method=post action=/jset><table><tr><td>Maximum Number of Concurrent Jump Client Upgrades</td><td>"
        "<input name=n value={}></td></tr></table><input type=hidden name=t value=1><input type=submit value=Save>"
        "</form>"
    ),
    "number with hint": (
        "<form method=post action=/jset><input type=hidden name=t value=1><label for=m>Maximum number of "
        "concurrent Jump Client upgrades (max 500):</label><input id=m type=number name=n value={}><button>Save "
        "Changes</button></form>"
    ),
    "german": (
        "<form method=post action=/jset><input type=hidden name=t value=1><p>Maximale Anzahl gleichzeitiger Jump "
        "Client-Aktualisierungen<br><input name=n value={}></p><button>Änderungen speichern</button></form>"
    ),
}


@pytest.mark.parametrize("form", JUMP.values(), ids=JUMP.keys())
def test_concurrent_upgrades(form: str) -> None:
    now = {"n": "50"}

    def save(request: Request) -> str:
        now["n"] = request.form["n"]
        return page("<p>Saved.</p>")

    transport = site(
        {"GET /jc": lambda _request: page("<h1>Jump Clients</h1>" + form.format(now["n"])), "POST /jset": save},
        interface="login",
    )
    with session(transport, "login") as web:
        assert jump_clients.read(web) == {"max_concurrent_upgrades": 50}
        jump_clients.set_max_concurrent_upgrades(web, 5)
    assert [request.form for request in transport.writes] == [{"n": "5", "t": "1"}]


def test_concurrent_upgrades_that_do_not_hold() -> None:
    shown = page("<h1>Jump Clients</h1>" + JUMP["german"].format(50))
    with (
        session(site({"GET /jc": shown, "POST /jset": shown}, interface="login"), "login") as web,
        pytest.raises(RefusedByAppliance, match="did not change"),
    ):
        jump_clients.set_max_concurrent_upgrades(web, 5)


BACKUP = {
    "en": """<h2>Software :: Backup Settings</h2><form method=post action=/bak><input type=hidden name=t value=1>
    <label>Backup Password <input type=password name=p1></label>
    <label>Confirm Password <input type=password name=p2></label><label>
        <input type=checkbox name=h value=1 checked> Include logged history reporting data</label>
    <input type=submit value="Download Backup"></form><h2>Software :: Restore Settings</h2>
    <form method=post enctype=multipart/form-data action=/res>
    <input type=file name=f required><label>Password <input type=password name=p></label><input type=submit value="Upload Backup"></form>""",
    "de": """<fieldset><legend>Software :: Sicherungseinstellungen</legend><form method=post action=/bak><input type=hidden name=t value=1>
    <input type=hidden name=h value=1><p>Sicherungspasswort<br>
    <input type=password name=p1></p><p>Sicherungspasswort bestätigen<br>
    <input type=password name=p2></p><button>Sicherungskopie herunterladen</button></form></fieldset>""",
}
CONTENT = b"NSB\x00" + bytes(range(256)) * 4000


@pytest.mark.parametrize("language", BACKUP)
@pytest.mark.parametrize("password", [None, "hunter22"])
def test_backup(language: str, password: str | None, tmp_path: pathlib.Path) -> None:
    transport = site(
        {
            "GET /soft": page(BACKUP[language], language),
            "POST /bak": Reply(CONTENT, content_type="application/octet-stream"),
        },
        language,
        "login",
    )
    dest = tmp_path / "a.nsb"
    with session(transport, "login") as web:
        assert software_management.read(web)["backup"]
        made = software_management.download_backup(web, dest, password)
    assert dest.read_bytes() == CONTENT
    assert (made.size, made.sha256, made.source) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "page")
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert transport.writes[0].form == {"t": "1", "p1": password or "", "p2": password or "", "h": "1"}
    assert list(tmp_path.iterdir()) == [dest]


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream"])
def test_page_is_never_taken_for_a_backup(content_type: str, tmp_path: pathlib.Path) -> None:
    body = "<!DOCTYPE html><html><body><p class=error>The backup could not be created.</p></body></html>"
    transport = site(
        {"GET /soft": page(BACKUP["en"]), "POST /bak": Reply(body, content_type=content_type)}, interface="login"
    )
    with session(transport, "login") as web, pytest.raises(RefusedByAppliance) as caught:
        software_management.download_backup(web, tmp_path / "a.nsb")
    assert "could not be created" in (caught.value.seen or "")
    assert list(tmp_path.iterdir()) == []


def test_backup_in_check_mode_and_without_a_field_for_the_password(tmp_path: pathlib.Path) -> None:
    plain = "<h1>Software</h1><form method=post action=/bak><button>Download Backup</button></form>"
    transport = site({"GET /soft": page(plain)}, interface="login")
    with session(transport, "login", check_mode=True) as web:
        with pytest.raises(StateError, match="check mode"):
            software_management.download_backup(web, tmp_path / "a.nsb")
        with pytest.raises(PageError, match="password"):
            software_management.download_backup(web, tmp_path / "a.nsb", "hunter22")
    assert transport.writes == []
    assert list(tmp_path.iterdir()) == []
