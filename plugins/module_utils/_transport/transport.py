# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to talk to an appliance: verified TLS to a fixed address, bounded in time and size, never repeated."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import io
import json as json_module
import re
import typing as t
import urllib.parse

from .._live import TellingSink
from .._records import ServedCertificate
from .._wait import Clock, Deadline
from . import exchange
from .body import Field, FormData
from .budget import Budget
from .connection import Sink
from .endpoint import Endpoint
from .exchange import Call
from .failures import LedAway, RequestFailed, TlsRefused, answered_before
from .headers import charset, content_length
from .held import MayGo
from .redact import Redactor
from .room import LARGEST, RoomySink
from .sessions import Sessions

USER_AGENT: t.Final = "bseries.sra"
MAX_BODY: t.Final = 16 * 1024 * 1024
MAX_REDIRECTS: t.Final = 10
# A request without a deadline may take this many times its timeout as a whole; one that streams has no such limit.
_WHOLE: t.Final = 6
# Shorter cookie values ("en", "true") are settings; masking them would spoil texts.
_SHORTEST_SECRET_COOKIE: t.Final = 12

_SinkFor = t.Callable[[int, http.client.HTTPMessage], tuple[Sink, t.Optional[int]]]
Params = t.Union[t.Mapping[str, str], t.Sequence[tuple[str, str]]]


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer. ``url`` is where it came from, after redirects; ``elapsed`` in seconds; ``size`` of the body in bytes.

    ``size`` counts also what went to a file; ``body`` is what is held in memory. ``headers`` ignore case.
    """

    status: int
    url: str
    headers: http.client.HTTPMessage = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)
    elapsed: float = 0.0
    size: int = 0

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters; empty where none is given."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    def text(self) -> str:
        """The body as text in the declared character set, else UTF-8; what cannot be decoded is replaced."""
        return self.body.decode(charset(self.headers) or "utf-8", "replace")

    def json(self) -> t.Any:
        """The body parsed as JSON. Raises RequestFailed where it is none."""
        try:
            return json_module.loads(self.body)
        except (ValueError, RecursionError) as exc:
            raise RequestFailed(
                f"The answer to {_path(self.url)} is not JSON",
                stage="receive",
                sent=True,
                expected="JSON",
                seen=f"status {self.status}, {self.content_type or 'no content type'}, {len(self.body)} bytes",
            ) from exc


class Transport:
    """HTTPS to one endpoint, with the cookies of one visitor. A context manager; not for several threads at once.

    Nothing is ever sent to another origin, no proxy of the environment is used, no request is repeated, no redirect is
    followed unless asked for. Errors: RequestFailed (a TransportError with ``stage`` and ``sent``), TlsRefused (a
    TlsError), InputError for an unusable ``ca_path``; their texts are free of the redactor's secrets.
    """

    def __init__(
        self, endpoint: Endpoint, redactor: Redactor, clock: Clock | None = None, user_agent: str = USER_AGENT
    ) -> None:
        self.endpoint = endpoint
        self.redactor = redactor
        self.clock = clock or Clock()
        self._sessions = Sessions(endpoint, self.clock, user_agent)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def peer_address(self) -> str | None:
        """The address that the last connection reached."""
        return self._sessions.peer_address

    @property
    def cookies(self) -> list[dict[str, t.Any]]:
        """The cookies of this visitor as plain data, for ``restore``."""
        return self._sessions.cookies

    def restore(self, cookies: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Go on as an earlier visitor, whose cookies these are."""
        self._hide(str(cookie.get("value") or "") for cookie in cookies)
        self._sessions.restore(cookies)

    def close(self) -> None:
        """Close the kept connection and forget the cookies."""
        self._sessions.close()

    def absolute(self, url: str, base: str | None = None) -> str:
        """A link as found on a page, made absolute; under this server's one origin where it leads to this server."""
        # Browsers drop tabs and line ends inside and blanks around a link.
        cleaned = re.sub(r"[\t\r\n]", "", url).strip()
        joined = urllib.parse.urldefrag(urllib.parse.urljoin(base or self.endpoint.origin + "/", cleaned)).url
        if not self.endpoint.owns(joined):
            return joined
        parts = urllib.parse.urlsplit(joined)
        return urllib.parse.urlunsplit(("https", self.endpoint.netloc, parts.path or "/", parts.query, ""))

    def is_same_origin(self, url: str) -> bool:
        """True for relative links and for absolute ones to this server (https, same port, either of its names)."""
        try:
            return self.endpoint.owns(self.absolute(url))
        except ValueError:
            return False

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        headers: t.Mapping[str, str] | None = None,
        data: FormData | None = None,
        json: t.Any = None,
        fields: t.Sequence[Field] | None = None,
        keep_alive: bool = True,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        max_body: int = MAX_BODY,
        follow_redirects: bool = False,
        accept_statuses: t.Collection[int] | None = None,
        cookies: bool = True,
        may_go: MayGo | None = None,
    ) -> Response:
        """Send one request and read the whole answer into memory.

        ``url`` may be a path. ``timeout`` is the longest silence in seconds (default: the endpoint's), ``deadline``
        bounds the whole including redirects and a body that trickles in; ``max_body`` in bytes after decoding.
        ``fields`` are sent as multipart, files ``(file name, open binary file, content type)`` are streamed. Redirects
        are followed to the same origin only. ``accept_statuses``: any other status raises. ``cookies=False`` neither
        sends nor keeps any. ``may_go`` is asked when all but the body is sent: where it says no, or the connection did
        not last, NotReleased is raised and the request was not made.
        """
        if sum(part is not None for part in (data, json, fields)) > 1:
            raise ValueError("give one of data, json and fields")
        call = Call(
            method.upper(), self._own(url, params), dict(headers or {}), data, json, fields, keep_alive, cookies,
            may_go=may_go,
        )  # fmt: skip
        buffer = io.BytesIO()
        budget = self._budget(timeout, deadline, whole=call.repeatable)
        response = self._run(call, budget, lambda _status, _headers: (buffer, max_body), follow_redirects)
        response = dataclasses.replace(response, body=buffer.getvalue())
        self._check_status(response, accept_statuses)
        return response

    def foresee(self, url: str, headers: t.Mapping[str, str]) -> None:
        """Make ready to be led to ``url`` by the answer to a form that is sent with ``headers``; nothing is sent."""
        call = Call("GET", self._own(url, None), dict(headers), None, None, None, keep_alive=True, cookies=True)
        self._sessions.foresee(lambda session: exchange.foresee(session, call))

    def download(
        self,
        method: str,
        url: str,
        dest_file: Sink,
        *,
        params: Params | None = None,
        headers: t.Mapping[str, str] | None = None,
        data: FormData | None = None,
        json: t.Any = None,
        keep_alive: bool = True,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        max_bytes: int = LARGEST,
        follow_redirects: bool = False,
        cookies: bool = True,
        accept: t.Callable[[int, http.client.HTTPMessage], bool] | None = None,
    ) -> Response:
        """Send one request and stream the body of a successful answer (2xx) into ``dest_file``.

        ``accept`` may decide by status and headers, before a byte is written, that an answer is not to be streamed. The
        body of any other answer is in the response (at most 16 MiB). A body that is shorter than announced, or that
        ends by a connection cut without a proper end, raises RequestFailed: what was written then is to be thrown away.
        So does one of more than ``max_bytes``; where the disk has no room, InputError is raised.
        """
        buffer = io.BytesIO()
        call = Call(
            method.upper(),
            self._own(url, params),
            dict(headers or {}),
            data,
            json,
            None,
            keep_alive,
            cookies,
            must_be_complete=True,
        )
        response = self._run(
            call,
            self._budget(timeout, deadline, whole=False),
            lambda status, headers: (
                (TellingSink(RoomySink(dest_file, _announced(headers)), _announced(headers)), max_bytes)
                if 200 <= status < 300 and (accept is None or accept(status, headers))
                else (buffer, MAX_BODY)
            ),
            follow_redirects,
        )
        return dataclasses.replace(response, body=buffer.getvalue())

    def served_certificate(self, *, verify: bool | None = None) -> ServedCertificate:
        """The certificate of a new connection; nothing is sent on it. ``verify=False`` shows an untrusted one too."""
        try:
            certificate = self._sessions.served_certificate(self._budget(None, None, whole=True), verify=verify)
        except ValueError as exc:
            raise self._unreadable_certificate() from exc
        if certificate is None:
            raise self._unreadable_certificate()
        return certificate

    def _unreadable_certificate(self) -> TlsRefused:
        label = self.endpoint.label
        return TlsRefused(f"{label} shows no readable certificate", appliance=label, state="nothing was sent")

    def _budget(self, timeout: float | None, deadline: Deadline | None, *, whole: bool) -> Budget:
        silence = self.endpoint.timeout if timeout is None else timeout
        deadlines = [deadline] if deadline is not None else [Deadline(silence * _WHOLE, self.clock)] if whole else []
        return Budget(silence, deadlines)

    def _own(self, url: str, params: Params | None) -> str:
        try:
            absolute = self.absolute(url)
        except ValueError:
            absolute = url
        if not self.endpoint.owns(absolute):
            raise self._foreign("The address", absolute, sent=False, keeps_body=bool(params))
        if params:
            pairs = list(params.items()) if isinstance(params, t.Mapping) else list(params)
            absolute += ("&" if "?" in absolute else "?") + urllib.parse.urlencode(pairs)
        return absolute

    def _run(
        self,
        call: Call,
        budget: Budget,
        sink_for: _SinkFor,
        follow_redirects: bool,
    ) -> Response:
        started = self.clock.now()
        for hop in range(MAX_REDIRECTS + 1):
            try:
                response, location = self._once(call, budget, sink_for, follow_redirects)
            except RequestFailed as error:
                if hop:
                    raise answered_before(error) from error.__cause__
                raise
            if location is None:
                return dataclasses.replace(response, elapsed=self.clock.now() - started)
            call = self._redirected(call, response, location)
        raise self._refused_redirect(f"{self.endpoint.label} redirects more than {MAX_REDIRECTS} times", call.url)

    def _once(
        self,
        call: Call,
        budget: Budget,
        sink_for: _SinkFor,
        follow_redirects: bool,
    ) -> tuple[Response, str | None]:
        try:
            with (
                self._sessions.opened(budget, keep_alive=call.keep_alive, cookies=call.cookies) as session,
                contextlib.closing(exchange.ask(session, call)) as answer,
            ):
                headers = exchange.headers_of(answer.raw)
                self._hide(cookie.value or "" for cookie in answer.cookies)
                is_redirect = follow_redirects and answer.status_code in _REDIRECTS
                location = answer.headers.get("Location") if is_redirect else None
                sink, allowed = (
                    (io.BytesIO(), MAX_BODY) if location is not None else sink_for(answer.status_code, headers)
                )
                must_end_well = call.must_be_complete and location is None
                size = exchange.receive(answer.raw, sink, allowed, session.line, must_end_well=must_end_well)
        except RequestFailed as exc:
            raise self._redacted(exc, call) from exc.__cause__
        return Response(answer.status_code, call.url, headers, b"", size=size), location

    def _hide(self, cookies: t.Iterable[str]) -> None:
        values = list(cookies)
        self.redactor.add(*(value for value in values if len(value) >= _SHORTEST_SECRET_COOKIE))

    def _redirected(self, call: Call, response: Response, location: str) -> Call:
        try:
            url = self.absolute(location, call.url)
        except ValueError:
            url = location
        if not self.endpoint.owns(url):
            bare = call.method == "GET" and (call.data, call.json, call.fields) == (None, None, None)
            raise self._foreign("A redirect", url, sent=True, keeps_body=response.status in (307, 308) and not bare)
        if response.status in (301, 302, 303):
            method = "HEAD" if call.method == "HEAD" else "GET"
            headers = {name: value for name, value in call.headers.items() if not name.lower().startswith("content-")}
            return dataclasses.replace(
                call, url=url, method=method, headers=headers, data=None, json=None, fields=None, may_go=None
            )
        if not call.repeatable:
            raise self._refused_redirect(f"{self.endpoint.label} redirects an upload to {_path(url)}", url)
        return dataclasses.replace(call, url=url, may_go=None)

    def _foreign(self, what: str, url: str, *, sent: bool, keeps_body: bool) -> LedAway:
        try:
            parts = urllib.parse.urlsplit(url)
            where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        except ValueError:
            where = "an unreadable address"
        return LedAway(
            self.redactor.text(f"{what} leads away from {self.endpoint.label}, to {where}"),
            url=url,
            keeps_body=keeps_body,
            stage="receive" if sent else "send",
            sent=sent,
            appliance=self.endpoint.label,
            expected=f"an address under {self.endpoint.origin}",
            seen=self.redactor.text(where),
            state="nothing was sent there",
            advice="If that is another name of the same appliance, set tls_server_name to it.",
        )

    def _refused_redirect(self, message: str, url: str) -> RequestFailed:
        return RequestFailed(
            self.redactor.text(message),
            stage="receive",
            sent=True,
            appliance=self.endpoint.label,
            page=self.redactor.text(_path(url)),
        )

    def _redacted(self, error: RequestFailed, call: Call) -> RequestFailed:
        what = f"{call.method} {_path(call.url)}: " if error.sent else ""
        error.message = self.redactor.text(what + error.message)
        error.args = (error.message,)
        return error

    def _check_status(self, response: Response, accept_statuses: t.Collection[int] | None) -> None:
        if accept_statuses is None or response.status in accept_statuses:
            return
        label = self.endpoint.label
        raise RequestFailed(
            self.redactor.text(f"{label} answers {_path(response.url)} with status {response.status}"),
            stage="receive",
            sent=True,
            appliance=label,
            expected=f"status {' or '.join(str(status) for status in sorted(accept_statuses))}",
            seen=f"status {response.status}, {response.content_type or 'no content type'}",
        )


def _announced(headers: http.client.HTTPMessage) -> int | None:
    """How many bytes are to come, where the server says so and compresses nothing."""
    return content_length(headers) if headers.get("Content-Encoding", "identity") == "identity" else None


_REDIRECTS: t.Final = frozenset({301, 302, 303, 307, 308})


def _path(url: str) -> str:
    """How messages name a URL: without its query, which may carry secrets."""
    return urllib.parse.urlsplit(url).path or "/"
