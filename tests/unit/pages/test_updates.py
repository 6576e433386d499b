# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The updates page: lists in several hands, exactly one package installed, licences, progress."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, RefusedByAppliance, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import updates
from ansible_collections.bseries.sra.plugins.module_utils._records import Package
from ansible_collections.bseries.sra.tests.unit.pages.updates_pages import LICENCE, LISTS, NOTHING, SINGLE
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, page, session, site

INSTALLING = "<p>Installing Base Software. Please wait</p><div role=progressbar aria-valuenow=40></div>"


def open_site(content: str, language: str = "en", after: str = INSTALLING) -> FakeTransport:
    shown = page(content, language)
    return site(
        {
            "GET /upd": shown,
            "GET /chk": shown,
            "POST /chk": shown,
            "POST /inst": page(after, language),
            "GET /inst": page(after, language),
        },
        language,
    )


@pytest.mark.parametrize(("language", "content"), LISTS.values(), ids=LISTS.keys())
def test_list(language: str, content: str) -> None:
    with session(open_site(content, language)) as web:
        seen = updates.read(web, check=True)
    assert seen.listed
    kinds = {package.kind: package for package in seen.available}
    assert len(seen.available) == 2
    assert kinds["base"].installable
    assert kinds["base"].reason is None
    assert kinds["base"].version in ("3.3.2", "7.0.1")
    assert not kinds["product"].installable
    assert "3.2.4" in (kinds["product"].reason or "")
    assert kinds["product"].version in ("12.2.0", "24.3.4")


@pytest.mark.parametrize("name", ["german list", "headings", "definition list", "rows of boxes", "cards"])
def test_details_belong_to_their_entry(name: str) -> None:
    language, content = LISTS[name]
    with session(open_site(content, language)) as web:
        product = next(package for package in updates.read(web, check=True).available if package.kind == "product")
    assert "15" in product.details.values()


def test_single_entry_and_none() -> None:
    with session(open_site(SINGLE)) as web:
        assert [package.name for package in updates.read(web, check=True).available] == ["Base Software 3.3.2"]
    with session(open_site(NOTHING)) as web:
        seen = updates.read(web, check=True)
    assert (seen.available, seen.listed) == ((), True)
    assert seen.message is not None
    assert "No updates available" in seen.message


@pytest.mark.parametrize(("language", "content"), LISTS.values(), ids=LISTS.keys())
def test_installs_exactly_that_package(language: str, content: str) -> None:
    transport = open_site(content, language)
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        progress = updates.install(web, base, accept_license=False)
    assert (progress.state, progress.percent) == ("installing", 40.0)
    pressed = [request for request in transport.requests if request.path == "/inst"]
    assert len(pressed) == 1
    assert dict(pressed[0].form or [tuple(pressed[0].query.split("="))])["p"] == "b"


@pytest.mark.parametrize(("language", "content"), LISTS.values(), ids=LISTS.keys())
def test_blocked_package_is_not_pressed(language: str, content: str) -> None:
    transport = open_site(content, language)
    with session(transport) as web:
        product = next(package for package in updates.read(web).available if package.kind == "product")
        with pytest.raises(StateError) as caught:
            updates.install(web, product, accept_license=True)
    assert "3.2.4" in (caught.value.seen or "")
    assert all(request.path != "/inst" for request in transport.requests)


def test_licence_is_accepted_only_if_said() -> None:
    language, content = LISTS["cards"]
    for accept in (False, True):
        transport = open_site(content, language, LICENCE)
        transport.routes["POST /lic"] = page(INSTALLING)
        with session(transport) as web:
            base = next(package for package in updates.read(web).available if package.kind == "base")
            if accept:
                assert updates.install(web, base, accept_license=True).state == "installing"
            else:
                with pytest.raises(StateError, match="licence"):
                    updates.install(web, base, accept_license=False)
        assert [request.form for request in transport.requests if request.path == "/lic"] == (
            [{"q": "7", "ok": "1"}] if accept else []
        )


