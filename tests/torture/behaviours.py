# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells of what can go wrong in an appliance or on the controller, each where it can occur in its procedure."""

from __future__ import annotations

import functools
import typing as t

from integration.conftest import Lab

from .cells import After, Cell, Expect

Cells = t.Iterator[Cell]


def _clock(device: str, offset: float) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.clock(device, offset)


def _phase(device: str, phase: str) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.change(device, phase=phase)


def _update_server(*, up: bool) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.update_server(up=up)


class _At:
    """Makes cells of one procedure, on one device, at one number of changes before."""

    def __init__(self, procedure: str, device: str, deeds: int) -> None:
        self._place = (device, deeds)
        self._cell = functools.partial(Cell, procedure)

    def happens(self, fault: str, kind: str, expect: Expect, request: str = "", **rest: t.Any) -> Cell:
        """A fault of the simulator's; ``options`` are its own."""
        device, deeds = self._place
        strike = {"kind": kind, "device": device, "count": 1, "deeds": deeds, **rest.pop("options", {})}
        return self._cell(fault, device, deeds, request, expect, (strike,), **rest)

    def prepared(self, fault: str, request: str = "", **rest: t.Any) -> Cell:
        """A simulation that is not as it should be."""
        device, deeds = self._place
        return self._cell(fault, device, deeds, request, "stops", **rest)

    def backups(self) -> Cells:
        yield self.happens("backup truncated", "backup_truncated", "stops", words=("backup",))
        yield self.happens("backup is a page", "backup_html", "stops", words=("backup",))
        yield self.prepared("disk full on the controller", "backup", words=("space|large",), file_limit=400_000)

    def sign_ins(self) -> Cells:
        yield self.happens("account locked", "lockout", "stops", "/appliance", words=("locked",))
        yield self.happens("agreement after sign-in", "licence_page", "stops", words=("agree",))

    def surroundings(self) -> Cells:
        device, _deeds = self._place
        yield self.prepared(
            "clock skew", prepare=_clock(device, 7200), mend=_clock(device, 0), words=("clock", "NTP|time")
        )
        yield self.prepared(
            "appliance does not answer",
            prepare=_phase(device, "refused"),
            mend=_phase(device, "up"),
            words=("refuse|answer",),
            extra=("-e", "sra_reach_timeout=5"),
            unserved=device == "one-a",
        )

    def update_server(self) -> Cells:
        yield self.prepared(
            "update server down", prepare=_update_server(up=False), mend=_update_server(up=True), words=("update",)
        )

    def not_healthy(self) -> Cells:
        yield self.happens("not healthy", "unhealthy", "either", options={"count": None})

    def first_sync(self) -> Cells:
        """The sync before the relationship is broken."""
        quick = ("-e", "sra_sync_timeout=15")
        for fault, kind, options in (
            ("sync fails always", "sync_failed", {"count": None}),
            ("sync stuck", "sync_stuck", {"seconds": 120_000}),
        ):
            yield self.happens(fault, kind, "stops", options=options, words=("sync",), extra=quick)
        yield from self.sync_failed_once()

    def sync_failed_once(self) -> Cells:
        # Asked for again, as a person would.
        yield self.happens("sync failed once", "sync_failed", "carried")

    def establishing(self) -> Cells:
        yield self.happens("keys differ", "key_mismatch", "stops", words=("key",))
        yield self.happens("peer unreachable", "peer_unreachable", "stops", words=("reach",))

    def clients_lost(self, after: After = "stays stopped") -> Cells:
        yield self.happens(
            "Jump Clients lost",
            "jump_clients_lost",
            "stops",
            options={"clients": 12},
            words=("Jump Client",),
            extra=("-e", "sra_jump_client_timeout=10"),
            after=after,
        )

    def without(self, *controls: str) -> Cells:
        for control in controls:
            yield self.happens(
                "control missing",
                "missing_control",
                "stops",
                control,
                options={"control": control, "count": None},
                words=("Page",),
            )

    def base_install(self) -> Cells:
        quick = ("-e", "sra_install_timeout=40")
        for kind, fault, extra in (
            ("base_install_failed", "Base install failed", ()),
            ("install_hangs", "install hangs", quick),
        ):
            yield self.happens(
                fault, kind, "stops", words=("support", "NOT restart"), extra=extra, after="stays stopped"
            )
        yield self.happens("update vanished", "update_vanished", "either")

    def certificate_changed(self, after: After = "stays stopped") -> Cells:
        # A person has to put it back, or to accept it.
        yield self.happens("certificate changed", "certificate_changed", "stops", words=("certificate",), after=after)

    def product_install(self) -> Cells:
        _device, deeds = self._place
        yield self.happens(
            "product install failed",
            "install_failed",
            "stops",
            # The install that fails is itself a change that the appliance was told.
            options={"deeds": deeds + 1},
            words=("support",),
            after="stays stopped",
        )


