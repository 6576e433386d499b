# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's update server for connected hosts: a download key in, the packages of that appliance out."""

from __future__ import annotations

import hashlib
import html
import ipaddress
import re
import ssl
import typing as t
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
    """`begun` are downloads that broke off; they can be gone on with, by device and package."""

    def __init__(self, world: World) -> None:
        self._world = world
        scenario = world.scenario
        self._options = scenario.update_server
        self._begun: set[tuple[str, str]] = set()
        self._look = _LOOKS[self._options.page]()
        # Another name of this server that resolves everywhere without a name server.
        self.other_host = f"{int(ipaddress.ip_address(scenario.update_address)):#x}"
        issued = world.authority.issue([HOST_NAME, scenario.update_address, self.other_host])
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
        if request.path == self._look.listing and request.method == "POST":
            response = self._listing(request)
        elif request.path == "/":
            response = _page(self._look.start())
        else:
            response = self._package(request)
        entry.status = response.status
        return response

    def _device(self, key: str) -> Device | None:
        return next((device for device in self._world.devices.values() if download_key(device) == key), None)

    def _listing(self, request: Request) -> Response:
        form = dict(urllib.parse.parse_qsl(request.read().decode("utf-8", "replace")))
        device = self._device(form.get(self._look.field, "").strip())
        if device is None:
            return _page(self._look.start() + '<p class="error">The download key is not valid.</p>', 403)
        with self._world.lock:
            packages = offered(device)
        listed = [(package, f"{package_id(package)}.pkg") for package in packages]
        return _page(self._look.listed(listed, download_key(device)))

    def _package(self, request: Request) -> Response:
        values = dict(request.query)
        if request.method == "POST":
            values = dict(urllib.parse.parse_qsl(request.read().decode("utf-8", "replace")))
        device = self._device(values.get(self._look.field, ""))
        name = values.get("id", request.path.rpartition("/")[2]).removesuffix(".pkg")
        with self._world.lock:
            package = self._find(device, name)
            if package is None or device is None or request.method != self._look.method:
                return _page("<p>Not found.</p>", 404)
            host = request.headers.get("Host", "").rpartition(":")[0]
            if self._options.moved and host != self.other_host:
                query = urllib.parse.urlencode({self._look.field: download_key(device)})
                where = f"https://{self.other_host}:{self.listener.port}{request.path}?{query}"
                return Response(302, headers=[("Location", where)])
            self._begun.add((device.name, name))
            if self._options.listed_until == "begin":
                device.taken.add(name)
        return self._file(device, package, request)

    def _find(self, device: Device | None, name: str) -> PackageOptions | None:
        if device is None:
            return None
        begun = [each for each in self._world.scenario.packages if (device.name, package_id(each)) in self._begun]
        return next((each for each in (*offered(device), *begun) if package_id(each) == name), None)

    def _file(self, device: Device, package: PackageOptions, request: Request) -> Response:
        size = max(package.size, len(next(package_file(package))))
        tag = '"' + hashlib.sha256(package_id(package).encode()).hexdigest()[:20] + '"'
        name = self._options.file_name or f"{package_id(package)}.pkg"
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        ]
        start = 0
        if self._options.ranges:
            headers += [("ETag", tag), ("Accept-Ranges", "bytes")]
            asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
            if asked and request.headers.get("If-Range", tag) == tag:
                start = int(asked[1])
                if start >= size:
                    return Response(416, headers=[("Content-Range", f"bytes */{size}")])
                headers.append(("Content-Range", f"bytes {start}-{size - 1}/{size}"))
        chunks = self._sent(device, package, start)
        return Response(206 if start else 200, headers=headers, chunks=chunks, length=size - start)

    def _sent(self, device: Device, package: PackageOptions, start: int) -> t.Iterator[bytes]:
        cut = self._world.faults.strike("package_cut", device.name)
        left = int(cut.options.get("bytes", 1000)) if cut is not None else None
        for chunk in package_file(package, start):
            if left is not None:
                chunk, left = chunk[:left], max(0, left - len(chunk))
            if not chunk:
                return
            yield chunk
        with self._world.lock:
            # What was downloaded once is not given a second time.
            device.taken.add(package_id(package))
            self._begun.discard((device.name, package_id(package)))


