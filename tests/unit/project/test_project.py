# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs together in different files of the project is together, and what the documents name exists."""

from __future__ import annotations

import ast
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml

from ansible_collections.bseries.sra.plugins.filter.connection import OPTIONS
from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import ACCOUNTS, describe_lane

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
SHIPPED_TASKS = {path.stem for path in (ROOT / "playbooks" / "tasks").glob("*.yml")}
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
CALLBACKS = sorted(path.stem for path in (ROOT / "plugins" / "callback").glob("*.py"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
PARTS = ("filter", "attributes", "connection", "all")
"""Other names after the collection's, among them the action group."""

INVENTORY = """
all:
  children:
    device_a: {hosts: {a: {sra_pair: one}}}
    device_b: {hosts: {b: {sra_pair: one}}}
"""

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def load(path: pathlib.Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def documentation(module: str) -> dict[str, t.Any]:
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return t.cast("dict[str, t.Any]", yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{module} has no DOCUMENTATION")


def included(value: t.Any) -> t.Iterator[tuple[str, str]]:
    """Role and entry point of every include_role and import_role in parsed YAML."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
                yield inner["name"], inner.get("tasks_from", "main")
            else:
                yield from included(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from included(inner)


def entry_points() -> set[tuple[str, str]]:
    """Every role with every entry point that playbooks, roles and the table of steps name."""
    files = [*(ROOT / "playbooks").glob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")]
    named = {pair for file in files for pair in included(load(file)) if "{{" not in pair[0]}
    steps = load(ROOT / "roles" / "step" / "vars" / "main.yml")["step_table"].values()
    named |= {(f"bseries.sra.{row['role']}", row.get("tasks", "main")) for row in steps}
    return {(role.removeprefix("bseries.sra."), entry.removesuffix(".yml")) for role, entry in named}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_documents_its_entry_points(role: str) -> None:
    specs = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]
    used = {entry for name, entry in entry_points() if name == role}
    assert used <= set(specs), "an entry point without an argument spec takes anything"
    for entry, spec in specs.items():
        assert (ROOT / "roles" / role / "tasks" / f"{entry}.yml").is_file(), f"{entry} has a spec but no tasks"
        assert spec["short_description"]


def test_every_role_that_is_named_exists() -> None:
    assert {role for role, _entry in entry_points()} <= set(ROLES)


@pytest.mark.parametrize("module", MODULES)
def test_the_action_group_holds_the_modules_with_connection_options(module: str) -> None:
    group = load(ROOT / "meta" / "runtime.yml")["action_groups"]["all"]
    fragments = documentation(module).get("extends_documentation_fragment", [])
    assert (module in group) == ("bseries.sra.connection" in fragments)


def test_the_action_group_names_modules_only() -> None:
    assert set(load(ROOT / "meta" / "runtime.yml")["action_groups"]["all"]) <= set(MODULES)


def test_playbooks_have_valid_syntax(tmp_path: pathlib.Path) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "ansible.cfg").touch()
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).with_name("ansible-playbook"),
            "--syntax-check",
            "-i",
            inventory,
            *(f"bseries.sra.{name}" for name in PLAYBOOKS),
        ],
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
            "ANSIBLE_HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("playbook: ") == len(PLAYBOOKS)


@documents
def test_documents_name_what_the_collection_has(document: pathlib.Path) -> None:
    named = set(re.findall(r"\bbseries\.sra\.(\w+)", document.read_text(encoding="utf-8")))
    assert named <= {*PLAYBOOKS, *ROLES, *MODULES, *CALLBACKS, *PARTS, *SHIPPED_TASKS}


@documents
def test_documents_name_make_targets_that_exist(document: pathlib.Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    checks = re.search(r"^CHECKS := (.*)$", makefile, re.MULTILINE)
    assert checks is not None
    targets = {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE), *checks[1].split()}
    named = re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@documents
def test_documents_name_variables_that_exist(document: pathlib.Path) -> None:
    sources = [*(ROOT / "roles").glob("*/*/*.yml"), *(ROOT / "playbooks").rglob("*.yml")]
    sources += (ROOT / "plugins").rglob("*.py")
    known = {name for file in sources for name in re.findall(r"\bsra_\w+", file.read_text(encoding="utf-8"))}
    known |= {f"sra_{option}" for option in OPTIONS}
    named = set(re.findall(r"\bsra_[a-z_]*[a-z]\b", document.read_text(encoding="utf-8")))
    assert named <= known


@documents
def test_documents_link_to_files_that_exist(document: pathlib.Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@documents
def test_documents_run_programs_and_files_that_exist(document: pathlib.Path) -> None:
    commands = re.findall(
        r"^    (?:\.venv/bin/)?python3? (tests/\S+\.py)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    folders = re.findall(r"-m pytest (tests/\S+)", document.read_text(encoding="utf-8"))
    assert [name for name in (*commands, *folders) if not (ROOT / name.partition("::")[0]).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/inventory.md"])
def test_example_inventories_are_accepted(document: str, tmp_path: pathlib.Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(# inventory\.yml\n.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        inventory = yaml.safe_load(example)["all"]
        groups = {name: list(group["hosts"]) for name, group in inventory.get("children", {}).items()}
        hosts = {
            name: own
            for group in (inventory, *inventory.get("children", {}).values())
            for name, own in group.get("hosts", {}).items()
        }
        shared = {
            **inventory["vars"],
            **dict.fromkeys((f"sra_{name}" for name in ACCOUNTS), "given"),
            "sra_backup_dir": str(tmp_path),
        }
        if "sra_swing_tasks" in shared:
            shared["sra_swing_tasks"] = __file__
        hostvars = {name: {**shared, **own} for name, own in hosts.items()}
        procedure = "asynchronous" if groups else "single"
        for name in groups.get("device_a", hosts):
            assert describe_lane(name, hostvars[name], hostvars, groups, procedure).problems == (), example


def test_readme_lists_every_playbook() -> None:
    listed = re.findall(r"^\| `bseries\.sra\.(\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == PLAYBOOKS
