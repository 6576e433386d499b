# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An operator who does anything at any time: runs, checks, kills, swings back, starts a second run, while faults strike, appliances
are away and a person works at the pages: moves the shared IP, breaks the relationship, installs, changes numbers.

The steps are done by the same resources as the roles call, each run in a process of its own, so that many can be tried. Whatever
happens: no run violates a rule of the procedure or makes production answer twice, check mode writes nothing, every failure is one
of the collection's own errors and says what to do, after a run that ended well exactly one device serves. At the end a person puts
right what the run asks for, in the run's own words, and the same command brings both appliances to the target, paired.

`SRA_FUZZ_STATEFUL` is the number of sequences that are tried, `SRA_FUZZ_STATEFUL_STEPS` how many actions each has.
"""

from __future__ import annotations

import collections
import importlib
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time
import traceback
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import HealthCheck, Phase, Verbosity, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane.lock import lock_path, take
from ansible_collections.bseries.sra.plugins.module_utils._module import execute
from simulator.process import SimulatorProcess

from .bench import requests_until_quiet
from .hands import Hands
from .tried import write

EXAMPLES: t.Final = int(os.environ.get("SRA_FUZZ_STATEFUL", "1"))
STEPS: t.Final = int(os.environ.get("SRA_FUZZ_STATEFUL_STEPS", "6"))
SCENARIO: t.Final[dict[str, t.Any]] = {
    "time_scale": 3000,
    "pairs": [{"name": "one", "both": {"web": {"max_sessions": 50}}}],
}
FAULTS: t.Final = ("reset", "status", "slow", "torn_tls", "session_expired", "token_revoked", "html")
BETWEEN: t.Final = ("work_on_peer_between_base_and_product", "role_change_between_base_and_product")
"""Once a person has left both appliances between Base and product, nothing tells that any more: whatever goes on breaks these rules."""
_PACKAGE: t.Final = "ansible_collections.bseries.sra.plugins"
LONGEST_FINISH: t.Final = 12
"""Runs within which the procedure must have ended."""

Json = dict[str, t.Any]


class Stopped(Exception):
    """A run stopped, as it may. ``codes`` name what the plan found, ``advice`` is what it tells people to do."""

    def __init__(self, message: str, advice: str | None, codes: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.advice, self.codes = advice or "", tuple(codes)


def task(module: str, params: Json, *, check_mode: bool = False) -> Json:
    """What a task of the module returns. Raises Stopped where it failed with an error of ours, AssertionError with any other."""
    spec = importlib.import_module(f"{_PACKAGE}.modules.{module}").ARGUMENT_SPEC
    validation = ArgumentSpecValidator(spec).validate(params)
    assert not validation.error_messages, validation.error_messages
    resource = importlib.import_module(f"{_PACKAGE}.module_utils._resources.{module}")
    outcome = execute(resource.run, validation.validated_parameters, check_mode=check_mode, diff=True)
    if outcome.get("failed"):
        error = outcome["error"]
        assert error["kind"] != "error", outcome.get("exception") or outcome["msg"]
        raise Stopped(outcome["msg"], error.get("advice"))
    return outcome


class Outcome(t.NamedTuple):
    """How a run ended: ``done``: nothing remains; ``left``: it did its steps; ``stopped``; ``killed``."""

    how: str
    message: str = ""
    advice: str = ""
    codes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        return self.how in ("done", "left")


class Run:
    """A run in a process of its own, as each has one: locks are held for it, and it can be killed."""

    def __init__(self, act: t.Callable[[], bool]) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            try:
                os.write(writing, json.dumps(_outcome(act)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        self._answer = os.fdopen(reading, "rb")
        self._ended: Outcome | None = None

    @property
    def ended(self) -> bool:
        return (
            self._ended is not None or os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        )

    def end(self) -> Outcome:
        """Wait for it. Raises AssertionError where it broke with an error that is not the collection's own."""
        if self._ended is None:
            with self._answer:
                text = self._answer.read()
            os.waitpid(self.pid, 0)
            how, message, advice, codes = json.loads(text) if text else ("killed", "", "", [])
            self._ended = Outcome(how, message, advice, tuple(codes))
        assert self._ended.how != "broke", self._ended.message
        return self._ended

    def kill(self) -> Outcome:
        os.kill(self.pid, signal.SIGKILL)
        return self.end()


