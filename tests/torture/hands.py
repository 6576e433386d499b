# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person at the pages of a simulated pair, who knows no rules: over HTTPS, with a browser's means, and nothing of the collection."""

from __future__ import annotations

import contextlib
import pathlib
import tempfile
import typing as t

import lxml.etree
import requests
from benchmark.floor import Device

from simulator.process import SimulatorProcess

_IN_THE_WAY: t.Final = (
    requests.RequestException,
    lxml.etree.LxmlError,
    StopIteration,
    TimeoutError,
    KeyError,
    AttributeError,
    ValueError,
)
"""A page that does not come, or has not the form that is looked for: a person gives up there."""


class Hands:
    """Whatever is done here is the person's fault: ``violations`` are those of the simulator that came of it."""

    def __init__(self, simulator: SimulatorProcess) -> None:
        self._simulator = simulator
        self.violations: list[dict[str, t.Any]] = []

    def swing(self, to: str) -> bool:
        """Move the shared IP as one does it by hand: off on the one device, then on on the other."""
        return self.shared_ip("a" if to == "b" else "b", on=False) and self.shared_ip(to, on=True)

    def shared_ip(self, letter: str, *, on: bool) -> bool:
        address = self._simulator.ready["pairs"][0]["shared_ip"]
        return self._at(letter, lambda device: device.appliance.post(*device.address(address, on)))

    def separate(self, letter: str) -> bool:
        return self._at(letter, lambda device: device.separate())

    def establish(self, letter: str) -> bool:
        """Make this device the primary of a relationship with the other one."""
        ready = self._simulator.ready
        with tempfile.TemporaryDirectory() as folder:
            return self._at(
                letter,
                lambda device: device.establish(Device(ready, "a" if letter == "b" else "b", pathlib.Path(folder))),
            )

    def install(self, letter: str) -> bool:
        """Begin the next install that the page offers, and leave."""
        return self._at(letter, lambda device: device.install(device.offered()))

    def limit(self, letter: str, number: int) -> bool:
        """Change how many Jump Clients are upgraded at once."""

        def change(device: Device) -> None:
            page = device.login.get("/login/jump/jump_clients.ns")
            fields = {"jump_client_settings[limit]": str(number)}
            device.login.press(page, "jump_client_settings[submit][save]", **fields)

        return self._at(letter, change)

    def _at(self, letter: str, act: t.Callable[[Device], t.Any]) -> bool:
        """Whether it could be done, as far as a person sees it."""
        before = len(self._simulator.violations())
        with tempfile.TemporaryDirectory(prefix="hands-") as folder:
            try:
                device = Device(self._simulator.ready, letter, pathlib.Path(folder))
                try:
                    act(device)
                finally:
                    with contextlib.suppress(*_IN_THE_WAY):
                        device.appliance.sign_out()
                        device.login.sign_out()
            except _IN_THE_WAY:
                return False
            finally:
                self.violations += self._simulator.violations()[before:]
        return True
