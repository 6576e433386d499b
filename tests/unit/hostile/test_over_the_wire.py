# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The worst hostile answers over a real TLS connection: what the servers saw, byte for byte, and how long it took."""

from __future__ import annotations

import gzip
import pathlib
import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError, SraError, TransportError
from ansible_collections.bseries.sra.plugins.module_utils._pages import updates
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._web.session import WebSession
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import (
    HOST,
    SITE,
    Authority,
    Reply,
    Request,
    TlsServer,
)
from ansible_collections.bseries.sra.tests.unit.web.fakes import PASSWORD, SIGN_IN, page

LONGEST = 20.0
HTML = ("Content-Type", "text/html; charset=utf-8")
CHECK = "<h1>Updates</h1><form method=post action={}><button>Check for Updates</button></form>"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, pathlib.Path]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    # The stranger's certificate is as good as the appliance's: only the address tells them apart.
    return authority, authority.issue(SITE, HOST, "localhost")


@pytest.fixture
def stranger(certificate: tuple[Authority, pathlib.Path]) -> t.Iterator[TlsServer]:
    with TlsServer(certificate[1]) as running:
        yield running


@pytest.fixture
def server(certificate: tuple[Authority, pathlib.Path]) -> t.Iterator[TlsServer]:
    with TlsServer(certificate[1]) as running:
        yield running


def _html(text: str | bytes, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, text.encode() if isinstance(text, str) else text, (HTML, *headers))


def _serve(server: TlsServer, updates_page: Reply, start: Reply | None = None) -> None:
    def answer(request: Request) -> Reply:
        path = request.target.split("?")[0]
        if path == "/appliance":
            return start or _html(SIGN_IN, 200, ("Set-Cookie", "sid=s3cr3t-session-id; Secure; HttpOnly; Path=/"))
        if path == "/go":
            return _html(page("<p>Welcome</p>"))
        if path == "/upd":
            return updates_page
        return _html(SIGN_IN) if path == "/out" else _html("<h1>Not found</h1>", 404)

    server.handler = answer


def _check(server: TlsServer, authority: Authority) -> SraError:
    endpoint = Endpoint(HOST, server.port, SITE, str(authority.path), timeout=5.0)
    redactor = Redactor()
    started = time.monotonic()
    with (
        Transport(endpoint, redactor) as transport,
        pytest.raises(SraError) as caught,
        WebSession(transport, "appliance", "admin", PASSWORD, redactor=redactor) as web,
    ):
        updates.read(web, check=True)
    assert time.monotonic() - started < LONGEST
    assert PASSWORD not in str(caught.value)
    assert "s3cr3t-session-id" not in str(caught.value)
    return caught.value


def _posted(server: TlsServer) -> list[str]:
    return [request.target for request in server.requests if request.method != "GET"]


def test_redirect_to_another_host(
    server: TlsServer, stranger: TlsServer, certificate: tuple[Authority, pathlib.Path]
) -> None:
    for status in (301, 302, 303, 307, 308):
        _serve(server, _html("", status, ("Location", f"https://{HOST}:{stranger.port}/steal")))
        error = _check(server, certificate[0])
        assert isinstance(error, TransportError)
        assert "leads away" in error.message
    assert stranger.connections == 0
    assert set(_posted(server)) == {"/go"}


@pytest.mark.parametrize(
    "content",
    [
        CHECK.format("https://{host}:{port}/steal"),
        CHECK.format("//{host}:{port}/steal"),
        CHECK.format("/chk").replace("<button", "<button formaction=https://{host}:{port}/steal"),
        "<base href=https://{host}:{port}/>" + CHECK.format("chk"),
        "<meta http-equiv=refresh content='0; url=https://{host}:{port}/steal'>"
        + CHECK.format("https://{host}:{port}/x"),
        "<h1>Updates</h1><a class=btn href=https://{host}:{port}/steal>Check for Updates</a>",
    ],
    ids=["form", "form without scheme", "button", "base", "refresh", "link"],
)
def test_page_that_sends_elsewhere(
    content: str, server: TlsServer, stranger: TlsServer, certificate: tuple[Authority, pathlib.Path]
) -> None:
    _serve(server, _html(page(content.format(host=HOST, port=stranger.port))))
    assert isinstance(_check(server, certificate[0]), (PageError, TransportError))
    assert stranger.connections == 0
    assert _posted(server) == ["/go"]


def test_sign_in_form_that_sends_the_password_elsewhere(
    server: TlsServer, stranger: TlsServer, certificate: tuple[Authority, pathlib.Path]
) -> None:
    form = SIGN_IN.replace('"/go"', f'"https://{HOST}:{stranger.port}/go"')
    _serve(server, _html(""), start=_html(form))
    assert isinstance(_check(server, certificate[0]), PageError)
    assert stranger.connections == 0
    assert server.lines == ["GET /appliance"]


def test_answer_to_the_sign_in_that_sends_the_password_on(
    server: TlsServer, stranger: TlsServer, certificate: tuple[Authority, pathlib.Path]
) -> None:
    _serve(server, _html(""))
    inner = server.handler

    def answer(request: Request) -> Reply:
        if request.target == "/go":
            return _html("", 307, ("Location", f"https://{HOST}:{stranger.port}/go"))
        return inner(request)

    server.handler = answer
    assert isinstance(_check(server, certificate[0]), TransportError)
    assert stranger.connections == 0
    assert _posted(server) == ["/go"]


def test_redirects_for_ever(server: TlsServer, certificate: tuple[Authority, pathlib.Path]) -> None:
    _serve(server, _html("", 302, ("Location", "/upd?again")))
    error = _check(server, certificate[0])
    assert "redirects more than" in error.message
    assert len(server.requests) < 20
    assert _posted(server) == ["/go"]


def test_small_answer_that_unpacks_to_a_huge_one(
    server: TlsServer, certificate: tuple[Authority, pathlib.Path]
) -> None:
    bomb = gzip.compress(b"<p>" + b"a" * 300_000_000, compresslevel=1)
    _serve(server, _html(bomb, 200, ("Content-Encoding", "gzip")))
    assert isinstance(_check(server, certificate[0]), TransportError)
    assert _posted(server) == ["/go"]


def test_body_without_end(server: TlsServer, certificate: tuple[Authority, pathlib.Path]) -> None:
    def endless() -> t.Iterator[bytes]:
        while not server.stopping.is_set():
            yield b"<p>more</p>" * 5000

    _serve(server, Reply(200, endless(), (HTML,), end="close"))
    assert isinstance(_check(server, certificate[0]), TransportError)
    assert _posted(server) == ["/go"]


def test_flood_of_cookies(server: TlsServer, certificate: tuple[Authority, pathlib.Path]) -> None:
    cookies = [("Set-Cookie", f"c{number}={'x' * 200}; Secure; Path=/") for number in range(90)]
    foreign = [
        ("Set-Cookie", f"stolen=1; Secure; Path=/; Domain={name}") for name in ("example.com", "com", "evil.net")
    ]
    _serve(server, _html(page("<h1>Updates</h1><p>Nothing</p>"), 200, *cookies, *foreign))
    assert isinstance(_check(server, certificate[0]), (PageError, TransportError))
    assert _posted(server) == ["/go"]
    assert all(len(request.headers.get("cookie", "")) < 40_000 for request in server.requests)
