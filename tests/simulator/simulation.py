# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running simulation: the world, its web servers and the update server, which can be set back to the start."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .certificates import Authority
from .device import Device
from .front import Front
from .scenario import Scenario
from .update_server import HOST_NAME, UpdateServer
from .world import World


class Simulation:
    def __init__(self, scenario: Scenario, work_dir: Path) -> None:
        self.scenario = scenario
        self.work_dir = work_dir
        self.ca_path = work_dir / "ca.pem"
        self._authority = Authority()
        self.ca_path.write_bytes(self._authority.pem)
        #: Who signed the certificates that appliances leave the factory with.
        self._factory_authority = Authority("Simulated Factory CA")
        self.factory_ca_path = work_dir / "factory-ca.pem"
        self.factory_ca_path.write_bytes(self._factory_authority.pem)
        self._build()

    def _build(self) -> None:
        self.world = World(self.scenario, self.work_dir, self._authority, self._factory_authority)
        fronts = {name: Front(device) for name, device in self.world.devices.items()}
        for name, device in self.world.devices.items():
            device.serve_with(fronts[name].handle)
        self.world.forgetters.append(lambda device: fronts[device.name].forget())
        self._update_server = UpdateServer(self.world)

    def start(self) -> None:
        """Raises OSError when an address is taken."""
        self._update_server.listener.open()
        self.world.start()

    def stop(self) -> None:
        self._update_server.listener.close()
        self.world.stop()

    def reset(self) -> None:
        """Everything as at the start, with the same CA; logs and faults are forgotten."""
        self.stop()
        self._build()
        self.start()

    def ready(self, control_url: str) -> dict[str, t.Any]:
        """What a user of the simulation needs to know."""
        scenario = self.scenario
        return {
            "control": control_url,
            "ca_path": str(self.ca_path),
            "factory_ca_path": str(self.factory_ca_path),
            "time_scale": scenario.time_scale,
            "seed": scenario.seed,
            "update_server": {
                "address": scenario.update_address,
                "port": scenario.update_port,
                "hostname": HOST_NAME,
            },
            "pairs": [
                {
                    "name": site.options.name,
                    "hostname": site.options.site.hostname,
                    "port": site.options.site.port,
                    "shared_ip": site.options.site.shared_ip,
                    "devices": {device.side: _device_facts(device) for device in site.devices},
                }
                for site in self.world.sites
            ],
        }


def _device_facts(device: Device) -> dict[str, t.Any]:
    options = device.options
    return {
        "name": device.name,
        "address": options.address,
        "port": options.port,
        "skin": options.skin,
        "appliance_id": device.appliance_id,
        "appliance_username": options.appliance_accounts[0].username,
        "appliance_password": options.appliance_accounts[0].password,
        "login_username": options.login_accounts[0].username,
        "login_password": options.login_accounts[0].password,
        "client_id": options.api_accounts[0].client_id,
        "client_secret": options.api_accounts[0].client_secret,
    }
