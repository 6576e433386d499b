# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Download keys as they may be shown: by a fingerprint that does not give them away."""

from __future__ import annotations

import hashlib
import typing as t

_SHOWN: t.Final = 12


def fingerprint(key: str) -> str:
    """The first twelve hex digits of the key's SHA-256: enough to tell which appliance's key it was."""
    return hashlib.sha256(key.strip().encode()).hexdigest()[:_SHOWN]
