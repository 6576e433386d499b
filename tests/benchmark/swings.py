# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long production is away while the shared IP moves, seen from outside and by the simulator's own record."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
import time
import typing as t

from demo.probe import ProductionProbe

from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils._resources import shared_ip
from benchmark import floor
from benchmark.runs import PROBE_SECONDS
from simulator.process import SimulatorProcess

SCENARIO: t.Final = {"time_scale": 600.0, "pairs": [{"name": "pair1", "paired": False}]}


@dataclasses.dataclass(frozen=True)
class Gap:
    """Seconds in which nobody held the shared IP by the simulator's record, and in which nobody answered outside."""

    held_by_nobody: float
    nobody_answered: float


def compared(rounds: int) -> dict[str, list[Gap]]:
    """The floor and the product in turns, each on a pair that was set back."""
    gaps: dict[str, list[Gap]] = {"floor": [], "product": []}
    with SimulatorProcess(SCENARIO, start_timeout=120) as simulator, tempfile.TemporaryDirectory() as folder:
        for _round in range(rounds):
            for name, swing in (("floor", _floor), ("product", _product)):
                gaps[name].append(_one(simulator, swing, pathlib.Path(folder)))
    return gaps


def _one(simulator: SimulatorProcess, swing: t.Callable[[t.Any, pathlib.Path], None], folder: pathlib.Path) -> Gap:
    simulator.reset()
    pair = simulator.ready["pairs"][0]
    with ProductionProbe(
        pair["hostname"], pair["shared_ip"], pair["port"], simulator.ready["ca_path"], PROBE_SECONDS
    ) as probe:
        time.sleep(0.3)
        swing(simulator.ready, folder)
        time.sleep(0.3)
    if simulator.violations():
        raise RuntimeError(f"the swing broke a rule: {simulator.violations()}")
    moments = [entry["time"] for entry in simulator.timeline()[-2:]]
    return Gap(moments[1] - moments[0], max((outage.seconds for outage in probe.outages), default=0.0))


def _floor(ready: dict[str, t.Any], folder: pathlib.Path) -> None:
    a, b = (floor.Device(ready, letter, folder) for letter in "ab")
    floor.swing(a, b, ready["pairs"][0]["shared_ip"])


def _product(ready: dict[str, t.Any], _folder: pathlib.Path) -> None:
    pair = ready["pairs"][0]
    sides = {}
    for option, letter in (("from", "a"), ("to", "b")):
        device = pair["devices"][letter]
        names = ("port", "appliance_username", "appliance_password", "client_id", "client_secret")
        sides[option] = {
            "host": device["address"],
            "tls_server_name": pair["hostname"],
            "ca_path": ready["ca_path"],
            **{name: device[name] for name in names},
        }
    params = {"state": "moved", "address": pair["shared_ip"], "wait_timeout": 60, "host": None, **sides}
    result = execute(shared_ip.run, params, check_mode=False, diff=False)
    if result.get("failed"):
        raise RuntimeError(str(result["msg"]))
