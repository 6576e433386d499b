# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test puts into the simulation: which kind, on which device, for which requests, how often."""

from __future__ import annotations

import dataclasses
import itertools
import re
import threading
import typing as t

#: Faults that strike a request, and what they do to it.
REQUEST_KINDS = frozenset({"reset", "status", "slow", "torn_tls", "session_expired", "token_revoked", "html", "hold"})
#: Faults that strike something that the appliance does.
OTHER_KINDS = frozenset(
    {
        "refuse",
        "lockout",
        "install_failed",
        "install_hangs",
        "base_install_failed",
        "sync_stuck",
        "sync_failed",
        "backup_truncated",
        "backup_html",
        "certificate_changed",
        "key_mismatch",
        "licence_page",
        "missing_control",
        "shared_ip_refused",
        "update_vanished",
        "jump_clients_lost",
        "peer_unreachable",
        "update_server_down",
        "package_cut",
        "role_change_failed",
        "unhealthy",
    }
)
_MATCHERS = ("interface", "method", "path", "screen", "action", "operation", "address", "kind_of_request")


class FaultError(ValueError):
    """The description of the fault is not understood."""


@dataclasses.dataclass
class Fault:
    """One fault. `count` is how often it still strikes (None: until removed), `skip` how many matches pass first.

    It strikes nothing before the appliances had been told `deeds` different changes, nor when they had been told `until`, nor before the fault with the number
    `following` has struck, nor before it is `armed`. `at` is the number of the request that it struck last. One that is
    held waits for `release`.
    """

    number: int
    kind: str
    device: str | None
    count: int | None
    skip: int
    after: bool
    match: dict[str, re.Pattern[str]]
    options: dict[str, t.Any]
    deeds: int = 0
    following: int | None = None
    until: int | None = None
    armed: bool = True
    struck: int = 0
    at: int = 0
    released: threading.Event = dataclasses.field(default_factory=threading.Event)

    @property
    def held(self) -> bool:
        """Whether a request is being held now."""
        return self.kind == "hold" and self.struck > 0 and not self.released.is_set()

    def describe(self) -> dict[str, t.Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "device": self.device,
            "count": self.count,
            "struck": self.struck,
            "at": self.at,
            "held": self.held,
            "match": {key: pattern.pattern for key, pattern in self.match.items()},
            **self.options,
        }


class Faults:
    """Thread-safe list of faults. `told` counts the different changes that the appliances have been told so far."""

    def __init__(self, told: t.Callable[[], int]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._faults: list[Fault] = []

    def add(self, data: dict[str, t.Any]) -> Fault:
        """Add a fault from its JSON description. Raises FaultError."""
        data = dict(data)
        kind = str(data.pop("kind", ""))
        if kind not in REQUEST_KINDS | OTHER_KINDS:
            raise FaultError(f"unknown kind {kind!r}; known are {', '.join(sorted(REQUEST_KINDS | OTHER_KINDS))}")
        match = data.pop("match", None) or {}
        unknown = set(match) - set(_MATCHERS)
        if unknown:
            raise FaultError(f"unknown matchers {sorted(unknown)}; known are {list(_MATCHERS)}")
        with self._lock:
            fault = Fault(
                next(self._numbers),
                kind,
                data.pop("device", None),
                data.pop("count", 1 if kind in REQUEST_KINDS else None),
                int(data.pop("skip", 0)),
                data.pop("when", "before") == "after",
                {key: re.compile(value) for key, value in match.items()},
                data,
                int(data.pop("deeds", 0)),
                data.pop("following", None),
                data.pop("until", None),
                bool(data.pop("armed", True)),
            )
            self._faults.append(fault)
            return fault

    def clear(self) -> None:
        self.release()
        with self._lock:
            self._faults.clear()

    def arm(self) -> None:
        """Let those strike that were put without being armed."""
        with self._lock:
            for fault in self._faults:
                fault.armed = True

    def release(self) -> None:
        """Let the requests go that are held: they are cut off."""
        with self._lock:
            for fault in self._faults:
                fault.released.set()

    def describe(self) -> list[dict[str, t.Any]]:
        with self._lock:
            return [fault.describe() for fault in self._faults]

    def strike(self, kind: str, device: str | None = None) -> Fault | None:
        """The fault of this kind that strikes now, counted as used."""
        with self._lock:
            for fault in self._faults:
                if fault.kind == kind and self._is_due(fault, device, self._told()) and self._use(fault):
                    return fault
        return None

    def strike_request(
        self,
        device: str,
        facts: dict[str, str],
        deeds: int,
        *,
        after: bool,
        kinds: t.Collection[str] = REQUEST_KINDS,
        number: int = 0,
    ) -> Fault | None:
        """The fault that strikes the request with these facts, before or after the appliance has acted on it.

        `deeds` counts the different changes before this request, which has the `number` in the log.
        """
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or fault.after is not after or not self._is_due(fault, device, deeds):
                    continue
                if all(pattern.search(facts.get(key, "")) for key, pattern in fault.match.items()) and self._use(fault):
                    fault.at = number
                    return fault
        return None

    def _is_due(self, fault: Fault, device: str | None, deeds: int) -> bool:
        if not fault.armed or fault.device not in (None, device) or deeds < fault.deeds:
            return False
        if fault.until is not None and deeds >= fault.until:
            return False
        return fault.following is None or any(each.number == fault.following and each.struck for each in self._faults)

    @staticmethod
    def _use(fault: Fault) -> bool:
        if fault.count is not None and fault.count <= 0:
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.count is not None:
            fault.count -= 1
        fault.struck += 1
        return True