def _asynchronous(at: t.Callable[[str, int], _At]) -> Cells:
    yield from at("one-a", 0).backups()
    yield from at("one-b", 2).backups()
    yield from at("one-a", 0).first_sync()
    yield from at("one-b", 11).sync_failed_once()
    yield from at("one-b", 0).surroundings()
    yield from at("one-b", 0).update_server()
    yield from at("one-a", 0).sign_ins()
    yield from at("one-b", 0).sign_ins()
    yield from at("one-b", 0).not_healthy()
    yield at("one-b", 4).happens("shared IP refused", "shared_ip_refused", "stops", words=("refuse",), back=True)
    yield at("one-a", 4).happens("shared IP refused", "shared_ip_refused", "stops", words=("refuse",))
    yield from at("one-b", 10).establishing()
    yield from at("one-b", 6).clients_lost()
    yield from at("one-b", 0).without("updates")
    yield from at("one-a", 0).without("networking.ip_configuration", "management.failover")
    yield from at("one-b", 2).without("install")
    yield from at("one-b", 4).without("enabled")
    yield from at("one-b", 10).without("establish")
    for device, base in (("one-b", 2), ("one-a", 8)):
        yield from at(device, base).base_install()
        yield from at(device, base).certificate_changed()
        yield from at(device, base + 1).product_install()


def _synchronous(at: t.Callable[[str, int], _At]) -> Cells:
    yield from at("one-a", 0).backups()
    yield from at("one-b", 4).backups()
    yield from at("one-a", 0).first_sync()
    yield from at("one-a", 7).sync_failed_once()
    for device in ("one-a", "one-b"):
        yield from at(device, 0).surroundings()
        yield from at(device, 0).sign_ins()
        yield from at(device, 0).not_healthy()
    yield from at("one-a", 0).update_server()
    yield from at("one-a", 6).establishing()
    yield from at("one-a", 3).clients_lost()
    yield from at("one-a", 0).without("updates", "management.failover", "break")
    yield from at("one-a", 2).without("install")
    yield from at("one-b", 4).without("install")
    yield from at("one-a", 6).without("establish")
    for device, base in (("one-a", 2), ("one-b", 4)):
        yield from at(device, base).base_install()
        yield from at(device, base).certificate_changed()
        yield from at(device, base + 1).product_install()


def _single(at: t.Callable[[str, int], _At]) -> Cells:
    for deeds in (0, 1):
        yield from at("one-a", deeds).backups()
    yield from at("one-a", 0).surroundings()
    yield from at("one-a", 0).update_server()
    yield from at("one-a", 0).sign_ins()
    yield from at("one-a", 0).not_healthy()
    # Once all is installed nothing is left to do; the message of the stop says how to look again.
    yield from at("one-a", 1).clients_lost(after="goes on")
    yield from at("one-a", 0).certificate_changed(after="goes on")
    yield from at("one-a", 0).without("updates", "install")
    yield from at("one-a", 0).base_install()
    yield from at("one-a", 1).product_install()


def _hardware(at: t.Callable[[str, int], _At]) -> Cells:
    for deeds in (0, 4):
        yield from at("one-a", deeds).backups()
    for device in ("one-a", "one-b"):
        yield from at(device, 0).surroundings()
        yield from at(device, 0).sign_ins()
    yield from at("one-b", 2).update_server()
    yield from at("one-b", 5).not_healthy()
    yield from at("one-a", 0).without("security.certificates", "export")
    yield from at("one-b", 0).without("import")
    yield from at("one-b", 1).without("assign")
    yield from at("one-b", 2).without("updates", "install")
    yield from at("one-b", 4).without("management.software", "restore")
    yield from at("one-b", 2).base_install()
    yield from at("one-b", 3).product_install()


_OF: t.Final = {
    "asynchronous": _asynchronous,
    "synchronous": _synchronous,
    "single": _single,
    "hardware": _hardware,
}


def of_behaviour(procedure: str) -> list[Cell]:
    """The faults that strike what an appliance does, or the controller, in their order."""
    return sorted(_OF[procedure](functools.partial(_At, procedure)), key=lambda cell: cell.deeds)
