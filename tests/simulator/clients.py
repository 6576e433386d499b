# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client software of a site: Jump Clients, Jumpoints and people, who connect to whichever device serves production.

States are computed from the clock when asked; nothing runs in between.
"""

from __future__ import annotations

import dataclasses
import heapq
import random

from .clock import Timers
from .scenario import Durations


@dataclasses.dataclass
class JumpClient:
    """One Jump Client. `connect_at` and `upgraded_at` are monotonic seconds (None: not scheduled)."""

    number: int
    name: str
    passive: bool
    version: str
    delay: float
    connect_at: float | None
    upgraded_at: float | None
    disconnected_at: float
    lost: bool = False


@dataclasses.dataclass(frozen=True)
class ClientState:
    """A Jump Client as the serving device sees it; times are monotonic seconds."""

    number: int
    name: str
    passive: bool
    online: bool
    pending: bool
    lost: bool
    connected_at: float
    disconnected_at: float


@dataclasses.dataclass
class Person:
    number: int
    name: str
    username: str
    delay: float
    since: float | None
    lsid: str


class Fleet:
    """All clients of one pair. `serving` names the device that they reach, None while production is away."""

    def __init__(
        self, timers: Timers, durations: Durations, seed: int, active: int, passive: int, jumpoints: int, users: int
    ) -> None:
        self._timers = timers
        self._durations = durations
        self._chance = random.Random(seed)
        self.serving: str | None = None
        self._version = ""
        self._since = timers.now()
        self.jumpoints = jumpoints
        start = timers.now() - 86400
        self.jump_clients = [
            JumpClient(
                number=number,
                name=f"workstation-{number:03d}",
                passive=number > active,
                version="",
                delay=self._chance.random(),
                connect_at=start,
                upgraded_at=start,
                disconnected_at=start - 60,
            )
            for number in range(1, active + passive + 1)
        ]
        self.people = [
            Person(number, f"User {number}", f"user{number}", self._chance.random(), start, f"{number:032x}")
            for number in range(1, users + 1)
        ]
        self._jumpoints_at = start

    def begin(self, serving: str | None, version: str) -> None:
        """The state at the start: everything is connected and up to date."""
        self.serving, self._version = serving, version
        for client in self.jump_clients:
            client.version = version

    def moved(self, serving: str | None, version: str, limit: int) -> None:
        """Production is served by another device, by none, or by the same device after a restart."""
        now = self._timers.now()
        self._settle(now)
        for client in self.jump_clients:
            if client.connect_at is not None and client.connect_at <= now:
                client.disconnected_at = now
            client.connect_at = client.upgraded_at = None
        for person in self.people:
            person.since = None
        self.serving, self._version, self._since = serving, version, now
        if serving is None:
            return
        for client in self.jump_clients:
            longest = self._durations.passive_return if client.passive else self._durations.jump_client_return
            client.connect_at = now + self._timers.real(longest * client.delay)
        for person in self.people:
            person.since = now + self._timers.real(self._durations.user_return * person.delay)
        self._jumpoints_at = now + self._timers.real(self._durations.jump_client_return / 2)
        self._schedule(now, limit)

    def limit_changed(self, limit: int) -> None:
        now = self._timers.now()
        self._settle(now)
        if self.serving is not None:
            self._schedule(now, limit)

    def lose(self, count: int) -> None:
        """So many active Jump Clients never come back."""
        for client in [client for client in self.jump_clients if not client.passive][:count]:
            client.lost = True

    def _settle(self, now: float) -> None:
        for client in self.jump_clients:
            if client.upgraded_at is not None and client.upgraded_at <= now and not client.lost:
                client.version = self._version

    def _schedule(self, now: float, limit: int) -> None:
        slots = [now] * max(1, limit)
        heapq.heapify(slots)
        for client in sorted(self.jump_clients, key=lambda each: each.connect_at or 0):
            if client.connect_at is None or client.lost:
                continue
            if client.version == self._version:
                client.upgraded_at = client.connect_at
                continue
            begin = max(heapq.heappop(slots), client.connect_at)
            client.upgraded_at = begin + self._timers.real(self._durations.jump_client_upgrade)
            heapq.heappush(slots, client.upgraded_at)

    def states(self, device: str) -> list[ClientState]:
        now = self._timers.now()
        self._settle(now)
        here = self.serving == device
        result = []
        for client in self.jump_clients:
            connected = client.connect_at is not None and client.connect_at <= now and not client.lost
            online = here and connected
            result.append(
                ClientState(
                    client.number,
                    client.name,
                    client.passive,
                    online,
                    online and client.version != self._version,
                    client.lost,
                    client.connect_at if online and client.connect_at is not None else client.disconnected_at - 3600,
                    client.disconnected_at,
                )
            )
        return result

    def jumpoints_connected(self, device: str) -> bool:
        return self.serving == device and self._timers.now() >= self._jumpoints_at

    def logged_in(self, device: str) -> list[Person]:
        now = self._timers.now()
        if self.serving != device:
            return []
        return [person for person in self.people if person.since is not None and person.since <= now]

    def log_out(self, number: int) -> bool:
        for person in self.people:
            if person.number == number and person.since is not None:
                person.since = None
                return True
        return False

    def end_session(self, lsid: str) -> bool:
        for person in self.people:
            if person.lsid == lsid and person.since is not None:
                person.lsid = ""
                return True
        return False
