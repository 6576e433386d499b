# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happened: the log of requests, the violations of the rules, who held the shared IP when."""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t


@dataclasses.dataclass
class Entry:
    """One request. `kind` is read, write or session; `operation` is an API operation; times are Unix seconds.

    `deeds` is how many different changes the appliances had been told before it; what is told twice counts once.
    """

    seq: int
    time: float
    device: str
    address: str
    interface: str
    method: str
    path: str
    connection: int
    screen: str = ""
    action: str = ""
    operation: str = ""
    kind: str = "read"
    status: int = 0
    fault: str = ""
    deeds: int = 0


class Recorder:
    """Thread-safe; entries keep the order in which requests began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._violations: list[dict[str, t.Any]] = []
        self._timeline: list[dict[str, t.Any]] = []
        self._deeds: list[dict[str, t.Any]] = []

    def begin(self, **values: t.Any) -> Entry:
        with self._lock:
            entry = Entry(seq=len(self._entries) + 1, time=time.time(), deeds=self._told(), **values)
            self._entries.append(entry)
            return entry

    def violation(self, name: str, device: str, details: str) -> None:
        with self._lock:
            self._violations.append({"name": name, "time": time.time(), "device": device, "details": details})

    def deed(self, device: str, what: str) -> None:
        """The appliance was told to change something, and it does."""
        with self._lock:
            self._deeds.append({"time": time.time(), "device": device, "what": what})

    def holder(self, pair: str, device: str | None) -> None:
        """The shared IP of the pair is answered by this device from now on, or by none."""
        with self._lock:
            self._timeline.append({"time": time.time(), "pair": pair, "holder": device})

    def entries(self, after: int = 0) -> list[dict[str, t.Any]]:
        with self._lock:
            return [dataclasses.asdict(entry) for entry in self._entries[after:]]

    def violations(self) -> list[dict[str, t.Any]]:
        with self._lock:
            return list(self._violations)

    def timeline(self) -> list[dict[str, t.Any]]:
        with self._lock:
            return list(self._timeline)

    def told(self) -> int:
        """How many different changes the appliances have been told."""
        with self._lock:
            return self._told()

    def _told(self) -> int:
        return len({(deed["device"], deed["what"]) for deed in self._deeds})

    def deeds(self) -> list[dict[str, t.Any]]:
        with self._lock:
            return list(self._deeds)

    def clear(self) -> None:
        with self._lock:
            self._deeds.clear()
            self._entries.clear()
            self._violations.clear()
            self._timeline.clear()
