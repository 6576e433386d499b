# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with secrets are complete or not there, and their owner's only."""

from __future__ import annotations

import errno
import hashlib
import os
import pathlib
import signal
import stat
import subprocess
import sys
import threading
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, SraError
from ansible_collections.bseries.sra.plugins.module_utils._transport import read_back
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


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "_PIECE", 100_000)
    monkeypatch.setattr(read_back, "_BLOCK", 70_000)


def followed(folder: pathlib.Path, blocks: int, then: t.Callable[[], object] = lambda: None) -> None:
    with atomic_file(folder / "a.nsb", read_back=True) as file:
        for _number in range(blocks):
            file.write(bytes(5000))
        then()


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("blocks", [0, 1, 2, 300])
def test_what_stands_on_the_disk_is_read_again(tmp_path: pathlib.Path, blocks: int) -> None:
    target, block = tmp_path / "a.nsb", os.urandom(5000)
    with atomic_file(target, read_back=True) as file:
        for _number in range(blocks):
            file.write(block)
        digest = file.sha256
    assert target.read_bytes() == block * blocks
    assert (file.size, digest) == (5000 * blocks, hashlib.sha256(block * blocks).hexdigest())
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("at", [10, 1_499_990], ids=["the first piece", "the last piece"])
def test_a_disk_that_keeps_something_else_is_noticed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    real = os.preadv

    def rotten(descriptor: int, buffers: list[memoryview], offset: int) -> int:
        count = real(descriptor, buffers, offset)
        if offset <= at < offset + count:
            buffers[0][at - offset] ^= 1
        return count

    monkeypatch.setattr(read_back.os, "preadv", rotten)

    with pytest.raises(SraError, match="is not what the appliance sent"):
        followed(tmp_path, 300)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("blocks", [20, 200_000], ids=["at the end", "meanwhile"])
def test_a_disk_that_refuses_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, blocks: int) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(read_back, "_to_disk", refuse)

    with pytest.raises((InputError, OSError), match="No space left"):
        followed(tmp_path, blocks)
    assert list(tmp_path.iterdir()) == []


def test_nothing_runs_on_after_a_download_that_failed(tmp_path: pathlib.Path) -> None:
    def broken() -> t.NoReturn:
        raise KeyError

    with pytest.raises(KeyError):
        followed(tmp_path, 3, broken)
    assert "read-back" not in [thread.name for thread in threading.enumerate()]
    assert list(tmp_path.iterdir()) == []
