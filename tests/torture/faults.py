# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: each cell is a fault that a run meets; it carries the procedure through, or stops and says so.

As with interruptions the runs are chained: after a run that stopped, the fault is taken away and the next run, with the next
fault, goes on from where the appliances stand. So each run but the first also proves that the one before could be resumed.

Faults of requests of different sorts are put all at once (`accompany`): what a run carries through, it may meet in company. A
cell counts as carried where the run came to its next write after the fault, or to its end; as stopped where the run stopped
at it and every fault since the last write was answered when asked again. Whatever cannot be told apart so, and whatever shows
a problem, is tried in a run of its own (`strike`), which is killed when it comes to its next write after the fault. In a run
that goes on from a stop, faults are armed when its first step begins: what they strike is the step, not the look before it.
"""

from __future__ import annotations

import collections
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import threading
import time
import typing as t

from integration.conftest import Lab, Outcome, read_recap

from . import judge
from .behaviours import of_behaviour
from .bench import RUN_LIMIT, Bench
from .book import Book, Chapter
from .cells import PARTS, Cell, of_requests, sample
from .interruption import go_on, learn
from .points import Entry, anywhere
from .procedures import Procedure
from .report import FOLDER
from .work import Effort, Say, work

OUTPUT: t.Final = {
    "ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook",
    "ANSIBLE_CALLBACK_PLUGINS": str(pathlib.Path(__file__).with_name("callbacks")),
    "ANSIBLE_CALLBACKS_ENABLED": "sra_arm",
    "PYTHONPATH": os.pathsep.join(
        [str(pathlib.Path(__file__).with_name("quick")), *filter(None, [os.environ.get("PYTHONPATH")])]
    ),
    "SRA_CODE": str(FOLDER / "code"),
}
SETTINGS: t.Final = {
    "sra_jump_client_limit": None,
    # Less patience than a user has: what does not come in this time does not come, for simulated hours pass in seconds.
    "sra_install_timeout": 120,
    "sra_jump_client_timeout": 60,
    "sra_observe_timeout": 30,
    "sra_relationship_timeout": 20,
    "sra_swing_timeout": 30,
    "sra_sync_timeout": 30,
    "sra_verify_timeout": 60,
}


@dataclasses.dataclass(frozen=True)
class Result:
    """``outcome``: carried, stopped, or passed by where the fault was not met any more. ``step`` and ``cause`` are of a stop."""

    fault: str
    part: str
    device: str
    request: str
    outcome: str
    step: str
    cause: str
    problems: tuple[str, ...]
    seconds: float

    def also(self, problems: t.Iterable[str]) -> Result:
        return dataclasses.replace(self, problems=(*self.problems, *problems))

    @property
    def row(self) -> dict[str, t.Any]:
        """What is kept of it."""
        return {key: value for key, value in dataclasses.asdict(self).items() if key != "seconds"}


@dataclasses.dataclass(frozen=True)
class Stop:
    """What a run said when it stopped."""

    step: str
    cause: str
    text: str


def read_stop(output: str) -> Stop:
    """The last failure in the output of the runbook callback."""
    before = output.rpartition("PLAY RECAP")[0] or output
    lines = re.split(r"^.* FAILED: .*$", before, flags=re.MULTILINE)[-1].splitlines()
    message = [line.strip() for line in lines if line.startswith("    ")]
    text = "\n".join(message)
    step = re.search(r"stopped in step (\w+)", text)
    # Where checks failed, their list is the cause.
    cause = re.search(r"^(?:Cause:|1\.) *(.+)$", text, re.MULTILINE)
    return Stop(step[1] if step else "preflight", cause[1] if cause else (message or [""])[0], text)


def message_problems(stop: Stop, cell: Cell, addresses: t.Sequence[str]) -> list[str]:
    """A message says what was seen, on which appliance, what state things are in and what to do."""
    text = stop.text
    wanted = {
        "which appliance": "|".join(map(re.escape, addresses)),
        "what was seen": r"^(Seen|Expected|Nearest):|^\d+\. |^Cause:",
        "the state": r"State now:|Done in this run:|[Nn]othing was",
        "what to do": r"What to do:|support",
    }
    missing = [what for what, words in wanted.items() if not re.search(words, text, re.MULTILINE)]
    missing += [f"{word!r}" for word in cell.words if not re.search(word, text, re.IGNORECASE)]
    return [f"{_OF_A_MESSAGE} does not say {', '.join(missing)}: {' / '.join(text.splitlines())}"] if missing else []


class Played(t.NamedTuple):
    """A run that ended by itself, or that was killed when it came to its next write after the fault (``went_on``)."""

    outcome: Outcome
    went_on: bool


def play_through(bench: Bench) -> Outcome:
    """A run that ends by itself; one that does not end in time has status 124."""
    log = bench.lab.folder / "run.log"
    with log.open("w+", encoding="utf-8") as output:
        process = bench.start(output=output)
        try:
            status = process.wait(RUN_LIMIT)
        except subprocess.TimeoutExpired:
            bench.kill(process)
            status = 124
    text = log.read_text(encoding="utf-8")
    log.unlink()
    return Outcome(status, text, read_recap(text))


def play(bench: Bench, cell: Cell) -> Played:
    """A run with the cell's settings; files may become so large only where the cell says so."""
    log = bench.lab.folder / "run.log"
    with log.open("w+", encoding="utf-8") as output:
        process = bench.start(*cell.extra, output=output)
        if cell.file_limit is not None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (cell.file_limit, cell.file_limit))
        went_on = bench.await_held(process)
        status = process.poll()
        if status is None:
            bench.kill(process)
            status = 0 if went_on else 124
    text = log.read_text(encoding="utf-8")
    log.unlink()
    return Played(Outcome(status, text, read_recap(text)), went_on)


