#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a release tells about itself: a bill of materials, a manifest of its files, known weaknesses of its dependencies.

    supply_chain.py sbom FILE      the run-time dependencies, exact and with hashes, as CycloneDX JSON
    supply_chain.py sign ARTIFACT  ansible-sign/sha256sum.txt beside the artifact; with SRA_SIGNING_KEY also its signature
    supply_chain.py audit          locked dependencies against the advisories that the registry knows

`make release` calls the functions. All of them raise SupplyChainError with a sentence for people.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.prefix) / "bin"
RUN_LOCK = ROOT / "requirements" / "run.txt"
LOCKS = (RUN_LOCK, ROOT / "requirements" / "dev.txt")
LIMIT = 300.0
"""Seconds that one tool may take."""
NOT_SIGNED = "Not signed: SRA_SIGNING_KEY names no key."


class SupplyChainError(Exception):
    """A tool failed, or found something."""


def run(*command: str | Path, **more: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a tool of the development environment, without asking for anything."""
    try:
        return subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
            **more,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SupplyChainError(f"{command[0]} cannot be run: {error}. `make setup` installs it.") from error


def sbom(dest: Path, lock: Path = RUN_LOCK) -> Path:
    """Write the bill of materials of the collection: its locked run-time dependencies. The same lock gives the same file."""
    done = run(
        BIN / "cyclonedx-py",
        "requirements",
        lock,
        "--output-reproducible",
        "--spec-version",
        "1.6",
        "--output-format",
        "JSON",
    )
    if done.returncode != 0:
        raise SupplyChainError(f"The bill of materials could not be made: {done.stderr.strip()}")
    document = json.loads(done.stdout)
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    name = f"{galaxy['namespace']}.{galaxy['name']}"
    document.setdefault("metadata", {})["component"] = {
        "type": "application",
        "bom-ref": name,
        "name": name,
        "version": galaxy["version"],
        "description": galaxy["description"].strip(),
        "licenses": [{"license": {"id": licence}} for licence in galaxy["license"]],
    }
    for component in document["components"]:
        component["bom-ref"] = component["purl"]
        component.pop("description", None)
    components = sorted(one["bom-ref"] for one in document["components"])
    # The lock is flat: what needs what stands in its comments only.
    document["dependencies"] = [{"ref": name, "dependsOn": components}, *({"ref": one} for one in components)]
    dest.parent.mkdir(parents=True, exist_ok=True)
    dest.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return dest


def sign(artifact: Path, dest: Path, key: str | None = None) -> tuple[Path, ...]:
    """Write into ``dest`` the manifest that ansible-sign verifies, and with ``key`` (a GnuPG fingerprint) its signature.

    The manifest holds every file of the unpacked artifact; one that is there besides makes the verification fail. A
    passphrase is taken from ANSIBLE_SIGN_GPG_PASSPHRASE.
    """
    from ansible_sign.checksum import ChecksumFile
    from ansible_sign.checksum.differ.distlib_manifest import DistlibManifestChecksumFileExistenceDiffer

    with tempfile.TemporaryDirectory(prefix="sign-") as unpacked:
        project = Path(unpacked)
        done = run("tar", "-xzf", artifact, "-C", project)
        if done.returncode != 0:
            raise SupplyChainError(f"{artifact} cannot be unpacked: {done.stderr.strip()}")
        if not (project / "MANIFEST.in").is_file():
            raise SupplyChainError(f"{artifact} is no artifact of a release: MANIFEST.in is not in it.")
        folder = project / ".ansible-sign"
        folder.mkdir()
        content = ChecksumFile(str(project), differ=DistlibManifestChecksumFileExistenceDiffer).generate_gnu_style()
        (folder / "sha256sum.txt").write_text(content, encoding="utf-8")
        if key is not None:
            _sign(project, key)
        shutil.rmtree(dest, ignore_errors=True)
        shutil.copytree(folder, dest)
    return tuple(sorted(dest.iterdir()))


def _sign(project: Path, key: str) -> None:
    # An empty passphrase would become part of what is signed.
    environment = {name: value for name, value in os.environ.items() if name != "ANSIBLE_SIGN_GPG_PASSPHRASE" or value}
    done = run(BIN / "ansible-sign", "project", "gpg-sign", "--fingerprint", key, project, env=environment)
    if done.returncode != 0 or not (project / ".ansible-sign" / "sha256sum.txt.sig").is_file():
        raise SupplyChainError(f"The manifest could not be signed with {key}: {(done.stderr + done.stdout).strip()}")


def signing_key() -> str | None:
    """The fingerprint that the environment variable SRA_SIGNING_KEY names."""
    return os.environ.get("SRA_SIGNING_KEY") or None


def unlocked(lock: Path) -> list[str]:
    """Requirements of a lock without a hash or an exact version, and lines that name a registry."""
    text = lock.read_text(encoding="utf-8")
    found = [
        line for line in text.splitlines() if re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", line)
    ]
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " ")):
        requirement = entry.split("#")[0].strip()
        if requirement and not re.match(
            r"[A-Za-z0-9._-]+(\[[^\]]*\])?==\S+.*--hash=sha256:[0-9a-f]{64}", requirement, re.DOTALL
        ):
            found.append(requirement.splitlines()[0])
    return found


def audit(locks: Sequence[Path] = LOCKS) -> tuple[int, list[str]]:
    """How many packages were audited, and sentences about what could not be. Raises SupplyChainError for a weakness or a lock that is not one."""
    loose = [f"{lock.name}: {line}" for lock in locks for line in unlocked(lock)]
    if loose:
        raise SupplyChainError(f"Not locked: {'; '.join(loose)}")
    skipped = []
    audited = 0
    for lock in locks:
        done = run(
            BIN / "pip-audit",
            "--require-hashes",
            "--disable-pip",
            "-r",
            lock,
            "-f",
            "json",
            "--progress-spinner",
            "off",
        )
        try:
            dependencies = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            skipped.append(f"{lock.name} was not audited: the advisories cannot be reached ({_last(done.stderr)})")
            continue
        weak = [
            f"{one['name']} {one['version']}: {', '.join(each['id'] for each in one['vulns'])}"
            for one in dependencies
            if one.get("vulns")
        ]
        if weak:
            raise SupplyChainError(
                f"Known weaknesses in {lock.name}: {'; '.join(weak)}. `make lock` takes newer versions."
            )
        unknown = [one["name"] for one in dependencies if one.get("skip_reason")]
        audited += len(dependencies) - len(unknown)
        if unknown:
            skipped.append(
                f"{lock.name}: the registry tells no advisories for {len(unknown)} of {len(dependencies)} packages"
            )
    return audited, skipped


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "no reason given"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Bill of materials, manifest and audit of a release")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom").add_argument("file", type=Path)
    commands.add_parser("sign").add_argument("artifact", type=Path)
    commands.add_parser("audit")
    options = parser.parse_args(arguments)
    try:
        if options.command == "sbom":
            print(sbom(options.file))
        elif options.command == "sign":
            artifact = options.artifact.resolve()
            print(*sign(artifact, artifact.with_name("ansible-sign"), signing_key()), sep="\n")
            if signing_key() is None:
                print(NOT_SIGNED)
        else:
            audited, skipped = audit()
            for sentence in skipped:
                print(f"SKIPPED {sentence}")
            print(
                f"{len(LOCKS)} locks hold exact versions with hashes and name no registry; {audited} packages audited, no weakness known."
            )
    except SupplyChainError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
