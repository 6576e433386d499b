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
SHIPPED_HOOKS = {f"hook_{path.stem}" for path in (ROOT / "playbooks" / "hooks").glob("*.yml")}
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
CALLBACKS = sorted(path.stem for path in (ROOT / "plugins" / "callback").glob("*.py"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
PARTS = ("filter", "attributes", "connection", "all")
"""Other names after the collection's, among them the action group."""

INVENTORY = """
all:
  children:
    device_a: {hosts: {a: {sra_pair: one}}}
    device_b: {hosts: {b: {sra_pair: one}}}
"""

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


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
    assert named <= {*PLAYBOOKS, *ROLES, *MODULES, *CALLBACKS, *PARTS, *SHIPPED_TASKS, *SHIPPED_HOOKS}


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
    # The site's pages lie one folder higher than their sources.
    folder = document.parent.parent if document.parent.name == "docsite" else document.parent
    assert [link for link in links if not (folder / link).exists()] == []


@documents
def test_documents_run_programs_and_files_that_exist(document: pathlib.Path) -> None:
    commands = re.findall(
        r"^    (?:\.venv/bin/)?python3? (tests/\S+\.py)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    folders = re.findall(r"-m pytest (tests/\S+)", document.read_text(encoding="utf-8"))
    assert [name for name in (*commands, *folders) if not (ROOT / name.partition("::")[0]).exists()] == []


def yaml_examples(marker: str) -> list[t.Any]:
    """The YAML examples of all documents whose first line is ``marker``, or is none where it is empty."""
    found = []
    for document in DOCUMENTS:
        for text in re.findall(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            if text.startswith(f"# {marker}\n") if marker else not text.startswith("# "):
                name = f"{document.relative_to(ROOT)}:{text.strip().splitlines()[0]}"
                found.append(pytest.param(text, id=name))
    return found


def problems(inventory: dict[str, t.Any], folder: pathlib.Path, settings: dict[str, t.Any]) -> t.Iterator[str]:
    """What the role lane finds wrong with an inventory, completed with accounts and files as a reader would."""
    groups = {name: list(group["hosts"]) for name, group in inventory.get("children", {}).items()}
    hosts = {
        name: own
        for group in (inventory, *inventory.get("children", {}).values())
        for name, own in group.get("hosts", {}).items()
    }
    shared = {
        **dict.fromkeys((f"sra_{name}" for name in ACCOUNTS), "given"),
        **inventory["vars"],
        **settings,
        "sra_backup_dir": str(folder),
    }
    shared |= {
        name: __file__ for name in shared if name in ("sra_swing_tasks", "sra_verify_tasks", "sra_logout_announce")
    }
    hooks = shared.get("sra_hooks", {})
    shared["sra_hooks"] = {event: __file__ if "/" in str(files) else files for event, files in hooks.items()}
    hostvars = {name: {**shared, **own} for name, own in hosts.items()}
    moved = {"device_a": groups.get("old_appliance", []), "device_b": groups.get("new_appliance", [])}
    groups = moved if moved["device_a"] else groups
    procedure = ("asynchronous" if "sra_swing_method" in shared else "synchronous") if groups else "single"
    for name in groups.get("device_a", hosts):
        yield from describe_lane(name, hostvars[name], hostvars, groups, procedure).problems


@pytest.mark.parametrize("example", yaml_examples("inventory.yml"))
def test_example_inventories_are_accepted(example: str, tmp_path: pathlib.Path) -> None:
    assert list(problems(yaml.safe_load(example)["all"], tmp_path, {})) == []


@pytest.mark.parametrize("example", yaml_examples(""))
def test_example_settings_are_accepted(example: str, tmp_path: pathlib.Path) -> None:
    settings = yaml.safe_load(example)
    pair = {
        "children": {
            "device_a": {"hosts": {"a": {"sra_host": "192.0.2.11", "sra_pair": "one"}}},
            "device_b": {"hosts": {"b": {"sra_host": "192.0.2.12", "sra_pair": "one"}}},
        },
        "vars": {
            "sra_site_hostname": "access.example.com",
            "sra_accept_license": True,
            "sra_swing_method": "shared_ip",
        },
    }
    pair["vars"]["sra_shared_ip"] = "192.0.2.10"
    assert all(name.startswith("sra_") for name in settings)
    assert list(problems(pair, tmp_path, settings)) == []


def test_readme_lists_every_playbook() -> None:
    listed = re.findall(r"^\| `bseries\.sra\.(\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == PLAYBOOKS
