# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resetting an appliance to factory defaults, and shutting it down."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InputError, SraError, StateError, TransportError
from .._module import Connect, Connection, Interrupted, Params, same_id
from .._pages import basics
from .._wait import Deadline, Look, wait_for
from .._web.session import SessionExpired, WebSession
from ._first_account import FirstAccount, opened
from ._lost import after, lost_answer
from ._production import Production

_PAGE: t.Final = "/appliance > Status > Basics"
# One lost connection may be chance; an appliance that is off refuses them all.
_MISSES: t.Final = 3


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is to be done, to which appliance; ``wait_timeout`` in seconds."""

    state: str
    appliance_id: str
    first: FirstAccount | None
    production: Production
    wait_timeout: float

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for what cannot work, before anything is contacted."""
        if not params["confirm_appliance_id"].strip():
            raise InputError(
                "confirm_appliance_id must repeat the id of the appliance",
                advice="Read it at /appliance > Status > Basics, or with bseries.sra.appliance_info.",
            )
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        return cls(
            params["state"],
            params["confirm_appliance_id"].strip(),
            FirstAccount.from_params(params),
            Production.from_params(params),
            float(params["wait_timeout"]),
        )

    @property
    def words(self) -> str:
        return basics.POWER[self.state][1]


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Reset or shut down, after the id was compared, and wait until it is done."""
    wish = Wish.from_params(params)
    if check_mode and wish.first is not None:
        # A first sign-in changes a password, so nothing can be read.
        return _result(wish, wish.appliance_id)
    with opened(connect, params, "appliance", wish.first) as (connection, web, _seen):
        connection.require("Power", appliance=True)
        seen_id = _confirmed(connection, web, wish)
        wish.production.refuse_if_served_by(connection, seen_id, wish.words)
        if check_mode:
            basics.find_power(web, wish.state)
            return _result(wish, seen_id)
        before = connection.transport.served_certificate(verify=False).sha256
        lost = _press(web, wish)
        try:
            with after(lost):
                _wait(connection, wish, before)
        except SraError as error:
            raise Interrupted(error, _result(wish, seen_id)) from error
        return _result(wish, seen_id)


def _confirmed(connection: Connection, web: WebSession, wish: Wish) -> str:
    """The appliance's own id, which must be the repeated one. Raises StateError."""
    seen = basics.read(web).appliance_id
    if not same_id(seen, wish.appliance_id):
        raise StateError(
            f"This is not the appliance whose id was repeated; did not {wish.words}",
            appliance=connection.label,
            page=_PAGE,
            expected=f"appliance id {wish.appliance_id}",
            seen=f"appliance id {seen or 'unknown'}",
            state="nothing was changed",
            advice="Check host and confirm_appliance_id.",
        )
    return str(seen)


def _press(web: WebSession, wish: Wish) -> TransportError | None:
    """How the answer was lost, if it was."""
    try:
        basics.power(web, wish.state)
    except SessionExpired:
        pass  # The appliance went away while it answered; what follows tells.
    except TransportError as error:
        return lost_answer(error)
    return None


def _wait(connection: Connection, wish: Wish, before: str) -> None:
    """Until it no longer answers; after a reset until it answers again, as another one than before."""
    misses = 0
    gone = False

    def look() -> Look[None]:
        nonlocal misses, gone
        try:
            seen = connection.transport.served_certificate(verify=False).sha256
        except TransportError as error:
            misses += 1
            gone = gone or misses >= _MISSES
            return Look(wish.state == "shutdown" and gone, f"not answering: {error.message}")
        misses = 0
        back = wish.state == "reset" and (gone or seen != before)
        return Look(back, "answering")

    wait_for(
        "the appliance is shut down" if wish.state == "shutdown" else "the appliance is reset and answers again",
        look,
        Deadline(wish.wait_timeout, connection.clock),
        longest_delay=1.0,
        appliance=connection.label,
        page=_PAGE,
        advice="Look at the appliance's console. A reset may have taken its network settings away.",
    )


def _result(wish: Wish, appliance_id: str) -> dict[str, t.Any]:
    return {
        "changed": True,
        "state": wish.state,
        "appliance_id": appliance_id,
        "diff": {"before": {"state": "running"}, "after": {"state": wish.state}},
    }
