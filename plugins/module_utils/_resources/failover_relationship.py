# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failover relationship of a pair: establish, break, synchronise (SYNC-2, SYNC-3, SYNC-7 to 9)."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import ipaddress
import socket
import typing as t

from .._errors import ApiError, InputError, PageError, RefusedByAppliance, StateError, TransportError
from .._module import Connect, Connection, Params
from .._pages import failover as failover_page
from .._records import Failover, as_data
from .._wait import Deadline, Look, wait_for
from ._lost import after as after_lost
from ._lost import lost_answer
from ._present import present

_PAGE: t.Final = "/login > Management > Failover"
# Validation both ways takes moments; a data sync takes seconds to hours (SYNC-9).
_WAIT_SECONDS: t.Final = {"present": 600.0, "absent": 600.0, "synced": 14400.0}

# A sync that neither runs nor has a later time this many seconds after Sync Now is asked for again, this often in all.
_UNSEEN_SECONDS: t.Final = 4.0
_MOST_PRESSES: t.Final = 3


@dataclasses.dataclass(frozen=True)
class Wish:
    """What relationship is wanted, as seen from the appliance of the connection. ``wait_timeout`` in seconds."""

    state: str
    wait_timeout: float
    peer_host: str | None = None
    peer_port: int = 443
    reverse_host: str | None = None
    reverse_port: int = 443

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for what cannot work, before anything is contacted."""
        state = params["state"]
        wait_timeout = params["wait_timeout"] if params["wait_timeout"] is not None else _WAIT_SECONDS[state]
        if wait_timeout <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {wait_timeout}")
        if state != "present":
            return cls(state, float(wait_timeout))
        wish = cls(
            state,
            float(wait_timeout),
            peer_host=params["peer_host"],
            peer_port=params["peer_port"] or params["port"],
            reverse_host=params["reverse_host"] or params["host"],
            reverse_port=params["reverse_port"] or params["port"],
        )
        wish._check(params["host"], params["port"], params["site_hostname"])
        return wish

    def _check(self, host: str | None, port: int, site_hostname: str | None) -> None:
        if not self.peer_host:
            raise InputError("state present needs peer_host", expected="the peer's own host name or address")
        for name, value in (("peer_host", self.peer_host), ("reverse_host", self.reverse_host)):
            if site_hostname and _same_host(value, site_hostname):
                raise InputError(
                    f"{name} is the site's shared host name {site_hostname}",
                    expected="each appliance's own host name or address",
                    advice="The shared name leads to whichever appliance is primary; it must be in neither field (SYNC-8).",
                )
        for name, other, other_port in (("host", host, port), ("reverse_host", self.reverse_host, self.reverse_port)):
            if _same_host(self.peer_host, other) and self.peer_port == other_port:
                raise InputError(
                    f"peer_host and {name} are the same appliance: {self.peer_host}:{self.peer_port}",
                    expected="two appliances",
                    advice="peer_host is how this appliance reaches the peer, reverse_host how the peer reaches this one.",
                )


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Bring the relationship into the state and wait until the appliance shows it."""
    wish = Wish.from_params(params)
    with connect(params) as connection:
        connection.require(f"The failover relationship (state {wish.state})", login=True)
        before = failover_page.read(connection.login_web)
        if check_mode and params["assume_earlier_steps"]:
            # The steps before this one were only predicted, so what the page shows now is not what this step will find.
            return _result(wish, _assumed(wish, before), _predicted(wish, before), changed=True)
        if _is_reached(connection, wish, before):
            return _result(wish, before, before, changed=False)
        if check_mode:
            return _result(wish, before, _predicted(wish, before), changed=True)
        connection.confirm_identity()
        action = {"present": _establish, "absent": _break, "synced": _sync}[wish.state]
        message, after, changed = action(connection, wish, before)
        return _result(wish, before, after, changed=changed, message=message)


def _is_reached(connection: Connection, wish: Wish, seen: Failover) -> bool:
    """Whether nothing is to be done. Raises StateError where the state forbids what is asked."""
    if wish.state == "absent":
        return not seen.configured
    if wish.state == "synced":
        if not seen.configured:
            raise _wrong_state(connection, "a failover relationship", seen, "Establish it first (state present).")
        if seen.role != "primary":
            raise _wrong_state(
                connection,
                "the primary of the pair",
                seen,
                "Run the data sync on the primary; the backup only receives.",
            )
        return False
    if not seen.configured:
        return False
    if seen.role != "primary":
        raise _wrong_state(
            connection,
            "no relationship, or this appliance as its primary",
            seen,
            "Establish the relationship from the appliance that is to be the primary. Check the groups of the inventory.",
        )
    if not _may_be_peer(seen.peer, wish.peer_host):
        raise _wrong_state(
            connection,
            f"a relationship with {wish.peer_host}",
            seen,
            "Break the present relationship first (state absent) if it is the wrong one.",
        )
    return True


