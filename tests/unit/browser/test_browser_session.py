# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A web application drawn by scripts, worked by the same finder and under the same rules, through a real Chromium over real TLS."""

from __future__ import annotations

import contextlib
import io
import pathlib
import typing as t

import pytest
from optional import needs_browser

from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import Chromium
from ansible_collections.bseries.sra.plugins.module_utils._browser.session import BrowserSession
from ansible_collections.bseries.sra.plugins.module_utils._errors import AuthenticationError, StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import _press, basics
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._web import kept, recognise, signing
from ansible_collections.bseries.sra.tests.unit.shelves import DictShelf
from simulator.certificates import Authority

from .application import Application

NAME = "access.example.com"

pytestmark = needs_browser


@pytest.fixture
def application(tmp_path: pathlib.Path) -> t.Iterator[Application]:
    authority = Authority()
    issued = authority.issue([NAME])
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    (tmp_path / "cert.pem").write_bytes(issued.pem)
    (tmp_path / "key.pem").write_bytes(issued.key_pem)
    with Application(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")) as made:
        yield made


@pytest.fixture
def visit(application: Application, tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., BrowserSession]]:
    exits = contextlib.ExitStack()
    chromium = exits.enter_context(Chromium())

    def start(password: str = "right-password", **options: t.Any) -> BrowserSession:
        redactor = Redactor()
        endpoint = Endpoint("127.0.0.1", application.port, NAME, str(tmp_path / "ca.pem"), True, 30.0)
        transport = exits.enter_context(Transport(endpoint, redactor))
        account = ("appliance", "admin", password)
        session = BrowserSession(transport, *account, redactor=redactor, chromium=chromium, **options)
        return t.cast(BrowserSession, exits.enter_context(session))

    with exits:
        yield start


def sent(application: Application) -> list[tuple[str, str]]:
    return [entry for entry in application.log if entry[0] != "GET"]


def test_signs_in_reads_what_appears_late_in_a_closed_shadow_tree_and_signs_out(
    application: Application, visit: t.Callable[..., BrowserSession]
) -> None:
    web = visit()
    assert basics.read(web).appliance_id == "9f3c2a77-1111"
    web.__exit__(None, None, None)
    assert sent(application) == [("POST", "/rpc/session"), ("DELETE", "/rpc/session")]
    assert web.warnings == []


def test_a_refused_password_is_sent_once(application: Application, visit: t.Callable[..., BrowserSession]) -> None:
    web = visit("wrong-password")
    for _attempt in range(2):
        with pytest.raises(AuthenticationError):
            web.sign_in()
    assert sent(application) == [("POST", "/rpc/session")]


def form_of_network(web: BrowserSession) -> tuple[t.Any, t.Any, dict[t.Any, t.Any]]:
    view = web.open("ip_configuration")
    finder = web.finder(view, "ip_configuration")
    address = finder.control("ip_address")
    enabled = finder.control("enabled")
    return view, finder.action("save_changes"), {address: "192.0.2.10", enabled: True}


def test_fills_fields_switches_and_answers_the_dialog(
    application: Application, visit: t.Callable[..., BrowserSession]
) -> None:
    web = visit()
    view, save, values = form_of_network(web)
    press = _press.Press(web, "ip_configuration", "save_changes", "save the address")
    result = press.run(view, save, values)
    assert application.network == {"address": "192.0.2.10", "enabled": True}
    assert "saved" in result.message


def test_in_check_mode_nothing_is_sent_not_even_by_the_page_itself(
    application: Application, visit: t.Callable[..., BrowserSession]
) -> None:
    web = visit(check_mode=True)
    view, save, values = form_of_network(web)
    with pytest.raises(StateError, match="check mode"):
        web.press(view, save, values, purpose="save the address")
    before = len(application.log)
    web._browser.evaluate("() => fetch('/rpc/network', {method: 'POST', body: '{}'}).catch(() => 0)")
    assert application.log[before:] == []
    assert web._browser.relay.blocked == ["POST /rpc/network"]
    assert application.network == {}
    web.open("ip_configuration")
    assert [text for text in web.warnings if "held back in check mode: POST /rpc/network" in text]
    web.__exit__(None, None, None)
    assert sent(application) == [("POST", "/rpc/session"), ("DELETE", "/rpc/session")]


