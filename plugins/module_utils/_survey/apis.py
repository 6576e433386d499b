# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which official APIs answer, and what the API account may do."""

from __future__ import annotations

import dataclasses
import typing as t

from .._api.permissions import BACKUP, COMMAND_FULL, COMMAND_READ, CONFIGURATION, is_granted
from .._errors import SraError, TransportError
from .._module import Connection
from .._records import ApiInfo, Health
from .model import ApiSeen, Permission

# What the procedures need; full access is for role changes, which no procedure needs, but a planned failover does.
_PERMISSIONS: t.Final = ((COMMAND_READ, True), (COMMAND_FULL, False), (BACKUP, False), (CONFIGURATION, False))


@dataclasses.dataclass
class ApiFindings:
    """What was found. ``stands`` is the failover role, ``values`` the versions and the identity that health tells."""

    apis: tuple[ApiSeen, ...] = ()
    permissions: tuple[Permission, ...] = ()
    stands: str = "unknown"
    values: dict[str, str | None] = dataclasses.field(default_factory=dict)
    reached: bool = False


def look_at_apis(connection: Connection) -> ApiFindings:
    """Ask every API that can be asked without changing anything; a backup is not made, its permission is read."""
    findings = ApiFindings()
    probe = _probe(connection)
    findings.reached = probe.available is not None
    if not connection.has_api:
        findings.apis = (probe, *_unknown("no API account was given"))
        return findings
    if probe.available is None:
        findings.apis = (probe, *_unknown(probe.detail))
        return findings
    try:
        info = connection.api.info()
    except SraError as error:
        findings.apis = (probe, *_unknown(_words(error), available=False))
        return findings
    findings.permissions = tuple(_permission(info, wanted, needed) for wanted, needed in _PERMISSIONS)
    try:
        findings.apis = (probe, *_apis(connection, info))
    except TransportError as error:
        findings.apis = (probe, *_unknown(_words(error)))
        return findings
    _read_state(connection, findings)
    return findings


def _probe(connection: Connection) -> ApiSeen:
    name = "Health check without account"
    try:
        healthy = connection.check_health()
    except TransportError as error:
        return ApiSeen("check_health", name, None, _words(error))
    return ApiSeen("check_health", name, True, "healthy" if healthy else "not healthy")


def _unknown(why: str, available: bool | None = None) -> tuple[ApiSeen, ...]:
    return (
        ApiSeen("command_v2", "Command API v2", available, why),
        ApiSeen("command_v1", "Command API v1", available, why),
        ApiSeen("backup", "Backup API", available, why),
        ApiSeen("configuration", "Configuration API", available, why),
    )


def _apis(connection: Connection, info: ApiInfo) -> t.Iterator[ApiSeen]:
    second = info.command_api == "v2"
    version = info.versions.get("command_api_version", "")
    yield ApiSeen("command_v2", "Command API v2", second, version if second else "not offered, v1 is used instead")
    older = connection.api.offers_v1() if second else True
    yield ApiSeen("command_v1", "Command API v1", older, "" if second else version)
    for api, name, wanted in (
        ("backup", "Backup API", BACKUP),
        ("configuration", "Configuration API", CONFIGURATION),
    ):
        granted = is_granted(info.permissions.get(wanted.name), wanted.level)
        words = {True: "permitted", False: f"the account lacks {wanted}", None: "the API does not tell"}[granted]
        stated = info.versions.get(f"{'config' if api == 'configuration' else api}_api_version")
        yield ApiSeen(api, name, granted, ", ".join(filter(None, (stated and f"version {stated}", words))))


def _permission(info: ApiInfo, wanted: t.Any, needed: bool) -> Permission:
    value = info.permissions.get(wanted.name)
    shown = None if value is None else str(value)
    return Permission(wanted.name, wanted.caption, shown, is_granted(value, wanted.level), needed)


def _read_state(connection: Connection, findings: ApiFindings) -> None:
    try:
        health: Health = connection.api.health()
        own = connection.api.own_entry()
    except SraError as error:
        findings.apis = tuple(
            dataclasses.replace(one, detail=f"{one.detail}; health was not read: {_words(error)}".lstrip("; "))
            if one.api.startswith("command") and one.available
            else one
            for one in findings.apis
        )
        return
    findings.values = {
        "appliance_id": health.appliance_id,
        "hostname": health.hostname,
        "product": health.version,
        "build": health.build,
    }
    findings.stands = (own.failover_role if own else None) or health.failover_role or "unknown"


def _words(error: SraError) -> str:
    return ". ".join(part.rstrip(".") for part in (error.message, error.advice or "") if part)
