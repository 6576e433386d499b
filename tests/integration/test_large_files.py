# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages and backups much larger than memory may be: 300 MB here, 4 GB with `make large`.

Each transfer runs in a process of its own, whose peak memory is what the operating system counted.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest

from simulator.process import SimulatorProcess

MEBIBYTE = 1024 * 1024
SIZE = int(os.environ.get("SRA_TEST_LARGE_MB", "300")) * MEBIBYTE
PEAK = 150 * MEBIBYTE
BASE = "base-3.3.2"

CHILD = """
import json, resource, sys
from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from ansible_collections.bseries.sra.plugins.module_utils import _resources
import importlib
name, params = json.loads(sys.stdin.read())
module = importlib.import_module(f"ansible_collections.bseries.sra.plugins.module_utils._resources.{name}")
result = execute(module.run, params, check_mode=False, diff=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"peak": peak, "result": result}))
"""


def run(name: str, params: dict[str, t.Any]) -> tuple[int, dict[str, t.Any]]:
    """Peak memory in bytes and the result of a resource."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([name, params]),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        timeout=1800,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert not answer["result"].get("failed"), answer["result"]["msg"]
    return answer["peak"], answer["result"]


def connection(sim: SimulatorProcess, *accounts: str) -> dict[str, t.Any]:
    device = sim.ready["pairs"][0]["devices"]["a"]
    names = [f"{account}_{part}" for account in accounts for part in ("username", "password")]
    if "client" in accounts:
        names = [name for name in names if not name.startswith("client")] + ["client_id", "client_secret"]
    return {
        "host": device["address"],
        "port": device["port"],
        "tls_server_name": sim.ready["pairs"][0]["hostname"],
        "ca_path": sim.ready["ca_path"],
        **{name: device[name] for name in names},
    }


@pytest.fixture
def large(tmp_path: pathlib.Path) -> t.Iterator[SimulatorProcess]:
    if shutil.disk_usage(tmp_path).free < 4 * SIZE:
        pytest.skip(f"needs {4 * SIZE // MEBIBYTE} MiB of free disk space")
    scenario = {
        "time_scale": 600,
        "packages": [{"kind": "base", "version": "3.3.2", "size": SIZE}],
        "pairs": [{"name": "one", "single": True, "both": {"backup_bytes": SIZE}}],
    }
    with SimulatorProcess(scenario) as sim:
        yield sim
    shutil.rmtree(tmp_path)


@pytest.mark.slow
def test_a_large_package_is_downloaded_and_uploaded_in_little_memory(
    large: SimulatorProcess, tmp_path: pathlib.Path
) -> None:
    accounts = connection(large, "appliance", "client")
    _peak, _key = run("appliance_download_key", {**accounts, "dest": str(tmp_path / "key")})
    server = large.ready["update_server"]
    fetch = {
        "key": (tmp_path / "key").read_text(),
        "dest": str(tmp_path / "packages"),
        "url": f"https://{server['hostname']}:{server['port']}",
        "address": server["address"],
        "ca_path": large.ready["ca_path"],
        "validate_certs": True,
        "timeout": 60.0,
        "wait_timeout": 1800,
        "vocabulary": None,
    }
    downloading, fetched = run("appliance_update_download", fetch)
    assert [one["size"] for one in fetched["downloaded"]] == [SIZE]
    large.update_server(up=False)
    update = {
        **accounts,
        "state": "latest",
        "version": None,
        "kind": "all",
        "method": "manual",
        "package": str(tmp_path / "packages"),
        "accept_license": True,
        "wait_timeout": 1800,
    }
    uploading, updated = run("appliance_update", update)
    assert updated["after"]["base_version"] == "3.3.2"
    assert max(downloading, uploading) < PEAK, (downloading // MEBIBYTE, uploading // MEBIBYTE)
    print(f"peak memory in MiB: download {downloading // MEBIBYTE}, upload {uploading // MEBIBYTE}")


@pytest.mark.slow
@pytest.mark.parametrize("account", ["client", "login"])
def test_a_large_backup_is_fetched_in_little_memory(
    large: SimulatorProcess, tmp_path: pathlib.Path, account: str
) -> None:
    backup = {
        **connection(large, account),
        "dest": str(tmp_path / "backups"),
        "password": "Backup-Secret",
        "include_vault_key": False,
        "keep": 1,
        "keep_days": None,
        "max_age": None,
        "wait_timeout": 1800,
    }
    peak, result = run("appliance_backup", backup)
    assert (result["size"], result["source"]) == (SIZE, "api" if account == "client" else "page")
    assert peak < PEAK, peak // MEBIBYTE
    print(f"peak memory in MiB: backup by {result['source']} {peak // MEBIBYTE}")
