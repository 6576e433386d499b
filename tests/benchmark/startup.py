# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long it takes from the command to the plan on the screen, beside a playbook with as many ping tasks."""

from __future__ import annotations

import json
import pathlib
import re
import sys
import tempfile
import typing as t

from benchmark.runs import inventory, measured
from simulator.process import SimulatorProcess

ANSIBLE: t.Final = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))


def compared(pairs: int) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds to the plan of so many pairs, and of a playbook with as many tasks for as many hosts."""
    scenario = {"time_scale": 600.0, "pairs": [{"name": f"pair{number}"} for number in range(1, pairs + 1)]}
    with SimulatorProcess(scenario, start_timeout=300) as simulator, tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        hosts = inventory(simulator, folder)
        forks = min(pairs, 50)
        plan = measured([ANSIBLE, "-i", str(hosts), "bseries.sra.plan"], folder, forks)
        recap = measured([ANSIBLE, "-i", str(hosts), "bseries.sra.plan", "-v"], folder, forks).output
        tasks = max(int(ok) for ok in re.findall(r"ok=(\d+)", recap))
        play = [{"hosts": "device_a", "gather_facts": False, "tasks": [{"ansible.builtin.ping": {}}] * tasks}]
        (folder / "ping.yml").write_text(json.dumps(play), encoding="utf-8")
        ping = measured([ANSIBLE, "-i", str(hosts), str(folder / "ping.yml")], folder, forks)
        return {"product": (plan.wall, plan.cpu), "peer": (ping.wall, ping.cpu)}
