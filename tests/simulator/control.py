# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control port: plain HTTP and JSON on loopback, for tests and demonstrations. README.md lists what it offers."""

from __future__ import annotations

import http.server
import json
import threading
import typing as t
import urllib.parse

from . import updates
from .device import Device, package_id
from .faults import FaultError
from .simulation import Simulation

_SETTABLE = ("shared_key", "role", "base", "product", "build", "base_pending", "clock_offset")


class ControlError(ValueError):
    """The request to the control port is not understood."""


class Control:
    def __init__(self, simulation: Simulation, host: str, port: int, on_shutdown: t.Callable[[], None]) -> None:
        self._simulation = simulation
        self._on_shutdown = on_shutdown
        control = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: t.Any) -> None:
                """The control port keeps no log."""

            def do_GET(self) -> None:
                self._run(control.get)

            def do_DELETE(self) -> None:
                self._run(control.delete)

            def do_POST(self) -> None:
                self._run(control.post)

            def _run(self, action: t.Callable[[str, dict[str, t.Any]], t.Any]) -> None:
                parts = urllib.parse.urlsplit(self.path)
                length = int(self.headers.get("Content-Length", "0"))
                try:
                    data = json.loads(self.rfile.read(length)) if length else {}
                    data = {**dict(urllib.parse.parse_qsl(parts.query)), **data}
                    status, answer = 200, action(parts.path, data)
                except (ControlError, FaultError, ValueError, KeyError, TypeError) as error:
                    status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = http.server.ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def start(self) -> None:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 30}, name="control", daemon=True
        ).start()

    def get(self, path: str, data: dict[str, t.Any]) -> t.Any:
        world = self._simulation.world
        if path == "/state":
            return self._state()
        if path == "/log":
            return world.recorder.entries(int(data.get("after", 0)))
        if path == "/violations":
            return world.recorder.violations()
        if path == "/deeds":
            return world.recorder.deeds()
        if path == "/timeline":
            return world.recorder.timeline()
        if path == "/sessions":
            return [vars(sign_in) for sign_in in world.sign_ins]
        if path == "/fault":
            return world.faults.describe()
        if path == "/ready":
            return self._simulation.ready(self.url)
        raise ControlError(f"unknown path {path}")

    def delete(self, path: str, data: dict[str, t.Any]) -> t.Any:
        if path != "/fault":
            raise ControlError(f"unknown path {path}")
        self._simulation.world.faults.clear()
        return {}

    def post(self, path: str, data: dict[str, t.Any]) -> t.Any:
        world = self._simulation.world
        if path == "/fault":
            return self._fault(data)
        if path == "/release":
            world.faults.release()
            return {}
        if path == "/arm":
            world.faults.arm()
            return {}
        if path == "/reset":
            self._simulation.reset()
            return {}
        if path == "/shutdown":
            self._on_shutdown()
            return {}
        with world.lock:
            if path == "/clock":
                self._device(data).clock_offset = float(data["offset"])
                return {}
            if path == "/device":
                self._change(self._device(data), data["changes"])
                return {}
            if path == "/update_server":
                world.update_server_up = bool(data["up"])
                return {}
        raise ControlError(f"unknown path {path}")

    def _device(self, data: dict[str, t.Any]) -> Device:
        devices = self._simulation.world.devices
        if data.get("device") not in devices:
            raise ControlError(f"unknown device {data.get('device')!r}; known are {', '.join(devices)}")
        return devices[data["device"]]

    def _fault(self, data: dict[str, t.Any]) -> t.Any:
        world = self._simulation.world
        if data.get("device") is not None:
            self._device(data)
        kind, device = data.get("kind"), data.get("device")
        with world.lock:
            if kind == "refuse":
                target = self._device(data)
                target.set_phase("refused")
                world.after(float(data.get("seconds", 60)), lambda: target.set_phase("up"))
                return {"kind": kind, "device": device}
            return world.faults.add(data).describe()

    def _change(self, device: Device, changes: dict[str, t.Any]) -> None:
        for key, value in changes.items():
            if key in _SETTABLE:
                setattr(device, key, value)
            elif key == "shared_ip_enabled" and device.shared_address is not None:
                device.shared_address.enabled = bool(value)
                device.site.settle_network()
            elif key == "phase" and value in ("up", "refused", "unavailable", "off"):
                device.set_phase(value)
            elif key == "production":
                device.site.pointed_at = device if value else None
                device.site.settle_network()
            elif key == "settings":
                device.settings.update(value)
            else:
                raise ControlError(f"{key} cannot be changed")

    def _state(self) -> dict[str, t.Any]:
        world = self._simulation.world
        with world.lock:
            return {
                "devices": {name: _device_state(device) for name, device in world.devices.items()},
                "pairs": {site.options.name: _site_state(site) for site in world.sites},
            }


def _device_state(device: Device) -> dict[str, t.Any]:
    install = device.install
    states = device.site.fleet.states(device.name)
    return {
        "appliance_id": device.appliance_id,
        "phase": device.phase,
        "factory_new": device.factory_new,
        "base": device.base,
        "product": device.product,
        "build": device.build,
        "role": device.role,
        "shared_ip_enabled": device.shared_enabled,
        "base_pending": device.base_pending,
        "clock_offset": device.clock_offset,
        "ntp_servers": device.ntp_servers,
        "settings": device.settings,
        "sessions": list(device.ended_sessions),
        "certificates": [
            {"name": each.name, "assigned": each.assigned, "has_key": each.has_key} for each in device.certificates
        ],
        "install": None
        if install is None
        else {"package": package_id(install.package), "state": install.state, "percent": updates.percent(device)},
        "offered": [package_id(package) for package in updates.offered(device)],
        "taken": sorted(device.taken),
        "jump_clients": {
            "online": sum(state.online for state in states),
            "pending": sum(state.pending for state in states),
            "lost": sum(state.lost for state in states),
            "total": len(states),
        },
        "users": len(device.site.fleet.logged_in(device.name)),
    }


def _site_state(site: t.Any) -> dict[str, t.Any]:
    relationship = site.relationship
    return {
        "holder": site.holder.name if site.holder else None,
        "serving": site.serving.name if site.serving else None,
        "relationship": None
        if relationship is None
        else {
            "addresses": relationship.addresses,
            "last_sync": relationship.last_sync,
            "last_sync_ok": relationship.last_sync_ok,
            "syncing": relationship.sync_began is not None,
        },
    }
