# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model of a pair for the planner's tests: states as ``appliance_info`` and ``site_probe`` would return them."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

OLD, NEW = "12.1.0", "12.2.0"
OLD_BASE, NEW_BASE = "3.2.4", "3.3.2"
SHARED_IP = "192.0.2.10"
IDS = {"a": "a" * 32, "b": "b" * 32}


def base_package(installable: bool = True, version: str = NEW_BASE) -> dict[str, t.Any]:
    return {"name": f"Base Software {version}", "kind": "base", "version": version, "installable": installable}


def product_package(installable: bool = True, version: str = NEW) -> dict[str, t.Any]:
    reason = None if installable else f"{OLD_BASE} does not satisfy {version}'s requirements."
    name = f"Bomgar-{version}"
    return {"name": name, "kind": "product", "version": version, "installable": installable, "reason": reason}


@dataclasses.dataclass
class Device:
    """One simulated appliance: the product is offered blocked until the Base is new."""

    letter: str
    product: str = OLD
    base: str = OLD_BASE
    role: str = "none"
    synced: bool = False
    shared_ip: bool = False
    progress: dict[str, t.Any] | None = None

    def offered(self) -> list[dict[str, t.Any]]:
        packages = [] if self.base == NEW_BASE else [base_package()]
        return packages if self.product == NEW else [*packages, product_package(self.base == NEW_BASE)]

    def info(self) -> dict[str, t.Any]:
        last_sync = "2026-03-07T21:00:00Z" if self.role == "primary" and self.synced else None
        return {
            "host": f"sra-{self.letter}.example.com",
            "port": 443,
            "appliance_id": IDS[self.letter],
            "version": self.product,
            "build": "1",
            "base_version": self.base,
            "failover_role": self.role,
            "enabled_shared_ips": [SHARED_IP] if self.shared_ip else [],
            "api": {"product": "pra"},
            "health": {"healthy": True, "failover_role": self.role, "last_data_sync": last_sync},
            "failover": {
                "configured": self.role != "none",
                "role": self.role,
                "last_sync": last_sync,
                "last_sync_text": None,
                "sync_running": False,
            },
            "updates": {"listed": True, "available": self.offered(), "progress": self.progress},
            "network": {"addresses": [{"address": SHARED_IP, "enabled": self.shared_ip}]},
        }


@dataclasses.dataclass
class Pair:
    """Both devices; the site is served by whoever has the shared IP."""

    a: Device = dataclasses.field(default_factory=lambda: Device("a", role="primary", synced=True, shared_ip=True))
    b: Device = dataclasses.field(default_factory=lambda: Device("b", role="backup"))

    def copy(self) -> Pair:
        return copy.deepcopy(self)

    def device(self, letter: str) -> Device:
        return self.b if letter == "b" else self.a

    def site(self) -> dict[str, t.Any]:
        serving = next((device for device in (self.a, self.b) if device.shared_ip), None)
        return {
            "hostname": "support.example.com",
            "address": SHARED_IP,
            "port": 443,
            "answering": serving is not None,
            "appliance_id": IDS[serving.letter] if serving else None,
            "version": serving.product if serving else None,
        }

    def separated(self) -> Pair:
        self.a.role = self.b.role = "none"
        self.a.synced = self.b.synced = False
        return self

    def updated(self, letter: str) -> Pair:
        self.device(letter).base, self.device(letter).product = NEW_BASE, NEW
        return self

    def swung(self) -> Pair:
        self.a.shared_ip, self.b.shared_ip = False, True
        return self

    def paired(self, primary: str, synced: bool = True) -> Pair:
        for device in (self.a, self.b):
            device.role = "primary" if device.letter == primary else "backup"
            device.synced = synced and device.letter == primary
        return self
