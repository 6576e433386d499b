# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Jump > Jump Clients: how many may upgrade at once (CLIENT-3), set for an upgrade and put back afterwards."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
import typing as t

from .. import _json
from .._errors import InputError, PageError, StateError
from .._module import Connect, Connection, Params
from .._pages import jump_clients as page
from .._records import as_data
from .._transport.files import atomic_file, make_folders

_PAGE: t.Final = "/login > Jump > Jump Clients"


@dataclasses.dataclass(frozen=True)
class Note:
    """What is to be put back on the appliance ``label``: it had ``original`` until ``set_to`` was set."""

    label: str
    original: int
    set_to: int
    since: str


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Set the number, or put back the remembered one. Raises InputError, StateError, PageError, RefusedByAppliance."""
    state, wanted = params["state"], params["max_concurrent_upgrades"]
    if state == "present" and wanted is None:
        raise InputError("state present needs max_concurrent_upgrades")
    if state == "present" and not 1 <= wanted <= page.MOST:
        raise InputError(f"max_concurrent_upgrades must be 1 to {page.MOST}, not {wanted}")
    if (original := params.get("assume_original")) is not None and not 1 <= original <= page.MOST:
        raise InputError(f"assume_original must be 1 to {page.MOST}, not {original}")
    if state == "restored" and params["remember"] is None:
        raise InputError("state restored needs remember, the file that holds the number to put back")
    path = pathlib.Path(params["remember"]) if params["remember"] else None
    with connect(params) as connection:
        connection.require("The Jump Client settings", login=True)
        if state == "present":
            return _set(connection, wanted, path, check_mode, original)
        assumed = (wanted, original) if wanted is not None and original is not None else None
        return _restore(connection, t.cast(pathlib.Path, path), check_mode, assumed)


def _set(
    connection: Connection, wanted: int, path: pathlib.Path | None, check_mode: bool, original: int | None
) -> dict[str, t.Any]:
    note = _read_note(path, connection.label) if path is not None else None
    before = _read(connection)
    if before == wanted:
        if path is not None and note is None and original is not None and original != wanted:
            # Set by a run whose note is lost: what it knew is told from elsewhere.
            note = _new_note(connection, original, wanted)
            if not check_mode:
                _write_note(path, note)
        return _result(before, wanted, note)
    page.refuse_unless_offered(connection.login_web, wanted)
    if check_mode:
        return _result(before, wanted, note)
    connection.confirm_identity()
    if path is not None and note is None:
        # Written before the appliance is touched: a run that is killed in between is put right by the next one.
        note = _new_note(connection, before, wanted)
        _write_note(path, note)
    elif path is not None and note is not None and note.set_to != wanted:
        note = dataclasses.replace(note, set_to=wanted)
        _write_note(path, note)
    message = page.set_max_concurrent_upgrades(connection.login_web, wanted)
    return _result(before, wanted, note, message)


def _restore(
    connection: Connection, path: pathlib.Path, check_mode: bool, assumed: tuple[int, int] | None
) -> dict[str, t.Any]:
    note = _read_note(path, connection.label)
    if note is None and check_mode and assumed is not None:
        # The task that sets the number was only predicted, so nothing is remembered yet.
        return _result(*assumed, None)
    if note is None:
        return {**_result(None, None, None), "message": "There is nothing to put back."}
    before = _read(connection)
    if before not in (note.set_to, note.original):
        # Somebody has chosen a third number since: theirs counts.
        _forget(path, check_mode)
        message = f"Left at {before}: it was set by somebody else since ({note.set_to} for the upgrade, {note.original} before)."
        return {**_result(before, before, note), "message": message}
    message = ""
    if before != note.original and not check_mode:
        connection.confirm_identity()
        message = page.set_max_concurrent_upgrades(connection.login_web, note.original)
    _forget(path, check_mode)
    return _result(before, note.original, note, message)


def _read(connection: Connection) -> int:
    number = page.read(connection.login_web)["max_concurrent_upgrades"]
    if number is None:
        raise PageError(
            "The maximum number of concurrent Jump Client upgrades was not found",
            appliance=connection.label,
            page=_PAGE,
            state="nothing was changed",
            advice="Set it by hand and leave out sra_jump_client_limit, or add the caption to the vocabulary "
            "(max_concurrent_upgrades).",
        )
    return int(number)


def _read_note(path: pathlib.Path | None, label: str) -> Note | None:
    """What an earlier task has left. Raises StateError where it cannot be read or belongs to another appliance."""
    if path is None or not path.exists():
        return None
    try:
        note = Note(**_json.read(path))
        numbers = (note.original, note.set_to)
        usable = note.label == label and all(
            isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= page.MOST for one in numbers
        )
    except (OSError, ValueError, TypeError):
        usable = False
    if not usable:
        raise StateError(
            f"{path} does not tell which number {label} had before",
            appliance=label,
            page=_PAGE,
            state="nothing was changed",
            advice="Look at the file, set the number by hand, and remove the file.",
        )
    return note


def _new_note(connection: Connection, original: int, set_to: int) -> Note:
    return Note(connection.label, original, set_to, as_data(datetime.datetime.now(datetime.UTC)))


def _write_note(path: pathlib.Path, note: Note) -> None:
    make_folders(path.parent)
    with atomic_file(path) as file:
        file.write(json.dumps(dataclasses.asdict(note), indent=1).encode() + b"\n")


def _forget(path: pathlib.Path, check_mode: bool) -> None:
    if not check_mode:
        path.unlink(missing_ok=True)


def _result(before: int | None, after: int | None, note: Note | None, message: str | None = None) -> dict[str, t.Any]:
    return {
        "changed": before != after,
        "max_concurrent_upgrades": after,
        "original": note.original if note is not None else before,
        "remembered": note is not None,
        "message": message or None,
        "diff": {"before": {"max_concurrent_upgrades": before}, "after": {"max_concurrent_upgrades": after}},
    }
