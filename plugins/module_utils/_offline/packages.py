# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages in a folder on the controller, for appliances that cannot download (MAN-2, MAN-3)."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

from .._errors import InputError
from .._plan.packages import is_newer
from .._records import Kind, Package
from .._version import find_version
from . import manifest
from .manifest import Entry

# What lies beside packages and is none.
_BESIDE: t.Final = frozenset({".json", ".txt", ".md", ".pdf", ".html", ".sha256", ".asc", ".sig", ".part"})
_SUFFIX = re.compile(r"(\.[A-Za-z][A-Za-z0-9]{0,7})+$")
_BASE = re.compile(r"\b(base|basis|basissoftware)\b", re.IGNORECASE)
_PRODUCT = re.compile(
    r"bomgar|beyondtrust|privileged.?remote.?access|remote.?support|\bpra\b|\brs\b|\bproduct\b|\bproduk?t\b|\bsite\b",
    re.IGNORECASE,
)
_MEBIBYTE: t.Final = 1024 * 1024


def kind_of_file(name: str) -> tuple[Kind, str | None]:
    """Kind and version of a package by its file's name; ``other`` and None where the name does not tell."""
    stem = _SUFFIX.sub("", name)
    words = re.sub(r"[_-]+", " ", stem)
    version = find_version(stem)
    if _BASE.search(words):
        return "base", version
    return ("product" if _PRODUCT.search(words) else "other"), version


@dataclasses.dataclass
class PackageSet:
    """Package files of one folder; ``only`` where one file of it was named."""

    folder: pathlib.Path
    entries: tuple[Entry, ...]
    has_manifest: bool
    only: str | None = None

    @classmethod
    def open(cls, path: str) -> PackageSet:
        """The packages of a folder, or one package file. Raises InputError; contacts nothing and reads no package."""
        given = pathlib.Path(path).expanduser()
        if given.is_file():
            return cls._single(given)
        if not given.is_dir():
            raise InputError(
                f"There are no packages at {given}: it is neither a folder nor a file on the controller",
                advice="Name the folder that the packages were downloaded to, or one package file.",
            )
        try:
            known = manifest.read(given)
            files = sorted(one for one in given.iterdir() if one.is_file() and _may_be_package(one))
        except OSError as error:
            raise InputError(f"The folder {given} cannot be read: {error.strerror or error}") from error
        if known is not None:
            return cls(given, known, True)
        return cls(given, tuple(_entry_of(one, named=False) for one in files), False)

    @classmethod
    def _single(cls, path: pathlib.Path) -> PackageSet:
        known = manifest.read(path.parent)
        own = [entry for entry in known or () if entry.file == path.name]
        if own:
            return cls(path.parent, tuple(known or ()), True, path.name)
        return cls(path.parent, (_entry_of(path, named=True),), False, path.name)

    @property
    def chosen(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if self.only in (None, entry.file))

    def packages(self, appliance: str | None) -> list[Package]:
        """What can be uploaded; a package without a version of its own only where it was not installed before."""
        return [
            Package(entry.name, entry.kind, entry.version, True, details={"file": entry.file, "size": str(entry.size)})
            for entry in self.chosen
            if not (appliance in entry.installed_on and (entry.kind == "other" or not entry.version))
        ]

    def path_of(self, package: Package) -> pathlib.Path:
        return self.folder / package.details["file"]

    def verify(self, kinds: t.Collection[str] = ("base", "product", "other")) -> None:
        """Read the files and compare them with the manifest. Raises InputError that names all that is wrong."""
        found = {entry.file: manifest.damage(self.folder, entry) for entry in self.chosen if entry.kind in kinds}
        wrong = [f"{file}: {problem}" for file, problem in found.items() if problem is not None]
        if wrong:
            raise InputError(
                f"The packages in {self.folder} are not what the manifest says; nothing was uploaded",
                expected=f"files as in {manifest.NAME}",
                seen="; ".join(wrong),
                advice="Copy them anew from where they were downloaded. A second download of a package needs the vendor's "
                "support, because the update server lists it only once.",
            )

    def mark_installed(self, package: Package, appliance: str) -> str | None:
        """Remember in the manifest that a package is installed; returns why that was not possible, or None."""
        if not self.has_manifest:
            return None
        file = package.details["file"]
        self.entries = tuple(
            dataclasses.replace(entry, installed_on=(*entry.installed_on, appliance))
            if entry.file == file and appliance not in entry.installed_on
            else entry
            for entry in self.entries
        )
        try:
            manifest.write(self.folder, self.entries)
        except InputError as error:
            return f"{package.name} is installed, but that could not be noted in {manifest.NAME}: {error.message}"
        return None

    def waiting(self, appliance: str | None, version: str | None, base_version: str | None) -> list[Entry]:
        """Downloaded packages that the appliance, running these versions, does not have yet."""
        installed = {"product": version, "base": base_version}
        found = []
        for entry in self.entries:
            if appliance is not None and appliance in entry.installed_on:
                continue
            if (
                entry.kind == "other"
                or not entry.version
                or is_newer(entry.version, installed[entry.kind])
                or not installed[entry.kind]
            ):
                found.append(entry)
        return found

    def words(self) -> str:
        """For people: how many, how large, how they were checked."""
        total = sum(entry.size for entry in self.chosen) / _MEBIBYTE
        names = ", ".join(entry.name for entry in self.chosen) or "no package"
        how = "manifest" if self.has_manifest else "no manifest, so that damage cannot be seen"
        return f"{self.folder}: {names} ({total:.0f} MiB, {how})"


def _may_be_package(path: pathlib.Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() not in _BESIDE


def _entry_of(path: pathlib.Path, *, named: bool) -> Entry:
    kind, version = kind_of_file(path.name)
    if (kind == "other" or version is None) and not named:
        raise InputError(
            f"It cannot be told what {path} is",
            expected=f"a {manifest.NAME} beside it, or a file name with 'base' or the product's name and a version",
            seen=path.name,
            advice="Download with appliance_update_download, which writes the manifest, rename the file, or take it out of "
            "the folder.",
        )
    return Entry(path.name, path.stat().st_size, None, _SUFFIX.sub("", path.name), kind, version)
