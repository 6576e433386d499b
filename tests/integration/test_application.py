# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Appliances whose pages are drawn by scripts: the same playbooks, through Chromium."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import PROGRAMS

from .conftest import Lab

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")

pytest.importorskip("playwright", reason="the optional driver for pages drawn by scripts needs playwright")
pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, PROGRAMS)), reason="the optional driver for pages drawn by scripts needs Chromium"
)


def browsers() -> list[str]:
    """The Chromium processes of this machine that the collection has started."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if b"--host-resolver-rules=MAP * ~NOTFOUND" in command:
            found.append(path.parent.name)
    return found


def test_a_pair_of_an_application_and_of_ordinary_pages(start_lab: StartLab) -> None:
    lab = start_lab(
        {"time_scale": 120, "pairs": [{"name": "one", "a": {"skin": "application"}, "b": {"skin": "german2019"}}]}
    )
    first = lab.play("upgrade_asynchronous", *CONFIRMED, timeout=1100)
    assert first.status == 0, first.output
    assert [lab.device(letter)["product"] for letter in "ab"] == ["12.2.0", "12.2.0"]
    assert lab.simulator.violations() == []
    assert browsers() == []


def test_check_mode_sends_nothing_to_an_application(start_lab: StartLab) -> None:
    single = {"name": "one", "single": True, "a": {"skin": "application_german"}}
    lab = start_lab({"pairs": [single], "time_scale": 120, "seed": 5})
    outcome = lab.play("upgrade_single", "--check", timeout=600)
    assert outcome.status == 0, outcome.output
    assert lab.writes() == []