def test_uploads_a_file_that_the_browser_never_holds(
    application: Application, visit: t.Callable[..., BrowserSession]
) -> None:
    web = visit()
    view = web.open("updates")
    finder = web.finder(view, "updates")
    file = next(control for control in view.controls if control.type == "file")
    content = b"\0package\xff" * 10_000
    web.press(
        view,
        finder.action("update_software"),
        {file: ("base-3.3.2.pkg", io.BytesIO(content), "application/octet-stream")},
        purpose="upload the package",
    )
    assert content in application.received
    assert b'filename="base-3.3.2.pkg"' in application.received
    assert b"stand-in" not in application.received


def test_downloads_a_file_past_the_browser(application: Application, visit: t.Callable[..., BrowserSession]) -> None:
    web = visit(check_mode=True)
    view = web.open("updates")
    link = next(link for link in view.links if link.caption == "Download Backup")
    file = io.BytesIO()
    web.download(view, link, None, file, purpose="download the backup")
    assert file.getvalue() == b"backup" * 1000


def test_no_other_host_is_asked(application: Application, visit: t.Callable[..., BrowserSession]) -> None:
    web = visit()
    web.sign_in()
    web._browser.evaluate("() => fetch('https://evil.example.net/x').catch(() => 0)")
    assert web._browser.relay.blocked == ["GET https://evil.example.net"]


@pytest.fixture(params=["a cookie", "a token in the tab"])
def kept_session(
    request: pytest.FixtureRequest, application: Application, visit: t.Callable[..., BrowserSession]
) -> DictShelf:
    """What an earlier task has left on the shelf."""
    application.token_in_tab = request.param == "a token in the tab"
    shelf = DictShelf()
    web = visit(shelf=shelf)
    assert basics.read(web).appliance_id == "9f3c2a77-1111"
    web.__exit__(None, None, None)
    assert sent(application) == [("POST", "/rpc/session")]
    assert len(shelf.values) == 1
    assert "right-password" not in next(iter(shelf.values.values()))
    return shelf


@pytest.mark.parametrize("drawn", [True, False])
def test_the_next_task_goes_on_with_the_session(
    application: Application, visit: t.Callable[..., BrowserSession], kept_session: DictShelf, drawn: bool
) -> None:
    web = visit(shelf=kept_session, drawn=drawn)
    assert basics.read(web).appliance_id == "9f3c2a77-1111"
    assert web.driver == "browser"
    web.__exit__(None, None, None)
    assert sent(application) == [("POST", "/rpc/session")]
    assert application.signed_in


def test_a_kept_session_that_is_over_by_now_is_followed_by_one_sign_in(
    application: Application, visit: t.Callable[..., BrowserSession], kept_session: DictShelf
) -> None:
    application.signed_in = False
    web = visit(shelf=kept_session)
    assert basics.read(web).appliance_id == "9f3c2a77-1111"
    assert sent(application) == [("POST", "/rpc/session")] * 2


def test_whoever_keeps_the_session_ends_it_through_a_browser_of_its_own(
    application: Application, kept_session: DictShelf
) -> None:
    (key,) = kept_session.values
    assert kept.sign_out(kept_session.take(key) or {}) == []
    assert sent(application)[1:] == [("DELETE", "/rpc/session")]
    assert not application.signed_in


def test_a_session_begun_by_a_first_sign_in_ends_with_its_task(
    application: Application, visit: t.Callable[..., BrowserSession]
) -> None:
    shelf = DictShelf()
    web = visit(shelf=shelf)
    web.adopt(signing.sign_in(web))
    web.__exit__(None, None, None)
    assert shelf.values == {}
    assert not application.signed_in


@pytest.mark.parametrize("drawn", [True, False])
def test_a_sign_in_that_is_to_be_proven_ends_the_session_before(
    application: Application, visit: t.Callable[..., BrowserSession], kept_session: DictShelf, drawn: bool
) -> None:
    web = visit(shelf=kept_session, drawn=drawn)
    assert recognise.sign_in_form(web.start_page(), web.vocabulary) is not None
    web.sign_in_afresh()
    assert [method for method, _path in sent(application)] == ["POST", "DELETE", "POST"]
