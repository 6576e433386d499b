# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what every task did, as JSON lines, and can end the run like a power cut.

`SRA_TASKS_FILE` names the file. With `SRA_STOP_AFTER=N` the whole process group gets SIGKILL as soon as the N-th task has
changed something.
"""

from __future__ import annotations

import json
import os
import signal
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: sra_tasks
type: aggregate
short_description: Records tasks for tests
description: Records tasks for tests.
"""


class CallbackModule(CallbackBase):
    """One line for each task and host that ended."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "sra_tasks"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = open(os.environ["SRA_TASKS_FILE"], "a", encoding="utf-8")  # noqa: SIM115, PTH123
        self._stop_after = int(os.environ.get("SRA_STOP_AFTER", "0"))
        self._names: dict[str, str] = {}
        self._changes = 0

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        # Only here is the name filled in.
        self._names[task._uuid] = str(task.name or task.action)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._record(result, "ok")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._record(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._record(result, "skipped")

    def _record(self, result: t.Any, outcome: str) -> None:
        values = result.result
        parts = [part for part in values.get("results", [values]) if isinstance(part, dict)]
        changed = bool(values.get("changed", False))
        line = {
            "host": result.host.get_name(),
            "task": self._names.get(result.task._uuid, str(result.task.action)),
            "action": str(result.task.action),
            "outcome": outcome,
            "changed": changed,
            "diff": [part["diff"] for part in parts if part.get("diff")],
            "message": str(values.get("msg", ""))[:2000] if outcome == "failed" else "",
        }
        self._file.write(json.dumps(line, default=str) + "\n")
        self._file.flush()
        self._changes += changed
        if changed and self._changes == self._stop_after:
            os.killpg(os.getpgrp(), signal.SIGKILL)
