# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An old appliance and a new one fresh from the factory, and the tasks that swing production."""

from __future__ import annotations

import typing as t

from .conftest import Lab

PASSPHRASE = "a passphrase for the key"

# The package of the version that the old appliance runs is still offered, as the vendor does for a new appliance.
PACKAGES = [
    {"kind": "base", "version": "3.3.2"},
    {"kind": "product", "version": "12.1.0", "build": "52301", "requires_base": "3.3.2", "licence_agreement": True},
]
# What the site's address is translated to, switched as a firewall's administrator would.
SWING = """
- name: Send the site's address to {{ sra_swing_to }}
  ansible.builtin.uri:
    url: "{{ simulator_control }}/device"
    method: POST
    body_format: json
    body: {device: "{{ item.name }}", changes: {shared_ip_enabled: "{{ item.enabled }}"}}
  loop:
    - {name: "{{ sra_swing_from }}", enabled: false}
    - {name: "{{ sra_swing_to }}", enabled: true}
  changed_when: true
"""

SCENARIO: dict[str, t.Any] = {
    "packages": PACKAGES,
    "pairs": [
        {
            "name": "one",
            "paired": False,
            "a": {"base": "3.3.2"},
            "b": {"factory_new": True, "web": {"first_agreement": True}},
        }
    ],
}
SETTINGS = {
    "sra_certificate_passphrase": PASSPHRASE,
    "sra_backup_password": "a password for the backup",
    "sra_swing_method": "custom",
}


def scenario(old: str, new: str) -> dict[str, t.Any]:
    """With the skins of both appliances."""
    pair = SCENARIO["pairs"][0]
    return {**SCENARIO, "pairs": [{**pair, "a": {**pair["a"], "skin": old}, "b": {**pair["b"], "skin": new}}]}


def prepare(lab: Lab, spelled: t.Callable[[str], str] = str) -> None:
    """Write the tasks that swing production, and the inventory, with the addresses of the appliances as ``spelled``."""
    tasks = lab.folder / "swing.yml"
    tasks.write_text(SWING, encoding="utf-8")

    def hardware(data: dict[str, t.Any]) -> None:
        children = data["all"]["children"]
        data["all"]["children"] = {"old_appliance": children["device_a"], "new_appliance": children["device_b"]}
        for name in [name for name, value in data["all"]["vars"].items() if value is None]:
            del data["all"]["vars"][name]
        data["all"]["vars"].update(sra_swing_tasks=str(tasks), simulator_control=lab.simulator.ready["control"])
        for group in data["all"]["children"].values():
            for name, host in group["hosts"].items():
                host["sra_site_address"] = host["sra_shared_ip"]
                host["sra_host"] = spelled(host["sra_host"])
                host["sra_factory_ca_path"] = lab.simulator.ready["factory_ca_path"]
                host["sra_factory_tls_server_name"] = f"{name}.example.com"

    lab.write_inventory(hardware)
