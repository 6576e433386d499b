# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Patterns that match a text in every mixture of the usual escapes.

A list of whole spellings is never complete: programs escape different characters, and do so within one another. So the
pattern of a text is made of one piece a character, which knows how that character may be written: as it is,
percent-encoded (UTF-8 or Latin-1, ``+`` for a blank), as an entity of HTML by number or name, as an escape of JSON,
JavaScript or Python (``\u00e4``, ``\xe4``, ``\U0001f511``, ``\u{e4}``), behind backslashes; each of them once more
escaped in the same or another way (``%25``, ``&amp;``, ``\\``). White space may be any other white space, and more of it.
"""

from __future__ import annotations

import functools
import html.entities
import re
import typing as t

# So many characters tell the beginning of a text from other text well enough to look at the rest.
_BEGINNING: t.Final = 4
# What folds white space takes away: blanks and line ends of all kinds, control characters, marks without width.
_WHITE: t.Final = r"\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_WITHOUT_WIDTH: t.Final = frozenset("\xad\u200b\u200c\u200d\u2060\ufeff")
_MOST_WHITE: t.Final = 64
_IS_WHITE = re.compile(f"[{_WHITE}]")
_RUNS = re.compile(
    rf"(?P<white>[{_WHITE}+]*[{_WHITE}][{_WHITE}+]*)|(?P<slashes>\\*)(?P<one>[^\\{_WHITE}])|(?P<alone>\\+)"
)
_PERCENT: t.Final = "%(?:25)*"
_AND: t.Final = "&(?:amp;)*"
# A backslash, itself in any spelling.
_BACKSLASH: t.Final = rf"(?:\\(?:u005[cC]|x5[cC])?|{_PERCENT}5[cC]|{_AND}(?:#0*92|#[xX]0*5[cC]|bsol);?)"
# Three levels of escaping put seven before a character, and make eight of one.
_MOST_SLASHES: t.Final = 8
# Characters that a piece may begin with other than its own.
_ESCAPES: t.Final = r"%&\\"


def whole_of(text: str) -> re.Pattern[str]:
    """Matches the text, without white space around it, in any spelling."""
    return re.compile("".join(_pieces(text)))


def beginning_of(text: str) -> re.Pattern[str]:
    """Finds, quickly, the places where the first characters of the text stand in any spelling."""
    pieces = _pieces(text)
    first = "".join(dict.fromkeys(_folded(text)[0]))
    # The set in front lets the engine run over what cannot be the beginning; the rest looks from that place on.
    return re.compile(rf"[{re.escape(first)}{_ESCAPES}](?<=(?={''.join(pieces[:_BEGINNING])}).)", re.DOTALL)


def _folded(text: str) -> str:
    """The text without white space around it, where enough of it is left to tell it from other text."""
    start, end = 0, len(text)
    while start < end and _IS_WHITE.match(text[start]):
        start += 1
    while end > start and _IS_WHITE.match(text[end - 1]):
        end -= 1
    return text[start:end] if end - start >= 3 else text


def _pieces(text: str) -> list[str]:
    """One pattern for each character, or for a run of those that are escaped or folded together."""
    text = _folded(text)
    if _IS_WHITE.match(text[0]) or _IS_WHITE.match(text[-1]):
        return [re.escape(text)]
    return [
        _white(frozenset(run["white"]))
        if run["white"]
        else _behind(len(run["slashes"] or run["alone"] or ""), run["one"])
        for run in _RUNS.finditer(text)
    ]


@functools.lru_cache(maxsize=64)
def _white(characters: frozenset[str]) -> str:
    escaped = "|".join(_escaped(one) for one in sorted(characters | set("\t\n\r \xa0")))
    coded = "|".join(_coded(one) for one in sorted(characters | set("\t\n\r \xa0")))
    fewest = 0 if characters <= _WITHOUT_WIDTH else 1
    return rf"(?:[{_WHITE}+]|{escaped}|{_BACKSLASH}{{1,{_MOST_SLASHES}}}(?:[bfnrtv]|{coded})){{{fewest},{_MOST_WHITE}}}"


@functools.lru_cache(maxsize=512)
def _behind(slashes: int, one: str | None) -> str:
    """The character behind so many backslashes of the text itself; None for the end of the text."""
    if one is None:
        return f"{_BACKSLASH}{{{slashes},{slashes * _MOST_SLASHES}}}"
    plain, coded = f"{re.escape(one)}|{_escaped(one)}", _coded(one)
    if slashes:
        # One pattern for the run and what follows it: where one backslash ends and the next begins can be read in many ways.
        return f"{_BACKSLASH}{{{slashes},{(slashes + 1) * _MOST_SLASHES}}}(?:{plain}|{coded})"
    if one.isascii() and one.isalnum():
        return rf"(?:{plain}|\\{{1,{_MOST_SLASHES}}}(?:{coded}))"
    return f"(?:{_BACKSLASH}{{0,{_MOST_SLASHES}}}(?:{plain})|{_BACKSLASH}{{1,{_MOST_SLASHES}}}(?:{coded}))"


def _escaped(one: str) -> str:
    """The character percent-encoded or as an entity."""
    found = ["".join(f"{_PERCENT}{_hex(byte, 2)}" for byte in one.encode("utf-8", "surrogatepass"))]
    if "\x7f" < one <= "\xff":
        found.append(f"{_PERCENT}{_hex(ord(one), 2)}")
    names = "".join(f"|{name}" for name in _names().get(one, ()))
    found.append(f"{_AND}(?:#0*{ord(one)}|#[xX]0*{_hex(ord(one), 1)}{names});?")
    return "|".join(found)


def _coded(one: str) -> str:
    """What stands for the character behind a backslash: the numbers of JSON, JavaScript and Python."""
    code, again = ord(one), f"{_BACKSLASH}{{1,{_MOST_SLASHES}}}"
    units = one.encode("utf-16-be", "surrogatepass")
    found = [
        again.join(f"u{_hex(int.from_bytes(units[at : at + 2]), 4)}" for at in range(0, len(units), 2)),
        rf"u\{{0*{_hex(code, 1)}\}}",
        f"U{_hex(code, 8)}",
    ]
    if one <= "\xff":
        found.append(f"x{_hex(code, 2)}")
    if not one.isascii():
        found.append(again.join(f"x{_hex(byte, 2)}" for byte in one.encode("utf-8", "surrogatepass")))
    return "|".join(found)


def _hex(number: int, digits: int) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{number:0{digits}x}")


@functools.cache
def _names() -> dict[str, list[str]]:
    """The names of each character in HTML, without semicolons."""
    found: dict[str, list[str]] = {}
    for name, text in html.entities.html5.items():
        if len(text) == 1 and name.endswith(";"):
            found.setdefault(text, []).append(name.removesuffix(";"))
    return found