def test_check_mode_checks_but_does_not_install() -> None:
    language, content = LISTS["headings"]
    transport = open_site(content, language)
    with session(transport, check_mode=True) as web:
        base = updates.read(web, check=True).available[0]
        with pytest.raises(StateError, match="check mode"):
            updates.install(web, base, accept_license=True)
    assert transport.writes == []


def test_check_that_fails_says_why() -> None:
    transport = open_site("<h2>Updates</h2><form method=post action=/chk><button>Check for Updates</button></form>")
    transport.routes["POST /chk"] = page(
        "<h2>Updates</h2><p class=error>Could not contact the update server.</p><form method=post action=/chk>"
        "<button>Check for Updates</button></form>"
    )
    with session(transport) as web, pytest.raises(RefusedByAppliance) as caught:
        updates.read(web, check=True)
    assert caught.value.seen == "Could not contact the update server."


def test_not_listed_before_the_check() -> None:
    with session(
        open_site("<h2>Updates</h2><form method=post action=/chk><button>Check for Updates</button></form>")
    ) as web:
        seen = updates.read(web)
    assert (seen.listed, seen.available, seen.progress) == (False, (), None)


SPOILED: dict[str, t.Callable[[str], str]] = {
    "two buttons in one entry": lambda text: text.replace(
        "<button>Install this update</button>",
        "<button>Install this update</button><button>Install this update</button>",
    ),
    "form posts elsewhere": lambda text: text.replace("action=/inst", "action=https://evil.example.net/inst"),
    "extra required field": lambda text: text.replace(
        "<button>Install this", "<input name=reason required><button>Install this"
    ),
    "name not readable": lambda text: text.replace("Base Software 7.0.1", "Something"),
    "listed twice": lambda text: text.replace(
        "BeyondTrust Privileged Remote Access 24.3.4 (Build 1234)", "Base Software 7.0.1"
    ),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_page_not_understood_installs_nothing(spoil: t.Callable[[str], str]) -> None:
    original = LISTS["cards"][1].replace(">\n<button>", "><button>")
    content = spoil(original)
    assert content != original
    transport = open_site(content)
    wanted = Package("Base Software 7.0.1", "base", "7.0.1", True)
    with session(transport) as web, pytest.raises(PageError):
        updates.install(web, wanted, accept_license=True)
    assert transport.writes == []


PROGRESS = {
    "<p>Downloading Base Software 3.3.2: 45 %</p>": ("downloading", 45.0),
    "<p>Basissoftware 3.3.2 wird heruntergeladen ...</p><progress value=3 max=4></progress>": ("downloading", 75.0),
    "<p>Download complete.</p><p>Installing Bomgar-12.2.0 (12,5%)</p>": ("installing", 12.5),
    "<p>Die Aktualisierung wird installiert. Bitte warten.</p>": ("installing", None),
    "<p>Installation of Base Software 3.3.2 is complete.</p>": ("finished", None),
    "<p>Die Installation wurde erfolgreich abgeschlossen.</p>": ("finished", None),
    "<p>Base update installation failed: disk full</p>": ("failed", None),
    "<p>Die Installation ist fehlgeschlagen.</p>": ("failed", None),
    "<p>Reticulating the splines now</p>": ("unknown", None),
}


@pytest.mark.parametrize(("content", "expected"), PROGRESS.items())
def test_progress_words(content: str, expected: tuple[str, float | None]) -> None:
    transport = open_site(LISTS["cards"][1])
    transport.routes["GET /inst"] = page(content)
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        updates.install(web, base, accept_license=True)
        seen = updates.progress(web)
    assert seen is not None
    assert (seen.state, seen.percent) == expected
    assert seen.text


def test_failed_install_is_a_refusal_or_a_failed_progress() -> None:
    transport = open_site(LISTS["cards"][1], after="<p class=error>Installation failed: signature invalid</p>")
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        with pytest.raises(RefusedByAppliance, match="install Base Software"):
            updates.install(web, base, accept_license=True)


@pytest.mark.parametrize("listed", [True, False])
def test_a_product_update_that_failed_is_told_where_nothing_is_listed_any_more(listed: bool) -> None:
    transport = open_site(
        "<h2>Updates</h2><p class=error>Installation of Bomgar-12.2.0 failed.</p>"
        "<form method=post action=/chk><button>Check for Updates</button></form>"
    )
    transport.routes["POST /chk"] = page(
        LISTS["cards"][1] if listed else "<h2>Updates</h2><p>There are no updates available.</p>"
    )
    with session(transport) as web:
        seen = updates.read(web, check=True)
    assert bool(seen.available) is listed
    assert (seen.progress.state if seen.progress else None) == (None if listed else "failed")


def test_boxes_set_apart_by_style_only() -> None:
    content = """<h2>Updates</h2><p>Currently installed: Base Software 3.2.4, Bomgar-12.1.0</p><h3>Available Updates</h3>
    <div><span>Base Software</span><span>3.3.2</span><form method=post action=/inst><button>Install This Update</button></form></div>
    <div><span>Bomgar</span><span>12.2.0</span><em>3.2.4 does not satisfy 12.2.0's requirements.</em></div>"""
    with session(open_site(content)) as web:
        base, product = updates.read(web).available
    assert (base.name, base.version, base.installable) == ("Base Software 3.3.2", "3.3.2", True)
    assert (product.name, product.version, product.installable) == ("Bomgar 12.2.0", "12.2.0", False)


UNUSUAL_LICENCE = (
    "<h2>Aktualisierungen :: Lizenzvereinbarung</h2>{error}<p>Mit der Installation stimmen Sie dem Endbenutzer-Lizenzvertrag zu.</p>"
    "<form method=post action=/lic><table><tr><td>Ich habe das Obige zur Kenntnis genommen:</td>"
    "<td><input type=checkbox name=ok value=1></td></tr></table><input type=submit name=go value=Weiter>"
    "<input type=submit name=no value=Abbrechen></form>"
)


def test_the_only_box_of_an_agreement_is_ticked_however_it_is_worded() -> None:
    language, content = LISTS["cards"]
    transport = open_site(content, language, UNUSUAL_LICENCE.format(error=""))
    transport.routes["POST /lic"] = page(INSTALLING)
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        assert updates.install(web, base, accept_license=True).state == "installing"
    assert [request.form for request in transport.requests if request.path == "/lic"] == [{"ok": "1", "go": "Weiter"}]


def test_an_agreement_that_is_shown_again_is_a_refusal_and_not_the_beginning_of_an_install() -> None:
    language, content = LISTS["cards"]
    transport = open_site(content, language, UNUSUAL_LICENCE.format(error=""))
    transport.routes["POST /lic"] = page(UNUSUAL_LICENCE.format(error="<p>Bitte Lizenzvereinbarung zustimmen.</p>"))
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        with pytest.raises(RefusedByAppliance, match="refused"):
            updates.install(web, base, accept_license=True)
    assert len([request for request in transport.requests if request.path == "/lic"]) == 1


def test_a_heading_that_announces_updates_to_be_installed_is_not_about_what_is_installed() -> None:
    transport = open_site(
        "<h2>Updates</h2><p><b>There are updates available to be installed</b></p><div><b>Available Updates</b><br>"
        "<div><b>Base Software 3.3.2</b><br><form method=post action=/in><button>Install This Update</button></form></div></div>"
    )
    with session(transport) as web:
        assert [package.name for package in updates.read(web).available] == ["Base Software 3.3.2"]


def test_the_only_button_of_a_ticked_agreement_that_does_not_turn_back_goes_on() -> None:
    language, content = LISTS["cards"]
    licence = UNUSUAL_LICENCE.format(error="").replace("value=Weiter", "value='Habe verstanden, los damit'")
    transport = open_site(content, language, licence)
    transport.routes["POST /lic"] = page(INSTALLING)
    with session(transport) as web:
        base = next(package for package in updates.read(web).available if package.kind == "base")
        assert updates.install(web, base, accept_license=True).state == "installing"
