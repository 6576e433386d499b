# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Samples of the interruption and fault matrices, two runs at once, and check mode beside a run; `make torture` does them completely."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import pathlib
import signal
import typing as t

import pytest

from integration.conftest import read_recap, wait_until
from torture import faults, interruption, judge
from torture.bench import RUN_LIMIT, Bench, requests_until_quiet
from torture.book import Book, Chapter, Row
from torture.points import Point
from torture.procedures import PROCEDURES
from torture.work import Effort

CLOCK = pathlib.Path(judge.__file__).with_name("clock")
SEED = int(os.environ.get("SRA_TORTURE_SEED", "1"))


def tried(chapter: Chapter) -> tuple[dict[str, Row], str]:
    """What did not go well, and all that was tried, as text."""
    return {key: row for key, row in chapter.rows.items() if row["problems"]}, f"SRA_TORTURE_SEED={SEED}: {chapter}"


@pytest.mark.parametrize(("name", "points"), [("asynchronous", 3), ("hardware", 2)])
def test_killed_runs_are_simply_started_again(name: str, points: int, tmp_path: pathlib.Path) -> None:
    found = interruption.matrix(PROCEDURES[name], Effort(points, SEED), Book(tmp_path / "book.json"), print)
    failed, text = tried(found)
    assert not failed, text
    assert found.count("killed") > 0, text


@pytest.mark.parametrize("name", ["asynchronous", "single"])
def test_faults_are_carried_through_or_stop_the_run_in_a_state_that_can_be_resumed(
    name: str, tmp_path: pathlib.Path
) -> None:
    found = faults.matrix(PROCEDURES[name], Effort(2, SEED), Book(tmp_path / "book.json"), print)
    failed, text = tried(found)
    assert not failed, text
    assert found.count("carried") + found.count("stopped") > 0, text


def test_a_second_run_is_refused_while_the_first_lives_and_only_then() -> None:
    held = Point(0, 0, "one-a", (("kind", "write"),), "after")
    with Bench(PROCEDURES["single"]) as bench:
        simulator = bench.lab.simulator
        simulator.fault("hold", seconds=1200, **held.fault())
        first = bench.start()
        try:
            assert bench.await_held(first), "the first run never came to its first write"
            asked = simulator.log()[-1]["seq"]
            second = bench.play()
            assert second.status != 0
            assert "Another run works on these appliances" in second.output
            assert f"process {first.pid}" in second.output
            # The first run's probe goes on asking who serves the site, from outside.
            since = [entry for entry in simulator.log() if entry["seq"] > asked and entry["interface"] != "health"]
            assert since == [], "the second run contacted nothing"
            address = ipaddress.ip_address(simulator.ready["pairs"][0]["devices"]["a"]["address"])
            renamed = bench.play("-e", f"sra_host={int(address):#x}")
            assert renamed.status != 0
            assert f"process {first.pid}" in renamed.output, "another name of the same appliance"
            assert [one for one in simulator.log(after=asked) if one["kind"] == "write"] == []
            locks = {path.name for path in (bench.lab.folder / "backups" / ".locks").iterdir()}
            assert f"appliance-{bench.lab.device('a')['appliance_id']}.lock" in locks
            checked = bench.play("--check")
            assert f"process {first.pid}" in checked.output, "check mode says that a run is under way"
            assert "Another run works on these appliances" not in checked.output
        finally:
            bench.kill(first)
        again = bench.play()
        assert again.status == 0, again.output
        assert bench.procedure.final(bench.lab) == []
        assert simulator.violations() == []


def test_a_second_run_on_a_pair_is_refused_or_waits_for_the_first(tmp_path: pathlib.Path) -> None:
    updated = {"base": "3.3.2", "product": "12.2.0", "build": "53417"}
    procedure = dataclasses.replace(PROCEDURES["asynchronous"], scenario={"pairs": [{"name": "one", "both": updated}]})
    with Bench(procedure) as bench, (tmp_path / "run.log").open("w+", encoding="utf-8") as output:
        simulator = bench.lab.simulator
        simulator.fault("hold", "one-b", seconds=1200)
        first = bench.start()
        waiting = None
        try:
            assert bench.await_held(first), "the first run never asked device B anything"
            asked = requests_until_quiet(simulator)
            refused = bench.play()
            assert refused.status != 0
            said = " ".join(refused.output.replace("[one]", " ").split())
            assert "Another run works on these appliances" in said
            devices = simulator.ready["pairs"][0]["devices"].values()
            assert all(f"{device['address']}_{device['port']}: process {first.pid} of " in said for device in devices)
            assert simulator.log(after=asked) == [], "the second run contacted nothing"
            waiting = bench.start("-e", "sra_lock_wait=1200", output=output)
            wait_until("the other run says for whom it waits", lambda: f"process {first.pid} of " in read(output), 300)
            assert waiting.poll() is None
        finally:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
            simulator.clear_faults()
            status = waiting.wait(RUN_LIMIT) if waiting else None
        text = read(output)
        assert status == 0, text
        assert {counts["changed"] for counts in read_recap(text).values()} == {0}
        assert simulator.deeds() == []


def read(file: t.IO[str]) -> str:
    return pathlib.Path(file.name).read_text(encoding="utf-8")


def test_jumps_of_the_controllers_clock_in_the_middle_of_installs_change_nothing(tmp_path: pathlib.Path) -> None:
    jump = tmp_path / "jump"
    path = os.pathsep.join([str(CLOCK), os.environ.get("PYTHONPATH", "")])
    with Bench(PROCEDURES["single"], variables={"PYTHONPATH": path, "SRA_JUMP_FILE": str(jump)}) as bench:
        simulator = bench.lab.simulator
        with (tmp_path / "run.log").open("w+", encoding="utf-8") as output:
            run = bench.start(output=output)
            try:
                for kind, hours in (("base", 6), ("product", -6)):
                    simulator.wait_until(installs(kind), RUN_LIMIT)
                    jump.write_text(str(hours * 3600), encoding="utf-8")
                status = run.wait(RUN_LIMIT)
            finally:
                bench.kill(run)
            output.seek(0)
            assert status == 0, output.read()
        jump.unlink()
        assert bench.procedure.final(bench.lab) == []
        assert simulator.violations() == []
        assert judge.disk(bench.lab.folder) == []
        assert judge.unchanged(bench.play()) == []


def installs(kind: str) -> t.Callable[[dict[str, t.Any]], bool]:
    """Whether an update of this kind is being installed, or was the last one."""

    def holds(state: dict[str, t.Any]) -> bool:
        install = state["devices"]["one-a"]["install"]
        return install is not None and install["package"].startswith(kind)

    return holds
