# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What requests and urllib3 would do by themselves, and must not do here."""

from __future__ import annotations

import io
import pathlib
import socket
import ssl
import threading
import time
import typing as t
import warnings

import pytest
import requests.adapters

from ansible_collections.bseries.sra.plugins.module_utils._errors import TlsError
from ansible_collections.bseries.sra.plugins.module_utils._transport import tls
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock, Deadline
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import HOST, SITE, Authority, Reply, TlsServer


class _SetClock(Clock):
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time


@pytest.mark.parametrize("status", [413, 429, 503])
def test_retry_after_is_left_to_the_caller(server: TlsServer, transport: Transport, status: int) -> None:
    server.handler = lambda _request: Reply(status, headers=(("Retry-After", "0"),))
    assert transport.request("GET", "/").status == status
    assert server.lines == ["GET /"]


def test_no_other_authorities_are_trusted_besides_ca_path(
    server: TlsServer, authority: Authority, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Authority(tmp_path, "Another CA")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(authority.path))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(authority.path))
    with (
        Transport(Endpoint(HOST, server.port, SITE, str(stranger.path), timeout=3.0), Redactor()) as transport,
        pytest.raises(TlsError, match="refused"),
    ):
        transport.request("GET", "/")
    assert server.requests == []


def test_passwords_of_netrc_are_not_sent(
    server: TlsServer, transport: Transport, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {SITE} login someone password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    transport.request("GET", "/")
    assert "authorization" not in server.requests[0].headers


def test_verification_off_does_not_write_warnings(authority: Authority) -> None:
    with TlsServer(authority.issue("other.example.com")) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        endpoint = Endpoint(HOST, server.port, SITE, validate_certs=False, timeout=3.0)
        with Transport(endpoint, Redactor()) as transport:
            assert transport.request("GET", "/").status == 200


def test_body_of_a_redirect_is_bounded(server: TlsServer, transport: Transport) -> None:
    def endless() -> t.Iterator[bytes]:
        while not server.stopping.is_set():
            yield b"x" * 65536

    server.handler = lambda _request: Reply(302, endless(), (("Location", "/next"),))
    with pytest.raises(RequestFailed, match="more than the 1000000 bytes allowed"):
        transport.request("GET", "/", max_body=1_000_000)
    with pytest.raises(RequestFailed, match="more than the 16777216 bytes allowed"):
        transport.request("GET", "/", follow_redirects=True)


def test_kept_connection_is_not_used_after_an_idle_time(server: TlsServer, endpoint: Endpoint) -> None:
    clock = _SetClock()
    with Transport(endpoint, Redactor(), clock) as transport:
        for pause in (0.0, 3.9, 4.1):
            clock.time += pause
            transport.request("GET", "/")
    assert [request.connection for request in server.requests] == [1, 1, 2]


def test_deadline_that_has_passed_sends_nothing_on_a_kept_connection(server: TlsServer, transport: Transport) -> None:
    transport.request("GET", "/")
    with pytest.raises(RequestFailed, match="time allowed for this request") as caught:
        transport.request("POST", "/press", deadline=Deadline(0.0))
    assert caught.value.sent is False
    assert server.lines == ["GET /"]


def test_header_that_cannot_be_sent_is_not_quoted(server: TlsServer, transport: Transport) -> None:
    for value in ("Bearer s3cret\r\nX: y", "Bearer s3cret\u20ac"):
        with pytest.raises(RequestFailed, match="cannot be asked this") as caught:
            transport.request("GET", "/", headers={"Authorization": value})
        assert "s3cret" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert server.requests == []


@pytest.mark.parametrize(
    ("set_cookie", "sent"),
    [
        ("sid=1; Domain=other.example.net", "sid=1"),
        ("sid=1; Domain=appliance", "sid=1"),
        ("sid=1; Path=nonsense", "sid=1"),
        ("sid=1; Max-Age=soon", "sid=1"),
        ("sid=1; Max-Age=60; Expires=Sat, 31 Dec 2022 00:00:00 GMT", "sid=1"),
        ("sid=1; Max-Age=0", None),
        ("sid=1; Expires=never", "sid=1"),
        # The appliance's clock is years ahead: an hour of life there is over long ago here, and the other way round.
        ("sid=1; Expires=Fri, 01 Jan 2100 01:00:00 GMT", "sid=1"),
        ("sid=1; Expires=Thu, 31 Dec 2099 23:00:00 GMT", None),
        ('sid="a,b c"; Secure; HttpOnly; SameSite=Strict; Version=1', 'sid="a,b c"'),
        ("no equals sign", None),
        ("=nameless", None),
    ],
)
def test_cookies_are_judged_by_the_appliance_that_sets_them(
    server: TlsServer, transport: Transport, set_cookie: str, sent: str | None
) -> None:
    server.handler = lambda _request: Reply(
        headers=(("Date", "Fri, 01 Jan 2100 00:00:00 GMT"), ("Set-Cookie", set_cookie))
    )
    transport.request("GET", "/a")
    transport.request("GET", "/b")
    assert server.requests[1].headers.get("cookie") == sent


@pytest.mark.parametrize("host", ["appliance", "192.0.2.1", "2001:db8::1", SITE])
def test_cookies_go_back_whatever_the_server_is_called(server: TlsServer, authority: Authority, host: str) -> None:
    server.handler = lambda _request: Reply(headers=(("Set-Cookie", "sid=1"),))
    with TlsServer(authority.issue(host)) as named:
        named.handler = server.handler
        endpoint = Endpoint(HOST, named.port, host, str(authority.path), timeout=3.0)
        with Transport(endpoint, Redactor()) as transport:
            transport.request("GET", "/")
            transport.request("GET", "/", keep_alive=False)
        assert [request.headers.get("cookie") for request in named.requests] == [None, "sid=1"]


def test_cookies_are_forgotten_at_the_end(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(headers=(("Set-Cookie", "sid=1"),))
    transport.request("GET", "/")
    transport.close()
    transport.request("GET", "/")
    assert [request.headers.get("cookie") for request in server.requests] == [None, None]


def test_file_from_disk_is_sent_from_where_it_stands(
    server: TlsServer, transport: Transport, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "package.bin"
    path.write_bytes(b"skipped" + b"content" * 50_000)
    with path.open("rb") as file:
        file.seek(7)
        transport.request("POST", "/up", fields=[("f", ("p.bin", file, "application/octet-stream"))])
    sent = server.requests[0]
    assert sent.headers["content-length"] == str(len(sent.body))
    assert sent.body.partition(b"\r\n\r\n")[2].startswith(b"contentcontent")
    assert sent.body.count(b"content") == 50_000


def test_refusal_of_an_upload_is_read_though_the_body_was_not_taken(
    certificate: pathlib.Path, authority: Authority
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def refuse(listener: socket.socket) -> None:
        plain, _address = listener.accept()
        with context.wrap_socket(plain, server_side=True) as sock:
            sock.recv(65536)
            sock.sendall(b"HTTP/1.1 413 Too large\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large")
            # Servers linger so that a reset does not overtake the answer.
            time.sleep(0.3)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=refuse, args=(listener,))
        thread.start()
        endpoint = Endpoint(HOST, listener.getsockname()[1], SITE, str(authority.path), timeout=3.0)
        file = io.BytesIO(bytes(50_000_000))
        with Transport(endpoint, Redactor()) as transport:
            response = transport.request("POST", "/up", fields=[("f", ("p", file, "application/octet-stream"))])
        thread.join()
    assert (response.status, response.text()) == (413, "too large")
    assert file.tell() < 50_000_000


def test_upload_that_is_not_taken_ends_in_time(certificate: pathlib.Path, authority: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    done = threading.Event()

    def stall(listener: socket.socket) -> None:
        plain, _address = listener.accept()
        with context.wrap_socket(plain, server_side=True):
            done.wait(5)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=stall, args=(listener,))
        thread.start()
        endpoint = Endpoint(HOST, listener.getsockname()[1], SITE, str(authority.path), timeout=0.5)
        file = io.BytesIO(bytes(50_000_000))
        with Transport(endpoint, Redactor()) as transport, pytest.raises(RequestFailed) as caught:
            transport.request("POST", "/up", fields=[("f", ("p", file, "application/octet-stream"))])
        done.set()
        thread.join()
    assert (caught.value.stage, caught.value.sent) == ("send", True)
    assert "did not take the request within 0.5 seconds" in str(caught.value)


def test_addresses_of_a_name_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[tuple[str, int], float]] = []

    def refuse(address: tuple[str, int], seconds: float) -> t.NoReturn:
        tried.append((address, seconds))
        raise TimeoutError

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{last}", 443)) for last in (1, 2, 2)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(TimeoutError):
        tls.connect("a.example.com", 443, 10.0)
    assert [address for address, _seconds in tried] == [("192.0.2.1", 443), ("192.0.2.2", 443)]
    assert [round(seconds) for _address, seconds in tried] == [5, 10]
