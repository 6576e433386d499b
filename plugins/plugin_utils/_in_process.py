# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that do a module's work in Ansible's own process.

A module is packed, written, started and unpacked for each task, which costs many times what most of these tasks need. The
controller is where they run in any case, so the very same code is called directly. Delegated to another machine, the
module runs there as usual.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils import _deps
from ansible_collections.bseries.sra.plugins.module_utils._module import Run, execute

# Loaded once in the controller's main process, from which the workers of all tasks are forked. A missing library is
# named by the task that needs it.
for _name in ("requests", "urllib3", "requests_toolbelt", "lxml_html", "lxml_etree", "defusedxml", "cryptography"):
    getattr(_deps, _name)


class InProcess(ActionBase):
    """One task: options checked as the module checks them, the resource called, secrets taken out of the result."""

    argument_spec: t.ClassVar[dict[str, t.Any]] = {}
    resource: t.ClassVar[Run]

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if self._connection.transport != "local":
            result.update(self._execute_module(task_vars=task_vars))
            return result
        validation, params = self.validate_argument_spec(self.argument_spec)
        outcome = execute(type(self).resource, params, check_mode=bool(self._task.check_mode), diff=bool(self._task.diff))
        result.update(remove_values(outcome, validation._no_log_values))
        return result
