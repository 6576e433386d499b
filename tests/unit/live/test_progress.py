# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of real runs: at terminals of several widths, through a pipe, and through ansible-runner as AWX uses it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import typing as t

import ansible_runner
import pytest
from unit.live.terminal import Terminal, run_at_a_terminal

ROOT = pathlib.Path(__file__).resolve().parents[3]
HOSTS = ("one", "two", "three")
# Three hosts wait side by side for an appliance that never comes; another task prints meanwhile where that is asked for.
PLAYBOOK = """
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - name: Wait for an appliance
      bseries.sra.site_probe:
        host: "{{ inventory_hostname }}"
        address: 127.0.0.1
        port: 9
        expect_version: "1.0"
        client_id: someone
        client_secret: Never-Shown-1
        wait_timeout: "{{ patience }}"
"""
CALLBACKS = ("ansible.builtin.default", "bseries.sra.runbook")


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "play.yml").write_text(PLAYBOOK, encoding="utf-8")
    (tmp_path / "ansible.cfg").touch()
    return tmp_path


def command(patience: int) -> list[str]:
    program = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    return [program, "-i", ",".join(HOSTS), "play.yml", "-e", f"patience={patience}"]


def environment(folder: pathlib.Path, **more: str) -> dict[str, str]:
    dropped = ("CI", "SRA_PROGRESS", "TERM")
    kept = {
        name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("ANSIBLE_")
    }
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        # ansible-runner starts Ansible by its name.
        "PATH": os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]),
        "TERM": "xterm",
        **more,
    }


@pytest.mark.parametrize(("columns", "callback"), [(40, CALLBACKS[0]), (80, CALLBACKS[1]), (160, CALLBACKS[0])])
def test_a_line_for_each_host_moves_at_a_terminal(folder: pathlib.Path, columns: int, callback: str) -> None:
    status, sent = run_at_a_terminal(
        command(4), columns, cwd=folder, env=environment(folder, ANSIBLE_STDOUT_CALLBACK=callback)
    )
    terminal = Terminal(columns)
    terminal.feed(sent)
    moving = [[line for line in frame if line.startswith(HOSTS) and " s" in line] for frame in terminal.frames]
    together = [rows for rows in moving if len(rows) == len(HOSTS)]
    assert status == 2
    assert len({tuple(rows) for rows in together}) > 3, "the lines never moved"
    assert all(len(line) < columns for rows in together for line in rows)
    if columns > 100:
        assert any("refuses connections  2 s, at most 2 s more" in line for rows in together for line in rows)
    # What stays is what a run without progress leaves: no line of it, and each host's error once and whole.
    text = "\n".join(terminal.lines)
    assert "more" not in text.partition("PLAY RECAP")[2]
    assert not [line for line in terminal.lines if line.rstrip().endswith("s more")]
    assert "".join(line.ljust(columns) for line in terminal.lines).count("What to do: See which appliance has") >= 3
    assert "Never-Shown" not in sent


def test_a_pipe_gets_a_line_now_and_then_and_no_escape(folder: pathlib.Path) -> None:
    done = subprocess.run(
        command(7),
        cwd=folder,
        env=environment(folder, ANSIBLE_NOCOLOR="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.endswith(" more")]
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert sorted(line.split()[0] for line in told) == sorted(HOSTS), done.stdout
    assert all("Wait for" not in line and "nobody answers: 127.0.0.1:9 refuses connections, " in line for line in told)


def test_switched_off_it_prints_nothing(folder: pathlib.Path) -> None:
    status, sent = run_at_a_terminal(command(2), 100, cwd=folder, env=environment(folder, SRA_PROGRESS="off"))
    assert status == 2
    assert "\x1b[J" not in sent
    assert "at most" not in sent


def test_through_ansible_runner_the_events_stay_well_formed(folder: pathlib.Path) -> None:
    """It runs Ansible in a pseudo terminal and hides its events in escape sequences of the output."""
    variables: dict[str, t.Any] = environment(folder)
    (folder / "runner").mkdir()
    outcome = ansible_runner.run(
        private_data_dir=str(folder / "runner"),
        project_dir=str(folder),
        playbook="play.yml",
        inventory={"all": {"hosts": dict.fromkeys(HOSTS)}},
        extravars={"patience": 7},
        envvars={name: variables[name] for name in variables if name.startswith(("ANSIBLE_", "LC_", "TERM", "PATH"))},
        quiet=True,
    )
    events = list(outcome.events)
    told = [event["stdout"] for event in events if event["stdout"].strip().endswith(" more")]
    assert outcome.status == "failed"
    assert {event["event"] for event in events} >= {"playbook_on_stats", "runner_on_failed", "runner_on_start"}
    assert len([event for event in events if event["event"] == "runner_on_failed"]) == len(HOSTS)
    assert sorted(line.split()[0] for line in told) == sorted(HOSTS)
    assert not any("\x1b[J" in event["stdout"] for event in events)
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
