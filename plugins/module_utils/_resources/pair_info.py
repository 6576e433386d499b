# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both appliances of a lane and the site, read together, planned, and checked before a step. Reads only."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import pathlib
import typing as t

from .._api.site import probe_site
from .._dns.lookup import site_address
from .._errors import (
    ApiError,
    InputError,
    PageError,
    PermissionMissing,
    SraError,
    StateError,
    TlsError,
    TransportError,
    WaitTimeout,
)
from .._guided.steps import can_do_without, subset_of
from .._lane.readiness import Check, checks_text, readiness
from .._lane.record import before_of, learnt, measured, production_since, read_record, upgrade_of
from .._module import Connect, Connection, Params, nested_params
from .._plan.invariants import RunFacts, check_step, holds, refusal
from .._plan.model import Plan, Policy
from .._plan.packages import LATEST
from .._plan.planner import PlanInputs, plan_upgrade
from .._plan.run import moment_from, policy_from
from .._plan.windows import as_if_inside, begins, waiting_words
from .._records import as_data
from .._shelf import Shelf
from .._wait import Clock, Deadline, Look, wait_for
from ._lane_packages import LanePackages
from .appliance_info import read_appliance, read_jump_clients, require_accounts
from .dns_record import key_of

FULL: t.Final = frozenset(
    {"basics", "time", "health", "updates", "network", "certificates", "failover", "clients", "jump_clients"}
)
LIGHT: t.Final = frozenset({"health"})
# What only the pages know and no light look renews; the rest of an older reading would contradict what was done since.
_KEPT: t.Final = ("base_version", "basics", "updates", "certificates", "time", "clients", "jump_clients")
_SITE_TIMEOUT: t.Final = 10.0
# What a web server says while the appliance behind it is not up.
_STARTING: t.Final = frozenset({502, 503, 504})


@dataclasses.dataclass(frozen=True)
class Reading:
    """One look at the lane: the ``appliance`` values of both devices and the ``site`` value, as plain data."""

    a: dict[str, t.Any]
    b: dict[str, t.Any] | None
    site: dict[str, t.Any] | None


def run(params: Params, check_mode: bool, connect: Connect, clock: Clock | None = None) -> dict[str, t.Any]:
    """Read, plan, and with ``step`` hold the invariants against it.

    What the planner calls a passing state (a role change under way, an answer that may come from the appliance's cache)
    is looked at again until ``timeout_for_contradictions`` seconds are over. Raises StateError where the step must not
    be done; where nothing but time stands against it, ``hold`` says what is waited for instead. Check mode looks at the
    next maintenance window where now is none.
    """
    policy = policy_from(params, datetime.datetime.now(datetime.UTC))
    if check_mode:
        policy = as_if_inside(policy)
    subsets = _subsets(params)
    packages = LanePackages(params["packages"])
    with connect(nested_params(params, "a")) as one:
        if params["b"] is None:
            return _run(params, policy, subsets, packages, [one], clock or Clock())
        with connect(nested_params(params, "b")) as other:
            return _run(params, policy, subsets, packages, [one, other], clock or Clock())


def _run(
    params: Params,
    policy: Policy,
    subsets: frozenset[str],
    packages: LanePackages,
    connections: t.Sequence[Connection],
    clock: Clock,
) -> dict[str, t.Any]:
    for connection in connections:
        require_accounts(connection, subsets)
    _await_answers(params, connections, clock)
    reading = _with_packages(params, packages, _read(params, subsets, connections, params["known"] or {}))
    policy = _without_unread(policy, reading)
    policy, remembered = _with_record(params, policy, reading)
    plan = _plan(params, policy, reading)
    if any(problem.second_look for problem in plan.problems):
        reading, plan = _look_again(params, policy, subsets, connections, reading, clock)
    hold = _hold(params, _inputs(params, policy, reading), policy)
    checks = _checks(params, packages, reading, plan, policy)
    return {
        "changed": False,
        "a": reading.a,
        "b": reading.b,
        "site": reading.site,
        "plan": plan.to_dict(),
        "hold": hold,
        "waiting": waiting_words(policy, plan),
        "window_left": policy.left_seconds,
        "before": before_of(remembered, {"a": reading.a, "b": reading.b}, begun=plan.stage.id != "not_started"),
        "checks": [dataclasses.asdict(check) for check in checks],
        "checks_text": checks_text(checks),
    }


