# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Downloads that would fill the disk, or that have no end."""

from __future__ import annotations

import io
import os
import pathlib
import types
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._transport import room
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import atomic_file
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, TlsServer

MIB = 1024**2


class Disk:
    """A disk of so many bytes; what is written to the file takes room, and others may take some too."""

    def __init__(self, whole: int, free: int) -> None:
        self.whole, self.free, self.looks = whole, free, 0

    def fstatvfs(self, descriptor: int) -> t.Any:
        self.looks += 1
        free = max(0, self.free - os.fstat(descriptor).st_size)
        return types.SimpleNamespace(f_blocks=self.whole // 4096, f_frsize=4096, f_bavail=free // 4096)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(whole=1024 * MIB, free=60 * MIB)
    monkeypatch.setattr(os, "fstatvfs", made.fstatvfs)
    return made


def endless(server: TlsServer) -> t.Iterator[bytes]:
    while not server.stopping.is_set():
        yield b"x" * 256 * 1024


def test_an_endless_download_leaves_room_on_the_disk(
    server: TlsServer, transport: Transport, disk: Disk, tmp_path: pathlib.Path
) -> None:
    server.handler = lambda _request: Reply(body=endless(server))
    with pytest.raises(InputError) as caught, atomic_file(tmp_path / "backup.nsb") as file:
        transport.download("GET", "/", file)
    # A twentieth of a small disk stays free.
    assert 8 * MIB < file.size <= 60 * MIB - 1024 * MIB // 20
    assert "no size is announced" in (caught.value.seen or "")
    assert "51.2 MiB that stay free" in (caught.value.expected or "")
    assert caught.value.advice
    assert list(tmp_path.iterdir()) == []


def test_what_is_announced_has_to_fit_before_a_byte_is_written(
    server: TlsServer, transport: Transport, disk: Disk, tmp_path: pathlib.Path
) -> None:
    server.handler = lambda _request: Reply(body=b"x", length=20 * MIB)
    with pytest.raises(InputError, match="no room"), (tmp_path / "file").open("wb") as file:
        transport.download("GET", "/", file)
    assert (tmp_path / "file").stat().st_size == 0
    server.handler = lambda _request: Reply(body=b"x" * 1000)
    with (tmp_path / "file").open("wb") as file:
        assert transport.download("GET", "/", file).size == 1000


def test_the_disk_is_looked_at_rarely(disk: Disk, tmp_path: pathlib.Path) -> None:
    disk.whole, disk.free = 10**13, 10**12
    with (tmp_path / "file").open("wb") as file:
        sink = room.RoomySink(t.cast(t.Any, types.SimpleNamespace(write=len, fileno=file.fileno)), 3000 * MIB)
        for _piece in range(3000):
            sink.write(b"x" * MIB)
    assert disk.looks == 1 + 3000 // 256


def test_room_that_others_take_is_noticed(disk: Disk, tmp_path: pathlib.Path) -> None:
    disk.whole, disk.free = 10**12, 10**12
    with (tmp_path / "file").open("wb") as file:
        sink = room.RoomySink(t.cast(t.Any, types.SimpleNamespace(write=len, fileno=file.fileno)), None)
        sink.write(b"x")
        disk.free = 512 * MIB
        for _piece in range(255):
            sink.write(b"x" * MIB)
        with pytest.raises(InputError, match="no room"):
            sink.write(b"x" * MIB)


@pytest.mark.parametrize("blocks", [0, None])
def test_where_nobody_tells_the_free_space_everything_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, blocks: int | None
) -> None:
    def fstatvfs(_descriptor: int) -> t.Any:
        if blocks is None:
            raise OSError("not here")
        return types.SimpleNamespace(f_blocks=0, f_frsize=4096, f_bavail=0)

    monkeypatch.setattr(os, "fstatvfs", fstatvfs)
    with (tmp_path / "file").open("wb") as file:
        room.RoomySink(file, 10**15).write(b"x")
    memory = io.BytesIO()
    room.RoomySink(memory, None).write(b"x")
    assert memory.getvalue() == b"x"


def test_no_download_is_larger_than_any_file_of_an_appliance(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda _request: Reply(body=b"x", length=room.LARGEST + 1)
    with pytest.raises(RequestFailed, match=f"announces more than the {room.LARGEST} bytes allowed"):
        transport.download("GET", "/", io.BytesIO())
