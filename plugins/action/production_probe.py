# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the probe outside beside the play, and end it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils._report import probe
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import make_folders

ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
    "file": {"type": "path", "required": True},
    "hostname": {"type": "str"},
    "port": {"type": "int", "default": 443},
    "address": {"type": "str"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "interval": {"type": "float", "default": 1.0},
    "pid": {"type": "int"},
}
_TIMEOUT: t.Final = 3.0
"""Seconds that an answer may take before it counts as none."""


def start(options: t.Mapping[str, t.Any], controller: int) -> int:
    """Start the probe; it watches over ``controller`` and ends with it. The number of its process."""
    path = pathlib.Path(options["file"])
    make_folders(path.parent)
    names = ("hostname", "port", "address", "validate_certs")
    ca_path = str(pathlib.Path(options["ca_path"]).absolute()) if options["ca_path"] else None
    target = {**{name: options[name] for name in names}, "ca_path": ca_path, "timeout": _TIMEOUT}
    said = {"controller": controller, "file": str(path), "interval": options["interval"], "target": target}
    process = subprocess.Popen(  # noqa: S603 (no shell, fixed program)
        [sys.executable, "-I", probe.__file__, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    with contextlib.suppress(BrokenPipeError), t.cast("t.IO[bytes]", process.stdin) as pipe:
        pipe.write(json.dumps(said).encode())
    # It outlives this task; nobody waits for it but the system.
    process.returncode = 0
    return process.pid


def stop(pid: int, file: str) -> bool:
    """End the probe that writes ``file``; False where it is gone, or the number belongs to somebody else by now."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    if os.fsencode(file) not in words:
        return False
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            os.kill(pid, signal.SIGTERM)
            # Its last line is part of the report.
            select.select([handle], [], [], _TIMEOUT + 1)
        finally:
            os.close(handle)
        return True
    return False


class ActionModule(ActionBase):
    """Runs on the controller. In check mode nothing moves, so that nothing is watched."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(ARGUMENT_SPEC)
        result.update(changed=False, pid=None, file=options["file"])
        if self._task.check_mode:
            return result
        if options["state"] == "stopped":
            if options["pid"]:
                stop(options["pid"], str(options["file"]))
            return result
        if not options["hostname"]:
            raise AnsibleActionFail("production_probe: hostname is needed to start")
        try:
            result["pid"] = start(options, os.getppid())
        except OSError as error:
            result["warnings"] = [f"The probe outside cannot be started, so that outages are not measured: {error}"]
        return result