def _outcome(act: t.Callable[[], bool]) -> tuple[str, str, str, t.Sequence[str]]:
    try:
        return ("done" if act() else "left"), "", "", ()
    except Stopped as stop:
        return "stopped", str(stop), stop.advice, stop.codes
    except BaseException:
        return "broke", traceback.format_exc(), "", ()


class Operator:
    """Works on the one pair of a simulator. ``run`` is what the playbook does, shortened by what only people read."""

    def __init__(self, simulator: SimulatorProcess, folder: pathlib.Path) -> None:
        self.simulator = simulator
        self.folder = folder
        pair = simulator.ready["pairs"][0]
        self.site = {"site_hostname": pair["hostname"], "site_port": pair["port"], "site_address": pair["shared_ip"]}
        self.shared_ip = pair["shared_ip"]
        self.on = {letter: self._connection(pair, device) for letter, device in pair["devices"].items()}
        self.procedure = "asynchronous"
        self.answers: Json = {}

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
                "procedure": self.procedure,
                "swing_method": "shared_ip",
                "shared_ip": self.shared_ip,
                "confirmed": True,
                "timeout_for_contradictions": 5,
                "reach_timeout": 5,
                "install_timeout": 60,
                "record": str(self.folder / "one.upgrades.json"),
                **self.site,
                **self.answers,
                **more,
            },
        )

    def start(self, most: int, *, check_mode: bool = False) -> Run:
        return Run(lambda: self.run(most, check_mode=check_mode))

    def start_swing_back(self) -> Run:
        return Run(self.swing_back)

    def exclude_others(self) -> None:
        """What the role does before anything is contacted. Raises Stopped."""
        paths = [lock_path(str(self.folder), on["host"], on["port"]) for on in self.on.values()]
        try:
            take(paths, os.getpid(), self.procedure, 0)
        except SraError as error:
            raise Stopped(str(error), error.advice) from error

    def run(self, most: int, *, check_mode: bool = False) -> bool:
        """Do up to ``most`` steps of what remains; True when nothing does. Raises Stopped."""
        if not check_mode:
            self.exclude_others()
        seen = self.observe()
        _stop_where_the_plan_does(seen["plan"])
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
            self._move("a", "b", check_mode=check_mode)
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

    def swing_back(self) -> bool:
        """Return production to A. Raises Stopped where the plan does not allow it."""
        self.exclude_others()
        seen = self.observe(purpose="swing_back", swing_to="a")
        _stop_where_the_plan_does(seen["plan"])
        if "swing_back" not in seen["plan"]["steps_now"]:
            return False
        backups: Json = {}
        if "backup_b" in seen["plan"]["steps_now"]:
            made = task("appliance_backup", {**self.on["b"], "dest": str(self.folder)})
            backups["b"] = {"path": made["path"], "sha256": made["sha256"]}
        known = {name: seen[name] for name in ("a", "b", "site")}
        self.observe(
            gather="light", known=known, step="swing_back", backups=backups, purpose="swing_back", swing_to="a"
        )
        self._move("b", "a", check_mode=False)
        return False

    def _move(self, origin: str, to: str, *, check_mode: bool) -> None:
        ends = {"address": self.shared_ip, "from": self.on[origin], "to": self.on[to]}
        task("shared_ip", {"state": "moved", **ends, "wait_timeout": 30}, check_mode=check_mode)


def _stop_where_the_plan_does(plan: Json) -> None:
    """As the roles do. Raises Stopped."""
    found = [(one["code"], one["message"], one["advice"]) for one in plan["problems"]]
    found += [
        (one["code"], one["message"], " ".join(f"{each['meaning']} {each['command']}" for each in one["answers"]))
        for one in plan.get("questions") or ()
    ]
    if found:
        codes, messages, advice = zip(*found, strict=True)
        assert all(advice), f"nothing says what to do: {found}"
        raise Stopped(" ".join(messages), " ".join(advice), codes)


