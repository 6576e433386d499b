# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels with their values."""

from __future__ import annotations

from ...screens import Facts, Label
from .page import Page


def _rows(page: Page, facts: Facts) -> list[tuple[str, str]]:
    return [(page.text(fact.label) + page.look.colon, page.text(fact.value)) for fact in facts.rows]


def in_table(page: Page, facts: Facts) -> str:
    rows = "".join(f'<tr><td class="lbl">{label}</td><td>{value}</td></tr>\n' for label, value in _rows(page, facts))
    return f'<table class="facts">{rows}</table>'


def in_headed_table(page: Page, facts: Facts) -> str:
    rows = "".join(f'<tr><th scope="row">{label}</th><td>{value}</td></tr>\n' for label, value in _rows(page, facts))
    return f'<table class="table"><tbody>{rows}</tbody></table>'


def in_wide_table(page: Page, facts: Facts) -> str:
    """Two facts in each row, with an empty column between."""
    pairs = [f'<td class="k"><b>{label}</b></td><td class="v">{value}</td>' for label, value in _rows(page, facts)]
    rows = "".join(
        f"<tr>{'<td>&nbsp;</td>'.join(pairs[start : start + 2])}</tr>\n" for start in range(0, len(pairs), 2)
    )
    return f'<table border="0" cellspacing="4">{rows}</table>'


def definitions(page: Page, facts: Facts) -> str:
    rows = "".join(f"<dt>{label}</dt><dd>{value}</dd>\n" for label, value in _rows(page, facts))
    return f'<dl class="facts">{rows}</dl>'


def grouped_definitions(page: Page, facts: Facts) -> str:
    rows = "".join(f'<div class="pair"><dt>{label}</dt><dd>{value}</dd></div>\n' for label, value in _rows(page, facts))
    return f"<dl>{rows}</dl>"


def spans(page: Page, facts: Facts) -> str:
    rows = "".join(
        f'<div class="row"><span class="name">{label}</span> <span class="value">{value}</span></div>\n'
        for label, value in _rows(page, facts)
    )
    return f'<div class="properties">{rows}</div>'


def bold_lines(page: Page, facts: Facts) -> str:
    """Lines of text: a bold label and a colon, whatever the look ends its labels with."""
    lines = (f"<b>{page.text(fact.label)}:</b> {page.text(fact.value)}<br>\n" for fact in facts.rows)
    return f"<p>{''.join(lines)}</p>"


def list_items(page: Page, facts: Facts) -> str:
    items = (f"<li>{page.text(fact.label)}: <em>{page.text(fact.value)}</em></li>\n" for fact in facts.rows)
    return f'<ul class="kv">{"".join(items)}</ul>'


def read_only_inputs(page: Page, facts: Facts) -> str:
    """As a form that cannot be filled in: each value in a disabled text field without a name."""
    out = ""
    for fact in facts.rows:
        own = page.fresh_id("ro")
        out += f'<div class="form-row"><label for="{own}">{page.text(fact.label)}{page.look.colon}</label> {_frozen(page, own, fact.value)}</div>\n'
    return out


def _frozen(page: Page, own: str, value: Label) -> str:
    return f'<input type="text" id="{own}" value="{page.value(value)}" readonly disabled>'
