# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What connections to one endpoint have to know and what they tell; what receives a body."""

from __future__ import annotations

import dataclasses
import typing as t

from . import tls
from .body import CHUNK
from .budget import Budget
from .endpoint import Endpoint


class Sink(t.Protocol):
    """Where a body goes, piece by piece."""

    def write(self, data: bytes, /) -> t.Any: ...


@dataclasses.dataclass
class Line:
    """Shared by the connections of one session; ``peer_address`` and ``socket`` are of the last one used."""

    endpoint: Endpoint
    contexts: tls.Contexts
    budget: Budget
    peer_address: str | None = None
    socket: tls.BoundSocket | None = None

    @property
    def torn(self) -> bool:
        """True where the connection ended without the closing alert of TLS: what ended with it may be incomplete."""
        return self.socket is not None and self.socket.torn

    def options(self, verify: bool | None = None) -> dict[str, t.Any]:
        """The keywords for a PinnedConnection. Raises InputError (unusable ca_path).

        The name is given as ``server_hostname`` alone: then OpenSSL itself compares it with the certificate, and says
        by number what it refuses.
        """
        return {
            "host": self.endpoint.host.strip("[]"),
            "port": self.endpoint.port,
            "ssl_context": self.contexts.get(verify),
            "server_hostname": self.endpoint.server_name,
            "blocksize": CHUNK,
            "line": self,
        }
