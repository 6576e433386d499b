# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments of the record: RFC 3339 in UTC."""

from __future__ import annotations

import datetime


def moment_of(text: str) -> datetime.datetime:
    """The moment that the text names."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds_of(text: str) -> float:
    """The same as seconds since 1970."""
    return moment_of(text).timestamp()


def text_of(moment: datetime.datetime | float) -> str:
    """A moment, or seconds since 1970, as text."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
