# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hand one step to a person and wait until the appliances show its end, telling the progress while it waits."""

from __future__ import annotations

import datetime
import os
import typing as t

from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.bseries.sra.plugins.module_utils._guided import run as guided
from ansible_collections.bseries.sra.plugins.module_utils._module import (
    Connect,
    Params,
    execute,
    nested_connection_spec,
    nested_params,
)
from ansible_collections.bseries.sra.plugins.module_utils._printable import printable
from ansible_collections.bseries.sra.plugins.plugin_utils._in_process import die_with
from ansible_collections.bseries.sra.plugins.plugin_utils._progress import of_task
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import in_front

display = Display()

_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "step": {"type": "str", "required": True},
    "planned": {"type": "dict", "required": True},
    "a": {**nested_connection_spec(), "required": True},
    "b": nested_connection_spec(),
    "names": {"type": "dict", "required": True},
    "known": {"type": "dict", "required": True},
    "timeout": {"type": "int", "default": 14400},
    "target_version": {"type": "str"},
    "swing_method": {"type": "str"},
    "shared_ip": {"type": "str"},
    "site_hostname": {"type": "str"},
    "site_port": {"type": "int", "default": 443},
    "site_address": {"type": "str"},
    "backup_dir": {"type": "path"},
    "label": {"type": "str"},
}


class ActionModule(ActionBase):
    """Runs on the controller, because a module cannot tell anything before it ends. Writes nothing to an appliance."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        die_with(os.getppid())
        validation, arguments = self.validate_argument_spec(_SPEC)
        prefix = in_front(arguments.get("label"))

        def say(text: str) -> None:
            display.display("\n".join(prefix + printable(line) for line in text.splitlines()))

        def guide(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
            options = guided.Options.from_params(
                {**params, **{side: nested_params(params, side) for side in _given(params)}}
            )
            file = guided.backup_file(options, datetime.datetime.now(datetime.UTC))
            text = guided.explain(options, file)
            say(f"\n{text}")
            done = {"seconds": 0.0} if check_mode else guided.wait(options, file, say, connect)
            return {"changed": False, "backup": None, "text": text, **done}

        with of_task(self, task_vars or {}, None, speaks=True) as progress:
            outcome = execute(
                guide, arguments, check_mode=bool(self._task.check_mode), diff=False, listener=progress.hear
            )
        result.update(remove_values(outcome, validation._no_log_values))
        return result


def _given(params: Params) -> list[str]:
    return [side for side in ("a", "b") if params.get(side)]
