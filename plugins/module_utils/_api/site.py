# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who serves the site's host name: asked from outside, as a client would."""

from __future__ import annotations

import contextlib
import dataclasses

from .._errors import SraError, TlsError, TransportError
from .._records import ServedCertificate, SiteAnswer
from .._shelf import NO_SHELF, Shelf
from .._transport.endpoint import HTTPS_PORT, Endpoint
from .._transport.redact import Redactor
from .._transport.transport import Transport
from .._wait import Clock
from .client import ApiClient

# The server in front answers with these while the site behind it does not.
_NOT_SERVING = frozenset({502, 503, 504})


def probe_site(
    hostname: str,
    port: int = HTTPS_PORT,
    address: str | None = None,
    ca_path: str | None = None,
    validate_certs: bool = True,
    timeout: float = 10.0,
    client_id: str | None = None,
    client_secret: str | None = None,
    *,
    redactor: Redactor | None = None,
    clock: Clock | None = None,
    shelf: Shelf = NO_SHELF,
) -> SiteAnswer:
    """Ask the host name (at ``address`` where given, else as it resolves here) who answers; ``timeout`` in seconds.

    Nobody answering, and an answer that a client must not trust, are results: ``answering`` is False, ``error`` says
    why, ``certificate`` is what was shown. With an API account the appliance's id and version are asked too; if that
    alone fails, ``answering`` stays True and ``error`` says why. Raises InputError for an unusable ``ca_path`` only.
    """
    endpoint = Endpoint(address or hostname, port, hostname, ca_path, validate_certs, timeout)
    with Transport(endpoint, redactor or Redactor(), clock) as transport:
        answer = SiteAnswer(hostname, address, port, answering=False)
        try:
            certificate = transport.served_certificate()
            answer = dataclasses.replace(answer, address=transport.peer_address, certificate=certificate)
            status = transport.request("GET", "/check_health", keep_alive=False, cookies=False).status
        except TransportError as exc:
            shown = _shown_certificate(transport) if isinstance(exc, TlsError) else answer.certificate
            seen_address = transport.peer_address or address
            return dataclasses.replace(answer, address=seen_address, certificate=shown, error=exc.message)
        if status in _NOT_SERVING:
            return dataclasses.replace(answer, error=f"/check_health answers status {status}")
        answer = dataclasses.replace(
            answer, answering=True, error=None if status == 200 else f"/check_health answers status {status}"
        )
        if client_id and client_secret:
            return _identified(answer, ApiClient(transport, client_id, client_secret, clock, shelf=shelf))
        return answer


def _identified(answer: SiteAnswer, api: ApiClient) -> SiteAnswer:
    try:
        health = api.health()
    except SraError as exc:
        return dataclasses.replace(answer, error=exc.message)
    return dataclasses.replace(
        answer, appliance_id=health.appliance_id, version=health.version, build=health.build, error=health.message
    )


def _shown_certificate(transport: Transport) -> ServedCertificate | None:
    """What is shown there, trusted or not; None where no handshake succeeds."""
    with contextlib.suppress(TransportError):
        return transport.served_certificate(verify=False)
    return None
