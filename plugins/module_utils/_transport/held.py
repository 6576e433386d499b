# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request whose head goes ahead while it is not yet sure that it may be made at all; its body follows once it may.

Nothing of the body goes ahead. A server waits for it; one that acts on a request that was cut finds a form without any
field, which changes nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

from .connection import Line
from .tls import BoundSocket

LONGEST: t.Final = 2.0
"""Seconds for which a server is left waiting for the body."""

MayGo = t.Callable[[], bool]


class NotReleased(Exception):
    """The body did not go out, so the request was not made; its connection is closed."""


class HeldBody:
    """A body that goes out when ``may_go`` says so. Raises NotReleased where it does not, or takes longer than LONGEST."""

    def __init__(self, body: t.Any, may_go: MayGo, line: Line) -> None:
        whole = body.read() if hasattr(body, "read") else body
        self._body: bytes = whole.encode() if isinstance(whole, str) else whole or b""
        self._may_go, self._line = may_go, line
        if not self._body:
            raise NotReleased

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> t.Iterator[bytes]:
        # Set since the head is out; a later request of the session may have another.
        sock = t.cast(BoundSocket, self._line.socket)
        limit = threading.Timer(LONGEST, _cut, (sock,))
        limit.daemon = True
        limit.start()
        try:
            # An answer before the body, or the end of the connection: the server no longer waits for the body.
            if not self._may_go() or not sock.is_silent():
                raise NotReleased
            yield self._body
        finally:
            limit.cancel()


def _cut(sock: BoundSocket) -> None:
    with contextlib.suppress(OSError):
        # The method of plain sockets leaves the state of TLS to the thread that uses it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
