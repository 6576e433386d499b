# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The update server and the other hosts that it may lead to, each over a connection of its own with its own certificate."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
import urllib.parse

from .._errors import InputError
from .._transport.endpoint import HTTPS_PORT, Endpoint
from .._transport.failures import LedAway
from .._transport.redact import Redactor
from .._transport.transport import MAX_REDIRECTS, Response, Transport

_ONLY_HERE: t.Final = (
    "The download key would have to be sent there, which is never done. If the vendor has moved the update server, give its "
    "new address as url (sra_update_server_url)."
)
_ALLOW: t.Final = "If the vendor serves packages from there, add the host to allowed_hosts (sra_update_server_hosts)."


def parse_allowed(names: t.Sequence[str]) -> tuple[str, ...]:
    """Host names in lower case; ``*.`` in front means every name below. Raises InputError for what is none."""
    allowed = []
    for given in names:
        name = str(given).strip().lower().rstrip(".")
        plain = name.removeprefix("*.")
        if not plain or any(letter.isspace() or letter in "/@:*?" for letter in plain):
            raise InputError(f"{given!r} is no host name", expected="for instance files.example.com or *.example.com")
        allowed.append(name)
    return tuple(allowed)


class Hosts:
    """Requests as a transport makes them; an allowed host that a redirect or link leads to is followed there.

    Only requests without a body go to another host, so that the download key is sent there only where the server itself
    wrote it into the address. A context manager.
    """

    def __init__(self, endpoint: Endpoint, redactor: Redactor, allowed: t.Sequence[str] = ()) -> None:
        self.endpoint, self.redactor = endpoint, redactor
        self._allowed = parse_allowed(allowed)
        self._stack = contextlib.ExitStack()
        self._transports: dict[tuple[str, int], Transport] = {}
        self._first = self._stack.enter_context(Transport(endpoint, redactor))

    def __enter__(self) -> Hosts:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        return self._follow(method, url, options, lambda transport, *call, **more: transport.request(*call, **more))

    def download(self, method: str, url: str, dest: t.Any, **options: t.Any) -> Response:
        return self._follow(
            method, url, options, lambda transport, one, two, **more: transport.download(one, two, dest, **more)
        )

    def _follow(self, method: str, url: str, options: dict[str, t.Any], send: t.Callable[..., Response]) -> Response:
        body = options.get("data") is not None or options.get("params") is not None
        transport = self._first if body else self._for(url)
        for _hop in range(MAX_REDIRECTS):
            try:
                return send(transport, method, url, **options)
            except LedAway as away:
                other = self._other(away.url)
                # Where nothing was sent yet it is the form itself that leads away.
                stays = away.keeps_body or (body and not away.sent)
                if other is None or stays:
                    away.advice = _ONLY_HERE if stays else _ALLOW
                    raise
                transport, url, method, body = other, away.url, "GET", False
                options = {**options, "data": None, "params": None}
        return send(transport, method, url, **options)

    def _for(self, url: str) -> Transport:
        """The connection to the host of a link; the update server's own where that is not an allowed one."""
        return self._first if self._first.is_same_origin(url) else self._other(url) or self._first

    def _other(self, url: str) -> Transport | None:
        try:
            parts = urllib.parse.urlsplit(url)
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port or HTTPS_PORT
        except ValueError:
            return None
        if parts.scheme.lower() != "https" or parts.username is not None or not self._is_allowed(host):
            return None
        if (host, port) not in self._transports:
            endpoint = dataclasses.replace(self.endpoint, host=host, port=port, tls_server_name=None)
            self._transports[(host, port)] = self._stack.enter_context(Transport(endpoint, self.redactor))
        return self._transports[(host, port)]

    def _is_allowed(self, host: str) -> bool:
        return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in self._allowed)
