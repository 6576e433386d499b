# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's update server for connected hosts: a download key in, the packages of that appliance out."""

from __future__ import annotations

import html
import ssl
import urllib.parse

from .certificates import store
from .device import Device, package_id
from .http_server import Listener, Request, Response
from .scenario import PackageOptions
from .updates import offered, package_file
from .web_appliance import download_key
from .world import World

HOST_NAME = "update.example.com"


class UpdateServer:
    def __init__(self, world: World) -> None:
        self._world = world
        scenario = world.scenario
        issued = world.authority.issue([HOST_NAME, scenario.update_address])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(store(issued, world.work_dir, f"update-server-{issued.certificate.serial_number:x}"))
        self.listener = Listener(scenario.update_address, scenario.update_port, lambda: context, self._handle)

    def _handle(self, request: Request) -> Response:
        entry = self._world.recorder.begin(
            device="update_server",
            address=request.address,
            interface="update_server",
            method=request.method,
            path=request.path,
            connection=request.connection,
        )
        if request.path == "/" and request.method == "POST":
            response = self._listing(request)
        elif request.path == "/":
            response = _page(
                '<form method="post" action="/"><label>Appliance Download Key <input name="key"></label> '
                '<input type="submit" value="Submit"></form>'
            )
        else:
            response = self._package(request)
        entry.status = response.status
        return response

    def _device(self, key: str) -> Device | None:
        return next((device for device in self._world.devices.values() if download_key(device) == key), None)

    def _listing(self, request: Request) -> Response:
        form = dict(urllib.parse.parse_qsl(request.read().decode("utf-8", "replace")))
        device = self._device(form.get("key", "").strip())
        if device is None:
            return _page("<p>The download key is not valid.</p>", 403)
        query = html.escape(urllib.parse.urlencode({"key": form["key"].strip()}))
        with self._world.lock:
            links = [
                f'<li><a href="/packages/{name}?{query}">{name}</a></li>' for name in map(package_id, offered(device))
            ]
        return _page(
            f"<h2>Available Updates</h2><ul>{''.join(links)}</ul>" if links else "<p>There are no updates.</p>"
        )

    def _package(self, request: Request) -> Response:
        device = self._device(dict(request.query).get("key", ""))
        name = request.path.rpartition("/")[2]
        with self._world.lock:
            found = [each for each in offered(device) if package_id(each) == name] if device is not None else []
            if not found or device is None or request.method != "GET":
                return _page("<p>Not found.</p>", 404)
            device.taken.add(name)
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", f'attachment; filename="{name}.pkg"'),
        ]
        return Response(200, headers=headers, chunks=package_file(found[0]), length=_size(found[0]))


def _size(package: PackageOptions) -> int:
    return max(package.size, len(next(package_file(package))))


def _page(content: str, status: int = 200) -> Response:
    body = f"<!DOCTYPE html><html><head><title>Updates</title></head><body><h1>Updates</h1>{content}</body></html>"
    return Response(status, body.encode(), [("Content-Type", "text/html; charset=utf-8")])
