# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chart in the documentation is drawn from the numbers beside it."""

from __future__ import annotations

import json
import pathlib

from ansible_collections.bseries.sra.tests.benchmark import chart

DOCS = pathlib.Path(__file__).resolve().parents[3] / "docs"


def test_the_chart_shows_the_numbers() -> None:
    rows = json.loads((DOCS / "performance.json").read_text(encoding="utf-8"))
    assert (DOCS / "performance.svg").read_text(encoding="utf-8") == chart.svg(rows)
    assert all(row["ran"] for row in rows)


def test_a_bar_crosses_the_line_where_the_goal_is_not_reached() -> None:
    rows = [
        {"what": what, "value": 1.0, "unit": "s", "goal": 1.0, "ratio": ratio, "reached": reached, "at_least": at_least}
        for what, ratio, reached, at_least in (
            ("half", 0.5, True, False),
            ("too much", 1.5, False, False),
            ("too little", 0.5, False, True),
        )
    ]
    drawn = chart.svg(rows)
    assert [word for word in ("#2a7f4f", "#b5472f") for _each in range(drawn.count(word))] == [
        "#2a7f4f",
        "#b5472f",
        "#b5472f",
    ]
    assert 'width="75"' in drawn
    assert 'width="225"' in drawn
    assert 'width="300"' in drawn
