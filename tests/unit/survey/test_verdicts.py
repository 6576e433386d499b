# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From findings to verdicts: what can run, what needs a person, what cannot run and why."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._survey.verdicts import (
    ALONE,
    OTHER_PLAYBOOKS,
    PLAYBOOKS,
    SWING_METHODS,
    Verdict,
    verdicts,
)
from ansible_collections.bseries.sra.tests.unit.survey.surveys import pair, survey

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHARED = "192.0.2.10"


def judged(surveys: list[dict[str, t.Any]], name: str, **more: t.Any) -> Verdict:
    more.setdefault("shared_ip", SHARED)
    return next(one for one in verdicts(surveys, **more) if one.name == name)


@pytest.mark.parametrize(
    "name",
    ["plan", "preflight", "backup", "upgrade_synchronous", "upgrade_asynchronous (shared_ip)", "swing (shared_ip)"],
)
def test_a_pair_that_is_understood_can_run(name: str) -> None:
    verdict = judged(pair(), name)
    assert (verdict.outcome, verdict.text, verdict.because, verdict.guided) == ("can_run", "can run", (), ())


def test_what_another_state_shows_is_no_lack() -> None:
    verdict = judged(pair(), "upgrade_synchronous")
    assert any("establish" in text for text in verdict.unseen)
    assert any("update_b" in text for text in verdict.unseen)


@pytest.mark.parametrize(
    ("control", "playbook", "steps"),
    [
        ("sync_now", "upgrade_asynchronous (shared_ip)", ("sync",)),
        ("sync_now", "upgrade_synchronous", ("sync", "final_sync")),
        ("break_relationship", "upgrade_synchronous", ("separate",)),
        ("check_for_updates", "upgrade_synchronous", ("update_a",)),
        ("install_this_update", "upgrade_asynchronous (nat)", ("update_a",)),
        ("enabled", "upgrade_asynchronous (shared_ip)", ("swing",)),
        ("save_changes", "swing (shared_ip)", ("swing",)),
    ],
)
def test_a_lack_leaves_its_step_to_a_person(control: str, playbook: str, steps: tuple[str, ...]) -> None:
    for state in ("missing", "not_understood"):
        verdict = judged(pair(controls={control: state}), playbook)
        assert (verdict.outcome, verdict.guided) == ("guided", steps)
        assert verdict.text.startswith(f"can run with guided steps: {', '.join(steps)}")
        assert verdict.by_hand == ("do it",)


def test_a_lack_that_a_playbook_does_not_need_is_none() -> None:
    assert judged(pair(controls={"enabled": "missing"}), "upgrade_synchronous").outcome == "can_run"
    assert judged(pair(controls={"enabled": "missing"}), "upgrade_asynchronous (nat)").outcome == "can_run"
    assert judged(pair(controls={"sync_now": "missing"}), "backup").outcome == "can_run"
    assert judged(pair(pages={"certificates": "missing"}), "upgrade_synchronous").outcome == "can_run"
    assert judged(pair(pages={"jump_clients": "missing"}), "upgrade_synchronous").outcome == "can_run"


def test_a_page_that_every_run_reads_leaves_all_its_steps_to_a_person() -> None:
    verdict = judged(pair(pages={"updates": "missing"}), "plan")
    assert (verdict.outcome, verdict.guided) == ("guided", ("update_a",))
    assert "sra_target_version names the version" in verdict.conditions
    verdict = judged(pair(pages={"failover": "missing"}), "preflight")
    assert set(verdict.guided) == {"sync", "separate", "establish", "final_sync"}


def test_a_backup_needs_the_api_or_the_page() -> None:
    assert judged(pair(apis={"backup": False}), "backup").outcome == "can_run"
    assert judged(pair(controls={"download_backup": "missing"}), "backup").outcome == "can_run"
    both = pair(apis={"backup": False}, controls={"download_backup": "missing"})
    assert judged(both, "backup").outcome == "cannot_run"
    assert judged(both, "upgrade_synchronous").guided == ("backup_a",)


@pytest.mark.parametrize(
    ("surveys", "because"),
    [
        (pair(signed_in=False), "no sign-in to /login: refused"),
        (pair(apis={"command_v2": False, "command_v1": False}), "no Command API"),
        (pair(granted=False), "lacks Command API: Read Only (perm_command)"),
    ],
)
def test_without_accounts_nothing_can_run(surveys: list[dict[str, t.Any]], because: str) -> None:
    for verdict in verdicts(surveys, shared_ip=SHARED):
        if verdict.name == "download_packages":
            # The key is on a page of /appliance.
            continue
        assert verdict.outcome == "cannot_run"
        assert because in verdict.text or verdict.playbook == "upgrade_single"


def test_a_problem_of_the_inventory_stops_everything() -> None:
    found = verdicts(pair(), ["sra_client_id is not set"], SHARED)
    assert {one.outcome for one in found} == {"cannot_run"}
    assert all("sra_client_id is not set" in one.text for one in found)


def test_a_single_appliance_has_no_playbooks_for_pairs() -> None:
    alone = [survey(stands="none")]
    assert judged(alone, "upgrade_single").outcome == "can_run"
    assert "single appliance" in judged(alone, "upgrade_synchronous").text
    assert "pair" in judged(pair(), "upgrade_single").text


def test_the_way_to_swing_counts() -> None:
    assert "sra_shared_ip is not set" in judged(pair(), "swing (shared_ip)", shared_ip=None).text
    assert judged(pair(), "swing (nat)").conditions == ("sra_swing_tasks names the tasks that move production",)
    (condition,) = judged(pair(), "swing (dns)").conditions
    assert "sra_dns_" in condition


def test_the_playbooks_and_ways_to_swing_are_those_of_the_collection() -> None:
    there = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert {*PLAYBOOKS, *ALONE, *OTHER_PLAYBOOKS} == there
    tasks = (ROOT / "roles/swing/tasks/traffic.yml").read_text(encoding="utf-8")
    done = {method for method in SWING_METHODS if re.search(rf"['\"\[]{method}['\"\]]", tasks)}
    assert done == set(SWING_METHODS)


@pytest.mark.parametrize(
    ("control", "playbook"),
    [
        ("appliance_download_key", "download_packages"),
        ("export", "migrate_hardware"),
        ("appliance_id", "migrate_hardware"),
        ("reset_appliance", "decommission"),
        ("shut_down_appliance", "decommission"),
    ],
)
def test_what_a_playbook_of_one_appliance_needs(control: str, playbook: str) -> None:
    others = {name for name in ALONE if judged(pair(controls={control: "missing"}), name).outcome == "can_run"}
    lacking = judged(pair(controls={control: "missing"}), playbook)
    assert lacking.outcome == "cannot_run"
    assert "was not found" in lacking.text
    assert others == set(ALONE) - ({"migrate_hardware", "decommission"} if control == "appliance_id" else {playbook})
    whole = judged(pair(), playbook)
    assert whole.outcome == "can_run"
    assert len(whole.conditions) == 1


def test_the_limit_of_jump_clients_is_a_condition_only() -> None:
    spoiled = judged(pair(controls={"max_concurrent_upgrades": "missing"}), "upgrade_synchronous")
    assert spoiled.outcome == "can_run"
    assert "sra_jump_client_limit is not set" in spoiled.text
