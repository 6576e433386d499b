# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shared IP address: enabled or disabled on one appliance, or moved from one to the other (ASYNC-5)."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .._errors import InputError, SraError, StateError, TransportError
from .._module import Connect, Connection, Interrupted, Params, nested_params
from .._pages.ip_configuration import Prepared
from .._transport.failures import may_have_been_sent
from .._wait import Deadline, Look, wait_for
from . import _shared_address as shared
from ._present import present
from ._shared_address import same_address


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Bring the address into the state; contacts nothing where the options cannot work."""
    address = _checked_address(params["address"])
    if params["wait_timeout"] <= 0:
        raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
    if params["state"] == "moved":
        return _run_moved(params, address, check_mode, connect)
    if params.get("from") or params.get("to"):
        raise InputError("from and to go with state moved only")
    _refuse_host_is_address(params, address)
    with connect(params) as connection:
        connection.require("The shared IP", appliance=True)
        return _set_one(connection, address, params["state"] == "enabled", check_mode)


def _checked_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise InputError(f"{text!r} is no IP address", expected="an IPv4 or IPv6 address without netmask") from error


def _refuse_host_is_address(params: Params, address: str) -> None:
    if params.get("host") and same_address(str(params["host"]), address):
        raise InputError(
            f"host is the shared IP {address} itself",
            expected="the appliance's own address",
            advice="The shared IP leads to whichever appliance has it enabled. Give the appliance's own address.",
        )


def _set_one(connection: Connection, address: str, wanted: bool, check_mode: bool) -> dict[str, t.Any]:
    before = shared.is_enabled(connection, address)
    if before == wanted:
        return _one_result(address, before, before, changed=False)
    prepared = shared.prepare(connection, address, wanted)
    if check_mode:
        return _one_result(address, before, wanted, changed=True)
    connection.confirm_identity()
    refusal = _save(prepared)
    if shared.is_enabled(connection, address) != wanted:
        if refusal is not None:
            raise refusal
        raise StateError(
            f"The shared IP {address} did not become {shared.word(wanted)}",
            appliance=connection.label,
            page=shared.PAGE,
            expected=shared.word(wanted),
            seen=shared.word(not wanted),
            advice="Look at the page for a message before anything else is done.",
        )
    return _one_result(address, before, wanted, changed=True)


def _save(prepared: Prepared) -> SraError | None:
    """Save an edit. What went wrong after it was sent is returned, because only the page read again knows what was done."""
    return _tried(prepared.commit)


def _tried(act: t.Callable[[], t.Any]) -> SraError | None:
    try:
        act()
    except TransportError as error:
        if not may_have_been_sent(error):
            raise
        return error
    except SraError as error:
        return error
    return None


def _one_result(address: str, before: bool, after: bool, *, changed: bool) -> dict[str, t.Any]:
    return {
        "changed": changed,
        "address": address,
        "enabled": after,
        "gap_seconds": None,
        "serving": None,
        "diff": {"before": {"address": address, "enabled": before}, "after": {"address": address, "enabled": after}},
    }


def _run_moved(params: Params, address: str, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    sides = [nested_params(params, option) for option in ("from", "to")]
    for option, side in zip(("from", "to"), sides, strict=True):
        if not side.get("host"):
            raise InputError(f"state moved needs {option} with the connection options of that appliance")
        _refuse_host_is_address(side, address)
    if (sides[0]["host"], sides[0]["port"]) == (sides[1]["host"], sides[1]["port"]):
        raise InputError(f"from and to are the same appliance: {sides[0]['host']}:{sides[0]['port']}")
    with connect(sides[0]) as source, connect(sides[1]) as target:
        for connection in (source, target):
            connection.require("The shared IP", appliance=True)
        move = Move(source, target, address, float(params["wait_timeout"]))
        return move.run(check_mode)


@dataclasses.dataclass(frozen=True)
class _Sent:
    """A save that went out; ``trouble`` is what went wrong then, so that only the page tells what was done."""

    trouble: SraError | None


@dataclasses.dataclass
class Move:
    """Moves the shared IP from ``source`` to ``target``; never enables it on both.

    ``wait_timeout`` (seconds) bounds how long an appliance whose answer was lost is asked what it has done.
    """

    source: Connection
    target: Connection
    address: str
    wait_timeout: float
    gap_seconds: float | None = None
    _gap_start: float | None = None

    def run(self, check_mode: bool) -> dict[str, t.Any]:
        on_source = shared.is_enabled(self.source, self.address)
        on_target = shared.is_enabled(self.target, self.address)
        if on_source and on_target:
            raise StateError(
                f"The shared IP {self.address} is enabled on both appliances",
                appliance=f"{self.source.label} and {self.target.label}",
                page=shared.PAGE,
                expected="enabled on one appliance only",
                state="nothing was changed; two appliances answer to one address",
                advice="Disable it at once on the one that is not to serve production (state disabled).",
            )
        if on_target:
            return self._result(on_source, changed=False)
        if not check_mode:
            for side in (self.source, self.target):
                side.confirm_identity()
        # Both edit pages are open and filled before the first save, so that the saves follow each other at once, each on
        # a connection that is open already.
        leaving = shared.prepare(self.source, self.address, False) if on_source else None
        arriving = shared.prepare(self.target, self.address, True)
        if check_mode:
            return self._result(on_source, changed=True)
        for each in (leaving, arriving):
            if each is not None:
                each.make_ready()
        sent = self._disable_source(leaving, arriving) if leaving is not None else None
        try:
            self._enable_target(arriving, sent)
        except SraError as error:
            raise self._undo(error, on_source) from error
        self._verify(on_source)
        return self._result(on_source, changed=True)

    def _disable_source(self, leaving: Prepared, arriving: Prepared) -> _Sent | None:
        """Save on the source; returns only when it is known to be disabled there.

        The save on the target is begun before, and goes out in the moment in which that is proved; None where it did not.
        """
        saved: list[SraError | None] = []
        proofs: list[bool] = []

        def disabled() -> bool:
            self._gap_start = self.source.clock.now()
            saved.append(_tried(lambda: proofs.append(leaving.send())))
            return any(proofs)

        followed: list[bool] = []
        trouble = _tried(lambda: followed.append(arriving.send_when(disabled)))
        if any(proofs) and (any(followed) or trouble is not None):
            self._end_gap()
            return _Sent(trouble)
        if any(proofs) or (not saved and disabled()):
            return None
        refusal = saved[0] or _tried(leaving.settle)
        # The page is read again: a save that was answered but had no effect would leave both enabled.
        if self._asked(self.source, "whether the shared IP is disabled there"):
            if refusal is not None:
                raise refusal
            raise StateError(
                f"The shared IP {self.address} did not become disabled",
                appliance=self.source.label,
                page=shared.PAGE,
                state=f"{self.source.label} still serves; nothing was changed on {self.target.label}",
                advice="Look at the page for a message, then try again.",
            )
        return None

    def _enable_target(self, arriving: Prepared, sent: _Sent | None) -> None:
        if sent is None:
            sent = _Sent(_tried(arriving.send))
            self._end_gap()
        refusal = sent.trouble or _tried(arriving.settle)
        if not self._asked(self.target, "whether the shared IP is enabled there"):
            if refusal is not None:
                raise refusal
            raise StateError(
                f"The shared IP {self.address} did not become enabled",
                appliance=self.target.label,
                page=shared.PAGE,
                advice="Look at the page for a message, then try again.",
            )

    def _asked(self, side: Connection, what: str) -> bool:
        """Whether the address is enabled on one side, asked until it answers. Raises WaitTimeout where it does not."""

        def look() -> Look[bool]:
            try:
                enabled = shared.is_enabled(side, self.address)
            except TransportError as error:
                return Look(False, f"not answering: {error.message}")
            return Look(True, shared.word(enabled), enabled)

        enabled: bool | None = wait_for(
            what,
            look,
            Deadline(self.wait_timeout, side.clock),
            appliance=side.label,
            page=shared.PAGE,
            advice=f"It is not known whether {side.label} has {self.address} enabled, so it was enabled nowhere else. "
            "Look at the page of both appliances now: enable it on exactly one.",
        )
        return present(enabled)

    def _undo(self, error: SraError, on_source: bool) -> SraError | Interrupted:
        """The target did not take the address: give it back to the source where that is safe, and say who serves."""
        if not on_source:
            error.state = f"{self.address} is still disabled on {self.source.label}: production is away"
            return error
        try:
            if self._asked(self.target, "whether the shared IP is enabled there"):
                error.state = f"{self.target.label} has {self.address} enabled after all and serves production"
                return self._interrupted(error)
            shared.prepare(self.source, self.address, True).commit()
            if not self._asked(self.source, "whether the shared IP is enabled there again"):
                raise StateError("its page still shows it disabled", appliance=self.source.label)
        except SraError as second:
            error.state = (
                f"{self.address} was disabled on {self.source.label} and could not be given back ({second.message}): "
                "production is probably away"
            )
            error.advice = f"Look at {shared.PAGE} of both appliances now: enable {self.address} on exactly one."
            return self._interrupted(error)
        self._end_gap()
        error.state = (
            f"{self.address} is enabled on {self.source.label} again, which serves production; "
            f"{self.target.label} has it disabled"
        )
        return self._interrupted(error)

    def _interrupted(self, error: SraError) -> Interrupted:
        return Interrupted(error, {"changed": True, "address": self.address, "gap_seconds": self.gap_seconds})

    def _end_gap(self) -> None:
        if self._gap_start is not None:
            self.gap_seconds = round(self.target.clock.now() - self._gap_start, 3)

    def _verify(self, on_source: bool) -> None:
        seen = (
            self._asked(self.source, "the source's page after the move"),
            self._asked(self.target, "the target's page after the move"),
        )
        if seen != (False, True):
            raise Interrupted(
                StateError(
                    f"The move of {self.address} is not what the appliances show",
                    appliance=f"{self.source.label} and {self.target.label}",
                    page=shared.PAGE,
                    expected=f"disabled on {self.source.label}, enabled on {self.target.label}",
                    seen=f"{shared.word(seen[0])} on {self.source.label}, {shared.word(seen[1])} on {self.target.label}",
                    advice="Look at the page of both appliances now: enable it on exactly one.",
                ),
                {**self._result(on_source, changed=True), "serving": None},
            )

    def _result(self, on_source: bool, *, changed: bool) -> dict[str, t.Any]:
        before = {self.source.label: on_source, self.target.label: not changed}
        after = {self.source.label: False, self.target.label: True}
        return {
            "changed": changed,
            "address": self.address,
            "enabled": True,
            "gap_seconds": self.gap_seconds,
            "serving": self.target.label,
            "diff": {
                "before": {"address": self.address, "enabled": before},
                "after": {"address": self.address, "enabled": after},
            },
        }
