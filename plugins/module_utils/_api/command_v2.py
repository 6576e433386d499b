# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command API v2 (JSON): fields and codes of the vendor's description; unknown fields are ignored."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, RefusedByAppliance
from .._records import ApiInfo, ApplianceEntry, ClientCounts, Health, User
from .._transport.transport import Response
from . import values
from .caller import ApiCaller, Call
from .command import ROLE_TIMEOUT, Role
from .oauth import as_object
from .permissions import COMMAND_FULL, COMMAND_READ

BASE: t.Final = "/api/command/v2"
INFO_CALL: t.Final = Call("GET", f"{BASE}/info", COMMAND_READ)
_VERSIONS: t.Final = ("command_api_version", "config_api_version", "reporting_api_version", "backup_api_version")


class CommandV2:
    """The API of appliances that answer /api/command/v2/info."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    def info(self) -> ApiInfo:
        return read_info(self._object(INFO_CALL, self._caller.call(INFO_CALL)))

    def health(self) -> Health:
        """The node's health; an unhealthy node answers 500 with the same fields and a message."""
        call = self._get("/health")
        response = self._caller.call(call, accepted=(200, 500))
        answer = as_object(response)
        if response.status == 500 and (
            answer is None or not ({"appliance_id", "version", "failover_role"} & set(answer))
        ):
            self._caller.checked(call, response, (200,))
        return _health(self._object(call, response), healthy=response.status == 200)

    def appliances(self) -> tuple[ApplianceEntry, ...]:
        return tuple(_appliance(row) for row in self._rows("/appliance"))

    def client_counts(self) -> tuple[ClientCounts, ...]:
        return tuple(
            ClientCounts(
                appliance_id=values.text(row.get("id")),
                access_consoles=values.number(row.get("access_consoles")),
                asset_clients=values.number(row.get("asset_clients")),
                gateways=values.number(row.get("gateways")),
            )
            for row in self._rows("/appliance/client-count")
        )

    def users(self) -> tuple[User, ...]:
        return tuple(
            User(
                id=values.number(row.get("id")),
                display_name=values.text(row.get("display_name")),
                type=values.text(row.get("type")),
                logged_in_since=values.moment(row.get("logged_in_since")),
                session_count=None if row.get("session_count") is None else values.number(row["session_count"]),
            )
            for row in self._rows("/user")
        )

    def logout_user(self, user_id: int) -> bool:
        call = Call("POST", f"{BASE}/user/{user_id}/logout", COMMAND_FULL)
        return self._caller.call(call, accepted=(200, 204, 404)).status != 404

    def terminate_session(self, lsid: str) -> bool:
        call = Call("DELETE", f"{BASE}/session/{lsid}", COMMAND_FULL)
        return self._caller.call(call, accepted=(200, 204, 404)).status != 404

    def set_failover_role(self, role: Role, data_sync_first: bool, force: bool) -> str:
        wanted: dict[str, t.Any] = {"role": role}
        if data_sync_first:
            wanted["data_sync_first"] = True
        if force:
            wanted["force"] = True
        call = Call("POST", f"{BASE}/failover-role", COMMAND_FULL, json=wanted, timeout=ROLE_TIMEOUT)
        response = self._caller.call(call, accepted=(200, 422, 500))
        answer = as_object(response)
        if response.status == 200:
            return values.text((answer or {}).get("message")) or ""
        if answer is None:
            self._caller.checked(call, response, (200,))
        raise RefusedByAppliance(
            f"{self._caller.label} refuses to become {role}",
            seen=_refusal(answer or {}),
            appliance=self._caller.label,
            state="the role was not changed, says the appliance",
            advice="Look at /login > Management > Failover of both appliances before trying again.",
        )

    def _get(self, path: str) -> Call:
        return Call("GET", BASE + path, COMMAND_READ)

    def _rows(self, path: str) -> list[dict[str, t.Any]]:
        call = self._get(path)
        response = self._caller.call(call)
        return json_rows(self._caller, call, response)

    def _object(self, call: Call, response: Response) -> dict[str, t.Any]:
        answer = as_object(response)
        if answer is None:
            raise not_understood(self._caller, call, response, "a JSON object")
        return answer


def json_rows(caller: ApiCaller, call: Call, response: Response) -> list[dict[str, t.Any]]:
    """The objects of a JSON array. Raises ApiError where the answer is something else."""
    answer = response.json() if response.content_type in ("", "application/json") else None
    if not isinstance(answer, list):
        raise not_understood(caller, call, response, "a JSON array")
    return [row for row in answer if isinstance(row, dict)]


def not_understood(caller: ApiCaller, call: Call, response: Response, expected: str) -> ApiError:
    return ApiError(
        f"{caller.label} answers {call.method} {call.path} with something else than the API describes",
        status=response.status,
        expected=expected,
        seen=f"status {response.status}, {response.content_type or 'no content type'}, {response.size} bytes",
        appliance=caller.label,
    )


def read_info(answer: t.Mapping[str, t.Any]) -> ApiInfo:
    permissions = answer.get("permissions")
    return ApiInfo(
        command_api="v2",
        permissions=dict(permissions) if isinstance(permissions, dict) else {},
        current_time=values.moment(answer.get("current_time")),
        product=values.text(answer.get("product")),
        versions={name: found for name in _VERSIONS if (found := values.text(answer.get(name))) is not None},
    )


def _health(answer: t.Mapping[str, t.Any], *, healthy: bool) -> Health:
    version, build = values.version_and_build(answer.get("version"), answer.get("build"))
    return Health(
        healthy=healthy,
        version=version,
        build=build,
        appliance_id=values.text(answer.get("appliance_id")),
        hostname=values.text(answer.get("appliance_hostname")),
        cluster_role=values.text(answer.get("cluster_role")),
        failover_role=values.text(answer.get("failover_role")),
        enabled_shared_ips=values.texts(answer.get("enabled_shared_ips")),
        last_data_sync=values.moment(answer.get("last_data_sync")),
        last_data_sync_status=values.text(answer.get("last_data_sync_status")),
        message=values.text(answer.get("message")),
    )


def _appliance(row: t.Mapping[str, t.Any]) -> ApplianceEntry:
    return ApplianceEntry(
        appliance_id=values.text(row.get("id")) or "",
        name=values.text(row.get("name")),
        public_hostname=values.text(row.get("public_hostname")),
        cluster_role=values.text(row.get("cluster_role")),
        failover_role=values.text(row.get("failover_role")),
        accepting_connections=values.flag(row.get("accepting_connections")),
    )


def _refusal(answer: t.Mapping[str, t.Any]) -> str:
    said = [values.text(answer.get("message")) or ""]
    errors = answer.get("errors")
    if isinstance(errors, dict):
        said += [f"{field}: {', '.join(values.texts(reasons)) or reasons}" for field, reasons in errors.items()]
    return "; ".join(part for part in said if part) or "no reason given"
