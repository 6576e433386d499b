# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the matrices found, as text: the numbers at the end of a run, and what the documentation shows."""

from __future__ import annotations

import pathlib
import re
import typing as t

from .book import Book, Chapter
from .cells import PARTS
from .procedures import PROCEDURES

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
FOLDER: t.Final = ROOT / ".build" / "torture"
"""Where the outcome is kept as it comes."""
KEPT: t.Final = pathlib.Path(__file__).parent
"""Where the outcome is that the documentation shows."""
INTERRUPTION: t.Final = "interruption.json"
FAULTS: t.Final = "faults.json"
_NUMBERS: t.Final = re.compile(r"(?<=<!-- numbers -->\n).*(?=<!-- end of numbers -->)", re.DOTALL)

_HEAD: t.Final = """# Faults of {article} {procedure}

What a run does when something goes wrong, as seen with simulated appliances. Each line is one fault
at one request or in one thing that an appliance does. A run either **carries on**, to its next change or the right end, or
**stops** and says what was expected and seen, on which appliance, what state things are in and what to do; then the same command
went on from there to the right end, without that fault. While stopped, production was served by exactly one device.
After what only the vendor's support can put right the same command touches no update again. Where the table gives a limit in
seconds, the run had been given less patience than it has by default, for simulated hours pass in seconds.

This page is generated from `tests/torture/faults.json` by `python -m torture --only faults --write-docs` ([how](torture.md)).
"""
_TITLES: t.Final = {
    "asynchronous": ("an", "asynchronous upgrade"),
    "synchronous": ("a", "synchronous upgrade"),
    "single": ("an", "upgrade of a single appliance"),
    "hardware": ("a", "move to new hardware"),
}

_ELSEWHERE: t.Final = """
## Of other ways to swing, and at other places

These are tried by tests of their own in `make test`; each of them also goes on from where it stopped where that is said here.

| fault | what the run does | test in `tests/integration` |
|---|---|---|
| the name server refuses the change of the record | stops before anything is swung; goes on once it may | `test_swing_dns.py` |
| the name server is gone when production is to move | stops; device A serves and is left alone; goes on once it is back | `test_swing_dns.py` |
| wrong key, unknown zone, name server down or not set | stops in preflight, nothing changed | `test_swing_dns.py` |
| a Base update that fails or hangs on a single appliance | stops for the vendor's support; goes on once they have solved it | `test_base_trouble.py` |
| wrong clocks | stops in preflight of an upgrade and of a migration | `test_base_trouble.py`, `test_hardware.py` |
"""


def summary(interrupted: Book, disturbed: Book) -> str:
    row = "{:<24}{:>8}{:>8}{:>9}{:>9}{:>11}{:>8}{:>8}"
    lines = [row.format("", "all", "killed", "carried", "stopped", "passed by", "chains", "failed")]
    for title, book in (("killed", interrupted), ("faults", disturbed)):
        for name, chapter in book.chapters.items():
            counts = (chapter.count(outcome) for outcome in ("killed", "carried", "stopped", "passed by"))
            lines.append(row.format(f"{title}: {name}", chapter.total, *counts, chapter.chains, chapter.failed))
    return "\n".join(lines) + "\n"


def interruption_table(book: Book) -> str:
    """The numbers of the interruption matrix, procedure by procedure."""
    lines = [
        "| procedure | points | killed there | not met | chains | not as promised |",
        "|---|---|---|---|---|---|",
    ]
    for name in PROCEDURES:
        found = book.chapters.get(name)
        if found is None:
            lines.append(f"| {name} | not tried yet | | | | |")
            continue
        counts = (found.total, found.count("killed"), found.count("passed by"), found.chains, found.failed)
        lines.append(f"| {name} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines) + "\n"


def faults_page(procedure: str, book: Book) -> str:
    """The page for the results of the fault matrix of a procedure."""
    found = book.chapters.get(procedure, Chapter())
    article, title = _TITLES[procedure]
    others = ", ".join(f"[{' '.join(_TITLES[name])}]({faults_file(name)})" for name in PARTS if name != procedure)
    lines = [
        _HEAD.format(article=article, procedure=title),
        f"Tried: {len(found.rows)} of {found.total} cells: {found.count('carried')} carried through, "
        f"{found.count('stopped')} stopped, {found.count('passed by')} not met, {found.failed} not as promised.",
        "",
        f"Faults of {others} have pages of their own.",
    ]
    for part in PARTS[procedure].names.values():
        results = [each for each in found.rows.values() if each["part"] == part and each["outcome"] != "passed by"]
        if results:
            lines += [
                "",
                f"## {part[0].upper()}{part[1:]}",
                "",
                "| fault | where | outcome | cause that is given |",
                "|---|---|---|---|",
            ]
            lines += sorted({_row(each) for each in results})
    return "\n".join(lines) + "\n" + (_ELSEWHERE if procedure == "asynchronous" else "")


def faults_file(procedure: str) -> str:
    return "faults.md" if procedure == "asynchronous" else f"faults-{procedure}.md"


def _row(result: t.Mapping[str, t.Any]) -> str:
    where = f"{result['device'].removeprefix('one-').upper()} {result['request']}".strip()
    outcome = f"stops in {result['step']}" if result["outcome"] == "stopped" else "carried through"
    if result["problems"]:
        outcome = f"**NOT AS PROMISED**, {outcome}"
    return f"| {result['fault']} | {where} | {outcome} | {_plain(result['cause'])} |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def pages(interrupted: Book, disturbed: Book) -> dict[pathlib.Path, str]:
    """The files of the documentation that show results, and what they hold with these."""
    torture = ROOT / "docs" / "torture.md"
    table = interruption_table(interrupted)
    return {
        torture: _NUMBERS.sub(lambda _match: table, torture.read_text(encoding="utf-8")),
        **{ROOT / "docs" / faults_file(name): faults_page(name, disturbed) for name in PARTS},
    }


def write_docs(interrupted: Book, disturbed: Book) -> None:
    for path, text in pages(interrupted, disturbed).items():
        path.write_text(text, encoding="utf-8")
