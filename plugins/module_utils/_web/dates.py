# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates as appliances write them: ISO, RFC 2822, American, German; always aware and in UTC, or None."""

from __future__ import annotations

import datetime
import re
import typing as t
import zoneinfo

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "januar", "jän", "jänner"), ("february", "feb", "februar"), ("march", "mar", "märz", "mrz", "mär", "maerz"),
            ("april", "apr"), ("may", "mai"), ("june", "jun", "juni"), ("july", "jul", "juli"), ("august", "aug"),
            ("september", "sep", "sept"), ("october", "oct", "oktober", "okt"), ("november", "nov"), ("december", "dec", "dezember", "dez"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "bst": 60, "eet": 120, "eest": 180,
          "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420}  # fmt: skip

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
_HALF = r"(?:\s*(?P<half>[ap]\.?m\.?)(?![a-z]))?"
_CLOCK = re.compile(_TIME + _HALF, re.IGNORECASE)
_WORD = r"(?P<month>[a-zäö]{3,9})\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})[-/](?P<number>\d{1,2})[-/](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.?[ -]" + _WORD + r"[ ,-]+(?P<year>\d{4})",
        _WORD
        + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?:"
        + r"\d{1,2}:\d{2}(?::\d{2})?(?:\s+[A-Z]{2,5})?\s+)?(?P<year>\d{4})",
        r"(?P<number>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    )
)
_OFFSET = re.compile(
    r"(?<=\d)\s*(?:(?:utc|gmt)\s*)?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})\b", re.IGNORECASE
)
_NAMED = re.compile(r"[A-Z][A-Za-z_]+/[A-Z][A-Za-z_/+-]+")


def zone_named(text: str | None) -> datetime.tzinfo | None:
    """A time zone by name (``Europe/Berlin``), abbreviation or offset, else None."""
    if not text:
        return None
    named = _NAMED.search(text)
    if named:
        try:
            return zoneinfo.ZoneInfo(named.group())
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return None
    offset = re.search(r"([+-])(\d{1,2}):?(\d{2})?\b", text)
    if offset:
        return _offset(offset.group(1), int(offset.group(2)), int(offset.group(3) or 0))
    for word in re.findall(r"[A-Za-z]+", text):
        if word.lower() in _ZONES:
            return datetime.timezone(datetime.timedelta(minutes=_ZONES[word.lower()]))
    return None


def _offset(sign: str, hours: int, minutes: int) -> datetime.tzinfo | None:
    """A zone by its distance from UTC; None for one that no place on earth has."""
    away = datetime.timedelta(hours=hours, minutes=minutes)
    return datetime.timezone(-away if sign == "-" else away) if away < datetime.timedelta(days=1) else None


def _zone(text: str, after_clock: str, default: datetime.tzinfo | None) -> datetime.tzinfo | None:
    offset = _OFFSET.search(text)
    if offset and ":" in text[: offset.start()]:
        return _offset(offset.group("sign"), int(offset.group("hours")), int(offset.group("minutes")))
    named = _NAMED.search(text)
    if named:
        return zone_named(named.group())
    for word in re.findall(r"[A-Za-z]+", after_clock):
        if word.lower() in _ZONES:
            return datetime.timezone(datetime.timedelta(minutes=_ZONES[word.lower()]))
    return default


def _date(text: str) -> tuple[int, int, int] | None:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = int(parts["number"]) if parts.get("number") else _MONTHS.get((parts.get("month") or "").lower(), 0)
            if 1 <= month <= 12:
                return int(parts["year"]), month, int(parts["day"])
    return None


def parse_time(
    text: str | None, default_zone: datetime.tzinfo | None = None, need_clock: bool = True
) -> datetime.datetime | None:
    """The moment that a text names, in UTC; None where it names none, or no time zone is known.

    ``need_clock`` False also takes a date alone (midnight).
    """
    if not text:
        return None
    day = _date(text)
    clock = _CLOCK.search(text)
    if day is None or (clock is None and need_clock):
        return None
    hour = minute = second = 0
    rest = ""
    if clock is not None:
        hour, minute, second = int(clock.group("hour")), int(clock.group("minute")), int(clock.group("second") or 0)
        half = (clock.group("half") or "").lower()[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        rest = text[clock.end() :]
    zone = _zone(text, rest, default_zone)
    if zone is None:
        return None
    try:
        return datetime.datetime(*day, hour, minute, second, tzinfo=zone).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def stamped_time(element: t.Any) -> datetime.datetime | None:
    """The machine-readable time that an element carries: ``<time datetime>`` or a unix time in ``ts`` or ``data-…``."""
    for node in (element, *element.iter()):
        if not isinstance(node.tag, str):
            continue
        if node.get("datetime"):
            found = parse_time(node.get("datetime").replace("T", " "))
            if found is not None:
                return found
        for name in ("ts", "data-ts", "data-timestamp", "data-time", "data-unix", "data-epoch"):
            value = node.get(name) or ""
            if re.fullmatch(r"\d{10}(\d{3})?", value):
                return datetime.datetime.fromtimestamp(int(value[:10]), tz=datetime.UTC)
    return None
