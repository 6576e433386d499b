# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the Configuration API v1 that tells about Jump Clients, Jumpoints and API accounts: reading only."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from .api_common import Accounts, ApiError, Call, check_accept, check_query, date_time, json_response, message
from .device import Device
from .http_server import Response

BASE = "/api/config/v1"
_PAGING = ("per_page", "current_page")
_JUMP_CLIENT_FILTERS = (
    "name",
    "hostname",
    "fqdn",
    "tag",
    "jump_group_id",
    "jump_group_type",
    "console_user",
    "public_ip",
    "private_ip",
    "connection_type",
)
_QUERIES = {
    "jump-client": (*_PAGING, *_JUMP_CLIENT_FILTERS),
    "jumpoint": (*_PAGING, "name", "public_ip", "private_ip", "hostname", "code_name"),
    "api-account": (*_PAGING, "name"),
}
_PATH = re.compile(r"/(jump-client|jumpoint|api-account)(?:/([0-9]+)(/node)?)?")


class Configuration:
    def __init__(self, device: Device, accounts: Accounts) -> None:
        self._device = device
        self._accounts = accounts

    @staticmethod
    def operation(call: Call) -> str:
        match = _PATH.fullmatch(call.request.path[len(BASE) :])
        if match is None:
            return "api.config"
        return f"api.config.{match[1]}.{'get' if match[2] else 'index'}"

    def run(self, call: Call) -> Response:
        """Raises ApiError."""
        match = _PATH.fullmatch(call.request.path[len(BASE) :])
        if match is None:
            raise message(404, "The specified resource was not found.")
        if call.method == "OPTIONS":
            return Response(200, headers=[("Allow", "GET,HEAD")])
        if call.method != "GET":
            raise ApiError(405, {"message": "Method Not Allowed"}, (("Allow", "GET,HEAD"),))
        check_accept(call.request)
        kind, number, node = match[1], match[2], match[3]
        values = check_query(call.request, () if number else _QUERIES[kind], 401)
        entries = {"jump-client": self._jump_clients, "jumpoint": self._jumpoints, "api-account": self._api_accounts}[
            kind
        ]()
        if number:
            return self._one(entries, int(number), bool(node))
        filters = {key: value for key, value in values.items() if key not in _PAGING}
        chosen = [entry for entry in entries if all(str(entry.get(key)) == value for key, value in filters.items())]
        return _paged(call, chosen, values)

    @staticmethod
    def _one(entries: list[dict[str, t.Any]], number: int, node: bool) -> Response:
        found = [entry for entry in entries if entry["id"] == number]
        if not found:
            raise message(404, "The specified resource was not found.")
        if not node:
            return json_response(found[0])
        return json_response({"id": number, "hostname": f"jumpoint-{number}", "last_connect_timestamp": None})

    def _jump_clients(self) -> list[dict[str, t.Any]]:
        device = self._device
        return [
            {
                "id": state.number,
                "jump_group_id": 1,
                "jump_group_type": "shared",
                "name": state.name,
                "hostname": state.name,
                "fqdn": f"{state.name}.example.com",
                "tag": "",
                "comments": "",
                "install_mode": "service",
                "connection_type": "passive" if state.passive else "active",
                "last_connect_timestamp": date_time(device.wall(state.connected_at)),
                "last_disconnect_timestamp": date_time(_disconnected(device, state.online, state)),
                "is_lost": state.lost,
                "needs_update": state.pending,
                "unavailable_reason": "none",
                "operating_system": "Windows 11 x64",
            }
            for state in device.site.fleet.states(device.name)
        ]

    def _jumpoints(self) -> list[dict[str, t.Any]]:
        fleet = self._device.site.fleet
        connected = fleet.jumpoints_connected(self._device.name)
        return [
            {
                "id": number,
                "name": f"Jumpoint {number}",
                "platform": "linux-x86",
                "code_name": f"jumpoint_{number}",
                "comments": "",
                "enabled": True,
                "connected": connected,
                "clustered": False,
            }
            for number in range(1, fleet.jumpoints + 1)
        ]

    def _api_accounts(self) -> list[dict[str, t.Any]]:
        return [
            {
                "id": number,
                "name": account.name,
                "comments": "",
                "enabled": account.enabled,
                "ip_addresses": "",
                "client_id": account.client_id,
                "failed_login_attempts": self._accounts.failures(account.client_id),
                "perm_command": account.command,
                "perm_backup": account.backup,
                "perm_vault_backup": account.vault_backup,
                "perm_configuration": account.configuration,
            }
            for number, account in enumerate(self._accounts.all, start=1)
        ]


def _disconnected(device: Device, online: bool, state: t.Any) -> float:
    """Whole seconds decide which of two timestamps is later, so an online client went away a second before it came."""
    moment = device.wall(state.disconnected_at)
    return min(moment, device.wall(state.connected_at) - 1) if online else moment


def _paged(call: Call, entries: list[dict[str, t.Any]], values: dict[str, str]) -> Response:
    size = _number(values, "per_page", 100, 5, 100)
    current = _number(values, "current_page", 1, 1, 2**31 - 1)
    last = max(1, -(-len(entries) // size))
    filters = [(key, value) for key, value in values.items() if key not in _PAGING]

    def link(page: int, name: str) -> str:
        query = urllib.parse.urlencode([*filters, ("per_page", size), ("current_page", page)])
        host = call.request.headers.get("Host", "")
        return f'<https://{host}{call.request.path}?{query}>; rel="{name}"'

    links = [link(1, "first")]
    links += [link(current - 1, "previous")] if current > 1 else []
    links += [link(current + 1, "next")] if current < last else []
    headers = [
        ("Link", ", ".join([*links, link(last, "last")])),
        ("X-BT-Pagination-Current-Page", str(current)),
        ("X-BT-Pagination-Per-Page", str(size)),
        ("X-BT-Pagination-Last-Page", str(last)),
        ("X-BT-Pagination-Total", str(len(entries))),
    ]
    return json_response(entries[(current - 1) * size : current * size], headers=headers)


def _number(values: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, str(default))
    if not text.isdigit() or not low <= int(text) <= high:
        errors = {name: [f"The value must be between {low} and {high}."]}
        raise ApiError(422, {"message": "Validation failed", "errors": errors})
    return int(text)
