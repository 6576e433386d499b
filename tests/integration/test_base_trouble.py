# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Base update in trouble stops the lane and leaves evidence (PREP-6); wrong clocks stop a run beforehand (PREP-8)."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from .conftest import Lab

StartLab = t.Callable[..., Lab]


def flat(output: str) -> str:
    """What was printed, without line ends and the lane's label before each line."""
    return " ".join(output.replace("[one]", " ").split())


SECRETS = ("Appl1ance-Secret", "L0gin-Secret", "Ap1-Client-Secret")


@pytest.mark.parametrize(
    ("fault", "skin", "settings"),
    [
        ("base_install_failed", "german2019", {}),
        ("install_hangs", "english2019", {"sra_install_timeout": 15}),
    ],
)
def test_a_base_update_in_trouble_stops_the_lane(
    start_lab: StartLab, tmp_path: pathlib.Path, fault: str, skin: str, settings: dict[str, t.Any]
) -> None:
    reports = tmp_path / "reports"
    scenario = {"pairs": [{"name": "one", "both": {"skin": skin}}]}
    lab = start_lab(scenario, sra_report_dir=str(reports), **settings)
    lab.simulator.fault(fault, "one-b")
    stopped = lab.play("upgrade_asynchronous", "-e", "sra_confirmed=true")
    assert stopped.status != 0
    said = flat(stopped.output)
    assert "BASE UPDATE IN TROUBLE: do NOT restart one-b" in said
    assert "Call the vendor's support" in said
    assert "run the same command again" not in said
    evidence = [json.loads(path.read_text()) for path in reports.glob("evidence-*.json")]
    assert len(evidence) == 1
    assert evidence[0]["health"]["version"] == "12.1.0"
    assert evidence[0]["basics"]["base_version"] == "3.2.4"
    assert evidence[0]["versions"]["base_version"] == "3.2.4"
    assert abs(evidence[0]["clock"]["skew_seconds"]) < 5
    pages = [pathlib.Path(path) for path in evidence[0]["pages"]]
    assert len(pages) == 2
    for path in (*pages, *reports.glob("*.json")):
        assert path.stat().st_mode & 0o077 == 0
        assert not any(secret in path.read_text() for secret in SECRETS)
    assert lab.device("a")["product"] == "12.1.0"
    assert lab.device("a")["shared_ip_enabled"]
    written = len(lab.writes())
    again = lab.play("upgrade_asynchronous", "-e", "sra_confirmed=true")
    assert again.status != 0
    assert "not restart" in flat(again.output), again.output
    assert len(lab.writes()) == written, "nothing may be tried again"
    assert lab.simulator.violations() == []
    assert [session for session in lab.simulator.sessions() if session["ended"] is None] == []


def test_a_base_failure_that_support_has_solved_is_gone_on_over_once_it_is_named(start_lab: StartLab) -> None:
    """The vendor's support has installed Base; the page goes on showing that it failed."""
    lab = start_lab({"pairs": [{"name": "one", "single": True, "a": {"skin": "german2019"}}]})
    lab.simulator.fault("base_install_failed", "one-a", count=1)
    assert lab.play("upgrade_single").status != 0
    lab.simulator.change("one-a", base="3.3.2")
    written = len(lab.writes())
    for wrong in ("one-a: 3.3.3", "one-b: 3.3.2"):
        refused = lab.play("upgrade_single", "-e", json.dumps({"sra_install_failure_solved": wrong}))
        assert refused.status != 0
        assert len(lab.writes()) == written
    onward = lab.play("upgrade_single", "-e", json.dumps({"sra_install_failure_solved": "one-a: 3.3.2"}))
    assert onward.status == 0, onward.output
    assert "still shows a failed install" in flat(onward.output)
    assert lab.device("a")["product"] == "12.2.0"
    assert lab.simulator.violations() == []


def test_a_wrong_clock_stops_before_anything_is_changed(start_lab: StartLab) -> None:
    lab = start_lab(sra_clock_skew_max=200)
    lab.simulator.clock("one-a", 150)
    lab.simulator.clock("one-b", -150)
    apart = lab.play("upgrade_asynchronous")
    assert apart.status != 0
    said = flat(apart.output)
    assert re.search(
        r"Clocks of both devices against each other \(PREP-8\): (29[6-9]|30[0-4]) seconds apart, limit 200", said
    )
    assert "clock.example.com" in said
    lab.simulator.clock("one-b", 900)
    wrong = lab.play("upgrade_asynchronous")
    assert wrong.status != 0
    assert "ahead of the controller" in flat(wrong.output)
    assert lab.writes() == []