class PutRight:
    """A person who does what a run that stopped asks for, once nothing disturbs any more."""

    def __init__(self, operator: Operator, hands: Hands) -> None:
        self.operator, self.hands = operator, hands
        self.did: list[str] = []

    def obey(self, stop: Outcome) -> None:
        """Do the first thing that is asked for; nothing where waiting is."""
        asked = f"{stop.message} {stop.advice}"
        for code in stop.codes:
            act = getattr(self, f"_{code}", None)
            if act is not None:
                self.did.append(code)
                act(asked)
                return
        if enable := re.search(r"[Ee]nable (?:it|the shared IP \S+) on (?:device )?([AB])\b", asked):
            self.did.append(enable[0])
            self.hands.shared_ip(enable[1].lower(), on=True)

    def _other_command(self, asked: str) -> None:
        self.operator.procedure = re.findall(r"\bupgrade_(synchronous|asynchronous)\b", asked)[0]

    def _versions_differ_while_paired(self, asked: str) -> None:
        assert "break the relationship" in asked
        self.hands.separate("a")

    def _base_ahead(self, asked: str) -> None:
        if "break the relationship" in asked:
            self.hands.separate("a")
        self._other_command(asked)

    _a_updated_first = _b_updated_first = _other_command

    def _production_on_backup(self, _asked: str) -> None:
        roles = {device["role"]: name[-1] for name, device in self.operator.simulator.state()["devices"].items()}
        self.hands.swing(roles["primary"])

    def _both_shared_ips_enabled(self, _asked: str) -> None:
        holder = self.operator.simulator.state()["pairs"]["one"]["holder"]
        self.hands.shared_ip("a" if holder == "one-b" else "b", on=False)

    def _site_not_answering(self, _asked: str) -> None:
        self.hands.shared_ip("a", on=True)

    def _site_on_b_not_updated(self, asked: str) -> None:
        if "install the product there by hand" in asked:
            self.hands.install("b")
        else:
            self._production_on_b(asked)

    def _production_on_b(self, _asked: str) -> None:
        self.operator.start_swing_back().end()

    def _device_a_not_primary(self, _asked: str) -> None:
        on = self.operator.on
        on["a"], on["b"] = on["b"], on["a"]

    def _synchronous_or_swung_back(self, _asked: str) -> None:
        self.operator.answers["swing_again"] = True


LETTERS: t.Final = st.sampled_from(["a", "b"])


