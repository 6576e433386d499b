# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A read whose answer was lost is asked for once more: a hiccup of the network ends no upgrade."""

from __future__ import annotations

import typing as t

from .._wait import Clock
from .failures import RequestFailed
from .transport import Response

PAUSE: t.Final = 1.0
"""Seconds before it is asked for again."""
PROMPT: t.Final = 5.0
"""What took longer than so many seconds to fail is no hiccup, and would take as long again."""
_NOT_READY: t.Final = frozenset({502, 503, 504})


def asked(
    read: t.Callable[[], Response], clock: Clock, is_strange: t.Callable[[Response], bool] = lambda _response: False
) -> Response:
    """The answer to a request that changes nothing and signs nobody in; what failed at once is asked for a second time.

    So is what ``is_strange``. A connection that was never made is left to those who wait for the appliance.
    """
    began = clock.now()
    try:
        response = read()
        if response.status not in _NOT_READY and not is_strange(response):
            return response
    except RequestFailed as error:
        if not (error.sent and error.lost) or clock.now() - began > PROMPT:
            raise
    clock.sleep(PAUSE)
    return read()
