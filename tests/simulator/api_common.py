# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all APIs of an appliance share: accounts, tokens, rate limits, and refusals."""

from __future__ import annotations

import base64
import binascii
import collections
import dataclasses
import datetime
import hashlib
import json
import secrets
import typing as t
import urllib.parse

from .device import Device
from .http_server import Request, Response
from .scenario import ApiAccount


class ApiError(Exception):
    """The request is refused with this status and JSON body."""

    def __init__(self, status: int, body: dict[str, t.Any], headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


@dataclasses.dataclass(frozen=True)
class Call:
    """An API request with its body already read and, once it is known, the account that makes it."""

    request: Request
    body: bytes
    account: ApiAccount | None = None

    @property
    def method(self) -> str:
        return "GET" if self.request.method == "HEAD" else self.request.method


def json_response(data: t.Any, status: int = 200, headers: t.Iterable[tuple[str, str]] = ()) -> Response:
    body = json.dumps(data).encode() + b"\n"
    return Response(status, body, [("Content-Type", "application/json"), *headers])


def date_time(unix: float) -> str:
    """RFC 3339 in UTC with the suffix +00:00, whole seconds."""
    return datetime.datetime.fromtimestamp(int(unix), tz=datetime.UTC).isoformat()


def message(status: int, text: str) -> ApiError:
    return ApiError(status, {"message": text})


def content_type(request: Request) -> str:
    return request.headers.get("Content-Type", "").split(";")[0].strip().lower()


def check_accept(request: Request) -> None:
    """GET and DELETE must ask for application/json. Raises ApiError."""
    accepted = [each.split(";")[0].strip().lower() for each in request.headers.get("Accept", "").split(",")]
    if "application/json" not in accepted:
        raise message(406, "The Accept header must be application/json.")


def check_query(request: Request, known: t.Collection[str], status: int) -> dict[str, str]:
    """The query parameters; an unknown or repeated one is refused with `status`. Raises ApiError."""
    values: dict[str, str] = {}
    for name, value in request.query:
        if name not in known or name in values:
            raise message(status, f"Unrecognized query parameter: {name}")
        values[name] = value
    return values


def _is_of(wanted: type, value: t.Any) -> bool:
    """To Python true and false are numbers; to the API they are not."""
    return isinstance(value, wanted) and isinstance(value, bool) is (wanted is bool)


def json_body(call: Call, fields: dict[str, type], required: t.Collection[str] = ()) -> dict[str, t.Any]:
    """The JSON object in the body, checked field by field. Raises ApiError: 400 for what is not understood, 422 for values."""
    if content_type(call.request) != "application/json":
        raise message(400, "The Content-Type header must be application/json.")
    try:
        data = json.loads(call.body or b"{}")
    except ValueError as error:
        raise message(400, "The body is not JSON.") from error
    if not isinstance(data, dict):
        raise message(400, "The body must be a JSON object.")
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise message(400, f"Unrecognized fields: {', '.join(unknown)}")
    errors = {name: ["This field is required."] for name in required if name not in data}
    errors.update(
        {name: ["The value has a wrong type."] for name, value in data.items() if not _is_of(fields[name], value)}
    )
    if errors:
        raise ApiError(422, {"message": "Validation failed", "errors": errors})
    return data


def access_denied() -> ApiError:
    text = "The resource owner or authorization server denied the request."
    return ApiError(401, {"error": "access_denied", "message": text}, (("WWW-Authenticate", "Bearer"),))


class Accounts:
    """The API accounts of one device with their tokens; a restart of the device ends the tokens."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._options = device.options.api
        self._tokens: dict[str, tuple[str, float]] = {}
        self._failures: collections.Counter[str] = collections.Counter()
        self._locked_until: dict[str, float] = {}
        self._refused: set[tuple[str, str]] = set()
        self._calls: dict[str, collections.deque[float]] = {}

    @property
    def _accounts(self) -> dict[str, ApiAccount]:
        return {account.client_id: account for account in self._device.api_accounts}

    @property
    def all(self) -> tuple[ApiAccount, ...]:
        return tuple(self._accounts.values())

    def failures(self, client_id: str) -> int:
        return self._failures[client_id]

    def forget(self) -> None:
        self._tokens.clear()

    def token(self, call: Call) -> Response:
        """OAuth2 client credentials. Raises ApiError."""
        if call.method != "POST":
            raise ApiError(405, {"error": "invalid_request"}, (("Allow", "POST"),))
        if content_type(call.request) != "application/x-www-form-urlencoded":
            raise ApiError(400, {"error": "invalid_request", "message": "A URL-encoded form is expected."})
        form = urllib.parse.parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
        if any(name != "grant_type" for name, _value in form) or len(form) != 1 or call.request.query:
            raise ApiError(400, {"error": "invalid_request", "message": "Only grant_type is expected."})
        if form[0][1] != "client_credentials":
            raise ApiError(400, {"error": "unsupported_grant_type", "message": "Unsupported grant type."})
        account = self._authenticate(call.request)
        now = self._device.world.timers.now()
        mine = [token for token, (client_id, _until) in self._tokens.items() if client_id == account.client_id]
        for oldest in mine[: max(0, len(mine) - self._options.max_tokens + 1)]:
            del self._tokens[oldest]
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (account.client_id, now + self._options.token_life)
        life = int(self._options.token_life)
        return json_response(
            {"access_token": token, "token_type": "Bearer", "expires_in": life}, headers=[("Cache-Control", "no-store")]
        )

    def _authenticate(self, request: Request) -> ApiAccount:
        refusal = ApiError(
            401,
            {"error": "invalid_client", "message": "Client authentication failed."},
            (("WWW-Authenticate", "Basic"),),
        )
        scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
        try:
            client_id, _colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise refusal from error
        if scheme.lower() != "basic":
            raise refusal
        now = self._device.world.timers.now()
        account = self._accounts.get(client_id)
        locked = self._locked_until.get(client_id, 0) > now
        if (
            account is not None
            and account.enabled
            and not locked
            and secrets.compare_digest(secret.encode(), account.client_secret.encode())
        ):
            self._failures[client_id] = 0
            return account
        self._count_failure(client_id, secret, now)
        raise refusal

    def _count_failure(self, client_id: str, secret: str, now: float) -> None:
        attempt = (client_id, hashlib.sha256(secret.encode()).hexdigest())
        if attempt in self._refused:
            self._device.violation("refused_password_retried", f"API account {client_id}")
        self._refused.add(attempt)
        self._failures[client_id] += 1
        if self._failures[client_id] >= self._options.max_failures:
            self._locked_until[client_id] = now + self._options.lockout

    def authorise(self, request: Request) -> ApiAccount:
        """The account of the bearer token. Raises ApiError."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        client_id, until = self._tokens.get(token, ("", 0.0))
        if scheme.lower() != "bearer" or until <= self._device.world.timers.now():
            raise access_denied()
        return self._accounts[client_id]

    def count(self, account: ApiAccount) -> list[tuple[str, str]]:
        """Count a call against the rate limits; the headers that tell. Raises ApiError 429."""
        now = self._device.world.timers.now()
        calls = self._calls.setdefault(account.client_id, collections.deque())
        while calls and now - calls[0] > 3600:
            calls.popleft()
        last_second = sum(1 for _call in _since(calls, now - 1))
        left = self._options.rate_per_hour - len(calls) - 1
        headers = [
            ("X-RateLimit-Limit", str(self._options.rate_per_hour)),
            ("X-RateLimit-Remaining", str(max(0, left))),
        ]
        if left < 0 or last_second >= self._options.rate_per_second:
            raise ApiError(429, {"message": "Too many requests."}, (*headers, ("Retry-After", "1")))
        calls.append(now)
        return headers


def _since(calls: collections.deque[float], moment: float) -> t.Iterator[float]:
    for call in reversed(calls):
        if call < moment:
            return
        yield call
