# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One TLS connection to a fixed address, and one exchange of request and answer at a time on it."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import ssl
import typing as t

from .._errors import InputError, TransportError
from .._records import ServedCertificate
from .._wait import Clock, Deadline
from . import tls
from .body import CHUNK, Decoder, Outgoing, TooLarge, Undecodable
from .endpoint import Endpoint
from .failures import RequestFailed, Stage
from .files import write_error

# Servers close kept connections after 5 seconds at the earliest by default; a request must not run into that.
_LONGEST_IDLE: t.Final = 4.0
# For finding out which certificate was refused, in seconds.
_DIAGNOSIS: t.Final = 5.0


class Budget:
    """How long one request may take: each silence, and the whole under every deadline that applies (seconds)."""

    def __init__(self, silence: float, deadlines: t.Sequence[Deadline]) -> None:
        self.silence = silence
        self._deadlines = tuple(deadlines)

    def remaining(self) -> float | None:
        return min((deadline.remaining for deadline in self._deadlines), default=None)

    def next_wait(self) -> float:
        left = self.remaining()
        return self.silence if left is None else min(self.silence, left)


class Sink(t.Protocol):
    """Where a body goes, piece by piece."""

    def write(self, data: bytes, /) -> t.Any: ...


class Connection:
    """A connection to an endpoint. Not used by two exchanges at once."""

    def __init__(self, endpoint: Endpoint, contexts: tls.Contexts, clock: Clock) -> None:
        self._endpoint = endpoint
        self._contexts = contexts
        self._clock = clock
        self._http: http.client.HTTPConnection | None = None
        self._sock: tls.BoundSocket | None = None
        self._answer: http.client.HTTPResponse | None = None
        self._last_used = 0.0
        self.peer_address: str | None = None

    @property
    def reusable(self) -> bool:
        """True where the connection is open, was used a moment ago and has nothing unread on it."""
        if self._sock is None or self._http is None or self._http.sock is None:
            return False
        if self._clock.now() - self._last_used > _LONGEST_IDLE:
            return False
        # Readable now means closed by the other side (or a TLS message, which is rare: a new connection costs little).
        return not select.select([self._sock], [], [], 0)[0]

    def open(self, budget: Budget, *, verify: bool | None = None) -> None:
        """Resolve, connect, handshake. Raises RequestFailed, TlsRefused, InputError (unusable ca_path)."""
        context = self._contexts.get(verify)
        with self._failures("connect", sent=False, budget=budget):
            if budget.next_wait() <= 0:
                raise TimeoutError
            plain = tls.connect(self._endpoint.host, self._endpoint.port, budget.next_wait())
        self.peer_address = plain.getpeername()[0]
        try:
            plain.settimeout(max(budget.next_wait(), 0.001))
            self._sock = tls.handshake(plain, context, self._endpoint.server_name)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as exc:
            plain.close()
            raise self._failed("cut the connection during the TLS handshake", "connect", sent=False) from exc
        except ssl.SSLError as exc:
            plain.close()
            is_certificate = isinstance(exc, ssl.SSLCertVerificationError)
            raise tls.refused(self._endpoint, exc, self._peek() if is_certificate else None) from exc
        except OSError as exc:
            plain.close()
            raise self._from_os_error(exc, "connect", sent=False, budget=budget) from exc
        except ValueError as exc:
            plain.close()
            raise self._unusable_name() from exc
        self._http = http.client.HTTPConnection(self._endpoint.host, self._endpoint.port)
        self._http.auto_open = 0
        self._http.sock = self._sock
        self._last_used = self._clock.now()

    def certificate(self) -> ServedCertificate | None:
        """The certificate of the open connection."""
        der = self._sock.getpeercert(binary_form=True) if self._sock is not None else None
        return tls.describe_certificate(der) if der else None

    def exchange(
        self,
        method: str,
        target: str,
        headers: t.Sequence[tuple[str, str]],
        body: Outgoing,
        budget: Budget,
    ) -> http.client.HTTPResponse:
        """Send one request and read the head of its answer."""
        http_connection, sock = self._opened()
        sock.bound(budget.silence, budget.remaining)
        unfinished: OSError | None = None
        with self._failures("send", sent=True, budget=budget):
            http_connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                http_connection.putheader(name, value)
            try:
                http_connection.endheaders(body.chunks() if body.pieces else None)
            except (BrokenPipeError, ConnectionResetError) as exc:
                # A server may refuse a large body before all of it came; its answer says why.
                unfinished = exc
        with self._failures("send" if unfinished else "receive", sent=True, budget=budget):
            self._answer = http_connection.getresponse()
        return self._answer

    def read(self, answer: http.client.HTTPResponse, sink: Sink, allowed: int | None, budget: Budget) -> int:
        """Read the whole body into the sink; returns its size in bytes after decoding. Raises RequestFailed."""
        expected = answer.length
        came = size = 0
        try:
            decoder = Decoder(answer.getheader("Content-Encoding"), allowed)
            while True:
                with self._failures("receive", sent=True, budget=budget):
                    data = answer.read(CHUNK)
                if not data:
                    break
                came += len(data)
                for piece in decoder.feed(data):
                    size += len(piece)
                    _write(sink, piece)
            if expected is not None and came < expected:
                raise self._failed(f"cut the answer after {came} of {expected} bytes", "receive", sent=True)
            decoder.finish()
        except TooLarge as exc:
            raise self._failed(f"sends more than the {allowed} bytes allowed here", "receive", sent=True) from exc
        except Undecodable as exc:
            raise self._failed(f"sends an answer that cannot be decoded ({exc})", "receive", sent=True) from exc
        self._last_used = self._clock.now()
        return size

    @property
    def torn(self) -> bool:
        """True where the connection ended without the closing alert of TLS: what ended with it may be incomplete."""
        return self._sock is not None and self._sock.torn

    def close(self) -> None:
        for part in (self._answer, self._http, self._sock):
            if part is not None:
                with contextlib.suppress(OSError):
                    part.close()
        self._answer = self._http = self._sock = None

    def _unusable_name(self) -> InputError:
        return InputError(
            f"{self._endpoint.server_name!r} cannot be the name of a server",
            expected="a host name or an address",
            appliance=self._endpoint.label,
            advice="Correct host or tls_server_name.",
        )

    def _opened(self) -> tuple[http.client.HTTPConnection, tls.BoundSocket]:
        if self._http is None or self._sock is None:
            raise RuntimeError("the connection is not open")
        return self._http, self._sock

    def _peek(self) -> ServedCertificate | None:
        """The certificate that was refused, fetched without trusting it and without sending anything; best effort."""
        other = Connection(self._endpoint, self._contexts, self._clock)
        try:
            other.open(Budget(_DIAGNOSIS, ()), verify=False)
            return other.certificate()
        except (TransportError, ValueError):
            return None
        finally:
            other.close()

    @contextlib.contextmanager
    def _failures(self, stage: Stage, *, sent: bool, budget: Budget) -> t.Iterator[None]:
        try:
            yield
        except http.client.RemoteDisconnected as exc:
            raise self._failed("closed the connection without an answer", stage, sent=sent) from exc
        except OSError as exc:
            raise self._from_os_error(exc, stage, sent=sent, budget=budget) from exc
        except http.client.IncompleteRead as exc:
            raise self._failed("cut the answer before its end", stage, sent=sent) from exc
        except http.client.InvalidURL as exc:
            raise self._failed(
                "cannot be asked for this path: it holds forbidden characters", stage, sent=False
            ) from exc
        except http.client.HTTPException as exc:
            raise self._failed(f"does not answer in proper HTTP ({type(exc).__name__})", stage, sent=sent) from exc

    def _from_os_error(self, exc: OSError, stage: Stage, *, sent: bool, budget: Budget) -> RequestFailed:
        if isinstance(exc, socket.gaierror):
            return self._failed(
                "has no address: its name cannot be resolved",
                "resolve",
                sent=False,
                advice="Check the host name, and the DNS settings of the machine where the task runs.",
            )
        if isinstance(exc, TimeoutError):
            left = budget.remaining()
            over = left is not None and left <= 0
            limit = "the time allowed for this request" if over else f"{budget.silence:g} seconds"
            return self._failed(f"did not {_WAITED_FOR[stage]} within {limit}", stage, sent=sent)
        if isinstance(exc, ConnectionRefusedError):
            return self._failed(
                "refuses connections", stage, sent=sent, advice="Is the appliance up, is the port right?"
            )
        if isinstance(exc, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
            return self._failed("reset the connection", stage, sent=sent)
        if isinstance(exc, ssl.SSLError):
            return self._failed(f"broke the TLS connection ({exc.reason or 'no reason given'})", stage, sent=sent)
        return self._failed(f"cannot be reached: {exc.strerror or exc}", stage, sent=sent)

    def _failed(self, words: str, stage: Stage, *, sent: bool, advice: str | None = None) -> RequestFailed:
        state = "the request may have been carried out" if sent else "nothing was sent"
        label = self._endpoint.label
        return RequestFailed(f"{label} {words}", stage=stage, sent=sent, appliance=label, state=state, advice=advice)


_WAITED_FOR: t.Final[dict[Stage, str]] = {
    "resolve": "resolve",
    "connect": "accept a connection",
    "send": "take the request",
    "receive": "answer",
}


def _write(sink: Sink, data: bytes) -> None:
    try:
        sink.write(data)
    except OSError as exc:
        raise write_error(exc) from exc
