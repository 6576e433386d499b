# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both editions of the Command API offer."""

from __future__ import annotations

import typing as t

from .._errors import ApiError
from .._records import ApiInfo, ApplianceEntry, ClientCounts, Health, User

Role = t.Literal["primary", "backup"]

# A role change with data sync answers when the sync has started, which can take its time. Seconds.
ROLE_TIMEOUT: t.Final = 120.0


class NotOffered(ApiError):
    """The appliance's edition of the Command API lacks this command; what it would tell is unknown."""


class CommandApi(t.Protocol):
    """Errors: TransportError, AuthenticationError, PermissionMissing, ApiError; of writes also RefusedByAppliance."""

    def info(self) -> ApiInfo: ...

    def health(self) -> Health: ...

    def appliances(self) -> tuple[ApplianceEntry, ...]: ...

    def client_counts(self) -> tuple[ClientCounts, ...]: ...

    def users(self) -> tuple[User, ...]: ...

    def logout_user(self, user_id: int) -> bool: ...

    def terminate_session(self, lsid: str) -> bool: ...

    def set_failover_role(self, role: Role, data_sync_first: bool, force: bool) -> str: ...