def shifted(cell: Cell, shift: int) -> list[dict[str, t.Any]]:
    """The cell's faults; those of requests strike nothing in a later part."""
    end = PARTS[cell.procedure].end(cell.deeds)
    until = {"until": end + shift} if cell.is_of_a_request and end is not None else {}
    return [{**fault, "deeds": fault["deeds"] + shift, **until} for fault in cell.strikes]


def is_armed(cell: Cell) -> bool:
    """Whether the fault may strike from the start of the run; the look at the appliances belongs to the first part."""
    return cell.deeds == 0 or not cell.is_of_a_request


def put(lab: Lab, cell: Cell, shift: int = 0) -> None:
    """Put the cell's faults. The next write after a fault of a request is held: to get there is to be carried through.

    ``shift`` is by how many the appliances were told more different changes than in an undisturbed run.
    """
    cell.prepare(lab)
    for fault in shifted(cell, shift):
        number = lab.simulator.fault(**fault, armed=is_armed(cell))["number"]
        if cell.is_of_a_request:
            match = {"kind_of_request": "^write$"}
            # What strikes a write does not strike at the same write that is sent again.
            deeds = cell.deeds + shift + (fault["match"]["kind_of_request"] == match["kind_of_request"])
            lab.simulator.fault("hold", match=match, deeds=deeds, following=number)


def strike(bench: Bench, cell: Cell, expected: judge.Expected, shift: int = 0) -> tuple[Result, bool]:
    """One run with the fault, judged, and whether the procedure is at its end; the fault is gone afterwards."""
    began = time.monotonic()
    lab = bench.lab
    put(lab, cell, shift)
    outcome, went_on = play(bench, cell)
    struck = went_on or not cell.strikes or any(fault["struck"] for fault in lab.simulator.faults())
    lab.simulator.clear_faults()
    stop = read_stop(outcome.output)
    problems = _judge(bench, cell, outcome, stop, expected, struck=struck)
    cell.mend(lab)
    result = Result(
        cell.fault,
        cell.part,
        cell.device,
        cell.request,
        ("carried" if outcome.status == 0 else "stopped") if struck else "passed by",
        stop.step if outcome.status else "",
        anywhere(stop.cause) if outcome.status else "",
        tuple(problems),
        round(time.monotonic() - began, 1),
    )
    return result, outcome.status == 0 and not went_on


