# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with secrets are complete or not there, and their owner's only."""

from __future__ import annotations

import hashlib
import os
import pathlib
import signal
import stat
import subprocess
import sys

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import atomic_file


def test_complete_file(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "a.nsb"
    target.write_text("old")
    target.chmod(0o644)
    with atomic_file(target) as file:
        file.write(b"ab")
        assert target.read_text() == "old"
        file.write(b"c" * 5000)
    content = b"ab" + b"c" * 5000
    assert target.read_bytes() == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (file.size, file.sha256, file.head) == (5002, hashlib.sha256(content).hexdigest(), content[:4096])
    assert list(tmp_path.iterdir()) == [target]


def test_failure_leaves_what_was_there(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "a.nsb"
    target.write_text("old")

    def interrupted() -> None:
        with atomic_file(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folder(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="Cannot write"), atomic_file(tmp_path / "no" / "a.nsb"):
        pass


def test_target_is_a_folder(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="Cannot write"), atomic_file(tmp_path / "folder"):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


_WRITES = """
import os, signal, sys
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import atomic_file
with atomic_file(sys.argv[1]) as file:
    file.write(b"a backup" * 100_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_leaves_no_partial_file(tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", _WRITES, str(tmp_path / "a.nsb")], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_nameless_files(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE")
    target = tmp_path / "a.nsb"
    with atomic_file(target) as file:
        file.write(b"abc")
        assert [stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()] == [0o600]
        assert not target.exists()
    assert target.read_bytes() == b"abc"
    assert list(tmp_path.iterdir()) == [target]
