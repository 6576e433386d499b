# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Command API tells, the same for both of its versions."""

from __future__ import annotations

import typing as t

from .api_common import date_time
from .device import Device
from .scenario import ApiAccount


class Health:
    """The health of a device; asked more than once within the cache time it answers what it answered before."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._answer: tuple[float, bool, dict[str, t.Any]] | None = None

    def forget(self) -> None:
        self._answer = None

    def read(self) -> tuple[bool, dict[str, t.Any]]:
        """Whether the appliance is healthy, and the facts."""
        timers = self._device.world.timers
        if self._answer is not None and timers.elapsed(self._answer[0]) < self._device.options.api.health_cache:
            return self._answer[1:]
        healthy = self._device.world.faults.strike("unhealthy", self._device.name) is None
        self._answer = (timers.now(), healthy, self._facts())
        return self._answer[1:]

    def _facts(self) -> dict[str, t.Any]:
        device = self._device
        relationship = device.site.relationship
        shared = device.shared_address
        facts: dict[str, t.Any] = {
            "version": device.product,
            "build": device.build,
            "appliance_hostname": device.world.node_name(device),
            "appliance_id": device.appliance_id,
            "cluster_role": "single",
            "failover_role": device.role,
            "enabled_shared_ips": [shared.address] if shared is not None and shared.enabled else None,
            "last_data_sync": None,
            "last_data_sync_status": None,
        }
        if relationship is not None and device.role == "primary" and relationship.last_sync is not None:
            facts["last_data_sync"] = date_time(relationship.last_sync)
            facts["last_data_sync_status"] = "Success" if relationship.last_sync_ok else "Failed"
        return facts


def appliances(device: Device) -> list[dict[str, t.Any]]:
    """The appliances that this one knows: itself, and its peer while they are in a relationship."""
    known = device.site.devices if device.site.relationship is not None else [device]
    return [
        {
            "id": each.appliance_id,
            "name": each.name,
            "public_hostname": each.world.node_name(each),
            "cluster_role": "single",
            "failover_role": each.role,
            "accepting_connections": each.phase == "up" and each.role != "backup",
            "timezone_offset": 0,
        }
        for each in known
    ]


def permissions(account: ApiAccount) -> dict[str, t.Any]:
    return {
        "perm_backup": account.backup,
        "perm_command": account.command,
        "perm_configuration": account.configuration,
        "perm_configuration_vault_account": False,
        "perm_ecm": False,
        "perm_reporting_asset": False,
        "perm_reporting_duplicate_jump_client": False,
        "perm_reporting_license": False,
        "perm_reporting_session": False,
        "perm_reporting_syslog": False,
        "perm_reporting_vault": False,
        "perm_vault_backup": account.vault_backup,
        "perm_scim": False,
    }


def client_count(device: Device) -> dict[str, int]:
    fleet = device.site.fleet
    return {
        "access_console": len(fleet.logged_in(device.name)),
        "asset_client": sum(state.online for state in fleet.states(device.name)),
        "gateway": fleet.jumpoints if fleet.jumpoints_connected(device.name) else 0,
    }
