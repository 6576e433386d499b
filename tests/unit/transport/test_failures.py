# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that fail: each one ends in time, says how far it came, and never says "switch verification off"."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import pathlib
import socket
import ssl
import threading
import time
import typing as t
import warnings

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, TlsError, TransportError
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import (
    RequestFailed,
    TlsRefused,
    may_have_been_sent,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import HOST, SITE, Authority, Reply, TlsServer


def _ask(endpoint: Endpoint, **options: t.Any) -> None:
    with Transport(endpoint, Redactor()) as transport:
        transport.request("GET", "/", **options)


def _endpoint(server: TlsServer, authority: Authority, **changes: t.Any) -> Endpoint:
    options: dict[str, t.Any] = {"tls_server_name": SITE, "ca_path": str(authority.path), "timeout": 3.0}
    return Endpoint(HOST, server.port, **{**options, **changes})


def _advice_is_honest(error: TlsError) -> bool:
    words = (error.advice or "").lower()
    return bool(words) and not any(bad in words for bad in ("validate_certs", "switch off", "disable", "insecure"))


def test_wrong_name(authority: Authority) -> None:
    with TlsServer(authority.issue("other.example.com", "192.0.2.7")) as server:
        with pytest.raises(TlsRefused) as caught:
            _ask(_endpoint(server, authority))
        assert server.requests == []
    assert "names other.example.com, 192.0.2.7" in (caught.value.seen or "")
    assert "tls_server_name" in (caught.value.advice or "")
    assert _advice_is_honest(caught.value)
    assert (caught.value.stage, caught.value.sent) == ("connect", False)


def test_address_instead_of_name(server: TlsServer, authority: Authority) -> None:
    with pytest.raises(TlsError) as caught:
        _ask(_endpoint(server, authority, tls_server_name=None))
    assert "tls_server_name" in (caught.value.advice or "")


@pytest.mark.parametrize(
    ("days", "words"), [((-30, -1), "has expired"), ((1, 30), "not yet valid")], ids=["expired", "future"]
)
def test_dates(authority: Authority, days: tuple[int, int], words: str) -> None:
    with TlsServer(authority.issue(SITE, days=days)) as server, pytest.raises(TlsError, match=words) as caught:
        _ask(_endpoint(server, authority))
    assert "clock" in (caught.value.advice or "")
    assert _advice_is_honest(caught.value)


def test_self_signed_and_unknown_authority(authority: Authority, tmp_path: pathlib.Path) -> None:
    stranger = Authority(tmp_path, "Another CA")
    for certificate in (authority.issue(SITE, self_signed=True), stranger.issue(SITE)):
        with TlsServer(certificate) as server:
            for ca_path in (str(authority.path), None):
                with pytest.raises(TlsError) as caught:
                    _ask(_endpoint(server, authority, ca_path=ca_path))
                assert "ca_path" in (caught.value.advice or "")
                assert _advice_is_honest(caught.value)
            assert server.requests == []


def test_trusted_folder_and_own_certificate_of_the_appliance(
    server: TlsServer, authority: Authority, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "README").write_text("not a certificate")
    (folder / "ca.crt").write_bytes(authority.path.read_bytes())
    _ask(_endpoint(server, authority, ca_path=str(folder)))

    for own in (authority.issue(SITE, self_signed=True), authority.issue(SITE)):
        with TlsServer(own) as other:
            _ask(_endpoint(other, authority, ca_path=str(own)))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_old_protocol(version: ssl.TLSVersion, authority: Authority) -> None:
    """The other side offers nothing newer than TLS 1.1: refused before a byte of ours is sent inside."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(SITE))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, version
    received: list[bytes] = []
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _peer = listening.accept()
            connection.settimeout(10)
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                received.append(secured.recv(1000))

        thread = threading.Thread(target=serve)
        thread.start()
        endpoint = Endpoint(HOST, listening.getsockname()[1], SITE, str(authority.path), timeout=5.0)
        with pytest.raises(TlsError) as caught:
            _ask(endpoint)
        thread.join(15)
    assert received == []
    assert "TLS 1.2" in str(caught.value)
    assert _advice_is_honest(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "text"])
def test_unusable_ca_path(
    server: TlsServer, authority: Authority, tmp_path: pathlib.Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="ca_path"):
        _ask(_endpoint(server, authority, ca_path=str(path)))
    assert server.connections == 0


def test_verification_off_is_possible_but_has_to_be_said(authority: Authority) -> None:
    with TlsServer(authority.issue("other.example.com", self_signed=True)) as server:
        _ask(_endpoint(server, authority, validate_certs=False))
        assert server.lines == ["GET /"]


def test_served_certificate(transport: Transport, server: TlsServer) -> None:
    served = transport.served_certificate()
    assert (served.names, served.subject, served.issuer) == ((SITE,), f"CN={SITE}", "CN=Test CA")
    assert served.not_before < served.not_after
    assert served.not_after.tzinfo is not None
    assert len(served.sha256) == 64
    assert server.requests == []


def test_nobody_listens() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RequestFailed, match="refuses connections") as caught:
        _ask(Endpoint(HOST, port))
    assert (caught.value.stage, caught.value.sent) == ("connect", False)
    assert may_have_been_sent(caught.value) is False


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 70 + ".example.com"])
def test_unresolvable_name(host: str) -> None:
    with pytest.raises(RequestFailed, match="cannot be resolved") as caught:
        _ask(Endpoint(host))
    assert (caught.value.stage, caught.value.sent) == ("resolve", False)


def test_name_that_cannot_be_one(server: TlsServer, authority: Authority) -> None:
    with pytest.raises(InputError, match="cannot be the name of a server"):
        _ask(_endpoint(server, authority, tls_server_name="."))


def test_errors_are_of_the_common_kinds() -> None:
    assert issubclass(RequestFailed, TransportError)
    assert issubclass(TlsRefused, TlsError)
    assert (RequestFailed.kind, TlsRefused.kind) == ("transport", "tls")


def test_torn_handshake_is_no_certificate_trouble(certificate: pathlib.Path, authority: Authority) -> None:
    with TlsServer(certificate, tear_handshake=True) as server, pytest.raises(RequestFailed) as caught:
        _ask(_endpoint(server, authority))
    assert not isinstance(caught.value, TlsError)
    assert (caught.value.stage, caught.value.sent) == ("connect", False)


def test_silent_handshake_ends_in_time() -> None:
    with socket.create_server((HOST, 0)) as listener:
        started = time.monotonic()
        with pytest.raises(RequestFailed, match=r"did not accept a connection within 0\.3 seconds"):
            _ask(Endpoint(HOST, listener.getsockname()[1], timeout=0.3))
        assert time.monotonic() - started < 2


def test_plain_http_is_named() -> None:
    def answer(listener: socket.socket) -> None:
        plain, _address = listener.accept()
        with plain:
            plain.recv(100)
            plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        with pytest.raises(TlsError, match="does not speak TLS"):
            _ask(Endpoint(HOST, listener.getsockname()[1], timeout=3))
        thread.join()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(raw=b"", end="close"), "closed the connection without an answer"),
        (Reply(raw=b"", end="cut"), "closed the connection without an answer"),
        (Reply(raw=b"", end="reset"), "(reset|closed) the connection"),
        (Reply(raw=b"220 mail ready\r\n\r\n", end="close"), "proper HTTP"),
        (Reply(body=b"half", length=8, end="close"), "cut the answer after 4 of 8 bytes"),
        (Reply(body=b"half", length=8, end="cut"), "cut the answer after 4 of 8 bytes"),
        (Reply(headers=(("Transfer-Encoding", "chunked"),), body=[b"8\r\nhalf"], end="cut"), "cut the answer"),
        (Reply(headers=(("Content-Encoding", "gzip"),), body=b"no gzip"), "cannot be decoded"),
        (Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(b"x" * 999)[:-9]), "ends too early"),
        (Reply(headers=(("Content-Encoding", "br"),), body=b"?"), "content encoding br"),
    ],
)
def test_unusable_answers(server: TlsServer, transport: Transport, reply: Reply, words: str) -> None:
    server.handler = lambda _request: reply
    with pytest.raises(RequestFailed, match=words) as caught:
        transport.request("POST", "/press?secret=1", data={"a": "b"})
    assert (caught.value.stage, caught.value.sent) == ("receive", True)
    assert may_have_been_sent(caught.value) is True
    assert "POST /press" in str(caught.value)
    assert "secret=1" not in str(caught.value)
    assert server.lines == ["POST /press?secret=1"], "a request is never repeated"


def test_after_a_failure_the_next_request_works(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(raw=b"", end="reset")
    with pytest.raises(RequestFailed):
        transport.request("GET", "/")
    server.handler = lambda _request: Reply(body=b"back")
    assert transport.request("GET", "/").text() == "back"


def test_silence_ends_in_time(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(body=b"late") if server.stopping.wait(5) else Reply()
    started = time.monotonic()
    with pytest.raises(RequestFailed, match=r"did not answer within 0\.3 seconds"):
        transport.request("GET", "/", timeout=0.3)
    assert time.monotonic() - started < 2


def _trickle(server: TlsServer, piece: bytes = b"x") -> t.Iterator[bytes]:
    while not server.stopping.wait(0.05):
        yield piece


@pytest.mark.parametrize("download", [False, True])
def test_deadline_holds_while_a_body_trickles_in(server: TlsServer, transport: Transport, download: bool) -> None:
    server.handler = lambda _request: Reply(headers=(("Content-Length", "1000000"),), body=_trickle(server))
    started = time.monotonic()
    ask = functools.partial(transport.download, dest_file=io.BytesIO()) if download else transport.request
    with pytest.raises(RequestFailed, match="time allowed for this request"):
        ask("GET", "/", deadline=Deadline(0.5))
    assert 0.4 < time.monotonic() - started < 2


def test_head_that_trickles_in_is_bounded_without_a_deadline(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(
        headers=(("X-Long", "x"),), raw=None, body=_trickle(server, b"HTTP/1.1 100 Continue\r\n\r\n")
    )
    with pytest.raises(RequestFailed, match="time allowed for this request"):
        transport.request("GET", "/", timeout=0.1)


def test_deadline_that_has_passed_sends_nothing(server: TlsServer, transport: Transport) -> None:
    with pytest.raises(RequestFailed) as caught:
        transport.request("POST", "/", deadline=Deadline(0.0))
    assert caught.value.sent is False
    assert server.requests == []


def test_endless_body_is_cut_off(server: TlsServer, transport: Transport) -> None:
    def endless() -> t.Iterator[bytes]:
        while not server.stopping.is_set():
            yield b"x" * 65536

    server.handler = lambda _request: Reply(body=endless())
    with pytest.raises(RequestFailed, match="more than the 1000000 bytes allowed"):
        transport.request("GET", "/", max_body=1_000_000)


def test_gzip_bomb_is_cut_off(server: TlsServer, transport: Transport) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    server.handler = lambda _request: Reply(headers=(("Content-Encoding", "gzip"),), body=bomb)
    with pytest.raises(RequestFailed, match="more than the 16777216 bytes allowed"):
        transport.request("GET", "/")


def test_download_limit(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(body=b"x" * 2000)
    with pytest.raises(RequestFailed, match="more than the 1000 bytes"):
        transport.download("GET", "/", io.BytesIO(), max_bytes=1000)


def test_body_without_length_ends_with_the_connection(server: TlsServer, transport: Transport) -> None:
    """A page may end so, however the connection ends; a download only where TLS says that this was all."""
    server.handler = lambda _request: Reply(body=[b"all"], end="close")
    file = io.BytesIO()
    transport.download("GET", "/", file)
    assert file.getvalue() == b"all"
    server.handler = lambda _request: Reply(body=[b"all?"], end="cut")
    assert transport.request("GET", "/").text() == "all?"
    with pytest.raises(RequestFailed, match="without saying whether that was all"):
        transport.download("GET", "/", io.BytesIO())


def test_answer_to_an_upload_that_is_refused_early(server: TlsServer, transport: Transport) -> None:
    """The simple server reads everything first; the point here is that the refusal is an answer, not an error."""
    server.handler = lambda _request: Reply(413, b"too large", end="close")
    file = io.BytesIO(b"x" * 100_000)
    response = transport.request("POST", "/up", fields=[("f", ("a.bin", file, "application/octet-stream"))])
    assert (response.status, response.text()) == (413, "too large")


def test_redirected_upload_is_refused(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(307, headers=(("Location", "/elsewhere"),))
    file = io.BytesIO(b"x")
    with pytest.raises(RequestFailed, match="redirects an upload"):
        transport.request("POST", "/up", fields=[("f", ("a", file, "text/plain"))], follow_redirects=True)
    assert server.lines == ["POST /up"]


def test_error_texts_are_redacted(server: TlsServer, authority: Authority) -> None:
    server.handler = lambda _request: Reply(302, headers=(("Location", "https://s3cret.example.net/"),))
    with Transport(_endpoint(server, authority), Redactor("s3cret")) as transport:
        with pytest.raises(RequestFailed) as caught:
            transport.request("GET", "/", follow_redirects=True)
        assert "s3cret" not in str(caught.value)
        assert "s3cret" not in str(caught.value.to_dict())
        server.handler = lambda _request: Reply(raw=b"", end="close")
        with pytest.raises(RequestFailed) as caught:
            transport.request("GET", "/path/s3cret")
        assert "s3cret" not in str(caught.value)
