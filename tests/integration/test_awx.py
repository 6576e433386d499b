# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The set-up of an automation platform against a stand-in that refuses what an AWX would refuse; twice, the second without a change."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from awx.standin import Platform, Server

from .conftest import ROOT, Outcome, environment, read_recap

TOKEN = "token-of-the-stand-in"
SECRETS = ("Appl1ance-Pass", "L0gin-Pass", "Client-Secret-1", "TSIG-secret==", "Backup-Pass-1", "hook-Pass-1")
PLAYBOOKS = [f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")]
SETTINGS: dict[str, t.Any] = {
    "sra_awx_project": {"scm_type": "git", "scm_url": "https://git.example.com/sra.git", "scm_branch": "main"},
    "sra_awx_execution_environment": {"name": "bseries.sra", "image": "registry.example.com/bseries-sra:1"},
    "sra_awx_instance_group": {"name": "upgrades", "max_concurrent_jobs": 2, "max_forks": 40},
    "sra_awx_notification": {
        "type": "webhook",
        "configuration": {
            "url": "https://chat.example.com/hook",
            "http_method": "POST",
            "disable_ssl_verification": False,
            "headers": {},
            "username": "sra",
            "password": "hook-Pass-1",
        },
    },
    "sra_awx_lanes": {
        "berlin1": {
            "sra_host": "192.0.2.11",
            "sra_pair": "berlin",
            "sra_peer": {"name": "berlin2", "host": "192.0.2.12"},
        },
        "wien1": {"sra_host": "192.0.2.21", "sra_pair": "wien", "sra_peer": {"name": "wien2", "host": "192.0.2.22"}},
    },
    "sra_awx_slices": 2,
    "sra_awx_inventory_variables": {"sra_swing_method": "shared_ip", "sra_backup_dir": "/srv/sra-backups"},
    "sra_awx_credential_kinds": ["appliance", "site", "api", "backup", "dns"],
    "sra_awx_credentials": {
        "appliance": {"username": "admin", "password": SECRETS[0]},
        "site": {"username": "upgrades", "password": SECRETS[1]},
        "api": {"client_id": "client-1", "client_secret": SECRETS[2]},
        "dns": {"name": "sra-key", "secret": SECRETS[3], "algorithm": "hmac-sha256"},
        "backup": {"backup_password": SECRETS[4], "certificate_passphrase": SECRETS[4]},
    },
    "sra_windows": [
        {"start": "2027-03-06T20:00:00+01:00", "end": "2027-03-07T04:00:00+01:00"},
        {"start": "2027-03-13T19:00:00Z", "end": "2027-03-14T03:00:00Z"},
    ],
}


def set_up(server: Server, folder: pathlib.Path, settings: dict[str, t.Any], *extra: str) -> Outcome:
    from tools.other_collections import provide

    variables = folder / "settings.json"
    variables.write_text(json.dumps(settings), encoding="utf-8")
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [program, "-i", "localhost,", "bseries.sra.awx_setup", "-e", f"@{variables}", *extra],
        cwd=folder,
        env={
            **environment(folder),
            "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.build'}:{provide('awx.awx')}",
            "CONTROLLER_HOST": server.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "CONTROLLER_REQUEST_TIMEOUT": "60",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1500,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, read_recap(done.stdout))


def variables_of_the_role() -> dict[str, t.Any]:
    class Loader(yaml.SafeLoader):
        """Knows Ansible's tag for text that is no template."""

    Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    text = (ROOT / "roles" / "awx" / "vars" / "main.yml").read_text(encoding="utf-8")
    return t.cast("dict[str, t.Any]", yaml.load(text, Loader))


@pytest.mark.slow
def test_two_set_ups_of_which_the_second_changes_nothing(tmp_path: pathlib.Path) -> None:
    platform = Platform(TOKEN, PLAYBOOKS)
    with Server(platform) as server:
        first = set_up(server, tmp_path, SETTINGS)
        refused = [call for call in platform.calls if call[2] >= 400]
        assert refused == [], refused
        assert first.status == 0, first.output
        written = len(platform.writes())
        second = set_up(server, tmp_path, SETTINGS)
    assert second.status == 0, second.output
    assert second.changed("localhost") == 0, second.output
    # The module sends a few objects again that are as they should be; nothing is made a second time.
    again = [call for call in platform.writes()[written:] if call[0] == "POST"]
    assert again == []
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
        assert secret not in first.output + second.output


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


def test_slices_that_would_tear_pairs_are_refused_by_name(tmp_path: pathlib.Path) -> None:
    platform = Platform(TOKEN, PLAYBOOKS)
    torn = {**SETTINGS, "sra_awx_lanes": {**SETTINGS["sra_awx_lanes"], "bonn1": {"sra_host": "192.0.2.31"}}}
    with Server(platform) as server:
        outcome = set_up(server, tmp_path, torn)
    assert outcome.status != 0
    assert "bonn1 in sra_awx_lanes has no sra_peer" in " ".join(outcome.output.split())
    assert platform.calls == []


def test_every_playbook_has_a_template() -> None:
    names = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"awx_setup"}
    assert set(variables_of_the_role()["awx_templates"]) == names
