# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of one device: records each request and hands it to the interface or API that it is for."""

from __future__ import annotations

import time
import typing as t

from .api_common import Accounts, ApiError, Call, access_denied, content_type, json_body, json_response, message
from .api_config import BASE as CONFIG_BASE
from .api_config import Configuration
from .api_facts import Health
from .api_v1 import WRITES, CommandV1
from .api_v2 import BASE as V2_BASE
from .api_v2 import CommandV2
from .device import Device
from .faults import REQUEST_KINDS, Fault
from .http_server import Request, Response
from .recorder import Entry
from .scenario import ApiAccount
from .skins import make_skin
from .web import Struck, WebInterface
from .web_appliance import AppliancePages
from .web_login import LoginPages, backup_download


class Front:
    def __init__(self, device: Device) -> None:
        self.device = device
        self._world = device.world
        options = device.options
        skin = make_skin(options.skin, self._world.scenario.seed)
        self._web = {
            "appliance": WebInterface(device, AppliancePages(device), skin, options.web, self._check_fault),
            "login": WebInterface(device, LoginPages(device), skin, options.web, self._check_fault),
        }
        self._accounts = Accounts(device)
        self._health = Health(device)
        self._v2 = CommandV2(device, self._health)
        self._v1 = CommandV1(device, self._health)
        self._configuration = Configuration(device, self._accounts)
        self._slow: dict[int, float] = {}

    def forget(self) -> None:
        """The device restarted."""
        for web in self._web.values():
            web.forget()
        self._accounts.forget()
        self._health.forget()

    def handle(self, request: Request) -> Response:
        interface = _interface(request.path)
        entry = self._world.recorder.begin(
            device=self.device.name,
            address=request.address,
            interface=interface,
            method=request.method,
            path=request.path,
            connection=request.connection,
        )
        response = self._handle(request, entry)
        after = self._strike(entry, after=True)
        if after is not None:
            entry.fault = after.kind
            response = self._as_fault_says(after, response)
        delay = self._slow.pop(entry.seq, 0.0)
        if delay:
            time.sleep(delay)
        entry.status = 0 if response.abort else response.status
        return response

    def _handle(self, request: Request, entry: Entry) -> Response:
        if self.device.phase != "up":
            if (held := self._strike(entry, after=False, kinds=("hold",))) is not None:
                return _held(held, Response(503))
            body = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
            return Response(503, body, [("Content-Type", "text/html")], close=True)
        if entry.interface != "appliance" and not self.device.product:
            # Without a product there is no site: nothing but /appliance is served.
            page = b"<html><body><h1>Not Found</h1></body></html>"
            return Response(404, page, [("Content-Type", "text/html")], close=True)
        if entry.interface in ("api", "oauth") and request.nth > 1:
            self.device.violation("api_connection_reused", f"{request.method} {request.path}")
        try:
            if entry.interface in self._web:
                return self._web[entry.interface].handle(request, entry)
            return self._api(request, entry)
        except Struck as struck:
            fault: Fault = struck.args[0]
            return self._as_fault_says(fault, Response(500))

    # Faults

    def _check_fault(self, entry: Entry) -> str | None:
        fault = self._strike(entry, after=False)
        if fault is None:
            return None
        entry.fault = fault.kind
        if fault.kind in ("session_expired", "token_revoked"):
            return fault.kind
        if fault.kind == "slow":
            self._slow[entry.seq] = float(fault.options.get("seconds", 5))
            return None
        raise Struck(fault)

    def _strike(self, entry: Entry, *, after: bool, kinds: t.Collection[str] = REQUEST_KINDS) -> Fault | None:
        return self._world.faults.strike_request(
            self.device.name, _facts(entry), entry.deeds, after=after, kinds=kinds, number=entry.seq
        )

    def _as_fault_says(self, fault: Fault, response: Response) -> Response:
        if fault.kind == "hold":
            return _held(fault, response)
        if fault.kind in ("reset", "torn_tls"):
            return Response(500, abort="torn" if fault.kind == "torn_tls" else "reset")
        if fault.kind == "status":
            body = b"<html><body><h1>Error</h1></body></html>"
            return Response(int(fault.options.get("status", 502)), body, [("Content-Type", "text/html")])
        if fault.kind == "html":
            page = str(fault.options.get("body", "<html><body>Please wait.</body></html>")).encode()
            return Response(200, page, [("Content-Type", "text/html")])
        return response

    # APIs

    def _api(self, request: Request, entry: Entry) -> Response:
        try:
            body = request.read()
        except ValueError:
            return Response(413, close=True)
        call = Call(request, body)
        try:
            with self._world.lock:
                return self._route(call, entry)
        except ApiError as error:
            return json_response(error.body, error.status, error.headers)

    def _route(self, call: Call, entry: Entry) -> Response:
        path, options = call.request.path, self.device.options.api
        if path == "/check_health":
            return self._check_health(entry)
        if path == "/oauth2/token":
            entry.operation, entry.kind = "oauth.token", "session"
            self._check_fault(entry)
            return self._accounts.token(call)
        if (path == V2_BASE or path.startswith(f"{V2_BASE}/")) and options.v2:
            return self._command_v2(call, entry)
        if path == "/api/command" and options.v1:
            return self._command_v1(call, entry)
        if path.startswith(f"{CONFIG_BASE}/") and options.configuration:
            return self._config(call, entry)
        if path == "/api/backup" and options.backup:
            return self._backup(call, entry)
        self._check_fault(entry)
        if path == "/":
            page = b"<html><head><title>Access Portal</title></head><body><h1>Access Portal</h1></body></html>"
            return Response(200, page, [("Content-Type", "text/html")])
        return Response(404, b"<html><body><h1>Not Found</h1></body></html>", [("Content-Type", "text/html")])

    def _check_health(self, entry: Entry) -> Response:
        entry.operation = "check_health"
        self._check_fault(entry)
        healthy = self._health.read()[0]
        text = b"The appliance is healthy.\n" if healthy else b"The appliance is not healthy.\n"
        return Response(200 if healthy else 500, text, [("Content-Type", "text/plain")])

    def _account(self, call: Call, entry: Entry) -> tuple[ApiAccount, list[tuple[str, str]]]:
        if self._check_fault(entry) == "token_revoked":
            self._accounts.forget()
            raise access_denied()
        account = self._accounts.authorise(call.request)
        return account, self._accounts.count(account)

    def _command_v2(self, call: Call, entry: Entry) -> Response:
        found = self._v2.find(call)
        if isinstance(found, Response):
            return found
        operation, match = found
        entry.operation, entry.kind = operation.name, "write" if operation.writes else "read"
        account, headers = self._account(call, entry)
        return _with(self._v2.run(call, account, operation, match), headers)

    def _command_v1(self, call: Call, entry: Entry) -> Response:
        action = self._v1.parameters(call).get("action", "")
        entry.operation, entry.kind = f"command.v1.{action}", "write" if action in WRITES else "read"
        if call.method not in ("GET", "POST"):
            raise ApiError(405, {"message": "Method Not Allowed"}, (("Allow", "GET,HEAD,POST"),))
        account, headers = self._account(call, entry)
        return _with(self._v1.run(call, account), headers)

    def _config(self, call: Call, entry: Entry) -> Response:
        entry.operation = self._configuration.operation(call)
        account, headers = self._account(call, entry)
        if not account.configuration:
            raise message(403, "The API account does not have permission to use this API.")
        return _with(self._configuration.run(call), headers)

    def _backup(self, call: Call, entry: Entry) -> Response:
        entry.operation = "api.backup"
        if call.method not in ("GET", "POST"):
            raise ApiError(405, {"message": "Method Not Allowed"}, (("Allow", "GET,HEAD,POST"),))
        account, headers = self._account(call, entry)
        if not account.backup:
            raise message(403, "The API account does not have permission to use this API.")
        if call.request.query:
            raise message(400, "Unrecognized query parameter.")
        password = None
        if call.body or content_type(call.request):
            password = json_body(call, {"password": str}).get("password")
        download = backup_download(self.device, password)
        disposition = f'attachment; filename="{download.filename}"'
        return Response(
            200,
            headers=[("Content-Type", download.content_type), ("Content-Disposition", disposition), *headers],
            chunks=download.chunks,
            length=download.length,
        )


