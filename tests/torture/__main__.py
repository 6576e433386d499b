# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m torture`: the interruption matrix and the fault matrix, complete or a sample, with a report.

What is found is kept in `.build/torture` as it comes: `interruption.json`, `faults.json`, `report.txt`. With `--write-docs`
it is kept in `tests/torture` and shown in `docs`. `--resume` goes on from what is kept, `--minutes` ends in time.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import typing as t

from . import faults, interruption, report
from .book import Book
from .cells import PARTS
from .procedures import PROCEDURES
from .report import FOLDER
from .work import Effort, say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--points", type=int, help="how many points of each procedure are tried; all without")
    parser.add_argument("--cells", type=int, help="how many cells of the fault matrix are tried; all without")
    parser.add_argument("--seed", type=int, default=Effort.seed, help="chooses the points and cells (%(default)s)")
    parser.add_argument(
        "--procedure", action="append", choices=sorted(PROCEDURES), help="only this one, and those with it"
    )
    parser.add_argument("--only", choices=("interruption", "faults"))
    parser.add_argument("--chain", type=int, default=Effort.length, help="points or cells in a chain (%(default)s)")
    parser.add_argument("--jobs", type=int, default=Effort.jobs, help="how many chains are gone through at once")
    parser.add_argument("--resume", action="store_true", help="leave out what is kept and went well")
    parser.add_argument("--minutes", type=float, help="begin no chain later than so many minutes from now")
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the results in tests/torture, show them in docs"
    )
    return parser


def main(arguments: t.Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = report.KEPT if options.write_docs else FOLDER
    interrupted, disturbed = Book(folder / report.INTERRUPTION), Book(folder / report.FAULTS)
    effort = Effort(options.points, options.seed, options.jobs, options.chain, options.resume, options.minutes)
    tried = []
    try:
        if options.only != "faults":
            for name in options.procedure or PROCEDURES:
                tried.append(interruption.matrix(PROCEDURES[name], effort, interrupted, say))
        if options.only != "interruption":
            for name in PARTS:
                if name in (options.procedure or PARTS):
                    cells = dataclasses.replace(effort, count=options.cells)
                    tried.append(faults.matrix(PROCEDURES[name], cells, disturbed, say))
    finally:
        if options.write_docs:
            report.write_docs(interrupted, disturbed)
        text = report.summary(interrupted, disturbed)
        (FOLDER / "report.txt").write_text(text, encoding="utf-8")
        say(text)
    return 1 if any(chapter.failed for chapter in tried) else 0


if __name__ == "__main__":
    sys.exit(main())
