# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and client software around an upgrade: limits, waits, announced logout, to-do list (CLIENT-1 to 7, PREP-4)."""

from __future__ import annotations

import datetime
import json
import pathlib
import shutil
import typing as t

import pytest

from .conftest import Lab, Outcome
from .test_procedures import CONFIRMED, SINGLE, StartLab, assert_upgraded, write_by

SKINS = {
    "pairs": [{"name": "one", "a": {"skin": "german2019"}, "b": {"skin": "modern_english"}}],
    "durations": {"passive_return": 1_000_000},
}
ANNOUNCE = """---
- name: Tell them
  ansible.builtin.copy:
    content: "{{ sra_logout_device }}: {{ sra_logout_names | join(', ') }} ({{ sra_logout_sessions }} sessions)"
    dest: "{{ sra_lane.settings.backup_dir }}/told"
    mode: "0600"
"""


def limit(lab: Lab, letter: str) -> int:
    return int(lab.device(letter)["settings"]["max_concurrent_upgrades"])


def said(outcome: Outcome) -> str:
    """What was printed, without the line ends and labels that announcements are wrapped with."""
    return " ".join(outcome.output.replace("[one]", " ").split())


def changed(outcome: Outcome) -> dict[str, int]:
    return {host: counts["changed"] for host, counts in outcome.recap.items()}


def operations(lab: Lab) -> list[str]:
    """Writes in order, as device and screen or operation."""
    return [f"{entry['device'][-1]} {entry['operation'] or entry['screen']}" for entry in lab.writes()]


