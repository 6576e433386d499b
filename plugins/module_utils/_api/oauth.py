# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of an API account by OAuth2 client credentials. A refused account is never tried a second time."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

from .._errors import ApiError, AuthenticationError, InputError
from .._shelf import NO_SHELF, Shelf, key_of, refusal, refused
from .._transport.redact import Redactor
from .._transport.transport import Response, Transport
from .._wait import Clock
from .permissions import PAGE

_PATH: t.Final = "/oauth2/token"
# A token is not used in its last minute.
_SPARE_SECONDS: t.Final = 60.0
_USUAL_SECONDS: t.Final = 3600.0
# Seconds; no token lives longer.
_LONGEST: t.Final = 366 * 24 * 3600
_MAX_ANSWER: t.Final = 64 * 1024
_NOTHING: t.Final = "no token was given; nothing was changed"
_NOT_READY: t.Final = (
    "The web server of the appliance is not ready, or what stands before it does not reach it: see whether the appliance "
    "is up, then run the same command again."
)
ERRORS: t.Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_credentials",
        "invalid_grant",
        "invalid_request",
        "invalid_token",
        "server_error",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)


class TokenSource:
    """Gets one token when it is first needed and keeps it until it runs out or is dropped.

    With a ``shelf`` it begins with the token that an earlier task left there. ``notes`` are left beside the token.
    """

    def __init__(
        self,
        transport: Transport,
        client_id: str | None,
        client_secret: str | None,
        clock: Clock,
        shelf: Shelf = NO_SHELF,
    ) -> None:
        self._transport = transport
        self._client_id = client_id
        self._secret = client_secret
        self._clock = clock
        self._token: str | None = None
        self._ends = 0.0
        self._refusal: AuthenticationError | None = None
        # True once the appliance has accepted the present token; only then a refusal means that it ran out.
        self.accepted = False
        self.notes: dict[str, t.Any] = {}
        self._shelf = shelf
        self._key: str | None = None
        self._redactor.add(client_secret)

    @property
    def _redactor(self) -> Redactor:
        return self._transport.redactor

    def drop(self) -> None:
        """Forget the token: the next call gets a new one."""
        self._token, self.accepted = None, False
        if self._key is not None:
            self._shelf.drop(self._key)

    def forget_refusal(self) -> None:
        """The account may be another one now, as after a restore: it is tried again, once."""
        self.begin()
        if self._refusal is not None:
            self._refusal = None
            self.drop()

    def note(self, name: str, value: t.Any) -> None:
        """Leave a fact about the API beside the token."""
        self.notes[name] = value
        self._put_on_shelf()

    def begin(self) -> None:
        """Look on the shelf, once, for what an earlier task left."""
        if self._key is not None or not self._client_id or not self._secret:
            return
        endpoint = dataclasses.replace(self._transport.endpoint, timeout=0)
        self._key = key_of("api", endpoint, self._client_id, secret=self._secret)
        value = self._shelf.take(self._key)
        if value is None:
            return
        self._refusal = refused(value)
        if self._refusal is not None:
            return
        self._token, self._ends, self.notes = value["token"], value["ends"], value["notes"]
        # Whether it is still good is seen at the first call; refusing it says nothing of the account.
        self.accepted = True
        self._redactor.add(self._token)

    def _put_on_shelf(self) -> None:
        if self._key is not None and self._token is not None:
            value = {"kind": "api", "token": self._token, "ends": self._ends, "notes": self.notes}
            self._shelf.put(self._key, value)

    def token(self) -> str:
        """A valid token. Raises AuthenticationError (refused), ApiError (no token service), InputError (no account)."""
        self.begin()
        if self._refusal is not None:
            raise self._refusal
        if self._token is not None and self._clock.now() < self._ends:
            return self._token
        self.drop()
        asked = self._clock.now()
        answer = self._ask()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise ApiError(
                f"The token service of {self._label} gives no access_token", appliance=self._label, state=_NOTHING
            )
        self._redactor.add(token)
        seconds = _lifetime(answer.get("expires_in"))
        self._ends = asked + max(seconds - _SPARE_SECONDS, seconds / 2)
        self._token = token
        self._put_on_shelf()
        return token

    def refused_now(self, words: str) -> AuthenticationError:
        """The error for a token that is refused although it was given a moment ago."""
        self._refusal = AuthenticationError(
            f"{self._label} gave the API account {self._client_id} a token and refuses it",
            seen=words,
            appliance=self._label,
            page=PAGE,
            state="the call was refused; nothing was changed by it",
            advice="Look whether the account is enabled and whether its secret was regenerated a moment ago.",
        )
        return self._refusal

    @property
    def _label(self) -> str:
        return self._transport.endpoint.label

    def _ask(self) -> dict[str, t.Any]:
        if not self._client_id or not self._secret:
            raise InputError(
                "The API needs an API account",
                expected="client_id and client_secret",
                appliance=self._label,
                advice=f"Create an API account at {PAGE} and give its OAuth Client ID and Client Secret.",
            )
        basic = base64.b64encode(f"{self._client_id}:{self._secret}".encode()).decode("ascii")
        self._redactor.add(basic)
        response = self._transport.request(
            "POST",
            _PATH,
            headers={"Authorization": f"Basic {basic}", "Accept": "application/json"},
            data={"grant_type": "client_credentials"},
            keep_alive=False,
            max_body=_MAX_ANSWER,
            cookies=False,
        )
        answer = as_object(response)
        if response.status == 200 and answer is not None:
            return answer
        raise self._failure(response, answer)

    def _failure(self, response: Response, answer: dict[str, t.Any] | None) -> ApiError | AuthenticationError:
        words = error_words(response, answer, self._redactor)
        status = response.status
        if status >= 500 or (answer is not None and answer.get("error") == "server_error"):
            return ApiError(
                f"The token service of {self._label} failed",
                status=status,
                expected="a token",
                seen=words,
                appliance=self._label,
                state=_NOTHING,
                advice=_NOT_READY if answer is None else None,
            )
        if answer is None and status not in (401, 403):
            return self._no_service(status, words)
        message, advice = self._why(words.lower(), status, str((answer or {}).get("error") or ""))
        self._refusal = AuthenticationError(
            message,
            seen=words,
            appliance=self._label,
            page=PAGE,
            state="no token was given; the account is not tried again by this task",
            advice=advice,
        )
        if self._key is not None:
            self._shelf.put(self._key, refusal(self._refusal))
        return self._refusal

    def _why(self, words: str, status: int, error: str) -> tuple[str, str]:
        account = f"API account {self._client_id}"
        if "lock" in words or "too many failed" in words:
            return (
                f"The {account} is locked on {self._label}",
                "Wait until the lock ends, or unlock it there.",
            )
        if "address" in words or "allow list" in words or " ip " in f" {words} ":
            return (
                f"The {account} may not be used from this machine on {self._label}",
                "Add the address of the machine where the task runs to the account's Network Address Allow List.",
            )
        if "disabled" in words:
            return f"The {account} is disabled on {self._label}", "Enable it there."
        if status == 403 or error == "access_denied":
            return (
                f"The {account} is denied on {self._label}",
                "Check there that it is enabled, not locked, may be used from this machine's address (Network Address "
                "Allow List), and that client_id and client_secret are its present ones.",
            )
        return (
            f"{self._label} refuses the {account}: wrong OAuth Client ID or Client Secret",
            "Give the present ones; a secret is shown only when it is made. On a fresh or restored appliance the "
            "account may not exist yet.",
        )

    def _no_service(self, status: int, words: str) -> ApiError:
        return ApiError(
            f"{self._label} has no token service at {_PATH}",
            status=status,
            expected="an answer in JSON",
            seen=words,
            appliance=self._label,
            page=PAGE,
            state=_NOTHING,
            advice="Check that host, port and tls_server_name lead to the appliance's site, and that its APIs are on.",
        )


def _lifetime(stated: t.Any) -> float:
    """Seconds; an hour where nothing that can be used is stated."""
    if isinstance(stated, bool) or not isinstance(stated, (int, float)) or not -_LONGEST < stated < _LONGEST:
        return _USUAL_SECONDS
    return float(stated)


def as_object(response: Response) -> dict[str, t.Any] | None:
    """The answer as a JSON object, or None where it is none."""
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def error_words(response: Response, answer: dict[str, t.Any] | None, redactor: Redactor) -> str:
    """Status and what the appliance says, in one short line without secrets."""
    said = []
    for key in ("error", "error_description", "message"):
        if answer and isinstance(answer.get(key), str):
            said.append(answer[key])
    errors = answer.get("errors") if answer else None
    if isinstance(errors, dict):
        said += [f"{field}: {_joined(reasons)}" for field, reasons in errors.items()]
    if not said:
        said.append(response.content_type or "no content")
    return redactor.beginning(f"status {response.status}: {'; '.join(said)}", 500)


def _joined(reasons: t.Any) -> str:
    return ", ".join(str(reason) for reason in reasons) if isinstance(reasons, list) else str(reasons)
