# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How points and cells are found and chosen, what is read of a run's output, and the page that is made of the outcome."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import time
import typing as t

import pytest

from integration.conftest import Lab
from torture import cells, check_mode, faults, judge, points, report
from torture.book import Book
from torture.work import Effort, Pile


def entry(seq: int, deeds: int = 0, **values: t.Any) -> dict[str, t.Any]:
    plain = {"device": "one-a", "address": "127.0.0.1", "interface": "appliance", "method": "GET", "kind": "read"}
    named = {"screen": "updates", "action": "", "operation": "", "path": "/appliance/u", "status": 200}
    return {"seq": seq, "deeds": deeds, **plain, **named, **values}


LOG = [
    entry(1),
    entry(2),
    entry(3, kind="write", action="install.install", method="POST"),
    entry(4, deeds=1),
    entry(5, deeds=1, interface="api", screen="", operation="api.backup"),
    entry(6, deeds=1, interface="health", screen="", path="/check_health", status=503),
]


def test_equal_requests_between_two_changes_are_one_point() -> None:
    found = points.points(LOG)
    assert [(point.seq, point.when) for point in found] == [
        (1, "before"),
        (3, "before"),
        (3, "after"),
        (4, "before"),
        (5, "before"),
        (5, "half"),
        (5, "after"),
        (6, "before"),
    ]
    assert dict(found[-1].match)["path"] == "/check_health"
    assert found[4].fault()["match"]["operation"] == r"^api\.backup$"
    assert found[5].fault() == {**found[6].fault(), "half": True}


def test_a_sample_is_repeated_by_its_seed_and_keeps_the_order() -> None:
    found = points.points([entry(number, deeds=number) for number in range(200)] + LOG)
    chosen = points.sample(found, 20, 7)
    assert chosen == points.sample(found, 20, 7)
    assert chosen != points.sample(found, 20, 8)
    assert len(chosen) == 20
    assert [found.index(point) for point in chosen] == sorted(found.index(point) for point in chosen)
    assert points.sample(found, None, 7) == found


def test_chains_hold_each_point_once_and_go_through_the_procedure() -> None:
    found = points.points([entry(number, deeds=number) for number in range(25)])
    dealt = points.chains(found, 12)
    assert [len(chain) for chain in dealt] == [9, 8, 8]
    assert sorted(point.seq for chain in dealt for point in chain) == [point.seq for point in found]
    assert all(chain == sorted(chain, key=lambda point: point.seq) for chain in dealt)


def test_cells_cover_every_part_and_every_fault_of_a_request() -> None:
    parts = cells.PARTS["asynchronous"]
    log = [entry(number, deeds=number) for number in parts.names]
    made = cells.of_requests("asynchronous", points.points(log))
    assert {cell.part for cell in made} == set(parts.names.values())
    assert len(made) == len(parts.names) * 7
    assert all(cell.strikes[0]["deeds"] == cell.deeds for cell in made)


STOPPED = """
20:00:01 one-a: FAILED: Do it (1.0 s)
    The first failure
20:00:02 one-a: FAILED: Stop here and say what state things are in (0.1 s)
    one stopped in step backup_a: Back up device A [PREP-1].
    Cause: no space left
    Appliance: 127.0.0.1:8443
    Done in this run: nothing.
    What to do: put the cause right, then run the same command again.

PLAY RECAP *****
one-a : ok=1 changed=0 failed=1
"""


def cell(**values: t.Any) -> cells.Cell:
    return cells.Cell(
        **{
            "procedure": "asynchronous",
            "fault": "disk full",
            "device": "one-a",
            "deeds": 0,
            "request": "",
            "expect": "stops",
            **values,
        }
    )


