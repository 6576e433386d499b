# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A README for each role of a release, made from what the role itself says of its variables. Galaxy takes no role without one."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import yaml

COLLECTION = "bseries.sra"
SPECS = Path("meta", "argument_specs.yml")
MARKED = re.compile(r"\b(?:[BCEIMOPV]|RV)\(([^)]*)\)")
"""What ansible-doc shows as code, as names of options and values, or stressed."""


def markdown(text: str | list[str]) -> str:
    """What is written for ansible-doc, as Markdown in one line."""
    paragraphs = [text] if isinstance(text, str) else text
    return MARKED.sub(r"`\1`", " ".join(" ".join(paragraphs).split()))


def row(name: str, option: dict[str, t.Any]) -> str:
    """A variable as a row of the table."""
    kind = option["type"] + (f" of {option['elements']}" if "elements" in option else "")
    default = f"`{json.dumps(option['default'])}`" if "default" in option else ""
    choices = f" One of {', '.join(f'`{one}`' for one in option['choices'])}." if "choices" in option else ""
    cells = (
        f"`{name}`",
        kind,
        "required" if option.get("required") else default,
        markdown(option["description"]) + choices,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def section(entry_point: str, spec: dict[str, t.Any]) -> list[str]:
    """An entry point of a role: what it is for, and its variables."""
    lines = [] if entry_point == "main" else [f"## tasks_from: {entry_point}", ""]
    lines += [f"{spec['short_description']}.", "", markdown(spec["description"]), ""]
    if spec.get("options"):
        lines += ["| variable | type | default | meaning |", "|---|---|---|---|"]
        lines += [row(name, option) for name, option in spec["options"].items()]
        lines += [""]
    return lines


def page(role: Path) -> str:
    """The text for a role; its folder's name is its own."""
    specs = yaml.safe_load((role / SPECS).read_text(encoding="utf-8"))["argument_specs"]
    lines = [f"# {COLLECTION}.{role.name}", ""]
    for entry_point, spec in sorted(specs.items(), key=lambda item: (item[0] != "main", item[0])):
        lines += section(entry_point, spec)
    return "\n".join([*lines, f"On a controller: `ansible-doc -t role {COLLECTION}.{role.name}`.", ""])


def write_pages(collection: Path) -> None:
    """Write the pages of all roles of a copy of the collection."""
    for specs in sorted(collection.glob(f"roles/*/{SPECS}")):
        role = specs.parents[1]
        (role / "README.md").write_text(page(role), encoding="utf-8")
