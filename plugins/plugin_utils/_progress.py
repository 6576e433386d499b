# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows how far a long task is: as a moving line at a terminal, else by lines now and then."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.bseries.sra.plugins.module_utils._live import Moment

from . import _status_line
from ._row import Row

display = Display()

QUIET_SECONDS: t.Final = 5.0
"""Nothing is printed of a task that is shorter."""
PHASE_SECONDS: t.Final = 10.0
"""Least time between lines that tell of another phase."""
EVERY_SECONDS: t.Final = 60.0
"""Time between lines where nothing but figures changes."""
_LEAST_PAUSE: t.Final = 0.2

Vars = t.Mapping[str, t.Any]


class Sparse:
    """Decides which moments of a task are worth a line where lines cannot be taken back."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._printed: float | None = None
        self._phase = ""

    def wants(self, now: float, phase: str) -> bool:
        """Whether to print; a yes counts as printed."""
        if self._printed is None:
            due = now - self._began >= QUIET_SECONDS
        else:
            since = now - self._printed
            due = since >= EVERY_SECONDS or (phase != self._phase and since >= PHASE_SECONDS)
        if due:
            self._printed, self._phase = now, phase
        return due


class Progress:
    """What one task does, from its first moment to its last. ``speaks``: the task prints its own lines."""

    def __init__(self, row: Row, *, speaks: bool = False, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._row = row
        self._clock = clock
        self._mode = _status_line.mode()
        self._speaks = speaks
        self._sparse = Sparse(clock())
        self._sent = 0.0

    def __enter__(self) -> Progress:
        if self._mode == "line":
            _status_line.send(self._row)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._mode == "line":
            _status_line.send(None)

    def hear(self, moment: Moment) -> None:
        """The listener for what the task's waits and transfers tell."""
        now = self._clock()
        if self._mode == "off" or (self._mode == "line" and now - self._sent < _LEAST_PAUSE):
            return
        self._sent = now
        left = moment.limit - moment.elapsed if moment.limit is not None and moment.elapsed is not None else None
        self._row = dataclasses.replace(
            self._row,
            text=moment.text,
            phase=moment.phase,
            percent=moment.percent,
            done=moment.done,
            total=moment.total,
            # A transfer has no limit of its own; it is inside of the wait that told one last.
            ends=self._row.ends if left is None else now + left,
        )
        if self._mode == "line" and _status_line.send(self._row):
            return
        if not self._speaks and self._sparse.wants(now, moment.phase):
            display.display(self._row.line(now))


def of_task(action: ActionBase, task_vars: Vars, host: str | None, *, speaks: bool = False) -> Progress:
    """The progress of a task of a lane: its pair, device and step as far as the play knows them."""
    now = time.monotonic()
    step, began, expected = _step(task_vars)
    return Progress(
        Row(
            task=str(action._task.action),
            pair=_pair(task_vars),
            device=_templated(action, task_vars.get("sra_on")) or host or str(task_vars.get("inventory_hostname", "")),
            step=step,
            text=_templated(action, action._task.name),
            began=now if began is None else now - max(0.0, time.time() - began),
            expected=expected,
        ),
        speaks=speaks,
    )


def _pair(task_vars: Vars) -> str:
    lane = task_vars.get("sra_lane")
    return str(lane.get("label", "")) if isinstance(lane, t.Mapping) else ""


def _step(task_vars: Vars) -> tuple[str, float | None, float | None]:
    """Id, begin (Unix seconds) and estimate of the plan's step that the task is a part of."""
    now = task_vars.get("sra_step_now")
    if "sra_step" not in task_vars or not isinstance(now, t.Mapping):
        return "", None, None
    planned = now.get("planned") or {}
    name = str(planned.get("id", ""))
    with contextlib.suppress(TypeError, ValueError, KeyError):
        return name, float(now["began"]), float(planned.get("estimate_seconds") or 0) or None
    return name, None, None


def _templated(action: ActionBase, value: t.Any) -> str:
    if not value:
        return ""
    try:
        found = action._templar.template(value)
    except AnsibleError:
        return ""
    return found if isinstance(found, str) and "{{" not in found else ""
