# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The survey of the user's own appliances: it submits nothing but sign-ins, and its verdicts are right."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._survey.verdicts import OTHER_PLAYBOOKS

from .conftest import Lab

StartLab = t.Callable[..., Lab]
SKINS = (
    "english2019",
    "german2019",
    "modern_english",
    "modern_german",
    "other_hands",
    "other_hands_german",
    "randomised",
)


def scenario(skin: str = "english2019", **keys: t.Any) -> dict[str, t.Any]:
    return {"seed": 7, "pairs": [{"name": "one", "both": {"skin": skin, **keys.pop("both", {})}, **keys}]}


def reports(lab: Lab, ending: str = "json") -> list[pathlib.Path]:
    return sorted((lab.folder / "sra-reports").glob(f"compatibility-*.{ending}"))


def verdict(lab: Lab, playbook: str, method: str | None = None) -> dict[str, t.Any]:
    judged = json.loads(reports(lab)[0].read_text(encoding="utf-8"))["verdicts"]
    found = [one for one in judged if (one["playbook"], one["swing_method"]) == (playbook, method)]
    assert len(found) == 1
    return t.cast("dict[str, t.Any]", found[0])


def assert_every_playbook_is_judged(lab: Lab) -> None:
    """All that there are, but for those that ask for no verdict."""
    there = {path.stem for path in (pathlib.Path(__file__).parents[2] / "playbooks").glob("*.yml")}
    judged = json.loads(reports(lab)[0].read_text(encoding="utf-8"))["verdicts"]
    assert {one["playbook"] for one in judged} == there - set(OTHER_PLAYBOOKS)


def assert_only_looked(lab: Lab) -> None:
    """No write, and no form submitted but those to sign in and out; nobody is left signed in."""
    log = lab.simulator.log()
    assert [entry for entry in log if entry["kind"] == "write"] == []
    submitted = [entry for entry in log if entry["method"] != "GET" or entry["action"]]
    assert submitted
    assert all(entry["kind"] == "session" for entry in submitted), submitted
    assert lab.simulator.violations() == []
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


@pytest.mark.parametrize("skin", SKINS)
def test_every_markup_is_understood_and_nothing_is_submitted(start_lab: StartLab, skin: str) -> None:
    lab = start_lab(scenario(skin))
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    assert_only_looked(lab)
    assert outcome.changed("one-a") == 0
    assert verdict(lab, "upgrade_synchronous")["outcome"] == "can_run", outcome.output
    assert verdict(lab, "upgrade_asynchronous", "shared_ip")["outcome"] == "can_run", outcome.output
    assert verdict(lab, "upgrade_single")["outcome"] == "cannot_run"
    for method in ("shared_ip", "dns", "nat", "custom"):
        assert verdict(lab, "swing_back", method)["outcome"] == "can_run", outcome.output
    for playbook in ("plan", "preflight", "backup", "download_packages", "migrate_hardware", "decommission"):
        assert verdict(lab, playbook)["outcome"] == "can_run", outcome.output
    assert_every_playbook_is_judged(lab)
    surveys = [json.loads(path.read_text(encoding="utf-8"))["survey"] for path in reports(lab)]
    assert [survey["stands"] for survey in surveys] == ["primary", "backup"]
    for survey in surveys:
        assert survey["versions"] == {"product": "12.1.0", "build": "52301", "base": "3.2.4"}
        states = {control["state"] for page in survey["pages"] for control in page["controls"]}
        assert states <= {"found", "not_visible", "not_offered"}
        assert [page["page"] for page in survey["pages"] if page["state"] == "not_offered"] in (
            [],
            ["jump_clients"],
        )


def test_the_reports_are_private_complete_and_alone(start_lab: StartLab) -> None:
    lab = start_lab(scenario("german2019"))
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    pages = reports(lab, "html")
    assert len(pages) == len(reports(lab)) == 2
    for path in (*pages, *reports(lab)):
        assert path.stat().st_mode & 0o777 == 0o600
        assert re.search(r"-127\.\d+\.1\.1[12]-8443-\d{8}T\d{6}Z\.", path.name)
        assert str(path) in outcome.output
    text = pages[0].read_text(encoding="utf-8")
    assert "Auf Aktualisierungen prüfen" in text
    assert not re.search(r"<script|src=|href=|url\(|@import", text)
    secrets = [value for name, value in lab.simulator.ready["pairs"][0]["devices"]["a"].items() if "password" in name]
    assert not [secret for secret in secrets for path in reports(lab) if secret in path.read_text(encoding="utf-8")]
    assert "inter-appliance-key" not in "".join(path.read_text(encoding="utf-8") for path in reports(lab))


