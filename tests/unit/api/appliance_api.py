# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The APIs of an appliance for testing a client: strict about what is asked, scripted in what it says."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t
import urllib.parse

from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, Request

CLIENT_ID = "0123456789abcdef0123456789abcdef01234567"
CLIENT_SECRET = "correct-horse-battery"
APPLIANCE_ID = "00112233445566778899aabbccddeeff"
DENIED = {"error": "access_denied", "message": "The resource owner or authorization server denied the request."}

HEALTH = {
    "version": "12.1.0",
    "build": "11111",
    "appliance_hostname": "node-a.example.com",
    "appliance_id": APPLIANCE_ID,
    "cluster_role": "single",
    "failover_role": "primary",
    "enabled_shared_ips": ["192.0.2.10"],
    "last_data_sync": "2026-11-22T10:00:00+00:00",
    "last_data_sync_status": "Success",
    "a_new_field": {"to": "ignore"},
}
INFO = {
    "permissions": {"perm_command": "full_access", "perm_backup": True, "perm_configuration": False, "perm_new": 7},
    "current_time": "2026-11-22T10:00:01.5Z",
    "command_api_version": "2.0.0",
    "config_api_version": "1.10",
    "product": "pra",
}


def reply_json(value: t.Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, json.dumps(value).encode(), (("Content-Type", "application/json"), *headers))


def reply_html(status: int = 200) -> Reply:
    return Reply(status, b"<!DOCTYPE html><html>Sign in</html>", (("Content-Type", "text/html; charset=utf-8"),))


def reply_xml(text: str) -> Reply:
    return Reply(200, text.encode(), (("Content-Type", "text/xml"),))


Answer = Reply | t.Callable[[Request], Reply]


@dataclasses.dataclass
class ApplianceApi:
    """Answers by ``METHOD path`` without the query; everything else is 404. Tokens are ``token-1``, ``token-2``, ..."""

    answers: dict[str, Answer] = dataclasses.field(default_factory=dict)
    tokens: int = 0
    token_answer: Reply | None = None
    valid: set[str] = dataclasses.field(default_factory=set)
    lifetime: int = 3600
    faults: list[str] = dataclasses.field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        path = urllib.parse.urlsplit(request.target).path
        if request.headers.get("connection") != "close":
            self.faults.append(f"{request.line}: connection kept")
        if "cookie" in request.headers:
            self.faults.append(f"{request.line}: cookie sent")
        if path == "/check_health":
            return self._answer(request, path)
        if path == "/oauth2/token":
            return self._token(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.valid:
            return reply_json(DENIED, 401)
        json_call = path.startswith(("/api/command/v2", "/api/config/v1"))
        if json_call and request.method in ("GET", "DELETE") and request.headers.get("accept") != "application/json":
            self.faults.append(f"{request.line}: wrong Accept")
        if json_call and request.body and request.headers.get("content-type") != "application/json":
            self.faults.append(f"{request.line}: wrong Content-Type")
        return self._answer(request, path)

    def _answer(self, request: Request, path: str) -> Reply:
        answer = self.answers.get(f"{request.method} {path}", Reply(404))
        return answer if isinstance(answer, Reply) else answer(request)

    def _token(self, request: Request) -> Reply:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        expected = ("POST", f"Basic {basic}", b"grant_type=client_credentials", "application/x-www-form-urlencoded")
        headers = request.headers
        if (request.method, headers["authorization"], request.body, headers["content-type"]) != expected:
            return reply_json({"error": "invalid_client", "message": "Client authentication failed"}, 401)
        self.tokens += 1
        if self.token_answer is not None:
            return self.token_answer
        token = f"token-{self.tokens}"
        self.valid.add(token)
        return reply_json({"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime})


def with_v2() -> ApplianceApi:
    """An appliance of today."""
    return ApplianceApi(
        {"GET /api/command/v2/info": reply_json(INFO), "GET /api/command/v2/health": reply_json(HEALTH)}
    )
