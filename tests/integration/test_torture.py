# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Samples of the interruption and fault matrices, two runs at once, and check mode beside a run; `make torture` does them completely."""

from __future__ import annotations

import os

import pytest

from torture import faults, interruption
from torture.bench import Bench
from torture.points import Point
from torture.procedures import PROCEDURES

SEED = int(os.environ.get("SRA_TORTURE_SEED", "1"))


SAMPLED = pytest.mark.skipif(
    "SRA_TEST_TORTURE" not in os.environ,
    reason="the samples of the matrices run with SRA_TEST_TORTURE=1, all of them by make torture",
)


@SAMPLED
@pytest.mark.parametrize(("name", "points"), [("asynchronous", 6), ("hardware", 3)])
def test_killed_runs_are_simply_started_again(name: str, points: int) -> None:
    lines = [f"SRA_TORTURE_SEED={SEED}"]
    found = interruption.matrix(PROCEDURES[name], points, SEED, lines.append)
    assert found["failed"] == 0, "\n".join(lines)
    assert found["killed"] > 0, "\n".join(lines)


@SAMPLED
def test_faults_are_carried_through_or_stop_the_run_in_a_state_that_can_be_resumed() -> None:
    lines = [f"SRA_TORTURE_SEED={SEED}"]
    found = faults.matrix(6, SEED, lines.append)
    assert found["failed"] == 0, "\n".join(lines)
    assert found["carried"] + found["stopped"] > 0, "\n".join(lines)


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
            checked = bench.play("--check")
            assert f"process {first.pid}" in checked.output, "check mode says that a run is under way"
            assert "Another run works on these appliances" not in checked.output
        finally:
            bench.kill(first)
        again = bench.play()
        assert again.status == 0, again.output
        assert bench.procedure.final(bench.lab) == []
        assert simulator.violations() == []
