# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of an upgrade: its pieces (window 1, window 2, resumed runs) joined by pair and target. Pure but for its files."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import typing as t

from .._errors import InputError
from .._lane.record import plain_name
from .._transport.files import atomic_file, make_folders

FORMAT: t.Final = 1
REPORT: t.Final = "report.json"
_NO_TARGET: t.Final = "no-target"
Data = dict[str, t.Any]


def folder_of(reports: pathlib.Path, target: str | None) -> pathlib.Path:
    """The folder of the upgrade to ``target`` inside the folder of the pair.

    A run that ended before it knew its target belongs to the upgrade that was left unfinished last, if there is one.
    """
    if target:
        return reports / plain_name(target)
    unfinished = [
        (str(record.get("updated")), file.parent)
        for file in sorted(reports.glob(f"*/{REPORT}"))
        if (record := read_record(file)) is not None and not record.get("done")
    ]
    return max(unfinished, default=("", reports / _NO_TARGET))[1]


def read_record(path: pathlib.Path) -> Data | None:
    """The record; None where there is no file or it is none of ours."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("pieces"), list):
        return None
    return data


def set_aside(folder: pathlib.Path, stamp: str) -> None:
    """Keep the files of another upgrade (or what is no record) under names of their own."""
    for file in sorted(folder.glob("*")):
        if file.is_file() and file.name in (REPORT, "report.html", "junit.xml"):
            file.replace(file.with_name(f"{file.stem}.until-{stamp}{file.suffix}"))


def join(record: Data | None, piece: Data, *, pair: str, target: str | None, appliances: Data, now: str) -> Data:
    """The record with this piece in it, instead of what the same run wrote before.

    A piece of another run that says it is running is that of a run that was killed: one run works on a pair at a time.
    """
    joined: Data = dict(record or {"format": FORMAT, "pair": pair, "target_version": target, "pieces": []})
    pieces = []
    for other in joined["pieces"]:
        if other["id"] == piece["id"]:
            continue
        pieces.append(_interrupted(other) if other["outcome"] == "running" else other)
    joined["pieces"] = [*pieces, piece]
    joined["updated"] = now
    joined["target_version"] = target or joined.get("target_version")
    joined["appliances"] = _appliances(joined.get("appliances") or {}, appliances)
    joined["done"] = piece["outcome"] == "done" and piece["purpose"] == "upgrade"
    return joined


def same_appliances(record: Data, appliances: t.Mapping[str, t.Any]) -> bool:
    """Whether the record is about these appliances, as far as both know their ids."""
    for letter, appliance in appliances.items():
        known = ((record.get("appliances") or {}).get(letter) or {}).get("appliance_id")
        if known and appliance.get("appliance_id") and known != appliance["appliance_id"]:
            return False
    return True


def _interrupted(piece: Data) -> Data:
    current = piece.get("current")
    steps = list(piece.get("steps") or ())
    if current:
        steps.append({**current, "ended": piece["updated"], "outcome": "interrupted"})
    return {**piece, "outcome": "interrupted", "ended": piece["updated"], "steps": steps, "current": None}


def _appliances(known: Data, present: t.Mapping[str, t.Any]) -> Data:
    """What the appliances are; what they were before stays what the first piece saw."""
    found = dict(known)
    for letter, appliance in present.items():
        before = (known.get(letter) or {}).get("before") or appliance.get("before")
        told = {name: value for name, value in appliance.items() if value is not None}
        found[letter] = {**(known.get(letter) or {}), **told, "before": before}
    return found


def write_files(folder: pathlib.Path, contents: t.Mapping[str, str]) -> list[str]:
    """Write each file whole or not at all, readable by its owner only. Raises InputError."""
    try:
        make_folders(folder)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be made: {error.strerror or error}",
            advice="Give another one in sra_report_dir.",
        ) from error
    for name, text in contents.items():
        with atomic_file(folder / name) as file:
            file.write(text.encode("utf-8", "replace"))
    return [str(folder / name) for name in contents]


@contextlib.contextmanager
def locked(folder: pathlib.Path) -> t.Iterator[None]:
    """Keep other runs of this machine from writing in the folder meanwhile; where that cannot be done, go on without."""
    make_folders(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
