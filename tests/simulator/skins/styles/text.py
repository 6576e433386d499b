# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What different hands make of the same words and tags: entities, hard spaces, soft hyphens, sloppy HTML."""

from __future__ import annotations

import html.entities
import re


def hard_spaces(text: str) -> str:
    """A no-break space after the first word."""
    return text.replace(" ", "\u00a0", 1)


def soft_hyphens(text: str) -> str:
    """A soft hyphen inside long words of letters."""
    return re.sub(r"\b[^\W\d_]{12,}\b", lambda word: word.group()[:6] + "\u00ad" + word.group()[6:], text)


def spaced_out(text: str) -> str:
    """Line breaks and runs of blanks instead of single blanks, as templates leave them."""
    return text.replace(" ", "\n      ", 1)


def hard_and_soft(text: str) -> str:
    return soft_hyphens(hard_spaces(text))


def entities(escaped: str) -> str:
    """Letters beyond ASCII as named entities."""
    return "".join(_entity(letter) for letter in escaped)


def _entity(letter: str) -> str:
    if ord(letter) < 128:
        return letter
    name = html.entities.codepoint2name.get(ord(letter))
    return f"&{name};" if name else f"&#{ord(letter)};"


def numeric_entities(escaped: str) -> str:
    return "".join(letter if ord(letter) < 128 else f"&#x{ord(letter):x};" for letter in escaped)


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>")
_OPTIONAL_END = re.compile(r"</(?:li|td|th|tr|option|dt|dd)>")
_SIMPLE_VALUE = re.compile(r'(\s[a-z-]+)="([A-Za-z0-9_-]+)"')


def upper_case(document: str) -> str:
    """Tags in upper case."""
    return _TAG.sub(lambda tag: f"<{tag[1]}{tag[2].upper()}{tag[3]}>", document)


def unclosed(document: str) -> str:
    """No end tags where HTML lets them be left out."""
    return _OPTIONAL_END.sub("", document)


def unquoted(document: str) -> str:
    """Simple attribute values without quotes."""

    def bare(tag: re.Match[str]) -> str:
        values = _SIMPLE_VALUE.sub(r"\1=\2", tag[3])
        return f"<{tag[1]}{tag[2]}{values}>"

    return _TAG.sub(bare, document)


def sloppy(document: str) -> str:
    return upper_case(unquoted(unclosed(document)))
