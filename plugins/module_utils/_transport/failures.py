# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong on a connection, said so that a wait loop and a person can act on it."""

from __future__ import annotations

import typing as t

from .._errors import TlsError, TransportError

Stage = t.Literal["resolve", "connect", "send", "receive"]


class RequestFailed(TransportError):
    """No usable answer. ``stage`` is how far it came; ``sent`` whether the request may have reached the other side."""

    def __init__(self, message: str, *, stage: Stage, sent: bool, **parts: t.Any) -> None:
        super().__init__(message, **parts)
        self.stage: Stage = stage
        self.sent = sent


class TlsRefused(TlsError, RequestFailed):
    """The certificate or protocol of the other side was refused during the handshake; nothing was sent."""

    def __init__(self, message: str, **parts: t.Any) -> None:
        super().__init__(message, stage="connect", sent=False, **parts)


def may_have_been_sent(error: TransportError) -> bool:
    """False only where it is sure that the request did not reach the other side."""
    return getattr(error, "sent", True)
