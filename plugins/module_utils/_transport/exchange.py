# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request with requests, and its answer read into a file or memory."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import typing as t

from .. import _deps
from . import tls
from .body import Field, FormData, TooLarge, Undecodable, encoded, is_repeatable, pieces
from .connection import Line, Sink
from .failures import RequestFailed, explained, failed
from .files import write_error
from .held import HeldBody, MayGo

if t.TYPE_CHECKING:
    from .pinned import PinnedSession


@dataclasses.dataclass(frozen=True)
class Call:
    """What to send. ``must_be_complete``: an end that cannot be told from a cut connection is an error.

    ``may_go`` is asked when the head is out, before the body.
    """

    method: str
    url: str
    headers: t.Mapping[str, str] = dataclasses.field(repr=False)
    data: FormData | None = dataclasses.field(repr=False)
    json: t.Any = dataclasses.field(repr=False)
    fields: t.Sequence[Field] | None = dataclasses.field(repr=False)
    keep_alive: bool
    cookies: bool
    must_be_complete: bool = False
    may_go: MayGo | None = None

    @property
    def repeatable(self) -> bool:
        return is_repeatable(self.fields)


def ask(session: PinnedSession, call: Call) -> t.Any:
    """The answer as requests gives it; its body is still to be read. Raises RequestFailed, TlsRefused, InputError, NotReleased."""
    endpoint = session.line.endpoint
    try:
        prepared = session.prepare_request(_wanted(call))
    except _deps.requests.exceptions.InvalidURL:
        # What requests says of URLs and headers quotes them, secrets included.
        raise tls.unusable_name(endpoint) from None
    except _deps.requests.exceptions.RequestException as exc:
        raise failed(endpoint, f"cannot be asked this ({type(exc).__name__})", "send", sent=False) from None
    if call.may_go is not None:
        prepared.body = HeldBody(prepared.body, call.may_go, session.line)
    return session.ask(prepared)


def foresee(session: PinnedSession, call: Call) -> None:
    """Prepare a call that is likely to come next, so that ``ask`` only has to send it. What cannot be prepared is left."""
    with contextlib.suppress(_deps.requests.exceptions.RequestException):
        session.foresee(_wanted(call))


def _wanted(call: Call) -> t.Any:
    data, content_type = encoded(call.data, call.fields)
    headers = {"Content-Type": content_type, **call.headers} if content_type else call.headers
    return _deps.requests.Request(call.method, call.url, headers=headers, data=data, json=call.json)


def receive(raw: t.Any, sink: Sink, allowed: int | None, line: Line, *, must_end_well: bool) -> int:
    """Read the body of a urllib3 response into the sink; returns its size in bytes after decoding.

    ``must_end_well``: without a length or chunks only the closing alert of TLS says that this was all. Raises
    RequestFailed, and InputError where the sink cannot be written.
    """
    delimited = raw.length_remaining is not None or raw.chunked
    size = 0
    if allowed is not None and (raw.length_remaining or 0) > allowed:
        raise _bad_answer(line, f"announces more than the {allowed} bytes allowed here")
    try:
        for piece in pieces(raw, allowed):
            size += len(piece)
            _write(sink, piece)
    except TooLarge as exc:
        raise _bad_answer(line, f"sends more than the {allowed} bytes allowed here") from exc
    except Undecodable as exc:
        raise _bad_answer(line, f"sends an answer that cannot be decoded ({exc})") from exc
    except _deps.urllib3.exceptions.HTTPError as exc:
        raise _broken_off(line, exc) from exc
    if must_end_well and not delimited and line.torn:
        raise _torn_end(line, size)
    return size


def headers_of(raw: t.Any) -> http.client.HTTPMessage:
    """The headers of a urllib3 response, repeated ones included."""
    headers = http.client.HTTPMessage()
    for name, value in raw.headers.items():
        headers[name] = value
    return headers


def _write(sink: Sink, data: bytes) -> None:
    try:
        sink.write(data)
    except OSError as exc:
        raise write_error(exc) from exc


def _bad_answer(line: Line, words: str) -> RequestFailed:
    return failed(line.endpoint, words, "receive", sent=True)


def _broken_off(line: Line, exc: Exception) -> RequestFailed:
    cause = exc.__cause__ or exc
    if isinstance(cause, _deps.urllib3.exceptions.IncompleteRead):
        came, missing = cause.partial, cause.expected
        words = f"cut the answer after {came} of {came + missing} bytes"
        return failed(line.endpoint, words, "receive", sent=True, lost=True)
    return explained(cause, line.endpoint, "receive", sent=True, budget=line.budget)


def _torn_end(line: Line, size: int) -> RequestFailed:
    label = line.endpoint.label
    return RequestFailed(
        f"{label} cut the connection after {size} bytes without saying whether that was all",
        stage="receive",
        sent=True,
        lost=True,
        appliance=label,
        expected="a Content-Length, chunks, or a proper end of the TLS connection",
    )