def _judge(
    bench: Bench, cell: Cell, outcome: Outcome, stop: Stop, expected: judge.Expected, *, struck: bool
) -> list[str]:
    lab = bench.lab
    problems = [*judge.violations(lab, bench.procedure.refused_once_a_run), *judge.disk(lab.folder)]
    if not (outcome.status and judge.gave_back(lab, expected)):
        problems += ["production did not move back"] if cell.back and outcome.status else judge.deeds(lab, expected)
    if lab.simulator.state()["pairs"]["one"]["holder"] is None and outcome.status and not cell.unserved:
        problems.append(f"production is served by nobody after the stop: {judge.last_words(outcome)}")
    if not struck:
        return (
            problems if outcome.status == 0 else [*problems, f"failed without the fault: {judge.last_words(outcome)}"]
        )
    if outcome.status == 0:
        return [*problems, "did not stop"] if cell.expect == "stops" else problems
    if cell.expect == "carried":
        problems.append(f"stopped: {judge.last_words(outcome)}")
    return problems + message_problems(stop, cell, _addresses(lab))


def _addresses(lab: Lab) -> list[str]:
    devices = lab.simulator.ready["pairs"][0]["devices"].values()
    return [text for device in devices for text in (device["name"], device["address"])]


def stays_stopped(bench: Bench, cell: Cell) -> list[str]:
    """After what only support can put right, the same command writes nothing more."""
    written = len(bench.lab.writes())
    again = play(bench, cell).outcome
    more = [entry for entry in bench.lab.writes()[written:] if entry["screen"].startswith("updates")]
    problems = [] if again.status else ["the next run did not stop"]
    return problems + (["the next run touched the updates"] if more else [])


@dataclasses.dataclass(frozen=True)
class Company:
    """What a run with several faults showed: results, and cells that must be ``alone``. ``spoilt``: no later run can be judged."""

    results: tuple[tuple[Cell, Result], ...]
    alone: tuple[Cell, ...]
    expected: judge.Expected
    went_back: bool
    finished: bool
    problems: tuple[str, ...] = ()
    spoilt: bool = False
    seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class Struck:
    """A cell whose fault struck the request with the number ``at``."""

    cell: Cell
    at: int

    def went_on(self, log: t.Sequence[Entry]) -> bool:
        """Whether the run came to its next write after it; the same write that is sent again is none."""
        there = log[self.at - 1]
        deeds = there["deeds"] + (there["kind"] == "write")
        return any(entry["kind"] == "write" and entry["deeds"] >= deeds for entry in log[self.at :])

    def answered(self, log: t.Sequence[Entry]) -> bool:
        """Whether the same was asked again and answered, or was only answered late."""
        fault = self.cell.strikes[0]
        later = log[self.at :] if fault["kind"] != "slow" else log[self.at - 1 :]
        return any(
            entry["device"] == fault["device"]
            and 200 <= entry["status"] < 400
            and entry["fault"] in ("", "slow")
            and all(
                re.search(pattern, str(entry[key.removesuffix("_of_request")]))
                for key, pattern in fault["match"].items()
            )
            for entry in later
        )


def tell_apart(
    struck: t.Sequence[Struck], log: t.Sequence[Entry], status: int
) -> tuple[list[Struck], Struck | None, list[Struck]]:
    """Of the faults that a run met, in their order: what it carried, where it stopped, and what must be tried alone."""
    if status == 0:
        return list(struck), None, []
    carried = [each for each in struck if each.went_on(log)]
    since = [each for each in struck if each not in carried]
    if not since:
        # It stopped at none of them.
        return [], None, list(struck)
    *before, last = since
    unanswered = [each for each in before if not each.answered(log)]
    if unanswered or last.cell.expect == "carried":
        return carried, None, [*unanswered, last]
    return carried, last, []


