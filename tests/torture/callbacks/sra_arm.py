# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arms the faults that wait in the simulator when a run has shown its plan and begins with its first step.

`SRA_CONTROL` is the URL of the simulator's control port.
"""

from __future__ import annotations

import os
import re
import typing as t
import urllib.request

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: sra_arm
type: aggregate
short_description: Arms faults for tests
description: Arms faults for tests.
"""

_STEP: t.Final = re.compile(r"(A?SYNC-|AUTO-|PREP-1\b|HW-[2-9])")


class CallbackModule(CallbackBase):
    """The steps of a procedure are the tasks whose names begin with their ids; HW-1, as PREP-8, is a look."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "sra_arm"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._armed = False

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        if not self._armed and _STEP.match(str(task.name)):
            self._armed = True
            request = urllib.request.Request(os.environ["SRA_CONTROL"] + "/arm", data=b"{}", method="POST")
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20):
                pass
