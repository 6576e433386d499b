# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of one visitor: one is kept for pages, the others are for one request each."""

from __future__ import annotations

import contextlib
import http.cookiejar
import typing as t

from .. import _deps
from .._records import ServedCertificate
from .._wait import Clock
from .budget import Budget
from .connection import Line
from .endpoint import Endpoint
from .tls import Contexts

if t.TYPE_CHECKING:
    from .pinned import PinnedSession

# Servers close kept connections after 5 seconds at the earliest by default; a request must not run into that.
_LONGEST_IDLE: t.Final = 4.0


class Sessions:
    """Opens sessions to an endpoint that share cookies. ``peer_address`` is what the last connection reached."""

    def __init__(self, endpoint: Endpoint, clock: Clock, user_agent: str) -> None:
        self.peer_address: str | None = None
        self._endpoint = endpoint
        self._clock = clock
        self._user_agent = user_agent
        self._contexts = Contexts(endpoint)
        self._cookies: t.Any = None
        self._kept: PinnedSession | None = None
        self._last_used = 0.0

    @contextlib.contextmanager
    def opened(self, budget: Budget, *, keep_alive: bool, cookies: bool) -> t.Iterator[PinnedSession]:
        """A session for one request: the kept one, or one of its own where it is to be closed or has no cookies."""
        session = self._keeping(budget) if keep_alive and cookies else self._new(budget, keep_alive, cookies)
        try:
            yield session
        finally:
            self.peer_address = session.line.peer_address or self.peer_address
            if session is self._kept:
                self._last_used = self._clock.now()
            else:
                session.close()

    def foresee(self, prepare: t.Callable[[PinnedSession], None]) -> None:
        """Let ``prepare`` make something ready on the kept session, where there is one; it counts as no use of it."""
        if self._kept is not None:
            prepare(self._kept)

    def served_certificate(self, budget: Budget, *, verify: bool | None) -> ServedCertificate | None:
        """The certificate of a new connection, which is closed at once. Raises ValueError where it is unreadable."""
        _deps.require("requests", "urllib3")
        from .pinned import served_certificate

        line = Line(self._endpoint, self._contexts, budget)
        try:
            return served_certificate(line, verify=verify)
        finally:
            self.peer_address = line.peer_address or self.peer_address

    @property
    def cookies(self) -> list[dict[str, t.Any]]:
        """The cookies as plain data, for ``restore``."""
        return [
            {name: value for name, value in vars(cookie).items() if name != "_rest"} for cookie in self._cookies or ()
        ]

    def restore(self, cookies: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Go on with the cookies of an earlier visitor."""
        self._drop_kept()
        self._cookies = self._empty_jar()
        for cookie in cookies:
            self._cookies.set_cookie(http.cookiejar.Cookie(**cookie, rest={}))

    def close(self) -> None:
        """Close the kept connection and forget the cookies."""
        self._drop_kept()
        self._cookies = None

    @staticmethod
    def _empty_jar() -> t.Any:
        _deps.require("requests")
        return _deps.requests.cookies.RequestsCookieJar()

    def _keeping(self, budget: Budget) -> PinnedSession:
        if self._clock.now() - self._last_used > _LONGEST_IDLE:
            self._drop_kept()
        if self._kept is None:
            self._kept = self._new(budget, keep_alive=True, cookies=True)
        self._kept.line.budget = budget
        return self._kept

    def _new(self, budget: Budget, keep_alive: bool, cookies: bool) -> PinnedSession:
        _deps.require("requests", "urllib3")
        from .pinned import PinnedSession

        headers = {
            "Host": self._endpoint.netloc,
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            # Lengths then mean the content itself, so that a truncated download is noticed.
            "Accept-Encoding": "identity",
            "Connection": "keep-alive" if keep_alive else "close",
        }
        if self._cookies is None:
            self._cookies = self._empty_jar()
        return PinnedSession(Line(self._endpoint, self._contexts, budget), headers, self._cookies if cookies else None)

    def _drop_kept(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None
