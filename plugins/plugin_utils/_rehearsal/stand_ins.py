# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands for the network around the appliances: a name server, and a gateway with the tasks that change it."""

from __future__ import annotations

import base64
import contextlib
import pathlib
import secrets
import socket
import socketserver
import struct
import threading
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils import _deps

ZONE: t.Final = "rehearsal.test."
RECORD: t.Final = "site.rehearsal.test."
TTL: t.Final = 300
KEY_NAME: t.Final = "rehearsal."

TASKS: t.Final = """---
- name: Point the simulated production at {{ sra_swing_to }}
  ansible.builtin.copy:
    content: "{{ hostvars[sra_swing_to].sra_host }}"
    dest: "{{ sra_rehearsal_production }}"
    mode: "0600"
"""
"""What stands for the site's own tasks."""


def write_tasks(folder: pathlib.Path) -> pathlib.Path:
    """The tasks file that stands for the site's own."""
    path = folder / "swing.yml"
    path.write_text(TASKS, encoding="utf-8")
    return path


class Gateway:
    """One address for production, which forwards each connection to the device whose address is in a file, as NAT does."""

    def __init__(self, host: str, file: pathlib.Path, port: int, moved: t.Callable[[str], None]) -> None:
        self._file = file
        self._target_port = port
        self._moved = moved
        self._last = ""
        forward = self._forward

        class Forwarding(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                forward(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((host, 0), Forwarding)
        self.host, self.port = host, int(self._server.server_address[1])

    def __enter__(self) -> Gateway:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, client: socket.socket) -> None:
        address = self._file.read_text(encoding="utf-8").strip()
        if address != self._last:
            self._last = address
            self._moved(address)
        # A device that is away is a connection that ends.
        with contextlib.suppress(OSError), socket.create_connection((address, self._target_port), timeout=10) as device:
            device.settimeout(None)
            back = threading.Thread(target=_pump, args=(device, client), daemon=True)
            back.start()
            _pump(client, device)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Hand on bytes until the source ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class NameServer:
    """The primary of one zone with one record, over TCP, which takes updates that are signed with its key."""

    def __init__(self, host: str, address: str, moved: t.Callable[[str], None]) -> None:
        _deps.require("dns")
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.address = address
        self.ttl = TTL
        self._moved = moved
        self._serial = 1
        self._lock = threading.Lock()
        self._keyring = {_name(KEY_NAME): _deps.dns.tsig.Key(KEY_NAME, self.secret, "hmac-sha256")}
        answer = self.answer

        class OverTcp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                # What is no message, or signed with another key, gets no answer.
                with contextlib.suppress(OSError, struct.error, _deps.dns.exception.DNSException):
                    (length,) = struct.unpack("!H", self.rfile.read(2))
                    reply = answer(self.rfile.read(length))
                    self.wfile.write(struct.pack("!H", len(reply)) + reply)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((host, 0), OverTcp)
        self.port = int(self._server.server_address[1])
        self.host = host

    def __enter__(self) -> NameServer:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def variables(self) -> dict[str, t.Any]:
        """What the inventory says of it."""
        return {
            "sra_dns_server": self.host,
            "sra_dns_port": self.port,
            "sra_dns_zone": ZONE.rstrip("."),
            "sra_dns_record": RECORD.rstrip("."),
            "sra_dns_key_name": KEY_NAME.rstrip("."),
            "sra_dns_key_secret": self.secret,
            "sra_dns_key_algorithm": "hmac-sha256",
            "sra_dns_ttl": 5,
            "sra_dns_nameservers": [f"{self.host}:{self.port}"],
        }

    def answer(self, wire: bytes) -> bytes:
        """The reply to one message."""
        dns = _deps.dns
        request = dns.message.from_wire(wire, keyring=self._keyring)
        reply = dns.message.make_response(request)
        reply.flags |= dns.flags.AA
        with self._lock:
            if request.opcode() == dns.opcode.UPDATE:
                reply.set_rcode(self._update(request))
            else:
                reply.set_rcode(self._look_up(request.question[0], reply))
        packed: bytes = reply.to_wire()
        return packed

    def _look_up(self, question: t.Any, reply: t.Any) -> t.Any:
        dns = _deps.dns
        kind = dns.rdatatype.to_text(question.rdtype)
        records = {
            (ZONE, "SOA"): (60, f"ns.{ZONE} admin.{ZONE} {self._serial} 3600 600 86400 60"),
            (ZONE, "NS"): (60, f"ns.{ZONE}"),
            (f"ns.{ZONE}", "A"): (60, self.host),
            (RECORD, "A"): (self.ttl, self.address),
        }
        name = question.name.to_text().lower()
        found = records.get((name, kind))
        if found is not None:
            reply.answer.append(dns.rrset.from_text(question.name, found[0], "IN", kind, found[1]))
        known = any(name == owner for owner, _kind in records)
        return dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN

    def _update(self, request: t.Any) -> t.Any:
        """Take the update where it is signed and the record is what it was made for (RFC 2136, as far as it is used)."""
        dns = _deps.dns
        if not request.had_tsig:
            return dns.rcode.REFUSED
        expected = {entry.to_text() for rrset in request.prerequisite if _is_record(rrset) for entry in rrset}
        if expected and expected != {self.address}:
            return dns.rcode.NXRRSET
        for rrset in request.update:
            if _is_record(rrset) and len(rrset):
                self.address, self.ttl = rrset[0].to_text(), int(rrset.ttl)
        self._serial += 1
        self._moved(self.address)
        return dns.rcode.NOERROR


def _name(text: str) -> t.Any:
    return _deps.dns.name.from_text(text)


def _is_record(rrset: t.Any) -> bool:
    return bool(rrset.name.to_text().lower() == RECORD and rrset.rdtype == _deps.dns.rdatatype.A)
