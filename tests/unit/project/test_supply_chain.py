# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks with hashes, a reproducible bill of materials, a manifest that ansible-sign verifies, an audit that can fail."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import subprocess
import sys
import tarfile
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
BIN = pathlib.Path(sys.prefix) / "bin"


def load() -> t.Any:
    spec = importlib.util.spec_from_file_location("supply_chain", ROOT / "tests" / "tools" / "supply_chain.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


supply_chain = load()


def need(tool: str) -> None:
    if not (BIN / tool).exists():
        pytest.skip(f"{tool} is not installed: make setup")


@pytest.mark.parametrize("lock", supply_chain.LOCKS, ids=lambda path: path.name)
def test_locks_are_exact_hashed_and_name_no_registry(lock: pathlib.Path) -> None:
    assert supply_chain.unlocked(lock) == []


@pytest.mark.parametrize(
    "line",
    [
        "requests==2.0.0",
        "requests>=2.0.0 --hash=sha256:" + "0" * 64,
        "--index-url https://registry.example.com/simple",
        "requests @ https://registry.example.com/requests.whl --hash=sha256:" + "0" * 64,
    ],
)
def test_what_is_not_locked_is_named(tmp_path: pathlib.Path, line: str) -> None:
    lock = tmp_path / "loose.txt"
    lock.write_text(line + "\n")
    assert supply_chain.unlocked(lock)
    with pytest.raises(supply_chain.SupplyChainError, match="Not locked"):
        supply_chain.audit([lock])


def test_the_bill_of_materials_is_the_lock(tmp_path: pathlib.Path) -> None:
    need("cyclonedx-py")
    files = [supply_chain.sbom(tmp_path / name) for name in ("one.cdx.json", "two.cdx.json")]
    assert files[0].read_bytes() == files[1].read_bytes()
    document = json.loads(files[0].read_text())
    assert (document["bomFormat"], document["metadata"]["component"]["name"]) == ("CycloneDX", "bseries.sra")
    stated = {f"{one['name']}=={one['version']}" for one in document["components"]}
    locked = {line.split()[0] for line in supply_chain.RUN_LOCK.read_text().splitlines() if line[:1].isalnum()}
    assert stated == locked


def answer(dependencies: list[dict[str, t.Any]] | None) -> t.Callable[..., subprocess.CompletedProcess[str]]:
    text = json.dumps({"dependencies": dependencies}) if dependencies is not None else ""
    return lambda *command, **_more: subprocess.CompletedProcess(command, 1, text, "ConnectionError: nobody there")


def test_the_audit_tells_weaknesses_and_what_it_could_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = [{"name": "requests", "version": "2.0.0", "vulns": [{"id": "PYSEC-2026-1"}]}]
    monkeypatch.setattr(supply_chain, "run", answer(weak))
    with pytest.raises(supply_chain.SupplyChainError, match=r"requests 2\.0\.0: PYSEC-2026-1"):
        supply_chain.audit()
    monkeypatch.setattr(
        supply_chain,
        "run",
        answer([{"name": "requests", "skip_reason": "not found"}, {"name": "lxml", "version": "6", "vulns": []}]),
    )
    audited, skipped = supply_chain.audit()
    assert (audited, len(skipped)) == (2, 2)
    monkeypatch.setattr(supply_chain, "run", answer(None))
    audited, skipped = supply_chain.audit()
    assert audited == 0
    assert "nobody there" in skipped[0]


def test_without_a_key_there_is_a_manifest_and_no_signature(tmp_path: pathlib.Path) -> None:
    need("ansible-sign")
    artifact, dest = packed(tmp_path, "MANIFEST.in", "site.yml"), tmp_path / "ansible-sign"
    assert [path.name for path in supply_chain.sign(artifact, dest)] == ["sha256sum.txt"]
    listed = (dest / "sha256sum.txt").read_text().splitlines()
    assert [line.partition("  ")[2] for line in listed] == ["MANIFEST.in", "site.yml"]


def test_what_cannot_be_signed_leaves_no_manifest(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("ansible-sign")
    dest = tmp_path / "ansible-sign"
    with pytest.raises(supply_chain.SupplyChainError, match=r"MANIFEST\.in is not in it"):
        supply_chain.sign(packed(tmp_path, "site.yml"), dest)
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    with pytest.raises(supply_chain.SupplyChainError, match="cannot be unpacked"):
        supply_chain.sign(tmp_path / "broken.tar.gz", dest)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "no-keys"))
    with pytest.raises(supply_chain.SupplyChainError, match="could not be signed with 0123"):
        supply_chain.sign(packed(tmp_path, "MANIFEST.in", "site.yml"), dest, "0123")
    assert not dest.exists()


def packed(folder: pathlib.Path, *names: str) -> pathlib.Path:
    """An artifact with these files, MANIFEST.in that of the collection."""
    artifact = folder / f"{len(names)}.tar.gz"
    with tarfile.open(artifact, "w:gz") as archive:
        for name in names:
            archive.add(ROOT / "MANIFEST.in", name)
    return artifact
