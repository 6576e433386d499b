# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manifest of downloaded packages (``manifest.json``): what each file is, its size and SHA-256, where it is installed."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

from .. import _json
from .._errors import InputError
from .._records import Kind
from .._transport.files import atomic_file, sha256_of

NAME: t.Final = "manifest.json"
FORMAT: t.Final = 1
_KINDS: t.Final = ("base", "product", "other")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One package file. ``size`` in bytes, ``sha256`` in hex; None where a file without a manifest was not read yet.

    ``key`` is the fingerprint of the download key that it was downloaded with, never the key. ``installed_on`` names the
    appliances (id, or host and port) that it was uploaded to and installed on.
    """

    file: str
    size: int
    sha256: str | None
    name: str
    kind: Kind
    version: str | None
    downloaded: str | None = None
    source: str | None = None
    key: str | None = None
    installed_on: tuple[str, ...] = ()

    @property
    def base(self) -> bool:
        return self.kind == "base"


def read(folder: pathlib.Path) -> tuple[Entry, ...] | None:
    """The entries of a folder's manifest, None where there is none. Raises InputError where it cannot be trusted."""
    path = folder / NAME
    try:
        data = _json.read(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("packages"), list):
        raise _unreadable(path, f"it is no manifest of format {FORMAT}")
    entries = tuple(_entry(path, one) for one in data["packages"])
    if len({entry.file for entry in entries}) != len(entries):
        raise _unreadable(path, "it names a file twice")
    return entries


def write(folder: pathlib.Path, entries: t.Iterable[Entry]) -> None:
    """Replace the manifest at once (0600). Raises InputError where the folder cannot be written."""
    packages = [dataclasses.asdict(entry) for entry in sorted(entries, key=lambda entry: entry.file)]
    with atomic_file(folder / NAME) as file:
        file.write(json.dumps({"format": FORMAT, "packages": packages}, indent=2).encode() + b"\n")


def damage(folder: pathlib.Path, entry: Entry) -> str | None:
    """What is wrong with the file of an entry, None where it is what the manifest says."""
    path = folder / entry.file
    try:
        if not path.is_file():
            return "the file is missing"
        size = path.stat().st_size
        if size != entry.size:
            return f"the file has {size} bytes, the manifest says {entry.size}"
        if entry.sha256 is not None and sha256_of(path) != entry.sha256:
            return "the file's SHA-256 is not the one in the manifest"
    except OSError as error:
        return f"the file cannot be read: {error.strerror or error}"
    return None


def _entry(path: pathlib.Path, data: t.Any) -> Entry:
    try:
        entry = Entry(
            file=str(data["file"]),
            size=int(data["size"]),
            sha256=str(data["sha256"]).lower(),
            name=str(data["name"]),
            kind=data["kind"],
            **{name: _text(data.get(name)) for name in ("version", "downloaded", "source", "key")},
            installed_on=tuple(str(one) for one in data.get("installed_on") or ()),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise _unreadable(path, f"an entry is malformed: {error}") from error
    if entry.kind not in _KINDS or len(entry.sha256 or "") != 64 or entry.size < 0:
        raise _unreadable(path, f"the entry of {entry.file!r} is malformed")
    # A manifest comes from another machine: it must not lead out of its folder.
    if (
        pathlib.PurePath(entry.file).name != entry.file
        or "\\" in entry.file
        or entry.file in ("", ".", "..")
        or not entry.file.isprintable()
    ):
        raise _unreadable(path, f"{entry.file!r} is no plain file name")
    return entry


def _text(value: t.Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _unreadable(path: pathlib.Path, why: str) -> InputError:
    return InputError(
        f"The manifest {path} cannot be used: {why}",
        advice="Copy the folder anew from where appliance_update_download wrote it. Nothing was contacted.",
    )
