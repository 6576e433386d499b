# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an automation platform does with a job: it slices the inventory, and runs each slice by ansible-runner on an empty disk."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

from .conftest import environment

Data = dict[str, t.Any]
FORKS = 10
"""What the templates of the role awx have."""

_SCRIPT = """#!/usr/bin/env python3
print(r'''{data}''')
"""


def lanes_only(inventory: Data) -> Data:
    """The inventory with one host a pair: device B is described by ``sra_peer`` of its device A."""
    children = inventory["all"]["children"]
    peers = {own["sra_pair"]: (name, own) for name, own in children["device_b"]["hosts"].items()}
    lanes = {}
    for name, own in children["device_a"]["hosts"].items():
        peer_name, peer = peers[own["sra_pair"]]
        own_of_peer = {key.removeprefix("sra_"): value for key, value in peer.items() if key != "sra_pair"}
        lanes[name] = {**own, "sra_peer": {"name": peer_name, **own_of_peer}}
    return {
        "all": {"vars": inventory["all"].get("vars", {}), "children": {"device_a": {"hosts": lanes}, "device_b": {}}}
    }


def sliced(inventory: Data, number: int, count: int) -> Data:
    """The part of an inventory that slice ``number`` of ``count`` gets, as AWX makes it (Inventory.get_script_data).

    The hosts are sorted by name and dealt out in turn; groups keep their names and lose the hosts of other slices.
    """
    children = inventory["all"]["children"]
    hosts = {name: own for group in children.values() for name, own in (group.get("hosts") or {}).items()}
    mine = sorted(hosts)[number - 1 :: count]
    groups = {
        group: {"hosts": [name for name in content.get("hosts") or {} if name in mine]}
        for group, content in children.items()
    }
    return {
        "all": {"vars": inventory["all"].get("vars", {}), "children": list(children), "hosts": []},
        **{group: content for group, content in groups.items() if content["hosts"]},
        "_meta": {"hostvars": {name: hosts[name] for name in mine}},
    }


@dataclasses.dataclass
class Job:
    """One job of ansible-runner in a private folder that is its own and is gone afterwards."""

    folder: pathlib.Path
    process: subprocess.Popen[bytes]
    log: pathlib.Path
    """No pipe: several jobs are under way, and one whose output nobody reads would stop when it is full."""

    @classmethod
    def start(cls, folder: pathlib.Path, inventory: Data, playbook: str, extra_vars: Data) -> Job:
        """Write what the platform writes and start the job. ``folder`` must not exist yet."""
        for part in ("env", "inventory", "project"):
            (folder / part).mkdir(parents=True)
        hosts = folder / "inventory" / "hosts"
        hosts.write_text(_SCRIPT.format(data=json.dumps(inventory)), encoding="utf-8")
        hosts.chmod(0o700)
        (folder / "env" / "extravars").write_text(json.dumps(extra_vars), encoding="utf-8")
        play = (
            f"- name: Run the playbook of the collection\n  ansible.builtin.import_playbook: bseries.sra.{playbook}\n"
        )
        (folder / "project" / "job.yml").write_text(play, encoding="utf-8")
        known = environment(folder)
        command = [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", "job.yml", "--ident", "job"]
        command += ["--cmdline", f"--forks {FORKS}"]
        log = folder.with_suffix(".log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env={**known, "PATH": os.pathsep.join([str(pathlib.Path(sys.executable).parent), known["PATH"]])},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return cls(folder, process, log)

    def finish(self, timeout: float) -> tuple[int, str, Data]:
        """Exit status, what was printed, and the artifacts; then the private folder is wiped."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        artifacts: Data = {}
        for event in sorted((self.folder / "artifacts" / "job" / "job_events").glob("*.json")):
            data = json.loads(event.read_text(encoding="utf-8"))
            if data.get("event") == "playbook_on_stats":
                artifacts = data["event_data"].get("artifact_data") or {}
        shutil.rmtree(self.folder)
        return self.process.returncode, self.log.read_text(encoding="utf-8"), artifacts
