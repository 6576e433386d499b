# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large backup down and a large package up, beside curl: bytes a second and peak memory."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
import tempfile
import typing as t

from benchmark import floor
from benchmark.runs import measured
from simulator.process import SimulatorProcess

MEBIBYTE: t.Final = 1024 * 1024
CHILD: t.Final = """
import importlib, json, sys
from ansible_collections.bseries.sra.plugins.module_utils._module import execute
name, params = json.loads(open(sys.argv[1]).read())
module = importlib.import_module(f"ansible_collections.bseries.sra.plugins.module_utils._resources.{name}")
result = execute(module.run, params, check_mode=False, diff=False)
sys.exit(str(result["msg"]) if result.get("failed") else 0)
"""


@dataclasses.dataclass(frozen=True)
class Transfer:
    """MiB a second, and peak MiB of memory."""

    speed: float
    peak_mib: float


def down(mebibytes: int) -> dict[str, Transfer]:
    """The backup by the product and by curl, one after the other."""
    with (
        SimulatorProcess(
            {"pairs": [{"name": "pair1", "single": True, "both": {"backup_bytes": mebibytes * MEBIBYTE}}]}
        ) as simulator,
        tempfile.TemporaryDirectory() as made,
    ):
        folder = pathlib.Path(made)
        return {
            "peer": _took(_curl(simulator.ready, folder), folder, mebibytes),
            "product": _took(_backup(simulator.ready, folder), folder, mebibytes),
        }


def _took(argv: t.Sequence[str], folder: pathlib.Path, mebibytes: int) -> Transfer:
    took = measured(argv, folder)
    return Transfer(mebibytes / took.wall, took.peak_mib)


def _curl(ready: dict[str, t.Any], folder: pathlib.Path) -> list[str]:
    device = ready["pairs"][0]["devices"]["a"]
    api = floor.Api(device, ready["ca_path"])
    api.get("/api/command/v2/health")
    # The header by a file, as the product keeps it off the command line too.
    (folder / "headers").write_text(f"Authorization: Bearer {api.token}\n", encoding="utf-8")
    url = f"https://{device['address']}:{device['port']}/api/backup"
    options = ["--silent", "--fail", "--cacert", ready["ca_path"], "-H", f"@{folder / 'headers'}"]
    return ["curl", *options, "-o", str(folder / "curl.backup"), url]


def _backup(ready: dict[str, t.Any], folder: pathlib.Path) -> list[str]:
    pair = ready["pairs"][0]
    device = pair["devices"]["a"]
    params = {
        "host": device["address"], "port": device["port"], "tls_server_name": pair["hostname"], "ca_path": ready["ca_path"],
        "client_id": device["client_id"], "client_secret": device["client_secret"], "dest": str(folder / "backups"),
        "password": None, "include_vault_key": False, "keep": 1, "keep_days": None, "max_age": None, "wait_timeout": 3600,
    }  # fmt: skip
    (folder / "params.json").write_text(json.dumps(["appliance_backup", params]), encoding="utf-8")
    return [sys.executable, "-c", CHILD, str(folder / "params.json")]
