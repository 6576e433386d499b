# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups on the controller's disk, each with a small description beside it (``<file>.json``)."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import pathlib
import re
import typing as t

from .. import _json
from .._errors import InputError, SraError
from .._records import BackupFile, as_data
from .._transport.files import atomic_file, make_folders, sha256_of

SUFFIX: t.Final = ".nsb"
_TYPES: t.Final = {
    **dict.fromkeys(("file", "host", "sha256", "created", "source"), (str,)),
    **dict.fromkeys(("port", "size"), (int,)),
    **dict.fromkeys(("version", "appliance_id", "vault_key", "vault_key_sha256"), (str, type(None))),
    "protected": (bool,),
}


@dataclasses.dataclass(frozen=True)
class Description:
    """What is known of a backup file; ``size`` in bytes. ``protected`` tells that it needs a password.

    ``vault_key`` is the file beside it that holds the Vault encryption key, where that was asked for.
    """

    file: str
    host: str
    port: int
    size: int
    sha256: str
    created: str
    source: str
    protected: bool
    version: str | None = None
    appliance_id: str | None = None
    vault_key: str | None = None
    vault_key_sha256: str | None = None

    @property
    def time(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.created.replace("Z", "+00:00"))


@dataclasses.dataclass(frozen=True)
class Target:
    """Where a backup goes: ``file`` is None where the module chooses the name inside ``folder``."""

    folder: pathlib.Path
    file: pathlib.Path | None

    @classmethod
    def from_dest(cls, dest: str) -> Target:
        """``dest`` is a file where it ends in .nsb, else a folder. Raises InputError where it cannot be written."""
        path = pathlib.Path(dest)
        is_file = path.suffix == SUFFIX and not path.is_dir() and not dest.endswith("/")
        target = cls(path.parent, path) if is_file else cls(path, None)
        target._check_writable()
        return target

    def path_for(self, host: str, version: str | None, now: datetime.datetime) -> pathlib.Path:
        """The path of a new backup: host, product version and time in UTC, or the file that was asked for."""
        if self.file is not None:
            return self.file
        stamp = now.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        return self.folder / f"{_plain(host)}_{_plain(version or 'unknown')}_{stamp}{SUFFIX}"

    def prepare(self) -> None:
        """Make the folder, readable by its owner only; one that exists is left as it is."""
        try:
            make_folders(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error.strerror or str(error)) from error

    def _check_writable(self) -> None:
        if self.file is not None and self.file.exists() and not self.file.is_file():
            raise _unwritable(self.file, "it is no regular file")
        existing = self.folder
        while not existing.exists() and existing != existing.parent:
            existing = existing.parent
        if not existing.is_dir():
            raise _unwritable(self.folder, f"{existing} is no folder")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise _unwritable(self.folder, f"no permission to write in {existing}")


def vault_key_name(file: str) -> str:
    """The file for the Vault encryption key beside a backup file."""
    return f"{file}.vault-key"


def describe(backup: BackupFile, host: str, port: int, **facts: t.Any) -> Description:
    return Description(
        file=pathlib.Path(backup.path).name,
        host=host,
        port=port,
        size=backup.size,
        sha256=backup.sha256,
        created=as_data(backup.created),
        source=backup.source,
        **facts,
    )


def verify_on_disk(path: pathlib.Path, size: int, sha256: str) -> None:
    """Raises SraError where the file is not what was received."""
    seen = "no file"
    if path.is_file():
        seen = f"{path.stat().st_size} bytes, SHA-256 {sha256_of(path)}"
    if seen != f"{size} bytes, SHA-256 {sha256}" or size <= 0:
        raise SraError(
            f"The backup {path} is not what the appliance sent",
            expected=f"{size} bytes, SHA-256 {sha256}",
            seen=seen,
            advice="Do not rely on this file. Check the disk and run the backup again.",
        )


def verify_download(path: pathlib.Path, backup: BackupFile) -> None:
    """The same of a backup that came just now; what was read back while it came is not read once more."""
    if not backup.read_back or not path.is_file() or path.stat().st_size != backup.size:
        verify_on_disk(path, backup.size, backup.sha256)


def remember(folder: pathlib.Path, description: Description) -> None:
    """Write the description beside the backup."""
    with atomic_file(folder / f"{description.file}.json") as file:
        file.write(json.dumps(dataclasses.asdict(description), indent=2).encode() + b"\n")


def description_of(path: pathlib.Path) -> Description | None:
    """The description beside a backup file; None where it was made by something else."""
    description = _read(path.with_name(f"{path.name}.json"))
    return description if description is not None and description.file == path.name else None


def backups_of(folder: pathlib.Path, host: str, port: int) -> list[Description]:
    """The described backups of one appliance, newest first. What cannot be read is no backup of ours."""
    found = []
    for path in folder.glob(f"*{SUFFIX}.json"):
        description = _read(path)
        if description is not None and (description.host, description.port) == (host, port):
            found.append(description)
    return sorted(found, key=lambda description: (description.time, description.file), reverse=True)


def is_intact(folder: pathlib.Path, description: Description) -> bool:
    """Whether the files are there and still have the described content."""
    try:
        verify_on_disk(folder / description.file, description.size, description.sha256)
        if (
            description.vault_key is not None
            and sha256_of(folder / description.vault_key) != description.vault_key_sha256
        ):
            return False
    except (SraError, OSError):
        return False
    return True


def surplus(
    descriptions: t.Sequence[Description], keep: int | None, oldest: datetime.datetime | None = None
) -> list[Description]:
    """What is beyond the newest ``keep`` or made before ``oldest``, but never the newest; the sequence is newest first."""
    return [
        description
        for number, description in enumerate(descriptions)
        if (keep is not None and number >= keep) or (oldest is not None and number > 0 and description.time < oldest)
    ]


def remove(folder: pathlib.Path, description: Description) -> None:
    """Delete a backup and its description; one that is gone already is fine."""
    (folder / description.file).unlink(missing_ok=True)
    if description.vault_key is not None:
        (folder / description.vault_key).unlink(missing_ok=True)
    (folder / f"{description.file}.json").unlink(missing_ok=True)


def _read(path: pathlib.Path) -> Description | None:
    try:
        data = _json.read(path)
        if not _json.has_types(data, _TYPES):
            return None
        names = {field.name for field in dataclasses.fields(Description)}
        description = Description(**{name: value for name, value in data.items() if name in names})
        # Ours carries an aware time and names the file beside it, never a path elsewhere.
        ours = description.time.tzinfo is not None and path.name == f"{description.file}.json"
        key = description.vault_key
        ours = ours and (key is None or key == vault_key_name(description.file))
    except (OSError, ValueError, TypeError):
        return None
    return description if ours else None


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip(".-") or "unknown"


def _unwritable(path: pathlib.Path, why: str) -> InputError:
    return InputError(
        f"No backup can be written to {path}: {why}",
        expected="a folder, or a file ending in .nsb, that the controller's user may write",
        advice="Correct dest. Nothing was contacted.",
    )
