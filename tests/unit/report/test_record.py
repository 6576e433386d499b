# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How runs become one record, what it says, and what a killed run leaves."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t
from xml.etree import ElementTree

import pytest
from unit.report.records import at, facts, plan, planned, run, step, window_1

from ansible_collections.bseries.sra.plugins.action.upgrade_report import write
from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._report.view import view


def moment(minute: float) -> datetime.datetime:
    return datetime.datetime.fromisoformat(at(minute).replace("Z", "+00:00"))


def report(folder: pathlib.Path, minute: float, given: dict[str, t.Any]) -> dict[str, t.Any]:
    files = write({**given, "dest": str(folder)}, moment(minute))
    data: dict[str, t.Any] = json.loads(pathlib.Path(files["json"]).read_text(encoding="utf-8"))
    return data


def test_the_files_lie_below_the_target_and_are_private(tmp_path: pathlib.Path) -> None:
    files = write({**window_1(), "dest": str(tmp_path / "berlin")}, moment(50))
    assert files == {
        "json": str(tmp_path / "berlin" / "12.2.0" / "report.json"),
        "html": str(tmp_path / "berlin" / "12.2.0" / "report.html"),
        "junit": str(tmp_path / "berlin" / "12.2.0" / "junit.xml"),
    }
    assert {pathlib.Path(file).stat().st_mode & 0o777 for file in files.values()} == {0o600}
    assert [file.name for file in sorted((tmp_path / "berlin" / "12.2.0").iterdir())] == [
        "junit.xml",
        "report.html",
        "report.json",
    ]


def test_a_run_replaces_its_own_piece_and_a_later_one_adds_its(tmp_path: pathlib.Path) -> None:
    report(tmp_path, 2, facts("step", run=run(), plan=plan(planned("update_b"))))
    record = report(tmp_path, 50, window_1())
    assert [piece["outcome"] for piece in record["pieces"]] == ["waiting"]
    record = report(tmp_path, 90, facts(run=run("two", steps=[step("update_a", 60, 20, window=2)])))
    assert [(piece["id"], piece["outcome"]) for piece in record["pieces"]] == [("one", "waiting"), ("two", "done")]
    assert record["done"]
    assert [piece["title"] for piece in view(record)["pieces"]] == ["Window 1", "Window 2"]


def test_nobody_is_asked_to_confirm_what_was_confirmed(tmp_path: pathlib.Path) -> None:
    tasks = ["Reinstall the clients.", "Then confirm with sra_confirmed=true."]
    record = report(tmp_path, 50, window_1(to_do=tasks))
    assert view(record)["to_do"] == tasks
    record = report(tmp_path, 90, facts(run=run("two")))
    assert view(record)["to_do"] == tasks[:1]


def test_what_was_before_stays_what_the_first_run_saw(tmp_path: pathlib.Path) -> None:
    report(tmp_path, 50, window_1())
    later = run("two", before={letter: {"version": "12.2.0"} for letter in "ab"})
    record = report(tmp_path, 90, facts(run=later))
    assert record["appliances"]["a"]["before"]["version"] == "12.1.0"
    assert record["appliances"]["a"]["version"] == "12.2.0"


def test_a_killed_run_is_named_by_the_next_one_and_its_probe_says_when(tmp_path: pathlib.Path) -> None:
    probe = tmp_path / "probe.jsonl"
    samples = [(3, None), (4, "connection refused"), (6, "connection refused")]
    lines = [{"at": moment(minute).timestamp(), "away": away, "asked": 1} for minute, away in samples]
    probe.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"at": 17', encoding="utf-8")
    current = {
        name: value for name, value in step("update_b", 3, 0).items() if name not in ("ended", "seconds", "outcome")
    }
    killed = run(probe={"file": str(probe), "interval": 1.0})
    record = report(tmp_path, 5, facts("step", run=killed, plan=plan(planned("update_b")), current=current))
    assert record["pieces"][0]["outcome"] == "running"
    assert "Under way in step Do update_b" in view(record)["sentence"]
    record = report(tmp_path, 20, facts("step", run=run("two"), plan=plan(planned("update_b"))))
    first = record["pieces"][0]
    assert (first["outcome"], first["steps"][0]["outcome"]) == ("interrupted", "interrupted")
    assert first["production"]["away_seconds"] == 120
    assert [outage["over"] for outage in first["production"]["outages"]] == [False]


def test_what_remains_leaves_out_what_this_run_did(tmp_path: pathlib.Path) -> None:
    early = plan(
        planned("backup_b", False, window=1),
        planned("update_b", window=1),
        planned("confirm", False),
        planned("backup_b", False),
    )
    begun = run(steps=[step("backup_b", 1, 1, on="b")])
    record = report(tmp_path, 5, facts("step", run=begun, plan=early))
    assert [one["id"] for one in record["pieces"][0]["next"]["steps"]] == ["update_b", "confirm", "backup_b"]
    begun = run(steps=[step("backup_b", 1, 1, on="b"), step("update_b", 2, 9, on="b")])
    record = report(tmp_path, 15, facts("step", run=begun, plan=early))
    assert [one["id"] for one in record["pieces"][0]["next"]["steps"]] == ["confirm", "backup_b"]


