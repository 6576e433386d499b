# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks with hashes, a reproducible bill of materials, a manifest that ansible-sign verifies, an audit that can fail."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
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


def test_the_manifest_is_what_ansible_sign_verifies(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("ansible-sign")
    if shutil.which("gpg") is None or shutil.which("git") is None:
        pytest.skip("gpg and git are needed")
    project, home = tmp_path / "project", tmp_path / "gnupg"
    project.mkdir()
    home.mkdir(mode=0o700)
    (project / "site.yml").write_text("---\n")
    monkeypatch.setenv("GNUPGHOME", str(home))
    monkeypatch.setenv("ANSIBLE_SIGN_GPG_PASSPHRASE", "release")
    for command in (
        ["git", "init", "-q", str(project)],
        ["git", "-C", str(project), "add", "site.yml"],
        [
            "gpg",
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "release",
            "--quick-gen-key",
            "release@example.com",
            "ed25519",
            "sign",
            "1d",
        ],
    ):
        subprocess.run(command, check=True, capture_output=True)
    listed = subprocess.run(
        ["gpg", "--batch", "--with-colons", "--list-keys"], check=True, capture_output=True, text=True
    ).stdout
    key = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    verify = [str(BIN / "ansible-sign"), "project", "gpg-verify", str(project)]

    def verified() -> bool:
        return subprocess.run(verify, check=False, capture_output=True).returncode == 0

    try:
        checksums, signature = supply_chain.sign(project, key)
        assert signature.exists()
        assert "site.yml" in checksums.read_text()
        assert verified()
        (project / "slipped_in.yml").write_text("---\n")
        assert not verified()
        (project / "slipped_in.yml").unlink()
        (project / "site.yml").write_text("---\n# changed\n")
        assert not verified()
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False, capture_output=True)
