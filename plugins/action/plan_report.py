# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a plan as page and JSON, save it for a later run, or hold a run to the one that was saved."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, SraError, StateError
from ansible_collections.bseries.sra.plugins.module_utils._plan import saved
from ansible_collections.bseries.sra.plugins.module_utils._plan.held import drift
from ansible_collections.bseries.sra.plugins.module_utils._report import record as records
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.plugin_utils._html import plan_page

ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "dest": {"type": "path", "required": True},
    "label": {"type": "str", "required": True},
    "plan": {"type": "dict", "required": True},
    "warnings": {"type": "list", "elements": "str", "default": []},
    "plan_file": {"type": "path"},
    "mode": {"type": "str", "choices": ["show", "save", "hold"], "default": "show"},
    "hide": {"type": "list", "elements": "str", "default": [], "no_log": True},
    "pages": {"type": "bool", "default": True},
}


def run(facts: dict[str, t.Any], now: datetime.datetime) -> dict[str, t.Any]:
    """Write the files; with a plan file save or compare. Raises StateError where the run does not fit the saved plan."""
    plan = Redactor(*facts["hide"]).data(facts["plan"])
    stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    result: dict[str, t.Any] = {"files": {}, "saved": None, "drift": [], "text": "", "warnings": []}
    if facts["pages"]:
        result.update(_pages(facts, plan, stamp))
    if not facts["plan_file"] or facts["mode"] == "show":
        return result
    path = pathlib.Path(facts["plan_file"])
    if facts["mode"] == "save":
        return {**result, **_save(path, facts["label"], plan, stamp)}
    return {**result, **_hold(path, facts["label"], plan)}


def _pages(facts: dict[str, t.Any], plan: dict[str, t.Any], stamp: str) -> dict[str, t.Any]:
    data = {"format": saved.FORMAT, "pair": facts["label"], "read": stamp, "plan": plan}
    contents = {
        "plan.json": json.dumps(data, indent=1) + "\n",
        "plan.html": plan_page(plan, facts["label"], stamp, facts["warnings"]),
    }
    try:
        json_file, page = records.write_files(pathlib.Path(facts["dest"]), contents)
    except SraError as error:
        # It was shown on the screen; whoever only looks needs no folder.
        return {"warnings": [f"The plan is not written to files: {error}"]}
    return {"files": {"json": json_file, "html": page}}


def _save(path: pathlib.Path, label: str, plan: dict[str, t.Any], stamp: str) -> dict[str, t.Any]:
    if plan["problems"] or plan["questions"]:
        raise StateError(
            "The plan is not saved: nothing may be done by it",
            seen=" ".join(one["message"] for one in (*plan["problems"], *plan["questions"])),
            advice="Solve the problem or answer the question, then run the playbook plan again.",
        )
    with records.locked(path.parent):
        plans = saved.read(path) if path.exists() else {}
        earlier = plans.get(label)
        differences = drift(earlier["plan"], plan) if earlier else []
        if earlier and not differences:
            text = f"The plan saved at {earlier['saved']} in {path} still holds and was kept."
            return {"saved": earlier["saved"], "text": text}
        saved.write(path, {**plans, label: {"saved": stamp, "plan": {**plan, "text": ""}}})
    replaced = f", instead of the one of {earlier['saved']}: {' '.join(differences)}" if earlier else ""
    return {"saved": stamp, "drift": differences, "text": f"The plan is saved in {path}{replaced}"}


def _hold(path: pathlib.Path, label: str, plan: dict[str, t.Any]) -> dict[str, t.Any]:
    entry = saved.read(path).get(label)
    if entry is None:
        raise InputError(
            f"The file {path} holds no plan of {label}",
            advice="Save one with the playbook bseries.sra.plan, or correct sra_plan_file.",
        )
    differences = drift(entry["plan"], plan)
    if differences:
        raise StateError(
            f"The present state does not fit the plan of {entry['saved']} in {path}",
            seen=" ".join(differences),
            state="nothing was changed by this run",
            advice="Look at the differences. If they are meant, save the plan anew with the playbook bseries.sra.plan and the same "
            "sra_plan_file; otherwise put right what differs.",
        )
    return {"saved": entry["saved"], "text": f"The run fits the plan of {entry['saved']} in {path}."}


class ActionModule(ActionBase):
    """Runs on the controller and contacts nothing; in check mode it does the same."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        facts = json.loads(json.dumps(arguments, default=str))
        try:
            result.update(changed=False, **run(facts, datetime.datetime.now(datetime.UTC)))
        except SraError as error:
            result.update(failed=True, msg=str(error), error=error.to_dict())
        except OSError as error:
            raise AnsibleActionFail(f"The plan cannot be written: {error}") from error
        return result
