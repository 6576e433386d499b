# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe outside: a program of its own that asks the site's health check while a playbook runs, and ends with it.

Started as ``python probe.py`` with its options as one JSON object on standard input; it needs nothing but Python. It writes one line
for each change of what it sees, and one a while as a sign of life, so that its file stays small however long the run is.
Nothing that it sends or writes is secret: the health check needs no account.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import select
import signal
import socket
import ssl
import sys
import time
import typing as t

SIGN_OF_LIFE: t.Final = 30.0
"""Seconds between two lines where nothing changes."""
LONGEST: t.Final = 14 * 86400.0
"""Seconds after which the probe ends, whatever else."""
# What a web server says while the appliance behind it is not up.
_AWAY: t.Final = range(500, 600)


@dataclasses.dataclass(frozen=True)
class Target:
    """Whom to ask: the site's name at ``address``, else where the name leads at each question. Times in seconds."""

    hostname: str
    port: int
    address: str | None
    ca_path: str | None
    validate_certs: bool
    timeout: float

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not self.validate_certs:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self.ca_path is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            for file in _files(pathlib.Path(self.ca_path)):
                # A folder may hold other things beside certificates.
                with contextlib.suppress(ssl.SSLError):
                    context.load_verify_locations(cafile=str(file))
        return context


def _files(path: pathlib.Path) -> list[pathlib.Path]:
    return sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]


def ask(target: Target, context: ssl.SSLContext) -> str | None:
    """None where the site answers, else why it does not."""
    try:
        with (
            socket.create_connection((target.address or target.hostname, target.port), target.timeout) as plain,
            context.wrap_socket(plain, server_hostname=target.hostname) as secure,
        ):
            host = f"[{target.hostname}]" if ":" in target.hostname else target.hostname
            where = host if target.port == 443 else f"{host}:{target.port}"
            secure.sendall(f"GET /check_health HTTP/1.1\r\nHost: {where}\r\nConnection: close\r\n\r\n".encode("ascii"))
            words = secure.recv(256).split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ", 2)
    except TimeoutError:
        return "no answer in time"
    except (OSError, UnicodeError) as error:
        return _words(error)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        return "closed without an answer"
    return f"status {words[1]}" if int(words[1]) in _AWAY else None


def _words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError):
        return "connection reset"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no TLS"
    if isinstance(error, socket.gaierror):
        return "the name leads nowhere"
    return getattr(error, "strerror", None) or type(error).__name__


class Samples:
    """The file of what was seen: ``at`` (seconds since 1970), ``away`` (None or why), ``asked`` (so many times until then)."""

    def __init__(self, path: pathlib.Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8")
        self._asked = 0
        self._last: tuple[float, str | None] | None = None

    def note(self, at: float, away: str | None) -> None:
        self._asked += 1
        if self._last is None or self._last[1] != away or at - self._last[0] >= SIGN_OF_LIFE:
            self._write(at, away)

    def end(self, at: float) -> None:
        if self._last is not None:
            self._write(at, self._last[1])
        self._file.close()

    def _write(self, at: float, away: str | None) -> None:
        self._last = at, away
        self._file.write(json.dumps({"at": round(at, 3), "away": away, "asked": self._asked}) + "\n")
        self._file.flush()


class Controller:
    """Ansible's main process: the probe ends with it, at once where the kernel tells, else within one question."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._handle: int | None = None
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(pid)

    def wait(self, seconds: float) -> bool:
        """Sleep so long; True where the controller is gone."""
        if self._handle is not None:
            return bool(select.select([self._handle], [], [], seconds)[0])
        time.sleep(seconds)
        try:
            os.kill(self._pid, 0)
        except OSError:
            return True
        return False


class _Stopped(Exception):
    """Told to end."""


def watch(target: Target, samples: Samples, controller: Controller, interval: float) -> None:
    """Ask every ``interval`` seconds until the controller is gone or the signal to end comes."""
    context = target.context()
    ends = time.monotonic() + LONGEST
    try:
        while time.monotonic() < ends:
            began = time.monotonic()
            at = time.time()
            samples.note(at, ask(target, context))
            if controller.wait(max(0.0, interval - (time.monotonic() - began))):
                return
    except _Stopped:
        return
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        samples.end(time.time())


def _stop(_number: int, _frame: t.Any) -> None:
    raise _Stopped


def main() -> None:
    """Read the options and watch."""
    options = json.load(sys.stdin)
    controller = Controller(options["controller"])
    signal.signal(signal.SIGTERM, _stop)
    # Ctrl-C at the terminal is meant for Ansible; its end is ours.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target = Target(**options["target"])
    watch(target, Samples(pathlib.Path(options["file"])), controller, options["interval"])


if __name__ == "__main__":
    main()
