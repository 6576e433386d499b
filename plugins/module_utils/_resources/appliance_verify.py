# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verify one device after its update (SYNC-5, ASYNC-3): on its own address, by the site's name, as clients will ask it.

No hosts file is edited: the connection goes to the device's address while the name, its certificate and the Host header
are the site's.
"""

from __future__ import annotations

import datetime
import typing as t

from .._errors import ApiError, InputError, SraError, TransportError, WaitTimeout
from .._lane.outcomes import Outcome, all_good, table
from .._lane.snapshot import Comparison, compare
from .._module import Connect, Connection, Params, same_id
from .._records import Health, ServedCertificate
from .._version import same_version
from .._wait import Clock, Deadline, Look, wait_for
from .._web.recognise import sign_in_form
from ._away import away
from .appliance_info import SUBSETS, read_appliance

_SHOWN: t.Final = 8
_MEANT: t.Final = (
    "Put it back by hand and run the same command again. If it was meant to change, add -e sra_accept_differences=true."
)
_AGAIN: t.Final = "Put it right and run the same command again: the update is not done twice."


def run(params: Params, _check_mode: bool, connect: Connect, clock: Clock | None = None) -> dict[str, t.Any]:
    """All checks, each with its outcome; what fails is a result. Raises InputError where an account is missing."""
    if params["wait_timeout"] < 0:
        raise InputError(f"wait_timeout must not be negative, but is {params['wait_timeout']} seconds")
    site = params["site_hostname"]
    with connect({**params, "tls_server_name": site or params["tls_server_name"]}) as connection:
        connection.require("A verification", api=True)
        deadline = Deadline(float(params["wait_timeout"]), clock or connection.clock)
        health, problem = _await(connection, params["expect_version"], deadline)
        outcomes = _answers(connection, site, health, problem)
        if health is not None:
            outcomes += _software(params, health)
            outcomes += _served(connection, params)
        outcomes.append(_clients(params))
    if health is not None:
        with connect(params) as own:
            outcomes += _unchanged(own, params)
    rows = [outcome.to_dict() for outcome in outcomes]
    return {"changed": False, "passed": all_good(rows), "outcomes": rows, "text": table(rows)}


def _await(connection: Connection, version: str | None, deadline: Deadline) -> tuple[Health | None, SraError | None]:
    """The health with the expected version, else the last one seen, and the error where none was."""
    seen: list[Health] = []
    trouble: list[SraError] = []

    def look() -> Look[None]:
        try:
            health = connection.api.health()
        except (TransportError, ApiError) as error:
            trouble.append(error)
            return Look(False, away(error))
        seen.append(health)
        reached = version is None or same_version(health.version, version)
        return Look(reached and health.healthy, f"version {health.version}")

    try:
        wait_for("the expected version, healthy", look, deadline, longest_delay=5.0, appliance=connection.label)
    except WaitTimeout as error:
        trouble.append(error)
    except SraError as error:
        trouble.append(error)
    return (seen[-1] if seen else None), (trouble[-1] if trouble else None)


def _answers(
    connection: Connection, site: str | None, health: Health | None, problem: SraError | None
) -> list[Outcome]:
    title = f"{site or connection.options.host} answers at {connection.label}"
    if health is None:
        cause = problem.message if problem is not None else "no answer"
        remedy = (problem.advice if problem is not None else None) or "Look at the console of the appliance."
        return [
            Outcome("answers", title, "fail", cause, remedy),
            Outcome("all_others", "Everything else", "error", "could not be looked at without an answer", _AGAIN),
        ]
    return [Outcome("answers", title, "pass", f"appliance id {health.appliance_id or 'unknown'}")]


def _software(params: Params, health: Health) -> list[Outcome]:
    found = [
        Outcome(
            "health",
            "Health",
            "pass" if health.healthy else "fail",
            health.message or "",
            "" if health.healthy else "Look at /appliance > Status; ask the vendor's support where it is not clear.",
        ),
    ]
    if params["appliance_id"]:
        same = same_id(health.appliance_id, params["appliance_id"])
        cause = f"{health.appliance_id}" if same else f"{health.appliance_id} answers, not {params['appliance_id']}"
        remedy = "" if same else "Another appliance has this address: check sra_host and the network."
        found.append(
            Outcome("appliance", "The appliance is the one that was updated", "pass" if same else "fail", cause, remedy)
        )
    found.append(
        _expected(
            "version",
            "Product version",
            health.version,
            params["expect_version"],
            same_version,
            "The update did not take: look at /appliance > Updates, then run the same command again.",
        )
    )
    found.append(
        _expected(
            "build",
            "Product build",
            health.build,
            params["expect_build"],
            lambda one, other: one == other,
            "Both devices of a pair need the same build; ask the vendor's support for the package that is missing.",
        )
    )
    return found


def _expected(
    check: str,
    title: str,
    seen: str | None,
    expected: str | None,
    same: t.Callable[[str | None, str | None], bool],
    remedy: str,
) -> Outcome:
    if seen is None:
        return Outcome(check, title, "error", "the appliance does not tell it", remedy)
    if expected is None:
        return Outcome(check, title, "skipped", f"{seen}; nothing to compare it with")
    if not same(seen, expected):
        return Outcome(check, title, "fail", f"{seen}, expected {expected}", remedy)
    return Outcome(check, title, "pass", seen)


def _served(connection: Connection, params: Params) -> list[Outcome]:
    return [_certificate(connection, params["site_hostname"]), _sign_in(connection), _api(connection)]


def _certificate(connection: Connection, site: str | None) -> Outcome:
    title = "Certificate for the site's name"
    try:
        served = connection.transport.served_certificate()
    except TransportError as error:
        return Outcome("certificate", title, "fail", error.message, error.advice or _AGAIN)
    return judge_certificate(served, site or connection.options.host, datetime.datetime.now(datetime.UTC), title)


def judge_certificate(served: ServedCertificate, name: str, now: datetime.datetime, title: str) -> Outcome:
    """Whether clients that ask for ``name`` accept the certificate by its names and dates."""
    remedy = "Clients refuse it (CLIENT-2): import the site's certificate at /appliance > Security > Certificates."
    if not any(_covers(pattern, name) for pattern in served.names):
        names = ", ".join(served.names) or "no name"
        return Outcome("certificate", title, "fail", f"it is for {names}, not for {name}", remedy)
    if not served.not_before <= now < served.not_after:
        cause = f"valid from {served.not_before:%Y-%m-%d} to {served.not_after:%Y-%m-%d}"
        return Outcome("certificate", title, "fail", cause, remedy)
    return Outcome("certificate", title, "pass", f"for {name}, valid until {served.not_after:%Y-%m-%d}")


def _covers(pattern: str, name: str) -> bool:
    pattern, name = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:] and "." in name
    return pattern == name


def _sign_in(connection: Connection) -> Outcome:
    """The page where people sign in: with an account it is used, without one it must at least be understood."""
    title = "Sign-in page of /login"
    remedy = "Open /login in a browser: people cannot sign in either, or a page stands before it."
    if not connection.has_account("login"):
        return Outcome(
            "sign_in", title, "skipped", "no account of /login is given", "Give login_username and login_password."
        )
    web = connection.login_web
    try:
        form = sign_in_form(web.start_page(), web.vocabulary)
        web.sign_in_afresh()
    except SraError as error:
        return Outcome("sign_in", title, "fail", error.message, error.advice or remedy)
    how = "its form is understood and" if form is not None else "reached by way of its first page,"
    return Outcome("sign_in", title, "pass", f"{how} {web.username} is let in")


def _api(connection: Connection) -> Outcome:
    try:
        info = connection.api.info()
    except SraError as error:
        return Outcome("api", "API account", "fail", error.message, error.advice or _AGAIN)
    return Outcome("api", "API account", "pass", f"Command API {info.command_api}")


def _clients(params: Params) -> Outcome:
    title = "Client software checks in"
    if params["serving"]:
        return Outcome("check_in", title, "skipped", "counted on its own, against what was there before")
    return Outcome(
        "check_in", title, "skipped", "production does not run here, so that no client can reach this device"
    )


def _unchanged(connection: Connection, params: Params) -> list[Outcome]:
    """Everything readable against what it was before the update."""
    title = "Everything else is as it was before the update"
    before = params["before"] or {}
    # What is offered changes with every update, and asking needs an update server that an offline appliance does not reach.
    subsets = frozenset(name for name in SUBSETS if before.get(name) is not None and name != "updates")
    if not subsets:
        return [
            Outcome("unchanged", title, "skipped", "what it was before is not known", "Compare the settings by eye.")
        ]
    try:
        after = read_appliance(connection, subsets)
    except SraError as error:
        return [Outcome("unchanged", title, "error", f"not readable any more: {error.message}", error.advice or _AGAIN)]
    return _compared(compare(before, after, params["shared_ip"]), title, accepted=params["accept_differences"])


def _compared(found: Comparison, title: str, *, accepted: bool) -> list[Outcome]:
    rows = [
        Outcome("unchanged", title, "error", f"{name} could be read before the update and cannot now", _AGAIN)
        for name in found.unread
    ]
    if not found.compared:
        rows.append(Outcome("unchanged", title, "error", "there was nothing that could be compared", _AGAIN))
    texts = [str(one) for one in found.differences[:_SHOWN]]
    if len(found.differences) > _SHOWN:
        texts.append(f"{len(found.differences) - _SHOWN} more values differ")
    if accepted:
        rows += [
            Outcome("unchanged", "Changed since before the update", "skipped", f"{text}; accepted") for text in texts
        ]
    else:
        rows += [Outcome("unchanged", "Changed since before the update", "fail", text, _MEANT) for text in texts]
    return rows or [Outcome("unchanged", title, "pass", f"{found.compared} values compared")]
