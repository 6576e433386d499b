# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failures of the API a wait sits out: those of an appliance that restarts, or asks for patience."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, TransportError

# Request Timeout, Too Early, Too Many Requests.
_PATIENCE: t.Final = frozenset({408, 425, 429})


def away(error: TransportError | ApiError) -> str:
    """What a wait shows for now; an answer that no waiting mends is raised again."""
    if isinstance(error, TransportError):
        return f"not answering: {error.message}"
    if error.status is None or (error.status < 500 and error.status not in _PATIENCE):
        raise error
    return f"the API is away: {error.message}"
