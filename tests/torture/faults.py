# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: each cell is one run with a fault; it carries the procedure through, or stops and says so.

As with interruptions the runs are chained: after a run that stopped, the fault is taken away and the next run, with the next
fault, goes on from where the appliances stand. So each run but the first also proves that the one before could be resumed.
"""

from __future__ import annotations

import dataclasses
import re
import resource
import subprocess
import time
import typing as t

from integration.conftest import Lab, Outcome, read_recap

from . import judge
from .bench import RUN_LIMIT, Bench
from .cells import Cell, of_behaviour, of_requests, part_of, sample
from .interruption import Say, go_on, learn
from .procedures import PROCEDURES

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


def play(bench: Bench, cell: Cell) -> Outcome:
    """A run with the cell's settings; files may become so large only where the cell says so."""
    log = bench.lab.folder / "run.log"
    with log.open("w+", encoding="utf-8") as output:
        process = bench.start(*cell.extra, output=output)
        if cell.file_limit is not None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (cell.file_limit, cell.file_limit))
        try:
            status = process.wait(RUN_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            status = 124
    text = log.read_text(encoding="utf-8")
    log.unlink()
    return Outcome(status, text, read_recap(text))


def strike(bench: Bench, cell: Cell, expected: judge.Expected) -> Result:
    """One run with the fault, judged; the fault is gone afterwards."""
    began = time.monotonic()
    lab = bench.lab
    cell.prepare(lab)
    for fault in cell.strikes:
        lab.simulator.fault(**fault)
    outcome = play(bench, cell)
    struck = not cell.strikes or any(fault["struck"] for fault in lab.simulator.faults())
    lab.simulator.clear_faults()
    stop = read_stop(outcome.output)
    problems = _judge(bench, cell, outcome, stop, expected, struck=struck)
    cell.mend(lab)
    return Result(
        cell.fault,
        part_of(cell.deeds),
        cell.device,
        cell.request,
        ("carried" if outcome.status == 0 else "stopped") if struck else "passed by",
        stop.step if outcome.status else "",
        stop.cause if outcome.status else "",
        tuple(problems),
        round(time.monotonic() - began, 1),
    )


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
    again = play(bench, cell)
    more = [entry for entry in bench.lab.writes()[written:] if entry["screen"].startswith("updates")]
    problems = [] if again.status else ["the next run did not stop"]
    return problems + (["the next run touched the updates"] if more else [])


def matrix(
    count: int | None, seed: int, say: Say, keep: t.Callable[[dict[str, t.Any]], None] | None = None
) -> dict[str, t.Any]:
    """Try ``count`` cells, chosen by ``seed``; all with None. The result is plain data; ``keep`` gets what there is so far."""
    results: list[Result] = []
    ends: list[str] = []
    with Bench(PROCEDURES["asynchronous"], SETTINGS) as bench:
        bench.lab.variables.update(OUTPUT)
        found, expected = learn(bench)
        cells = sorted([*of_requests(found), *of_behaviour()], key=lambda cell: cell.deeds)
        left = sample(cells, count, seed)
        say(f"{len(left)} of {len(cells)} cells, seed {seed}")
        while left:
            left, done, problems = _life(bench, left, expected, say)
            results += done
            ends += problems
            if keep is not None:
                keep(counted(len(cells), ends, [dataclasses.asdict(result) for result in results]))
    return counted(len(cells), ends, [dataclasses.asdict(result) for result in results])


def counted(cells: int, ends: t.Sequence[str], results: t.Sequence[dict[str, t.Any]]) -> dict[str, t.Any]:
    """The results with their numbers; ``ends`` are problems at the end of a procedure that cells had disturbed."""
    outcomes = [result["outcome"] for result in results]
    return {
        "cells": cells,
        "tried": len(results),
        **{outcome: outcomes.count(outcome) for outcome in ("carried", "stopped", "passed by")},
        "failed": sum(bool(result["problems"]) for result in results) + len(ends),
        "ends": list(ends),
        "results": list(results),
    }


def _life(
    bench: Bench, cells: t.Sequence[Cell], expected: judge.Expected, say: Say
) -> tuple[list[Cell], list[Result], list[str]]:
    """Go through the procedure once with as many of the cells as come on the way; those that are left, and the results."""
    bench.clean()
    left = list(cells)
    results: list[Result] = []
    reached = 0
    finished = False
    for cell in cells:
        # Of each part one cell that does not end the procedure can be met in a life; an earlier part is over.
        if cell.deeds < reached or finished:
            continue
        result = strike(bench, cell, expected)
        reached = max(reached, _progress(bench.lab))
        finished = result.outcome != "stopped"
        if result.outcome == "passed by" and not result.problems and results:
            say(f"  later ({result.seconds} s) {cell.label}")
            continue
        left.remove(cell)
        results.append(result)
        _tell(say, cell, result)
        if cell.back and result.outcome == "stopped":
            expected = judge.and_back(bench.lab, expected)
        if cell.after == "stays stopped" and result.outcome == "stopped":
            problems = stays_stopped(bench, cell)
            for problem in problems:
                say(f"    ! {problem}")
            return left, results, [f"after {cell.label}: {problem}" for problem in problems]
    problems = go_on(bench, expected, ended=finished and results[-1].outcome == "carried")
    say(f"  {'ended well' if not problems else 'FAILED at the end'}")
    for problem in problems:
        say(f"    ! {problem}")
    return left, results, problems


def _tell(say: Say, cell: Cell, result: Result) -> None:
    say(f"  {'FAILED' if result.problems else result.outcome} ({result.seconds} s) {cell.label}")
    if result.step:
        say(f"    in {result.step}: {result.cause}")
    for problem in result.problems:
        say(f"    ! {problem}")


def _progress(lab: Lab) -> int:
    return len({(deed["device"], deed["what"]) for deed in lab.simulator.deeds()})
