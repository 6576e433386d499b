# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failed installs that an appliance shows: of what, and whether the operator named this very one as solved (PREP-6). Pure."""

from __future__ import annotations

import re

from .._errors import InputError
from .._version import Version, same_version

_OF_BASE = re.compile(r"\b(base|basis)", re.IGNORECASE)
_VERSIONS = re.compile(r"\d+(?:\.\d+)+")
# Characters; a shorter text names nothing.
_SHORTEST_WORDS = 10


def of_base(text: str) -> bool:
    """Whether only the vendor's support may go on. A text that names no version may be one of Base."""
    return bool(_OF_BASE.search(text)) or not _VERSIONS.search(text)


def is_solved(text: str, named: str | None) -> bool:
    """Whether ``named`` is the version in the appliance's words, or those words themselves."""
    if not named:
        return False
    if Version.parse(named.strip()) is not None:
        return any(same_version(version, named.strip()) for version in _VERSIONS.findall(text))
    return _plain(named) == _plain(text)


def check_name(named: str) -> str:
    """The version or the words as they count. Raises InputError for what names no failure, such as ``true``."""
    plain = " ".join(named.split())
    if Version.parse(plain) is None and (len(plain) < _SHORTEST_WORDS or " " not in plain):
        raise InputError(
            "An install that failed is named by its version or by the appliance's exact words",
            expected="for instance 3.3.2",
            seen=repr(named),
        )
    return plain


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".!")
