# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every command that README and guides tell people to type is run: the README's in its order, the others in check mode."""

from __future__ import annotations

import pathlib
import re
import shlex
import typing as t

from .conftest import ROOT, Lab
from .test_procedures import SINGLE

StartLab = t.Callable[..., Lab]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
INVENTORY = re.compile(r"-i (?:inventory\.yml|INVENTORY)(?= )")
ELSEWHERE = {
    "download_packages": "test_offline.py",
    "migrate_hardware": "test_hardware.py",
    "decommission": "test_hardware.py",
    "awx_setup": "test_awx.py",
    "rehearse": "test_rehearsal.py",
}
"""Playbooks that need another scene than one pair, and the tests that run them as documented."""


def commands(document: pathlib.Path) -> list[str]:
    """The ``ansible-playbook`` commands of a document, without what asks for the vault's password."""
    found = re.findall(r"(?m)(?:^ *|`)(ansible-playbook [^`\n]+)", document.read_text(encoding="utf-8"))
    return [re.sub(r" --ask-vault-pass", "", command).strip() for command in found]


def play(lab: Lab, command: str, *extra: str) -> None:
    """Run a documented command with the lab's inventory."""
    assert INVENTORY.search(command), f"{command}: names no inventory of the reader"
    program, *words = shlex.split(INVENTORY.sub("", command))
    assert program == "ansible-playbook"
    playbook = next(word for word in words if word.startswith("bseries.sra."))
    words.remove(playbook)
    outcome = lab.play(playbook.removeprefix("bseries.sra."), *words, *extra)
    assert outcome.status == 0, f"{command}\n{outcome.output}"


def others() -> list[str]:
    """The commands of the guides that the README does not have, each once."""
    known = set(commands(ROOT / "README.md"))
    found = [command for document in DOCUMENTS[1:] for command in commands(document) if command not in known]
    return list(dict.fromkeys(found))


def test_every_command_is_found() -> None:
    told = sum(document.read_text(encoding="utf-8").count("ansible-playbook -i") for document in DOCUMENTS)
    assert sum(len(commands(document)) for document in DOCUMENTS) == told


def test_the_readme_from_top_to_bottom(start_lab: StartLab) -> None:
    lab = start_lab()
    wanted = commands(ROOT / "README.md")
    assert [command.rpartition("bseries.sra.")[2] for command in wanted] == [
        "compatibility",
        "plan",
        "preflight",
        "upgrade_asynchronous",
        "upgrade_asynchronous -e sra_confirmed=true",
    ]
    back = "ansible-playbook -i inventory.yml bseries.sra.swing_back"
    assert back in commands(ROOT / "docs" / "asynchronous.md")
    for command in (*wanted[:-1], back, wanted[-1]):
        play(lab, command)
    assert lab.device("a")["product"] == lab.device("b")["product"] == "12.2.0"
    assert lab.simulator.violations() == []


def test_the_guides_commands_in_check_mode(start_lab: StartLab) -> None:
    lab = start_lab()
    done = []
    for command in others():
        playbook = re.search(r"bseries\.sra\.(\w+)", command)
        assert playbook is not None, command
        if playbook[1] in ELSEWHERE:
            text = (pathlib.Path(__file__).with_name(ELSEWHERE[playbook[1]])).read_text(encoding="utf-8")
            assert f'"{playbook[1]}"' in text
            continue
        if playbook[1] in ("swing_back", "upgrade_single"):
            continue
        play(lab, command, *(() if "--check" in command else ("--check",)))
        done.append(command)
    assert done
    assert lab.writes() == []


def test_the_guide_to_a_single_appliance(start_lab: StartLab) -> None:
    lab = start_lab(SINGLE)
    wanted = commands(ROOT / "docs" / "single.md")
    assert [command.rpartition("bseries.sra.")[2] for command in wanted] == [
        "plan",
        "upgrade_single --check",
        "upgrade_single",
    ]
    for command in wanted:
        play(lab, command)
    assert lab.device("a")["product"] == "12.2.0"
    assert lab.simulator.violations() == []
