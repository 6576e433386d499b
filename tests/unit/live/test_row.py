# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one long task reads on one line, and when a line is worth printing."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._printable import printable
from ansible_collections.bseries.sra.plugins.plugin_utils import _status_line
from ansible_collections.bseries.sra.plugins.plugin_utils._progress import Sparse
from ansible_collections.bseries.sra.plugins.plugin_utils._row import Row
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import shortened, width

ROW = Row(
    task="bseries.sra.appliance_update",
    pair="berlin",
    device="berlin2",
    step="update_b",
    text="Installing Base Software 3.3.2",
    began=1000.0,
    expected=1500.0,
    ends=15000.0,
    percent=43.2,
)
NOW = 1185.0


def test_tells_everything_where_there_is_room() -> None:
    assert ROW.line(NOW) == (
        "[berlin] berlin2 update_b: Installing Base Software 3.3.2, 43 %, 3 min 05 s of about 25 min, at most 3 h 50 min more"
    )


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (
            120,
            "[berlin] berlin2  update_b: Installing Base Software 3.3.2  43 %, 3 min 05 s of about 25 min, at most 3 h 50 min more",
        ),
        (100, "[berlin] berlin2  update_b: Installing...  43 %, 3 min 05 s of about 25 min, at most 3 h 50 min more"),
        (80, "[berlin] berlin2  update_b: Installing Base...  43 %, 3 min 05 s of about 25 min"),
        (20, "[berlin] berlin2..."),
        (1, "."),
    ],
)
def test_leaves_out_the_least_important_where_there_is_not(columns: int, line: str) -> None:
    assert ROW.line(NOW, columns) == line


def test_tells_percent_once_and_ends_no_sentence_before_a_comma() -> None:
    row = dataclasses.replace(ROW, text="Installing Bomgar-12.2.0 43% Please wait.", ends=None)
    assert row.line(NOW) == (
        "[berlin] berlin2 update_b: Installing Bomgar-12.2.0 Please wait, 43 %, 3 min 05 s of about 25 min"
    )


def test_tells_bytes() -> None:
    row = dataclasses.replace(ROW, text="downloading", percent=None, done=12_300_000, total=2_500_000_000, ends=None)
    assert ", 12.3 MB of 2.50 GB, " in row.line(NOW)
    assert ", 12.3 MB, " in dataclasses.replace(row, total=None).line(NOW)


def test_an_estimate_that_is_over_says_nothing_of_less_than_nothing() -> None:
    line = ROW.line(20000.0)
    assert "5 h 16 min of about 25 min, at most 0 s more" in line


@given(st.text(), st.text(), st.integers(1, 200))
def test_never_wider_than_the_terminal_and_never_an_escape(text: str, device: str, columns: int) -> None:
    line = dataclasses.replace(ROW, text=text, device=device).line(NOW, columns)
    assert width(line) <= columns
    assert line.isprintable() or not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in line)
    assert not set(line) & set("\x1b\r\n\u202e\u2066\x9b")


def test_an_appliances_escapes_are_shown_as_question_marks() -> None:
    assert printable("a\x1b[2Jb\x9b31mc\u202ed\re") == "a?[2Jb?31mc?d?e"


def test_wide_characters_count_double() -> None:
    assert shortened("更新更新更新", 8) == "更新..."
    assert width("更新...") == 7


def test_nothing_is_printed_of_a_short_task() -> None:
    sparse = Sparse(began=0.0)
    assert [sparse.wants(now, "downloading") for now in (0.1, 2.0, 4.9)] == [False, False, False]


def test_prints_at_the_start_at_a_change_of_phase_and_once_a_minute() -> None:
    sparse = Sparse(began=0.0)
    printed = [
        now for now in range(0, 300, 1) if sparse.wants(float(now), "downloading" if now < 100 else "installing")
    ]
    assert printed == [5, 65, 100, 160, 220, 280]


def test_phases_that_change_all_the_time_do_not_fill_the_screen() -> None:
    sparse = Sparse(began=0.0)
    assert sum(sparse.wants(float(now), str(now)) for now in range(600)) == 60


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({"TERM": "xterm"}, True, "line"),
        ({"TERM": "dumb"}, True, "plain"),
        ({}, True, "plain"),
        ({"TERM": "xterm"}, False, "plain"),
        ({"TERM": "xterm", "CI": "true"}, True, "plain"),
        ({"TERM": "xterm", "AWX_ISOLATED_DATA_DIR": "/runner"}, True, "plain"),
        ({"TERM": "xterm", "SRA_PROGRESS": "off"}, True, "off"),
        ({"SRA_PROGRESS": "line"}, False, "line"),
    ],
)
def test_what_fits_the_output_is_chosen(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], terminal: bool, expected: str
) -> None:
    for name in ("TERM", "CI", "AWX_ISOLATED_DATA_DIR", "SRA_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_status_line, "_is_terminal", lambda: terminal)
    assert _status_line.mode() == expected


def test_output_that_is_one_document_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_status_line.constants, "DEFAULT_STDOUT_CALLBACK", "ansible.posix.json")
    monkeypatch.setattr(_status_line, "_is_terminal", lambda: True)
    assert _status_line.mode() == "off"
