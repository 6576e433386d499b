# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the matrices found, as text: the numbers at the end of a run, and the page docs/faults.md."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .cells import PARTS
from .faults import counted

KEPT: t.Final = pathlib.Path(__file__).with_name("faults.json")
"""The outcome that docs/faults.md shows."""

_HEAD: t.Final = """# Faults

What a run of the asynchronous upgrade does when something goes wrong, as seen with simulated appliances. Each line is one run
with one fault at one request or in one thing that an appliance does. A run either **carries on** to the right end, or **stops**
and says what was expected and seen, on which appliance, what state things are in and what to do; then the fault was taken away and
the same command went on from there to the right end. While stopped, production was served by exactly one device. After what only
the vendor's support can put right the same command touches no update again.

This page is generated from `tests/torture/faults.json` by `python -m torture --only faults --write-docs` ([how](torture.md)).
"""


def summary(interruptions: t.Sequence[t.Mapping[str, t.Any]], faults: t.Mapping[str, t.Any] | None) -> str:
    lines = []
    if interruptions:
        row = "{:<14}{:>8}{:>8}{:>11}{:>8}{:>8}"
        lines += ["Interruptions", row.format("procedure", "points", "killed", "passed by", "chains", "failed")]
        for each in interruptions:
            keys = ("procedure", "points", "killed", "passed_by", "chains", "failed")
            lines.append(row.format(*(each[key] for key in keys)))
    if faults is not None:
        row = "{:>8}{:>8}{:>9}{:>9}{:>11}{:>8}"
        keys = ("cells", "tried", "carried", "stopped", "passed by", "failed")
        lines += ["Faults", row.format(*keys), row.format(*(faults[key] for key in keys))]
    return "\n".join(lines) + "\n"


def faults_page(found: t.Mapping[str, t.Any]) -> str:
    """The page for the results of a fault matrix."""
    lines = [
        _HEAD,
        f"Tried: {found['tried']} of {found['cells']} cells: {found['carried']} carried through, "
        f"{found['stopped']} stopped, {found['passed by']} not met any more, {found['failed']} not as promised.",
        "What failed and was mended counts from when it has been tried again; a few cells have not been.",
    ]
    for part in PARTS.values():
        results = [each for each in found["results"] if each["part"] == part and each["outcome"] != "passed by"]
        if results:
            lines += [
                "",
                f"## {part[0].upper()}{part[1:]}",
                "",
                "| fault | where | outcome | cause that is given |",
                "|---|---|---|---|",
            ]
            lines += sorted({_row(each) for each in results})
    return "\n".join(lines) + "\n"


def _row(result: t.Mapping[str, t.Any]) -> str:
    where = f"{result['device'].removeprefix('one-').upper()} {result['request']}".strip()
    outcome = f"stops in {result['step']}" if result["outcome"] == "stopped" else "carried through"
    if result["problems"]:
        outcome = f"**NOT AS PROMISED**, {outcome}"
    return f"| {result['fault']} | {where} | {outcome} | {_plain(result['cause'])} |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def write_docs(found: t.Mapping[str, t.Any], root: pathlib.Path) -> None:
    """Add the results to those that are kept, in place of older ones of the same cells, and write the page anew."""
    before = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"results": []}
    results = {_cell(each): each for each in (*before["results"], *found["results"])}
    kept = counted(found["cells"], found["ends"], [results[cell] for cell in sorted(results)])
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (root / "docs" / "faults.md").write_text(faults_page(kept), encoding="utf-8")


def _cell(result: t.Mapping[str, t.Any]) -> tuple[int, str, str, str]:
    return [*PARTS.values()].index(result["part"]), result["fault"], result["device"], result["request"]
