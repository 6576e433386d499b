# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With web_driver auto a visit begins with HTML and goes on with Chromium from the first page that scripts draw, in one session."""

from __future__ import annotations

import contextlib
import shutil
import typing as t

import pytest
from optional import needs_browser

from ansible_collections.bseries.sra.plugins.module_utils._browser import chromium
from ansible_collections.bseries.sra.plugins.module_utils._browser.session import BrowserSession
from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._pages import basics
from ansible_collections.bseries.sra.plugins.module_utils._web import recognise
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse

from .foreign import DRAW, FACTS, MENU, NO_SCRIPT, Site


@contextlib.contextmanager
def visit(site: Site, **options: t.Any) -> t.Iterator[BrowserSession]:
    account = ("appliance", "admin", "right-password")
    with chromium.Chromium() as started:
        session = BrowserSession(site, *account, redactor=site.redactor, drawn=False, chromium=started, **options)
        with session:
            yield session


@needs_browser
@pytest.mark.parametrize("drawn", [("sign_in", "home", "basics"), ("home", "basics"), ("basics",), ("hollow",)])
def test_goes_on_with_the_browser_in_the_same_session(drawn: tuple[str, ...]) -> None:
    site = Site(*drawn)
    with visit(site, check_mode=True) as web:
        assert basics.read(web).appliance_id == "9f3c2a77-1111"
        assert [path for _method, path, _data in site.sent] == ["/in"]
        assert len([text for text in web.warnings if "drawn by scripts" in text]) == 1
    assert not site.signed_in
    assert len(web.warnings) == 1


def test_pages_of_html_need_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "executable", lambda: pytest.fail("Chromium was looked for"))
    site = Site()
    with visit(site) as web:
        assert basics.read(web).appliance_id == "9f3c2a77-1111"
    assert not site.signed_in
    assert web.warnings == []


def test_without_chromium_the_two_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with visit(Site("sign_in", "home", "basics")) as web, pytest.raises(InputError) as caught:
        web.sign_in()
    assert "apt-get install chromium" in str(caught.value.to_dict())
    assert "python3 -m pip install playwright" in str(caught.value.to_dict())


SCRIPT = '<script src="/main.js"></script>'


@pytest.mark.parametrize(
    ("body", "shell", "hollow"),
    [
        (NO_SCRIPT + DRAW, True, False),
        ('<div id="root">Please wait...</div>' + SCRIPT, True, False),
        ("<app-root></app-root>" + SCRIPT, True, False),
        ('<div id="root"></div><footer><a href="/legal">Legal</a></footer>' + SCRIPT, True, False),
        (
            "<p>This application needs JavaScript. Please enable it in your browser and load the page once more.</p>"
            + SCRIPT,
            True,
            False,
        ),
        ("<p>The appliance is restarting. Please wait.</p>" + SCRIPT, False, False),
        ("<p>Please wait.</p><script>setTimeout(again, 5)</script>", False, False),
        ('<div id="root"></div>', False, False),
        (f'{MENU}<h1>Status</h1><div id="content"></div>' + SCRIPT, False, True),
        (f'{MENU}{FACTS}<div id="content"></div>' + SCRIPT, False, False),
        (f"{MENU}<p>{'Many words tell what this is about. ' * 4}</p><div id='toasts'></div>" + SCRIPT, False, False),
    ],
)
def test_shells_and_hollow_pages_are_told_from_pages_to_wait_on(body: str, shell: bool, hollow: bool) -> None:
    view = parse(f"<html><body>{body}</body></html>".encode(), "https://access.example.com/appliance", "text/html")
    assert (recognise.is_shell(view), recognise.is_hollow(view)) == (shell, hollow)
