# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Headers as whatever answers may have written them: one that cannot be used counts as absent."""

from __future__ import annotations

import codecs
import datetime
import email.message
import email.utils
import re
import typing as t

from .._numbers import whole_number

# Text encodings of Python that no server means; decoding the first two takes time without bounds.
_NO_CHARSETS: t.Final = frozenset({"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"})


def content_length(headers: email.message.Message) -> int | None:
    """How many bytes are announced."""
    return whole_number(headers.get("Content-Length"))


def content_range(headers: email.message.Message) -> tuple[int | None, int | None]:
    """Where the part that comes begins, and the size of the whole; None for what is not said."""
    found = re.fullmatch(r"\s*bytes (\d*)-\d*/(\d*|\*)\s*", headers.get("Content-Range") or "")
    return (whole_number(found.group(1)), whole_number(found.group(2))) if found else (None, None)


def moment(text: str | None) -> datetime.datetime | None:
    """A date of HTTP; one without a zone is UTC."""
    if not text:
        return None
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def charset(headers: email.message.Message) -> str | None:
    """The declared character set, where texts can be in it."""
    try:
        return known_charset(headers.get_content_charset())
    except ValueError:
        return None


def known_charset(name: str | None) -> str | None:
    """Python's name of a character set; None for one that is unknown or that texts cannot be in."""
    if not name or not re.fullmatch(r"[A-Za-z0-9_.:+-]{1,40}", name):
        return None
    try:
        found = codecs.lookup(name).name
        b"x".decode(found, "replace")
    except (LookupError, ValueError):
        return None
    return found if found not in _NO_CHARSETS else None
