# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A shelf in a dictionary, for tests."""

from __future__ import annotations

import json
import typing as t


class DictShelf:
    """Keeps what it is given as the keeper does, as JSON, so that only plain data can be left here."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def take(self, key: str) -> dict[str, t.Any] | None:
        value: dict[str, t.Any] | None = json.loads(self.values.get(key, "null"))
        return value

    def put(self, key: str, value: dict[str, t.Any]) -> bool:
        self.values[key] = json.dumps(value)
        return True

    def drop(self, key: str) -> None:
        self.values.pop(key, None)
