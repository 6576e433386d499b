# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong on a connection, said so that a wait loop and a person can act on it."""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

from .._errors import TlsError, TransportError
from .budget import Budget
from .endpoint import Endpoint

Stage = t.Literal["resolve", "connect", "send", "receive"]


class RequestFailed(TransportError):
    """No usable answer. ``stage`` is how far it came; ``sent`` whether the request may have reached the other side.

    ``lost``: the connection broke or fell silent; else an answer came that is refused, and would be refused again.
    """

    def __init__(self, message: str, *, stage: Stage, sent: bool, lost: bool = False, **parts: t.Any) -> None:
        super().__init__(message, **parts)
        self.stage: Stage = stage
        self.sent = sent
        self.lost = lost


class LedAway(RequestFailed):
    """A redirect or an address leads to another origin. ``keeps_body``: what was sent would have to be sent there again."""

    def __init__(self, message: str, *, url: str, keeps_body: bool, **parts: t.Any) -> None:
        super().__init__(message, **parts)
        self.url = url
        self.keeps_body = keeps_body


class TlsRefused(TlsError, RequestFailed):
    """The certificate or protocol of the other side was refused during the handshake; nothing was sent."""

    def __init__(self, message: str, **parts: t.Any) -> None:
        super().__init__(message, stage="connect", sent=False, **parts)


def may_have_been_sent(error: TransportError) -> bool:
    """False only where it is sure that the request did not reach the other side."""
    return getattr(error, "sent", True)


def answered_before(error: RequestFailed) -> RequestFailed:
    """The error of a later request, of which the first was answered: what that one asked for may have been carried out."""
    if not error.sent:
        error.sent = True
        error.state = "the request before was answered, and may have been carried out"
    return error


def failed(endpoint: Endpoint, words: str, stage: Stage, *, sent: bool, lost: bool = False) -> RequestFailed:
    """The error that says of an endpoint what it did, with what that means for the request."""
    label = endpoint.label
    return RequestFailed(
        f"{label} {words}",
        stage=stage,
        sent=sent,
        lost=lost,
        expected="an answer",
        seen=words,
        appliance=label,
        state="the request may have been carried out" if sent else "nothing was sent",
        advice=_ADVICE.get(stage),
    )


def explained(exc: BaseException, endpoint: Endpoint, stage: Stage, *, sent: bool, budget: Budget) -> RequestFailed:
    """The error for what the socket, http.client or urllib3 raised at a stage."""
    if isinstance(exc, socket.gaierror):
        return failed(endpoint, "has no address: its name cannot be resolved", "resolve", sent=False)
    return failed(endpoint, _words(exc, stage, budget), stage, sent=sent, lost=True)


def _words(exc: BaseException, stage: Stage, budget: Budget) -> str:
    if isinstance(exc, TimeoutError):
        left = budget.remaining
        over = left is not None and left <= 0
        limit = "the time allowed for this request" if over else f"{budget.silence:g} seconds"
        return f"did not {_WAITED_FOR[stage]} within {limit}"
    if isinstance(exc, http.client.IncompleteRead):
        return "cut the answer before its end"
    for kind, words in _MEANINGS:
        if isinstance(exc, kind):
            return words
    if isinstance(exc, ssl.SSLError):
        return f"broke the TLS connection ({exc.reason or 'no reason given'})"
    if isinstance(exc, OSError):
        return f"cannot be reached: {exc.strerror or exc}"
    return f"does not answer in proper HTTP ({type(exc).__name__})"


_ADVICE: t.Final[dict[Stage, str]] = {
    "resolve": "Check the host name, and the DNS settings of the machine where the task runs.",
    "connect": "Is the appliance up, is the port right? Check address, port and firewalls from the controller.",
}
_WAITED_FOR: t.Final[dict[Stage, str]] = {
    "resolve": "resolve",
    "connect": "accept a connection",
    "send": "take the request",
    "receive": "answer",
}
# RemoteDisconnected is a ConnectionResetError, so it comes first; SSLEOFError while reading is told by BoundSocket.
_MEANINGS: t.Final[tuple[tuple[type[BaseException], str], ...]] = (
    (http.client.RemoteDisconnected, "closed the connection without an answer"),
    (ConnectionRefusedError, "refuses connections"),
    (ConnectionResetError, "reset the connection"),
    (BrokenPipeError, "reset the connection"),
    (ConnectionAbortedError, "reset the connection"),
)
