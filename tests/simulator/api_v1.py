# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Command API v1 (XML): errors have status 200 and the root element `error`."""

from __future__ import annotations

import typing as t
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

from .api_common import ApiError, Call, content_type, date_time
from .api_facts import Health, appliances, permissions
from .api_v2 import set_role
from .device import Device
from .http_server import Response
from .scenario import ApiAccount

NAMESPACE = "https://www.beyondtrust.com/namespaces/API/command"
WRITES = frozenset({"set_failover_role", "terminate_session"})


class CommandV1:
    def __init__(self, device: Device, health: Health) -> None:
        self._device = device
        self._health = health
        self._actions: dict[str, t.Callable[[dict[str, str], ApiAccount], str]] = {
            "check_health": self._check_health,
            "get_api_info": self._info,
            "get_appliances": self._appliances,
            "set_failover_role": self._set_role,
            "get_logged_in_reps": self._users,
            "terminate_session": self._terminate,
        }

    @staticmethod
    def parameters(call: Call) -> dict[str, str]:
        values = dict(call.request.query)
        if call.method == "POST" and content_type(call.request) == "application/x-www-form-urlencoded":
            values.update(urllib.parse.parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        return values

    def run(self, call: Call, account: ApiAccount) -> Response:
        values = self.parameters(call)
        name = values.get("action", "")
        run = self._actions.get(name)
        if run is None:
            return _xml(_error("Invalid action"))
        if account.command == "deny" or (name in WRITES and account.command != "full_access"):
            return _xml(_error("Permission denied"), 403)
        return _xml(run(values, account))

    def _check_health(self, values: dict[str, str], account: ApiAccount) -> str:
        healthy, facts = self._health.read()
        device = self._device
        parts = [
            f"<appliance id={quoteattr(facts['appliance_id'])}>{escape(facts['appliance_hostname'])}</appliance>",
            f"<version>{escape(facts['version'])} ({escape(facts['build'])})</version>",
            f"<success>{int(healthy)}</success>",
        ]
        if not healthy:
            parts.append("<error_message>The appliance is not healthy.</error_message>")
        parts.append(f"<failover_role>{facts['failover_role']}</failover_role>")
        relationship = device.site.relationship
        if relationship is not None:
            shared = "".join(f"<ip>{escape(ip)}</ip>" for ip in facts["enabled_shared_ips"] or ())
            parts.append(f"<enabled_shared_ips>{shared}</enabled_shared_ips>" if shared else "")
            if relationship.last_sync is not None:
                stamp = int(relationship.last_sync)
                parts.append(f'<last_data_sync_time ts="{stamp}">{date_time(stamp)}</last_data_sync_time>')
                status = "Success" if relationship.last_sync_ok else "Failed"
                parts.append(f"<last_data_sync_status>{status}</last_data_sync_status>")
        return _element("health_check", "".join(parts))

    def _info(self, values: dict[str, str], account: ApiAccount) -> str:
        rights = "".join(
            f"<permission name={quoteattr(name)}>{escape(_plain(value))}</permission>"
            for name, value in permissions(account).items()
        )
        return _element(
            "api_info",
            f"<api_version>1.23.0</api_version><timestamp>{int(self._device.now())}</timestamp>"
            f"<permissions>{rights}</permissions>",
        )

    def _appliances(self, values: dict[str, str], account: ApiAccount) -> str:
        entries = "".join(
            f"<appliance id={quoteattr(entry['id'])}>"
            + "".join(f"<{key}>{escape(_plain(value))}</{key}>" for key, value in entry.items() if key != "id")
            + "</appliance>"
            for entry in appliances(self._device)
        )
        return _element("appliances", entries)

    def _set_role(self, values: dict[str, str], account: ApiAccount) -> str:
        role = values.get("role", "")
        flags = [values.get(name, "0") for name in ("data_sync_first", "force")]
        if role not in ("primary", "backup") or any(flag not in ("0", "1") for flag in flags):
            return _error("Invalid parameters")
        try:
            return _element("success", escape(set_role(self._device, role, flags[0] == "1", flags[1] == "1")))
        except ApiError as error:
            return _error(error.body["message"])

    def _users(self, values: dict[str, str], account: ApiAccount) -> str:
        people = self._device.site.fleet.logged_in(self._device.name)
        entries = "".join(
            f'<rep id="{person.number}"><display_name>{escape(person.name)}</display_name></rep>' for person in people
        )
        return _element("logged_in_reps", entries)

    def _terminate(self, values: dict[str, str], account: ApiAccount) -> str:
        if not self._device.site.fleet.end_session(values.get("lsid", "").lower() or "-"):
            return _error("Session not found")
        return _element("success", "Successfully terminated")


def _plain(value: t.Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def _element(name: str, content: str) -> str:
    return f'<{name} xmlns="{NAMESPACE}">{content}</{name}>'


def _error(text: str) -> str:
    return _element("error", escape(text))


def _xml(content: str, status: int = 200) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n'.encode()
    return Response(status, body, [("Content-Type", "text/xml; charset=utf-8")])
