#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's artifact from what is committed: ``release.py [--dest FOLDER]``.

The same commit gives the same bytes: files in order, their times those of the commit (or ``SOURCE_DATE_EPOCH``), no owners. The
changelog is made from the fragments, and a README for each role from its argument specification. A bill of materials comes with
it, and the manifest of its files, signed with the key that ``SRA_SIGNING_KEY`` names.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path

import supply_chain
import yaml
from role_pages import write_pages

ROOT = Path(__file__).resolve().parents[2]
DEST = ROOT / ".build" / "release"
BIN = Path(sys.prefix) / "bin"
# Git refuses a checkout that another user owns, which is usual in a container.
GIT = ("git", "-c", "safe.directory=*")


def run(*command: str | Path, cwd: Path, **more: t.Any) -> bytes:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{(done.stdout + done.stderr).decode(errors='replace')}")
    return done.stdout


def moment() -> int:
    """Seconds since 1970 that all files of the artifact carry."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or run(*GIT, "log", "-1", "--format=%ct", cwd=ROOT))


def committed(folder: Path) -> None:
    """A copy of what is committed, and of nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Not Python's tarfile: it cannot filter what it unpacks before 3.11.4.
    run("tar", "-x", cwd=folder, input=run(*GIT, "archive", "--format=tar", "HEAD", cwd=ROOT))
    # The tool for changelogs asks Git which files there are.
    run(*GIT, "init", "--quiet", cwd=folder)


def changelog(folder: Path, when: int) -> None:
    """Turn the fragments into the changelog of this version, dated with the commit."""
    version = yaml.safe_load((folder / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    known = yaml.safe_load((folder / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"] or {}
    if version not in known:
        date = datetime.datetime.fromtimestamp(when, datetime.UTC).date().isoformat()
        run(BIN / "antsibull-changelog", "release", "--version", version, "--date", date, cwd=folder)


def build(folder: Path) -> Path:
    """The artifact as ansible-galaxy makes it."""
    out = folder.with_name("galaxy")
    shutil.rmtree(out, ignore_errors=True)
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", out, folder, cwd=folder)
    return next(out.glob("*.tar.gz"))


def normalised(artifact: Path, dest: Path, when: int) -> Path:
    """The same content with nothing of this machine in it: order, times, owners, permissions."""
    with tarfile.open(artifact) as archive:
        content = {
            member.name: (member.isdir(), bool(member.mode & 0o100), _read(archive, member)) for member in archive
        }
    listing = json.loads(content["FILES.json"][2])
    listing["files"].sort(key=lambda entry: entry["name"])
    files = _json(listing)
    manifest = json.loads(content["MANIFEST.json"][2])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    content["FILES.json"] = (False, False, files)
    content["MANIFEST.json"] = (False, False, _json(manifest))
    # ansible-galaxy looks for the manifest first.
    names = sorted(content, key=lambda name: (name != "MANIFEST.json", name != "FILES.json", name))
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            folder, program, data = content[name]
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
            info.mode = 0o755 if folder or program else 0o644
            info.mtime = when
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    dest.mkdir(parents=True, exist_ok=True)
    made = dest / artifact.name
    with made.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=when) as packed:
        packed.write(raw.getvalue())
    return made


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _json(data: t.Any) -> bytes:
    return json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"


def release(dest: Path) -> Path:
    when = moment()
    source = dest / "source"
    committed(source)
    changelog(source, when)
    write_pages(source)
    supply_chain.sbom(dest / "sbom.cdx.json")
    made = normalised(build(source), dest, when)
    supply_chain.sign(made, dest / "ansible-sign", supply_chain.signing_key())
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    (dest / "SHA256SUMS").write_text(f"{digest}  {made.name}\n", encoding="utf-8")
    for extra in ("CHANGELOG.md", "changelogs/changelog.yaml"):
        if (source / extra).is_file():
            shutil.copy2(source / extra, dest / Path(extra).name)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the collection's artifact, the same bytes from the same commit")
    parser.add_argument("--dest", type=Path, default=DEST)
    dest = parser.parse_args().dest.resolve()
    shutil.rmtree(dest, ignore_errors=True)
    try:
        made = release(dest)
    except supply_chain.SupplyChainError as error:
        sys.exit(str(error))
    print((dest / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    print(f"{made}, {made.stat().st_size / 1e6:.2f} MB")
    if supply_chain.signing_key() is None:
        print(supply_chain.NOT_SIGNED)


if __name__ == "__main__":
    main()