def _with_packages(params: Params, packages: LanePackages, reading: Reading) -> Reading:
    """With the manual method the downloaded packages are what a device is offered; its own list is not asked for."""
    if params["update_method"] != "manual" or params["gather"] != "full":
        return reading
    a = packages.offered("a", reading.a) if "a" in packages else reading.a
    b = packages.offered("b", reading.b) if reading.b is not None and "b" in packages else reading.b
    return dataclasses.replace(reading, a=a, b=b)


def _hold(params: Params, inputs: PlanInputs, policy: Policy) -> str | None:
    """What the step waits for where only time stands against it. Raises StateError where anything else does."""
    if not params["step"]:
        return None
    done = frozenset(params["steps_done"] or ())
    facts = RunFacts(backups=params["backups"] or {}, confirmed=policy.confirmed, done=done)
    violations = check_step(params["step"], inputs, facts)
    if holds(violations):
        return " ".join(f"{violation.message} {violation.advice}" for violation in violations)
    if (error := refusal(params["step"], violations, inputs)) is not None:
        raise error
    return None


def _with_record(params: Params, policy: Policy, reading: Reading) -> tuple[Policy, t.Mapping[str, t.Any]]:
    """The policy with what earlier runs of this upgrade and earlier upgrades measured, and the record of this upgrade."""
    devices = {"a": reading.a, "b": reading.b}
    ids = {letter: str(device["appliance_id"]) for letter, device in devices.items() if device}
    target = _plan(params, policy, reading).target_version
    if not params["record"] or target is None:
        return policy, {}
    record = read_record(pathlib.Path(params["record"]))
    upgrade = upgrade_of(record, target, ids)
    known = dataclasses.replace(
        policy,
        estimates={**learnt(record, upgrade), **policy.estimates},
        measured={**measured(upgrade), **policy.measured},
        production_since=moment_from(production_since(upgrade, params["procedure"])),
    )
    return known, upgrade


def _await_answers(params: Params, connections: t.Sequence[Connection], clock: Clock) -> None:
    """Wait for an appliance that is on its way up, as after a run that was stopped in the middle of an install.

    One that does not answer at all is waited for ``reach_timeout`` seconds, for it may as well be a wrong address. The
    longer ``install_timeout`` counts where there is a sign of an install: a web server without the appliance behind it,
    or a peer that stands alone.
    """
    deadline = Deadline(float(params["install_timeout"]), clock)
    for connection in connections:
        others = [other for other in connections if other is not connection]
        _await_answer(params, connection, others, deadline)


def _await_answer(params: Params, connection: Connection, others: t.Sequence[Connection], deadline: Deadline) -> None:
    alone: list[bool] = []

    def look() -> Look[None]:
        try:
            status = connection.transport.request("GET", "/check_health", keep_alive=False, cookies=False).status
        except TlsError:
            raise
        except TransportError as error:
            alone.extend([] if alone else [any(_stands_alone(other) for other in others)])
            if deadline.elapsed >= params["reach_timeout"] and not alone[0]:
                raise
            return Look(False, f"not answering: {error.message}")
        return Look(
            status not in _STARTING, f"its web server answers with status {status}, the appliance is not up yet"
        )

    wait_for(
        f"{connection.label} answers",
        look,
        deadline,
        appliance=connection.label,
        advice="If it is installing Base software, do not restart it. Otherwise look at its console.",
    )


def _stands_alone(connection: Connection) -> bool:
    """A device without failover relationship: in the middle of a pair's upgrade, its peer may be installing."""
    try:
        own = connection.api.own_entry()
    except SraError:
        return False
    return own is not None and own.failover_role == "none"


