# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps that a person does: the run says exactly what, waits until the appliances show it, and goes on."""

from __future__ import annotations

import re
import typing as t

import pytest

from .conftest import Lab
from .person import play_with_person

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")
EVERYTHING = ["sync", "separate", "update", "swing", "establish", "final_sync"]


def plain(output: str) -> str:
    """The output without the label and the line breaks that long lines got."""
    return re.sub(r"\n\[one\] {5,}", " ", output)


def assert_upgraded(lab: Lab, primary: str, backup: str) -> None:
    for letter, role in ((primary, "primary"), (backup, "backup")):
        device = lab.device(letter)
        assert (device["base"], device["product"], device["role"]) == ("3.3.2", "12.2.0", role)
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


@pytest.mark.parametrize(
    ("skins", "captions"),
    [
        (("english2019", "modern_english"), ('"Sync Now"', '"Check for Updates"')),
        (("german2019", "german2019"), ('"Jetzt synchronisieren"', '"Auf Aktualisierungen prüfen"')),
    ],
    ids=["english", "german"],
)
def test_a_person_does_every_step_of_the_asynchronous_upgrade(
    start_lab: StartLab, skins: tuple[str, str], captions: tuple[str, ...]
) -> None:
    pair = {"name": "one", "a": {"skin": skins[0]}, "b": {"skin": skins[1]}}
    lab = start_lab({"pairs": [pair]}, sra_guided=EVERYTHING, sra_guided_timeout=60)
    outcome, person = play_with_person(lab, "upgrade_asynchronous", *CONFIRMED)
    assert outcome.status == 0, outcome.output
    assert [title.split()[0] for title in person.done] == [
        "Sync", "Break", "Update", "Move", "Update", "Re-establish", "Sync",
    ]  # fmt: skip
    assert_upgraded(lab, primary="b", backup="a")
    said = plain(outcome.output)
    assert all(caption in said for caption in captions)
    assert "(German" not in said, "the language of the pages is known"
    assert f"https://{lab.simulator.ready['pairs'][0]['devices']['b']['address']}:8443/appliance" in said
    again = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert again.status == 0, again.output
    assert all(counts["changed"] == 0 for counts in again.recap.values())


def test_one_guided_step_in_between_leaves_the_others_to_the_software(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided=["update_a"], sra_guided_timeout=60)
    outcome, person = play_with_person(lab, "upgrade_synchronous", *CONFIRMED)
    assert outcome.status == 0, outcome.output
    assert len(person.done) == 1
    assert_upgraded(lab, primary="a", backup="b")
    assert lab.simulator.violations() == []


def test_nobody_there_ends_at_the_deadline_with_the_last_state(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided=["sync"], sra_guided_timeout=3)
    outcome, _person = play_with_person(lab, "upgrade_asynchronous", *CONFIRMED, idle=True)
    assert outcome.status != 0
    assert "not reached within 3 seconds" in outcome.output
    assert "run the same command again" in outcome.output
    assert lab.writes() == []
    assert lab.device("a")["role"] == "primary"


def test_check_mode_only_says_what_would_be_asked_for(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided=EVERYTHING)
    outcome = lab.play("upgrade_asynchronous", "--check", *CONFIRMED, timeout=120)
    assert outcome.status == 0, outcome.output
    assert outcome.output.count("BY HAND:") == 7
    assert "waiting" not in outcome.output
    assert lab.writes() == []


def test_a_page_that_only_the_person_needs_may_be_missing(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided=["update"], sra_guided_timeout=60)
    lab.simulator.fault("missing_control", control="updates")
    refused = lab.play("upgrade_synchronous", *CONFIRMED)
    assert refused.status != 0
    assert "sra_target_version" in refused.output
    assert lab.writes() == []
    outcome, person = play_with_person(lab, "upgrade_synchronous", *CONFIRMED, "-e", "sra_target_version=12.2.0")
    assert outcome.status == 0, outcome.output
    assert len(person.done) == 2
    assert_upgraded(lab, primary="a", backup="b")


def test_the_verdict_of_the_survey_names_the_steps(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided_timeout=60)
    without = lab.play("upgrade_synchronous", "-e", '{"sra_guided": ["verdict"]}')
    assert without.status != 0
    assert "bseries.sra.compatibility" in without.output
    assert lab.simulator.log() == []
    lab.simulator.fault("missing_control", control="break")
    assert lab.play("compatibility").status == 0
    lab.simulator.clear_faults()
    outcome, person = play_with_person(lab, "upgrade_synchronous", *CONFIRMED, "-e", '{"sra_guided": ["verdict"]}')
    assert outcome.status == 0, outcome.output
    assert [title.split()[0] for title in person.done] == ["Break"]


def test_an_unknown_step_is_refused_before_anything_is_contacted(start_lab: StartLab) -> None:
    lab = start_lab(sra_guided=["coffee"])
    outcome = lab.play("upgrade_asynchronous")
    assert outcome.status != 0
    assert "sra_guided" in outcome.output
    assert lab.simulator.log() == []
