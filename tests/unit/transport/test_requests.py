# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire, and what comes back."""

from __future__ import annotations

import gzip
import io
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._transport.body import CHUNK
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import SITE, Reply, Request, TlsServer


def test_request_is_exactly_what_was_asked_for(server: TlsServer, transport: Transport) -> None:
    response = transport.request("get", "/a path/ü?x=1", params={"y": "a b"}, headers={"accept": "text/html"})

    assert (response.status, response.text()) == (200, "GET /a%20path/%C3%BC?x=1&y=a+b")
    assert response.url == f"https://{SITE}:{server.port}/a path/ü?x=1&y=a+b"
    assert server.requests[0].headers == {
        "host": f"{SITE}:{server.port}",
        "user-agent": "bseries.sra",
        "accept": "text/html",
        "accept-encoding": "identity",
        "connection": "keep-alive",
    }
    assert server.server_names == [SITE]
    assert transport.peer_address == "127.0.0.1"


def test_connection_is_kept_for_pages_and_closed_for_apis(server: TlsServer, transport: Transport) -> None:
    transport.request("GET", "/1")
    transport.request("GET", "/2")
    transport.request("GET", "/3", keep_alive=False)
    transport.request("GET", "/4")

    assert [request.connection for request in server.requests] == [1, 1, 2, 1]
    assert server.requests[2].headers["connection"] == "close"


def test_connection_closed_by_the_server_meanwhile_is_not_used(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(end="close")
    transport.request("GET", "/1")
    transport.request("POST", "/2", data={"a": "b"})

    assert [(request.connection, request.line) for request in server.requests] == [(1, "GET /1"), (2, "POST /2")]


@pytest.mark.parametrize(
    ("given", "content_type", "body"),
    [
        ({"data": {"a": "ä b", "c": "&"}}, "application/x-www-form-urlencoded", b"a=%C3%A4+b&c=%26"),
        ({"data": [("a", "1"), ("a", "2")]}, "application/x-www-form-urlencoded", b"a=1&a=2"),
        ({"json": {"role": "backup"}}, "application/json", b'{"role": "backup"}'),
        ({"data": b"raw", "headers": {"Content-Type": "text/plain"}}, "text/plain", b"raw"),
    ],
)
def test_bodies(
    server: TlsServer, transport: Transport, given: dict[str, t.Any], content_type: str, body: bytes
) -> None:
    transport.request("POST", "/form", **given)

    sent = server.requests[0]
    assert (sent.headers["content-type"], sent.body, sent.headers["content-length"]) == (
        content_type,
        body,
        str(len(body)),
    )


def test_post_without_a_body_says_so(server: TlsServer, transport: Transport) -> None:
    transport.request("POST", "/logout")
    assert server.requests[0].headers["content-length"] == "0"
    assert "content-type" not in server.requests[0].headers


def test_files_are_streamed_as_multipart(server: TlsServer, transport: Transport) -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.largest = max(self.largest, len(data))
            return data

    content = bytes(range(256)) * 4096
    file = Watched(b"skipped" + content)
    file.seek(7)
    transport.request(
        "POST", "/upload", fields=[("token", "ü"), ("file", ('a"b.nsb', file, "application/octet-stream"))]
    )

    sent = server.requests[0]
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\S+)", sent.headers["content-type"])
    assert boundary is not None
    mark = b"--" + boundary.group(1).encode()
    assert sent.body == (
        mark + b'\r\nContent-Disposition: form-data; name="token"\r\n\r\n\xc3\xbc\r\n'
        b"" + mark + b'\r\nContent-Disposition: form-data; name="file"; filename="a%22b.nsb"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n" + mark + b"--\r\n"
    )
    assert 0 < file.largest <= CHUNK


