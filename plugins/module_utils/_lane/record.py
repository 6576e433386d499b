# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the runs of a lane leave for later ones: durations, the state before the upgrade, since when the new version serves.

Nothing depends on it to go on: where the file is missing, only the predictions are less exact and comparisons are skipped.
"""

from __future__ import annotations

import json
import math
import pathlib
import re
import typing as t

from .. import _json
from .._transport.files import atomic_file, make_folders

FORMAT: t.Final = 1
_KEPT_UPGRADES: t.Final = 5
# Which actions of the planner the steps measure; the packages of an update are measured one by one.
_ACTIONS: t.Final = {
    "sync": "sync",
    "separate": "separate",
    "swing": "swing",
    "establish": "establish",
    "final_sync": "first_sync",
    "backup_a": "backup",
    "backup_b": "backup",
    "verify_a": "verify",
    "verify_b": "verify",
}
Data = dict[str, t.Any]
_MEASURED: t.Final = {"seconds": (int, float), "letter": (str,)}


def record_path(folder: str, label: str) -> pathlib.Path:
    """The file of a lane in the folder of its backups."""
    return pathlib.Path(folder) / f"{plain_name(label)}.upgrades.json"


def limit_note_path(folder: str, label: str, host: str) -> pathlib.Path:
    """Where the number of concurrent Jump Client upgrades that a device had before is kept while another one is set."""
    return pathlib.Path(folder) / f"{plain_name(label)}.{plain_name(host)}.jump-client-limit.json"


def dns_note_path(folder: str, label: str) -> pathlib.Path:
    """Where the TTL that the site's record had is kept while it is lowered for a swing."""
    return pathlib.Path(folder) / f"{plain_name(label)}.dns-ttl.json"


def plain_name(text: str) -> str:
    """The text as part of a file name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip(".-") or "lane"


def read_record(path: pathlib.Path) -> Data:
    """The record; an empty one where there is no file or it is none of ours."""
    try:
        data = _json.read(path)
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("upgrades"), list):
        return {"format": FORMAT, "upgrades": []}
    return {"format": FORMAT, "upgrades": [one for one in data["upgrades"] if _is_ours(one)]}


def _is_ours(upgrade: t.Any) -> bool:
    """Whether an entry has the shape that we write; another one is as good as none."""
    shape = {"target": (str,), "ids": (dict,), "steps": (list,), "packages": (list,), "before": (dict,)}
    step = {"id": (str,), "ended": (str,), **_MEASURED}
    package = {"kind": (str,), "name": (str,), **_MEASURED}
    return (
        _json.has_types(upgrade, shape)
        and all(_json.has_types(one, step) for one in upgrade["steps"])
        and all(_json.has_types(one, package) for one in upgrade["packages"])
        and all(isinstance(one, dict) for one in upgrade["before"].values())
        and all(math.isfinite(one["seconds"]) for one in (*upgrade["steps"], *upgrade["packages"]))
    )


def write_record(path: pathlib.Path, record: Data) -> None:
    """Write it whole or not at all, readable by its owner only. Raises InputError."""
    make_folders(path.parent)
    with atomic_file(path) as file:
        file.write(json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")


def upgrade_of(record: Data, target: str, ids: t.Mapping[str, str]) -> Data:
    """The upgrade of these appliances to ``target`` in the record, added where it is not there yet."""
    for upgrade in record["upgrades"]:
        if upgrade.get("target") == target and upgrade.get("ids") == dict(ids):
            return t.cast(Data, upgrade)
    upgrade = {"target": target, "ids": dict(ids), "steps": [], "packages": [], "before": {}}
    record["upgrades"] = [*record["upgrades"], upgrade][-_KEPT_UPGRADES:]
    return upgrade


def note_before(upgrade: Data, before: t.Mapping[str, t.Any]) -> None:
    """Keep what the appliances were before the upgrade."""
    upgrade["before"] = {letter: appliance for letter, appliance in before.items() if appliance}


def before_of(upgrade: t.Mapping[str, t.Any], present: t.Mapping[str, t.Any], *, begun: bool) -> Data:
    """What the appliances were before this upgrade: what is remembered, or nothing where that is to be remembered anew.

    While nothing has been installed yet the present is as good and newer: settings may have been changed for good reasons
    since an earlier attempt.
    """
    remembered = upgrade.get("before") or {}
    same = all(_software(appliance) == _software(present.get(letter)) for letter, appliance in remembered.items())
    return {} if same and not begun else dict(remembered)


def _software(appliance: t.Any) -> tuple[t.Any, ...]:
    values = appliance if isinstance(appliance, t.Mapping) else {}
    return tuple(values.get(name) for name in ("version", "build", "base_version"))


def note_step(upgrade: Data, step: t.Mapping[str, t.Any], packages: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Add a finished step, and the packages that it installed. A later run of the same step counts instead of an earlier one."""
    upgrade["steps"] = [one for one in upgrade["steps"] if one["id"] != step["id"]] + [dict(step)]
    names = {(package.get("letter"), package.get("name")) for package in packages}
    kept = [one for one in upgrade["packages"] if (one.get("letter"), one.get("name")) not in names]
    upgrade["packages"] = kept + [dict(package) for package in packages]


def production_since(upgrade: t.Mapping[str, t.Any], procedure: str) -> str | None:
    """When the first device began to serve with the new version: the end of the swing, or of the update of device A."""
    last = "swing" if procedure == "asynchronous" else "update_a"
    return next((step["ended"] for step in upgrade["steps"] if step["id"] == last), None)


def measured(upgrade: t.Mapping[str, t.Any]) -> dict[str, dict[str, float]]:
    """Seconds by device and action in this upgrade; of several packages of a kind the longest (PREP-10)."""
    found: dict[str, dict[str, float]] = {}
    for step in upgrade["steps"]:
        action = _ACTIONS.get(step["id"])
        if action is not None:
            found.setdefault(step.get("letter") or "a", {})[action] = float(step["seconds"])
    for package in upgrade["packages"]:
        device = found.setdefault(package["letter"], {})
        kind = str(package["kind"])
        device[kind] = max(device.get(kind, 0.0), float(package["seconds"]))
    return found


def learnt(record: t.Mapping[str, t.Any], upgrade: t.Mapping[str, t.Any]) -> dict[str, float]:
    """Seconds by action of earlier upgrades of the same lane; the latest counts, and of both devices the slower."""
    found: dict[str, float] = {}
    for earlier in record["upgrades"]:
        if earlier is upgrade:
            continue
        latest: dict[str, float] = {}
        for values in measured(earlier).values():
            for action, seconds in values.items():
                latest[action] = max(latest.get(action, 0.0), seconds)
        found.update(latest)
    return found
