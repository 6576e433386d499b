# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An operator who does anything at any time: runs, checks, kills, swings, swings back, fiddles on the pages, while faults strike.

The steps are done by the same resources as the roles call, in this process, so that many can be tried. Whatever happens:
no rule of the procedure is violated, check mode writes nothing, every failure is one of the collection's own errors, and
when the faults are over the same procedure still ends with both appliances updated and the failover relationship in place.

`SRA_FUZZ_STATEFUL` is the number of sequences that are tried.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import signal
import tempfile
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from simulator.process import SimulatorProcess

EXAMPLES: t.Final = int(os.environ.get("SRA_FUZZ_STATEFUL", "1"))
STEPS: t.Final = int(os.environ.get("SRA_FUZZ_STATEFUL_STEPS", "6"))
SCENARIO: t.Final[dict[str, t.Any]] = {
    "time_scale": 3000,
    "pairs": [{"name": "one", "both": {"web": {"max_sessions": 50}}}],
}
OWN_ERRORS: t.Final = frozenset(
    {
        "input",
        "transport",
        "tls",
        "authentication",
        "sign_in_obstacle",
        "permission",
        "api",
        "page",
        "refused",
        "state",
        "timeout",
        "install",
    }
)
FAULTS: t.Final = ("reset", "status", "slow", "torn_tls", "session_expired", "token_revoked", "html")
_PACKAGE: t.Final = "ansible_collections.bseries.sra.plugins"
LONGEST_FINISH: t.Final = 40
"""Runs within which the procedure must have ended."""

Json = dict[str, t.Any]


class Stopped(Exception):
    """A task failed, as it may: the run ends here."""


def task(module: str, params: Json, *, check_mode: bool = False) -> Json:
    """What a task of the module returns. Raises Stopped where it failed with an error of ours, AssertionError with any other."""
    spec = importlib.import_module(f"{_PACKAGE}.modules.{module}").ARGUMENT_SPEC
    validation = ArgumentSpecValidator(spec).validate(params)
    assert not validation.error_messages, validation.error_messages
    resource = importlib.import_module(f"{_PACKAGE}.module_utils._resources.{module}")
    outcome = execute(resource.run, validation.validated_parameters, check_mode=check_mode, diff=True)
    if outcome.get("failed"):
        assert outcome["error"]["kind"] in OWN_ERRORS, outcome.get("exception") or outcome["msg"]
        raise Stopped(outcome["msg"])
    return outcome


class Operator:
    """Works on the one pair of a simulator. ``run`` is what the playbook does, shortened by what only people read."""

    def __init__(self, simulator: SimulatorProcess, folder: pathlib.Path) -> None:
        self.simulator = simulator
        self.folder = folder
        pair = simulator.ready["pairs"][0]
        self.site = {"site_hostname": pair["hostname"], "site_port": pair["port"], "site_address": pair["shared_ip"]}
        self.shared_ip = pair["shared_ip"]
        self.on = {letter: self._connection(pair, device) for letter, device in pair["devices"].items()}

    def _connection(self, pair: Json, device: Json) -> Json:
        names = (
            "appliance_username",
            "appliance_password",
            "login_username",
            "login_password",
            "client_id",
            "client_secret",
        )
        return {
            "host": device["address"],
            "port": device["port"],
            "tls_server_name": pair["hostname"],
            "ca_path": self.simulator.ready["ca_path"],
            "timeout": 10.0,
            **{name: device[name] for name in names},
        }

    def observe(self, **more: t.Any) -> Json:
        return task(
            "pair_info",
            {
                "a": self.on["a"],
                "b": self.on["b"],
                "procedure": "asynchronous",
                "swing_method": "shared_ip",
                "shared_ip": self.shared_ip,
                "confirmed": True,
                "timeout_for_contradictions": 20,
                "reach_timeout": 20,
                "record": str(self.folder / "one.upgrades.json"),
                **self.site,
                **more,
            },
        )

    def run(self, most: int, *, check_mode: bool = False) -> bool:
        """Do up to ``most`` steps of what remains; True when nothing does. Raises Stopped."""
        seen = self.observe()
        if seen["plan"]["done"]:
            return True
        backups: Json = {}
        done: list[str] = []
        for step in [one for one in seen["plan"]["steps"] if one["id"] in seen["plan"]["steps_now"]][:most]:
            if not step["id"].startswith(("backup", "verify")) and not check_mode:
                known = {name: seen[name] for name in ("a", "b", "site")}
                self.observe(gather="light", known=known, step=step["id"], backups=backups, steps_done=done)
            self._do(step, backups, check_mode=check_mode)
            done.append(step["id"])
        return False

    def _do(self, step: Json, backups: Json, *, check_mode: bool) -> None:
        kind, letter = step["id"], step["device"] if step["device"] in ("a", "b") else "b"
        on = self.on[letter]
        other = self.on["a" if letter == "b" else "b"]
        if kind.startswith("backup"):
            made = task("appliance_backup", {**on, "dest": str(self.folder)}, check_mode=check_mode)
            backups[letter] = {"path": made["path"], "sha256": made["sha256"]}
        elif kind.startswith("update"):
            for part in ("base", "product"):
                wish = {
                    "state": step["request"]["state"],
                    "version": step["request"].get("version"),
                    "accept_license": True,
                    "wait_timeout": 60,
                }
                task("appliance_update", {**on, "kind": part, **wish}, check_mode=check_mode)
        elif kind == "swing":
            task(
                "shared_ip",
                {
                    "state": "moved",
                    "address": self.shared_ip,
                    "from": self.on["a"],
                    "to": self.on["b"],
                    "wait_timeout": 30,
                },
                check_mode=check_mode,
            )
        elif not kind.startswith("verify"):
            wish = {
                "sync": {"state": "synced"},
                "separate": {"state": "absent"},
                "final_sync": {"state": "synced"},
            }.get(kind) or {
                "state": "present",
                "peer_host": other["host"],
                "peer_port": other["port"],
                "site_hostname": self.site["site_hostname"],
            }
            assumed = {"assume_earlier_steps": check_mode and kind in ("establish", "final_sync")}
            task("failover_relationship", {**on, **wish, **assumed, "wait_timeout": 60}, check_mode=check_mode)

    def swing_back(self) -> None:
        """Return production to A where the plan allows it."""
        seen = self.observe(purpose="swing_back", swing_to="a")
        if "swing_back" in seen["plan"]["steps_now"] and not seen["plan"]["problems"]:
            made = task("appliance_backup", {**self.on["b"], "dest": str(self.folder)})
            known = {name: seen[name] for name in ("a", "b", "site")}
            backups = {"b": {"path": made["path"], "sha256": made["sha256"]}}
            self.observe(
                gather="light", known=known, step="swing_back", backups=backups, purpose="swing_back", swing_to="a"
            )
            task(
                "shared_ip",
                {
                    "state": "moved",
                    "address": self.shared_ip,
                    "from": self.on["b"],
                    "to": self.on["a"],
                    "wait_timeout": 30,
                },
            )


