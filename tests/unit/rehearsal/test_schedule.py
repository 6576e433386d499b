# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When steps would be done, and which gates stand in between."""

from __future__ import annotations

import datetime
import itertools
import typing as t

from unit.rehearsal.readings import real

from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.rehearse import _failures, _verdict
from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.schedule import Gate, Slot, schedule

NOW = datetime.datetime(2026, 3, 7, 20, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def planned(**settings: t.Any) -> tuple[dict[str, Slot], list[Gate]]:
    found = real(settings=settings)
    slots, gates = schedule(found.plan, found.settings, NOW)
    return {slot.step: slot for slot in slots}, gates


def window(begin: float, end: float) -> dict[str, str]:
    return {"start": (NOW + begin * HOUR).isoformat(), "end": (NOW + end * HOUR).isoformat()}


def kinds(gates: t.Sequence[Gate]) -> list[tuple[str, str | None, bool]]:
    return [(gate.kind, gate.step, gate.passable) for gate in gates]


def test_without_windows_one_step_follows_the_other() -> None:
    found = real(settings={"confirmed": True})
    slots, gates = schedule(found.plan, found.settings, NOW)
    assert [slot.step for slot in slots] == [step["id"] for step in found.plan["steps"]]
    assert slots[0].begins == NOW
    assert all(earlier.ends == later.begins for earlier, later in itertools.pairwise(slots))
    assert gates == []
    assert _verdict(gates) == "goes_through"


def test_an_unconfirmed_run_waits_between_the_windows() -> None:
    _slots, gates = planned()
    assert [gate.kind for gate in gates] == ["confirmation"]
    assert _verdict(gates) == "goes_through_with_gates"


def test_steps_wait_for_the_window_that_has_room() -> None:
    slots, gates = planned(confirmed=True, windows=[window(1, 3.5), window(168, 172)])
    assert slots["sync"].begins == NOW + HOUR
    assert slots["update_a"].begins is not None
    assert slots["update_a"].begins >= NOW + 168 * HOUR
    assert {gate.kind for gate in gates} == {"window"}
    assert all(gate.passable for gate in gates)


def test_a_step_that_fits_no_window_stops_it() -> None:
    slots, gates = planned(confirmed=True, windows=[window(0, 1)])
    assert slots["update_b"].begins is None
    assert ("window", "update_b", False) in kinds(gates)
    assert _verdict(gates) == "stops"


def test_soak_times_move_the_second_window() -> None:
    slots, gates = planned(confirmed=True, soak_min=86400)
    assert slots["swing"].ends is not None
    assert slots["update_a"].begins is not None
    assert (slots["update_a"].begins - slots["swing"].ends).total_seconds() >= 86400
    assert [gate.kind for gate in gates] == ["soak"]
    _slots, late = planned(confirmed=True, soak_max=3600, windows=[window(0, 2.2), window(100, 110)])
    assert ("soak", "update_a", True) in kinds(late)


def test_a_limit_below_the_estimate_stops_it() -> None:
    _slots, gates = planned(confirmed=True, install_timeout=600)
    stopped = [gate for gate in gates if gate.kind == "timeout"]
    assert {gate.step for gate in stopped} == {"update_a", "update_b"}
    assert "sra_install_timeout gives up after 10 min" in stopped[0].cause
    assert not stopped[0].passable


def test_steps_for_a_person_are_named() -> None:
    _slots, gates = planned(confirmed=True, guided=["update_b"])
    assert kinds(gates) == [("person", "update_b", True)]


OUTPUT = """
20:02:53 one-a: begins: Back up
20:02:54 one-a: FAILED: Back up the settings (of a) (1.2 s)
    No permission
    What to do: grant it
20:02:55 one-a: FAILED: Stop here and say what state things are in (0.1 s)
    one stopped

PLAY RECAP
"""


def test_failures_are_read_from_the_output() -> None:
    assert list(_failures(OUTPUT)) == [
        ("Back up the settings (of a)", "No permission\nWhat to do: grant it"),
        ("Stop here and say what state things are in", "one stopped"),
    ]