def accompany(bench: Bench, cells: t.Sequence[Cell], expected: judge.Expected, shift: int = 0) -> Company:
    """One run with all these faults, none at the same request as another; the faults are gone afterwards."""
    began = time.monotonic()
    lab = bench.lab
    numbers = {
        lab.simulator.fault(**fault, armed=is_armed(cell))["number"]: cell
        for cell in cells
        for fault in shifted(cell, shift)
    }
    outcome = play_through(bench)
    struck = sorted(
        (Struck(numbers[fault["number"]], fault["at"]) for fault in lab.simulator.faults() if fault["struck"]),
        key=lambda each: each.at,
    )
    lab.simulator.clear_faults()
    carried, stopped, alone = tell_apart(struck, lab.simulator.log(), outcome.status)
    went_back = bool(outcome.status) and judge.gave_back(lab, expected)
    if went_back:
        expected = judge.and_back(lab, expected)
    wrong = [
        *judge.violations(lab, bench.procedure.refused_once_a_run),
        *judge.disk(lab.folder),
        *judge.deeds(lab, expected),
    ]
    if lab.simulator.state()["pairs"]["one"]["holder"] is None and outcome.status:
        wrong.append("production is served by nobody after the stop")
    if not struck and outcome.status:
        wrong.append(f"failed without a fault: {judge.last_words(outcome)}")
    seconds = round(time.monotonic() - began, 1)
    if wrong and not alone and len(struck) == 1:
        alone = [struck[0]]
    if wrong:
        again = tuple(each.cell for each in struck)
        return Company(
            (), again, expected, went_back, finished=False, problems=tuple(wrong), spoilt=True, seconds=seconds
        )
    results = [(each.cell, _result(each.cell, "carried", seconds=seconds)) for each in carried]
    if stopped is not None:
        stop = read_stop(outcome.output)
        problems = message_problems(stop, stopped.cell, _addresses(lab))
        results.append((stopped.cell, _result(stopped.cell, "stopped", stop, problems, seconds=seconds)))
    return Company(
        tuple(results),
        tuple(each.cell for each in alone),
        expected,
        went_back,
        finished=outcome.status == 0,
        seconds=seconds,
    )


def _result(
    cell: Cell, outcome: str, stop: Stop | None = None, problems: t.Iterable[str] = (), *, seconds: float
) -> Result:
    return Result(
        cell.fault,
        cell.part,
        cell.device,
        cell.request,
        outcome,
        stop.step if stop is not None else "",
        anywhere(stop.cause) if stop is not None else "",
        tuple(problems),
        seconds,
    )


Life = tuple[list[Cell], bool]
"""Cells in the order of the procedure, and whether they are tried in company."""


class Stock:
    """The cells that are left, and how they are dealt to lives: first in company, then alone what showed itself so.

    In a sample all are tried alone.
    """

    def __init__(self, cells: t.Iterable[Cell], effort: Effort) -> None:
        self._effort = effort
        self._left = list(cells)
        self._lock = threading.Lock()
        self._alone: set[str] = set()
        self._doubts: set[tuple[object, ...]] = set()
        self._missed: collections.Counter[str] = collections.Counter()

    def take(self) -> Life | None:
        with self._lock:
            if not self._left or self._effort.over:
                return None
            alone = [cell for cell in self._left if cell.key in self._alone]
            company = self._company()
            life = (
                (company, True) if company and not alone else (self._singles(alone if company else self._left), False)
            )
            self._left = [cell for cell in self._left if cell not in life[0]]
            return sorted(life[0], key=lambda cell: cell.deeds), life[1]

    def give_back(self, cells: t.Iterable[Cell]) -> None:
        with self._lock:
            self._left.extend(cells)

    def missed(self, cell: Cell) -> bool:
        """It was not met in a life in which it could have been; whether it shall be tried again."""
        with self._lock:
            self._missed[cell.key] += 1
            again = self._missed[cell.key] <= _MISSES
            if again:
                self._left.append(cell)
            return again

    def put_alone(self, cells: t.Iterable[Cell]) -> None:
        with self._lock:
            self._alone.update(cell.key for cell in cells)
            self._doubts.update(cell.sort for cell in cells)

    def learn(self, cell: Cell, outcome: str) -> None:
        """Where a fault stopped a run, other faults at the same request probably do too, and are not tried in company."""
        with self._lock:
            if outcome == "stopped":
                self._doubts.add(cell.sort)
            else:
                self._doubts.discard(cell.sort)

    def _company(self) -> list[Cell]:
        if self._effort.count is not None:
            return []
        chosen: dict[tuple[object, ...], Cell] = {}
        for cell in self._left:
            fit = cell.is_of_a_request and cell.key not in self._alone and not self._missed[cell.key]
            if fit and (cell.sort not in self._doubts or cell.expect == "carried"):
                chosen.setdefault(cell.sort, cell)
        return list(chosen.values())

    def _singles(self, cells: t.Sequence[Cell]) -> list[Cell]:
        """What was missed comes once in each part, so that the run comes to it on its way; what ends a life comes last."""
        missed: dict[str, Cell] = {}
        for cell in cells:
            if self._missed[cell.key]:
                missed.setdefault(cell.part, cell)
        if missed:
            return [min(missed.values(), key=_place)] if self._only_missed_often(missed) else list(missed.values())
        length = self._effort.length if self._effort.count is not None else _LONGEST
        final = [cell for cell in cells if cell.after == "stays stopped"]
        last = max(final, key=_place) if final else None
        others = [
            cell
            for cell in sorted(cells, key=_place)
            if cell.after != "stays stopped" and (last is None or cell.deeds <= last.deeds)
        ]
        return [*others[: length - 1], last] if last is not None else others[:length]

    def _only_missed_often(self, missed: t.Mapping[str, Cell]) -> bool:
        return all(self._missed[cell.key] >= _MISSES for cell in missed.values())


