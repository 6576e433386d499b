# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the product beside a floor and a peer, in turns on one machine, and print the ratios.

``bench.py [--rounds N] [--pairs N ...] [--mebibytes N] [--keep] [swing] [upgrade] [startup] [bytes] [fleet] [pages] [browser]``. Absolute times say
something about the machine; ratios of medians, taken in turns, say something about the product. The table is also
written as JSON to ``.build/benchmark/results.json``; ``--keep`` puts it into the documentation in place of what was
measured before, with a chart of all that is there.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".build")]

from benchmark import chart, pages, runs, startup, swings, transfers  # noqa: E402 (the tests' folder is put on the path first)

RESULTS = ROOT / ".build" / "benchmark"
FLEET_SCALE = 10.0
"""Simulated seconds in one: an upgrade of a pair then takes six and a half minutes of its appliances' own time."""
KEPT = ROOT / "docs" / "performance.json"
FINEST = runs.PROBE_SECONDS * 1000
"""Milliseconds between two looks from outside: what is shorter cannot be told apart."""
LARGE_PAGE = 50_000
"""Elements; no page of an appliance is known to come near."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One measure: its value, what it is compared with, and the most (or with ``at_least`` the least) that the ratio may be."""

    what: str
    unit: str
    value: float
    goal: float
    floor: float | None = None
    peer: float | None = None
    against: t.Literal["floor", "peer", "itself"] = "peer"
    at_least: bool = False
    turns: int = 1

    @property
    def ratio(self) -> float:
        base = {"floor": self.floor, "peer": self.peer, "itself": 1.0}[self.against]
        return self.value / base if base else float("inf")

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def swing(options: argparse.Namespace) -> list[Row]:
    turns = max(5, options.rounds)
    gaps = swings.compared(turns)
    rows = []
    for what, of in (("seen from outside", "nobody_answered"), ("held by nobody", "held_by_nobody")):
        medians = {name: statistics.median(getattr(gap, of) for gap in some) * 1000 for name, some in gaps.items()}
        if of == "nobody_answered":
            medians = {name: max(gap, FINEST) for name, gap in medians.items()}
        rows.append(Row(f"Production gap, {what}", "ms", medians["product"], 1.5, medians["floor"], against="floor"))
    return [dataclasses.replace(row, turns=turns) for row in rows]


def upgrade(options: argparse.Namespace) -> list[Row]:
    took: dict[runs.Way, list[runs.Took]] = {"floor": [], "peer": [], "product": []}
    for _round in range(options.rounds):
        for way, some in took.items():
            some.append(runs.run(way))

    def median(way: runs.Way, of: str) -> float:
        return statistics.median(float(getattr(one, of)) for one in took[way])

    scripted = scripted_seconds()
    walls = {way: median(way, "wall") - scripted for way in took}
    gaps = {way: max(median(way, "gap") * 1000, FINEST) for way in took}
    cpus = {way: median(way, "cpu") for way in took}
    asked = {way: median(way, "requests") for way in took}
    rows = [
        Row("Production gap of a whole upgrade", "ms", gaps["product"], 0.1, gaps["floor"], gaps["peer"]),
        Row("Control overhead of a whole upgrade", "s", walls["product"], 0.5, walls["floor"], walls["peer"]),
        Row("CPU of a whole upgrade", "s", cpus["product"], 0.5, cpus["floor"], cpus["peer"]),
        Row("Sign-ins, most of one interface", "", median("product", "most_sign_ins"), 3, against="itself"),
        Row("Sessions left open", "", median("product", "open_sessions"), 0, against="itself"),
        Row("Requests of a whole upgrade", "", asked["product"], 3, asked["floor"], asked["peer"], against="floor"),
    ]
    return [dataclasses.replace(row, turns=options.rounds) for row in rows]


def scripted_seconds() -> float:
    """What the simulator's own clock takes in any way: four installs with their downloads, and two synchronisations."""
    return (4 * (900 + 60) + 2 * 45) / runs.SCALE


def start(options: argparse.Namespace) -> list[Row]:
    rows = []
    for pairs in (1, *options.pairs):
        found = startup.compared(pairs)
        (wall, cpu), (peer_wall, peer_cpu) = found["product"], found["peer"]
        rows.append(Row(f"To the plan of {pairs} pair(s)", "s", wall, 2, peer=peer_wall))
        rows.append(Row(f"To the plan of {pairs} pair(s), CPU", "s", cpu, 2, peer=peer_cpu))
    return rows


def transfer(options: argparse.Namespace) -> list[Row]:
    down = transfers.down(options.mebibytes, options.rounds)
    up = transfers.up(options.mebibytes, options.rounds)
    backup, upload = f"Backup of {options.mebibytes} MiB", f"Upload of {options.mebibytes} MiB"

    def speed(what: str, found: dict[str, transfers.Transfer], peer: str) -> Row:
        return Row(f"{what}, {peer}", "MiB/s", found["product"].speed, 0.9, peer=found[peer].speed, at_least=True)

    rows = [
        speed(backup, down, "curl"),
        speed(backup, down, "curl and sha256sum"),
        speed(upload, up, "curl"),
        Row(f"{backup}, peak memory", "MiB", down["product"].peak_mib, 100, against="itself"),
        Row(f"{upload}, peak memory", "MiB", up["product"].peak_mib, 100, against="itself"),
    ]
    return [dataclasses.replace(row, turns=options.rounds) for row in rows]


