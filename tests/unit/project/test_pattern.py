# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pattern for Automation Platform is as the specification of Ansible patterns 1.0.0 asks (ansible/pattern-service)."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATTERNS = sorted(path for path in (ROOT / "extensions" / "patterns").iterdir() if path.is_dir())
REQUIRED = {"schema_version", "name", "title", "description", "short_description", "aap_resources"}
TEMPLATE = {
    *("name", "description", "playbook", "execution_environment", "primary", "labels", "survey"),
    *("ask_credential_on_launch", "ask_inventory_on_launch", "ask_verbosity_on_launch"),
}
QUESTION = {"type", "question_name", "question_description", "variable", "required"}
TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}

patterns = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda path: path.name)


def definition(pattern: pathlib.Path) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads((pattern / "meta" / "pattern.json").read_text(encoding="utf-8")))


@patterns
def test_a_pattern_has_its_parts(pattern: pathlib.Path) -> None:
    data = definition(pattern)
    assert set(data) - {"tags"} == REQUIRED
    assert data["name"] == pattern.name
    assert re.fullmatch(r"[a-z0-9_]{1,64}", data["name"])
    assert len(data["title"]) <= 64
    assert not data["short_description"].endswith(".")
    assert (pattern / "README.md").is_file()


@patterns
def test_its_templates_have_playbooks_surveys_and_an_environment(pattern: pathlib.Path) -> None:
    resources = definition(pattern)["aap_resources"]
    assert set(resources["controller_project"]) == {"name", "description"}
    templates = resources["controller_job_templates"]
    assert [template["name"] for template in templates if template.get("primary")] == [
        "Upgrade a failover pair asynchronously"
    ]
    for template in templates:
        assert set(template) <= TEMPLATE
        assert template["execution_environment"] == resources["controller_execution_environment"]["name"]
        assert set(template["labels"]) <= set(resources["controller_labels"])
        questions = template.get("survey", {}).get("spec", [])
        for question in questions:
            assert set(question) - {"choices", "default"} == QUESTION
            assert question["type"] in TYPES
            assert question["type"] != "multiplechoice" or question["choices"]
        assert_playbook(pattern, template["playbook"], {question["variable"] for question in questions})


def assert_playbook(pattern: pathlib.Path, name: str, asked: set[str]) -> None:
    """The playbook is there, leads to one of the collection, and its argument spec holds what the survey asks."""
    plays = yaml.safe_load((pattern / "playbooks" / name).read_text(encoding="utf-8"))
    # By its path: the project of a pattern is the whole artifact, which lies in no path of collections there.
    imported = [(pattern / "playbooks" / play["ansible.builtin.import_playbook"]).resolve() for play in plays]
    assert imported == [ROOT / "playbooks" / name]
    assert imported[0].is_file()
    meta = yaml.safe_load((pattern / "playbooks" / name.replace(".yml", ".meta.yml")).read_text(encoding="utf-8"))
    assert set(meta["argument_specs"][pathlib.Path(name).stem]["options"]) == asked


@patterns
def test_its_readme_lists_its_templates(pattern: pathlib.Path) -> None:
    text = (pattern / "README.md").read_text(encoding="utf-8")
    for template in definition(pattern)["aap_resources"]["controller_job_templates"]:
        assert f"| {template['name']} | `{template['playbook']}` |" in text
