# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what a run did into the record of the upgrade, and the record as page, JSON and JUnit XML."""

from __future__ import annotations

import datetime
import json
import pathlib
import traceback
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._report import record as records
from ansible_collections.bseries.sra.plugins.module_utils._report.junit import as_junit
from ansible_collections.bseries.sra.plugins.module_utils._report.moments import text_of
from ansible_collections.bseries.sra.plugins.module_utils._report.outages import production, read_samples
from ansible_collections.bseries.sra.plugins.module_utils._report.piece import appliances, make_piece
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.plugin_utils._html import report_page

ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "dest": {"type": "path", "required": True},
    "label": {"type": "str", "required": True},
    "procedure": {"type": "str", "required": True, "choices": ["single", "synchronous", "asynchronous"]},
    "purpose": {"type": "str", "default": "upgrade"},
    "event": {"type": "str", "required": True, "choices": ["step", "end", "failed"]},
    "target_version": {"type": "str"},
    "lane": {"type": "dict", "required": True},
    "run": {"type": "dict", "required": True},
    "plan": {"type": "dict", "default": {}},
    "state": {"type": "dict", "default": {}},
    "checks": {"type": "list", "elements": "dict", "default": []},
    "warnings": {"type": "list", "elements": "str", "default": []},
    "to_do": {"type": "list", "elements": "str", "default": []},
    "waiting": {"type": "str"},
    "current": {"type": "dict"},
    "failure": {"type": "dict"},
    "shared_ip": {"type": "str"},
    "hide": {"type": "list", "elements": "str", "default": [], "no_log": True},
}


def write(facts: dict[str, t.Any], now: datetime.datetime) -> dict[str, str]:
    """Join the piece to the record and write all files; their paths by kind. Raises InputError."""
    stamp = text_of(now)
    plan, state = facts["plan"], facts["state"]
    devices = appliances(facts["lane"], facts["run"], state, plan)
    target = plan.get("target_version") or facts["target_version"]
    folder = records.folder_of(pathlib.Path(facts["dest"]), target)
    piece = make_piece(facts, stamp)
    piece["probe"] = facts["run"].get("probe")
    piece["production"] = _production(piece, now if piece["ended"] is None else None)
    with records.locked(folder):
        record = records.read_record(folder / records.REPORT)
        if record is None or not records.same_appliances(record, devices):
            records.set_aside(folder, now.strftime("%Y%m%dT%H%M%SZ"))
            record = None
        record = records.join(record, piece, pair=facts["label"], target=target, appliances=devices, now=stamp)
        for other in record["pieces"]:
            if other["outcome"] == "interrupted":
                other["production"] = _production(other)
        record = Redactor(*facts["hide"]).data(record)
        contents = {
            records.REPORT: json.dumps(record, indent=1, ensure_ascii=True) + "\n",
            "report.html": report_page(record),
            "junit.xml": as_junit(record),
        }
        json_file, page, junit = records.write_files(folder, contents)
    return {"json": json_file, "html": page, "junit": junit}


def _production(piece: dict[str, t.Any], until: t.Optional[datetime.datetime] = None) -> t.Optional[dict[str, t.Any]]:
    """What the probe of a run saw, until its last sign of life, or until now while the run goes on."""
    probe = piece.get("probe")
    if not probe:
        return None
    found = production(
        read_samples(pathlib.Path(probe["file"])), float(probe["interval"]), until.timestamp() if until else None
    )
    return found or piece.get("production")


class ActionModule(ActionBase):
    """Runs on the controller. In check mode nothing was done, so that nothing is written."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        result["changed"] = False
        if self._task.check_mode:
            result["files"] = {}
            return result
        # What templating made is plain data only after it went through JSON.
        facts = json.loads(json.dumps(arguments, default=str))
        # An upgrade is not stopped half way because nobody can read about it.
        try:
            result["files"] = write(facts, datetime.datetime.now(datetime.UTC))
        except (SraError, OSError) as error:
            result.update(files={}, warnings=[f"The report cannot be written: {error}"])
        except Exception as error:  # a defect in the report, not in the upgrade
            text = f"The report cannot be written: {type(error).__name__}: {error}. This is a defect of the collection; please report it."
            result.update(files={}, warnings=[text], exception=traceback.format_exc())
        return result
