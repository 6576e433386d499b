# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Screen output that reads like the runbook: the steps of the procedure, what is changed and what went wrong."""

from __future__ import annotations

DOCUMENTATION = r"""
name: runbook
type: stdout
short_description: Screen output that reads like the runbook
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Shows the tasks of the playbook as headings, and below them what was changed, each with its time and duration, warnings and failures.
  - Tasks inside of roles that change nothing are not shown, except those that may take long. With C(-v) everything is, as by
    P(ansible.builtin.default#callback).
  - A pair is called by its C(sra_pair), other hosts by their names.
requirements:
  - Set as stdout callback, for instance by the environment variable C(ANSIBLE_STDOUT_CALLBACK=bseries.sra.runbook).
extends_documentation_fragment:
  - default_callback
  - result_format_callback
"""

import functools
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as Default
from ansible.template import Templar

from ansible_collections.bseries.sra.plugins.module_utils._printable import printable, printable_data
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import one_line

# Modules that may be at work for minutes, all that have the option wait_timeout among them: an operator wants to see them
# begin, and end though nothing changed.
_LONG: t.Final = frozenset(
    f"bseries.sra.{name}"
    for name in (
        *("appliance_backup", "appliance_power", "appliance_restore", "appliance_update", "appliance_update_download"),
        *("appliance_verify", "certificate_export", "certificate_import", "compatibility_info", "dns_record"),
        *("failover_relationship", "failover_role", "guided_step", "jump_client_wait", "rehearsal", "shared_ip"),
        "site_probe",
    )
)


_LONGEST_MESSAGE: t.Final = 20_000
"""Characters of a failure's message that are shown; with -v all are."""


class _Coloured(str):
    """Printable text with Ansible's own colours in it."""

    __slots__ = ()


def _make_printable(display: t.Any) -> None:
    """Let nothing through to the screen and to Ansible's log that moves a cursor, whoever prints it."""
    original = display.display
    if hasattr(original, "sra_printable"):
        return

    @functools.wraps(original)
    def shown(msg: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        # Only the recap goes to the screen alone; it is coloured too.
        safe = kwargs.get("screen_only") or isinstance(msg, _Coloured) or not isinstance(msg, str)
        return original(msg if safe else printable(msg), *args, **kwargs)

    shown.sra_printable = True  # type: ignore[attr-defined]
    display.display = shown


class CallbackModule(Default):
    """The default output without what an operator need not read."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "bseries.sra.runbook"

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[tuple[str, str], float] = {}
        self._play: t.Any = None
        self._names: dict[str, str] = {}
        _make_printable(self._display)

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self._play, self._names = play, {}
        super().v2_playbook_on_play_start(play)

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        if self._brief:
            self._task_type_cache[task._uuid] = "TASK"
            self._last_task_name = _name(task)
        else:
            super().v2_playbook_on_task_start(task, is_conditional)

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        self._began[host.get_name(), task._uuid] = time.monotonic()
        if not self._brief:
            super().v2_runner_on_start(host, task)
        elif task.action in _LONG:
            self._line(host, "begins", self._name_for(host, task), constants.COLOR_VERBOSE)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        task, outcome = _part(result, "task"), _part(result, "result")
        if self._brief and isinstance(task, TaskInclude):
            if task._role is None and self._last_task_banner != task._uuid:
                self._print_task_banner(task)
        elif not self._brief or task.loop:
            super().v2_runner_on_ok(result)
        else:
            if hasattr(self, "_handle_warnings_and_exception"):
                self._handle_warnings_and_exception(result)
            else:
                self._handle_warnings(outcome)
            if outcome.get("changed", False):
                self._ended(result, "would change" if task.check_mode else "changed", constants.COLOR_CHANGED)
            elif task.action in _LONG:
                self._ended(result, "done", constants.COLOR_OK)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        if not self._brief:
            super().v2_runner_on_skipped(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        task, outcome = _part(result, "task"), _part(result, "result")
        message = outcome.get("msg")
        if not self._brief or ignore_errors or task.loop or not isinstance(message, str):
            super().v2_runner_on_failed(result, ignore_errors)
            return
        self._handle_warnings(outcome)
        self._ended(result, "FAILED", constants.COLOR_ERROR)
        left = len(message) - _LONGEST_MESSAGE
        for line in printable(message[:_LONGEST_MESSAGE]).rstrip().splitlines():
            self._display.display(f"    {line}", color=constants.COLOR_ERROR)
        if left > 0:
            self._display.display(f"    ({left} more characters; -v shows them)", color=constants.COLOR_ERROR)

    def v2_playbook_on_include(self, included_file: t.Any) -> None:
        if not self._brief:
            super().v2_playbook_on_include(included_file)

    def _print_task_banner(self, task: t.Any) -> None:
        if self._last_task_name is not None:
            self._last_task_name = one_line(self._last_task_name)
        super()._print_task_banner(task)

    def _get_item_label(self, result: t.Any) -> t.Any:
        label = super()._get_item_label(result)
        return one_line(label) if isinstance(label, str) else label

    def _get_diff(self, difflist: t.Any) -> str:
        return _Coloured(super()._get_diff(printable_data(difflist)))

    @property
    def _brief(self) -> bool:
        return bool(self._display.verbosity < 1)

    def _ended(self, result: t.Any, word: str, color: str) -> None:
        host, task = _part(result, "host"), _part(result, "task")
        seconds = time.monotonic() - self._began.get((host.get_name(), task._uuid), time.monotonic())
        self._line(host, word, f"{self._name_for(host, task)} ({_duration(seconds)})", color)

    def _name_for(self, host: t.Any, task: t.Any) -> str:
        """The name with the values of this host: Ansible fills in those of the first host for all of them."""
        # Not made a str: that would lose the mark by which Ansible knows a template that it may fill in.
        written = (task.get_ds() or {}).get("name")
        if not isinstance(written, str) or "{{" not in written:
            return _name(task)
        variables = self._play.get_variable_manager().get_vars(play=self._play, host=host, task=task)
        try:
            return str(Templar(loader=None, variables=variables).template(written))
        except AnsibleError:
            return _name(task)

    def _line(self, host: t.Any, word: str, text: str, color: str) -> None:
        if host.get_name() not in self._names:
            self._names[host.get_name()] = self._named(host)
        name = self._names[host.get_name()]
        self._display.display(f"{time.strftime('%H:%M:%S')} {name} {word}: {one_line(text)}", color=color)

    def _named(self, host: t.Any) -> str:
        """The pair in brackets, as its other lines begin, for a task of a pair may be at work on either device."""
        variables = self._play.get_variable_manager().get_vars(play=self._play, host=host, include_hostvars=False)
        pair = one_line(str(variables.get("sra_pair") or ""))
        return f"[{pair}]" if pair and "{{" not in pair else f"{host.get_name()}:"


def _part(result: t.Any, name: str) -> t.Any:
    """Host, task or result of what a task gave; before ansible-core 2.19 these names begin with an underscore."""
    return getattr(result, name) if hasattr(result, name) else getattr(result, f"_{name}")


def _name(task: t.Any) -> str:
    """The name as it is written in the playbook or role, without the role's."""
    return str(task.get_name()).rpartition(" : ")[2].strip()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
