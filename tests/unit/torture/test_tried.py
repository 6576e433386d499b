# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page says how much is tried, as the tests are now."""

from __future__ import annotations

import os

import pytest

from torture.tried import PAGE, between, sentences


def test_the_page_counts_what_is_tried() -> None:
    if "SRA_FUZZ_EXAMPLES" in os.environ:
        pytest.skip("more is tried now than in the suite")
    found = between("tried").search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == sentences(), "run PYTHONPATH=.build:tests .venv/bin/python -m torture.tried"
