# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: each cell is one run with a fault; it carries the procedure through, or stops and says so.

As with interruptions the runs are chained: after a run that stopped, the fault is taken away and the next run, with the next
fault, goes on from where the appliances stand. So each run but the first also proves that the one before could be resumed.
A run that comes to its next write after the fault of a request was carried through it: it is killed there, which costs nothing
of what the next cells need.
"""

from __future__ import annotations

import dataclasses
import re
import resource
import time
import typing as t

from integration.conftest import Lab, Outcome, read_recap

from . import judge
from .bench import Bench
from .book import Book, Chapter
from .cells import Cell, of_behaviour, of_requests, part_of, sample
from .interruption import go_on, learn
from .points import anywhere, chains
from .procedures import PROCEDURES
from .work import Effort, Pile, Say, work

OUTPUT: t.Final = {"ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook"}
SETTINGS: t.Final = {"sra_jump_client_limit": None}


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
    return [f"the message does not say {', '.join(missing)}: {' / '.join(text.splitlines())}"] if missing else []


class Played(t.NamedTuple):
    """A run that ended by itself, or that was killed when it came to its next write after the fault (``went_on``)."""

    outcome: Outcome
    went_on: bool


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


def put(lab: Lab, cell: Cell) -> None:
    """Put the cell's faults. The next write after a fault of a request is held: to get there is to be carried through."""
    cell.prepare(lab)
    for fault in cell.strikes:
        number = lab.simulator.fault(**fault)["number"]
        if cell.is_of_a_request:
            match = {"kind_of_request": "^write$"}
            # What strikes a write does not strike at the same write that is sent again.
            deeds = cell.deeds + (fault["match"]["kind_of_request"] == match["kind_of_request"])
            lab.simulator.fault("hold", match=match, deeds=deeds, following=number)


def strike(bench: Bench, cell: Cell, expected: judge.Expected) -> tuple[Result, bool]:
    """One run with the fault, judged, and whether the procedure is at its end; the fault is gone afterwards."""
    began = time.monotonic()
    lab = bench.lab
    put(lab, cell)
    outcome, went_on = play(bench, cell)
    struck = went_on or not cell.strikes or any(fault["struck"] for fault in lab.simulator.faults())
    lab.simulator.clear_faults()
    stop = read_stop(outcome.output)
    problems = _judge(bench, cell, outcome, stop, expected, struck=struck)
    cell.mend(lab)
    result = Result(
        cell.fault,
        part_of(cell.deeds),
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
    problems = [*judge.violations(lab), *judge.disk(lab.folder)]
    problems += [] if cell.back else judge.deeds(lab, expected)
    if lab.simulator.state()["pairs"]["one"]["holder"] is None and outcome.status:
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


def matrix(effort: Effort, book: Book, say: Say) -> Chapter:
    """Try the cells and write what was seen into the book."""
    procedure = PROCEDURES["asynchronous"]

    def make() -> Bench:
        return Bench(procedure, SETTINGS, OUTPUT)

    with make() as bench:
        found, expected = learn(bench)
    cells = sorted([*of_requests(found), *of_behaviour()], key=lambda cell: cell.deeds)
    done = book.open(procedure.name, [cell.key for cell in cells], resume=effort.resume)
    left = [cell for cell in sample(cells, effort.count, effort.seed) if cell.key not in done]
    say(f"{len(left)} of {len(cells)} cells, seed {effort.seed}")
    pile = Pile(lives(left, effort.length), effort, lambda cell: cell.deeds)

    def do(bench: Bench, life: list[Cell]) -> None:
        told: list[str] = []

        def keep(results: t.Sequence[tuple[Cell, Result]], ended: int = 0) -> None:
            book.add(procedure.name, {cell.key: result.row for cell, result in results}, chains=ended)

        again, unmet, results = _life(bench, life, expected, told.append, keep)
        say("\n".join([f"a life with {len(life)} cells", *told]))
        keep(results, 1)
        if unmet is not None:
            pile.put_alone(unmet)
        pile.give_back(again)

    work(pile, effort.jobs, make, do)
    return book.chapters[procedure.name]


def lives(cells: t.Sequence[Cell], length: int) -> list[list[Cell]]:
    """Deal the cells to lives in which each can be met; the first lives hold one cell of each fault."""
    chosen = {cell.fault: cell for cell in reversed(cells)}
    first = [cell for cell in cells if chosen[cell.fault] is cell]
    others = [cell for cell in cells if chosen[cell.fault] is not cell]
    return [*chains(first, length), *chains(others, length)]


Keep = t.Callable[[t.Sequence[tuple[Cell, Result]]], None]


def _life(
    bench: Bench, cells: t.Sequence[Cell], expected: judge.Expected, say: Say, keep: Keep
) -> tuple[list[Cell], Cell | None, list[tuple[Cell, Result]]]:
    """Go through the procedure once with as many of the cells as come on the way.

    Those that are left, one that was not met in this life, and the results.
    """
    bench.clean()
    left = list(cells)
    unmet: Cell | None = None
    results: list[tuple[Cell, Result]] = []
    reached = 0
    finished = False
    stops = False
    for cell in cells:
        # A part that is over does not come again in this life.
        if cell.deeds < reached or finished or stops:
            continue
        result, finished = strike(bench, cell, expected)
        reached = max(reached, _progress(bench.lab))
        if result.outcome == "passed by" and not result.problems and results:
            say(f"  not met ({result.seconds} s) {cell.label}")
            left.remove(cell)
            unmet = cell
            continue
        stops = cell.after == "stays stopped" and result.outcome == "stopped"
        if stops:
            result = result.also(stays_stopped(bench, cell))
        if cell.back and result.outcome == "stopped":
            expected = judge.and_back(bench.lab, expected)
        left.remove(cell)
        # A later run has gone on from the state after these.
        keep(results)
        results.append((cell, result))
        _tell(say, cell, result)
    if stops:
        return left, unmet, results
    problems = go_on(bench, expected, ended=finished)
    say(f"  {'ended well' if not problems else 'FAILED at the end'}")
    for problem in problems:
        say(f"    ! {problem}")
    if problems and results:
        last, result = results[-1]
        results[-1] = last, result.also(problems)
    return left, unmet, results


def _tell(say: Say, cell: Cell, result: Result) -> None:
    say(f"  {'FAILED' if result.problems else result.outcome} ({result.seconds} s) {cell.label}")
    if result.step:
        say(f"    in {result.step}: {result.cause}")
    for problem in result.problems:
        say(f"    ! {problem}")


def _progress(lab: Lab) -> int:
    return len({(deed["device"], deed["what"]) for deed in lab.simulator.deeds()})
