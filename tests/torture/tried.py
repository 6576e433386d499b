# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much the fuzzing and the search for secrets try, counted from the tests themselves: `python -m torture.tried` writes it down."""

from __future__ import annotations

import importlib
import pathlib
import re
import typing as t

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
SECRET: t.Final = "a-secret-0123456789<&\"'+/%\u00e4 \u00ff\u00fe~~~>?{x}\\"
"""A text that every encoding spells differently."""
PAGE: t.Final = ROOT / "docs" / "torture.md"


def between(mark: str) -> re.Pattern[str]:
    """What stands on the page between two marks."""
    return re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- end of {mark} -->)", re.DOTALL)


def examples() -> list[int]:
    """For each property that is fuzzed, how many examples of it are tried."""
    found = []
    for path in sorted((ROOT / "tests" / "unit" / "fuzz").glob("test_*.py")):
        module = importlib.import_module(f"unit.fuzz.{path.stem}")
        for each in vars(module).values():
            if getattr(each, "is_hypothesis_test", False):
                found.append(int(each._hypothesis_internal_use_settings.max_examples))
    return found


def sentences() -> str:
    """What stands on the page."""
    secrets = importlib.import_module("unit.secrets.test_no_secret_gets_out")
    options = [path for name in secrets.MODULES for path in secrets.secret_options(secrets.specification(name))]
    runs = importlib.import_module("integration.test_secrets")
    fuzzed = examples()
    return (
        f"- {len(fuzzed)} properties of readers and parsers are tried with {sum(fuzzed)} examples in all "
        f"({max(fuzzed)} each, {min(fuzzed)} where one takes long), besides those that are written down;\n"
        f"- the {len(options)} options of modules that hold a secret are each searched for in {len(secrets.forms(SECRET))} spellings, and in "
        f"{len(secrets.pieces(SECRET))} that Base64 makes of a part of a longer text;\n"
        f"- whole runs are searched for {len(runs.NAMES) + runs.OF_A_PAIR} secrets in {len(runs.forms(SECRET))} spellings: output, log, "
        "facts, reports, records, temporary files, the process list.\n"
    )


def write(mark: str, text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(between(mark).sub(lambda _found: text, page), encoding="utf-8")


if __name__ == "__main__":
    write("tried", sentences())
