# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The set-up of an automation platform against a stand-in that refuses what an AWX would refuse; twice, the second without a change."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml
from awx.standin import Platform, Server
from awx.two_set_ups import PLAYBOOKS, SECRETS, SETTINGS, TOKEN, TwoSetUps, listing, set_up

from .conftest import ROOT

LISTED = ROOT / "docs" / "automation-platform.md"
SCHEDULES = """
- hosts: localhost
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks: [{ansible.builtin.include_role: {name: bseries.sra.awx, tasks_from: schedules}}]
"""


def variables_of_the_role() -> dict[str, t.Any]:
    class Loader(yaml.SafeLoader):
        """Knows Ansible's tag for text that is no template."""

    Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    text = (ROOT / "roles" / "awx" / "vars" / "main.yml").read_text(encoding="utf-8")
    return t.cast("dict[str, t.Any]", yaml.load(text, Loader))


@pytest.mark.slow
def test_two_set_ups_of_which_the_second_changes_nothing(tmp_path: pathlib.Path) -> None:
    made = TwoSetUps.run(tmp_path, SETTINGS)
    platform = made.platform
    refused = [call for calls in made.calls for call in calls if call[2] >= 400]
    assert refused == [], refused
    assert [outcome.status for outcome in made.outcomes] == [0, 0], made.outcomes[-1].output
    assert made.outcomes[1].changed("localhost") == 0, made.outcomes[1].output
    # The module sends a few objects again that are as they should be; nothing is made a second time.
    assert [call for call in made.calls[1] if call[0] == "POST" and "/tokens/" not in call[1]] == []
    assert listing(made) in LISTED.read_text(encoding="utf-8"), "make awx prints what belongs there"
    role = variables_of_the_role()
    assert platform.names("job_templates") == sorted(f"SRA {one['title']}" for one in role["awx_templates"].values())
    assert platform.names("workflow_job_templates") == sorted(
        f"SRA {one['title']}" for one in role["awx_workflows"].values()
    )
    assert platform.names("schedules") == ["SRA window 1", "SRA window 2"]
    assert platform.named("schedules", "SRA window 1")["rrule"].startswith("DTSTART:20270306T190000Z ")
    assert platform.names("groups") == ["device_a", "device_b", "new_appliance", "old_appliance"]
    assert platform.names("hosts") == ["berlin1", "wien1"]
    assert platform.named("job_templates", "SRA Upgrade a pair asynchronously")["job_slice_count"] == 2
    assert_the_workflow_is_linked(platform)
    types = {item["name"]: item for item in platform.lists["credential_types"].values()}
    assert types["SRA appliance"]["injectors"]["extra_vars"]["sra_appliance_password"] == "{{ password }}"
    kept = [value for secret in platform.secrets.values() for value in secret.values()]
    assert set(SECRETS) <= set(kept), "the platform got the secrets"
    for secret in SECRETS:
        assert not any(secret in outcome.output for outcome in made.outcomes)
    inventory = json.loads(platform.named("inventories", "SRA appliances")["variables"])
    assert inventory == {"sra_windows": SETTINGS["sra_windows"], **SETTINGS["sra_awx_inventory_variables"]}
    assert_surveys_propose_a_canary(platform)


def assert_surveys_propose_a_canary(platform: Platform) -> None:
    asked = [question for survey in platform.surveys.values() for question in survey["spec"]]
    proposed = [question["default"] for question in asked if question["variable"] == "sra_serial"]
    role = variables_of_the_role()
    templates = [one for one in role["awx_templates"].values() if "sra_serial" in one["survey"]]
    assert proposed == ["1,25%,100%"] * (len(templates) + len(role["awx_workflows"]))


def assert_the_workflow_is_linked(platform: Platform) -> None:
    workflow = platform.named("workflow_job_templates", "SRA Asynchronous upgrade in two windows")
    number = next(key for key, item in platform.lists["workflow_job_templates"].items() if item is workflow)
    nodes = {
        item["identifier"]: key
        for key, item in platform.lists["workflow_job_template_nodes"].items()
        if item["workflow_job_template"] == number
    }
    names = {key: name for name, key in nodes.items()}

    def after(name: str, kind: str) -> list[str]:
        return [names[key] for key in platform.linked("workflow_job_template_nodes", nodes[name], f"{kind}_nodes")]

    way = ["plan", "approve_window_1", "window_1", "verification", "confirm_soak", "window_2"]
    assert [after(name, "success") for name in way] == [[name] for name in way[1:]] + [[]]
    for name in ("window_1", "verification", "confirm_soak"):
        assert after(name, "failure") == ["approve_swing_back"]
    assert after("approve_swing_back", "success") == ["swing_back"]
    assert after("window_2", "failure") == [], "nothing may swing back while A is being updated"
    window_2 = platform.lists["workflow_job_template_nodes"][nodes["window_2"]]
    assert window_2["extra_data"] == {"sra_confirmed": "true"}


def test_each_window_starts_the_workflow_of_single_appliances(tmp_path: pathlib.Path) -> None:
    platform = Platform(TOKEN, PLAYBOOKS)
    _status, organisation = platform.call("POST", "/api/v2/organizations/", {}, {"name": "Appliance upgrades"})
    workflow = {"name": "SRA Upgrade of single appliances", "organization": organisation["id"]}
    _status, single = platform.call("POST", "/api/v2/workflow_job_templates/", {}, workflow)
    playbook = tmp_path / "schedules.yml"
    playbook.write_text(SCHEDULES, encoding="utf-8")
    with Server(platform) as server:
        outcome = set_up(server, tmp_path, {**SETTINGS, "sra_awx_procedure": "single"}, str(playbook))
    assert outcome.status == 0, outcome.output
    started = [(item["name"], item["unified_job_template"]) for item in platform.lists["schedules"].values()]
    assert started == [("SRA window 1", single["id"]), ("SRA window 2", single["id"])]


def test_slices_that_would_tear_pairs_are_refused_by_name(tmp_path: pathlib.Path) -> None:
    platform = Platform(TOKEN, PLAYBOOKS)
    torn = {**SETTINGS, "sra_awx_lanes": {**SETTINGS["sra_awx_lanes"], "bonn1": {"sra_host": "192.0.2.31"}}}
    with Server(platform) as server:
        outcome = set_up(server, tmp_path, torn)
    assert outcome.status != 0
    assert "bonn1 in sra_awx_lanes has no sra_peer" in " ".join(outcome.output.split())
    assert platform.calls == []


def test_an_inventory_of_the_project_brings_its_own_variables(tmp_path: pathlib.Path) -> None:
    platform = Platform(TOKEN, PLAYBOOKS)
    with Server(platform) as server:
        outcome = set_up(server, tmp_path, {**SETTINGS, "sra_awx_inventory_path": "inventory.yml"})
    assert outcome.status != 0
    assert "Move these into the file. Nothing was changed." in " ".join(outcome.output.split())
    assert platform.calls == []


def test_every_playbook_has_a_template() -> None:
    names = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"awx_setup"}
    assert set(variables_of_the_role()["awx_templates"]) == names
