# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m torture`: the interruption matrix and the fault matrix, complete or a sample, with a report.

The reports are `.build/torture/interruption.json`, `.build/torture/faults.json` and `.build/torture/report.txt`.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import typing as t

from . import faults, interruption, report
from .procedures import PROCEDURES

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
FOLDER: t.Final = ROOT / ".build" / "torture"


def say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--points", type=int, help="how many points of each procedure are tried; all without")
    parser.add_argument("--cells", type=int, help="how many cells of the fault matrix are tried; all without")
    parser.add_argument("--seed", type=int, default=1, help="chooses the points and cells (%(default)s)")
    parser.add_argument("--procedure", action="append", choices=sorted(PROCEDURES), help="of the interruption matrix")
    parser.add_argument("--only", choices=("interruption", "faults"))
    parser.add_argument("--chain", type=int, default=interruption.CHAIN, help="points in a chain (%(default)s)")
    parser.add_argument(
        "--write-docs", action="store_true", help="add the outcome of the fault matrix to docs/faults.md"
    )
    return parser


def main(arguments: t.Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    interruptions: list[dict[str, t.Any]] = []
    found: dict[str, t.Any] | None = None
    if options.only != "faults":
        for name in options.procedure or PROCEDURES:
            done = interruption.matrix(PROCEDURES[name], options.points, options.seed, say, options.chain)
            interruptions.append(done)
            _write(FOLDER / "interruption.json", interruptions)
    if options.only != "interruption":
        found = faults.matrix(options.cells, options.seed, say, lambda sofar: _write(FOLDER / "faults.json", sofar))
        if options.write_docs:
            report.write_docs(found, ROOT)
    text = report.summary(interruptions, found)
    (FOLDER / "report.txt").write_text(text, encoding="utf-8")
    say(text)
    failed = sum(done["failed"] for done in interruptions) + (found["failed"] if found else 0)
    return 1 if failed else 0


def _write(path: pathlib.Path, data: t.Any) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
