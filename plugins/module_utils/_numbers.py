# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers that somebody else wrote: Python refuses digits that other scripts have, and thousands of them, with an error."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]{1,18}")


def whole_number(text: str | None) -> int | None:
    """The number that up to 18 digits say, blanks around them; None for anything else."""
    found = _DIGITS.fullmatch(text.strip()) if text else None
    return int(found.group()) if found else None
