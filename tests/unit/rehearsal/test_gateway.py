# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gateway of rehearsals leads to the device that its file names."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import socketserver
import threading
import typing as t

import pytest
import yaml

from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.stand_ins import Gateway, write_tasks


class Device(socketserver.ThreadingTCPServer):
    """Answers with its address and what it was sent."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: str, port: int) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(f"{address} ".encode() + self.rfile.readline())

        super().__init__((address, port), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def devices() -> t.Iterator[int]:
    """Two devices; the port of both."""
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(Device("127.93.1.11", 0))
        stack.callback(one.shutdown)
        port = int(one.server_address[1])
        other = stack.enter_context(Device("127.93.1.12", port))
        stack.callback(other.shutdown)
        yield port


def ask(gateway: Gateway) -> str:
    with socket.create_connection((gateway.host, gateway.port), timeout=5) as client:
        client.sendall(b"hello\n")
        client.shutdown(socket.SHUT_WR)
        return client.makefile().read().strip()


def test_connections_follow_the_file(devices: int, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "production"
    file.write_text("127.93.1.11", encoding="utf-8")
    moves: list[str] = []
    with Gateway("127.0.0.1", file, devices, moves.append) as gateway:
        assert [ask(gateway), ask(gateway)] == ["127.93.1.11 hello"] * 2
        file.write_text("127.93.1.12", encoding="utf-8")
        assert ask(gateway) == "127.93.1.12 hello"
        file.write_text("127.93.1.13", encoding="utf-8")
        # Nobody listens there: the connection ends, sooner or later while it is being used.
        answered = "nothing"
        with contextlib.suppress(OSError):
            answered = ask(gateway) or "nothing"
        assert answered == "nothing"
    assert moves == ["127.93.1.11", "127.93.1.12", "127.93.1.13"]


def test_the_stand_in_changes_nothing_but_the_file(tmp_path: pathlib.Path) -> None:
    (task,) = yaml.safe_load(write_tasks(tmp_path).read_text(encoding="utf-8"))
    assert set(task) == {"name", "ansible.builtin.copy"}
    assert task["ansible.builtin.copy"]["dest"] == "{{ sra_rehearsal_production }}"
