# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator as a process of its own, for tests: start it, ask its control port, stop it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

_TESTS = Path(__file__).resolve().parent.parent


def _free_networks() -> list[str]:
    """Three loopback networks by chance; the next is tried when another program uses the addresses of one."""
    return [f"127.{number}" for number in random.SystemRandom().sample(range(21, 251), 3)]


class SimulatorError(Exception):
    """The simulator did not start, or its control port refused a request."""


class SimulatorProcess:
    """A context manager. Without `network` in the scenario a loopback network is taken by chance, so that several can run."""

    def __init__(self, scenario: dict[str, t.Any] | None = None, *, start_timeout: float = 20) -> None:
        self.scenario = dict(scenario or {})
        self._networks = [str(self.scenario["network"])] if "network" in self.scenario else _free_networks()
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.ready: dict[str, t.Any] = {}

    def __enter__(self) -> SimulatorProcess:
        self.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.stop()

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        for network in self._networks:
            try:
                self._start({**self.scenario, "network": network})
            except SimulatorError:
                if network == self._networks[-1]:
                    raise
            else:
                return

    def _start(self, scenario: dict[str, t.Any]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="simulator-process-")
        path = Path(self._folder.name) / "scenario.yml"
        path.write_text(yaml.safe_dump(scenario), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_TESTS), os.environ.get("PYTHONPATH", "")])}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator", str(path), "--parent-pid", str(os.getpid())],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.ready = json.loads(self._first_line())

    def _first_line(self) -> str:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        timer = threading.Timer(self._start_timeout, process.kill)
        timer.start()
        try:
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            code = process.wait()
            self.stop()
            raise SimulatorError(f"the simulator did not start (exit code {code})")
        return line

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _call(self, method: str, path: str, data: dict[str, t.Any] | None = None) -> t.Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.ready["control"] + path, data=body, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SimulatorError(error.read().decode()) from error

    def state(self) -> dict[str, t.Any]:
        answer: dict[str, t.Any] = self._call("GET", "/state")
        return answer

    def log(self, after: int = 0, **wanted: t.Any) -> list[dict[str, t.Any]]:
        """The requests so far; `kind="write"` and the like choose among them."""
        entries: list[dict[str, t.Any]] = self._call("GET", f"/log?after={after}")
        return [entry for entry in entries if all(entry[key] == value for key, value in wanted.items())]

    def violations(self) -> list[dict[str, t.Any]]:
        answer: list[dict[str, t.Any]] = self._call("GET", "/violations")
        return answer

    def sessions(self) -> list[dict[str, t.Any]]:
        answer: list[dict[str, t.Any]] = self._call("GET", "/sessions")
        return answer

    def timeline(self) -> list[dict[str, t.Any]]:
        answer: list[dict[str, t.Any]] = self._call("GET", "/timeline")
        return answer

    def deeds(self) -> list[dict[str, t.Any]]:
        """What the appliances were told to change, in order: device and what."""
        answer: list[dict[str, t.Any]] = self._call("GET", "/deeds")
        return answer

    def faults(self) -> list[dict[str, t.Any]]:
        answer: list[dict[str, t.Any]] = self._call("GET", "/fault")
        return answer

    def release(self) -> None:
        """Cut off the requests that are held."""
        self._call("POST", "/release", {})

    def arm(self) -> None:
        """From now on the faults strike that were put with ``armed=False``."""
        self._call("POST", "/arm", {})

    def fault(self, kind: str, device: str | None = None, **options: t.Any) -> dict[str, t.Any]:
        answer: dict[str, t.Any] = self._call("POST", "/fault", {"kind": kind, "device": device, **options})
        return answer

    def clear_faults(self) -> None:
        self._call("DELETE", "/fault")

    def clock(self, device: str, offset: float) -> None:
        self._call("POST", "/clock", {"device": device, "offset": offset})

    def change(self, device: str, **changes: t.Any) -> None:
        self._call("POST", "/device", {"device": device, "changes": changes})

    def update_server(self, *, up: bool) -> None:
        """Whether appliances reach the update server."""
        self._call("POST", "/update_server", {"up": up})

    def reset(self) -> None:
        self._call("POST", "/reset", {})

    def wait_until(self, condition: t.Callable[[dict[str, t.Any]], bool], timeout: float = 30) -> dict[str, t.Any]:
        """Ask for the state until the condition holds. Raises SimulatorError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            state = self.state()
            if condition(state):
                return state
            if time.monotonic() > deadline:
                raise SimulatorError(f"the state that was waited for did not come: {json.dumps(state)}")
            time.sleep(0.05)

    def inventory(self) -> dict[str, t.Any]:
        """An Ansible inventory of the pairs, as the collection's playbooks expect it (JSON is YAML)."""
        groups: dict[str, t.Any] = {"device_a": {"hosts": {}}, "device_b": {"hosts": {}}}
        for pair in self.ready["pairs"]:
            for side, device in pair["devices"].items():
                groups[f"device_{side}"]["hosts"][device["name"]] = self._host(pair, device)
        return {"all": {"children": groups}}

    def _host(self, pair: dict[str, t.Any], device: dict[str, t.Any]) -> dict[str, t.Any]:
        return {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "sra_host": device["address"],
            "sra_port": device["port"],
            "sra_pair": pair["name"],
            "sra_tls_server_name": pair["hostname"],
            "sra_ca_path": self.ready["ca_path"],
            "sra_appliance_username": device["appliance_username"],
            "sra_appliance_password": device["appliance_password"],
            "sra_login_username": device["login_username"],
            "sra_login_password": device["login_password"],
            "sra_client_id": device["client_id"],
            "sra_client_secret": device["client_secret"],
            "sra_site_hostname": pair["hostname"],
            "sra_site_port": pair["port"],
            "sra_shared_ip": pair["shared_ip"],
        }
