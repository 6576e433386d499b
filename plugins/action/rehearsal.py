# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rehearses a run against simulated appliances, in a worker of Ansible's own process."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._module import Connect, Params
from ansible_collections.bseries.sra.plugins.module_utils._resources._backup_folder import backups_of
from ansible_collections.bseries.sra.plugins.plugin_utils._in_process import InProcess
from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.pretence import Real
from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.rehearse import rehearse

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "procedure": {"type": "str", "required": True, "choices": ["single", "synchronous", "asynchronous"]},
    "lane": {"type": "dict", "required": True},
    "state": {"type": "dict", "required": True},
    "plan": {"type": "dict", "required": True},
    "checks": {"type": "list", "elements": "dict", "default": []},
    "time_scale": {"type": "float", "default": 300.0},
    "timeout": {"type": "int", "default": 3600},
    "report_dir": {"type": "path"},
}


def run(params: Params, _check_mode: bool, _connect: Connect) -> dict[str, t.Any]:
    """The rehearsal; knows no way to a real appliance, because it never connects."""
    if not 1 <= params["time_scale"] <= 2000:
        raise InputError(f"time_scale must be 1 to 2000, not {params['time_scale']:g}")
    lane, state = params["lane"], params["state"]
    letters = [letter for letter in ("a", "b") if lane.get(letter) and state.get(letter)]
    real = Real(
        label=str(lane["label"]),
        names={letter: str(lane[letter]) for letter in letters},
        settings=lane["settings"],
        devices={letter: state[letter] for letter in letters},
        plan=params["plan"],
        backup_bytes=_backup_bytes(lane["settings"], {letter: state[letter] for letter in letters}),
    )
    outcome = rehearse(
        real,
        params["checks"],
        procedure=params["procedure"],
        time_scale=params["time_scale"],
        timeout=float(params["timeout"]),
        report_dir=pathlib.Path(params["report_dir"]) if params["report_dir"] else None,
    )
    return {"changed": False, **outcome}


def _backup_bytes(settings: t.Mapping[str, t.Any], devices: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, int]:
    """The size of each device's newest backup."""
    folder = pathlib.Path(settings["backup_dir"])
    found = {letter: backups_of(folder, device["host"], int(device["port"])) for letter, device in devices.items()}
    return {letter: backups[0].size for letter, backups in found.items() if backups}


class ActionModule(InProcess):
    """The module of the same name documents it."""

    argument_spec = ARGUMENT_SPEC
    resource = staticmethod(run)
