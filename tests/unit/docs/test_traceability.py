# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table from the guide's rows to playbooks, modules and tests is complete, and what it names exists."""

from __future__ import annotations

import ast
import dataclasses
import functools
import pathlib
import re

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._plan.steps import STEP_IDS

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARTS = {"PREP": 10, "CLIENT": 7, "AUTO": 5, "MAN": 5, "SYNC": 9, "ASYNC": 11, "HW": 9}
"""How many rows each part of the guide has."""
IDS = [f"{part}-{number}" for part, count in PARTS.items() for number in range(1, count + 1)]
STATES = ("done", "partly", "not yet")


@dataclasses.dataclass(frozen=True)
class Row:
    """One row; the last three cells as the names in them."""

    id: str
    what: str
    state: str
    steps: tuple[str, ...]
    modules: tuple[str, ...]
    tests: tuple[str, ...]


def rows() -> list[Row]:
    lines = (ROOT / "docs" / "traceability.md").read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]+-\d+ \|", line)
    ]
    return [Row(row[0], row[1], row[2], *(tuple(re.findall(r"`([^`]+)`", cell)) for cell in row[3:])) for row in cells]


ROWS = rows()


@functools.cache
def functions(path: pathlib.Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_row_of_the_guide_is_there_once_and_in_order() -> None:
    assert [row.id for row in ROWS] == IDS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_a_row_says_is_so(row: Row) -> None:
    assert row.what
    assert row.state in STATES
    if row.state == "not yet":
        assert (row.steps, row.modules, row.tests) == ((), (), ())
        return
    assert row.steps
    assert row.modules
    assert row.tests
    for name in row.steps:
        playbook, _colon, step = name.partition(": ")
        assert (ROOT / "playbooks" / f"{playbook}.yml").is_file(), playbook
        if step:
            assert step in STEP_IDS[playbook.removeprefix("upgrade_")], name
            text = (ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
            assert f"sra_step: {step}\n" in text or step == "confirm", name
    for module in row.modules:
        assert (ROOT / "plugins" / "modules" / f"{module}.py").is_file(), module
    for name in row.tests:
        file, _colons, function = name.partition("::")
        assert function in functions(ROOT / file), name
    if row.state == "done":
        assert any(name.startswith("tests/integration/") for name in row.tests), "done means that a playbook is driven"
