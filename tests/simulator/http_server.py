# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listening TLS sockets that can be closed and opened again, and HTTP/1.1 on them with one thread a connection."""

from __future__ import annotations

import dataclasses
import email.message
import http.server
import io
import itertools
import socket
import ssl
import struct
import threading
import typing as t
import urllib.parse

MAX_BODY = 8_000_000_000
_SMALL = 1_000_000
"""Bytes of a body that is complete before anybody looks at the request, as web servers do; larger ones are streamed."""
_connections = itertools.count(1)


@dataclasses.dataclass
class Request:
    """One HTTP request. `body` reads the rest of the body; `connection` numbers the TCP connection, `nth` the request on it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: email.message.Message
    length: int
    body: t.BinaryIO
    connection: int
    nth: int
    address: str
    raw_path: str

    def read(self, limit: int = 1_000_000) -> bytes:
        """The whole body. Raises ValueError when it is longer than `limit` bytes."""
        if self.length > limit:
            raise ValueError("body too long")
        return self.body.read(self.length) if self.length else b""


@dataclasses.dataclass
class Response:
    """An answer. `chunks` is streamed instead of `body` when given, `length` then is what Content-Length says."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    chunks: t.Iterator[bytes] | None = None
    length: int | None = None
    close: bool = False
    abort: str = ""  # "reset": cut the connection instead of answering; "torn": cut it in the middle of the answer


Handler = t.Callable[[Request], Response]


class _Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Bomgar"
    sys_version = ""
    timeout = 120

    def __init__(self, sock: ssl.SSLSocket, peer: t.Any, handler: Handler, address: str) -> None:
        self._handler = handler
        self._address = address
        self._number = next(_connections)
        self._nth = 0
        super().__init__(sock, peer, None)  # type: ignore[arg-type]

    def version_string(self) -> str:
        return self.server_version

    def log_message(self, format: str, *args: t.Any) -> None:
        """Requests are recorded by the simulation, not printed."""

    def __getattr__(self, name: str) -> t.Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Response(411, b"A Content-Length is needed.\n", close=True))
            return
        source: t.Any = self.rfile
        if int(length) <= _SMALL:
            content = self.rfile.read(int(length))
            if len(content) < int(length):
                self.close_connection = True
                return
            source = io.BytesIO(content)
        self._nth += 1
        parts = urllib.parse.urlsplit(self.path)
        body = _Body(source, int(length))
        request = Request(
            self.command,
            urllib.parse.unquote(parts.path),
            tuple(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)),
            self.headers,
            int(length),
            t.cast(t.BinaryIO, body),
            self._number,
            self._nth,
            self._address,
            self.path,
        )
        response = self._handler(request)
        if response.abort:
            self._cut(response)
            return
        if body.left:
            self.close_connection = True
        self._send(response)

    def _cut(self, response: Response) -> None:
        self.close_connection = True
        if response.abort == "torn":
            self._send(Response(200, b"<html><body>", [("Content-Type", "text/html")], length=100_000))
        else:
            # closing with a zero linger time sends a reset instead of an orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        length = response.length if response.length is not None else len(response.body)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        if response.close:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        if response.chunks is None:
            self.wfile.write(response.body)
            return
        sent = 0
        for chunk in response.chunks:
            self.wfile.write(chunk)
            sent += len(chunk)
        if sent != length:
            self.close_connection = True


class _Body:
    """The body of one request: reading stops at its end, so that the next request on the connection stays readable."""

    def __init__(self, source: t.Any, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        data: bytes = self._source.read(size) if size else b""
        self.left -= len(data)
        return data


class Listener:
    """A listening TLS socket at one address. Closing it drops the open connections too."""

    def __init__(self, address: str, port: int, context: t.Callable[[], ssl.SSLContext], handler: Handler) -> None:
        self.address = address
        self.port = port
        self._context = context
        self._handler = handler
        self._socket: socket.socket | None = None
        self._retired = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def listening(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Raises OSError when the address is taken or not of this machine."""
        if self._socket is not None or self._retired:
            return
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((self.address, self.port))
            sock.listen(64)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        threading.Thread(target=self._accept, args=(sock,), name=f"accept-{self.address}", daemon=True).start()

    def close(self) -> None:
        sock, self._socket = self._socket, None
        if sock is not None:
            _shut(sock)
        self.drop()

    def retire(self) -> None:
        """Close for good: whatever a request or a timer has begun, the address stays free for another listener."""
        self._retired = True
        self.close()

    def drop(self) -> None:
        """Cut all open connections; the socket stays open."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            _shut(connection, close=False)

    def _accept(self, sock: socket.socket) -> None:
        while True:
            try:
                connection, peer = sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, peer), name="connection", daemon=True).start()

    def _serve(self, connection: socket.socket, peer: t.Any) -> None:
        with self._lock:
            self._open.add(connection)
        secured: ssl.SSLSocket | None = None
        try:
            connection.settimeout(30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secured = self._context().wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            with self._lock:
                self._open.discard(connection)
                self._open.add(secured)
            secured.do_handshake()
            _Connection(secured, peer, self._handler, self.address)
        except (OSError, ValueError):
            return  # the other side went away, or the connection was cut
        finally:
            with self._lock:
                self._open.discard(connection)
                if secured is not None:
                    self._open.discard(secured)
            _shut(secured if secured is not None else connection)


def _shut(sock: socket.socket, close: bool = True) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass  # was not connected any more
    if close:
        sock.close()
