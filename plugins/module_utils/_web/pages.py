# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that the procedures need: where they stand in the menus, and by what they are known again."""

from __future__ import annotations

import dataclasses
import typing as t

Interface = t.Literal["appliance", "login"]


@dataclasses.dataclass(frozen=True)
class PageSpec:
    """``paths`` are the ways through the menus as control keys, the usual one first; ``marks`` are keys only this page shows."""

    interface: Interface
    paths: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]
    names: str

    @property
    def leaf(self) -> str:
        return self.paths[0][-1]


PAGES: t.Final[dict[str, PageSpec]] = {
    "basics": PageSpec(
        "appliance",
        (("status", "basics"), ("status",)),
        ("appliance_id", "base_version", "reset_appliance"),
        "Status > Basics",
    ),
    "ip_configuration": PageSpec(
        "appliance",
        (("networking", "ip_configuration"), ("networking",)),
        ("ip_address", "netmask", "ntp_server"),
        "Networking > IP Configuration",
    ),
    "certificates": PageSpec(
        "appliance",
        (("security", "certificates"), ("security",)),
        ("issued_to", "issued_by"),
        "Security > Certificates",
    ),
    "updates": PageSpec(
        "appliance",
        (("updates",), ("support", "updates"), ("status", "updates")),
        ("check_for_updates", "available_updates", "appliance_download_key", "update_software"),
        "Updates",
    ),
    "software_management": PageSpec(
        "login",
        (("management", "software_management"),),
        ("download_backup", "upload_backup", "backup_settings"),
        "Management > Software Management",
    ),
    "failover": PageSpec(
        "login",
        (("management", "failover"),),
        (
            "sync_now",
            "break_relationship",
            "failover_not_configured",
            "new_backup_connection",
            "become_primary",
            "become_backup",
        ),
        "Management > Failover",
    ),
    "login_security": PageSpec("login", (("management", "security"),), ("pre_shared_key",), "Management > Security"),
    "jump_clients": PageSpec("login", (("jump", "jump_clients"),), ("max_concurrent_upgrades",), "Jump > Jump Clients"),
    "information": PageSpec(
        "login", (("status", "information"), ("status",)), ("product_version", "product_build"), "Status > Information"
    ),
}

# Menu entries that may hide others; only these are ever opened while looking for a page.
MENUS: t.Final = ("status", "networking", "security", "support", "management", "jump", "updates")
