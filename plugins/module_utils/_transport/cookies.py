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
import email.utils


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
    if max_age.removeprefix("-").isdecimal():
        return max(0, int(max_age))
    expires = _http_date(attributes.get("expires"))
    if expires is None:
        return None
    return max(0, int((expires - (_http_date(date) or datetime.datetime.now(datetime.UTC))).total_seconds()))


def _http_date(text: str | None) -> datetime.datetime | None:
    if not text:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
