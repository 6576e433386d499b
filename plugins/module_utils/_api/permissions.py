# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions of an API account that calls need, and where a person grants them."""

from __future__ import annotations

import dataclasses

PAGE = "/login > Management > API Configuration"


@dataclasses.dataclass(frozen=True)
class Permission:
    """``name`` as the APIs call it; ``level`` where it has levels; ``caption`` as the page calls it."""

    name: str
    level: str | None
    caption: str

    def __str__(self) -> str:
        return f"{self.caption} ({self.name}{f'={self.level}' if self.level else ''})"


COMMAND_READ = Permission("perm_command", "read_only", "Command API: Read Only")
COMMAND_FULL = Permission("perm_command", "full_access", "Command API: Full Access")
BACKUP = Permission("perm_backup", None, "Allow Access to the Backup API")
CONFIGURATION = Permission("perm_configuration", None, "Allow Access to the Configuration API")

_KNOWN = (COMMAND_READ, COMMAND_FULL, BACKUP, CONFIGURATION)
LEVELS = ("deny", "read_only", "full_access")


def permission(name: str, level: str | None = None) -> Permission:
    """The known permission of this name and level, else one that is called by its name."""
    for known in _KNOWN:
        if known.name == name and known.level == level:
            return known
    return Permission(name, level, name)


def is_granted(value: object, level: str | None) -> bool | None:
    """Whether a permission's value is enough; None where it says nothing that is understood."""
    if isinstance(value, bool):
        return value
    spelled = str(value).strip().lower() if value is not None else ""
    if spelled in LEVELS:
        return LEVELS.index(spelled) >= LEVELS.index(level if level in LEVELS else "read_only")
    return {"1": True, "true": True, "allow": True, "0": False, "false": False}.get(spelled)