def test_cookies_go_back_by_path_and_survive_a_clock_that_is_behind(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(
        headers=(
            ("Date", "Sun, 01 Jan 2023 00:00:00 GMT"),
            ("Set-Cookie", "sid=one-of-appliance; Path=/appliance; Secure; HttpOnly"),
            ("Set-Cookie", "short=a; Path=/; Expires=Sun, 01 Jan 2023 00:20:00 GMT"),
            ("Set-Cookie", "gone=b; Path=/; Expires=Sat, 31 Dec 2022 00:00:00 GMT"),
        )
    )
    transport.request("GET", "/appliance")
    transport.request("GET", "/appliance/updates")
    transport.request("GET", "/appliance2")
    transport.request("GET", "/appliance", cookies=False)

    assert [request.headers.get("cookie") for request in server.requests] == [
        None,
        "sid=one-of-appliance; short=a",
        "short=a",
        None,
    ]


def test_cookie_values_are_secrets(server: TlsServer, transport: Transport, redactor: Redactor) -> None:
    server.handler = lambda _request: Reply(headers=(("Set-Cookie", "sid=0123456789abcdef"), ("Set-Cookie", "lang=en")))
    transport.request("GET", "/")
    assert redactor.text("sid 0123456789abcdef, lang en") == "sid ********, lang en"


def _redirect(status: int, location: str) -> Reply:
    return Reply(status=status, headers=(("Location", location),))


def test_redirects_are_followed_only_if_asked_for(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda request: _redirect(302, "/next") if request.target == "/" else Reply(body=b"there")

    assert transport.request("POST", "/", data={"a": "b"}).status == 302
    followed = transport.request("POST", "/", data={"a": "b"}, follow_redirects=True)

    assert (followed.text(), followed.url) == ("there", f"https://{SITE}:{server.port}/next")
    assert server.lines == ["POST /", "POST /", "GET /next"]
    assert server.requests[2].body == b""
    assert "content-type" not in server.requests[2].headers


def test_redirect_307_keeps_method_and_body(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda request: _redirect(307, "/next") if request.target == "/" else Reply()
    transport.request("POST", "/", data={"a": "b"}, follow_redirects=True)
    assert [(request.line, request.body) for request in server.requests] == [("POST /", b"a=b"), ("POST /next", b"a=b")]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example.net:PORT/",
        "//evil.example.net:PORT/",
        "https://access.example.com.evil.example.net:PORT/",
        "http://access.example.com:PORT/",
        "https://access.example.com/",
        "https://access.example.com@evil.example.net:PORT/",
        "https://[broken/",
        "javascript:alert(1)",
    ],
)
def test_redirect_elsewhere_is_refused(server: TlsServer, transport: Transport, location: str) -> None:
    server.handler = lambda _request: _redirect(302, location.replace("PORT", str(server.port)))
    with pytest.raises(RequestFailed) as caught:
        transport.request("GET", "/", follow_redirects=True)
    assert "leads away" in str(caught.value)
    assert caught.value.sent is True
    assert server.lines == ["GET /"]


def test_endless_redirects_end(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: _redirect(302, "/again")
    with pytest.raises(RequestFailed, match="more than 10 times"):
        transport.request("GET", "/", follow_redirects=True)
    assert len(server.requests) == 11


def test_what_was_answered_with_a_redirect_was_sent_though_the_next_connection_is_refused(
    server: TlsServer, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.handler = lambda _request: _redirect(302, "/next")
    once, asked = transport._once, []

    def refused_later(*call: t.Any) -> t.Any:
        if asked:
            raise RequestFailed("refuses connections", stage="connect", sent=False, state="nothing was sent")
        asked.append(call)
        return once(*call)

    monkeypatch.setattr(transport, "_once", refused_later)
    with pytest.raises(RequestFailed) as caught:
        transport.request("POST", "/", data={"a": "b"}, follow_redirects=True)
    assert caught.value.sent is True
    assert "may have been carried out" in str(caught.value.state)


def test_address_elsewhere_is_refused_before_anything_is_sent(server: TlsServer, transport: Transport) -> None:
    with pytest.raises(RequestFailed) as caught:
        transport.request("POST", f"https://evil.example.net:{server.port}/steal", data={"password": "x"})
    assert (caught.value.stage, caught.value.sent) == ("send", False)
    assert (server.connections, server.requests) == (0, [])


def test_both_names_of_the_endpoint_are_one_origin(server: TlsServer, transport: Transport) -> None:
    for host in ("127.0.0.1", SITE, SITE.upper()):
        assert transport.is_same_origin(f"https://{host}:{server.port}/x")
        assert transport.absolute(f"https://{host}:{server.port}/x#part") == f"https://{SITE}:{server.port}/x"
    assert transport.is_same_origin("updates.ns")
    assert not transport.is_same_origin(f"https://{SITE}/x")
    assert not transport.is_same_origin(f"https://user:pw@{SITE}:{server.port}/x")
    assert transport.absolute(" ?a=1\n", f"https://{SITE}:{server.port}/b/c") == f"https://{SITE}:{server.port}/b/c?a=1"


@pytest.mark.parametrize(
    ("endpoint", "origin", "label"),
    [
        (Endpoint("192.0.2.1", tls_server_name=SITE), f"https://{SITE}", "192.0.2.1:443"),
        (Endpoint("a.example.com", 8443), "https://a.example.com:8443", "a.example.com:8443"),
        (Endpoint("2001:db8::1", 8443), "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_origin_and_label(endpoint: Endpoint, origin: str, label: str) -> None:
    assert (endpoint.origin, endpoint.label) == (origin, label)


def test_environment_proxies_are_not_used(
    server: TlsServer, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert transport.request("GET", "/").status == 200


def test_compressed_and_chunked_answers(server: TlsServer, transport: Transport) -> None:
    page = b"<html>" + b"x" * 100_000
    packed = gzip.compress(page)
    server.handler = lambda _request: Reply(
        headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")),
        body=[b"%x\r\n%s\r\n" % (len(packed), packed), b"0\r\n\r\n"],
    )
    assert transport.request("GET", "/").body == page


def test_download_streams_success_and_returns_refusals(server: TlsServer, transport: Transport) -> None:
    def handler(request: Request) -> Reply:
        return Reply(403, b"no") if request.target == "/no" else Reply(body=b"z" * 300_000)

    server.handler = handler
    file = io.BytesIO()
    assert transport.download("GET", "/no", file).body == b"no"
    assert file.getvalue() == b""
    response = transport.download("GET", "/yes", file)
    assert (response.size, response.body, file.getvalue()) == (300_000, b"", b"z" * 300_000)


def test_unexpected_status_and_broken_json_are_transport_errors(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(503, b"<p>busy", (("Content-Type", "text/html"),))
    with pytest.raises(RequestFailed, match="answers /p with status 503") as caught:
        transport.request("GET", "/p?token=1", accept_statuses={200, 302})
    assert caught.value.expected == "status 200 or 302"
    with pytest.raises(RequestFailed, match="is not JSON"):
        transport.request("GET", "/p").json()


def test_texts_in_declared_and_unknown_character_sets(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(body=b"\xe4", headers=(("Content-Type", "text/html; charset=iso-8859-1"),))
    assert transport.request("GET", "/").text() == "ä"
    server.handler = lambda _request: Reply(body="ä".encode(), headers=(("Content-Type", "text/html; charset=nope"),))
    assert transport.request("GET", "/").text() == "ä"
