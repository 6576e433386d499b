# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real BIND 9 of its own on a high port: no root needed, nothing of the system's configuration.

BIND listens on addresses of interfaces only, so that all servers share one loopback address.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import typing as t

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

ZONE = "example.test"
KEY_NAME = "sra-swing"
ADDRESS = "127.0.0.1"


def need_bind() -> None:
    for program in ("named", "tsig-keygen"):
        if not _program(program):
            pytest.skip(f"{program} (BIND 9) is not installed")


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def make_key() -> tuple[str, str]:
    """The text of a new key for named.conf, and its secret."""
    program = _program("tsig-keygen")
    assert program is not None
    text = subprocess.run([program, "-a", "hmac-sha256", KEY_NAME], capture_output=True, text=True, check=True).stdout
    found = re.search(r'secret "([^"]+)"', text)
    assert found is not None
    return text, found[1]


def free_port() -> int:
    with socket.socket() as one:
        one.bind((ADDRESS, 0))
        return int(one.getsockname()[1])


class NameServer:
    """One named. ``zones`` is text for named.conf; a context manager."""

    def __init__(self, folder: pathlib.Path, zones: str, *, options: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.address = folder, ADDRESS
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "named.conf").write_text(
            f"""options {{
                directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key"; lock-file none;
                listen-on port {self.port} {{ {ADDRESS}; }}; listen-on-v6 {{ none; }}; dnssec-validation no;
                notify-delay 0; serial-query-rate 100; {options or "recursion no;"}
            }};
            controls {{ }};
            {zones}""",
            encoding="utf-8",
        )

    @property
    def label(self) -> str:
        return f"{self.address}:{self.port}"

    def __enter__(self) -> NameServer:
        program = _program("named")
        assert program is not None
        with (self.folder / "named.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-g", "-c", str(self.folder / "named.conf"), "-n", "1"], stdout=log, stderr=log
            )
        end = time.monotonic() + 8
        while not self._serves():
            log_text = (self.folder / "named.log").read_text(encoding="utf-8", errors="replace")
            assert self._process.poll() is None, log_text
            assert time.monotonic() < end, log_text
            time.sleep(0.05)
        return self

    def _serves(self) -> bool:
        try:
            answer = dns.query.tcp(dns.message.make_query(ZONE, "SOA"), self.address, 1, self.port)
        except (OSError, dns.exception.Timeout):
            return False
        return bool(answer.rcode() == dns.rcode.NOERROR and answer.answer)

    def __exit__(self, *_unused: object) -> None:
        self.stop()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def allow(self, before: str, now: str) -> None:
        """Start anew with ``now`` in its configuration where there was ``before``."""
        self.stop()
        path = self.folder / "named.conf"
        path.write_text(path.read_text(encoding="utf-8").replace(before, now), encoding="utf-8")
        self.__enter__()

    def ask(self, name: str, kind: str = "A") -> list[tuple[str, int]]:
        answer = dns.query.tcp(dns.message.make_query(name, kind), self.address, 5, self.port)
        return [(entry.address, rrset.ttl) for rrset in answer.answer for entry in rrset if rrset.rdtype.name == kind]

    def serial(self) -> int:
        answer = dns.query.tcp(dns.message.make_query(ZONE, "SOA"), self.address, 5, self.port)
        return int(next(iter(answer.answer[0])).serial)


def zone_file(folder: pathlib.Path, name_servers: t.Mapping[str, str], records: str) -> pathlib.Path:
    """A zone's file; ``name_servers`` are addresses by host name within the zone."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = "\n".join(f"@ NS {name}\n{name} A {address}" for name, address in name_servers.items())
    path = folder / "zone.db"
    path.write_text(
        f"$ORIGIN {ZONE}.\n$TTL 300\n@ SOA ns1 admin 1 3600 600 86400 60\n{servers}\n{records}\n", encoding="utf-8"
    )
    return path
