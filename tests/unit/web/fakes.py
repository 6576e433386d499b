# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site of pages in memory with the interface of Transport; it records every request."""

from __future__ import annotations

import dataclasses
import email.message
import typing as t
import urllib.parse

from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock
from ansible_collections.bseries.sra.plugins.module_utils._web.session import WebSession
from ansible_collections.bseries.sra.plugins.module_utils._web.vocabulary import Vocabulary

ORIGIN = "https://a.example.com"
PASSWORD = "correct horse"


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    fields: tuple[tuple[str, t.Any], ...]

    @property
    def form(self) -> dict[str, t.Any]:
        return dict(self.fields)


Answer = t.Union[str, bytes, tuple[int, str], "Reply"]
Handler = t.Callable[[Request], Answer]


@dataclasses.dataclass(frozen=True)
class Reply:
    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    location: str | None = None


class FakeClock(Clock):
    """Stands still but for sleep."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class FakeTransport:
    """Serves ``routes``: ``"GET /path"`` -> page, reply, or a function of the request."""

    def __init__(self, routes: t.Mapping[str, Answer | Handler]) -> None:
        self.routes = dict(routes)
        self.requests: list[Request] = []
        self.endpoint = Endpoint("a.example.com")
        self.clock = FakeClock()
        self.cookies: list[dict[str, t.Any]] = []
        self.foreseen: list[str] = []

    def foresee(self, url: str, _headers: t.Mapping[str, str]) -> None:
        self.foreseen.append(url)

    def restore(self, cookies: list[dict[str, t.Any]]) -> None:
        self.cookies = cookies

    def is_same_origin(self, url: str) -> bool:
        return urllib.parse.urljoin(ORIGIN, url).startswith(ORIGIN + "/")

    def request(
        self,
        method: str,
        url: str,
        *,
        data: t.Any = None,
        fields: t.Any = None,
        follow_redirects: bool = False,
        **_more: t.Any,
    ) -> Response:
        for _hop in range(5):
            full = urllib.parse.urljoin(ORIGIN, url)
            assert self.is_same_origin(full), f"a request to another host: {full}"
            parts = urllib.parse.urlsplit(full)
            request = Request(method, parts.path, parts.query, tuple(data or fields or ()))
            self.requests.append(request)
            reply = self._reply(request)
            headers = email.message.Message()
            headers["Content-Type"] = reply.content_type
            if reply.location is None or not follow_redirects:
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                return Response(reply.status, full, t.cast(t.Any, headers), body)
            method, url, data, fields = "GET", reply.location, None, None
        raise AssertionError("too many redirects")

    def download(self, method: str, url: str, dest_file: t.BinaryIO, **more: t.Any) -> Response:
        response = self.request(method, url, **more)
        if response.status < 300:
            dest_file.write(response.body)
        return response

    def _reply(self, request: Request) -> Reply:
        found = self.routes.get(f"{request.method} {request.path}?{request.query}") or self.routes.get(
            f"{request.method} {request.path}"
        )
        if found is None:
            return Reply("<html><body><h1>Not found</h1></body></html>", 404)
        answer = found(request) if callable(found) else found
        if isinstance(answer, tuple):
            return Reply(answer[1], answer[0])
        return answer if isinstance(answer, Reply) else Reply(answer)

    @property
    def writes(self) -> list[Request]:
        """Everything that was posted, but for the sign-in."""
        return [
            request for request in self.requests if request.method != "GET" and PASSWORD not in request.form.values()
        ]


SIGN_IN = """<html><body><form action="/go" method="post"><input type="hidden" name="tok" value="t-1">
<label>Username <input name="u"></label><label>Password <input type="password" name="p"></label>
<button name="do" value="in">Sign In</button></form></body></html>"""

MENU_EN = """<div class="top"><ul><li><a href="/st">Status</a><ul><li><a href="/basics">Basics</a></li></ul></li>
<li><a href="/net">Networking</a><ul><li><a href="/ip">IP Configuration</a></li></ul></li>
<li><a href="/sec">Security</a><ul><li><a href="/certs">Certificates</a></li></ul></li>
<li><a href="/upd">Updates</a></li><li><span>Management</span><ul><li><a href="/soft">Software Management</a></li>
<li><a href="/msec">Security</a></li><li><a href="/fo">Failover</a></li></ul></li>
<li><span>Jump</span><ul><li><a href="/jc">Jump Clients</a></li></ul></li></ul><a href="/out">Log out</a></div>"""

MENU_DE = """<table class="menu"><tr><td><b>Status</b><br><a href="/basics">Einfach</a></td><td><b>Netzwerk</b><br>
<a href="/ip">IP-Konfiguration</a></td>
<td><b>Sicherheit</b><br><a href="/certs">Zertifikate</a></td><td><a href="/upd">Aktualisierungen</a></td>
<td><b>Verwaltung</b><br><a href="/soft">Softwareverwaltung</a> <a href="/msec">Sicherheit</a> <a href="/fo">Failover</a></td>
<td><b>Jump</b><br><a href="/jc">Jump-Clients</a></td><td><a href="/out">Abmelden</a></td></tr></table>"""


def page(content: str, language: str = "en", title: str = "") -> str:
    menu = MENU_DE if language == "de" else MENU_EN
    return (
        f'<html lang="{language}"><head><title>{title}</title></head><body>{menu}<div id="main">{content}</div>'
        f"</body></html>"
    )


def site(routes: t.Mapping[str, Answer | Handler], language: str = "en", interface: str = "appliance") -> FakeTransport:
    """A site with a sign-in, a menu, and these pages behind it."""
    return FakeTransport(
        {
            f"GET /{interface}": SIGN_IN,
            "POST /go": page("<p>Welcome</p>" if language == "en" else "<p>Willkommen</p>", language),
            "GET /out": SIGN_IN,
            **routes,
        }
    )


def session(transport: FakeTransport, interface: t.Any = "appliance", **options: t.Any) -> WebSession:
    options.setdefault("vocabulary", Vocabulary())
    return WebSession(t.cast(t.Any, transport), interface, "admin", PASSWORD, redactor=Redactor(), **options)