def _held(fault: Fault, response: Response) -> Response:
    """Nothing more is sent until the fault is released, and then the connection is cut; of a download a half is sent first."""
    limit = float(fault.options.get("seconds", 60))
    if fault.options.get("half") and response.chunks is not None and response.length is not None:
        response.chunks = _half(response.chunks, response.length // 2, lambda: fault.released.wait(limit))
        return response
    fault.released.wait(limit)
    return Response(500, abort="reset")


def _half(chunks: t.Iterator[bytes], size: int, wait: t.Callable[[], object]) -> t.Iterator[bytes]:
    for chunk in chunks:
        if len(chunk) >= size:
            yield chunk[:size]
            break
        size -= len(chunk)
        yield chunk
    wait()


def _interface(path: str) -> str:
    first = path.strip("/").split("/")[0]
    known = {"appliance": "appliance", "login": "login", "api": "api", "oauth2": "oauth", "check_health": "health"}
    return known.get(first, "site")


def _facts(entry: Entry) -> dict[str, t.Any]:
    return {
        "interface": entry.interface,
        "method": entry.method,
        "path": entry.path,
        "screen": entry.screen,
        "action": entry.action,
        "operation": entry.operation,
        "address": entry.address,
        "kind_of_request": entry.kind,
    }


def _with(response: Response, headers: list[tuple[str, str]]) -> Response:
    response.headers.extend(headers)
    return response
