# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Command API v2 (JSON)."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .api_common import ApiError, Call, check_accept, check_query, date_time, json_body, json_response, message
from .api_facts import Health, appliances, client_count, permissions
from .captions import in_words
from .device import Device
from .http_server import Response
from .scenario import ApiAccount
from .site import Refused

BASE = "/api/command/v2"
_TYPES = ("access_console", "asset_client", "gateway")


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    run: t.Callable[[Call, ApiAccount, t.Match[str]], Response]
    query: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        return self.method != "GET"


class CommandV2:
    def __init__(self, device: Device, health: Health) -> None:
        self._device = device
        self._health = health
        self._operations = (
            Operation("api.command.v2.spec", "GET", "/openapi.yaml", self._spec),
            Operation("api.command.v2.info.get", "GET", "/info", self._info),
            Operation("api.command.v2.health.get", "GET", "/health", self._get_health),
            Operation("api.command.v2.appliance.index", "GET", "/appliance", self._appliances),
            Operation("api.command.v2.appliance.count", "GET", "/appliance/client-count", self._counts, ("type",)),
            Operation("api.command.v2.client.index", "GET", "/client", self._clients, ("type",)),
            Operation(
                "api.command.v2.session.terminate", "DELETE", r"/session/(?P<id>[0-9a-fA-F]{32})", self._end_session
            ),
            Operation("api.command.v2.user.index", "GET", "/user", self._users),
            Operation("api.command.v2.user.logout", "POST", r"/user/(?P<id>[0-9]+)/logout", self._log_out),
            Operation("api.command.v2.failover-role.set", "POST", "/failover-role", self._set_role),
        )

    def find(self, call: Call) -> tuple[Operation, t.Match[str]] | Response:
        """The operation that is asked for, or the answer to OPTIONS. Raises ApiError: 404, 405."""
        path = call.request.path[len(BASE) :]
        found = [(each, match) for each in self._operations if (match := re.fullmatch(each.path, path))]
        if not found:
            raise message(404, "The requested resource was not found.")
        methods = sorted({each.method for each, _match in found} | ({"HEAD"} if found[0][0].method == "GET" else set()))
        if call.method == "OPTIONS":
            return Response(200, headers=[("Allow", ",".join(methods))])
        for each, match in found:
            if each.method == call.method:
                return each, match
        raise ApiError(405, {"message": "Method Not Allowed"}, (("Allow", ",".join(methods)),))

    def run(self, call: Call, account: ApiAccount, operation: Operation, match: t.Match[str]) -> Response:
        """Raises ApiError."""
        if operation.method in ("GET", "DELETE") and operation.path != "/openapi.yaml":
            check_accept(call.request)
        check_query(call.request, operation.query, 400)
        if account.command == "deny" or (operation.writes and account.command != "full_access"):
            raise message(403, "The API account does not have permission to use this API.")
        return operation.run(call, account, match)

    def _spec(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        paths = "".join(f"  {each.path.split('(')[0]}: {{}}\n" for each in self._operations)
        text = f"openapi: 3.0.0\ninfo: {{title: Command APIs, version: 2.0.0}}\npaths:\n{paths}"
        return Response(200, text.encode(), [("Content-Type", "application/yaml")])

    def _info(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        return json_response(
            {
                "permissions": permissions(account),
                "current_time": date_time(self._device.now()),
                "command_api_version": "2.0.0",
                "config_api_version": "1.10",
                "reporting_api_version": "1.23.0",
                "backup_api_version": "1.0.0",
                "product": "pra",
            }
        )

    def _get_health(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        healthy, facts = self._health.read()
        if healthy:
            return json_response(facts)
        return json_response({"message": "The appliance is not healthy.", **facts, "last_data_sync": None}, 500)

    def _appliances(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        return json_response(appliances(self._device))

    def _type(self, call: Call) -> str | None:
        wanted = dict(call.request.query).get("type")
        if wanted is not None and wanted not in _TYPES:
            raise ApiError(422, {"message": "Validation failed", "errors": {"type": ["The value is not allowed."]}})
        return wanted

    def _counts(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        wanted, counts = self._type(call), client_count(self._device)
        entry: dict[str, t.Any] = {"id": self._device.appliance_id}
        for kind in _TYPES:
            entry["gateways" if kind == "gateway" else f"{kind}s"] = counts[kind] if wanted in (None, kind) else 0
        return json_response([entry])

    def _clients(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        wanted, fleet = self._type(call), self._device.site.fleet
        common = {"platform": "Windows 11 x64", "timezone_offset": "0"}
        entries: list[dict[str, t.Any]] = [
            {
                "id": 1000 + person.number,
                "type": "access_console",
                "hostname": f"desk-{person.number}",
                **common,
                "user_id": person.number,
                "user_type": "normal",
                "username": person.username,
                "display_name": person.name,
                "session_count": 1 if person.lsid else 0,
                "session_lsids": [person.lsid] if person.lsid else [],
            }
            for person in fleet.logged_in(self._device.name)
        ]
        entries += [
            {"id": state.number, "type": "asset_client", "hostname": state.name, **common}
            for state in fleet.states(self._device.name)
            if state.online
        ]
        gateways = fleet.jumpoints if fleet.jumpoints_connected(self._device.name) else 0
        entries += [
            {"id": 5000 + number, "type": "gateway", "hostname": f"jumpoint-{number}", **common}
            for number in range(1, gateways + 1)
        ]
        return json_response([entry for entry in entries if wanted in (None, entry["type"])])

    def _end_session(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        if not self._device.site.fleet.end_session(match["id"].lower()):
            raise message(404, "The session was not found.")
        return Response(204)

    def _users(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        people = self._device.site.fleet.logged_in(self._device.name)
        return json_response(
            [
                {
                    "id": person.number,
                    "type": "normal",
                    "display_name": person.name,
                    "logged_in_since": date_time(self._device.wall(person.since or 0)),
                    "session_count": 1 if person.lsid else 0,
                }
                for person in people
            ]
        )

    def _log_out(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        if call.body:
            json_body(call, {})
        if not self._device.site.fleet.log_out(int(match["id"])):
            raise message(404, "The user was not found.")
        return Response(204)

    def _set_role(self, call: Call, account: ApiAccount, match: t.Match[str]) -> Response:
        data = json_body(call, {"role": str, "data_sync_first": bool, "force": bool}, ("role",))
        if data["role"] not in ("primary", "backup"):
            raise ApiError(422, {"message": "Validation failed", "errors": {"role": ["The value is not allowed."]}})
        return json_response(
            {
                "message": set_role(
                    self._device, data["role"], data.get("data_sync_first", False), data.get("force", False)
                )
            }
        )


def set_role(device: Device, role: str, sync_first: bool, force: bool) -> str:
    """Change the failover role as the API does; the appliance's message. Raises ApiError 500."""
    try:
        device.changing(f"role changed to {role}")
        device.site.change_role(device, role, sync_first=sync_first, force=force)
    except Refused as error:
        raise message(500, in_words(error.label, "en")) from error
    if sync_first:
        return "Successfully started data sync. Role change will occur upon successful completion."
    return "Successfully changed role."
