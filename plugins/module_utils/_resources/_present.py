# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be None by now, for the type checker and for defects."""

from __future__ import annotations

import typing as t

T = t.TypeVar("T")


def present(value: T | None) -> T:
    """The value. Raises ValueError where there is none, which is a defect of the caller."""
    if value is None:
        raise ValueError("a value is missing that must be there by now")
    return value