def _look_again(
    params: Params,
    policy: Policy,
    subsets: frozenset[str],
    connections: t.Sequence[Connection],
    first: Reading,
    clock: Clock,
) -> tuple[Reading, Plan]:
    latest = first, _plan(params, policy, first)

    def look() -> Look[None]:
        nonlocal latest
        known = {"a": latest[0].a, "b": latest[0].b}
        reading = _read(params, LIGHT | (subsets & {"network"}), connections, known)
        plan = _plan(params, policy, reading)
        latest = reading, plan
        passing = [problem.code for problem in plan.problems if problem.second_look]
        return Look(not passing, ", ".join(passing))

    try:
        wait_for(
            "the appliances agree with each other",
            look,
            Deadline(float(params["timeout_for_contradictions"]), clock),
            first_delay=0.5,
            longest_delay=10.0,
        )
    except WaitTimeout:
        # Seen again and again: now it is a fact, and the plan names it.
        pass
    return latest


def _subsets(params: Params) -> frozenset[str]:
    if params["gather"] == "full":
        return FULL
    # The shared IP is about to move: both flags have to be known from the pages, which no cache stands before.
    return (
        LIGHT | {"network"}
        if params["step"] in ("swing", "swing_back") and params["swing_method"] == "shared_ip"
        else LIGHT
    )


