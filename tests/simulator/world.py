# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole simulation: all sites, one lock over all state, and what goes across sites."""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t
from pathlib import Path

from .certificates import Authority, Issued
from .clock import Timers
from .device import Device
from .faults import Faults
from .recorder import Recorder
from .scenario import PairOptions, Scenario
from .site import Site


@dataclasses.dataclass
class SignIn:
    """A session on a web interface; `ended` says how: sign_out, expired, restart, or None while it is open."""

    device: str
    interface: str
    user: str
    began: float
    ended: str | None = None


class World:
    """Create, `start`, and `stop`. Everything that reads or changes state holds `lock`."""

    def __init__(self, scenario: Scenario, work_dir: Path, authority: Authority, factory_authority: Authority) -> None:
        self.scenario = scenario
        self.work_dir = work_dir
        self.lock = threading.RLock()
        self.timers = Timers(scenario.time_scale)
        self.recorder = Recorder()
        self.faults = Faults(self.recorder.told)
        self.authority = authority
        self.factory_authority = factory_authority
        self.update_server_up = True
        self.sign_ins: list[SignIn] = []
        self.forgetters: list[t.Callable[[Device], None]] = []
        self.sites = [Site(self, options, self._certificate(options)) for options in scenario.pairs]
        self.devices = {device.name: device for site in self.sites for device in site.devices}
        if len(self.devices) != sum(len(site.devices) for site in self.sites):
            raise ValueError("device names must differ")

    def _certificate(self, pair: PairOptions) -> Issued:
        names = [pair.site.hostname]
        if pair.node_names_in_certificate:
            for options in filter(None, (pair.a, pair.b)):
                names += [f"{options.name}.example.com", options.address]
            if pair.site.shared_ip:
                names.append(pair.site.shared_ip)
        return self.authority.issue(names)

    def start(self) -> None:
        self.timers.start()
        with self.lock:
            for site in self.sites:
                site.start()

    def stop(self) -> None:
        self.timers.stop()
        with self.lock:
            for device in self.devices.values():
                device.listener.retire()
                if device.shared_listener is not None:
                    device.shared_listener.retire()

    @staticmethod
    def wall_clock() -> float:
        return time.time()

    @staticmethod
    def node_name(device: Device) -> str:
        """The host name of one device, as certificates and relationships may use it."""
        return f"{device.name}.example.com"

    def locked(self, callback: t.Callable[[], None]) -> None:
        with self.lock:
            callback()

    def after(self, seconds: float, callback: t.Callable[[], None]) -> int:
        """Call back, holding the lock, after so many simulated seconds."""
        return self.timers.after(seconds, lambda: self.locked(callback))

    def forget_sessions(self, device: Device) -> None:
        """The device restarted: no session and no token of it is valid any more."""
        for sign_in in self.sign_ins:
            if sign_in.device == device.name and sign_in.ended is None:
                sign_in.ended = "restart"
        for forget in self.forgetters:
            forget(device)
