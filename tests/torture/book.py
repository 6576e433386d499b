# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results that are kept in a file as they come, so that a matrix can be gone through in parts and by several workers."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import threading
import typing as t

Row = dict[str, t.Any]


@dataclasses.dataclass
class Chapter:
    """The results of one matrix by the key of what was tried; ``total`` is how many there are to try.

    ``chains`` counts how often the procedure was gone through to its end.
    """

    total: int = 0
    chains: int = 0
    rows: dict[str, Row] = dataclasses.field(default_factory=dict)

    def count(self, outcome: str) -> int:
        return sum(row["outcome"] == outcome for row in self.rows.values())

    @property
    def failed(self) -> int:
        return sum(bool(row["problems"]) for row in self.rows.values())


class Book:
    """``path`` holds one line for each result; every result has an ``outcome`` and its ``problems``."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.chapters = {name: Chapter(**values) for name, values in found.items()}

    def open(self, name: str, keys: t.Sequence[str], *, resume: bool) -> set[str]:
        """Begin with what is to be tried. With ``resume`` the answer is what needs no further try, else nothing is kept."""
        with self._lock:
            before = self.chapters.get(name, Chapter()) if resume else Chapter()
            rows = {key: before.rows[key] for key in keys if key in before.rows}
            self.chapters[name] = Chapter(len(keys), before.chains, rows)
            return {key for key, row in rows.items() if not row["problems"]}

    def add(self, name: str, rows: t.Mapping[str, Row], *, chains: int = 0) -> None:
        """Add results, in place of older ones, and write the file."""
        with self._lock:
            chapter = self.chapters[name]
            chapter.rows.update(rows)
            chapter.chains += chains
            self._write()

    def _write(self) -> None:
        chapters = []
        for name, chapter in self.chapters.items():
            rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(chapter.rows.items()))
            head = f'"total": {chapter.total}, "chains": {chapter.chains}'
            chapters.append(f" {json.dumps(name)}: {{{head}, " + f'"rows": {{\n{rows}\n }}}}')
        draft = self._path.with_suffix(".new")
        draft.write_text("{\n" + ",\n".join(chapters) + "\n}\n", encoding="utf-8")
        draft.replace(self._path)
