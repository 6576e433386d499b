# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep other runs away from the appliances of a lane for as long as this one lives."""

from __future__ import annotations

import os
import pathlib
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane.lock import held_by_others, take
from ansible_collections.bseries.sra.plugins.module_utils._live import listening
from ansible_collections.bseries.sra.plugins.plugin_utils._in_process import die_with
from ansible_collections.bseries.sra.plugins.plugin_utils._progress import of_task

ARGUMENT_SPEC: t.Final = {
    "paths": {"type": "list", "elements": "path", "required": True},
    "procedure": {"type": "str", "required": True},
    "wait": {"type": "int", "default": 0},
}


class ActionModule(ActionBase):
    """The module of the same name documents it. Always on the controller, whose process the locks are for."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _unused, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        # A task runs in a child of Ansible's main process, which is what a run is.
        run = os.getppid()
        die_with(run)
        paths = [pathlib.Path(path) for path in arguments["paths"]]
        result.update(changed=False, held_by_others=[])
        try:
            if self._task.check_mode:
                result["held_by_others"] = held_by_others(paths, run)
            else:
                with of_task(self, task_vars or {}, None) as progress, listening(progress.hear):
                    take(paths, run, arguments["procedure"], arguments["wait"])
        except OSError as error:
            result["warnings"] = [
                f"No lock could be taken in {paths[0].parent}: {error.strerror or error}. See to it that no other run works on these appliances."
            ]
        except SraError as error:
            result.update(failed=True, msg=str(error), error=error.to_dict())
        return result
