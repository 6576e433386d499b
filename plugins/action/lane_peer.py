# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Add the peer of a lane to the inventory in memory, where the inventory holds one host a pair."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane.peer import describe_peer


class ActionModule(ActionBase):
    """Unlike ansible.builtin.add_host it runs for each lane by itself, whatever the strategy."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        known = task_vars or {}
        _unused, arguments = self.validate_argument_spec({"peer": {"type": "raw", "required": True}})
        try:
            peer = describe_peer(known["inventory_hostname"], arguments["peer"], known["hostvars"], known["groups"])
        except SraError as error:
            result.update(
                failed=True, msg=f"Nothing was contacted and nothing was changed. {error}", error=error.to_dict()
            )
            return result
        host = {"host_name": peer.name, "groups": list(peer.groups), "host_vars": peer.variables}
        result.update(changed=False, peer=peer.name, add_host=host)
        return result
