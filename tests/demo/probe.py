# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the production address again and again from outside, as a client would, and note when nobody answers."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import threading
import time


@dataclasses.dataclass(frozen=True)
class Outage:
    """A stretch without a healthy answer; ``began`` in seconds since the probe started."""

    began: float
    seconds: float
    reason: str


class ProductionProbe:
    """A thread that asks ``/check_health`` on the production address under the site's name, TLS verified."""

    def __init__(self, hostname: str, address: str, port: int, ca_path: str, interval: float = 0.05) -> None:
        self._target = (address, port)
        self._hostname = hostname
        self._interval = interval
        self._context = ssl.create_default_context(cafile=ca_path)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="production-probe", daemon=True)
        self._outages: list[Outage] = []
        self._down_since: float | None = None
        self._reason = ""
        self._began = 0.0
        self.asked = 0

    def __enter__(self) -> ProductionProbe:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)
        self._note(None, time.monotonic())

    @property
    def outages(self) -> tuple[Outage, ...]:
        return tuple(self._outages)

    @property
    def away_seconds(self) -> float:
        """How long nobody answered, in all."""
        return sum(outage.seconds for outage in self._outages)

    def _run(self) -> None:
        while not self._stop.is_set():
            asked_at = time.monotonic()
            failure = self._ask()
            self.asked += 1
            self._note(failure, asked_at)
            self._stop.wait(self._interval)

    def _note(self, failure: str | None, at: float) -> None:
        if failure is not None:
            if self._down_since is None:
                self._down_since, self._reason = at, failure
        elif self._down_since is not None:
            self._outages.append(Outage(self._down_since - self._began, at - self._down_since, self._reason))
            self._down_since = None

    def _ask(self) -> str | None:
        try:
            with (
                socket.create_connection(self._target, timeout=2) as plain,
                self._context.wrap_socket(plain, server_hostname=self._hostname) as secure,
            ):
                secure.sendall(
                    f"GET /check_health HTTP/1.1\r\nHost: {self._hostname}:{self._target[1]}\r\nConnection: close\r\n\r\n".encode()
                )
                status = secure.recv(64).split(b"\r\n", 1)[0].decode("ascii", "replace")
        except OSError as error:
            return f"{type(error).__name__}: {error}"
        return None if " 200" in status else status
