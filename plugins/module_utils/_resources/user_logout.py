# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log users out of the console through the API, before the device that serves them is taken away (PREP-4)."""

from __future__ import annotations

import typing as t

from .._errors import SraError
from .._module import Connect, Connection, Interrupted, Params
from .._records import User, as_data


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Log out everybody who is logged in. Needs full access to the Command API; a user who left meanwhile is fine."""
    with connect(params) as connection:
        connection.require("Logging users out", api=True)
        users = connection.api.users()
        if not users:
            return _result(users, users)
        connection.api.require("perm_command", "full_access", why="to log users out")
        if check_mode:
            return _result(users, users)
        connection.confirm_identity()
        return _result(users, _log_out(connection, users))


def _log_out(connection: Connection, users: t.Sequence[User]) -> list[User]:
    gone: list[User] = []
    for user in users:
        try:
            connection.api.logout_user(user.id)
        except SraError as error:
            raise Interrupted(error, _result(users, gone)) from error
        gone.append(user)
    return gone


def _result(users: t.Sequence[User], gone: t.Sequence[User]) -> dict[str, t.Any]:
    return {
        "changed": bool(gone),
        "users": as_data(list(gone)),
        "diff": {
            "before": {"users": _names(users)},
            "after": {"users": _names([one for one in users if one not in gone])},
        },
    }


def _names(users: t.Sequence[User]) -> list[str]:
    return sorted(user.display_name or str(user.id) for user in users)
