# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole procedures over markup of several hands: a sample here, all of it with SRA_TEST_SKINS=all (`make skins`).

Random markup is told by its seed; SRA_TEST_SEED sets the first one, so that a failure can be run again.
"""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import is_installed

from .conftest import Lab

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")
SKINS = ("english2019", "german2019", "modern_english", "modern_german", "other_hands", "other_hands_german")
EVERYTHING = os.environ.get("SRA_TEST_SKINS") == "all"
FIRST_SEED = int(os.environ.get("SRA_TEST_SEED", "101"))

# Seconds that a whole procedure may take; through a browser on a machine with a lot to do it takes its time.
LONGEST = 1800 if EVERYTHING else 400

Case = tuple[str, str, str, int]


def cases() -> list[Case]:
    """Playbook, markup of A, markup of B, seed."""
    sample: list[Case] = [
        ("upgrade_asynchronous", "german2019", "modern_english", 1),
        ("upgrade_synchronous", "other_hands_german", "english2019", 1),
        ("upgrade_single", "modern_german", "", 1),
        ("upgrade_asynchronous", "randomised", "randomised", FIRST_SEED),
    ]
    if not EVERYTHING:
        return sample
    procedures = ("upgrade_asynchronous", "upgrade_synchronous")
    same: list[Case] = [(playbook, skin, skin, 1) for skin in SKINS for playbook in procedures]
    mixed: list[Case] = [
        ("upgrade_asynchronous", one, other, 1) for one, other in zip(SKINS, SKINS[1:] + SKINS[:1], strict=True)
    ]
    single: list[Case] = [("upgrade_single", skin, "", 1) for skin in SKINS]
    seeds: list[Case] = [("upgrade_asynchronous", "randomised", "randomised", FIRST_SEED + more) for more in range(20)]
    return [*same, *mixed, *single, *seeds, *_drawn()]


def _drawn() -> list[Case]:
    """All procedures over pages that scripts draw, also beside HTML; the seed decides what the application is like."""
    if not is_installed():
        return []
    pairs = [("application", "material"), ("application_german", "english2019"), ("other_hands", "application")]
    kinds: list[Case] = [
        (playbook, *skins, FIRST_SEED + number)
        for number, skins in enumerate(pairs)
        for playbook in ("upgrade_asynchronous", "upgrade_synchronous")
    ]
    seeds: list[Case] = [
        ("upgrade_single", skin, "", FIRST_SEED + more) for more in range(4) for skin in ("application", "material")
    ]
    return [*kinds, *seeds]


@pytest.mark.parametrize(("playbook", "skin_a", "skin_b", "seed"), cases())
def test_procedures_over_markup_of_several_hands(
    start_lab: StartLab, playbook: str, skin_a: str, skin_b: str, seed: int
) -> None:
    print(f"seed {seed}")
    pair: dict[str, t.Any] = {"name": "one", "a": {"skin": skin_a}}
    pair.update({"b": {"skin": skin_b}} if skin_b else {"single": True})
    lab = start_lab({"seed": seed, "pairs": [pair]})
    outcome = lab.play(playbook, *CONFIRMED, timeout=LONGEST)
    assert outcome.status == 0, outcome.output
    for letter in "ab" if skin_b else "a":
        assert (lab.device(letter)["base"], lab.device(letter)["product"]) == ("3.3.2", "12.2.0")
    if skin_b:
        primary = "b" if playbook == "upgrade_asynchronous" else "a"
        assert lab.device(primary)["role"] == "primary"
    assert lab.simulator.violations() == []
    again = lab.play(playbook, *CONFIRMED, timeout=LONGEST)
    assert again.status == 0, again.output
    assert all(counts["changed"] == 0 for counts in again.recap.values()), again.output