class AnyOperator(RuleBasedStateMachine):
    """What is drawn at random, and what holds all the time."""

    simulator: t.ClassVar[SimulatorProcess]

    @initialize()
    def begin(self) -> None:
        self.simulator.reset()
        self.folder = tempfile.TemporaryDirectory(prefix="any-operator-")
        self.operator = Operator(self.simulator, pathlib.Path(self.folder.name))
        self.swung_back = False

    @rule(most=st.integers(1, 6))
    def run(self, most: int) -> None:
        try:
            self.operator.run(most)
        except Stopped:
            return

    @rule()
    def check(self) -> None:
        asked = len(self.simulator.log())
        try:
            self.operator.run(20, check_mode=True)
        except Stopped:
            pass
        assert [entry for entry in self.simulator.log(after=asked) if entry["kind"] == "write"] == []

    @rule(most=st.integers(1, 6), after=st.floats(0.05, 4))
    def killed(self, most: int, after: float) -> None:
        """A run that is killed with SIGKILL at some moment."""
        child = os.fork()
        if child == 0:
            try:
                self.operator.run(most)
            finally:
                os._exit(0)
        end = time.monotonic() + after
        while time.monotonic() < end and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.02)
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            return

    @precondition(lambda self: not self.swung_back)
    @rule()
    def swing_back(self) -> None:
        try:
            self.operator.swing_back()
            self.swung_back = True
        except Stopped:
            return

    @rule(
        kind=st.sampled_from(FAULTS),
        device=st.sampled_from(["one-a", "one-b"]),
        count=st.integers(1, 3),
        skip=st.integers(0, 15),
        after=st.booleans(),
    )
    def fault(self, kind: str, device: str, count: int, skip: int, after: bool) -> None:
        extra: dict[str, dict[str, t.Any]] = {
            "status": {"status": 503},
            "slow": {"seconds": 1},
            "html": {"body": "<h1>\x1b[2J</h1>"},
        }
        when = "after" if after and kind in ("reset", "status", "slow") else "before"
        self.simulator.fault(kind, device, count=count, skip=skip, when=when, **extra.get(kind, {}))

    @rule(device=st.sampled_from(["one-a", "one-b"]), number=st.integers(1, 500), offset=st.integers(-30, 30))
    def fiddle(self, device: str, number: int, offset: int) -> None:
        """Settings that a person changes meanwhile, and a clock that wanders."""
        self.simulator.change(device, settings={"max_concurrent_upgrades": number})
        self.simulator.clock(device, offset)

    @rule()
    def away(self) -> None:
        """A person takes the shared IP off whichever appliance has it, as in trouble one does, and puts it back."""
        for name, device in self.simulator.state()["devices"].items():
            if device["shared_ip_enabled"] and device["phase"] == "up":
                self.simulator.change(name, shared_ip_enabled=False)
                self.simulator.change(name, shared_ip_enabled=True)

    @invariant()
    def no_rule_is_violated(self) -> None:
        assert self.simulator.violations() == []
        devices = self.simulator.state()["devices"].values()
        if not hasattr(self, "operator"):
            return
        together = self.simulator.state()["pairs"]["one"]["relationship"] is not None
        assert together or sum(device["shared_ip_enabled"] for device in devices) <= 1

    def teardown(self) -> None:
        """Without faults the same procedure goes on from wherever things stand, and ends."""
        if not hasattr(self, "operator"):
            return
        self.simulator.clear_faults()
        stops: list[str] = []
        for _run in range(LONGEST_FINISH):
            try:
                if self.operator.run(20):
                    break
            except Stopped as stop:
                stops.append(str(stop))
                time.sleep(0.5)
                if len(stops) > 8:
                    break
        state = self.simulator.state()["devices"]
        ended = {name: (device["base"], device["product"], device["role"]) for name, device in state.items()}
        assert ended == {"one-a": ("3.3.2", "12.2.0", "backup"), "one-b": ("3.3.2", "12.2.0", "primary")}, stops[-2:]
        assert self.simulator.violations() == []
        self.folder.cleanup()


def profile(examples: int = EXAMPLES, steps: int = STEPS) -> settings:
    """So many sequences of so many actions; they may take their time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize="SRA_FUZZ_STATEFUL" not in os.environ,
        database=None,
        report_multiple_bugs=False,
    )