def test_everything_that_can_be_asked_for(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    announce = tmp_path / "announce.yml"
    announce.write_text(ANNOUNCE)
    lab = start_lab(SKINS, sra_jump_client_limit=5, sra_logout_users=True, sra_logout_announce=str(announce))
    checked = lab.play("upgrade_asynchronous", "--check", *CONFIRMED)
    assert checked.status == 0, checked.output
    assert lab.writes() == []
    assert not (tmp_path / "backups").exists()
    real = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert real.status == 0, real.output
    assert_upgraded(lab, primary="b", backup="a")
    # The announcement is the site's own file on the controller, which check mode leaves alone.
    assert changed(real)["one-a"] == changed(checked)["one-a"] + 1
    assert (tmp_path / "backups" / "told").read_text() == "one-a: User 1, User 2, User 3 (3 sessions)"
    writes = operations(lab)
    limits = [number for number, write in enumerate(writes) if write.startswith("b jump")]
    updates = [number for number, write in enumerate(writes) if write.startswith("b updates")]
    logouts = [number for number, write in enumerate(writes) if "logout" in write]
    swing = [number for number, write in enumerate(writes) if "networking" in write]
    assert len(limits) == 2, writes
    assert len(logouts) == 3, writes
    assert limits[0] < updates[0] < logouts[0] < swing[0] < limits[1]
    assert (limit(lab, "a"), limit(lab, "b")) == (50, 50)
    assert list((tmp_path / "backups").glob("*.jump-client-limit.json")) == []
    for words in (
        "12 of 12 active ones online and upgraded (11 needed)",
        "Jumpoints: 2 of 2 connected",
        "VERIFIED one-b",
        "pass Product version: 12.2.0",
        "pass Everything else is as it was before the update",
        "skipped The site's own verification",
        "TO DO FOR PEOPLE",
        "Integration clients of access-one.example.com do not update themselves",
        "extracted from one-b, which serves production (ASYNC-8)",
        "workstation-013",
        "Logged out: User 1, User 2, User 3",
    ):
        assert words in said(real), words


def test_the_limit_is_put_back_after_a_failure_and_after_a_killed_run(start_lab: StartLab) -> None:
    lab = start_lab(SINGLE, sra_jump_client_limit=5)
    lab.simulator.fault("install_failed", "one-a", count=1, skip=1)
    failed = lab.play("upgrade_single")
    assert failed.status != 0
    assert lab.device("a")["base"] == "3.3.2", "the product update is what failed"
    assert any("jump" in write for write in operations(lab)), "it was set before the install"
    assert limit(lab, "a") == 50
    # Nothing of the failed attempt is in the way of the next one, where a certificate was renewed in between.
    lab.simulator.reset()
    lab.kill_when("upgrade_single", reached=write_by("updates", "a"))
    assert limit(lab, "a") == 5
    (note,) = pathlib.Path(lab.settings["sra_backup_dir"]).glob("*.jump-client-limit.json")
    assert note.stat().st_mode & 0o777 == 0o600
    assert json.loads(note.read_text())["original"] == 50
    # The setting is gone from the inventory, the memory is not.
    lab.settings.pop("sra_jump_client_limit")
    lab.write_inventory()
    again = lab.play("upgrade_single")
    assert again.status == 0, again.output
    assert limit(lab, "a") == 50
    assert not note.exists()


def lose_the_disk(lab: Lab) -> None:
    """As that of a job in a container."""
    shutil.rmtree(lab.settings["sra_backup_dir"])


@pytest.mark.parametrize(
    "deed", [write_by("updates", "b"), write_by("networking", "b")], ids=["before the update of B", "after the swing"]
)
def test_the_other_device_tells_what_the_limit_was_where_the_note_is_lost(
    start_lab: StartLab, deed: t.Callable[[Lab], bool]
) -> None:
    lab = start_lab(sra_jump_client_limit=5)
    lab.kill_when("upgrade_asynchronous", *CONFIRMED, reached=deed)
    assert limit(lab, "b") == 5
    lose_the_disk(lab)
    checked = lab.play("upgrade_asynchronous", "--check", *CONFIRMED)
    again = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert (checked.status, again.status) == (0, 0), checked.output + again.output
    assert changed(checked) == changed(again)
    assert "one-a still has 50: that is what will be put back" in said(again)
    assert (limit(lab, "a"), limit(lab, "b")) == (50, 50)
    assert "nothing tells what it was" not in said(again)
    third = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert changed(third) == {"one-a": 0}
    assert "nothing tells what it was" not in said(third)


def test_a_limit_of_which_nothing_tells_what_it_was_is_a_task_for_people(start_lab: StartLab) -> None:
    lab = start_lab(SINGLE, sra_jump_client_limit=5)
    lab.kill_when("upgrade_single", reached=write_by("updates", "a"))
    lose_the_disk(lab)
    for _run in range(2):
        again = lab.play("upgrade_single")
        assert again.status == 0, again.output
        assert "upgrades on one-a is 5, as for an upgrade, and nothing tells what it was before" in said(again)
    assert limit(lab, "a") == 5
    assert changed(again) == {"one-a": 0}


def test_missing_clients_stop_the_next_step_only(start_lab: StartLab) -> None:
    lab = start_lab(sra_jump_client_timeout=3, sra_jump_client_limit=5)
    lab.simulator.fault("jump_clients_lost", "one-b", clients=4)
    stopped = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert stopped.status != 0
    assert "8 of 12 active ones online and upgraded (11 needed)" in said(stopped)
    assert "sra_jump_client_threshold" in said(stopped)
    assert lab.device("b")["shared_ip_enabled"], "production runs where it was moved to"
    assert lab.device("a")["product"] == "12.1.0"
    assert limit(lab, "b") == 50
    writes = len(lab.writes())
    still = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert still.status != 0
    assert "(11 needed)" in said(still), "what was online before the upgrade is remembered across runs"
    assert len(lab.writes()) == writes
    enough = lab.play("upgrade_asynchronous", *CONFIRMED, "-e", "sra_jump_client_threshold=50")
    assert enough.status == 0, enough.output
    assert_upgraded(lab, primary="b", backup="a")


def test_without_the_permission_nothing_is_counted_and_this_is_said(start_lab: StartLab) -> None:
    account = {"client_id": "0123456789abcdef0123456789abcdef", "client_secret": "x" * 20, "configuration": False}
    lab = start_lab({"pairs": [{"name": "one", "single": True, "a": {"api_accounts": [account]}}]})
    outcome = lab.play("upgrade_single")
    assert outcome.status == 0, outcome.output
    assert "skipped Client software is back" in said(outcome)
    assert "Nobody counted the Jump Clients" in said(outcome)
    assert_no_open_session(lab)


def assert_no_open_session(lab: Lab) -> None:
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


def window(begin: float, end: float) -> dict[str, str]:
    """A window from now on, in seconds."""
    now = datetime.datetime.now(datetime.UTC)
    start, stop = (now + datetime.timedelta(seconds=offset) for offset in (begin, end))
    return {"start": start.isoformat(), "end": stop.isoformat()}


QUICK: dict[str, t.Any] = dict.fromkeys(
    ("backup", "sync", "separate", "base", "product", "verify", "swing", "establish", "first_sync"), 1
)


def test_nothing_is_touched_outside_a_window(start_lab: StartLab) -> None:
    lab = start_lab(sra_windows=[window(7200, 40000)])
    refused = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert refused.status != 0
    assert "Nothing was changed" in said(refused)
    assert "The next window is" in said(refused)
    assert lab.writes() == []
    looked = lab.play("upgrade_asynchronous", "--check", *CONFIRMED)
    assert looked.status == 0, looked.output
    assert "shown as if begun at" in said(looked)
    assert "WOULD DO: Update device B" in said(looked)
    lab.settings["sra_windows"] = [window(-60, 120)]
    lab.write_inventory()
    short = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert short.status != 0
    assert "the window ends in" in said(short)
    assert lab.writes() == []


def test_a_window_that_is_over_ends_the_run_well(start_lab: StartLab) -> None:
    lab = start_lab(sra_windows=[window(-60, 1200), window(7200, 40000)], sra_estimates={**QUICK, "swing": 3600})
    ended = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert ended.status == 0, ended.output
    assert "The next window is" in said(ended)
    assert lab.device("b")["product"] == "12.2.0"
    assert lab.device("a")["shared_ip_enabled"]
    lab.settings |= {"sra_windows": [window(-60, 20000)], "sra_estimates": QUICK, "sra_soak_min": 5000}
    lab.write_inventory()
    soaking = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert soaking.status == 0, soaking.output
    assert "sra_soak_min" in said(soaking)
    assert lab.device("b")["shared_ip_enabled"]
    assert lab.device("a")["product"] == "12.1.0"
    written = len(lab.writes())
    waiting = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert waiting.status == 0, waiting.output
    assert len(lab.writes()) == written


def test_a_step_that_begins_too_late_is_not_begun(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    """The plan had time for everything; the steps before took longer than estimated."""
    verify = tmp_path / "verify.yml"
    verify.write_text("---\n- name: Try for long\n  ansible.builtin.pause:\n    seconds: 25\n")
    estimates = {**QUICK, "swing": 70}
    lab = start_lab(sra_windows=[window(-60, 95)], sra_estimates=estimates, sra_verify_tasks=str(verify))
    held = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert held.status == 0, held.output
    assert "ENDED BEFORE THE NEXT STEP" in said(held)
    assert lab.device("b")["product"] == "12.2.0"
    assert lab.device("a")["shared_ip_enabled"]
    assert not lab.device("b")["shared_ip_enabled"]
    assert lab.simulator.violations() == []


def test_a_verification_that_fails_keeps_production_where_it_is(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    verify = tmp_path / "verify.yml"
    verify.write_text(
        '---\n- name: Open a session\n  ansible.builtin.fail:\n    msg: "no session to {{ sra_verify_address }}"\n'
    )
    lab = start_lab(sra_verify_tasks=str(verify))
    lab.simulator.fault("certificate_changed", "one-b", count=1)
    outcome = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert outcome.status != 0
    assert "FAIL Changed since before the update: certificates.served.sha256" in said(outcome)
    assert "Open a session: no session to 127." in said(outcome)
    assert lab.device("b")["product"] == "12.2.0"
    assert lab.device("a")["shared_ip_enabled"]
    assert not lab.device("b")["shared_ip_enabled"]
    assert "then run the same command again" in said(outcome)


def test_after_the_last_step_it_is_said_how_to_look_again(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "single": True}]})
    lab.simulator.fault("certificate_changed", "one-a", count=1)
    outcome = lab.play("upgrade_single")
    assert outcome.status != 0
    assert "then look again with the playbook verify. Everything is installed" in said(outcome)
    assert lab.play("upgrade_single").changed("one-a") == 0
    assert lab.play("verify").status == 0
