# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failover role of an appliance, set through the Command API."""

from __future__ import annotations

import typing as t

from .._api.command import Role
from .._errors import ApiError, InputError, StateError, TransportError
from .._module import Connect, Connection, Params
from .._wait import Deadline, Look, wait_for
from ._away import away
from ._lost import after, lost_answer

# With a data sync first the swap ends when the sync has; that may take hours (SYNC-9).
_WAIT_SECONDS: t.Final = 900.0
_WAIT_SECONDS_WITH_SYNC: t.Final = 14400.0


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Give the appliance the role and wait until it has it."""
    role: Role = params["role"]
    sync_first, force = params["data_sync_first"], params["force"]
    if force and role != "backup":
        raise InputError("force is only for role backup: a primary becomes backup though its peer cannot be reached")
    wait_timeout = params["wait_timeout"]
    if wait_timeout is None:
        wait_timeout = _WAIT_SECONDS_WITH_SYNC if sync_first else _WAIT_SECONDS
    if wait_timeout <= 0:
        raise InputError(f"wait_timeout must be more than 0 seconds, not {wait_timeout}")
    with connect(params) as connection:
        connection.require("The failover role", api=True)
        before = _role(connection)
        if before == role:
            return _result(before, role, changed=False)
        if before not in ("primary", "backup"):
            raise StateError(
                "The appliance has no failover relationship, so it has no role to change",
                appliance=connection.label,
                expected="failover role primary or backup",
                seen=before or "unknown",
                advice="Establish the relationship first (bseries.sra.failover_relationship).",
            )
        connection.api.require("perm_command", "full_access", why="to change the failover role")
        if check_mode:
            return _result(before, role, changed=True)
        connection.confirm_identity()
        message, lost = _set(connection, role, sync_first, force)
        with after(lost):
            _wait(connection, role, Deadline(float(wait_timeout), connection.clock))
        return _result(before, role, changed=True, message=message)


def _role(connection: Connection) -> str | None:
    """The list of appliances is not cached, unlike health."""
    entry = connection.api.own_entry()
    if entry is not None and entry.failover_role:
        return entry.failover_role
    return connection.api.health().failover_role


def _set(connection: Connection, role: Role, sync_first: bool, force: bool) -> tuple[str | None, TransportError | None]:
    """The appliance's message, and how its answer was lost."""
    try:
        return connection.api.set_failover_role(role, data_sync_first=sync_first, force=force), None
    except TransportError as error:
        return None, lost_answer(error)


def _wait(connection: Connection, role: str, deadline: Deadline) -> None:
    def look() -> Look[str]:
        try:
            seen = _role(connection)
        except (TransportError, ApiError) as error:
            return Look(False, away(error))
        return Look(seen == role, f"failover role {seen or 'unknown'}", seen)

    wait_for(
        f"failover role {role}",
        look,
        deadline,
        appliance=connection.label,
        advice="Both appliances may be backup for a moment during the swap. See /login > Management > Failover on both "
        "before anything else is done.",
    )


def _result(before: str | None, after: str, *, changed: bool, message: str | None = None) -> dict[str, t.Any]:
    return {
        "changed": changed,
        "role": after,
        "message": message,
        "diff": {"before": {"failover_role": before}, "after": {"failover_role": after}},
    }