def reading(options: argparse.Namespace) -> list[Row]:
    small, large = (pages.read(elements) for elements in (LARGE_PAGE // 10, LARGE_PAGE))
    growth = {kind: large[kind].product / small[kind].product / 10 for kind in large}
    slowest = max(large, key=lambda kind: large[kind].product)
    worst = max(growth, key=growth.__getitem__)
    one = large[slowest]
    return [
        Row(f"Page of {LARGE_PAGE} elements ({slowest})", "s", one.product, 200, one.floor, against="floor"),
        Row(f"The same beside ten times a tenth of it ({worst})", "", growth[worst], 1.5, against="itself"),
    ]


def fleet(options: argparse.Namespace) -> list[Row]:
    """What a fleet takes beside one pair is the time of its appliances, which nobody can shorten: it passes ten times as fast as on real ones."""
    one = runs.run("product", 1, FLEET_SCALE)
    rows = []
    for pairs in options.pairs:
        many, what = runs.run("product", pairs, FLEET_SCALE), f"{pairs} pairs in one run"
        rows += [
            Row(f"{what}, wall", "s", many.wall, 3, peer=one.wall),
            Row(f"{what}, CPU a pair", "s", many.cpu / pairs, 1, peer=one.cpu),
            Row(f"{what}, simulator's CPU a pair", "s", many.simulator_cpu / pairs, 1.2, peer=one.simulator_cpu),
            Row(f"{what}, memory a pair", "MiB", many.process.memory_mib / pairs, 60, against="itself"),
            Row(f"{what}, longest beside shortest pair", "", many.unfairness, 1.5, against="itself"),
        ]
    return rows


def drawn(options: argparse.Namespace) -> list[Row]:
    """The same upgrade through Chromium, where scripts draw all pages."""
    html, browser = runs.run("product"), runs.run("product", skin="application")
    what = "Upgrade through Chromium"
    return [
        Row(f"{what}, beside HTML", "s", browser.wall, 3, peer=html.wall),
        Row(f"{what}, CPU", "s", browser.cpu, 5, peer=html.cpu),
        Row(f"{what}, sign-ins, most of one interface", "", browser.most_sign_ins, 3, against="itself"),
        Row(f"{what}, sessions left open", "", browser.open_sessions, 0, against="itself"),
        Row(
            f"{what}, peak memory of all processes", "MiB", browser.process.memory_mib, 4, peer=html.process.memory_mib
        ),
    ]


MEASURES: t.Final[dict[str, t.Callable[[argparse.Namespace], list[Row]]]] = {
    "swing": swing,
    "upgrade": upgrade,
    "startup": start,
    "bytes": transfer,
    "fleet": fleet,
    "pages": reading,
    "browser": drawn,
}


def text_of(rows: t.Sequence[Row]) -> str:
    lines = [f"{'measure':44} {'product':>9} {'floor':>9} {'peer':>9} {'ratio':>7}  goal"]
    for row in rows:
        number = [f"{value:.1f}" if value is not None else "" for value in (row.value, row.floor, row.peer)]
        against = "" if row.against == "itself" else f" x {row.against}"
        goal = f"{'>=' if row.at_least else '<='} {row.goal:g}{against}{'' if row.reached else '  NOT REACHED'}"
        what = f"{row.what} [{row.unit}]" if row.unit else row.what
        lines.append(f"{what:44} {number[0]:>9} {number[1]:>9} {number[2]:>9} {row.ratio:7.2f}  {goal}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="|".join(MEASURES))
    parser.add_argument(
        "--rounds", type=int, default=3, help="turns of swings, whole upgrades and bytes; medians count"
    )
    parser.add_argument("--pairs", type=int, nargs="+", default=[10], help="of the fleets")
    parser.add_argument("--mebibytes", type=int, default=512, help="of the backup")
    parser.add_argument("--keep", action="store_true", help="put the results into the documentation")
    options = parser.parse_args()
    unknown = set(options.measures) - set(MEASURES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in options.measures or MEASURES:
        print(f"measuring: {name}", flush=True)
        rows += MEASURES[name](options)
    print(f"\n{text_of(rows)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    data = [as_data(row) for row in rows]
    write(data, RESULTS / "results.json")
    if options.keep:
        measured = {row["what"] for row in data}
        write([row for row in kept() if row["what"] not in measured] + data, KEPT)
    return 0


def as_data(row: Row) -> dict[str, t.Any]:
    """The row with its ratio, how often it was measured and how busy the machine was."""
    facts = dataclasses.asdict(row)
    turns = facts.pop("turns")
    often = "once" if turns == 1 else f"{turns} turns"
    ran = f"{often}, load average {os.getloadavg()[1]:.0f} on {os.cpu_count()} cores"
    return {**facts, "ratio": row.ratio, "reached": row.reached, "ran": ran}


def kept() -> list[dict[str, t.Any]]:
    """The measures that the documentation shows."""
    rows: list[dict[str, t.Any]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else []
    return rows


def write(data: list[dict[str, t.Any]], path: pathlib.Path) -> None:
    """The results, and the chart of them beside the file."""
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    path.with_suffix(".svg").write_text(chart.svg(data), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
