# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set the stand-in of an AWX up twice and list what it then holds: ``make awx``."""

from __future__ import annotations

import collections
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import typing as t

from tools.other_collections import provide

from integration.conftest import ROOT, Outcome, environment, read_recap

from .standin import Platform, Server

TOKEN = "token-of-the-stand-in"
SECRETS = ("Appl1ance-Pass", "L0gin-Pass", "Client-Secret-1", "TSIG-secret==", "Backup-Pass-1", "hook-Pass-1")
PLAYBOOKS = [f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")]
PATIENCE = 1500.0
"""Seconds that one set-up may take."""

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
            "password": SECRETS[5],
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

SHOWN = (
    ("organizations", "organisations"),
    ("teams", "teams"),
    ("execution_environments", "execution environments"),
    ("instance_groups", "instance groups"),
    ("notification_templates", "notifications"),
    ("projects", "projects"),
    ("inventories", "inventories"),
    ("groups", "groups"),
    ("hosts", "hosts"),
    ("credential_types", "types of credentials"),
    ("credentials", "credentials"),
    ("job_templates", "job templates"),
    ("workflow_job_templates", "workflows"),
    ("workflow_job_template_nodes", "steps of workflows"),
    ("workflow_approval_templates", "approvals"),
    ("schedules", "schedules"),
)
"""What is listed, and how it is called there."""


def set_up(
    server: Server, folder: pathlib.Path, settings: dict[str, t.Any], playbook: str = "bseries.sra.awx_setup"
) -> Outcome:
    """Run the playbook against the stand-in, as a user would."""
    variables = folder / "settings.json"
    variables.write_text(json.dumps(settings), encoding="utf-8")
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [program, "-i", "localhost,", playbook, "-e", f"@{variables}"],
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
        timeout=PATIENCE,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, read_recap(done.stdout))


@dataclasses.dataclass
class TwoSetUps:
    """What two set-ups of one platform left behind, each with the calls that the platform answered meanwhile."""

    platform: Platform
    outcomes: list[Outcome] = dataclasses.field(default_factory=list)
    calls: list[list[tuple[str, str, int, t.Any]]] = dataclasses.field(default_factory=list)
    objects: list[int] = dataclasses.field(default_factory=list)
    """How many objects there were after each."""

    @classmethod
    def run(cls, folder: pathlib.Path, settings: dict[str, t.Any]) -> TwoSetUps:
        """Set up twice. The second is left out where the first failed."""
        made = cls(Platform(TOKEN, PLAYBOOKS))
        with Server(made.platform) as server:
            for _number in range(2):
                answered = len(made.platform.calls)
                made.outcomes.append(set_up(server, folder, settings))
                made.calls.append(made.platform.calls[answered:])
                made.objects.append(sum(len(made.platform.lists[name]) for name, _title in SHOWN))
                if made.outcomes[-1].status != 0:
                    break
        return made


def listing(made: TwoSetUps) -> str:
    """Tables in Markdown: what each set-up did, and what the platform holds after both."""
    platform = made.platform
    lines = ["| set-up | failed calls | tasks that changed something | objects afterwards |", "|---|---|---|---|"]
    for title, outcome, calls, objects in zip(
        ("first", "second"), made.outcomes, made.calls, made.objects, strict=True
    ):
        failed = sum(call[2] >= 400 for call in calls)
        lines.append(f"| {title} | {failed} | {outcome.changed('localhost')} | {objects} |")
    lines += ["", "| objects | how many | which |", "|---|---|---|"]
    for name, title in SHOWN:
        held = platform.lists[name].values()
        which = steps(platform) if name == "workflow_job_template_nodes" else [one["name"] for one in held]
        lines.append(f"| {title} | {len(held)} | {'; '.join(which)} |")
    granted = grants(platform)
    lines.append(f"| rights of teams | {sum(granted.values())} | {'; '.join(granted)} |")
    return "\n".join([*lines, ""])


def steps(platform: Platform) -> list[str]:
    """The steps of each workflow, as they were made."""
    nodes = platform.lists["workflow_job_template_nodes"].values()
    return [
        f"{workflow['name']}: {', '.join(node['identifier'] for node in nodes if node['workflow_job_template'] == number)}"
        for number, workflow in platform.lists["workflow_job_templates"].items()
    ]


def grants(platform: Platform) -> dict[str, int]:
    """What each team may do with how many objects of a kind."""
    found: collections.Counter[str] = collections.Counter()
    for name, title in SHOWN:
        for item in platform.lists[name].values():
            for role in item["object_roles"].values():
                for team in platform.linked("roles", role["id"], "teams"):
                    found[f"{platform.lists['teams'][team]['name']} {role['name']} {title}"] += 1
    return {f"{right} ({count})": count for right, count in sorted(found.items())}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = TwoSetUps.run(pathlib.Path(folder), SETTINGS)
    if failed := [outcome.output for outcome in made.outcomes if outcome.status != 0]:
        sys.exit(failed[0])
    print(listing(made), end="")


if __name__ == "__main__":
    main()
