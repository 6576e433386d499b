# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that keeps sessions for a run: who reaches it, who has what, and that it ends with the run."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline, Look, wait_for
from ansible_collections.bseries.sra.plugins.plugin_utils._keeper import end_kept_sessions, kept_sessions

TOKEN = {"kind": "api", "token": "not a session, nothing to sign out"}
RUN = """
import os, sys, time
from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline, Look, wait_for
from ansible_collections.bseries.sra.plugins.plugin_utils._keeper import kept_sessions
shelf = kept_sessions(sys.argv[1], os.getpid())
print(shelf.put("key", {"kind": "api", "token": "x"}), flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> t.Iterator[str]:
    tmp_path.chmod(0o700)
    yield str(tmp_path)
    end_kept_sessions(str(tmp_path))


def task(folder: str) -> t.Any:
    shelf = kept_sessions(folder, os.getpid())
    assert shelf is not None
    return contextlib.closing(shelf)


def answers(folder: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(f"{folder}/sra-sessions") == 0


def until_gone(folder: str) -> None:
    until = time.monotonic() + 20
    while answers(folder):
        assert time.monotonic() < until, "the keeper is still there"
        time.sleep(0.05)


def test_what_one_task_leaves_the_next_one_finds(folder: str) -> None:
    with task(folder) as one:
        assert one.take("key") is None
        assert one.put("key", TOKEN)
    with task(folder) as other:
        assert other.take("key") == TOKEN
        other.drop("key")
    with task(folder) as third:
        assert third.take("key") is None


def test_a_task_has_what_it_took_alone(folder: str) -> None:
    with task(folder) as one, task(folder) as other:
        assert one.put("key", TOKEN)
        assert other.take("key") is None
        assert not other.put("key", {"kind": "api", "token": "another"}), "its own is its own to close"
        one.close()
        deadline = time.monotonic() + 10
        while other.take("key") != TOKEN:
            assert time.monotonic() < deadline


def test_a_large_value_arrives_whole(folder: str) -> None:
    value = {"kind": "api", "token": "x" * 3_000_000}
    with task(folder) as one:
        assert one.put("key", value)
    with task(folder) as other:
        assert other.take("key") == value


def test_there_is_one_keeper_for_all_tasks(folder: str) -> None:
    with task(folder) as one, task(folder) as other:
        one.put("key", TOKEN)
        one.close()
        time.sleep(0.2)
        assert other.take("key") == TOKEN


def test_it_ends_with_the_run(folder: str) -> None:
    with task(folder) as one:
        one.put("key", TOKEN)
    assert end_kept_sessions(folder) == []
    until_gone(folder)


def test_it_ends_when_the_run_is_killed(folder: str) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN, folder], stdout=subprocess.PIPE, text=True, env={
        **os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)})  # fmt: skip
    assert run.stdout is not None
    assert run.stdout.readline() == "True\n"
    assert answers(folder)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert run.stdout.read() == "", "the keeper holds nothing of the run open"
    run.stdout.close()
    until_gone(folder)
    wait_for("nothing left", lambda: Look(not list(pathlib.Path(folder).iterdir()), "files are left"), Deadline(20))


def test_a_keeper_that_is_gone_keeps_nothing(folder: str) -> None:
    with task(folder) as one:
        one.put("key", TOKEN)
        end_kept_sessions(folder)
        until_gone(folder)
        assert one.take("key") is None
        assert not one.put("key", TOKEN)
        one.drop("key")
    with task(folder) as other:
        assert other.put("key", TOKEN), "another one is started"


def test_a_deep_folder_will_do(tmp_path: pathlib.Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir(mode=0o700)
    with task(str(deep)) as one:
        assert one.put("key", TOKEN)
    end_kept_sessions(str(deep))


def test_a_folder_that_others_can_enter_is_not_used(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o755)
    assert kept_sessions(str(tmp_path), os.getpid()) is None
    assert kept_sessions(str(tmp_path / "missing"), os.getpid()) is None
