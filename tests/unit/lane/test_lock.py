# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks of appliances: held while the process lives that they are for, and not a moment longer."""

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import StateError
from ansible_collections.bseries.sra.plugins.module_utils._lane.lock import held_by_others, lock_path, take


@pytest.fixture
def processes() -> t.Iterator[t.Callable[[], subprocess.Popen[bytes]]]:
    """Start processes that stand for runs; they do nothing."""
    with contextlib.ExitStack() as stack:

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield start


def paths(folder: pathlib.Path) -> list[pathlib.Path]:
    return [lock_path(str(folder), host, 443) for host in ("192.0.2.11", "192.0.2.12")]


def await_free(locks: list[pathlib.Path]) -> bool:
    end = time.monotonic() + 20
    while held_by_others(locks, os.getpid()) and time.monotonic() < end:
        time.sleep(0.01)
    return not held_by_others(locks, os.getpid())


def test_a_lock_is_held_until_the_run_is_killed(tmp_path: pathlib.Path, processes: t.Any) -> None:
    one, other = processes(), processes()
    take(paths(tmp_path), one.pid, "upgrade one", 0)
    with pytest.raises(StateError) as caught:
        take(paths(tmp_path)[1:], other.pid, "upgrade other", 0)
    assert str(one.pid) in str(caught.value)
    assert "upgrade one" in str(caught.value)
    assert "sra_lock_wait" in str(caught.value)
    one.kill()
    one.wait()
    assert await_free(paths(tmp_path))
    take(paths(tmp_path), other.pid, "upgrade other", 0)
    assert "upgrade other" in " ".join(held_by_others(paths(tmp_path), os.getpid()))


def test_all_locks_or_none(tmp_path: pathlib.Path, processes: t.Any) -> None:
    one, other, third = processes(), processes(), processes()
    a, b = paths(tmp_path)
    take([b], one.pid, "one", 0)
    with pytest.raises(StateError):
        take([a, b], other.pid, "other", 0)
    take([a], third.pid, "third", 0)


def test_a_run_waits_for_its_turn(tmp_path: pathlib.Path, processes: t.Any) -> None:
    one, other = processes(), processes()
    take(paths(tmp_path), one.pid, "one", 0)
    ending = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(1.5); os.kill({one.pid}, 9)"])
    # The zombie of a process counts as ended only when its parent has looked.
    take(paths(tmp_path), other.pid, "other", 60)
    ending.wait()
    assert "other" in held_by_others(paths(tmp_path), os.getpid())[0]


def test_the_same_run_may_ask_again(tmp_path: pathlib.Path, processes: t.Any) -> None:
    one = processes()
    take(paths(tmp_path)[:1], one.pid, "first play", 0)
    take(paths(tmp_path), one.pid, "second play", 0)
    assert held_by_others(paths(tmp_path), one.pid) == []
    assert len(held_by_others(paths(tmp_path), os.getpid())) == 2


def test_a_run_that_is_gone_already_gets_no_lock(tmp_path: pathlib.Path, processes: t.Any) -> None:
    one = processes()
    one.kill()
    one.wait()
    with pytest.raises(OSError, match="did not start"):
        take(paths(tmp_path), one.pid, "one", 0)
    assert await_free(paths(tmp_path))


def test_files_are_for_the_owner_only_and_looking_makes_none(tmp_path: pathlib.Path, processes: t.Any) -> None:
    locks = paths(tmp_path / "backups")
    assert held_by_others(locks, os.getpid()) == []
    assert not (tmp_path / "backups").exists()
    take(locks, processes().pid, "one", 0)
    assert stat.S_IMODE(locks[0].stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in locks[0].parents[:2]] == [0o700, 0o700]


def test_the_name_of_a_lock_is_the_appliance_whatever_the_inventory_calls_it(tmp_path: pathlib.Path) -> None:
    assert lock_path(str(tmp_path), "PRA1.example.com", 443) == lock_path(str(tmp_path), "pra1.example.com", 443)
    assert lock_path(str(tmp_path), "../../etc", 443).parent == tmp_path / ".locks"
    assert lock_path(str(tmp_path), "::1", 443) != lock_path(str(tmp_path), "::1", 8443)
