# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of a release's roles say what the roles say of themselves."""

from __future__ import annotations

import pathlib
import re
import shutil
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import role_pages  # noqa: E402 (the tools' folder is put on the path first)

ROLES = sorted(path.parents[1] for path in ROOT.glob(f"roles/*/{role_pages.SPECS}"))
roles = pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)


@roles
def test_a_page_has_a_row_for_each_variable_of_each_entry_point(role: pathlib.Path) -> None:
    specs = yaml.safe_load((role / role_pages.SPECS).read_text(encoding="utf-8"))["argument_specs"]
    variables = [name for spec in specs.values() for name in spec.get("options", {})]
    text = role_pages.page(role)
    assert text.startswith(f"# bseries.sra.{role.name}\n")
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == sorted(variables)
    assert not re.search(r"\b[A-Z]{1,2}\(", text), "what only ansible-doc understands"


def test_a_row_says_type_default_choices_and_what_it_is_for() -> None:
    option = {
        "type": "list",
        "elements": "str",
        "choices": ["a", "b"],
        "default": ["a"],
        "description": ["One of C(x|y).", "Or V(z)."],
    }
    assert (
        role_pages.row("sra_x", option)
        == '| `sra_x` | list of str | `["a"]` | One of `x&#124;y`. Or `z`. One of `a`, `b`. |'
    )
    assert (
        role_pages.row("sra_y", {"type": "int", "required": True, "description": "Many."})
        == "| `sra_y` | int | required | Many. |"
    )


def test_every_role_gets_its_page(tmp_path: pathlib.Path) -> None:
    shutil.copytree(ROOT / "roles", tmp_path / "roles")
    role_pages.write_pages(tmp_path)
    assert {path.name for path in (tmp_path / "roles").iterdir()} == {
        path.parent.name for path in tmp_path.glob("roles/*/README.md")
    }
