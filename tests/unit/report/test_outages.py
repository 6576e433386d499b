# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe's samples say, and the probe itself against a server that comes and goes."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import threading
import time
import typing as t

import pytest
from unit.transport.tls_server import HOST, SITE, Authority, Reply, TlsServer

from ansible_collections.bseries.sra.plugins.action import production_probe
from ansible_collections.bseries.sra.plugins.module_utils._report.outages import production, read_samples


def samples(*seen: tuple[float, str | None]) -> list[dict[str, t.Any]]:
    return [{"at": at, "away": away, "asked": number} for number, (at, away) in enumerate(seen, start=1)]


def test_no_samples_are_no_measurement() -> None:
    assert production([], 1.0) is None


def test_outages_are_stretches_between_answers() -> None:
    found = production(samples((0, None), (10, "connection refused"), (12, "status 503"), (15, None), (40, None)), 1.0)
    assert found is not None
    assert (found["seen"], found["asked"], found["away_seconds"]) == (True, 5, 5.0)
    (outage,) = found["outages"]
    assert outage["reasons"] == ["connection refused", "status 503"]
    assert (outage["began"], outage["ended"], outage["over"]) == (
        "1970-01-01T00:00:10.000Z",
        "1970-01-01T00:00:15.000Z",
        True,
    )


def test_an_outage_that_goes_on_lasts_until_now() -> None:
    seen = samples((0, None), (10, "connection refused"))
    found = production(seen, 1.0, until=70)
    assert found is not None
    assert found["away_seconds"] == 60
    assert not found["outages"][0]["over"]


def test_a_site_that_was_never_seen_has_no_outage() -> None:
    found = production(samples((0, "the name leads nowhere"), (9, "the name leads nowhere")), 1.0)
    assert found is not None
    assert (found["seen"], found["reason"], found["outages"]) == (False, "the name leads nowhere", [])


def test_lines_that_are_cut_or_foreign_are_left_out(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "probe.jsonl"
    file.write_text('{"at": 1, "away": null, "asked": 1}\n[]\n{"at": "x"}\n{"at": 2, "aw', encoding="utf-8")
    assert read_samples(file) == [{"at": 1.0, "away": None, "asked": 1}]
    assert read_samples(tmp_path / "none") == []


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def wait_until(seen: t.Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def last(file: pathlib.Path) -> dict[str, t.Any]:
    found = read_samples(file) if file.exists() else []
    return found[-1] if found else {}


def start(file: pathlib.Path, server: TlsServer, authority: Authority, controller: int, **values: t.Any) -> int:
    options = {
        "file": str(file),
        "hostname": SITE,
        "port": server.port,
        "address": HOST,
        "ca_path": str(authority.path),
        "validate_certs": True,
        "interval": 0.05,
        **values,
    }
    return production_probe.start(options, controller)


def test_the_probe_sees_a_site_go_and_come_back_and_ends_when_told(
    tmp_path: pathlib.Path, authority: Authority
) -> None:
    file = tmp_path / "new folder" / "probe.jsonl"
    away = threading.Event()
    with TlsServer(authority.issue(SITE), lambda _request: Reply(status=503 if away.is_set() else 200)) as server:
        pid = start(file, server, authority, os.getpid())
        wait_until(lambda: last(file).get("away", "none yet") is None)
        away.set()
        wait_until(lambda: last(file)["away"] == "status 503")
        away.clear()
        wait_until(lambda: last(file)["away"] is None)
        assert file.stat().st_mode & 0o777 == 0o600
        assert not production_probe.stop(pid, "another file"), "a number that belongs to somebody else is left alone"
        assert production_probe.stop(pid, str(file))
        asked = len(server.requests)
        assert not production_probe.stop(pid, str(file))
    assert {request.line for request in server.requests} == {"GET /check_health"}
    assert set(server.server_names) == {SITE}
    found = production(read_samples(file), 0.05)
    assert found is not None
    assert [outage["reasons"] for outage in found["outages"]] == [["status 503"]]
    assert asked - found["asked"] in (0, 1), "the last line counts every question"


def test_the_probe_ends_with_its_controller(tmp_path: pathlib.Path, authority: Authority) -> None:
    file = tmp_path / "probe.jsonl"
    with TlsServer(authority.issue(SITE), lambda _request: Reply()) as server:
        controller = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pid = start(file, server, authority, controller.pid)
        wait_until(lambda: bool(last(file)))
        controller.kill()
        controller.wait()
        wait_until(lambda: not running(pid))
        assert last(file)["asked"] >= 1


def running(pid: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_certificate_that_is_not_trusted_is_no_answer(tmp_path: pathlib.Path, authority: Authority) -> None:
    file = tmp_path / "probe.jsonl"
    other = Authority(tmp_path, "Other CA")
    with TlsServer(authority.issue(SITE), lambda _request: Reply()) as server:
        pid = start(file, server, other, os.getpid())
        wait_until(lambda: "certificate refused" in str(last(file).get("away")))
        production_probe.stop(pid, str(file))
        assert server.requests == []
