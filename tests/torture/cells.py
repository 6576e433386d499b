# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells of the fault matrix: which fault, where in the procedure, and what is expected of the run.

Faults of requests are put before the first request of its sort (device, interface, reading or writing) in each part of the
procedure; they are derived from the log of an undisturbed run. Faults of behaviour are listed here, each where it can occur.
"""

from __future__ import annotations

import dataclasses
import random
import typing as t

from integration.conftest import Lab

from .points import Point

Expect = t.Literal["carried", "stops", "either"]
After = t.Literal["goes on", "stays stopped"]

PARTS: t.Final = {
    0: "preflight, backup A, sync",
    1: "separate",
    2: "backup B, Base on B",
    3: "product on B",
    4: "verify B, shared IP off on A",
    6: "shared IP on on B",
    8: "backup A, Base on A",
    9: "product on A",
    10: "verify A, establish",
    11: "first sync",
    12: "verify the pair",
}
"""The parts of the asynchronous procedure by the number of changes that the appliances have been told before."""
MOVED: t.Final = 8
"""So many changes have been told when production has moved."""


def part_of(deeds: int) -> str:
    return PARTS[max(number for number in PARTS if number <= deeds)]


def _nothing(lab: Lab) -> None:
    """There is nothing to put right: the fault is gone by itself."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """``strikes`` are faults for the simulator; ``words`` must be in the message of a run that stops.

    ``prepare`` changes the simulation instead, ``mend`` puts right what is not gone with the faults, as a person would.
    With ``back`` production moves back to where it was. ``file_limit`` is in bytes.
    """

    fault: str
    device: str
    deeds: int
    request: str
    expect: Expect
    strikes: tuple[dict[str, t.Any], ...] = ()
    words: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    after: After = "goes on"
    prepare: t.Callable[[Lab], None] = _nothing
    mend: t.Callable[[Lab], None] = _nothing
    back: bool = False
    file_limit: int | None = None

    @property
    def label(self) -> str:
        return f"{self.fault}: {part_of(self.deeds)}: {self.device} {self.request}".strip()

    @property
    def is_of_a_request(self) -> bool:
        return any("match" in strike for strike in self.strikes)

    @property
    def sort(self) -> tuple[object, ...]:
        """The request that is struck: no two faults of one run may be at the same."""
        return (
            part_of(self.deeds),
            *((strike["device"], *strike.get("match", {}).values()) for strike in self.strikes),
        )

    @property
    def key(self) -> str:
        """What tells the cell from all others, in this run of the harness and in later ones."""
        return " ".join(
            [
                str(self.deeds),
                self.label,
                *(strike["match"]["address"] for strike in self.strikes if self.is_of_a_request),
            ]
        )


_CUT: t.Final[dict[str, dict[str, t.Any]]] = {
    "connection reset": {"kind": "reset"},
    "status 502": {"kind": "status", "status": 502},
    "status 503": {"kind": "status", "status": 503},
    "slow answer": {"kind": "slow", "seconds": 2},
    "answer torn off": {"kind": "torn_tls"},
    "another page": {"kind": "html"},
}
_BY_INTERFACE: t.Final[dict[str, dict[str, dict[str, t.Any]]]] = {
    "appliance": {**_CUT, "session expired": {"kind": "session_expired"}},
    "login": {**_CUT, "session expired": {"kind": "session_expired"}},
    "api": {**_CUT, "token revoked": {"kind": "token_revoked"}},
    "oauth": _CUT,
    "health": {name: fault for name, fault in _CUT.items() if name != "another page"},
}
_LOST: t.Final = {"answer lost after the change": {"kind": "reset", "when": "after"}}


def of_requests(found: t.Sequence[Point]) -> list[Cell]:
    """A cell for each fault at the first request of each sort in each part."""
    cells = []
    seen = set()
    for point in found:
        facts = dict(point.match)
        key = (part_of(point.deeds), point.device, facts["interface"], facts["kind"], facts["address"])
        if key in seen or point.when != "before" or facts["interface"] not in _BY_INTERFACE:
            continue
        seen.add(key)
        faults = _BY_INTERFACE[facts["interface"]] | (_LOST if facts["kind"] == "write" else {})
        for name, fault in faults.items():
            strike = {**point.fault(), **fault}
            expect: Expect = "carried" if fault["kind"] == "slow" else "either"
            cells.append(Cell(name, point.device, point.deeds, point.request, expect, (strike,)))
    return cells


def _clock(offset: float) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.clock("one-b", offset)


def _phase(phase: str) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.change("one-b", phase=phase)


def _update_server(*, up: bool) -> t.Callable[[Lab], None]:
    return lambda lab: lab.simulator.update_server(up=up)


def _cell(fault: str, device: str, deeds: int, request: str, kind: str, expect: Expect, **rest: t.Any) -> Cell:
    options = rest.pop("options", {})
    strike = {"kind": kind, "device": device, "count": 1, "deeds": deeds, **options}
    return Cell(fault, device, deeds, request, expect, (strike,), **rest)


def _installs() -> t.Iterator[Cell]:
    quick = ("-e", "sra_install_timeout=40")
    support = ("support", "NOT restart")
    for device, base in (("one-b", 2), ("one-a", 8)):
        for kind, fault in (("base_install_failed", "Base install failed"), ("install_hangs", "install hangs")):
            extra = quick if kind == "install_hangs" else ()
            yield _cell(fault, device, base, "", kind, "stops", words=support, extra=extra, after="stays stopped")
        yield _cell(
            "product install failed",
            device,
            base + 1,
            "",
            "install_failed",
            "stops",
            # The install that fails is itself a change that the appliance was told.
            options={"deeds": base + 2},
            words=("support",),
            after="stays stopped",
        )
        yield _cell("update vanished", device, base, "", "update_vanished", "either")
        # A person has to put it back, or to accept it.
        yield _cell(
            "certificate changed",
            device,
            base,
            "",
            "certificate_changed",
            "stops",
            words=("certificate",),
            after="stays stopped",
        )


def of_behaviour() -> list[Cell]:
    """The faults that strike what an appliance does, or the controller."""
    cells = [
        _cell("backup truncated", "one-a", 0, "", "backup_truncated", "stops", words=("backup",)),
        _cell("backup is a page", "one-a", 0, "", "backup_html", "stops", words=("backup",)),
        _cell("backup truncated", "one-b", 2, "", "backup_truncated", "stops", words=("backup",)),
        _cell("backup is a page", "one-b", 2, "", "backup_html", "stops", words=("backup",)),
        Cell("disk full on the controller", "one-a", 0, "backup", "stops", words=("space|large",), file_limit=400_000),
        Cell("disk full on the controller", "one-b", 2, "backup", "stops", words=("space|large",), file_limit=400_000),
        # Asked for again, as a person would.
        _cell("sync failed once", "one-a", 0, "", "sync_failed", "carried"),
        _cell(
            "sync fails always",
            "one-a",
            0,
            "",
            "sync_failed",
            "stops",
            options={"count": None},
            words=("sync",),
            extra=("-e", "sra_sync_timeout=15"),
        ),
        _cell(
            "sync stuck",
            "one-a",
            0,
            "",
            "sync_stuck",
            "stops",
            options={"seconds": 120_000},
            words=("sync",),
            extra=("-e", "sra_sync_timeout=15"),
        ),
        _cell("sync failed once", "one-b", 11, "", "sync_failed", "carried"),
        Cell("clock skew", "one-b", 0, "", "stops", prepare=_clock(7200), mend=_clock(0), words=("clock", "NTP|time")),
        Cell(
            "update server down",
            "one-b",
            0,
            "",
            "stops",
            prepare=_update_server(up=False),
            mend=_update_server(up=True),
            words=("update",),
        ),
        Cell(
            "appliance does not answer",
            "one-b",
            0,
            "",
            "stops",
            prepare=_phase("refused"),
            mend=_phase("up"),
            words=("refuse|answer",),
            extra=("-e", "sra_reach_timeout=5"),
        ),
        _cell("account locked", "one-a", 0, "/appliance", "lockout", "stops", words=("locked",)),
        _cell("account locked", "one-b", 0, "/appliance", "lockout", "stops", words=("locked",)),
        _cell("agreement after sign-in", "one-a", 0, "", "licence_page", "stops", words=("agree",)),
        _cell("agreement after sign-in", "one-b", 0, "", "licence_page", "stops", words=("agree",)),
        _cell("not healthy", "one-b", 0, "", "unhealthy", "either", options={"count": None}),
        _cell("shared IP refused", "one-b", 4, "", "shared_ip_refused", "stops", words=("refuse",), back=True),
        _cell("shared IP refused", "one-a", 4, "", "shared_ip_refused", "stops", words=("refuse",)),
        _cell("keys differ", "one-b", 10, "", "key_mismatch", "stops", words=("key",)),
        _cell("peer unreachable", "one-b", 10, "", "peer_unreachable", "stops", words=("reach",)),
        _cell(
            "Jump Clients lost",
            "one-b",
            6,
            "",
            "jump_clients_lost",
            "stops",
            options={"clients": 12},
            words=("Jump Client",),
            extra=("-e", "sra_jump_client_timeout=10"),
            after="stays stopped",
        ),
        *(
            _cell(
                "control missing",
                device,
                deeds,
                control,
                "missing_control",
                "stops",
                options={"control": control, "count": None},
                words=("Page",),
            )
            for control, device, deeds in (
                ("updates", "one-b", 0),
                ("networking.ip_configuration", "one-a", 0),
                ("management.failover", "one-a", 0),
                ("install", "one-b", 2),
                ("enabled", "one-b", 4),
                ("establish", "one-b", 10),
            )
        ),
        *_installs(),
    ]
    return sorted(cells, key=lambda cell: cell.deeds)


def sample(cells: t.Sequence[Cell], count: int | None, seed: int) -> list[Cell]:
    """``count`` of the cells in their order, one half of them faults of behaviour; all of them with None."""
    if count is None or count >= len(cells):
        return list(cells)
    chance = random.Random(seed)
    requests = [number for number, cell in enumerate(cells) if cell.is_of_a_request]
    others = [number for number in range(len(cells)) if number not in set(requests)]
    chosen = set(chance.sample(others, min(len(others), (count + 1) // 2)))
    chosen |= set(chance.sample(requests, min(len(requests), count - len(chosen))))
    return [cells[number] for number in sorted(chosen)]
