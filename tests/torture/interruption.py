# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interruption matrix: runs are killed, each at one request, and the same command is started again.

The points are dealt to chains. A chain begins with fresh appliances; each of its points is one run, killed there, and the next
run goes on from where the appliances stand. After the last point the command is run to its end, and once more. A point that a
resumed run does not meet is tried in a chain of its own, from the start.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from . import judge
from .bench import Bench
from .book import Book, Chapter
from .points import Point, chains, points, sample
from .procedures import Procedure
from .work import Effort, Pile, Say, work

WIPED_EVERY: t.Final = 4
"""After each fourth kill the controller's disk is lost too, as that of a job in a container is."""


@dataclasses.dataclass(frozen=True)
class Kill:
    """One killed run. Not ``reached``: the run ended before a request of this sort came, because it was not needed any more."""

    point: str
    when: str
    reached: bool
    wiped: bool
    problems: tuple[str, ...]
    seconds: float

    @property
    def row(self) -> dict[str, t.Any]:
        """What is kept of it."""
        return {"outcome": "killed" if self.reached else "passed by", "problems": list(self.problems)}


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


Keep = t.Callable[[t.Mapping[str, Kill]], None]


def run_chain(
    bench: Bench, chain: t.Sequence[Point], expected: judge.Expected, say: Say, keep: Keep
) -> tuple[list[Point], dict[str, Kill]]:
    """Kill one run after the other, and run to the end. Points to be tried elsewhere, and what was seen by the key of the point.

    ``keep`` gets the kills from which a later run has gone on.

    A run that ends before its point leaves nothing to do for the runs after it: their points and its own are not tried here.
    """
    bench.clean()
    kills: dict[str, Kill] = {}
    left = list(chain)
    ended = False
    while left and not ended:
        point = left[0]
        result = kill(bench, point, expected, wiped=(len(kills) + 1) % WIPED_EVERY == 0)
        ended = not result.reached and not result.problems
        words = "FAILED" if result.problems else "killed" if result.reached else "not met"
        say(f"  {words} ({result.seconds} s) {result.point}")
        for problem in result.problems:
            say(f"    {problem}")
        if ended and len(chain) > 1:
            break
        keep(kills)
        kills[point.key] = result
        left.pop(0)
        if result.problems:
            break
    began = time.monotonic()
    problems = go_on(bench, expected, ended=ended)
    say(f"  {'FAILED' if problems else 'ended well'} ({time.monotonic() - began:.1f} s) after {len(kills)} kills")
    for problem in problems:
        say(f"    {problem}")
    if problems and kills:
        last = list(kills)[-1]
        kills[last] = dataclasses.replace(kills[last], problems=(*kills[last].problems, *problems))
    return left, kills


def matrix(procedure: Procedure, effort: Effort, book: Book, say: Say) -> Chapter:
    """Try the procedure's points and write what was seen into the book."""
    name = procedure.name
    with Bench(procedure) as bench:
        found, expected = learn(bench)
    done = book.open(name, [point.key for point in found], resume=effort.resume)
    chosen = [point for point in sample(found, effort.count, effort.seed) if point.key not in done]
    say(f"{name}: {len(chosen)} of {len(found)} points, seed {effort.seed}")
    pile = Pile(chains(chosen, effort.length), effort, lambda point: point.seq)

    def do(bench: Bench, chain: list[Point]) -> None:
        told: list[str] = []

        def keep(kills: t.Mapping[str, Kill], ended: int = 0) -> None:
            book.add(name, {key: kill.row for key, kill in kills.items()}, chains=ended)

        left, kills = run_chain(bench, chain, expected, told.append, keep)
        say("\n".join([f"{name}: a chain of {len(chain)}", *told]))
        keep(kills, 1)
        if left and not any(kill.problems for kill in kills.values()):
            pile.put_alone(left.pop(0))
        pile.give_back(left)

    work(pile, effort.jobs, lambda: Bench(procedure), do)
    return book.chapters[name]