def test_what_a_run_said_when_it_stopped() -> None:
    stop = faults.read_stop(STOPPED)
    assert (stop.step, stop.cause) == ("backup_a", "no space left")
    assert "The first failure" not in stop.text
    assert faults.message_problems(stop, cell(words=("space",)), ["127.0.0.1"]) == []


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ("Appliance: 127.0.0.1:8443", "which appliance"),
        ("Cause: no space left", "what was seen"),
        ("Done in this run: nothing.", "the state"),
        ("What to do: put the cause right, then run the same command again.", "what to do"),
        ("space", "'space'"),
    ],
)
def test_a_message_that_leaves_something_out_is_a_problem(gone: str, missing: str) -> None:
    stop = faults.read_stop(STOPPED.replace(gone, ""))
    (problem,) = faults.message_problems(stop, cell(words=("space",)), ["127.0.0.1"])
    assert missing in problem


class FakeSimulator:
    def __init__(self, *deeds: tuple[str, str], holders: t.Sequence[str | None] = ("one-a",)) -> None:
        self._deeds = [{"device": device, "what": what} for device, what in deeds]
        self._holders = holders

    def deeds(self) -> list[dict[str, str]]:
        return self._deeds

    def timeline(self) -> list[dict[str, str | None]]:
        return [{"holder": holder} for holder in self._holders]


def test_what_is_done_twice_is_a_problem_unless_it_does_no_harm(tmp_path: pathlib.Path) -> None:
    def lab(*deeds: tuple[str, str]) -> Lab:
        return Lab(t.cast(t.Any, FakeSimulator(*deeds)), tmp_path, {})

    install, sync = ("one-b", "install of base-3.3.2"), ("one-a", "data sync")
    expected = judge.expected_of(lab(install, sync))
    assert judge.deeds(lab(install, sync, sync), expected) == []
    assert len(judge.deeds(lab(install, install, sync), expected)) == 1
    assert len(judge.deeds(lab(install, sync, ("one-a", "install of base-3.3.2")), expected)) == 1


def test_production_that_is_given_back_is_expected_to_move_again(tmp_path: pathlib.Path) -> None:
    def lab(*deeds: tuple[str, str], holders: t.Sequence[str | None]) -> Lab:
        return Lab(t.cast(t.Any, FakeSimulator(*deeds, holders=holders)), tmp_path, {})

    off, on, there = ("one-a", "shared IP disabled"), ("one-a", "shared IP enabled"), ("one-b", "shared IP enabled")
    saved = ("one-a", "address 127.0.1.10 changed")
    expected = judge.expected_of(lab(saved, off, there, holders=["one-a", None, "one-b"]))
    back = lab(saved, off, saved, on, holders=["one-a", None, "one-a"])
    assert judge.gave_back(back, expected)
    assert judge.and_back(back, expected).holders == ["one-a", None, "one-a", None, "one-b"]
    assert not judge.gave_back(lab(saved, off, holders=["one-a", None]), expected)
    assert not judge.gave_back(lab(saved, off, saved, on, holders=["one-a", None]), expected)
    assert not judge.gave_back(lab(saved, off, saved, on, off, holders=["one-a", None]), expected)
    install = ("one-b", "install of base-3.3.2")
    assert not judge.gave_back(lab(install, saved, off, saved, on, holders=["one-a", None, "one-a"]), expected)


