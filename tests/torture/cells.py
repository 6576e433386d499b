# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells of the fault matrix: which fault, where in the procedure, and what is expected of the run.

Faults of requests are put before the first request of its sort (device, interface, reading or writing) in each part of the
procedure; they are derived from the log of an undisturbed run. Faults of behaviour are listed in ``behaviours``, each where it can occur.
"""

from __future__ import annotations

import dataclasses
import random
import typing as t

from integration.conftest import Lab

from .points import Point

Expect = t.Literal["carried", "stops", "either"]
After = t.Literal["goes on", "stays stopped"]


@dataclasses.dataclass(frozen=True)
class Parts:
    """The parts of a procedure by the number of changes that the appliances have been told before.

    ``moved``: so many changes have been told when production has moved, None where none of them moves it.
    """

    names: t.Mapping[int, str]
    moved: int | None = None

    def of(self, deeds: int) -> str:
        return self.names[max(number for number in self.names if number <= deeds)]

    def end(self, deeds: int) -> int | None:
        """How many changes have been told when the part is over, None for the last one."""
        return next((number for number in sorted(self.names) if number > deeds), None)


PARTS: t.Final = {
    "asynchronous": Parts(
        {
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
        },
        moved=8,
    ),
    "synchronous": Parts(
        {
            0: "preflight, backup A, sync",
            1: "separate",
            2: "Base on A",
            3: "backup A, product on A",
            4: "verify A, backup B, Base on B",
            5: "backup B, product on B",
            6: "verify B, establish",
            7: "first sync, verify the pair",
        }
    ),
    "single": Parts({0: "preflight, backup, Base", 1: "backup, product", 2: "verify"}),
    "hardware": Parts(
        {
            0: "preflight, backup A, certificate from A to B",
            1: "certificate assigned",
            2: "Base on B",
            3: "product on B",
            4: "backup A, first sign-in on B, restore",
            5: "verify B, swing",
        }
    ),
}
"""The procedures whose faults are tried."""


def nothing(lab: Lab) -> None:
    """There is nothing to put right: the fault is gone by itself."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """``strikes`` are faults for the simulator; ``words`` must be in the message of a run that stops.

    ``prepare`` changes the simulation instead, ``mend`` puts right what is not gone with the faults, as a person would.
    With ``back`` production moves back to where it was; ``unserved``: the fault itself takes it away. ``file_limit`` is in bytes.
    """

    procedure: str
    fault: str
    device: str
    deeds: int
    request: str
    expect: Expect
    strikes: tuple[dict[str, t.Any], ...] = ()
    words: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    after: After = "goes on"
    prepare: t.Callable[[Lab], None] = nothing
    mend: t.Callable[[Lab], None] = nothing
    back: bool = False
    unserved: bool = False
    file_limit: int | None = None

    @property
    def part(self) -> str:
        return PARTS[self.procedure].of(self.deeds)

    @property
    def label(self) -> str:
        return f"{self.fault}: {self.part}: {self.device} {self.request}".strip()

    @property
    def is_of_a_request(self) -> bool:
        return any("match" in strike for strike in self.strikes)

    @property
    def sort(self) -> tuple[object, ...]:
        """The request that is struck: no two faults of one run may be at the same."""
        return (
            self.part,
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


def of_requests(procedure: str, found: t.Sequence[Point]) -> list[Cell]:
    """A cell for each fault at the first request of each sort in each part."""
    cells = []
    seen = set()
    for point in found:
        facts = dict(point.match)
        key = (PARTS[procedure].of(point.deeds), point.device, facts["interface"], facts["kind"], facts["address"])
        if key in seen or point.when != "before" or facts["interface"] not in _BY_INTERFACE:
            continue
        seen.add(key)
        faults = _BY_INTERFACE[facts["interface"]] | (_LOST if facts["kind"] == "write" else {})
        for name, fault in faults.items():
            strike = {**point.fault(), **fault}
            expect: Expect = "carried" if fault["kind"] == "slow" else "either"
            cells.append(Cell(procedure, name, point.device, point.deeds, point.request, expect, (strike,)))
    return cells


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
