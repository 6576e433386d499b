# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How announced lines are made to fit the screen."""

from __future__ import annotations

from ansible_collections.bseries.sra.plugins.action.announce import _fitting
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import in_front


def test_a_line_that_fits_stays_as_it_is() -> None:
    line = "  1  1  backup_a    5 min".ljust(100, ".")
    assert _fitting(line) == [line]


def test_a_long_line_is_cut_between_words_and_goes_on_indented() -> None:
    parts = _fitting("   1.5 s  " + "word " * 30)
    assert all(len(part) <= 100 for part in parts)
    assert parts[0].startswith("   1.5 s  word")
    assert parts[1].startswith("       word")
    assert " ".join(" ".join(parts).split()) == "1.5 s " + " ".join(["word"] * 30)


def test_a_long_word_is_never_cut() -> None:
    path = "/srv/" + "folder-with-hyphens/" * 8 + "backup.nsb"
    assert path in _fitting(f"Backup of pra1: {path}")[-1]


def test_unprintable_characters_are_replaced() -> None:
    assert _fitting("a\x1b[31mb\u202ec") == ["a?[31mb?c"]


def test_a_label_stays_on_its_line_and_steers_nothing() -> None:
    assert in_front("berlin") == "[berlin] "
    assert in_front("a\x1b[2J\r\nPLAY RECAP\u202e") == "[a?[2J PLAY RECAP?] "
    assert (in_front(None), in_front("")) == ("", "")