_OF_A_MESSAGE: t.Final = "the message"
_LONGEST: t.Final = 60
"""Cells in a life that are tried alone."""
_MISSES: t.Final = 2
"""How often a cell that is not met is tried again; the last time from the start with nothing before it."""


def _place(cell: Cell) -> int:
    return cell.deeds


def matrix(procedure: Procedure, effort: Effort, book: Book, say: Say) -> Chapter:
    """Try the procedure's cells and write what was seen into the book."""

    def make() -> Bench:
        return Bench(procedure, SETTINGS, OUTPUT, warm=effort.count is None)

    with make() as bench:
        found, expected = learn(bench)
    cells = sorted([*of_requests(procedure.name, found), *of_behaviour(procedure.name)], key=_place)
    done = book.open(procedure.name, [cell.key for cell in cells], resume=effort.resume)
    left = [cell for cell in sample(cells, effort.count, effort.seed) if cell.key not in done]
    say(f"{procedure.name}: {len(left)} of {len(cells)} cells, seed {effort.seed}")
    stock = Stock(left, effort)

    def do(bench: Bench, life: Life) -> None:
        def keep(results: t.Sequence[tuple[Cell, Result]], ended: int = 0) -> None:
            book.add(procedure.name, {cell.key: result.row for cell, result in results}, chains=ended)

        LifeOf(bench, stock, expected, say, keep).go_through(*life)

    work(stock, effort.jobs, make, do)
    return book.chapters[procedure.name]


class Keep(t.Protocol):
    def __call__(self, results: t.Sequence[tuple[Cell, Result]], ended: int = 0) -> None: ...


