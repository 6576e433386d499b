# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of the web layer that callers tell apart."""

from __future__ import annotations

import typing as t

from .._errors import AuthenticationError, TransportError


class SessionExpired(AuthenticationError):
    """The appliance asks to sign in again in the middle of a session; nothing was retried."""

    kind = "session_expired"


class ServerStarting(TransportError):
    """The web server answers, but the appliance behind it is not up: status 5xx or a page that asks to wait."""

    kind = "starting"
    stage: t.ClassVar[str] = "receive"
    sent: t.ClassVar[bool] = True
