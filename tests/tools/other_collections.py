#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put other collections below ``.build/collections``, for tests: ``other_collections.py [namespace.name ...]``.

They come out of the package ``ansible`` of the Python package index, which any machine that can install the tests reaches.
Nothing is done for what is there already.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
FOLDER = BUILD / "collections"
PACKAGE = "ansible==12.3.0"
"""The newest that carries awx.awx and installs with every Python that is supported."""


def provide(*names: str) -> pathlib.Path:
    """The folder for ANSIBLE_COLLECTIONS_PATH that holds the collections ``names`` with what they depend on."""
    missing = [name for name in names if not _manifest(name).is_file()]
    if missing:
        with zipfile.ZipFile(_wheel()) as wheel:
            _unpack(wheel, missing)
    return FOLDER


def _manifest(name: str) -> pathlib.Path:
    return FOLDER / "ansible_collections" / pathlib.Path(*name.split(".")) / "MANIFEST.json"


def _wheel() -> pathlib.Path:
    folder = BUILD / "wheels"
    version = PACKAGE.partition("==")[2]
    found = next(folder.glob(f"ansible-{version}-*.whl"), None)
    if found is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--dest", str(folder), PACKAGE], check=True)
        found = next(folder.glob(f"ansible-{version}-*.whl"))
    return found


def _unpack(wheel: zipfile.ZipFile, wanted: list[str]) -> None:
    members = wheel.namelist()
    done: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in done:
            continue
        done.add(name)
        prefix = f"ansible_collections/{name.replace('.', '/')}/"
        # The manifest comes last: where it is, the collection is whole.
        own = [member for member in members if member.startswith(prefix)]
        for member in sorted(own, key=lambda member: member == f"{prefix}MANIFEST.json"):
            wheel.extract(member, FOLDER)
        wanted += json.loads(wheel.read(f"{prefix}MANIFEST.json"))["collection_info"]["dependencies"]


if __name__ == "__main__":
    print(provide(*(sys.argv[1:] or ["awx.awx"])))