class LifeOf:
    """Goes through the procedure once, from the start, with as many of the cells as come on the way."""

    def __init__(self, bench: Bench, stock: Stock, expected: judge.Expected, say: Say, keep: Keep) -> None:
        self._bench = bench
        self._stock = stock
        self._expected = expected
        self._say = say
        self._keep = keep
        self._moved = PARTS[bench.procedure.name].moved
        self._last: list[tuple[Cell, Result]] = []
        self._reached = 0
        # Changes that an undisturbed run does not make: each device has told of them once.
        self._shift = 0
        self._finished = False
        self._ended = False

    def go_through(self, cells: list[Cell], company: bool) -> None:
        began = time.monotonic()
        self._bench.clean()
        self._say(f"a life with {len(cells)} cells{' in company' if company else ''}")
        (self._in_company if company else self._one_by_one)(cells)
        if not self._ended:
            problems = go_on(self._bench, self._expected, ended=self._finished)
            self._say(
                f"  {'FAILED at the end' if problems else 'ended well'} ({time.monotonic() - began:.0f} s in all)"
            )
            self._blame(problems)
        self._keep(self._last, 1)

    def _note(self, *results: tuple[Cell, Result]) -> None:
        """A later run has gone on from the state after those before."""
        self._keep(self._last)
        self._last = list(results)
        for cell, result in results:
            _tell(self._say, cell, result)
            if cell.fault != "slow answer":
                self._stock.learn(cell, result.outcome)

    def _blame(self, problems: t.Sequence[str]) -> None:
        for problem in problems:
            self._say(f"    ! {problem}")
        if problems and self._last:
            cell, result = self._last[-1]
            self._last[-1] = cell, result.also(problems)

    def _in_company(self, cells: list[Cell]) -> None:
        left = list(cells)
        while not self._finished and not self._ended and any(cell.deeds >= self._reached for cell in left):
            able = [cell for cell in left if cell.deeds >= self._reached]
            seen = accompany(self._bench, able, self._expected, self._shift)
            self._finished, self._expected = seen.finished, seen.expected
            self._say(
                f"  a run ({seen.seconds} s); to be tried alone: {'; '.join(c.label for c in seen.alone) or 'none'}"
            )
            if not seen.results and not seen.alone and not seen.finished:
                self._ended = True
                self._blame(seen.problems or ("a run in company stopped at nothing",))
            elif seen.problems:
                self._ended = True
                self._say(f"    a problem, to be seen again alone: {'; '.join(seen.problems)}")
            gone = {cell.key for cell, _result in seen.results} | {cell.key for cell in seen.alone}
            left = [cell for cell in left if cell.key not in gone]
            if seen.results:
                self._note(*seen.results)
            self._stock.put_alone(seen.alone)
            self._stock.give_back(seen.alone)
            self._look(went_back=seen.went_back)
        if self._ended:
            self._stock.give_back(left)
            return
        for cell in left:
            if self._shift and self._moved is not None and cell.deeds < self._moved:
                # Production went back before the run came to it.
                self._stock.give_back([cell])
            else:
                self._stock.missed(cell)

    def _look(self, *, went_back: bool) -> None:
        """See how far the appliances are. What moves production a second time does not count for the parts until it has moved."""
        if went_back and self._moved is not None:
            self._shift, self._reached = 1, self._moved
        self._reached = max(self._reached, _progress(self._bench.lab) - self._shift)

    def _one_by_one(self, cells: list[Cell]) -> None:
        left = list(cells)
        while left and not self._finished and not self._ended:
            cell = left.pop(0)
            # A part that is over does not come again in this life.
            if cell.deeds < self._reached:
                self._stock.give_back([cell])
                continue
            result, self._finished = strike(self._bench, cell, self._expected, self._shift)
            went_back = result.outcome == "stopped" and judge.gave_back(self._bench.lab, self._expected)
            if went_back:
                self._expected = judge.and_back(self._bench.lab, self._expected)
            if cell.unserved and result.outcome == "stopped":
                self._expected = judge.and_away(self._expected)
            self._look(went_back=went_back)
            if result.outcome == "passed by" and not result.problems and self._stock.missed(cell):
                self._say(f"  not met ({result.seconds} s) {cell.label}")
                continue
            if cell.after == "stays stopped" and result.outcome == "stopped":
                self._ended = True
                result = result.also(stays_stopped(self._bench, cell))
            self._note((cell, result))
            # What is in the record, or on the disk, would be held against the next cell; what a message lacks is not.
            self._ended = self._ended or any(not problem.startswith(_OF_A_MESSAGE) for problem in result.problems)
        self._stock.give_back(left)


def _tell(say: Say, cell: Cell, result: Result) -> None:
    say(f"  {'FAILED' if result.problems else result.outcome} ({result.seconds} s) {cell.label}")
    if result.step:
        say(f"    in {result.step}: {result.cause}")
    for problem in result.problems:
        say(f"    ! {problem}")


def _progress(lab: Lab) -> int:
    return len({(deed["device"], deed["what"]) for deed in lab.simulator.deeds()})