def test_stray_and_open_files_are_problems(tmp_path: pathlib.Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir(mode=0o700)
    (backups / "a.nsb").touch(0o600)
    (tmp_path / "tmp" / "ansible-local-1" / "ansiballz_cache").mkdir(parents=True)
    (tmp_path / "tmp" / "ansible-local-1" / "ansiballz_cache" / "ansible.modules.uri").touch()
    assert judge.disk(tmp_path) == []
    (backups / ".a.nsb.1.part").touch(0o600)
    (backups / "b.nsb").touch(0o644)
    (tmp_path / "tmp" / "ansible-local-1" / "left").touch(0o600)
    assert len(judge.disk(tmp_path)) == 4


def test_the_pages_show_the_outcome_that_is_kept() -> None:
    interrupted, disturbed = (Book(report.KEPT / name) for name in (report.INTERRUPTION, report.FAULTS))
    for path, text in report.pages(interrupted, disturbed).items():
        assert path.read_text(encoding="utf-8") == text


def test_the_page_of_check_mode_counts_what_is_kept(tmp_path: pathlib.Path) -> None:
    book = Book(tmp_path / "book.json")
    book.open("single", ["0", "1", "2"], resume=False)
    book.add(
        "single",
        {"0": {**row("start"), "predictions": 4}, "2": {**row("Back up", "not predicted: x"), "predictions": 3}},
    )
    text = check_mode.page(book)
    assert "2 stages, 7 predictions, 1 stages with a difference." in text
    assert "| single | `upgrade_single` | 2 of 3 | 7 | 1 |" in text
    assert "- single, after Back up: not predicted: x" in text


def row(outcome: str = "killed", *problems: str) -> dict[str, t.Any]:
    return {"outcome": outcome, "problems": list(problems)}


def test_results_are_kept_and_only_what_went_well_is_left_out_later(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "book.json"
    book = Book(path)
    assert book.open("single", ["a", "b", "c"], resume=True) == set()
    book.add("single", {"a": row(), "b": row("killed", "a problem")}, chains=1)
    later = Book(path)
    assert later.open("single", ["b", "a", "c", "d"], resume=True) == {"a"}
    assert (later.chapters["single"].total, later.chapters["single"].failed) == (4, 1)
    later.add("single", {"b": row("passed by")}, chains=2)
    found = Book(path).chapters["single"]
    assert (found.count("killed"), found.count("passed by"), found.failed, found.chains) == (1, 1, 0, 3)
    assert Book(path).open("single", ["b"], resume=True) == {"b"}, "what is no point any more is not counted"
    assert Book(path).open("single", ["a", "b"], resume=False) == set()


def test_what_comes_back_is_dealt_again_in_its_order_until_the_time_is_over() -> None:
    pile = Pile([[1, 4]], Effort(length=2), lambda number: number)
    assert pile.take() == [1, 4]
    pile.give_back([4, 3])
    pile.put_alone(9)
    pile.give_back([2])
    assert pile.take() == [9]
    assert [pile.take(), pile.take(), pile.take()] == [[2, 4], [3], None]
    assert Pile([[1]], Effort(minutes=0), lambda number: number).take() is None


def test_faults_at_different_requests_are_tried_in_company_and_what_stands_in_doubt_alone() -> None:
    found = points.points([entry(1), entry(2, interface="login", address="127.0.0.2"), entry(3, deeds=2)])
    made = cells.of_requests("asynchronous", found)
    stock = faults.Stock(made, Effort())
    first, company = t.cast(faults.Life, stock.take())
    assert company
    assert [cell.fault for cell in first] == ["connection reset"] * 3
    stock.put_alone(first[:1])
    stock.give_back(first[:1])
    assert stock.take() == (first[:1], False)
    second, company = t.cast(faults.Life, stock.take())
    assert company
    # One that is only slow carries no risk; the other faults of the doubtful request wait.
    assert [(cell.fault, cell.sort) for cell in second] == [
        ("slow answer", first[0].sort),
        ("status 502", first[1].sort),
        ("status 502", first[2].sort),
    ]


def test_in_a_sample_every_cell_is_tried_alone() -> None:
    made = cells.of_requests("asynchronous", points.points([entry(1), entry(2, deeds=2)]))
    assert faults.Stock(made[:3], Effort(count=3)).take() == (made[:3], False)
    assert faults.Stock(made, Effort(minutes=0)).take() is None


def test_what_was_missed_comes_once_in_each_part_and_then_alone() -> None:
    made = cells.of_requests("asynchronous", points.points([entry(1), entry(2, deeds=2)]))[:2]
    later = cells.of_requests("asynchronous", points.points([entry(2, deeds=2)]))[:1]
    stock = faults.Stock([], Effort())
    assert stock.missed(made[0])
    assert stock.missed(made[1])
    assert stock.missed(later[0])
    assert stock.take() == ([made[0], later[0]], False)
    assert stock.take() == ([made[1]], False)
    assert stock.missed(made[1])
    assert stock.take() == ([made[1]], False)
    assert not stock.missed(made[1])


def test_a_life_ends_with_what_stays_stopped() -> None:
    made = [
        cell(device="one-b", deeds=deeds, after=after)
        for deeds, after in ((0, "goes on"), (2, "stays stopped"), (9, "stays stopped"), (10, "goes on"))
    ]
    stock = faults.Stock(made, Effort())
    assert stock.take() == ([made[0], made[2]], False)
    assert stock.take() == ([made[1]], False)
    assert stock.take() == ([made[3]], False)


def told_apart(log: list[dict[str, t.Any]], *struck: tuple[int, cells.Cell]) -> tuple[list[int], int | None, list[int]]:
    found = [faults.Struck(each, at) for at, each in struck]
    carried, stopped, alone = faults.tell_apart(found, log, 2)
    return [each.at for each in carried], stopped.at if stopped else None, [each.at for each in alone]


def test_what_a_run_with_several_faults_carried_and_where_it_stopped() -> None:
    log = [
        {"fault": "", **each} for each in (entry(1), entry(2), entry(3, interface="login"), entry(4, interface="login"))
    ]
    here, there = (
        cells.of_requests("asynchronous", points.points([each]))[0] for each in (entry(1), entry(3, interface="login"))
    )
    # Asked again and answered: the run stopped at the other one.
    assert told_apart(log, (1, here), (3, there)) == ([], 3, [])
    # Not asked again: nobody knows at which of the two.
    assert told_apart([log[0], *log[2:]], (1, here), (2, there)) == ([], None, [1, 2])
    write = {"fault": "", **entry(5, kind="write")}
    assert told_apart([log[0], write, log[3]], (1, here), (3, there)) == ([1], 3, [])
    # Stopped after a write at none of them.
    assert told_apart([log[0], write], (1, here)) == ([], None, [1])


class Told:
    """Takes faults as the simulator does, and numbers them."""

    def __init__(self) -> None:
        self.simulator = self
        self.put: list[dict[str, t.Any]] = []

    def fault(self, kind: str, **options: t.Any) -> dict[str, t.Any]:
        self.put.append({"kind": kind, **options})
        return {"number": len(self.put)}


@pytest.mark.parametrize(("kind", "deeds"), [("read", 2), ("write", 3)])
def test_the_write_after_the_fault_of_a_request_is_held(kind: str, deeds: int) -> None:
    (point,) = points.points([entry(1, deeds=2, kind=kind)])[:1]
    told = Told()
    faults.put(t.cast(Lab, told), cells.of_requests("asynchronous", [point])[0])
    struck, held = told.put
    assert struck["kind"] == "reset"
    assert held == {"kind": "hold", "match": {"kind_of_request": "^write$"}, "deeds": deeds, "following": 1}


def test_points_are_the_same_in_every_simulation() -> None:
    here, there = (points.points([entry(1, address=f"127.{net}.1.11")])[0] for net in (33, 44))
    assert here == there
    assert here.key == there.key
    pattern = here.fault()["match"]["address"]
    assert re.match(pattern, "127.99.1.11")
    assert not re.match(pattern, "127.99.1.12")


def test_the_time_of_day_of_a_process_jumps_and_its_monotonic_clock_does_not(tmp_path: pathlib.Path) -> None:
    (tmp_path / "jump").write_text("-86400", encoding="utf-8")
    words = (
        "import datetime, time; print(time.time(), datetime.datetime.now(datetime.UTC).timestamp(), time.monotonic())"
    )
    told = subprocess.run(
        [sys.executable, "-c", words],
        env={"PYTHONPATH": str(report.KEPT / "clock"), "SRA_JUMP_FILE": str(tmp_path / "jump")},
        capture_output=True,
        text=True,
        check=True,
    )
    away = [
        round((float(text) - now) / 86400)
        for text, now in zip(told.stdout.split(), (time.time(), time.time(), time.monotonic()), strict=True)
    ]
    assert away == [-1, -1, 0]
