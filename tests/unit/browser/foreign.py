# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of other hands, in a real Chromium without any server: what each asks for is answered by the test."""

from __future__ import annotations

import http.client
import json
import typing as t
import urllib.parse

from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import Chromium
from ansible_collections.bseries.sra.plugins.module_utils._browser.session import BrowserSession
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response, Transport
from ansible_collections.bseries.sra.plugins.module_utils._web.finder import Finder
from ansible_collections.bseries.sra.plugins.module_utils._web.view import PageView

Answer = t.Union[str, dict[str, t.Any], list[t.Any], int]


class Back(Transport):
    """Answers by path: text is a page, data is JSON, a number is a status; ``sent`` is all that was not only read."""

    def __init__(self) -> None:
        super().__init__(Endpoint("access.example.com"), Redactor())
        self.answers: dict[str, Answer | t.Callable[[str, bytes], Answer]] = {}
        self.sent: list[tuple[str, str, t.Any]] = []
        self.headers: list[dict[str, str]] = []
        self.set_cookie: dict[str, str] = {}

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        path = urllib.parse.urlsplit(url).path
        body = options.get("data") or b""
        if method not in ("GET", "HEAD"):
            self.sent.append((method, path, _data(body)))
        self.headers.append(dict(options.get("headers") or {}))
        answer = self.answers.get(path, 404)
        if callable(answer):
            answer = answer(method, body)
        headers = http.client.HTTPMessage()
        headers["Content-Type"] = "text/html" if isinstance(answer, str) else "application/json"
        if path in self.set_cookie:
            headers["Set-Cookie"] = self.set_cookie[path]
        text = answer if isinstance(answer, str) else json.dumps(answer if not isinstance(answer, int) else {})
        return Response(answer if isinstance(answer, int) else 200, self.absolute(url), headers, text.encode())


def _data(body: t.Any) -> t.Any:
    if not isinstance(body, (bytes, str)):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body


class Screen:
    """One browser for pages that are shown one after the other, in a session that counts as signed in."""

    def __init__(self, chromium: Chromium) -> None:
        self.back = Back()
        self.web = BrowserSession(
            self.back, "appliance", "admin", "right-password", redactor=self.back.redactor, chromium=chromium
        )

    def show(self, body: str, script: str = "", style: str = "", **answers: t.Any) -> PageView:
        self.web._signed_in = True
        self.web._opened = None
        self.back.sent.clear()
        self.back.answers = {f"/{path}": answer for path, answer in answers.items()}
        self.back.answers["/shown"] = (
            f'<!DOCTYPE html><html lang="en"><head><title>Appliance</title><style>{style}</style></head><body>{body}'
            f"<script>{script}</script></body></html>"
        )
        self.web.home = view = self.web._load("/shown", False)
        return view

    def look(self) -> tuple[PageView, Finder]:
        view = self.web._look()
        return view, self.web.finder(view, "ip_configuration")

    def press(self, view: PageView, finder: Finder, key: str, values: dict[t.Any, t.Any] | None = None) -> PageView:
        return self.web.press(view, finder.action(key), values, purpose="save the settings")


MENU: t.Final = '<nav><a href="/basics">Status</a> <a href="/out">Logout</a></nav>'
FACTS: t.Final = "<h1>Basics</h1><dl><dt>Appliance ID</dt><dd>9f3c2a77-1111</dd></dl>"
SIGN_IN: t.Final = (
    '<form method="post" action="/in"><label>Username <input name="u"></label><label>Password '
    '<input type="password" name="p"></label><button>Login</button></form>'
)
# What is drawn comes as data; only who is signed in gets it.
DRAW: t.Final = (
    '<div id="app"></div><script src="/app.js"></script><script>fetch("/data").then((answer) => answer.json())'
    ".then((data) => { app.innerHTML = data.html; })</script>"
)
NO_SCRIPT: t.Final = '<noscript>Please enable JavaScript. <a href="https://example.com/">How?</a></noscript>'


class Site(Back):
    """An interface of which some pages are HTML and the others drawn: ``drawn`` holds sign_in, home, basics or hollow (basics)."""

    def __init__(self, *drawn: str) -> None:
        super().__init__()
        self.drawn = drawn
        self.signed_in = False
        self.answers = {
            "/appliance": lambda *_: self._first(),
            "/basics": lambda *_: self._page("basics", MENU + FACTS),
            "/data": lambda *_: {"html": self._data()},
            "/in": lambda *_: self._turned(True),
            "/out": lambda *_: self._turned(False),
        }
        self.set_cookie = {"/in": "sid=right; Path=/; Secure; HttpOnly"}

    @property
    def cookies(self) -> list[dict[str, t.Any]]:
        return [{"name": "sid", "value": "right"}] if self.signed_in else []

    def _page(self, name: str, content: str) -> str:
        if "hollow" in self.drawn and name == "basics":
            content = f"{MENU}<h1>Status</h1>{DRAW}"
        elif name in self.drawn:
            content = NO_SCRIPT + DRAW
        return f"<!DOCTYPE html><html><body>{content}</body></html>"

    def _first(self) -> str:
        return self._page("home", f"{MENU}<h1>Welcome</h1>") if self.signed_in else self._page("sign_in", SIGN_IN)

    def _turned(self, signed_in: bool) -> str:
        self.signed_in = signed_in
        return self._first()

    def _data(self) -> str:
        return MENU + FACTS if "sid=right" in self.headers[-1].get("cookie", "") else SIGN_IN
