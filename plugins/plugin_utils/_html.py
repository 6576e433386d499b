# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of the collection: one HTML file each, without network and script, everything that came from outside escaped."""

from __future__ import annotations

import functools
import pathlib
import typing as t

import jinja2

from ansible_collections.bseries.sra.plugins.module_utils._plan.estimates import words
from ansible_collections.bseries.sra.plugins.module_utils._plan.rows import GATES, predictions, rows
from ansible_collections.bseries.sra.plugins.module_utils._report.view import clean, clock, duration, view

_TEMPLATES: t.Final = pathlib.Path(__file__).parent / "_pages"
Data = t.Mapping[str, t.Any]


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        # A page with a gap is worth more than none: parts of a record may come from tasks of the site.
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["took"] = lambda seconds: "" if seconds is None else duration(float(seconds))
    environment.filters["size"] = _size
    environment.filters["arrows"] = lambda text: text.replace(" -> ", " \u2192 ")
    return environment


def _size(number: int | None) -> str:
    if number is None:
        return ""
    return f"{number / 1e6:.1f} MB" if number >= 1e5 else f"{number} bytes"


def report_page(record: Data) -> str:
    """The report of an upgrade."""
    shown = view(record)
    shown["checks_rows"] = shown.pop("checks")
    return _environment().get_template("report.html.j2").render(**shown, written=shown["updated"])


def plan_page(plan: Data, pair: str, now: str, warnings: t.Sequence[str] = ()) -> str:
    """A plan. ``now`` is RFC 3339."""
    plan = clean(plan)
    states = {
        "problems": ("Nothing may be changed", "bad"),
        "questions": ("A question is open", "warn"),
        "done": ("Nothing to do", "good"),
    }
    state = next((words for key, words in states.items() if plan[key]), ("Ready", "info"))
    return (
        _environment()
        .get_template("plan.html.j2")
        .render(
            plan=plan,
            pair=clean(pair),
            written=clock(now),
            state=state,
            rows=rows(plan),
            gates=GATES,
            predicted=predictions(plan),
            remaining=words(plan["remaining_seconds"]),
            warnings=clean([*plan["warnings"], *warnings]),
        )
    )
