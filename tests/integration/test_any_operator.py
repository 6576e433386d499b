# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of the random operator; `SRA_FUZZ_STATEFUL` tries more."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from simulator.process import SimulatorProcess
from torture.stateful import SCENARIO, AnyOperator, profile


@pytest.mark.slow
def test_any_operator_brings_the_upgrade_to_its_end() -> None:
    with SimulatorProcess(SCENARIO) as simulator:
        AnyOperator.simulator = simulator
        run_state_machine_as_test(AnyOperator, settings=profile())
