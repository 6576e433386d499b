# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The essential results of a run as plain data, for an automation platform, and the files that must outlive the job."""

from __future__ import annotations

import datetime
import pathlib
import re
import typing as t

Data = t.Mapping[str, t.Any]
_DEVICE: t.Final = ("host", "version", "base_version", "failover_role")


def results(
    lane: Data, run: Data, state: Data, plan: Data, procedure: str, check_mode: bool = False, failure: str | None = None
) -> dict[str, t.Any]:
    """What was done and where the pair stands now, without secrets. ``failure`` is the cause where the run stopped."""
    stage = plan.get("stage") or {}
    return {
        "lane": lane["a"],
        "peer": lane.get("b"),
        "procedure": procedure,
        "check_mode": bool(check_mode),
        "started": run.get("started"),
        "outcome": _outcome(run, plan, failure),
        "failure": failure,
        "steps_done": [step["id"] for step in run.get("steps") or ()],
        "steps_left": [step["id"] for step in plan.get("steps") or ()] if not run.get("steps") else None,
        "next": plan.get("next"),
        "waiting_for": plan.get("waiting_for"),
        "stage": stage.get("sentence"),
        "target_version": plan.get("target_version"),
        "devices": {
            letter: {key: device.get(key) for key in _DEVICE} for letter in ("a", "b") if (device := state.get(letter))
        },
        "installed": [
            {key: package.get(key) for key in ("device", "name", "version", "seconds")}
            for package in run.get("installed") or ()
        ],
        "backups": [dict(backup) for backup in run.get("all_backups") or ()],
        "plan": plan.get("text"),
    }


def _outcome(run: Data, plan: Data, failure: str | None) -> str:
    if failure:
        return "failed"
    if run.get("held") or plan.get("waiting_for") in ("window", "soak"):
        return "waits for time"
    if plan.get("waiting_for") == "confirmation":
        return "waits for confirmation"
    return "done" if plan.get("done") else "to do"


def files_to_keep(lane: Data, run: Data) -> list[str]:
    """Existing files that later runs or people need: backups and certificates of this run, the lane's own notes and new reports."""
    settings = lane["settings"]
    files = [str(backup.get("path") or "") for backup in run.get("all_backups") or ()]
    files += [str(one.get("path") or "") for one in (run.get("certificates") or {}).values()]
    files += [*note_files(lane), *(str(path) for path in _reports(settings, run.get("started")))]
    return list(dict.fromkeys(name for name in files if name and pathlib.Path(name).is_file()))


def note_files(lane: Data) -> list[str]:
    """The small files beside the backups by which a run goes on more exactly, whether they exist or not."""
    settings = lane["settings"]
    return [str(name) for name in (settings.get("record"), *(settings.get("limit_notes") or {}).values()) if name]


def _reports(settings: Data, started: t.Any) -> list[pathlib.Path]:
    """What this run wrote into the lane's own folder, and pages and evidence of its appliances beside that folder."""
    try:
        begin = datetime.datetime.fromisoformat(str(started).replace("Z", "+00:00")).timestamp()
    except ValueError:
        begin = 0.0
    found = list(pathlib.Path(settings["reports"]).rglob("*"))
    named = [re.compile(rf"(?:^|-){re.escape(name)}-") for name in settings["in_names"]]
    beside = pathlib.Path(settings["report_dir"])
    found += [path for path in beside.glob("*") if any(pattern.search(path.name) for pattern in named)]
    return [path for path in sorted(found) if path.is_file() and path.stat().st_mtime >= begin]
