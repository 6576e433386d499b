# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TTL that a record had before it was lowered for a swing, in a file for this run and later ones (ASYNC-6)."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib

from .._errors import StateError
from .._records import as_data
from .._transport.files import atomic_file, make_folders
from .model import RecordSet


@dataclasses.dataclass(frozen=True)
class Note:
    """The record had the TTL ``original`` (seconds) until ``set_to`` was set at ``since`` (RFC 3339)."""

    record: str
    type: str
    original: int
    set_to: int
    since: str

    @property
    def until(self) -> datetime.datetime:
        """When no cache can hold an answer with the original TTL any more."""
        return datetime.datetime.fromisoformat(self.since.replace("Z", "+00:00")) + datetime.timedelta(
            seconds=self.original
        )

    def left(self) -> float:
        """Seconds until then; 0 where that is past, and no more than the TTL where this machine's clock was set back."""
        return min(max(0.0, (self.until - datetime.datetime.now(datetime.UTC)).total_seconds()), float(self.original))


def read(path: pathlib.Path | None, record: RecordSet) -> Note | None:
    """The note of this record, None where there is none. Raises StateError where the file is not one of it."""
    if path is None or not path.exists():
        return None
    try:
        note = Note(**json.loads(path.read_text(encoding="utf-8")))
        usable = (note.record, note.type) == (record.name, record.type) and note.until.tzinfo is not None
        usable = usable and all(isinstance(one, int) for one in (note.original, note.set_to))
    except (OSError, ValueError, TypeError, AttributeError):
        usable = False
    if not usable:
        raise StateError(
            f"{path} does not tell which TTL {record.name} had before",
            expected=f"a note of the {record.type} record {record.name}",
            state="Nothing was changed.",
            advice="Look at the file, set the record's TTL by hand, and remove the file.",
        )
    return note


def write(path: pathlib.Path, before: RecordSet, set_to: int) -> Note:
    """Remember what ``before`` is; written before the record is touched, so that a killed run is put right by the next."""
    note = Note(before.name, before.type, before.ttl or 0, set_to, as_data(datetime.datetime.now(datetime.UTC)))
    make_folders(path.parent)
    with atomic_file(path) as file:
        file.write(json.dumps(dataclasses.asdict(note), indent=1).encode() + b"\n")
    return note