def _read(
    params: Params, subsets: frozenset[str], connections: t.Sequence[Connection], known: t.Mapping[str, t.Any]
) -> Reading:
    """Both devices side by side: each has its own connections, so nothing is shared between the threads."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        devices = [
            pool.submit(
                _appliance,
                connection,
                subsets,
                _dispensable(params, subsets, letter),
                params["update_method"] != "manual",
            )
            for letter, connection in zip("ab", connections, strict=False)
        ]
        site = pool.submit(_site, params, connections[0].shelf)
        found = [device.result() for device in devices]
        answer = site.result()
    merged = [_merge(known.get(letter), data) for letter, data in zip("ab", found, strict=False)]
    return Reading(merged[0], merged[1] if len(merged) > 1 else None, answer)


def _dispensable(params: Params, subsets: frozenset[str], letter: str) -> frozenset[str]:
    """What a run of this procedure can do without on the device, because no step of its own needs it."""
    return frozenset(
        subset
        for subset in subsets
        if can_do_without(subset, letter, params["procedure"], params["guided"] or (), params["swing_method"])
    )


def _appliance(
    connection: Connection, subsets: frozenset[str], dispensable: frozenset[str], check_updates: bool
) -> dict[str, t.Any]:
    """The appliance, without the dispensable pages that are not understood; those are named in ``unread``."""
    unread: dict[str, str] = {}
    counted, subsets = "jump_clients" in subsets, subsets - {"jump_clients"}
    while True:
        try:
            data = read_appliance(connection, subsets, frozenset(unread), check_updates=check_updates)
        except PageError as error:
            subset = subset_of(error.page)
            if subset is not None and subset in dispensable - unread.keys():
                unread[subset] = error.message
                continue
            # A backup's /login may lack the page; then the API is the only one that knows the role.
            own = connection.api.own_entry() if "failover" in subsets else None
            if own is None or own.failover_role != "backup" or "failover" in unread:
                raise
            subsets = subsets - {"failover"}
        else:
            jump_clients = _jump_clients(connection) if counted else None
            return {**data, "jump_clients": jump_clients, "unread": unread, "languages": connection.languages}


def _jump_clients(connection: Connection) -> dict[str, t.Any] | None:
    """The counts of client software; None where the account may not read them or the appliance does not offer them."""
    try:
        connection.api.require("perm_configuration")
        return read_jump_clients(connection)
    except (PermissionMissing, ApiError):
        return None


def _without_unread(policy: Policy, reading: Reading) -> Policy:
    """The policy for appliances of which a page was not understood whose steps a person does.

    Without a list of updates the version must be named: nothing else would tell what the person is to install. Without
    the addresses only the site itself tells who serves.
    """
    devices = [device for device in (reading.a, reading.b) if device is not None]
    unread = {subset for device in devices for subset in device["unread"]}
    if "updates" in unread:
        if policy.target_version == LATEST:
            raise InputError(
                "The list of updates is not understood, so that nobody knows which version is the latest",
                seen="; ".join(f"{device['host']}: {text}" for device in devices for text in device["unread"].values()),
                advice="Name the version in sra_target_version.",
            )
        policy = dataclasses.replace(policy, update_method="manual")
    if "network" in unread and policy.swing_method == "shared_ip":
        policy = dataclasses.replace(policy, swing_method="custom")
    return policy


def _merge(known: t.Mapping[str, t.Any] | None, data: dict[str, t.Any]) -> dict[str, t.Any]:
    if not known:
        return data
    kept = {key: known.get(key) for key in _KEPT if data.get(key) is None}
    # A light look opens few pages, if any.
    told = {key: {**(known.get(key) or {}), **data[key]} for key in ("unread", "languages")}
    return {**data, **kept, **told}


def _site(params: Params, shelf: Shelf) -> dict[str, t.Any] | None:
    if not params["site_hostname"]:
        return None
    options = nested_params(params, "a")
    validate = options["validate_certs"]
    address = params["site_address"] or _address_by_dns(params["site_dns"])
    return as_data(
        probe_site(
            params["site_hostname"],
            params["site_port"],
            address,
            options["ca_path"],
            True if validate is None else validate,
            _SITE_TIMEOUT,
            options["client_id"],
            options["client_secret"],
            shelf=shelf,
        )
    )


def _address_by_dns(options: t.Mapping[str, t.Any] | None) -> str | None:
    """Where the record that a swing changes leads now. Raises StateError where it leads nowhere."""
    if not options:
        return None
    found = site_address(
        options["server"],
        options["port"],
        options["zone"],
        options["record"],
        options["resolvers"] or (),
        key_of(options),
    )
    if found is None:
        raise StateError(
            f"The site's record {options['record']} has no address",
            expected=f"an A or AAAA record in the zone {options['zone']}",
            advice="Correct sra_dns_record or sra_dns_zone, or make the record once by hand.",
        )
    return found


def _inputs(params: Params, policy: Policy, reading: Reading) -> PlanInputs:
    return PlanInputs(params["procedure"], reading.a, reading.b, reading.site, policy)


def _plan(params: Params, policy: Policy, reading: Reading) -> Plan:
    return plan_upgrade(params["procedure"], reading.a, reading.b, reading.site, policy)


def _window(params: Params, plan: Plan, policy: Policy) -> list[Check]:
    """Whether a changing step may begin now, in words; nothing where no windows are given."""
    title = "Maintenance window (PREP-4)"
    if not policy.windows or not plan.steps or plan.stopped:
        return []
    if plan.waiting_for == "window":
        outcome: t.Literal["fail", "warn"] = "fail" if params["must_be_in_window"] else "warn"
        return [Check("window", title, outcome, waiting_words(policy, plan) or "", "Run the same command again then.")]
    if policy.now is not None and policy.now > datetime.datetime.now(datetime.UTC):
        return [Check("window", title, "warn", f"now is outside; shown as if begun at {as_data(policy.now)}")]
    if policy.window is None:
        return [Check("window", title, "pass", begins(policy))]
    return [Check("window", title, "pass", f"until {as_data(policy.window.end)}")]


def _checks(params: Params, packages: LanePackages, reading: Reading, plan: Plan, policy: Policy) -> list[Check]:
    if params["gather"] != "full":
        return []
    names = {"a": str(reading.a["host"])}
    if reading.b is not None:
        names["b"] = str(reading.b["host"])
    questions = [
        {
            "message": question.message,
            "advice": " Or: ".join(f"{answer.meaning} {answer.command}" for answer in question.answers),
        }
        for question in plan.questions
    ]
    of_packages = [
        check
        for letter, device in (("a", reading.a), ("b", reading.b))
        if device is not None and letter in packages
        for check in packages.checks(letter, device, names[letter], params["update_method"], params["target_version"])
    ]
    checks = [
        Check("page", f"Page of {device['host']}", "warn", text, "This run does without it.")
        for device in (reading.a, reading.b)
        if device is not None
        for text in device["unread"].values()
    ] + readiness(
        reading.a,
        reading.b,
        names,
        [problem.to_dict() for problem in plan.problems],
        questions,
        list(plan.warnings),
        now=datetime.datetime.now(datetime.UTC),
        clock_skew_max=params["clock_skew_max"],
        full_access=params["full_access"] or (),
        installing=not plan.done,
    )
    return checks + of_packages + _window(params, plan, policy)
