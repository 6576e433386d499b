# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An appliance before and after its update: everything readable is compared, by rules for what may change."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t

Data = t.Mapping[str, t.Any]

# What an update, the procedure around it or the time that passes changes. Everything else has to be as it was.
MAY_CHANGE: t.Final = (
    r"version",
    r"build",
    r"base_version",
    r"api\.(command_api|versions.*)",
    r"basics\.(base_version|product_version|product_build|time|time_text|facts.*)",
    r"time\.(appliance|controller|skew_seconds|source)",
    r"health\.(version|build|message|last_data_sync|last_data_sync_status)",
    r"updates.*",
    r"network\.facts.*",
    r"certificates\.stored\.[^.]*\.facts.*",
    # Who is there is judged by counts and a threshold, not one by one.
    r"clients.*",
    r"jump_clients.*",
    # The relationship is broken and made anew by the procedure; the plan judges the roles.
    r"(.*\.)?failover_role",
    r"failover\..*",
    # Health names them for members of a relationship only; the network page is what is compared.
    r"(health\.)?enabled_shared_ips",
)
_MAY_CHANGE: t.Final = re.compile("|".join(f"(?:{pattern})" for pattern in MAY_CHANGE))
# Rows of lists by what names them; a list without a key is compared as a whole, in any order.
_KEYS: t.Final = {
    "network.addresses": ("address",),
    "certificates.stored": ("issued_to", "friendly_name", "valid_until"),
}
_ABSENT: t.Final = "(not there)"
_UNKNOWN: t.Final = "unknown"


@dataclasses.dataclass(frozen=True)
class Difference:
    """A value that is not as it was."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path} was {self.before}, is {self.after}"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """``compared`` values were read both times. ``unread`` are sections that could be read before and not any more."""

    compared: int
    differences: tuple[Difference, ...]
    unread: tuple[str, ...]


def compare(before: Data, after: Data, shared_ip: str | None = None) -> Comparison:
    """Compare two ``appliance`` values. Sections that were not read before, or were not asked for after, are left out.

    Whether ``shared_ip`` is enabled is not compared: moving it is what a swing does.
    """
    sections = [name for name, value in before.items() if value is not None and name in after]
    unread = tuple(name for name in sections if after.get(name) is None and not _may_change(name))
    old = _flatten({name: before[name] for name in sections if name not in unread}, shared_ip)
    new = _flatten({name: after.get(name) for name in sections if name not in unread}, shared_ip)
    paths = [path for path in dict.fromkeys([*old, *new]) if not _may_change(path) and not _is_gain(path, old)]
    differences = [
        Difference(path, old.get(path, _ABSENT), new.get(path, _ABSENT))
        for path in paths
        if old.get(path, _ABSENT) != new.get(path, _ABSENT)
    ]
    return Comparison(len(paths), tuple(differences), unread)


def _may_change(path: str) -> bool:
    return _MAY_CHANGE.fullmatch(path) is not None


def _is_gain(path: str, old: t.Mapping[str, str]) -> bool:
    """What was not known before; a newer API knows permissions that the older one did not name."""
    return old.get(path) == _UNKNOWN or (path.startswith("api.permissions.") and path not in old)


def _flatten(value: t.Any, shared_ip: str | None, path: str = "") -> dict[str, str]:
    if isinstance(value, t.Mapping):
        parts = {
            name: part
            for name, part in value.items()
            if not (name == "enabled" and shared_ip and _is_address(value.get("address"), shared_ip))
        }
        found: dict[str, str] = {}
        for name, part in parts.items():
            found.update(_flatten(part, shared_ip, f"{path}.{name}" if path else str(name)))
        return found
    if isinstance(value, (list, tuple)):
        return _flatten_list(value, shared_ip, path)
    return {path: _word(value)}


def _flatten_list(rows: t.Sequence[t.Any], shared_ip: str | None, path: str) -> dict[str, str]:
    keys = _KEYS.get(path)
    if keys is None or not all(isinstance(row, t.Mapping) for row in rows):
        return {path: ", ".join(sorted(_word(row) for row in rows)) or "none"}
    named = {"/".join(_word(row.get(key)).replace(".", "_") for key in keys if row.get(key)): row for row in rows}
    return _flatten(named, shared_ip, path)


def _is_address(text: t.Any, address: str) -> bool:
    try:
        return ipaddress.ip_interface(str(text)).ip == ipaddress.ip_interface(address).ip
    except ValueError:
        return str(text) == address


def _word(value: t.Any) -> str:
    return _UNKNOWN if value is None else str(value)