Listed = t.Sequence[tuple[PackageOptions, str]]


class _Plain:
    """One form, then a list of links that are the names of files."""

    listing, field, method = "/", "key", "GET"

    def start(self) -> str:
        return (
            f'<form method="post" action="{self.listing}"><label>Appliance Download Key <input name="{self.field}"></label> '
            '<input type="submit" value="Submit"></form>'
        )

    def listed(self, packages: Listed, key: str) -> str:
        query = html.escape(urllib.parse.urlencode({self.field: key}))
        links = [f'<li><a href="/packages/{file}?{query}">{file}</a></li>' for _package, file in packages]
        return (
            f"<h2>Available Updates</h2><ul>{''.join(links)}</ul>"
            if links
            else "<p>There are no updates available.</p>"
        )


class _Portal(_Plain):
    """German, cards with a link that says only Download, a menu and a search field around."""

    listing, field = "/portal/liste", "f_7"

    def start(self) -> str:
        return (
            '<nav><a href="/hilfe-2.1.0">Hilfe 2.1.0</a></nav><form method="get" action="/suche">'
            '<input name="q" placeholder="Suche"><button>Suchen</button></form><form method="post" action="/portal/liste">'
            '<input type="hidden" name="x" value="1"><table><tr><td>Geräte-Download-Schlüssel</td>'
            '<td><input type="text" name="f_7"></td></tr></table><button name="go" value="1">Weiter</button></form>'
        )

    def listed(self, packages: Listed, key: str) -> str:
        query = html.escape(urllib.parse.urlencode({self.field: key}))
        cards = [
            f"<section><h3>{_name(package)}</h3><p>{package.size} Bytes</p>"
            f'<a class="button" href="/holen/{file}?{query}">Herunterladen</a></section>'
            for package, file in packages
        ]
        return f"<nav><a href='/hilfe-2.1.0'>Hilfe 2.1.0</a></nav>{''.join(cards) or '<p>Keine Updates verfügbar.</p>'}"


class _Table(_Plain):
    """A table whose rows are fetched with a button each."""

    listing, field, method = "/list.aspx", "ctl00$txtKey", "POST"

    def start(self) -> str:
        return (
            '<form method="post" action="list.aspx"><input type="hidden" name="state" value="abc">'
            '<p>Enter your download key:</p><input type="password" name="ctl00$txtKey" aria-label="Download Key">'
            '<button type="submit">Get Updates</button> <button type="reset">Clear</button></form>'
        )

    def listed(self, packages: Listed, key: str) -> str:
        rows = [
            f"<tr><td>{_name(package)}</td><td>{package.size}</td><td><form method=post action=/fetch>"
            f'<input type=hidden name="{self.field}" value="{html.escape(key)}"><input type=hidden name=id value="{file}">'
            "<button>Download</button></form></td></tr>"
            for package, file in packages
        ]
        table = f"<table><tr><th>Package</th><th>Bytes</th><th></th></tr>{''.join(rows)}</table>"
        return table if rows else "<p>No updates are available for this appliance.</p>"


_LOOKS: dict[str, type[_Plain]] = {"plain": _Plain, "portal": _Portal, "table": _Table}


def _name(package: PackageOptions) -> str:
    return f"Base Software {package.version}" if package.kind == "base" else f"Bomgar-{package.version}"


def _page(content: str, status: int = 200) -> Response:
    body = f"<!DOCTYPE html><html><head><title>Updates</title></head><body><h1>Updates</h1>{content}</body></html>"
    return Response(status, body.encode(), [("Content-Type", "text/html; charset=utf-8")])
