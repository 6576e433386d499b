# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that do a module's work in Ansible's own process.

A module is packed, written, started and unpacked for each task, which costs many times what most of these tasks need. The
controller is where they run in any case, so the very same code is called directly. Delegated to another machine, the
module runs there as usual.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import os
import signal
import sys
import typing as t

from ansible import constants
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, test_loader
from ansible.utils.display import Display

from ansible_collections.bseries.sra.plugins.module_utils import _deps
from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils._shelf import NO_SHELF, Shelf
from ansible_collections.bseries.sra.plugins.plugin_utils._keeper import end_kept_sessions, kept_sessions

from ._progress import of_task
from ._status_line import attach

# Loaded once in the controller's main process, from which the workers of all tasks are forked. A missing library is
# named by the task that needs it.
for _name in ("requests", "urllib3", "requests_toolbelt", "lxml_html", "lxml_etree", "defusedxml", "cryptography"):
    getattr(_deps, _name)

attach()

# Filters and tests are looked up anew in each worker, all their files read, unless the main process knows them already.
for _loader, _names in (
    (
        filter_loader,
        ("ansible.builtin.combine", *(f"bseries.sra.{name}" for name in ("connection", "lane", "outcomes"))),
    ),
    (test_loader, ("ansible.builtin.truthy",)),
):
    for _name in _names:
        _loader.get(_name)

# A collection of garbage in a worker writes to each object that it looks at, and so takes the worker a copy of what it
# shares with the main process: what is there by now is not looked at again.
gc.collect()
gc.freeze()

_PR_SET_PDEATHSIG: t.Final = 1
_MAIN: t.Final = os.getpid()


def die_with(parent: int) -> None:
    """Let the kernel end this worker when Ansible's main process is killed; else it would go on alone, beside the next run."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


@atexit.register
def _end_kept_sessions() -> None:
    """Sign out before Ansible ends, so that nothing of the run is open any more when the prompt is back."""
    if os.getpid() == _MAIN:
        for warning in end_kept_sessions(constants.DEFAULT_LOCAL_TMP):
            Display().v(f"At the end of the run: {warning}")


@contextlib.contextmanager
def _shelf(spec: t.Mapping[str, t.Any]) -> t.Iterator[Shelf]:
    """Where this task finds and leaves sessions, if it may open any: only where the tasks before and after it find them."""
    opens = any("client_secret" in (option.get("options") or {}) for option in spec.values()) or "client_secret" in spec
    kept = kept_sessions(constants.DEFAULT_LOCAL_TMP, _MAIN) if opens and os.getppid() == _MAIN else None
    if kept is None:
        yield NO_SHELF
        return
    with contextlib.closing(kept):
        yield kept


class InProcess(ActionBase):
    """One task: options checked as the module checks them, the resource called, secrets taken out of the result."""

    argument_spec: t.ClassVar[dict[str, t.Any]] = {}
    speaks: t.ClassVar[bool] = False
    """Whether the task prints its own lines while it waits."""
    resource: t.ClassVar[staticmethod[..., dict[str, t.Any]]]

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if self._connection.transport != "local":
            result.update(self._execute_module(task_vars=task_vars))
            return result
        die_with(os.getppid())
        gc.freeze()
        validation, params = self.validate_argument_spec(self.argument_spec)
        with (
            _shelf(self.argument_spec) as shelf,
            of_task(self, task_vars or {}, params.get("host"), speaks=self.speaks) as progress,
        ):
            outcome = execute(
                type(self).resource,
                params,
                check_mode=bool(self._task.check_mode),
                diff=bool(self._task.diff),
                listener=progress.hear,
                shelf=shelf,
            )
        result.update(remove_values(outcome, validation._no_log_values))
        return result
