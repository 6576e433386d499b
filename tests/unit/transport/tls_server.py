# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small real TLS server that answers, or misbehaves, as a test says, and records every request byte for byte."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import io
import ipaddress
import pathlib
import socket
import ssl
import struct
import threading
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
SITE = "access.example.com"


class Authority:
    """A private CA that issues server certificates into a folder."""

    def __init__(self, folder: pathlib.Path, name: str = "Test CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=400))
            .not_valid_after(now + datetime.timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names: str, days: tuple[int, int] = (-1, 30), self_signed: bool = False) -> pathlib.Path:
        """A PEM file with certificate and key for these names and addresses; ``days``: validity counted from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .sign(key if self_signed else self._key, hashes.SHA256())
        )
        path = self._folder / f"server-{certificate.serial_number}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return path


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


@dataclasses.dataclass(frozen=True)
class Request:
    """What came in; ``connection`` counts the connections of the server from 1."""

    connection: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.target}"


@dataclasses.dataclass(frozen=True)
class Reply:
    """What goes out. ``raw`` replaces the whole answer; ``end`` says what happens to the connection after it."""

    status: int = 200
    body: bytes | t.Iterable[bytes] = b""
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    raw: bytes | None = None
    end: t.Literal["keep", "close", "cut", "reset"] = "keep"


Handler = t.Callable[[Request], Reply]


class TlsServer:
    """Answers on a free port of 127.0.0.1 until closed; ``handler`` may be replaced at any time.

    ``heads`` are the request lines whose headers came, ``cut_short`` what came of bodies that ended too early. ``at_head``
    may answer before the body is read.
    """

    def __init__(
        self, certificate: pathlib.Path, handler: Handler | None = None, *, tear_handshake: bool = False
    ) -> None:
        self.handler: Handler = handler or (lambda request: Reply(body=request.line.encode()))
        self.requests: list[Request] = []
        self.heads: list[str] = []
        self.cut_short: list[bytes] = []
        self.at_head: t.Callable[[str], Reply | None] = lambda _line: None
        self.server_names: list[str | None] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._tear = tear_handshake
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._context.sni_callback = lambda _sock, name, _context: self.server_names.append(name)
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> TlsServer:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stopping.set()
        # Closing alone does not wake a thread that is in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                plain, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(plain, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), plain:
            plain.settimeout(10)
            if self._tear:
                plain.recv(100)
                return
            with self._context.wrap_socket(plain, server_side=True) as sock, sock.makefile("rb") as incoming:
                while not self.stopping.is_set():
                    request = self._read_request(sock, incoming, number)
                    if request is None:
                        return
                    self.requests.append(request)
                    if not self._answer(sock, self.handler(request)):
                        return

    def _read_request(self, sock: ssl.SSLSocket, incoming: io.BufferedReader, number: int) -> Request | None:
        first = incoming.readline()
        if not first.strip():
            return None
        method, target, _version = first.decode("latin-1").split()
        headers: dict[str, str] = {}
        while (line := incoming.readline().decode("latin-1").strip()) != "":
            name, _colon, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        self.heads.append(f"{method} {target}")
        early = self.at_head(self.heads[-1])
        if early is not None:
            self._answer(sock, early)
            return None
        length = int(headers.get("content-length", "0"))
        body = b""
        with contextlib.suppress(OSError):
            while len(body) < length and (piece := incoming.read1(length - len(body))):
                body += piece
        if len(body) < length:
            self.cut_short.append(body)
            return None
        return Request(number, method, target, headers, body)

    def _answer(self, sock: ssl.SSLSocket, reply: Reply) -> bool:
        """True where the connection goes on."""
        if reply.raw is not None:
            sock.sendall(reply.raw)
        else:
            chunks = [reply.body] if isinstance(reply.body, bytes) else reply.body
            headers = list(reply.headers)
            if isinstance(reply.body, bytes) and not any(name.lower() == "content-length" for name, _value in headers):
                headers.append(("Content-Length", str(len(reply.body) if reply.length is None else reply.length)))
            head = f"HTTP/1.1 {reply.status} Test\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
            sock.sendall(head.encode("latin-1") + b"\r\n")
            for chunk in chunks:
                sock.sendall(chunk)
        if reply.end == "keep":
            return True
        if reply.end == "close":
            sock.unwrap()
        elif reply.end == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            sock.shutdown(socket.SHUT_WR)
        return False
