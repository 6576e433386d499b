# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interruption matrix: runs are killed, each at one request, and the same command is started again.

The points are dealt to chains. A chain begins with fresh appliances; each of its points is one run, killed there, and the next
run goes on from where the appliances stand. After the last point the command is run to its end, and once more.
"""

from __future__ import annotations

import collections
import dataclasses
import time
import typing as t

from . import judge
from .bench import Bench
from .points import Point, chains, points, sample
from .procedures import Procedure

CHAIN: t.Final = 12
"""Points in a chain."""
WIPED_EVERY: t.Final = 4
"""After each fourth kill the controller's disk is lost too, as that of a job in a container is."""
Say = t.Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Kill:
    """One killed run. Not ``reached``: the run ended before a request of this sort came, because it was not needed any more."""

    point: str
    when: str
    reached: bool
    wiped: bool
    problems: tuple[str, ...]
    seconds: float


@dataclasses.dataclass(frozen=True)
class Chain:
    """``problems`` are those of the end; ``seconds`` those of the last two runs."""

    procedure: str
    kills: tuple[Kill, ...]
    problems: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.problems and not any(kill.problems for kill in self.kills)


def learn(bench: Bench) -> tuple[list[Point], judge.Expected]:
    """The points of an undisturbed run, and what it does. Raises RuntimeError where it does not succeed."""
    outcome = bench.play()
    lab = bench.lab
    problems = [
        *judge.done(outcome, "the undisturbed run"),
        *bench.procedure.final(lab),
        *judge.violations(lab),
        *judge.sessions(lab, 0),
        *judge.disk(lab.folder),
    ]
    if problems:
        raise RuntimeError(f"{bench.procedure.name}: {'; '.join(problems)}")
    return points(lab.simulator.log()), judge.expected_of(lab)


def kill(bench: Bench, point: Point, expected: judge.Expected, *, wiped: bool) -> Kill:
    """Kill a run at the point and look at what it left behind."""
    began = time.monotonic()
    lab = bench.lab
    lab.simulator.fault("hold", **point.fault())
    end = bench.play_until_held()
    problems = [
        *([f"the run ended with status {end.status}"] if end.status != 0 else []),
        *([f"outlived the kill: {', '.join(end.left)}"] if end.left else []),
        *judge.violations(lab, bench.procedure.refused_once_a_run),
        *judge.deeds(lab, expected),
        *judge.disk(lab.folder),
    ]
    if wiped:
        bench.fresh_disk()
    return Kill(point.label, point.when, end.held, wiped, tuple(problems), round(time.monotonic() - began, 1))


def go_on(bench: Bench, expected: judge.Expected, *, ended: bool = False) -> list[str]:
    """Run the command to its end, unless that was done, and once more; what is not as after an undisturbed run."""
    lab, began = bench.lab, time.time()
    problems = [] if ended else judge.done(bench.play(), "the last run")
    written = len(lab.writes())
    if not problems:
        third = bench.play()
        problems += judge.done(third, "the run after the last") + judge.unchanged(third)
        if len(lab.writes()) != written:
            problems.append(f"the run after the last wrote {len(lab.writes()) - written} time(s)")
    return [
        *problems,
        *bench.procedure.final(lab),
        *judge.violations(lab, bench.procedure.refused_once_a_run),
        *judge.deeds(lab, expected),
        *judge.production(lab, expected),
        *judge.sessions(lab, began),
        *judge.disk(lab.folder),
    ]


def run_chain(bench: Bench, chain: t.Sequence[Point], expected: judge.Expected, say: Say) -> Chain:
    bench.clean()
    kills: list[Kill] = []
    for number, point in enumerate(chain, 1):
        result = kill(bench, point, expected, wiped=number % WIPED_EVERY == 0)
        kills.append(result)
        words = "FAILED" if result.problems else "killed" if result.reached else "passed by"
        say(f"  {words} ({result.seconds} s) {result.point}")
        for problem in result.problems:
            say(f"    {problem}")
        if result.problems:
            break
    began = time.monotonic()
    problems = go_on(bench, expected)
    seconds = round(time.monotonic() - began, 1)
    say(f"  {'FAILED' if problems else 'ended well'} ({seconds} s) after {len(kills)} runs")
    for problem in problems:
        say(f"    {problem}")
    return Chain(bench.procedure.name, tuple(kills), tuple(problems), seconds)


def matrix(procedure: Procedure, count: int | None, seed: int, say: Say, length: int = CHAIN) -> dict[str, t.Any]:
    """Try ``count`` of the procedure's points, chosen by ``seed``; all with None. The result is plain data."""
    with Bench(procedure) as bench:
        found, expected = learn(bench)
        chosen = sample(found, count, seed)
        say(f"{procedure.name}: {len(chosen)} of {len(found)} points, seed {seed}")
        done = [run_chain(bench, chain, expected, say) for chain in chains(chosen, length)]
    kills = [each for chain in done for each in chain.kills]
    counts = collections.Counter("killed" if each.reached else "passed by" for each in kills)
    return {
        "procedure": procedure.name,
        "seed": seed,
        "points": len(found),
        "killed": counts["killed"],
        "passed_by": counts["passed by"],
        "by_moment": dict(collections.Counter(each.when for each in kills if each.reached)),
        "chains": len(done),
        "failed": sum(not chain.passed for chain in done),
        "results": [dataclasses.asdict(chain) for chain in done],
    }
