# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results as an SVG: one bar a measure, how near it is to its goal."""

from __future__ import annotations

import html
import typing as t

_ROW = 26
_LEFT = 330
_WIDTH = 300
_RIGHT = 190
_LONGEST = 2.0
_LICENCE = """<!-- Copyright (c) 2026, the bseries.sra maintainers
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later -->
"""


def svg(rows: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Each bar is the ratio as a share of its goal; the line is the goal, and a bar that crosses it has not reached it."""
    bars = "".join(_bar(number, row) for number, row in enumerate(rows))
    height = _ROW * len(rows) + 40
    line = _LEFT + _WIDTH / _LONGEST
    return (
        f'{_LICENCE}<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + _RIGHT}" height="{height}" '
        'font-family="sans-serif" font-size="13">\n'
        f'{bars}<line x1="{line}" x2="{line}" y1="8" y2="{height - 28}" stroke="#222" stroke-dasharray="4 3"/>\n'
        f'<text x="{line}" y="{height - 10}" text-anchor="middle">goal</text>\n</svg>\n'
    )


def _bar(number: int, row: t.Mapping[str, t.Any]) -> str:
    share = _share(row)
    y = 10 + number * _ROW
    colour = "#2a7f4f" if row["reached"] else "#b5472f"
    length = max(2.0, min(share, _LONGEST) / _LONGEST * _WIDTH)
    words = f"{row['value']:.1f} {row['unit']}, ratio {row['ratio']:.2f}"
    return (
        f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{html.escape(row["what"])}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{length:.0f}" height="18" fill="{colour}"/>'
        f'<text x="{_LEFT + length + 6:.0f}" y="{y + 14}">{html.escape(words)}</text>\n'
    )


def _share(row: t.Mapping[str, t.Any]) -> float:
    """How much of its goal a measure uses up; more than 1 has not reached it."""
    if row["at_least"]:
        return row["goal"] / row["ratio"] if row["ratio"] else _LONGEST
    return row["ratio"] / row["goal"] if row["goal"] else (0.0 if row["reached"] else _LONGEST)
