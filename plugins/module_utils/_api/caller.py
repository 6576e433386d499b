# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One API call: token, pace, headers, and what an error answer means."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ApiError, PermissionMissing, WaitTimeout
from .._transport import again
from .._transport.body import FormData
from .._transport.connection import Sink
from .._transport.transport import Params, Response, Transport
from .._wait import Clock, Deadline, Look, wait_for
from .oauth import ERRORS, TokenSource, as_object, error_words
from .permissions import PAGE, Permission
from .rate import Pace

# How long a 429 is waited out, in seconds; the limit of 15000 an hour cannot be.
_PATIENCE: t.Final = 60.0


@dataclasses.dataclass(frozen=True)
class Call:
    """What to ask. ``unknown_field_is_401``: the Configuration API answers so to a field that it does not know."""

    method: str
    path: str
    permission: Permission
    params: Params | None = None
    json: t.Any = None
    form: FormData | None = None
    accept: str = "application/json"
    unknown_field_is_401: bool = False
    timeout: float | None = None


class ApiCaller:
    """Calls with the token of one API account; every call on a connection of its own, as the vendor demands."""

    def __init__(self, transport: Transport, tokens: TokenSource, clock: Clock) -> None:
        self._transport = transport
        self._tokens = tokens
        self._clock = clock
        self._pace = Pace(clock)

    @property
    def label(self) -> str:
        return self._transport.endpoint.label

    def call(self, call: Call, accepted: t.Collection[int] = (200,)) -> Response:
        """The answer with one of the accepted statuses. Raises ApiError, AuthenticationError, PermissionMissing."""
        return self.checked(call, self._paced(call, self._send), accepted)

    def download(self, call: Call, dest: Sink, deadline: Deadline | None) -> Response:
        """The same with the body of an accepted answer streamed to ``dest``."""

        def send(call: Call, headers: dict[str, str]) -> Response:
            return self._transport.download(
                call.method,
                call.path,
                dest,
                params=call.params,
                headers=headers,
                json=call.json,
                keep_alive=False,
                timeout=call.timeout,
                deadline=deadline,
                cookies=False,
            )

        return self.checked(call, self._paced(call, send), (200,))

    def checked(self, call: Call, response: Response, accepted: t.Collection[int]) -> Response:
        if response.status in accepted:
            return response
        words = self._words(response)
        if response.status == 403:
            raise PermissionMissing(
                f"The API account lacks the permission {call.permission}",
                expected=str(call.permission),
                seen=f"{call.path} answers {words}",
                appliance=self.label,
                page=PAGE,
                state="nothing was changed by this call",
                advice=f"Grant it to the API account at {PAGE}.",
            )
        raise ApiError(
            f"{self.label} answers {call.method} {call.path} with {words}",
            status=response.status,
            seen=words,
            appliance=self.label,
            state="this request only reads" if call.method == "GET" else "the request may have been carried out",
            advice=_ADVICE.get(response.status),
        )

    def _words(self, response: Response) -> str:
        return error_words(response, as_object(response), self._transport.redactor)

    def _paced(self, call: Call, send: t.Callable[[Call, dict[str, str]], Response]) -> Response:
        def look() -> Look[Response]:
            response = self._authorized(call, send)
            return Look(response.status != 429, f"{call.path}: {self._words(response)}", response)

        try:
            response = wait_for(
                "an API call within the rate limit",
                look,
                Deadline(_PATIENCE, self._clock),
                first_delay=1.0,
                longest_delay=10.0,
                appliance=self.label,
            )
        except WaitTimeout as exc:
            raise ApiError(
                f"{self.label} refuses API calls: the rate limit of the API account is used up",
                status=429,
                seen=exc.seen,
                appliance=self.label,
                advice="20 requests a second and 15000 an hour are allowed; find out who else uses this API account.",
            ) from exc
        if response is None:
            raise RuntimeError("a finished look has an answer")
        return response

    def _authorized(self, call: Call, send: t.Callable[[Call, dict[str, str]], Response]) -> Response:
        response = self._with_token(call, send)
        if not self._token_refused(call, response):
            return response
        if self._tokens.accepted:
            # It was good before: it ran out or the appliance restarted. Nothing was done with it, so ask once more.
            self._tokens.drop()
            response = self._with_token(call, send)
            if not self._token_refused(call, response):
                return response
        raise self._tokens.refused_now(self._words(response))

    def _with_token(self, call: Call, send: t.Callable[[Call, dict[str, str]], Response]) -> Response:
        token = self._tokens.token()
        self._pace.step()
        response = send(call, {"Authorization": f"Bearer {token}", "Accept": call.accept})
        if response.status < 500 and response.status not in (401, 429):
            self._tokens.accepted = True
        return response

    def _token_refused(self, call: Call, response: Response) -> bool:
        if response.status != 401:
            return False
        answer = as_object(response)
        if answer is not None and answer.get("error") in ERRORS:
            return True
        return not call.unknown_field_is_401

    def _send(self, call: Call, headers: dict[str, str]) -> Response:
        if call.method == "GET":
            return again.asked(lambda: self._send_once(call, headers), self._clock, self._is_strange)
        return self._send_once(call, headers)

    def _is_strange(self, response: Response) -> bool:
        """Whether a page comes from an API that was there: a web server shows one while the appliance behind it is not up."""
        return self._tokens.accepted and response.status == 200 and response.content_type == "text/html"

    def _send_once(self, call: Call, headers: dict[str, str]) -> Response:
        return self._transport.request(
            call.method,
            call.path,
            params=call.params,
            headers=headers,
            json=call.json,
            data=call.form,
            keep_alive=False,
            timeout=call.timeout,
            cookies=False,
        )


_ADVICE: t.Final = {
    400: "This release does not know a parameter that was sent; please report it with the release.",
    401: "This release does not know a parameter that was sent; please report it with the release.",
    404: f"Check that the API is switched on at {PAGE} and that the release has it.",
    502: "The web server of the appliance is not ready; wait and look again.",
    503: "The web server of the appliance is not ready; wait and look again.",
    504: "The web server of the appliance is not ready; wait and look again.",
}