class AnyOperator(RuleBasedStateMachine):
    """What is drawn at random, and what holds all the time."""

    simulator: t.ClassVar[SimulatorProcess]
    tally: t.ClassVar[collections.Counter[str]] = collections.Counter()
    """What came of all the sequences."""
    aloud: t.ClassVar[bool] = False
    """Whether each thing is printed as it is done: a sequence that failed does not fail alike when it is tried again."""

    @initialize()
    def begin(self) -> None:
        self.simulator.reset()
        self.folder = tempfile.TemporaryDirectory(prefix="any-operator-")
        self.operator = Operator(self.simulator, pathlib.Path(self.folder.name))
        self.hands = Hands(self.simulator)
        self.tell("sequence")
        self.gone: dict[str, int] = {}
        self.both_between = False

    # Runs

    @rule(most=st.integers(1, 8))
    def run(self, most: int) -> None:
        self.judge(self.operator.start(most).end())

    @rule()
    def check(self) -> None:
        asked = len(self.simulator.log())
        self.judge(self.operator.start(20, check_mode=True).end(), check_mode=True)
        assert [entry for entry in self.simulator.log(after=asked) if entry["kind"] == "write"] == []

    @rule(most=st.integers(1, 8), after=st.floats(0.05, 6))
    def killed(self, most: int, after: float) -> None:
        """A run that is killed with SIGKILL at some moment."""
        run = self.operator.start(most)
        end = time.monotonic() + after
        while time.monotonic() < end and not run.ended:
            time.sleep(0.02)
        if not run.ended:
            self.tell("run killed")
            run.kill()

    @rule(
        letter=LETTERS,
        when=st.sampled_from(["before", "after"]),
        skip=st.integers(0, 3),
        number=st.integers(1, 500),
        kill=st.booleans(),
    )
    def second_run(self, letter: str, when: str, skip: int, number: int, kill: bool) -> None:
        """While a run is held at a change, another is started, and a person changes a number."""
        self.simulator.fault(
            "hold", f"one-{letter}", seconds=60, when=when, skip=skip, match={"kind_of_request": "^write$"}
        )
        run = self.operator.start(20)
        while not run.ended and not any(fault.get("held") for fault in self.simulator.faults()):
            time.sleep(0.05)
        try:
            if not run.ended:
                self._start_second(run)
                self.hands.limit("a" if letter == "b" else "b", number)
        finally:
            if kill and not run.ended:
                run.kill()
            self.simulator.clear_faults()
        self.judge(run.end())

    def _start_second(self, first: Run) -> None:
        asked = requests_until_quiet(self.simulator)
        second = self.operator.start(20).end()
        assert second.how == "stopped", second
        assert "Another run works on these appliances" in second.message, second
        assert f"process {first.pid} of " in second.message, second
        assert self.simulator.log(after=asked) == [], "the second run contacted nothing"
        self.tell("second run refused")

    @rule()
    def swing_back(self) -> None:
        self.judge(self.operator.start_swing_back().end())

    # What happens meanwhile

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
        self.tell(f"fault {kind}", f"{device} {when} {count} {skip}")

    @rule(device=st.sampled_from(["one-a", "one-b"]), offset=st.integers(-30, 30))
    def clock_wanders(self, device: str, offset: int) -> None:
        self.simulator.clock(device, offset)

    @rule(
        device=st.sampled_from(["one-a", "one-b"]), phase=st.sampled_from(["refused", "off"]), steps=st.integers(1, 4)
    )
    def goes_away(self, device: str, phase: str, steps: int) -> None:
        """The appliance cannot be reached for so many actions."""
        found = self.simulator.state()["devices"][device]
        if device not in self.gone and found["phase"] == "up" and not _installs(found):
            self.tell("away", f"{device} {phase}, {steps} steps")
            self.simulator.change(device, phase=phase)
            self.gone[device] = steps + 1

    # What a person does on the pages

    @rule(to=LETTERS)
    def swing_by_hand(self, to: str) -> None:
        self.by_hand("swing", self.hands.swing(to), to)

    @rule(letter=LETTERS, on=st.booleans())
    def shared_ip_by_hand(self, letter: str, on: bool) -> None:
        """Half a swing."""
        self.by_hand("half a swing", self.hands.shared_ip(letter, on=on), f"{letter} {on}")

    @rule(letter=LETTERS)
    def break_by_hand(self, letter: str) -> None:
        self.by_hand("break", self.hands.separate(letter), letter)

    @rule(letter=LETTERS)
    def establish_by_hand(self, letter: str) -> None:
        self.by_hand("establish", self.hands.establish(letter), letter)

    @rule(letter=LETTERS)
    def install_by_hand(self, letter: str) -> None:
        self.by_hand("install", self.hands.install(letter), letter)

    @rule(letter=LETTERS, number=st.integers(1, 500))
    def limit_by_hand(self, letter: str, number: int) -> None:
        self.by_hand("number", self.hands.limit(letter, number), letter)

    # What holds

    def tell(self, what: str, more: str = "") -> None:
        self.tally[what] += 1
        text = f"-> {what} {' '.join(more.split())}"
        if self.aloud:
            print(text, flush=True)
        else:
            note(text)

    def by_hand(self, what: str, did: bool, more: str) -> None:
        self.tell(f"by hand: {what}" if did else f"by hand: {what}, in vain", more)

    def judge(self, outcome: Outcome, *, check_mode: bool = False) -> None:
        self.tell(" ".join((("check" if check_mode else "run"), outcome.how, *outcome.codes)), outcome.message)
        if outcome.how == "stopped":
            assert outcome.message, "the run says why it stops"
            assert outcome.advice, f"the run says what to do: {outcome.message}"
        if outcome.well and not check_mode:
            state = self.simulator.state()
            devices, pair = state["devices"].values(), state["pairs"]["one"]
            if not any(_installs(device) for device in devices):
                assert pair["serving"] is not None, "the run ended well and nobody serves"
            if pair["relationship"] is None:
                assert sum(device["shared_ip_enabled"] for device in devices) == 1, "one device has the shared IP"

    @invariant()
    def only_the_person_violates_rules(self) -> None:
        if hasattr(self, "operator"):
            devices = self.simulator.state()["devices"].values()
            self.both_between = self.both_between or all(device["base_pending"] for device in devices)
            violations = [each for each in self.simulator.violations() if each not in self.hands.violations]
            if self.both_between:
                violations = [each for each in violations if each["name"] not in BETWEEN]
            assert violations == [], violations

    @invariant()
    def time_goes_by(self) -> None:
        for device in list(getattr(self, "gone", ())):
            self.gone[device] -= 1
            if not self.gone[device]:
                self._is_back(device)

    def _is_back(self, device: str) -> None:
        del self.gone[device]
        self.simulator.change(device, phase="up")

    def teardown(self) -> None:
        """Without disturbances, and with a person who does what is asked for, the same command ends."""
        if not hasattr(self, "operator"):
            return
        self.simulator.clear_faults()
        for device in list(self.gone):
            self._is_back(device)
        for device in self.simulator.state()["devices"]:
            self.simulator.clock(device, 0)
        person = PutRight(self.operator, self.hands)
        ends = []
        for _run in range(LONGEST_FINISH):
            self.simulator.wait_until(lambda state: not any(_installs(each) for each in state["devices"].values()), 60)
            outcome = self.operator.start(20).end()
            self.judge(outcome)
            self.only_the_person_violates_rules()
            ends.append(outcome)
            if outcome.how == "done":
                break
            if outcome.how == "stopped":
                person.obey(outcome)
        self.tally.update(f"put right: {what}" for what in person.did)
        state = self.simulator.state()
        serving = state["pairs"]["one"]["serving"]
        ended = sorted((one["base"], one["product"], one["role"]) for one in state["devices"].values())
        assert ended == [("3.3.2", "12.2.0", "backup"), ("3.3.2", "12.2.0", "primary")], (person.did, ends[-2:])
        assert state["devices"][serving]["role"] == "primary", (serving, person.did, ends[-2:])
        assert state["devices"][serving]["shared_ip_enabled"], (serving, person.did, ends[-2:])
        self.folder.cleanup()


