# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users get: the artifact, the same bytes each time; and a procedure with nothing but what the artifact says it needs."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import typing as t

import pytest

from .conftest import ROOT, Lab, environment

StartLab = t.Callable[..., Lab]
BIN = pathlib.Path(sys.executable).parent


def run(*command: str | pathlib.Path, cwd: pathlib.Path, **more: str) -> str:
    home = cwd / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**environment(home), **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def release(folder: pathlib.Path, name: str, **more: str) -> pathlib.Path:
    run(sys.executable, ROOT / "tests" / "tools" / "release.py", "--dest", folder / name, cwd=folder, **more)
    return next((folder / name).glob("*.tar.gz"))


@dataclasses.dataclass(kw_only=True)
class InstalledLab(Lab):
    """Runs playbooks with another Python environment and another copy of the collection."""

    program: pathlib.Path
    collections: pathlib.Path

    def command(self, playbook: str, *extra: str) -> list[str]:
        path = f"ANSIBLE_COLLECTIONS_PATH={self.collections}"
        return ["env", path, str(self.program), *super().command(playbook, *extra)[1:]]


@pytest.mark.slow
def test_the_artifact_is_reproducible_and_runs_with_exactly_what_it_says_it_needs(
    start_lab: StartLab, tmp_path: pathlib.Path
) -> None:
    artifact = release(tmp_path, "first")
    assert artifact.read_bytes() == release(tmp_path, "second").read_bytes()
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
        assert {(member.uid, member.uname, member.mode & 0o022) for member in archive} == {(0, "", 0)}
    assert "CHANGELOG.md" in names
    assert "extensions/patterns/appliance_upgrade/meta/pattern.json" in names
    assert {f"roles/{role.name}/README.md" for role in (ROOT / "roles").iterdir()} <= set(names), "Galaxy asks for them"
    lean = (".ci", "requirements/", "Makefile", "noxfile.py", "extensions/molecule", "changelogs/fragments")
    assert [name for name in names if name.startswith(lean)] == []
    tests = {name for name in names if name.partition("/")[0] == "tests"}
    assert [name for name in sorted(tests - {"tests"}) if not name.startswith("tests/simulator")] == []

    installed = tmp_path / "installed"
    own = {"ANSIBLE_COLLECTIONS_PATH": str(installed)}
    run(BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", installed, artifact, cwd=tmp_path, **own)
    run(BIN / "ansible-galaxy", "collection", "verify", "--offline", "bseries.sra", cwd=tmp_path, **own)
    needs, system = tmp_path / "needs.txt", tmp_path / "bindep.txt"
    introspect = ("introspect", f"--write-pip={needs}", f"--write-bindep={system}", str(installed))
    run(BIN / "ansible-builder", *introspect, cwd=tmp_path)
    assert "requests" in needs.read_text(encoding="utf-8")

    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=tmp_path)
    core = next(line for line in (ROOT / "requirements" / "run.in").read_text().splitlines() if "ansible-core" in line)
    run(
        venv / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "-r",
        needs,
        core,
        cwd=tmp_path,
        HOME=str(pathlib.Path.home()),
    )
    lab = start_lab()
    user = InstalledLab(
        lab.simulator, lab.folder, lab.settings, program=venv / "bin" / "ansible-playbook", collections=installed
    )
    outcome = user.play("upgrade_asynchronous", "-e", "sra_confirmed=true", timeout=1200)
    assert outcome.status == 0, outcome.output
    assert [lab.device(letter)["product"] for letter in "ab"] == ["12.2.0", "12.2.0"]
    assert lab.simulator.violations() == []


@pytest.fixture
def signer() -> t.Iterator[dict[str, str]]:
    """Environment variables that lead to a key which lives as long as the test."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed: nothing can be signed")
    # The agent's socket needs a short path.
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:
        own = {"GNUPGHOME": home, "ANSIBLE_SIGN_GPG_PASSPHRASE": "release"}
        gpg = ("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "release")
        try:
            run(*gpg, "--quick-gen-key", "release@example.com", "ed25519", "sign", "1d", cwd=pathlib.Path(home), **own)
            listed = run("gpg", "--batch", "--with-colons", "--list-keys", cwd=pathlib.Path(home), **own)
            (key,) = (line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
            yield {**own, "SRA_SIGNING_KEY": key}
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, **own}, check=False, capture_output=True)


@pytest.mark.slow
def test_the_signature_covers_every_file_of_the_artifact_and_tampering_is_seen(
    signer: dict[str, str], tmp_path: pathlib.Path
) -> None:
    artifact = release(tmp_path, "signed", **signer)
    with tarfile.open(artifact) as archive:
        files = {member.name for member in archive if member.isfile()}
    signed = artifact.with_name("ansible-sign")
    listed = [line.partition("  ")[2] for line in (signed / "sha256sum.txt").read_text(encoding="utf-8").splitlines()]
    assert sorted(listed) == sorted(files)

    # As SECURITY.md says.
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    run("tar", "-xzf", artifact, "-C", unpacked, cwd=tmp_path)
    shutil.copytree(signed, unpacked / ".ansible-sign")

    def problem() -> str | None:
        done = subprocess.run(
            [str(BIN / "ansible-sign"), "project", "gpg-verify", str(unpacked)],
            env={**os.environ, **signer},
            check=False,
            capture_output=True,
            text=True,
        )
        return None if done.returncode == 0 else done.stdout + done.stderr

    assert problem() is None
    changed = unpacked / "plugins" / "modules" / "shared_ip.py"
    genuine = changed.read_bytes()
    changed.write_bytes(genuine + b"# more\n")
    assert "shared_ip.py" in (problem() or "")
    changed.unlink()
    assert "shared_ip.py" in (problem() or "")
    changed.write_bytes(genuine)
    slipped_in = changed.with_name("slipped_in.py")
    slipped_in.touch()
    assert "slipped_in.py" in (problem() or "")
    slipped_in.unlink()
    assert problem() is None
    manifest = unpacked / ".ansible-sign" / "sha256sum.txt"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("a", "b", 1), encoding="utf-8")
    assert "signature" in (problem() or "").lower()


@pytest.mark.parametrize("definition_file", ["execution-environment.yml", "execution-environment-browser.yml"])
def test_the_builder_makes_a_context_with_the_collection_in_it(tmp_path: pathlib.Path, definition_file: str) -> None:
    definition = tmp_path / "execution-environment"
    definition.mkdir()
    for file in (ROOT / "execution-environment").iterdir():
        (definition / file.name).write_bytes(file.read_bytes())
    made = tmp_path / ".build" / "release"
    made.mkdir(parents=True)
    (made / "bseries-sra-0.1.0.tar.gz").write_bytes(b"")
    run(BIN / "ansible-builder", "create", "-f", definition_file, "-c", tmp_path / "context", cwd=definition)
    assert (tmp_path / "context" / "_build" / "collections" / "bseries-sra-0.1.0.tar.gz").exists()
    recipe = next((tmp_path / "context").glob("*file")).read_text(encoding="utf-8")
    assert "ansible-core>=2.17" in recipe
    system = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "context" / "_build").glob("bindep*"))
    assert ("chromium" in system) is ("browser" in definition_file)
    version = (ROOT / "galaxy.yml").read_text(encoding="utf-8").partition("version: ")[2].split()[0]
    assert f"bseries-sra-{version}.tar.gz" in (definition / "requirements.yml").read_text(encoding="utf-8")
