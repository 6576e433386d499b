# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set-Cookie headers made independent of clocks and host names, before a cookie jar judges them.

Python's cookie jar compares expiry dates with this machine's clock and so loses the session of an appliance whose clock
is wrong: here they become lifetimes, counted from the time that the appliance itself gives. Domain is left out: a
cookie goes back only to the server that set it, and that server may know itself by another name than we reach it by.
"""

from __future__ import annotations

import datetime
import email.message
import typing as t

from .._numbers import whole_number
from .headers import moment

# Seconds; no session lasts longer, and no clock has to count further.
_LONGEST: t.Final = 400 * 24 * 3600


def simplify_cookies(headers: email.message.Message) -> None:
    """Replace the Set-Cookie headers of an answer by what counts here: name, value, path and lifetime in seconds."""
    lines = headers.get_all("Set-Cookie") or []
    del headers["Set-Cookie"]
    for line in lines:
        name, equals, _value = line.partition(";")[0].partition("=")
        if name.strip() and equals:
            headers["Set-Cookie"] = simplified(line, headers.get("Date"))


def simplified(line: str, date: str | None) -> str:
    """One Set-Cookie line with Path and Max-Age only; ``date`` is the Date header of the same answer."""
    pair, *rest = line.split(";")
    attributes = {key.strip().lower(): text.strip() for key, _equals, text in (part.partition("=") for part in rest)}
    kept = [pair.strip()]
    # What RFC 6265 says of a path that does not start with a slash: as if there were none.
    if attributes.get("path", "").startswith("/"):
        kept.append(f"Path={attributes['path']}")
    lifetime = _lifetime(attributes, date)
    if lifetime is not None:
        kept.append(f"Max-Age={lifetime}")
    return "; ".join(kept)


def _lifetime(attributes: dict[str, str], date: str | None) -> int | None:
    max_age = attributes.get("max-age", "")
    seconds = whole_number(max_age.removeprefix("-"))
    if seconds is not None:
        return 0 if max_age.startswith("-") else min(seconds, _LONGEST)
    expires = moment(attributes.get("expires"))
    if expires is None:
        return None
    left = expires - (moment(date) or datetime.datetime.now(datetime.UTC))
    return min(max(0, int(left.total_seconds())), _LONGEST)
