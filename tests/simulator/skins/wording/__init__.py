# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a skin says: a table of captions and a way to write dates, for one language and edition."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ...captions import ENGLISH
from ...screens import Caption, Label, Moment
from .german import GERMAN

DateStyle = t.Callable[[datetime.datetime], str]

_GERMAN_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def iso_utc(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def iso_strict(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def unix_date(moment: datetime.datetime) -> str:
    """As the command `date` writes it."""
    return f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S} UTC {moment:%Y}"


def american(moment: datetime.datetime) -> str:
    return f"{moment:%b} {moment.day}, {moment:%Y}, {moment.hour % 12 or 12}:{moment:%M:%S %p} UTC"


def american_digits(moment: datetime.datetime) -> str:
    return f"{moment:%m/%d/%Y %I:%M:%S %p}"


def british(moment: datetime.datetime) -> str:
    return f"{moment.day} {moment:%B %Y %H:%M:%S} (UTC)"


def german_digits(moment: datetime.datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M:%S}"


def german_clock(moment: datetime.datetime) -> str:
    return f"{moment:%d.%m.%Y, %H:%M:%S} Uhr (UTC)"


def german_long(moment: datetime.datetime) -> str:
    return f"{moment.day}. {_GERMAN_MONTHS[moment.month - 1]} {moment:%Y, %H:%M:%S} UTC"


DATES: dict[str, tuple[DateStyle, ...]] = {
    "en": (iso_utc, iso_strict, unix_date, american, american_digits, british),
    "de": (german_digits, german_clock, german_long, iso_utc),
}

TABLES: dict[str, dict[str, str]] = {"en": ENGLISH, "de": GERMAN}


def utc(moment: Moment) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(moment.unix, tz=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Wording:
    """A language with what this edition says differently from the language's table."""

    language: str
    date: DateStyle
    overrides: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def words(self, label: Label) -> str:
        """The label as a person reads it. A caption that the language lacks is shown in English, as products do."""
        if isinstance(label, Moment):
            return self.date(utc(label))
        if isinstance(label, Caption):
            table = TABLES[self.language]
            text = self.overrides.get(label.key) or table.get(label.key) or ENGLISH[label.key]
            return text.format(**{name: self.words(value) for name, value in label.params})
        return label
