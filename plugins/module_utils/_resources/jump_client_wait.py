# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the client software is back after an update (CLIENT-4 to CLIENT-6): Jump Clients and Jumpoints."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .._errors import ApiError, InputError, PermissionMissing, TransportError, WaitTimeout
from .._lane.outcomes import Outcome
from .._module import Connect, Connection, Interrupted, Params
from .._wait import Clock, Deadline, Look, wait_for
from ._away import away
from .appliance_info import read_jump_clients

_TITLE: t.Final = "Client software is back (CLIENT-4 to CLIENT-6)"
# 15000 requests an hour are allowed for everything; a look costs one for each hundred clients. Seconds a request.
_PACE: t.Final = 0.6
_LONGEST_PAUSE: t.Final = 10.0
Counts = t.Mapping[str, t.Any]
Say = t.Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Need:
    """How many must be back: active Jump Clients that are online and upgraded, and connected Jumpoints.

    ``active`` is None where nobody knows how many were online before: then those that are there must be upgraded.
    """

    active: int | None
    jumpoints: int | None

    @classmethod
    def of(cls, baseline: Counts | None, threshold: float) -> Need:
        def share(name: str) -> int | None:
            before = (baseline or {}).get(name)
            return None if before is None else math.ceil(int(before) * threshold / 100)

        return cls(share("active_online"), share("jumpoints_connected"))

    def met(self, counts: Counts) -> bool:
        jumpoints = self.jumpoints is None or counts["jumpoints_connected"] >= self.jumpoints
        if self.active is None:
            return jumpoints and not counts["active_pending"]
        return jumpoints and counts["active_ready"] >= self.active

    def percent(self, counts: Counts) -> float | None:
        """How many of the Jump Clients that are needed are back."""
        return min(100.0, 100.0 * counts["active_ready"] / self.active) if self.active else None


def run(
    params: Params, check_mode: bool, connect: Connect, clock: Clock | None = None, say: Say | None = None
) -> dict[str, t.Any]:
    """Wait until enough are back. Raises WaitTimeout with the last counts; skipped where the account may not count."""
    if not 0 <= params["threshold"] <= 100:
        raise InputError(f"threshold is a percentage, 0 to 100, not {params['threshold']:g}")
    if params["wait_timeout"] < 0:
        raise InputError(f"wait_timeout must not be negative, but is {params['wait_timeout']} seconds")
    with connect(params) as connection:
        connection.require("Counting clients", api=True)
        try:
            connection.api.require("perm_configuration", why="to count Jump Clients and Jumpoints")
            if check_mode:
                return _skipped("check mode: nothing was updated, so that nobody has to come back", "")
            return _wait(params, connection, clock or connection.clock, say or (lambda _text: None))
        except PermissionMissing as error:
            return _skipped(error.message, f"{error.advice or ''} Until then look at /login > Jump > Jump Clients.")


def _wait(params: Params, connection: Connection, clock: Clock, say: Say) -> dict[str, t.Any]:
    baseline = params["baseline"] or None
    need = Need.of(baseline, float(params["threshold"]))
    deadline = Deadline(float(params["wait_timeout"]), clock)
    seen: list[dict[str, t.Any]] = []

    def look() -> Look[None]:
        try:
            counts = read_counts(connection)
        except (TransportError, ApiError) as error:
            return Look(False, away(error))
        seen.append(counts)
        return Look(need.met(counts), words(counts, need), percent=need.percent(counts))

    teller = _Teller(say)
    known = int((baseline or {}).get("total") or 0)
    try:
        wait_for(
            "enough Jump Clients and Jumpoints are back",
            look,
            deadline,
            first_delay=min(1.0, _pause(known)),
            longest_delay=_pause(known),
            appliance=connection.label,
            advice="Production runs; only the next upgrade step waits. Look at the clients that are missing, or at the number of "
            "concurrent upgrades, then run the same command again. sra_jump_client_threshold and "
            "sra_jump_client_timeout say how many must be back and how long they may take.",
            on_state=teller.tell,
        )
    except WaitTimeout as error:
        counts = seen[-1] if seen else {}
        outcome = Outcome("clients", _TITLE, "fail", f"after {error.seconds:.0f} s: {error.seen}", error.advice or "")
        raise Interrupted(error, _result(counts, baseline, outcome, deadline.elapsed)) from error
    counts = seen[-1]
    cause = words(counts, need)
    say(cause)
    if baseline is None:
        cause += ". How many were online before is not known; those that are online are upgraded"
    return _result(counts, baseline, Outcome("clients", _TITLE, "pass", cause), deadline.elapsed)


def _pause(clients: int) -> float:
    return max(_LONGEST_PAUSE, _PACE * (2 + clients / 100))


class _Teller:
    """Tells what has changed, and that nothing has once a minute."""

    def __init__(self, say: Say) -> None:
        self._say, self._last, self._told = say, "", 0.0

    def tell(self, state: str, deadline: Deadline) -> None:
        if state != self._last or deadline.elapsed - self._told >= 60:
            self._say(f"{state}; {deadline.remaining:.0f} s left")
            self._last, self._told = state, deadline.elapsed


def read_counts(connection: Connection) -> dict[str, t.Any]:
    """The section ``jump_clients`` of the appliance now. Raises what the API raises."""
    return read_jump_clients(connection)


def words(counts: Counts, need: Need) -> str:
    """The counts in one line."""
    wanted = f" ({need.active} needed)" if need.active is not None else ""
    jumpoints = f" ({need.jumpoints} needed)" if need.jumpoints is not None else ""
    return (
        f"Jump Clients: {counts['active_ready']} of {counts['active']} active ones online and upgraded{wanted}, "
        f"{counts['pending']} upgrade pending, {counts['lost']} lost, {counts['passive']} passive ones not waited for; "
        f"Jumpoints: {counts['jumpoints_connected']} of {counts['jumpoints_total']} connected{jumpoints}"
    )


def _result(counts: Counts, baseline: Counts | None, outcome: Outcome, seconds: float) -> dict[str, t.Any]:
    return {
        "changed": False,
        "ready": outcome.outcome == "pass",
        "clients": dict(counts),
        "baseline": dict(baseline) if baseline else None,
        "missing": list(counts.get("active_not_ready") or ()),
        "passive": list(counts.get("passive_not_ready") or ()),
        "seconds": round(seconds, 1),
        "outcome": outcome.to_dict(),
    }


def _skipped(cause: str, remedy: str) -> dict[str, t.Any]:
    return _result({}, None, Outcome("clients", _TITLE, "skipped", cause, remedy.strip()), 0.0)
