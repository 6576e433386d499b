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
_MARKS = str.maketrans("", "", "™®©'\u2019`´")
_ENDINGS = ("en", "es", "e", "n", "s")
_SHORTEST_STEM = 4
_EXTRA_WORDS = 8
# Characters; no page of an appliance says more in one line, and comparing longer ones takes its time.
_LONGEST_LINE = 10_000


def clean(text: str | None) -> str:
    """Text on one line, without control characters, soft hyphens and doubled spaces; of endless lines the beginning."""
    if not text:
        return ""
    if len(text) > _LONGEST_LINE:
        text = text.strip()[:_LONGEST_LINE]
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


def says(text: str, caption: str, loose: bool = False) -> int:
    """How well a text says a caption: EXACT, SAME_WORDS (number apart), PREFIX, CONTAINS or NO_MATCH.

    A caption of one word must be all of the text (numbers apart), unless ``loose``: it says too little inside another.
    """
    if not text or not caption:
        return NO_MATCH
    if words(text) == words(caption):
        return EXACT if words(caption) else NO_MATCH
    seen, wanted = stems(text), stems(caption)
    if not wanted or not seen:
        return NO_MATCH
    if "".join(seen) == "".join(wanted) or "".join(words(text)) == "".join(words(caption)):
        return SAME_WORDS
    if len(seen) > len(wanted) + _EXTRA_WORDS:
        return NO_MATCH
    if len(wanted) == 1 and not loose and not all(word.isdigit() for word in seen if word != wanted[0]):
        return NO_MATCH
    if seen[: len(wanted)] == wanted:
        return PREFIX
    if any(seen[i : i + len(wanted)] == wanted for i in range(1, len(seen) - len(wanted) + 1)):
        return CONTAINS
    return NO_MATCH
