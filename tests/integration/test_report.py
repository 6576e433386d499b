# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan that is saved, the run that is held to it, the report that grows with each run, and the site's own tasks."""

from __future__ import annotations

import contextlib
import http.server
import json
import pathlib
import threading
import typing as t
from xml.etree import ElementTree

from .conftest import Lab

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")


class Sink(http.server.ThreadingHTTPServer):
    """Takes what the hooks send, and answers as a ticket system whose change is approved."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken: list[tuple[str, str, t.Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self, path: str) -> list[t.Any]:
        return [body for _method, seen, body in self.taken if seen.startswith(path)]


class _Taker(http.server.BaseHTTPRequestHandler):
    def _take(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        t.cast("Sink", self.server).taken.append((self.command, self.path, json.loads(data) if data else None))
        answer = json.dumps({"result": {"number": "CHG0001", "approval": "approved"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PATCH = _take  # noqa: N815 (names of the base class)

    def log_message(self, *_words: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def sink() -> t.Iterator[Sink]:
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def write(path: pathlib.Path, text: str, mode: int = 0o644) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def hooks(folder: pathlib.Path, url: str) -> dict[str, t.Any]:
    """All shipped hooks, one that fails afterwards, and where they send to."""
    sendmail = write(folder / "sendmail", f"#!/bin/sh\ncat >>{folder}/mails\n", 0o755)
    failing = write(
        folder / "failing.yml", "- name: Fail always\n  ansible.builtin.fail:\n    msg: the printer is out of paper\n"
    )
    return {
        "sra_hooks": {
            "before_window": ["bseries.sra.hook_change_ticket", "bseries.sra.hook_monitoring"],
            "after_window": ["bseries.sra.hook_monitoring", "bseries.sra.hook_mail"],
            "before_step": "bseries.sra.hook_chat",
            "after_step": [failing],
            "failure": ["bseries.sra.hook_mail"],
        },
        "sra_hook_chat_webhook": f"{url}/chat/a-token-of-the-chat",
        "sra_hook_monitoring_url": url,
        "sra_hook_monitoring_user": "nagger",
        "sra_hook_monitoring_password": "secret-of-the-monitoring",
        "sra_hook_change_url": url,
        "sra_hook_change_id": "abc",
        "sra_hook_change_user": "changer",
        "sra_hook_change_password": "secret-of-the-tickets",
        "sra_hook_mail_to": "operator@example.com",
        "sra_hook_sendmail": sendmail,
    }


def secrets(lab: Lab) -> list[str]:
    text = lab.inventory.read_text(encoding="utf-8")
    data = json.loads(text)
    found: list[str] = []

    def look(value: t.Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                look(part, key)
        elif name.endswith(("password", "secret", "passphrase", "webhook")):
            found.append(value)

    look(data)
    assert len(set(found)) >= 4
    return found


def test_two_windows_make_one_report_and_hold_to_the_saved_plan(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    reports, saved = tmp_path / "reports", tmp_path / "approved.json"
    held = ("-e", f"sra_plan_file={saved}")
    with sink() as taken:
        lab = start_lab(sra_report_dir=str(reports), sra_probe_interval=0.1, **hooks(tmp_path, taken.url))
        planned = lab.play("plan", *held)
        assert planned.status == 0, planned.output
        assert "saved in" in planned.output
        plan = json.loads((reports / "one" / "plan.json").read_text())["plan"]
        assert plan["steps"][0]["id"] == "backup_a"
        assert "<h1>Plan for one: asynchronous upgrade to 12.2.0" in (reports / "one" / "plan.html").read_text()

        checked = lab.play("upgrade_asynchronous", "--check", *held)
        assert checked.status == 0, checked.output
        assert "Only the plan was left on this machine." in checked.output
        assert not list(reports.rglob("report.*")), "nothing was done that could be reported"
        assert taken.taken == [], "check mode tells nobody anything"

        first = lab.play("upgrade_asynchronous", *held, timeout=900)
        assert first.status == 0, first.output
        assert "printer is out of paper" in first.output
        assert "WARNING:" in first.output
        folder = reports / "one" / "12.2.0"
        assert f"Report: {folder / 'report.html'}" in first.output.replace("\n[one]     ", " ")
        record = json.loads((folder / "report.json").read_text())
        assert [piece["outcome"] for piece in record["pieces"]] == ["waiting"]
        assert not record["done"]
        assert record["pieces"][0]["next"]["waiting_for"] == "confirmation"
        assert [step["id"] for step in record["pieces"][0]["steps"]][-1] == "swing"

        second = lab.play("upgrade_asynchronous", *held, *CONFIRMED, timeout=900)
        assert second.status == 0, second.output
        check_joined(folder)
        check_told(taken, tmp_path)
    hidden = secrets(lab)
    for file in (*reports.rglob("*"), saved):
        if file.is_file():
            assert file.stat().st_mode & 0o777 == 0o600, file
            text = file.read_text(encoding="utf-8")
            assert not [secret for secret in hidden if secret in text], file
    assert lab.simulator.violations() == []


def check_joined(folder: pathlib.Path) -> None:
    record = json.loads((folder / "report.json").read_text())
    assert [piece["outcome"] for piece in record["pieces"]] == ["waiting", "done"]
    assert record["done"]
    for letter in "ab":
        appliance = record["appliances"][letter]
        assert (appliance["before"]["version"], appliance["version"]) == ("12.1.0", "12.2.0")
        assert (appliance["before"]["base_version"], appliance["base_version"]) == ("3.2.4", "3.3.2")
    first = record["pieces"][0]
    assert first["production"]["seen"]
    assert first["production"]["asked"] > 10
    assert {len(backup["sha256"]) for piece in record["pieces"] for backup in piece["backups"]} == {64}
    assert set(first["verified"]) == {"one-b"}
    assert any("out of paper" in warning for warning in first["warnings"])
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert [suite.get("name") for suite in suites] == ["1. Window 1", "2. Window 2"]
    assert suites.get("failures") == "0"
    page = (folder / "report.html").read_text()
    assert "Run 1: Window 1" in page
    assert "Run 2: Window 2" in page


def check_told(taken: Sink, folder: pathlib.Path) -> None:
    begun = taken.paths("/v1/actions/schedule-downtime")
    assert len(begun) == len(taken.paths("/v1/actions/remove-downtime")) == 2
    assert begun[0]["end_time"] - begun[0]["start_time"] > 1800
    chat = [body["text"] for body in taken.paths("/chat/")]
    assert len(chat) == 14
    assert chat[0].startswith("one to 12.2.0: before step Back up device A")
    notes = [body["work_notes"].strip() for body in taken.paths("/api/now/table/change_request/abc") if body]
    assert notes == ["one: before window 1", "one: before window 2"]
    mails = (folder / "mails").read_text()
    assert mails.count("Subject: Upgrade of one to 12.2.0: after window") == 2


def test_a_run_that_does_not_fit_its_plan_or_whose_hook_fails_touches_nothing(
    start_lab: StartLab, tmp_path: pathlib.Path
) -> None:
    lab = start_lab(sra_report_dir=str(tmp_path / "reports"))
    checked = lab.play("upgrade_asynchronous", "--check", "-e", "sra_report_dir=")
    assert checked.status == 0, checked.output
    assert "nothing was written on any appliance." in checked.output
    assert "Plan: " not in checked.output
    assert not (lab.folder / "sra-reports").exists(), "nobody asked for a folder"
    saved = tmp_path / "approved.json"
    held = ("-e", f"sra_plan_file={saved}")
    assert lab.play("plan", *held).status == 0
    data = json.loads(saved.read_text())
    data["pairs"]["one"]["plan"]["devices"]["a"]["version"] = "12.0.9"
    saved.write_text(json.dumps(data))
    drifted = lab.play("upgrade_asynchronous", *held, timeout=900)
    assert drifted.status == 2, drifted.output
    assert "Device A ran product 12.0.9, runs 12.1.0, which the plan does not lead to." in drifted.output
    assert lab.writes() == []
    record = json.loads((tmp_path / "reports" / "one" / "12.2.0" / "report.json").read_text())
    assert record["pieces"][0]["outcome"] == "refused"

    mark = tmp_path / "mark"
    refuse = write(
        tmp_path / "refuse.yml", "- name: Ask for leave\n  ansible.builtin.fail:\n    msg: nobody is on duty\n"
    )
    note = write(
        tmp_path / "note.yml",
        "- name: Note it\n  ansible.builtin.copy:\n    dest: " + str(mark) + "\n    mode: '0600'\n"
        '    content: "{{ sra_hook.event }} {{ sra_hook.outcome }} {{ sra_hook.step.id }} {{ sra_hook.error }}"\n',
    )
    stopped = lab.play(
        "upgrade_asynchronous", "-e", json.dumps({"sra_hooks": {"before_window": refuse, "failure": note}})
    )
    assert stopped.status == 2, stopped.output
    assert "nobody is on duty" in stopped.output
    assert lab.writes() == []
    assert list((tmp_path / "backups").glob("*.nsb")) == [], "not even a backup was begun"
    assert mark.read_text().startswith("failure failed backup_a ")
    assert "nobody is on duty" in mark.read_text()
