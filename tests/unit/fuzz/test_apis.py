# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the APIs with values missing, of other types, unknown, nested without end: records come out, or our errors."""

from __future__ import annotations

import dataclasses
import email.message
import json
import typing as t

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._api.caller import ApiCaller, Call
from ansible_collections.bseries.sra.plugins.module_utils._api.command_v1 import CommandV1
from ansible_collections.bseries.sra.plugins.module_utils._api.command_v2 import CommandV2
from ansible_collections.bseries.sra.plugins.module_utils._api.configuration import ConfigurationApi
from ansible_collections.bseries.sra.plugins.module_utils._api.permissions import is_granted
from ansible_collections.bseries.sra.plugins.module_utils._records import as_data
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response
from ansible_collections.bseries.sra.tests.unit.fuzz.shapes import documents, fuzz, json_values, only_our_errors, texts

DEEP = b"[" * 100_000
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e308, -1, 10**30, "253402300800", "1e5", True)
HEALTH: dict[str, t.Any] = {
    "appliance_id": "1" * 32,
    "version": "12.1.0",
    "build": "52301",
    "hostname": "a",
    "failover_role": "primary",
    "enabled_shared_ips": ["192.0.2.10"],
    "last_data_sync": "2026-11-22T10:00:00Z",
    "last_data_sync_status": "ok",
    "message": "",
}
INFO: dict[str, t.Any] = {
    "permissions": {"perm_command": "full_access", "perm_backup": True},
    "current_time": "2026-11-22T10:00:00Z",
    "product": "pra",
    "command_api_version": "2.0.0",
}
ROW: dict[str, t.Any] = {
    "id": 1,
    "appliance_id": "1",
    "name": "a",
    "display_name": "User 1",
    "logged_in_since": "2026-11-22T10:00:00Z",
    "session_count": 1,
    "access_consoles": 1,
    "asset_clients": 2,
    "gateways": 3,
    "connection_type": "active",
    "last_connect_timestamp": "2026-11-22T10:00:00Z",
    "last_disconnect_timestamp": None,
    "needs_update": False,
    "is_lost": False,
    "enabled": True,
    "connected": True,
    "failover_role": "primary",
    "accepting_connections": True,
}


@dataclasses.dataclass
class OneAnswer:
    """Gives the same answer to every call."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    label: str = "a.example.com:443"

    def call(self, call: Call, accepted: t.Collection[int] = (200,)) -> Response:
        headers = email.message.Message()
        headers["Content-Type"] = self.content_type
        for name, value in self.headers.items():
            headers[name] = value
        status = self.status if self.status in accepted else 200
        return Response(status, "https://a.example.com" + call.path, t.cast(t.Any, headers), self.body)

    def checked(self, call: Call, response: Response, accepted: t.Collection[int]) -> Response:
        return response


def caller(*args: t.Any, **more: t.Any) -> ApiCaller:
    return t.cast(ApiCaller, OneAnswer(*args, **more))


def as_json(data: t.Any) -> bytes:
    return json.dumps(data).encode("utf-8", "surrogatepass")


bodies = st.one_of(
    documents(HEALTH).map(as_json),
    documents(INFO).map(as_json),
    st.lists(documents(ROW), max_size=3).map(as_json),
    json_values.map(as_json),
    st.binary(max_size=60),
)


@fuzz
@given(bodies, st.sampled_from([200, 422, 500]))
@example(DEEP, 200)
@example(as_json({**HEALTH, "last_data_sync": MOMENTS[0]}), 200)
@example(as_json({**INFO, "permissions": {"perm_command": {}}}), 200)
@example(as_json([{**ROW, "id": float("inf")}]), 200)
@example(as_json([{**ROW, "id": [1]}]), 200)
@example(b"1" * 10_000, 200)
@example(b'{"appliance_id": "\\ud800"}', 500)
def test_command_v2(body: bytes, status: int) -> None:
    api = CommandV2(caller(body, status=status))
    for ask in (api.info, api.health, api.appliances, api.client_counts, api.users):
        with only_our_errors():
            json.dumps(as_data(ask()))
    with only_our_errors():
        api.set_failover_role("backup", True, False)


@fuzz
@given(st.lists(documents(ROW), max_size=3) | json_values, texts)
@example([{"id": [1]}, {"id": {}}], "")
@example([{"id": float("nan")}, {"id": float("nan")}], "")
@example([{"id": 1}], "9" * 5000)
@example([{"id": 1}], "-5")
def test_configuration(rows: t.Any, pages: str) -> None:
    for headers in (
        {"X-BT-Pagination-Last-Page": pages},
        {"Link": f'<https://x/?current_page={pages}>; rel="next"'},
        {},
    ):
        clean = {name: "".join(one for one in value if one.isprintable()) for name, value in headers.items()}
        api = ConfigurationApi(caller(as_json(rows), headers=clean))
        with only_our_errors():
            json.dumps(as_data(api.jump_clients()))
        with only_our_errors():
            json.dumps(as_data(api.jumpoints()))


@fuzz
@given(json_values, st.sampled_from([None, "read_only", "full_access", "nonsense"]))
def test_permissions(value: t.Any, level: str | None) -> None:
    assert is_granted(value, level) in (True, False, None)


names = st.sampled_from(
    ["health", "version", "appliance", "last_data_sync_time", "enabled_shared_ips", "ip", "success", "permission", "perm_backup", "name",
     "value", "rep", "user", "logged_in_since", "session_count", "connected_client", "timestamp", "failover_role", "accepting_connections", "error"]
)  # fmt: skip


def escaped(text: str) -> str:
    printable = "".join(one for one in text if one.isprintable() and not "\ud800" <= one <= "\udfff")
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attributes = st.dictionaries(st.sampled_from(["id", "ts", "type", "name", "value"]), texts.map(escaped), max_size=3)
    return st.builds(_element, names, attributes, texts.map(escaped), st.lists(children, max_size=4))


def _element(name: str, attributes: dict[str, str], text: str, children: list[str]) -> str:
    stated = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{stated}>{text}{''.join(children)}</{name}>"


documents_xml = st.recursive(texts.map(escaped), element, max_leaves=15)
BOMB = b'<!DOCTYPE x [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(12)
) + b"]><x>&a11;</x>"  # fmt: skip


@fuzz
@given(
    documents_xml.map(lambda text: f"<root>{text}</root>".encode())
    | element(documents_xml).map(str.encode)
    | st.binary(max_size=60)
)
@example(BOMB)
@example(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>')
@example(b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x><version>&f;</version></x>')
@example(b'<?xml version="1.0" encoding="x-nonsense"?><x/>')
@example(b'<?xml version="1.0" encoding="idna"?><x/>')
@example(b'<?xml version="1.0" encoding="utf-7"?><x>+ADw-</x>')
@example(b'<?xml version="1.0" encoding="gb2312"?><x/>')
@example(b"<a>" * 50_000 + b"</a>" * 50_000)
@example(b"<root>" + b"<version/>" * 50_000 + b"</root>")
@example(b'<root><last_data_sync_time ts="99999999999999999999"/></root>')
def test_command_v1(body: bytes) -> None:
    api = CommandV1(caller(body, content_type="text/xml"))
    for ask in (api.info, api.health, api.appliances, api.client_counts, api.users):
        with only_our_errors():
            assert "root:" not in json.dumps(as_data(ask()))
    with only_our_errors():
        api.set_failover_role("backup", False, False)
