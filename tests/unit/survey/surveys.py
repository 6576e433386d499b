# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Surveys as plain data, for tests of verdicts and reports."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._records import as_data
from ansible_collections.bseries.sra.plugins.module_utils._survey.controls import NAMES
from ansible_collections.bseries.sra.plugins.module_utils._survey.model import (
    ApiSeen,
    ControlSeen,
    InterfaceSeen,
    PageSeen,
    Permission,
    State,
    Survey,
)
from ansible_collections.bseries.sra.plugins.module_utils._web.pages import PAGES

CONTROLS: t.Final = {
    "basics": ("base_version", "appliance_id", "reset_appliance", "shut_down_appliance"),
    "ip_configuration": ("addresses", "enabled", "save_changes"),
    "certificates": ("certificates", "export"),
    "updates": ("list", "check_for_updates", "install_this_update", "appliance_download_key"),
    "failover": ("relationship", "sync_now", "break_relationship", "establish_relationship"),
    "software_management": ("download_backup",),
    "login_security": ("pre_shared_key",),
    "jump_clients": ("max_concurrent_upgrades",),
}
UNSEEN: t.Final = {
    "primary": ("list", "install_this_update", "establish_relationship"),
    "backup": ("list", "install_this_update", "establish_relationship"),
    "none": ("list", "install_this_update", "sync_now", "break_relationship"),
}


def survey(
    host: str = "192.0.2.11",
    stands: str = "primary",
    controls: t.Mapping[str, State] | None = None,
    pages: t.Mapping[str, State] | None = None,
    apis: t.Mapping[str, bool] | None = None,
    signed_in: bool = True,
    granted: bool | None = True,
    **more: t.Any,
) -> dict[str, t.Any]:
    """A survey in which everything is found, but for what is told otherwise."""
    wanted, answers = controls or {}, {"command_v2": True, "command_v1": True, "backup": True, **(apis or {})}

    def control(key: str) -> ControlSeen:
        state = wanted.get(key) or ("not_visible" if key in UNSEEN[stands] else "found")
        lacks = state in ("missing", "not_understood")
        return ControlSeen(
            key, NAMES[key], state, NAMES[key], "button", None, "some reason", (), "do it" if lacks else ""
        )

    def page(key: str) -> PageSeen:
        state = (pages or {}).get(key, "found")
        found = tuple(control(name) for name in CONTROLS[key]) if state == "found" else ()
        return PageSeen(key, PAGES[key].interface, PAGES[key].names, state, ("Menu",), f"/{key}", "en", controls=found)

    made = Survey(
        host=host,
        port=443,
        label=f"{host}:443",
        surveyed="2026-11-22T15:04:05Z",
        reached=True,
        stands=stands,
        versions={"product": "12.1.0", "build": "1", "base": "3.2.4"},
        interfaces=(
            InterfaceSeen("appliance", True, "en"),
            InterfaceSeen("login", signed_in, "en", "" if signed_in else "refused"),
        ),
        pages=tuple(page(key) for key in CONTROLS),
        apis=tuple(ApiSeen(name, name, answer, "detail") for name, answer in answers.items()),
        permissions=(Permission("perm_command", "Command API: Read Only", "x", granted, True),),
        **more,
    )
    data: dict[str, t.Any] = as_data(made)
    return data


def pair(**of_a: t.Any) -> list[dict[str, t.Any]]:
    return [survey(**of_a), survey("192.0.2.12", "backup")]