def _establish(connection: Connection, wish: Wish, _before: Failover) -> tuple[str | None, Failover, bool]:
    peer_host, reverse_host = present(wish.peer_host), present(wish.reverse_host)
    message, lost = _pressed(
        connection,
        lambda: failover_page.establish(
            connection.login_web, peer_host, wish.peer_port, reverse_host, wish.reverse_port
        ),
        _is_primary,
    )
    after = _wait(
        connection,
        wish,
        "the failover relationship established with this appliance as primary",
        _is_primary,
        "See the page of both appliances: software versions and the inter-appliance pre-shared key must be the same, and "
        "each must reach the other on its own address.",
        lost=lost,
    )
    return message, after, True


def _break(connection: Connection, wish: Wish, _before: Failover) -> tuple[str | None, Failover, bool]:
    message, lost = _pressed(
        connection, lambda: failover_page.break_relationship(connection.login_web), lambda seen: not seen.configured
    )
    after = _wait(
        connection,
        wish,
        "the failover relationship broken",
        lambda seen: not seen.configured,
        "See the page of both appliances before anything else is done.",
        also=lambda: _api_role(connection) in (None, "none"),
        lost=lost,
    )
    return message, after, True


def _sync(connection: Connection, wish: Wish, before: Failover) -> tuple[str | None, Failover, bool]:
    # One that runs already is waited for and not started again; either way the backup's data is newer afterwards.
    running = bool(before.sync_running)
    finish = _SyncFinish(connection, before)
    message, lost = None, None
    finish.pressed()
    if not running:
        message, lost = _pressed(
            connection,
            lambda: failover_page.sync_now(connection.login_web),
            lambda seen: bool(seen.sync_running) or finish(seen),
        )
    after = _wait(
        connection,
        wish,
        "the data sync finished",
        finish,
        "The appliance goes on by itself. See Management > Failover on the primary, then run this again with a longer "
        "wait_timeout.",
        lost=lost,
    )
    return message, after, True


class _SyncFinish:
    """Whether a data sync has ended since ``before``, by the appliance's own clock, never by the controller's."""

    def __init__(self, connection: Connection, before: Failover) -> None:
        self._connection = connection
        self._before = before
        self._ran = bool(before.sync_running)
        self._api_before = _api_last_sync(connection) if _shows_no_seconds(before) else None
        self._pressed_at = 0.0
        self._presses_left = _MOST_PRESSES

    def pressed(self) -> None:
        """Sync Now was pressed just now."""
        self._presses_left -= 1
        self._pressed_at = self._connection.clock.now()

    def __call__(self, seen: Failover) -> bool:
        if seen.sync_running:
            self._ran = True
            return False
        if seen.last_sync is None:
            # A time in a format that is not known: another one than before is a later one.
            text = seen.last_sync_text or ""
            if any(sign.isdigit() for sign in text):
                return text != self._before.last_sync_text
            return self._api_is_later()
        if self._before.last_sync is None or seen.last_sync > self._before.last_sync:
            return True
        if seen.last_sync < self._before.last_sync:
            return False
        # A page that shows minutes only cannot tell two syncs of the same minute apart; these can.
        if _shows_minutes_only(seen) and (self._ran or self._api_is_later()):
            return True
        self._press_again()
        return False

    def _press_again(self) -> None:
        """A short sync right after another one can end unseen in the same second; the next one ends in a later one."""
        if self._presses_left > 0 and self._connection.clock.now() - self._pressed_at >= _UNSEEN_SECONDS:
            self.pressed()
            with contextlib.suppress(RefusedByAppliance, PageError):
                failover_page.sync_now(self._connection.login_web)

    def _api_is_later(self) -> bool:
        now = _api_last_sync(self._connection)
        return now is not None and self._api_before is not None and now > self._api_before


def _shows_no_seconds(seen: Failover) -> bool:
    return seen.last_sync is None or _shows_minutes_only(seen)


def _shows_minutes_only(seen: Failover) -> bool:
    return seen.last_sync is not None and seen.last_sync.second == 0 and (seen.last_sync_text or "").count(":") < 2


def _is_primary(seen: Failover) -> bool:
    return seen.configured and seen.role == "primary"