def test_a_failure_says_what_it_needs_instead_of_the_next_window(tmp_path: pathlib.Path) -> None:
    failure = {"step": "update_b", "cause": "stuck", "way_back": "", "advice": "Do NOT restart pra2."}
    left = plan(planned("update_b"), ends_waiting_for="confirmation")
    record = report(tmp_path, 5, facts("failed", plan=left, failure=failure, current=step("update_b", 1, 1)))
    shown = view(record)
    assert [each["advice"] for _at, each in shown["failures"]] == ["Do NOT restart pra2."]
    assert shown["next"]["needs"] is None, "said twice, or that of the next window"


def test_other_appliances_of_the_same_name_begin_a_new_record(tmp_path: pathlib.Path) -> None:
    report(tmp_path, 50, window_1())
    other = facts(run=run("two"))
    other["state"]["a"]["appliance_id"] = "c" * 32
    record = report(tmp_path, 90, other)
    assert [piece["id"] for piece in record["pieces"]] == ["two"]
    assert len(list((tmp_path / "12.2.0").glob("report.until-*.json"))) == 1


def test_what_is_no_record_is_set_aside(tmp_path: pathlib.Path) -> None:
    (tmp_path / "12.2.0").mkdir()
    (tmp_path / "12.2.0" / "report.json").write_text("[1, 2", encoding="utf-8")
    assert len(report(tmp_path, 50, window_1())["pieces"]) == 1
    (aside,) = (tmp_path / "12.2.0").glob("report.until-*.json")
    assert aside.read_text() == "[1, 2"


def test_a_run_that_never_learnt_its_target_joins_the_unfinished_upgrade(tmp_path: pathlib.Path) -> None:
    report(tmp_path, 50, window_1())
    failure = {"step": None, "cause": "pra1 does not answer", "way_back": "", "advice": "Look."}
    lost = facts("failed", run=run("two"), plan={}, state={}, failure=failure)
    record = report(tmp_path, 60, lost)
    assert [piece["outcome"] for piece in record["pieces"]] == ["waiting", "refused"]
    assert record["target_version"] == "12.2.0"
    assert view(record)["failures"][0][1]["cause"] == "pra1 does not answer"
    assert report(tmp_path / "fresh", 60, lost)["target_version"] is None
    assert (tmp_path / "fresh" / "no-target" / "report.html").is_file()


def test_secrets_are_taken_out_of_every_file(tmp_path: pathlib.Path) -> None:
    failure = {"step": "update_b", "cause": "https://x/?key=hunter%2022 and hunter 22", "way_back": "", "advice": ""}
    given = facts("failed", failure=failure, current=step("update_b", 1, 1), hide=["hunter 22"])
    files = write({**given, "dest": str(tmp_path)}, moment(5))
    for file in files.values():
        text = pathlib.Path(file).read_text(encoding="utf-8")
        assert "hunter" not in text
        assert "********" in text


def test_an_unwritable_folder_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises((InputError, OSError), match="file"):
        report(tmp_path / "file", 1, facts())


def test_figures_tell_what_was_measured_and_what_was_not(tmp_path: pathlib.Path) -> None:
    record = report(tmp_path, 50, window_1())
    figures = {name: (much, how) for name, much, how in view(record)["figures"]}
    assert figures["Production away"] == ("not measured", "no probe ran")
    assert figures["Shared IP on neither device"][0] == "0.4 s"
    assert figures["Without failover"] == ("48 min", "so far; the relationship is still broken")
    record = report(tmp_path, 90, facts(run=run("two", steps=[step("final_sync", 70, 10)])))
    figures = {name: (much, how) for name, much, how in view(record)["figures"]}
    assert figures["Without failover"] == ("1 h 18 min", "from breaking the relationship to the first sync")


def test_junit_counts_failures_and_skips(tmp_path: pathlib.Path) -> None:
    failure = {"step": "update_b", "cause": "it \x1b[31mburns <b>", "way_back": "", "advice": ""}
    given = window_1()
    given["run"]["steps"].pop()
    given = {**given, "event": "failed", "failure": failure, "current": step("swing", 42, 0, cause=failure["cause"])}
    files = write({**given, "dest": str(tmp_path)}, moment(50))
    root = ElementTree.parse(files["junit"]).getroot()
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    (failed,) = root.findall(".//failure")
    assert failed.text == "it \ufffd[31mburns <b>"