@pytest.mark.parametrize(
    ("control", "device", "step", "by_hand"),
    [
        ("sync", "one-a", "sync", '"Sync Now"'),
        ("break", "one-a", "separate", '"Break Failover Relationship"'),
        ("check", "one-b", "update_b", '"Check for Updates"'),
    ],
)
def test_a_missing_control_names_the_step_for_a_person(
    start_lab: StartLab, control: str, device: str, step: str, by_hand: str
) -> None:
    lab = start_lab(scenario())
    lab.simulator.fault("missing_control", device, control=control)
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    assert_only_looked(lab)
    judged = verdict(lab, "upgrade_asynchronous", "shared_ip")
    assert judged["outcome"] == "guided"
    assert judged["guided"] == [step]
    assert any(by_hand in text for text in judged["by_hand"])
    assert by_hand in outcome.output
    assert "MISSING" in outcome.output
    assert verdict(lab, "backup")["outcome"] == "can_run"


def test_a_missing_page_is_named_with_what_a_run_can_do_without_it(start_lab: StartLab) -> None:
    lab = start_lab(scenario())
    lab.simulator.fault("missing_control", "one-a", control="management.failover")
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    judged = verdict(lab, "upgrade_synchronous")
    assert judged["outcome"] == "guided"
    assert set(judged["guided"]) == {"sync", "separate", "establish", "final_sync"}
    assert "/login > Management > Failover was not found" in re.sub(r"\n\[one\] +", " ", outcome.output)


def test_the_relationship_form_is_looked_at_where_appliances_stand_alone(start_lab: StartLab) -> None:
    lab = start_lab(scenario("modern_german", paired=False))
    assert lab.play("compatibility").status == 0
    assert_only_looked(lab)
    survey = json.loads(reports(lab)[0].read_text(encoding="utf-8"))["survey"]
    failover = next(page for page in survey["pages"] if page["page"] == "failover")
    states = {control["control"]: control["state"] for control in failover["controls"]}
    assert states.pop("sync_now") == states.pop("break_relationship") == "not_visible"
    assert set(states.values()) == {"found"}
    assert failover["language"] == "de"


def test_a_refused_account_is_tried_once_and_stops_every_playbook(start_lab: StartLab) -> None:
    lab = start_lab(scenario())

    def spoil(data: dict[str, t.Any]) -> None:
        data["all"]["children"]["device_a"]["hosts"]["one-a"]["sra_login_password"] = "wrong-Password-1"

    lab.write_inventory(spoil)
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    assert "wrong-Password" not in outcome.output
    tried = [e for e in lab.simulator.log() if e["action"] == "sign_in.sign_in" and e["device"] == "one-a"]
    assert [entry["interface"] for entry in tried].count("login") == 1
    judged = verdict(lab, "plan")
    assert judged["outcome"] == "cannot_run"
    assert "no sign-in to /login" in judged["text"]


def test_check_mode_shows_everything_and_writes_no_file(start_lab: StartLab) -> None:
    lab = start_lab(scenario())
    outcome = lab.play("compatibility", "--check")
    assert outcome.status == 0, outcome.output
    assert "Which playbooks can run" in outcome.output
    assert not (lab.folder / "sra-reports").exists()
    assert_only_looked(lab)


def test_the_older_api_and_missing_permissions_are_named(start_lab: StartLab) -> None:
    account = {"client_id": "ef" * 16, "client_secret": "Third-Secret-1", "command": "read_only", "backup": False}
    lab = start_lab(scenario(both={"api_accounts": [account], "api": {"v2": False}}))
    outcome = lab.play("compatibility")
    assert outcome.status == 0, outcome.output
    survey = json.loads(reports(lab)[0].read_text(encoding="utf-8"))["survey"]
    available = {api["api"]: api["available"] for api in survey["apis"]}
    assert (available["command_v2"], available["command_v1"], available["backup"]) == (False, True, False)
    granted = {one["caption"]: one["granted"] for one in survey["permissions"]}
    assert granted["Command API: Full Access"] is False
    assert granted["Command API: Read Only"] is True
    # The page offers the backup too.
    assert verdict(lab, "backup")["outcome"] == "can_run"


def test_nothing_that_answers_is_a_failure_that_says_so(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "single": True}]})
    lab.simulator.change("one-a", phase="off")
    outcome = lab.play("compatibility")
    assert outcome.status != 0
    assert "None of the appliances" in outcome.output
    assert verdict(lab, "upgrade_single")["outcome"] == "cannot_run"
