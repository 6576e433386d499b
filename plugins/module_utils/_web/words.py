# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words as people read them: cleaning, comparing captions, and how well a text says a caption."""

from __future__ import annotations

import functools
import re
import unicodedata

EXACT, SAME_WORDS, PREFIX, CONTAINS, NO_MATCH = 4, 3, 2, 1, 0

_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_CONTROLS = dict.fromkeys([*range(32), 127], " ")
_MARKS = str.maketrans("", "", "™®©'\u2019`´")
_ENDINGS = ("en", "es", "e", "n", "s")
_SHORTEST_STEM = 4
_EXTRA_WORDS = 8
# A note behind a caption that says how a value is given, not which one it is: "Port (default 443)", "Time (UTC)".
_NOTED = re.compile(r"(?P<caption>.*\S)\s*[(\[](?P<note>[^()\[\]]+)[)\]][\s:*]*", re.DOTALL)
_NOTE_WORDS = frozenset(
    {"utc", "gmt", "cet", "cest", "mez", "mesz", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "kbit", "mbit", "s", "sec", "seconds",
     "sek", "sekunden", "min", "minutes", "minuten", "h", "hours", "stunden", "days", "tage", "per", "pro", "max", "maximum",
     "maximal", "minimum", "mindestens", "characters", "zeichen", "default", "standard", "vorgabe", "optional", "recommended",
     "empfohlen", "required", "erforderlich", "pflichtfeld"}
)  # fmt: skip
# Characters; no page of an appliance says more in one line, and comparing longer ones takes its time.
_LONGEST_LINE = 10_000


def clean(text: str | None) -> str:
    """Text on one line, without control characters, soft hyphens and doubled spaces; of endless lines the beginning."""
    if not text:
        return ""
    if len(text) > _LONGEST_LINE:
        text = text.strip()[:_LONGEST_LINE]
    if text.isascii():
        return " ".join(text.translate(_CONTROLS).split())
    text = text.translate(_INVISIBLE)
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zs", "Zl", "Zp") else c for c in text)
    return " ".join(text.split())


@functools.lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The words of a caption, without case, punctuation, symbols and trademarks."""
    folded = unicodedata.normalize("NFKC", clean(text).translate(_MARKS)).casefold()
    return tuple(re.findall(r"[^\W_]+", folded))


def _stem(word: str) -> str:
    while len(word) > _SHORTEST_STEM and not word.isdigit():
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
                word = word[: -len(ending)]
                break
        else:
            break
    return word


@functools.lru_cache(maxsize=8192)
def stems(text: str) -> tuple[str, ...]:
    """The words with endings of number and case taken off, so that singular and plural compare equal."""
    return tuple(_stem(word) for word in words(text))


class Said:
    """A text as it is compared: its words, their stems, and both run together."""

    __slots__ = ("any_stem", "bare", "joined_stems", "joined_words", "stems", "words")

    def __init__(self, text: str) -> None:
        self.words, self.stems = words(text), stems(text)
        self.joined_words, self.joined_stems = "".join(self.words), "".join(self.stems)
        self.any_stem = frozenset(self.stems)
        noted = _NOTED.fullmatch(clean(text))
        without = noted and all(word.isdigit() or word in _NOTE_WORDS for word in words(noted.group("note")))
        self.bare = said(noted.group("caption")) if noted and without else None


@functools.lru_cache(maxsize=8192)
def said(text: str) -> Said:
    """The same text is compared with many captions."""
    return Said(text)


def says(text: str, caption: str, loose: bool = False) -> int:
    """How well a text says a caption: EXACT, SAME_WORDS (number apart), PREFIX, CONTAINS or NO_MATCH.

    A caption of one word must be all of the text (numbers apart), unless ``loose``: it says too little inside another.
    """
    return compare(said(text), said(caption), loose) if text and caption else NO_MATCH


def compare(seen: Said, wanted: Said, loose: bool = False) -> int:
    """The same for texts that were taken apart already."""
    level = _compare(seen, wanted, loose)
    if level < PREFIX and seen.bare is not None:
        return max(level, min(PREFIX, compare(seen.bare, wanted, loose)))
    return level


def _compare(seen: Said, wanted: Said, loose: bool) -> int:
    number = len(wanted.words)
    if not number or not seen.words or len(seen.words) > number + _EXTRA_WORDS:
        return NO_MATCH
    if seen.words == wanted.words:
        return EXACT
    if seen.joined_stems == wanted.joined_stems or seen.joined_words == wanted.joined_words:
        return SAME_WORDS
    if not wanted.any_stem <= seen.any_stem:
        return NO_MATCH
    if number == 1 and not loose and not all(word.isdigit() for word in seen.stems if word != wanted.stems[0]):
        return NO_MATCH
    if seen.stems[:number] == wanted.stems:
        return PREFIX
    if any(seen.stems[i : i + number] == wanted.stems for i in range(1, len(seen.stems) - number + 1)):
        return CONTAINS
    return NO_MATCH
