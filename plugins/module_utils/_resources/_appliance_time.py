# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The appliance's clock against the controller's (PREP-8)."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

# Time zones are whole quarters of an hour; a page's time that is off by just that is shown in another zone.
_ZONE_STEP: t.Final = 900.0
_ZONE_TOLERANCE: t.Final = 90.0


@dataclasses.dataclass(frozen=True)
class Reading:
    """One look at the appliance's clock: its time, and the controller's at the middle of the request."""

    appliance: datetime.datetime
    controller: datetime.datetime
    source: str

    @property
    def skew_seconds(self) -> float:
        """Positive where the appliance is ahead."""
        return (self.appliance - self.controller).total_seconds()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def midpoint(start: datetime.datetime, end: datetime.datetime) -> datetime.datetime:
    return start + (end - start) / 2


def choose(readings: t.Sequence[Reading]) -> Reading | None:
    """The reading to judge by: the API's, unless the page shows a larger skew that no time zone explains."""
    exact = next((reading for reading in readings if reading.source == "api"), None)
    shown = next((reading for reading in readings if reading.source == "page"), None)
    if exact is None or shown is None:
        return exact or shown
    apart = abs(shown.skew_seconds - exact.skew_seconds)
    off_zone = abs(apart - _ZONE_STEP * round(apart / _ZONE_STEP))
    explained = apart >= _ZONE_STEP - _ZONE_TOLERANCE and off_zone <= _ZONE_TOLERANCE
    return exact if explained or abs(exact.skew_seconds) >= abs(shown.skew_seconds) else shown
