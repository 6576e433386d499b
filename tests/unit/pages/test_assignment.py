# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tick box belongs to which address where only the text around tells."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._pages.certificate_store import _told_apart
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse

ONE, TWO, THREE = "192.0.2.10", "192.0.2.11", "192.0.2.12"


def boxes(*candidates: set[str]) -> dict[str, int]:
    page = "".join(f'<input type="checkbox" name="box{number}">' for number in range(len(candidates)))
    view = parse(f"<form method=post>{page}</form>".encode(), "https://pra.example.com/appliance", "text/html")
    controls = [control for form in view.forms for control in form.shown]
    found = _told_apart(list(zip(controls, candidates, strict=True)))
    return {address: controls.index(control) for address, control in found.items()}


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([{ONE}, {TWO}], {ONE: 0, TWO: 1}),
        ([{ONE}, {TWO, ONE}, {THREE, TWO}], {ONE: 0, TWO: 1, THREE: 2}),
        ([{ONE, TWO}, {TWO, THREE}, {THREE}], {ONE: 0, TWO: 1, THREE: 2}),
        ([{ONE, TWO}, {ONE, TWO}], {}),
        ([{ONE}, {ONE}, {TWO}], {TWO: 2}),
        ([set(), {ONE}], {ONE: 1}),
    ],
)
def test_an_address_belongs_to_the_only_box_that_can_have_it(
    candidates: list[set[str]], expected: dict[str, int]
) -> None:
    assert boxes(*candidates) == expected
