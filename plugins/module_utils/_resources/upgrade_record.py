# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a lane on the controller: written after each step, read when planning."""

from __future__ import annotations

import pathlib
import typing as t

from .._errors import InputError
from .._lane.record import measured, note_before, note_step, production_since, read_record, upgrade_of, write_record
from .._module import Connect, Params


def run(params: Params, check_mode: bool, _connect: Connect) -> dict[str, t.Any]:
    """Add a finished step and what was before. Contacts nothing; the record is no state of an appliance, so never changed."""
    path = pathlib.Path(params["path"])
    ids = {letter: str(value) for letter, value in (params["ids"] or {}).items() if value}
    if "a" not in ids:
        raise InputError("ids must hold the appliance id of device A")
    record = read_record(path)
    upgrade = upgrade_of(record, params["target_version"], ids)
    if params["before"]:
        note_before(upgrade, params["before"])
    if params["step"]:
        missing = {"id", "seconds", "ended"} - params["step"].keys()
        if missing:
            raise InputError(f"step lacks {', '.join(sorted(missing))}")
        note_step(upgrade, params["step"], params["packages"] or [])
    if not check_mode:
        write_record(path, record)
    return {
        "changed": False,
        "measured": measured(upgrade),
        "production_since": production_since(upgrade, params["procedure"]),
    }
