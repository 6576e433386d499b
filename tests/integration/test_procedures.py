# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The asynchronous, synchronous and single procedures, from start to end and again."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from .conftest import Lab

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")
SINGLE = {"pairs": [{"name": "one", "single": True}]}


def assert_upgraded(lab: Lab, primary: str, backup: str) -> None:
    for letter, role in ((primary, "primary"), (backup, "backup")):
        device = lab.device(letter)
        assert (device["base"], device["product"], device["role"]) == ("3.3.2", "12.2.0", role)
    assert lab.simulator.violations() == []
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


def test_asynchronous_straight_through(start_lab: StartLab) -> None:
    lab = start_lab()
    first = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert first.status == 0, first.output
    assert_upgraded(lab, primary="b", backup="a")
    assert lab.device("b")["shared_ip_enabled"]
    assert not lab.device("a")["shared_ip_enabled"]
    # One to begin with and one after each of two restarts.
    assert max(lab.sign_ins().values()) <= 3, lab.sign_ins()
    assert sum(entry["operation"] == "oauth.token" for entry in lab.simulator.log()) <= 8
    again = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert again.status == 0, again.output
    assert {host: counts["changed"] for host, counts in again.recap.items()} == dict.fromkeys(again.recap, 0)


def test_asynchronous_in_two_windows(start_lab: StartLab) -> None:
    lab = start_lab()
    first = lab.play("upgrade_asynchronous")
    assert first.status == 0, first.output
    assert "sra_confirmed=true" in first.output
    assert lab.device("a")["product"] == "12.1.0"
    assert lab.device("b")["product"] == "12.2.0"
    assert lab.device("b")["shared_ip_enabled"]
    apart = set(lab.device("a")["sessions"]) - set(lab.device("b")["sessions"])
    assert apart, "sessions that ended on A by the swing"
    written = len(lab.writes())
    waiting = lab.play("upgrade_asynchronous")
    assert waiting.status == 0, waiting.output
    assert len(lab.writes()) == written, "without confirmation nothing of window 2 may be touched"
    second = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert second.status == 0, second.output
    assert_upgraded(lab, primary="b", backup="a")
    together = [set(lab.device(letter)["sessions"]) for letter in "ab"]
    assert together[0] == together[1] >= apart, "the run ends after the appliances have put them together"


def test_synchronous(start_lab: StartLab) -> None:
    lab = start_lab()
    first = lab.play("upgrade_synchronous")
    assert first.status == 0, first.output
    assert lab.device("a")["product"] == "12.2.0"
    assert lab.device("b")["product"] == "12.1.0"
    second = lab.play("upgrade_synchronous", *CONFIRMED)
    assert second.status == 0, second.output
    assert_upgraded(lab, primary="a", backup="b")
    again = lab.play("upgrade_synchronous", *CONFIRMED)
    assert again.status == 0, again.output
    assert all(counts["changed"] == 0 for counts in again.recap.values())


def test_single(start_lab: StartLab) -> None:
    lab = start_lab(SINGLE)
    first = lab.play("upgrade_single")
    assert first.status == 0, first.output
    assert (lab.device("a")["base"], lab.device("a")["product"]) == ("3.3.2", "12.2.0")
    assert lab.simulator.violations() == []
    again = lab.play("upgrade_single")
    assert again.status == 0, again.output
    assert all(counts["changed"] == 0 for counts in again.recap.values())


def write_by(form: str, device: str) -> t.Callable[[list[dict[str, t.Any]]], bool]:
    """True once a write whose screen or operation holds ``form`` was seen on ``device``."""

    def reached(log: list[dict[str, t.Any]]) -> bool:
        return any(
            entry["kind"] == "write" and entry["device"].endswith(device) and form in str(entry) for entry in log
        )

    return reached


@pytest.mark.parametrize(
    ("form", "device"),
    [("failover", "a"), ("updates", "b"), ("networking", "a"), ("updates", "a"), ("failover", "b")],
    ids=["separating", "updating-b", "swinging", "updating-a", "establishing"],
)
def test_a_killed_run_is_simply_started_again(
    start_lab: StartLab, tmp_path: pathlib.Path, form: str, device: str
) -> None:
    lab = start_lab(sra_report_dir=str(tmp_path / "reports"))
    held = ("-e", f"sra_plan_file={tmp_path}/approved.json")
    assert lab.play("plan", *held).status == 0
    lab.kill_when("upgrade_asynchronous", *CONFIRMED, *held, reached=write_by(form, device))
    again = lab.play("upgrade_asynchronous", *CONFIRMED, *held)
    assert again.status == 0, again.output
    record = json.loads((tmp_path / "reports" / "one" / "12.2.0" / "report.json").read_text())
    assert [piece["outcome"] for piece in record["pieces"]] == ["interrupted", "done"]
    assert record["pieces"][0]["steps"][-1]["outcome"] == "interrupted"
    device_b, device_a = lab.device("b"), lab.device("a")
    assert (device_b["product"], device_b["role"]) == ("12.2.0", "primary")
    assert (device_a["product"], device_a["role"]) == ("12.2.0", "backup")
    assert lab.simulator.violations() == []
    last = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert all(counts["changed"] == 0 for counts in last.recap.values()), last.output


def test_one_pairs_failure_leaves_the_other_alone(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "berlin"}, {"name": "wien"}]})
    lab.simulator.fault("install_failed", "wien-b", count=1)
    outcome = lab.play("upgrade_asynchronous", *CONFIRMED)
    assert outcome.status != 0
    for letter, role in (("b", "primary"), ("a", "backup")):
        device = lab.device(letter, "berlin")
        assert (device["product"], device["role"]) == ("12.2.0", role)
    assert lab.device("a", "wien")["product"] == "12.1.0"
    assert lab.device("a", "wien")["shared_ip_enabled"], "production of the failed pair stays on A"
    assert "update_b" in outcome.output
    assert "support" in outcome.output.lower()
    assert lab.simulator.violations() == []
