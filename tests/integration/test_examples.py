# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example inventories: Ansible reads them, and the collection explains them back."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

from .conftest import ROOT, environment

EXAMPLES = ROOT / "docs" / "examples"
SAID = {
    "one_pair": ["PAIR access", "pra1 at 192.0.2.11:443", "device B, its backup       pra2", "shared IP 192.0.2.10"],
    "three_pairs": ["3 lane(s)", "tokyo1", "production moves by the DNS record tokyo.example.com"],
    "single": ["SINGLE APPLIANCE pra", "access.example.com:443"],
    "migration": ["MIGRATION access", "pra_old at 192.0.2.11", "pra_new at 192.0.2.13"],
    "lanes": ["device B, its backup       wien2 at 192.0.2.22:8443", "2 lane(s)"],
    "cmdb": ["PAIR berlin", "PAIR wien", "in none of the groups: lab9, mail1"],
}


def run(folder: pathlib.Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(pathlib.Path(sys.executable).with_name(program)), *arguments],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_example_is_tested() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(SAID)


@pytest.mark.parametrize("example", sorted(SAID))
def test_an_example_is_read_and_explained(example: str, tmp_path: pathlib.Path) -> None:
    copy = tmp_path / example
    shutil.copytree(EXAMPLES / example, copy)
    inventory = copy / ("inventory.yml" if (copy / "inventory.yml").exists() else "inventory")
    vault = next(inventory.parent.glob("**/vault.yml"))
    password = tmp_path / "password"
    password.write_text("a password for the vault", encoding="utf-8")
    options = ("-i", str(inventory), "--vault-password-file", str(password))
    encrypted = run(tmp_path, "ansible-vault", "encrypt", "--vault-password-file", str(password), str(vault))
    assert encrypted.returncode == 0, encrypted.stderr
    listed = run(tmp_path, "ansible-inventory", *options, "--list")
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["_meta"]["hostvars"]
    explained = run(tmp_path, "ansible-playbook", *options, "bseries.sra.explain_inventory")
    assert explained.returncode == 0, explained.stdout + explained.stderr
    said = " ".join(explained.stdout.split())
    assert [words for words in SAID[example] if " ".join(words.split()) not in said] == []
    assert "change me" not in explained.stdout
