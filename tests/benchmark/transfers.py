# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large backup down and a large package up, beside curl: bytes a second and peak memory."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import random
import shlex
import statistics
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
UPLOAD: t.Final = """
import json, sys
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
sent = json.loads(open(sys.argv[1]).read())
form = sent["form"]
with Transport(Endpoint(**sent["endpoint"]), Redactor()) as transport, open(sent["file"], "rb") as file:
    fields = [*map(tuple, form["fields"]), (form["file_field"], ("package.nss", file, "application/octet-stream"))]
    transport.request("POST", form["url"], headers={"Cookie": form["cookie"]}, fields=fields, timeout=900)
"""
_BY_CURL: t.Final = "curl.backup"


@dataclasses.dataclass(frozen=True)
class Transfer:
    """MiB a second, and peak MiB of memory."""

    speed: float
    peak_mib: float


def down(mebibytes: int, rounds: int) -> dict[str, Transfer]:
    """The backup by the product, by curl, and by curl with the hash that the product takes too, in turns; medians."""
    with _appliance(mebibytes) as simulator, tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        curl = _curl(simulator.ready, folder)
        hashed = ["sh", "-c", f"{shlex.join(curl)} && sha256sum {shlex.quote(str(folder / _BY_CURL))}"]
        ways = {"curl": curl, "curl and sha256sum": hashed, "product": _backup(simulator.ready, folder)}
        return _in_turns(ways, folder, mebibytes, rounds)


def up(mebibytes: int, rounds: int) -> dict[str, Transfer]:
    """A file to the form for packages, which refuses it, by the product's transport and by curl, in turns; medians."""
    with _appliance(1) as simulator, tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        device = simulator.ready["pairs"][0]["devices"]["a"]
        browser = floor.Browser(device, "appliance", simulator.ready["ca_path"])
        browser.sign_in()
        file = folder / "package.nss"
        with file.open("wb") as content:
            for _block in range(mebibytes):
                content.write(random.randbytes(MEBIBYTE))
        form = browser.upload_form()
        given = {"host": device["address"], "port": device["port"], "ca_path": simulator.ready["ca_path"]}
        sent = {"endpoint": given, "form": dataclasses.asdict(form), "file": str(file)}
        (folder / "upload.json").write_text(json.dumps(sent), encoding="utf-8")
        # The session by a file, as it is kept off the command line too.
        (folder / "headers").write_text(f"Cookie: {form.cookie}\n", encoding="utf-8")
        curl = ["curl", "--silent", "--fail", "--cacert", simulator.ready["ca_path"], "-H", f"@{folder / 'headers'}"]
        fields = [part for name, value in form.fields for part in ("-F", f"{name}={value}")]
        curl += [*fields, "-F", f"{form.file_field}=@{file}", "-o", "/dev/null", form.url]
        ways = {"curl": curl, "product": [sys.executable, "-c", UPLOAD, str(folder / "upload.json")]}
        return _in_turns(ways, folder, mebibytes, rounds)


def _appliance(mebibytes: int) -> SimulatorProcess:
    both = {"backup_bytes": mebibytes * MEBIBYTE}
    return SimulatorProcess({"pairs": [{"name": "pair1", "single": True, "both": both}]})


def _in_turns(
    ways: t.Mapping[str, t.Sequence[str]], folder: pathlib.Path, mebibytes: int, rounds: int
) -> dict[str, Transfer]:
    took: dict[str, list[Transfer]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, argv in ways.items():
            took[name].append(_took(argv, folder, mebibytes))
    return {
        name: Transfer(statistics.median(one.speed for one in some), max(one.peak_mib for one in some))
        for name, some in took.items()
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
    return ["curl", *options, "-o", str(folder / _BY_CURL), url]


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
