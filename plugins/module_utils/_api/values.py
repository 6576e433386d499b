# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values as the APIs write them; what is missing or unreadable becomes None, never an error."""

from __future__ import annotations

import datetime
import re
import typing as t

from .._printable import printable

_VERSION_AND_BUILD = re.compile(r"(\d+(?:\.\d+)+)(?:[^\d]+(\d+))?")


def moment(value: t.Any) -> datetime.datetime | None:
    """An RFC 3339 text or a Unix time as an aware datetime in UTC; one without a zone is UTC, as the APIs promise."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return datetime.datetime.fromtimestamp(float(text), datetime.UTC)
        parsed = datetime.datetime.fromisoformat(text)
        return parsed.astimezone(datetime.UTC) if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def text(value: t.Any) -> str | None:
    """Text without blanks around; None where empty or missing; numbers as text."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return printable(str(value)).strip() or None


def number(value: t.Any, default: int = 0) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def flag(value: t.Any) -> bool | None:
    """A yes or no in any of the spellings of JSON and XML; None where it is neither."""
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
        str(value).strip().lower()
    )


def version_and_build(version: t.Any, build: t.Any = None) -> tuple[str | None, str | None]:
    """``12.2.0 12345 (abc)`` is version 12.2.0 of build 12345; an own build value goes first."""
    whole = text(version)
    found = _VERSION_AND_BUILD.search(whole) if whole else None
    if found is None:
        return whole, text(build)
    return found.group(1), text(build) or found.group(2)


def texts(value: t.Any) -> tuple[str, ...]:
    """The texts of a list that may be missing."""
    items = value if isinstance(value, (list, tuple)) else ()
    return tuple(item for item in (text(entry) for entry in items) if item is not None)