def _pressed(
    connection: Connection, press: t.Callable[[], t.Any], took: t.Callable[[Failover], bool]
) -> tuple[str | None, TransportError | None]:
    """The appliance's message, and how its answer was lost.

    A connection lost after sending leaves it to the wait that follows. Words that sound like a refusal are one only
    where the page read again shows that nothing was done.
    """
    try:
        message = press()
    except TransportError as error:
        return None, lost_answer(error)
    except (PageError, RefusedByAppliance) as error:
        # The button may be gone because what it does has begun in this moment.
        if not took(failover_page.read(connection.login_web)):
            raise
        return error.seen, None
    return str(message) if message else None, None


def _wait(
    connection: Connection,
    wish: Wish,
    what: str,
    reached: t.Callable[[Failover], bool],
    advice: str,
    also: t.Callable[[], bool] | None = None,
    lost: TransportError | None = None,
) -> Failover:
    def look() -> Look[Failover]:
        try:
            seen = failover_page.read(connection.login_web)
            done = reached(seen) and (also is None or also())
        except TransportError as error:
            return Look(False, f"not answering: {error.message}")
        return Look(done, _words(seen), seen)

    with after_lost(lost):
        after = wait_for(
            what,
            look,
            Deadline(wish.wait_timeout, connection.clock),
            appliance=connection.label,
            page=_PAGE,
            advice=advice,
        )
    return present(after)


def _api_role(connection: Connection) -> str | None:
    """The role that the API shows now, None where it cannot be asked."""
    if not connection.has_api:
        return None
    try:
        entry = connection.api.own_entry()
    except (ApiError, TransportError):
        return "unknown"
    return entry.failover_role if entry is not None else None


def _api_last_sync(connection: Connection) -> datetime.datetime | None:
    if not connection.has_api:
        return None
    try:
        return connection.api.health().last_data_sync
    except (ApiError, TransportError):
        return None


def _may_be_peer(shown: str | None, peer_host: str | None) -> bool:
    """False only where the page names another host than ``peer_host``; a bare label proves nothing."""
    if not shown or not peer_host:
        return True
    name = _host_part(shown)
    if peer_host.casefold() in shown.casefold() or _same_host(name, peer_host):
        return True
    if "." not in name and ":" not in name:
        return True
    own, other = _addresses(name), _addresses(peer_host)
    return not own or not other or bool(own & other)


def _host_part(text: str) -> str:
    host, _colon, port = text.strip().rpartition(":")
    return host if host and port.isdigit() and ":" not in host else text.strip()


def _addresses(host: str) -> set[str]:
    """The addresses of a name as the controller sees them; empty where it cannot tell."""
    try:
        return {str(ipaddress.ip_address(host))}
    except ValueError:
        pass
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return set()


def _same_host(one: str | None, other: str | None) -> bool:
    return bool(one and other) and str(one).rstrip(".").casefold() == str(other).rstrip(".").casefold()


def _words(seen: Failover) -> str:
    if not seen.configured:
        return "no failover relationship"
    parts = [f"{seen.role}, peer {seen.peer or 'not shown'}"]
    parts.append(f"last data sync {seen.last_sync_text or as_data(seen.last_sync) or 'not shown'}")
    if seen.sync_running:
        parts.append("a data sync is running")
    return "; ".join(parts)


def _wrong_state(connection: Connection, expected: str, seen: Failover, advice: str) -> StateError:
    return StateError(
        "The failover relationship is not in a state for this",
        appliance=connection.label,
        page=_PAGE,
        expected=expected,
        seen=_words(seen),
        state="nothing was changed",
        advice=advice,
    )


def _predicted(wish: Wish, before: Failover) -> Failover:
    if wish.state == "present":
        return Failover(configured=True, role="primary", peer=wish.peer_host)
    if wish.state == "absent":
        return Failover(configured=False, role="none")
    return dataclasses.replace(before, last_sync=None, last_sync_text="later than before", sync_running=False)


def _assumed(wish: Wish, seen: Failover) -> Failover:
    """What the steps before this one will have made of the relationship."""
    return Failover(configured=False, role="none") if wish.state == "present" else seen


def _result(
    wish: Wish, before: Failover, after: Failover, *, changed: bool, message: str | None = None
) -> dict[str, t.Any]:
    return {
        "changed": changed,
        "failover": as_data(after),
        "message": message,
        "diff": _diff(wish, before, after, changed),
    }


def _diff(wish: Wish, before: Failover, after: Failover, changed: bool) -> dict[str, t.Any]:
    """What can be told beforehand too: of a data sync that there is a newer one, not its time."""
    if wish.state == "synced":
        return {"before": {"last_sync": "earlier"}, "after": {"last_sync": "by this task" if changed else "earlier"}}

    def shown(seen: Failover) -> dict[str, t.Any]:
        return {name: getattr(seen, name) for name in ("configured", "role", "peer")}

    return {"before": shown(before), "after": shown(after)}
