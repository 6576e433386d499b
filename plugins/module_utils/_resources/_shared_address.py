# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One address on one appliance's page Networking > IP Configuration: whether it is enabled, and the edit that is ready to save."""

from __future__ import annotations

import ipaddress
import typing as t

from .._errors import StateError
from .._module import Connection
from .._pages import ip_configuration as network_page

PAGE: t.Final = "/appliance > Networking > IP Configuration"


def same_address(one: str, other: str) -> bool:
    """Whether two texts are the same IP address (``fe80::1`` is ``FE80:0::1``)."""
    try:
        return ipaddress.ip_address(one.strip()) == ipaddress.ip_address(other.strip())
    except ValueError:
        return one.strip().casefold() == other.strip().casefold()


def is_enabled(connection: Connection, address: str) -> bool:
    """Read the page. Raises StateError where the appliance does not have the address."""
    network = network_page.read(connection.appliance_web)
    found = [entry for entry in network.addresses if same_address(entry.address, address)]
    if len(found) != 1:
        raise StateError(
            f"{address} is not an address of this appliance" if not found else f"{address} is listed more than once",
            appliance=connection.label,
            page=PAGE,
            expected=f"one entry {address}",
            candidates=[entry.address for entry in network.addresses],
            advice="Add the shared IP address on both appliances first, enabled on the primary only.",
        )
    if found[0].enabled is None:
        # The list does not show it; the edit page does.
        return bool(prepare(connection, address, True).already)
    return found[0].enabled


def prepare(connection: Connection, address: str, enabled: bool) -> network_page.Prepared:
    """Open and fill the edit page; nothing is sent before its ``commit``."""
    return network_page.prepare_enabled(connection.appliance_web, address, enabled)


def word(enabled: bool) -> str:
    return "enabled" if enabled else "disabled"