def _installs(device: Json) -> bool:
    install = device["install"]
    return install is not None and install["state"] in ("downloading", "installing")


def profile(examples: int = EXAMPLES, steps: int = STEPS) -> settings:
    """So many sequences of so many actions; they may take their time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # A sequence takes a minute or so: none is tried again only to make it shorter.
        phases=(Phase.generate,),
        derandomize="SRA_FUZZ_STATEFUL" not in os.environ,
        database=None,
        report_multiple_bugs=False,
    )


def main() -> None:
    """`python -m torture.stateful`: as many sequences as SRA_FUZZ_STATEFUL says, each told as it goes on; with `--write-docs` docs/torture.md tells of them."""
    with SimulatorProcess(SCENARIO) as simulator:
        AnyOperator.simulator, AnyOperator.aloud = simulator, True
        try:
            run_state_machine_as_test(AnyOperator, settings=settings(profile(), verbosity=Verbosity.verbose))
        finally:
            for what, count in sorted(AnyOperator.tally.items()):
                print(f"{count:5} {what}")
    print(f"{EXAMPLES} sequence(s) of up to {STEPS} actions, all as promised")
    if "--write-docs" in sys.argv[1:]:
        write("operator", _table(AnyOperator.tally))


def _table(tally: collections.Counter[str]) -> str:
    """What came of the sequences, for people."""
    rows = "".join(f"| {what} | {count} |\n" for what, count in sorted(tally.items()))
    return f"| {EXAMPLES} sequences of up to {STEPS} actions, all as promised | |\n|---|---|\n{rows}"


if __name__ == "__main__":
    main()
