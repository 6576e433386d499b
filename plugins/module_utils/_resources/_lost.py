# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change whose answer was lost: what follows finds out what became of it, and where it cannot, says that it was lost."""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import SraError, TransportError
from .._transport.failures import may_have_been_sent


def lost_answer(error: TransportError) -> TransportError:
    """The error, where the request may have reached the appliance. Raises it where it did not."""
    if not may_have_been_sent(error):
        raise error
    return error


@contextlib.contextmanager
def after(lost: SraError | None) -> t.Iterator[None]:
    """Let the failure of what follows tell that the answer to the request before it was lost."""
    try:
        yield
    except SraError as error:
        if lost is not None:
            words = f"the answer to the request was lost ({lost.message}), so that it may never have been carried out"
            error.state = f"{error.state}; {words}" if error.state else words
        raise
