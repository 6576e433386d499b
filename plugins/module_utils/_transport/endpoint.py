# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an appliance is reached and whose certificate it must show."""

from __future__ import annotations

import dataclasses
import urllib.parse

HTTPS_PORT = 443


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One HTTPS server.

    Connections always go to ``host`` and ``port``. ``tls_server_name`` is the name that its certificate must carry
    where that is not ``host``: a node is reached by its own address while its certificate carries the site's name.
    ``ca_path`` is a file or folder of trusted certificates in place of the system's. ``timeout`` is the longest
    silence, in seconds.
    """

    host: str
    port: int = HTTPS_PORT
    tls_server_name: str | None = None
    ca_path: str | None = None
    validate_certs: bool = True
    timeout: float = 30.0

    @property
    def server_name(self) -> str:
        """The name used for SNI, the certificate check and the Host header."""
        return (self.tls_server_name or self.host).strip("[]").rstrip(".")

    @property
    def label(self) -> str:
        """How messages name this server."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def netloc(self) -> str:
        """The value of the Host header."""
        name = bracketed(self.server_name)
        return name if self.port == HTTPS_PORT else f"{name}:{self.port}"

    @property
    def origin(self) -> str:
        """The start of every URL of this server, without a slash at the end."""
        return f"https://{self.netloc}"

    def owns(self, url: str) -> bool:
        """True where an absolute URL leads to this server, under either of its names."""
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port or HTTPS_PORT
        except ValueError:
            return False
        if (
            parts.scheme.lower() != "https"
            or parts.username is not None
            or parts.password is not None
            or port != self.port
        ):
            return False
        names = {_plain(self.host), _plain(self.server_name)}
        return _plain(parts.hostname or "") in names


def bracketed(host: str) -> str:
    """The host as it stands in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
