# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""requests pinned to one server: its address, its TLS name, limits in time, and errors that say how far a request came.

Imported when the first request is made, because requests takes a quarter of a second to import.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import socket
import ssl
import typing as t

from .. import _deps
from .._errors import TransportError
from .._records import ServedCertificate
from . import tls
from .budget import Budget
from .connection import Line
from .cookies import simplify_cookies
from .failures import RequestFailed, Stage, explained, failed

# For finding out which certificate was refused, in seconds.
_DIAGNOSIS: t.Final = 5.0
_SET_COOKIE: t.Final = "Set-Cookie"


class _Answer(http.client.HTTPResponse):
    """An answer whose cookies the cookie jar of requests judges as it should."""

    def begin(self) -> None:
        super().begin()
        simplify_cookies(self.headers)


class PinnedConnection(_deps.base_class("urllib3", "connection.HTTPSConnection")):  # type: ignore[misc]
    """A connection to the address of an endpoint that checks the certificate for its TLS name.

    Every error is told where it happens, because what urllib3 and requests make of it no longer says whether the
    request had been sent: RequestFailed, TlsRefused, InputError (a name that cannot be one).
    """

    response_class = _Answer

    def __init__(self, *args: t.Any, line: Line, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line
        self._unfinished = False

    def _new_conn(self) -> socket.socket:
        # urllib3 would give every address of the name the whole time again, and the handshake once more.
        budget = self._line.budget
        if budget.over:
            raise TimeoutError
        plain = tls.connect(self._line.endpoint.host, self._line.endpoint.port, budget.next_wait())
        self._line.peer_address = plain.getpeername()[0]
        plain.settimeout(max(budget.next_wait(), 0.001))
        return plain

    def connect(self) -> None:
        endpoint = self._line.endpoint
        try:
            super().connect()
        except ssl.SSLError as exc:
            self.close()
            if tls.is_cut(exc) or isinstance(exc, ssl.SSLZeroReturnError):
                raise failed(endpoint, "cut the connection during the TLS handshake", "connect", sent=False) from exc
            is_certificate = isinstance(exc, ssl.SSLCertVerificationError)
            raise tls.refused(endpoint, exc, self._peek() if is_certificate else None) from exc
        except OSError as exc:
            self.close()
            raise self._explained(exc, "connect", sent=False) from exc
        except ValueError as exc:
            self.close()
            raise tls.unusable_name(endpoint) from exc

    def request(self, *args: t.Any, **kwargs: t.Any) -> None:
        self._line.socket = self.sock
        self._line.socket.bound(self._line.budget)
        self._unfinished = True
        try:
            if self._line.budget.over:
                raise self._explained(TimeoutError(), "send", sent=False)
            super().request(*args, **kwargs)
        except (BrokenPipeError, ConnectionResetError):
            # A server may refuse a large body before all of it came; urllib3 then reads its answer, which says why.
            raise
        except OSError as exc:
            raise self._explained(exc, "send", sent=True) from exc
        except (http.client.HTTPException, ValueError) as exc:
            # The text of these quotes headers, secrets included.
            words = f"cannot be asked this ({type(exc).__name__})"
            raise failed(self._line.endpoint, words, "send", sent=True) from None
        self._unfinished = False

    def getresponse(self) -> t.Any:
        try:
            return super().getresponse()
        except (OSError, http.client.HTTPException, _deps.urllib3.exceptions.HTTPError) as exc:
            raise self._explained(exc, "send" if self._unfinished else "receive", sent=True) from exc

    def certificate(self) -> ServedCertificate | None:
        """The certificate of the open connection. Raises ValueError where it cannot be read."""
        der = self.sock.getpeercert(binary_form=True) if self.sock is not None else None
        return tls.describe_certificate(der) if der else None

    def _explained(self, exc: BaseException, stage: Stage, *, sent: bool) -> RequestFailed:
        return explained(exc, self._line.endpoint, stage, sent=sent, budget=self._line.budget)

    def _peek(self) -> ServedCertificate | None:
        """The certificate that was refused, fetched without trusting it and without sending anything; best effort."""
        line = dataclasses.replace(self._line, budget=Budget(_DIAGNOSIS))
        try:
            return served_certificate(line, verify=False)
        except (TransportError, ValueError):
            return None


def served_certificate(line: Line, *, verify: bool | None = None) -> ServedCertificate | None:
    """The certificate of a new connection on which nothing is sent; None where the server shows none."""
    with contextlib.closing(PinnedConnection(**line.options(verify))) as connection:
        connection.connect()
        return connection.certificate()


class _PinnedPool(_deps.base_class("urllib3", "connectionpool.HTTPSConnectionPool")):  # type: ignore[misc]
    ConnectionCls = PinnedConnection


class _PinnedAdapter(_deps.base_class("requests", "adapters.HTTPAdapter")):  # type: ignore[misc]
    """Sends whatever it is given to one endpoint: the URL says only what is asked there. No retries (its default)."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        if not line.endpoint.validate_certs:
            # Whoever switched verification off knows; urllib3 would say so on stderr at every connection.
            _deps.urllib3.disable_warnings(_deps.urllib3.exceptions.InsecureRequestWarning)
        self._pool = _PinnedPool(maxsize=1, **line.options())

    def get_connection_with_tls_context(self, *_args: t.Any, **_kwargs: t.Any) -> t.Any:
        return self._pool

    # What requests before 2.32 calls instead; without it, it would go where the URL says.
    get_connection = get_connection_with_tls_context

    def cert_verify(self, *_args: t.Any, **_kwargs: t.Any) -> None:
        """Nothing: requests would add its own list of authorities to those that the endpoint trusts."""

    def build_response(self, request: t.Any, raw: t.Any) -> t.Any:
        """What is looked at here; that no cookies came is seen by the headers, without asking the jar."""
        answer = _deps.requests.Response()
        answer.status_code, answer.headers, answer.raw, answer.request = raw.status, raw.headers, raw, request
        if _SET_COOKIE in raw.headers:
            _deps.requests.cookies.extract_cookies_to_jar(answer.cookies, request, raw)
        return answer

    def close(self) -> None:
        self._pool.close()
        super().close()


class PinnedSession(_deps.base_class("requests", "Session")):  # type: ignore[misc]
    """A requests session with one connection to one endpoint, and nothing from the environment (proxies, netrc)."""

    def __init__(self, line: Line, headers: t.Mapping[str, str], cookies: t.Any = None) -> None:
        super().__init__()
        self.trust_env = False
        self.line = line
        self.headers.clear()
        self.headers.update(headers)
        if cookies is not None:
            self.cookies = cookies
        self.adapters.clear()
        self._adapter = _PinnedAdapter(line)
        self.mount("https://", self._adapter)
        self._foreseen: tuple[tuple[object, ...], t.Any] | None = None

    def foresee(self, request: t.Any) -> None:
        """Prepare a request that is likely to come; ``prepare_request`` has it at once, unless a cookie came meanwhile."""
        self._foreseen = (_likeness(request), self.prepare_request(request))

    def prepare_request(self, request: t.Any) -> t.Any:
        """The request with what all of them have; requests would look through its settings for more, of which there is none."""
        foreseen = self._foreseen
        if foreseen is not None and foreseen[0] == _likeness(request):
            self._foreseen = None
            return foreseen[1]
        prepared = _deps.requests.models.PreparedRequest()
        headers = _deps.requests.structures.CaseInsensitiveDict(self.headers)
        headers.update(request.headers)
        prepared.prepare(
            request.method, request.url, headers, data=request.data, cookies=self.cookies, json=request.json
        )
        return prepared

    def ask(self, prepared: t.Any) -> t.Any:
        """Send it; the body of the answer is not read yet.

        ``send`` of requests would look for proxies, hooks and redirects, and read the body of a redirect without limit.
        """
        answer = self._adapter.send(prepared, stream=True)
        if _SET_COOKIE in answer.headers:
            self._foreseen = None
            _deps.requests.cookies.extract_cookies_to_jar(self.cookies, prepared, answer.raw)
        return answer


def _likeness(request: t.Any) -> tuple[object, ...]:
    return (request.method, request.url, dict(request.headers), request.data or None, request.json)
