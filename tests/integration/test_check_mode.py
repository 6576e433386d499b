# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode says what the run does: samples of whole procedures, and each module that writes, from several states.

`python -m torture.check_mode` goes through every stage of every procedure.
"""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from simulator.process import SimulatorProcess
from torture.check_mode import PROCEDURES, cells
from torture.stateful import SCENARIO, Json, Operator, task

BY_NAME = {procedure.name: procedure for procedure in PROCEDURES}


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("asynchronous, clients and users looked after", 0),
        ("synchronous", 0),
        ("single, clients and users looked after", 3),
        ("hardware", 0),
    ],
)
def test_the_check_predicts_the_run(name: str, stage: int) -> None:
    found = list(cells(BY_NAME[name], [stage]))
    assert [cell.problems for cell in found] == [[]]
    assert found[0].tasks > 0


Prepare = t.Callable[[Operator], object]
Params = t.Callable[[Operator], Json]


def nothing(_operator: Operator) -> None:
    """The state at the start: paired, a is primary."""


def separated(operator: Operator) -> None:
    task("failover_relationship", {**operator.on["a"], "state": "absent"})


def limited(operator: Operator) -> None:
    task(
        "jump_client_settings",
        {**operator.on["a"], "max_concurrent_upgrades": 5, "remember": str(operator.folder / "note")},
    )


def without_shared_ip(operator: Operator) -> None:
    separated(operator)
    operator.simulator.change("one-a", shared_ip_enabled=False)


def with_base(operator: Operator) -> None:
    separated(operator)
    task("appliance_update", {**operator.on["b"], "state": "latest", "kind": "base", "accept_license": True})


def without_users(operator: Operator) -> None:
    task("user_logout", operator.on["a"])


def backed_up(operator: Operator) -> None:
    task("appliance_backup", {**operator.on["a"], "dest": str(operator.folder)})


def with_note(operator: Operator) -> Json:
    return {**operator.on["a"], "remember": str(operator.folder / "note")}


def moved(operator: Operator) -> Json:
    return {"state": "moved", "address": operator.shared_ip, "from": operator.on["a"], "to": operator.on["b"]}


CASES: list[tuple[str, str, Prepare, Params, bool]] = [
    ("appliance_backup", "none yet", nothing, lambda o: {**o.on["a"], "dest": str(o.folder / "new")}, True),
    ("appliance_backup", "young one", backed_up, lambda o: {**o.on["a"], "dest": str(o.folder), "max_age": 900}, False),
    ("appliance_backup", "surplus", backed_up, lambda o: {**o.on["a"], "dest": str(o.folder), "keep": 1}, True),
    ("appliance_download_key", "none yet", nothing, lambda o: {**o.on["a"], "dest": str(o.folder / "a.key")}, True),
    ("appliance_update", "all", separated, lambda o: {**o.on["b"], "state": "latest", "accept_license": True}, True),
    ("appliance_update", "base", separated, lambda o: {**o.on["b"], "state": "latest", "kind": "base"}, True),
    ("appliance_update", "base done", with_base, lambda o: {**o.on["b"], "state": "latest", "kind": "base"}, False),
    ("appliance_update", "product", with_base, lambda o: {**o.on["b"], "state": "present", "version": "12.2.0", "accept_license": True}, True),
    ("certificate_export", "none yet", nothing, lambda o: {**o.on["a"], "dest": str(o.folder), "passphrase": "a passphrase"}, True),
    ("failover_relationship", "break", nothing, lambda o: {**o.on["a"], "state": "absent"}, True),
    ("failover_relationship", "broken", separated, lambda o: {**o.on["a"], "state": "absent"}, False),
    ("failover_relationship", "sync", nothing, lambda o: {**o.on["a"], "state": "synced"}, True),
    ("failover_relationship", "establish", separated, lambda o: {**o.on["a"], "state": "present", "peer_host": o.on["b"]["host"]}, True),
    ("failover_relationship", "established", nothing, lambda o: {**o.on["a"], "state": "present", "peer_host": o.on["b"]["host"]}, False),
    ("failover_role", "swap", nothing, lambda o: {**o.on["b"], "role": "primary"}, True),
    ("failover_role", "has it", nothing, lambda o: {**o.on["a"], "role": "primary"}, False),
    ("jump_client_settings", "set", nothing, lambda o: {**with_note(o), "max_concurrent_upgrades": 5}, True),
    ("jump_client_settings", "is set", limited, lambda o: {**with_note(o), "max_concurrent_upgrades": 5}, False),
    ("jump_client_settings", "put back", limited, lambda o: {**with_note(o), "state": "restored"}, True),
    ("jump_client_settings", "nothing to put back", nothing, lambda o: {**with_note(o), "state": "restored"}, False),
    ("shared_ip", "disable", separated, lambda o: {**o.on["a"], "address": o.shared_ip, "state": "disabled"}, True),
    ("shared_ip", "enable", without_shared_ip, lambda o: {**o.on["b"], "address": o.shared_ip, "state": "enabled"}, True),
    ("shared_ip", "is enabled", separated, lambda o: {**o.on["a"], "address": o.shared_ip, "state": "enabled"}, False),
    ("shared_ip", "move", separated, moved, True),
    ("user_logout", "users", nothing, lambda o: o.on["a"], True),
    ("user_logout", "nobody", without_users, lambda o: o.on["a"], False),
]  # fmt: skip


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[SimulatorProcess]:
    with SimulatorProcess(SCENARIO) as running:
        yield running


@pytest.mark.parametrize(
    ("module", "state", "prepare", "params", "changes"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_module_predicts_what_it_does(
    simulator: SimulatorProcess,
    tmp_path: pathlib.Path,
    module: str,
    state: str,
    prepare: Prepare,
    params: Params,
    changes: bool,
) -> None:
    simulator.reset()
    operator = Operator(simulator, tmp_path)
    prepare(operator)
    given, asked = params(operator), len(simulator.log())
    before = (simulator.state()["devices"], sorted(tmp_path.rglob("*")))
    checked = task(module, given, check_mode=True)
    assert [entry for entry in simulator.log(after=asked) if entry["kind"] == "write"] == []
    assert (simulator.state()["devices"], sorted(tmp_path.rglob("*"))) == before
    real = task(module, given)
    assert checked["changed"] == real["changed"] == changes
    assert plain(checked.get("diff")) == plain(real.get("diff"))


def plain(diff: t.Any) -> t.Any:
    """A difference but for the moment in the name of a file."""
    return re.sub(r"\d{8}T\d{6}Z", "MOMENT", repr(diff))
