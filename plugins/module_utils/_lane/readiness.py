# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is a lane ready for its procedure? Pure: what was read goes in, checks with outcome, cause and remedy come out."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

Outcome = t.Literal["pass", "warn", "fail", "error", "skipped"]
MARKS: dict[str, str] = {"pass": "ok  ", "warn": "WARN", "fail": "FAIL", "error": "ERR ", "skipped": "skip"}
CERTIFICATE_WARNING_DAYS = 30


@dataclasses.dataclass(frozen=True)
class Check:
    """One question asked before a window. ``cause`` says what was seen, ``remedy`` what to do."""

    check: str
    title: str
    outcome: Outcome
    cause: str = ""
    remedy: str = ""


def _section(appliance: t.Mapping[str, t.Any], name: str) -> t.Mapping[str, t.Any]:
    value = appliance.get(name)
    return value if isinstance(value, t.Mapping) else {}


def _time(text: t.Any) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None


def _clock(name: str, appliance: t.Mapping[str, t.Any], limit: int) -> Check:
    title = f"Clock of {name} (PREP-8)"
    skew = _section(appliance, "time").get("skew_seconds")
    if skew is None:
        return Check(
            "clock",
            title,
            "warn",
            "the appliance's time could not be read",
            "Compare Status > Basics with the real time by eye.",
        )
    ntp = ", ".join(_section(appliance, "time").get("ntp_servers") or ()) or "no NTP server seen"
    if abs(skew) > limit:
        return Check(
            "clock",
            title,
            "fail",
            f"{abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} the controller, limit {limit} ({ntp})",
            "A wrong clock breaks the download of updates. Put NTP right at /appliance > Networking > IP Configuration (or the controller's clock).",
        )
    return Check("clock", title, "pass", f"{round(skew) + 0:+d} seconds from the controller ({ntp})")


def _peer_clocks(
    a: t.Mapping[str, t.Any], b: t.Mapping[str, t.Any], names: t.Mapping[str, str], limit: int
) -> t.Iterator[Check]:
    """The two clocks against each other: both may be within the limit of the controller's, on either side of it."""
    one, other = (_section(device, "time").get("skew_seconds") for device in (a, b))
    if one is None or other is None:
        return
    title = "Clocks of both devices against each other (PREP-8)"
    apart = abs(one - other)
    if apart > limit:
        ahead = names["a"] if one > other else names["b"]
        yield Check(
            "clock",
            title,
            "fail",
            f"{apart:.0f} seconds apart, limit {limit}; {ahead} is ahead",
            "Data synchronisation and certificates need equal clocks. Give both the same NTP servers at /appliance > Networking > IP Configuration.",
        )
    else:
        yield Check("clock", title, "pass", f"{apart:.0f} seconds apart")


def _ntp(name: str, appliance: t.Mapping[str, t.Any]) -> t.Iterator[Check]:
    network = _section(appliance, "network")
    if network and not (network.get("ntp_servers") or _section(appliance, "time").get("ntp_servers")):
        yield Check(
            "clock",
            f"NTP of {name} (PREP-8)",
            "warn",
            "no NTP server is set, so that the clock will drift",
            "Set one at /appliance > Networking > IP Configuration.",
        )


def _backup_permission(appliance: t.Mapping[str, t.Any]) -> tuple[str, tuple[t.Any, ...], str, str]:
    """Who can sign in to /login gets the same backup from its page."""
    what = "Allow Access to the Backup API: the backups are made with it"
    if "login" in _section(appliance, "languages"):
        return "perm_backup", (True,), "warn", f"{what}, else by the page Management > Software Management"
    return "perm_backup", (True,), "fail", what


def _permissions(name: str, appliance: t.Mapping[str, t.Any], full_access: bool) -> t.Iterator[Check]:
    api = _section(appliance, "api")
    permissions = api.get("permissions") or {}
    title = f"API account on {name}"
    grant = f"Sign in to /login on {name}, Management > API Configuration, edit the API account and grant it."
    if not api:
        yield Check("api", title, "error", "the API was not read", grant)
        return
    wanted = (
        (
            "perm_command",
            ("full_access",) if full_access else ("read_only", "full_access"),
            "fail",
            "Command API, full access: users are logged out or roles changed with it"
            if full_access
            else "Command API (read-only is enough): health, roles and logged-in users are read with it",
        ),
        _backup_permission(appliance),
        (
            "perm_configuration",
            (True,),
            "warn",
            "Allow Access to the Configuration API: Jump Clients and Jumpoints are counted with it",
        ),
    )
    missing = False
    untold = [permission for permission, *_rest in wanted if permission not in permissions]
    for permission, values, outcome, what in wanted:
        if permission in permissions and permissions[permission] not in values:
            missing = True
            yield Check(
                "api",
                title,
                t.cast(Outcome, outcome),
                f"permission {permission} is {permissions[permission]}, needed: {what}",
                grant,
            )
    if untold:
        yield Check(
            "api",
            title,
            "warn",
            f"the appliance does not tell of {', '.join(untold)}; a step that needs them may be refused",
            f"Compare with what is needed: /login on {name}, Management > API Configuration.",
        )
    elif not missing:
        yield Check("api", title, "pass", f"Command API {api.get('command_api')}")


def _health(name: str, appliance: t.Mapping[str, t.Any]) -> Check:
    health = _section(appliance, "health")
    title = f"Health of {name}"
    if not health:
        return Check("health", title, "error", "health was not read", "Look at /appliance > Status.")
    if not health.get("healthy"):
        return Check(
            "health",
            title,
            "fail",
            f"unhealthy: {health.get('message') or 'no reason given'}",
            "Put this right before upgrading; ask vendor support if unclear.",
        )
    return Check(
        "health",
        title,
        "pass",
        f"product {appliance.get('version')} build {appliance.get('build')}, Base {appliance.get('base_version') or 'unknown'}",
    )


def _certificate(name: str, appliance: t.Mapping[str, t.Any], now: datetime.datetime) -> t.Iterator[Check]:
    served = _section(_section(appliance, "certificates"), "served")
    expires = _time(served.get("not_after"))
    if expires is None:
        return
    days = (expires - now).days
    title = f"Certificate of {name}"
    if expires <= now:
        yield Check(
            "certificate",
            title,
            "fail",
            f"expired on {expires:%Y-%m-%d}",
            "Renew it first: clients refuse it, and most Jump Clients would appear offline after a new site package.",
        )
    elif days < CERTIFICATE_WARNING_DAYS:
        yield Check(
            "certificate",
            title,
            "warn",
            f"expires in {days} days ({expires:%Y-%m-%d})",
            "Renew it and let clients pick it up before a newly compiled site package is installed.",
        )
    else:
        yield Check("certificate", title, "pass", f"valid until {expires:%Y-%m-%d}")


def _same_certificate(a: t.Mapping[str, t.Any], b: t.Mapping[str, t.Any]) -> t.Iterator[Check]:
    one = _section(_section(a, "certificates"), "served").get("sha256")
    other = _section(_section(b, "certificates"), "served").get("sha256")
    if not one or not other:
        return
    if one == other:
        yield Check("same_certificate", "Both devices serve the same certificate (CLIENT-2)", "pass")
    else:
        yield Check(
            "same_certificate",
            "Both devices serve the same certificate (CLIENT-2)",
            "warn",
            f"they differ (SHA-256 {one[:12]}... and {other[:12]}...)",
            "Clients pin the site's certificate: export it on the primary and import it on the other, /appliance > Security > Certificates.",
        )


def _stored(appliance: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    """The stored certificates that are assigned to an address; all with a private key where the page tells no addresses."""
    rows = [row for row in _section(appliance, "certificates").get("stored") or () if isinstance(row, t.Mapping)]
    return [row for row in rows if row.get("addresses")] or [row for row in rows if row.get("has_private_key")]


def _stored_certificates(name: str, appliance: t.Mapping[str, t.Any]) -> t.Iterator[Check]:
    """What the appliance itself warns of, and assigned certificates without their key."""
    for row in _stored(appliance):
        found = [str(text) for text in row.get("warnings") or ()]
        if row.get("has_private_key") is False:
            found.append("its private key is not on the appliance")
        if found:
            yield Check(
                "stored_certificate",
                f"Certificate stored on {name}",
                "warn",
                f"issued to {row.get('issued_to')}: {'; '.join(found)}",
                "Have it put right at /appliance > Security > Certificates before a newly compiled site package is installed.",
            )


def _same_stored(a: t.Mapping[str, t.Any], b: t.Mapping[str, t.Any]) -> t.Iterator[Check]:
    """Both devices must hold identical certificates, or clients cannot connect after a failover."""
    sides = [{(str(row.get("issued_to")), str(row.get("valid_until"))[:10]) for row in _stored(one)} for one in (a, b)]
    if not all(sides) or sides[0] == sides[1]:
        return
    only = ["; ".join(f"{title} until {until}" for title, until in sorted(side)) or "none" for side in sides]
    yield Check(
        "same_stored",
        "Both devices hold the same certificates (CLIENT-2)",
        "warn",
        f"they differ: {only[0]} on the one, {only[1]} on the other",
        "Export it on the primary and import it on the other (bseries.sra.certificate_export, bseries.sra.certificate_import).",
    )


def _people(name: str, appliance: t.Mapping[str, t.Any]) -> t.Iterator[Check]:
    clients = _section(appliance, "clients")
    users = clients.get("users") or []
    if users:
        sessions = sum(user.get("session_count") or 0 for user in users)
        who = ", ".join(sorted(str(user.get("display_name") or user.get("id")) for user in users)[:10])
        yield Check(
            "people",
            f"People on {name}",
            "warn",
            f"{len(users)} logged in, {sessions} sessions: {who}",
            "They are logged out and their sessions end when the device installs. Tell them before the window.",
        )


def readiness(
    a: t.Mapping[str, t.Any],
    b: t.Mapping[str, t.Any] | None,
    names: t.Mapping[str, str],
    problems: t.Sequence[t.Mapping[str, t.Any]],
    questions: t.Sequence[t.Mapping[str, t.Any]],
    warnings: t.Sequence[t.Any],
    *,
    now: datetime.datetime,
    clock_skew_max: int = 300,
    full_access: t.Collection[str] = (),
    installing: bool = True,
) -> list[Check]:
    """The checks of a lane: health, API permissions, clock, certificates, people, and what the planner found.

    ``names`` gives the names to show for ``a`` and ``b``; ``clock_skew_max`` is in seconds;
    ``full_access`` holds the devices on which the run changes something through the Command API. Without ``installing``
    nobody is thrown out, and people are not told of.
    """
    checks: list[Check] = []
    devices = [("a", a)] + ([("b", b)] if b is not None else [])
    for key, appliance in devices:
        name = names[key]
        checks.append(_health(name, appliance))
        checks.extend(_permissions(name, appliance, key in full_access))
        checks.append(_clock(name, appliance, clock_skew_max))
        checks.extend(_ntp(name, appliance))
        checks.extend(_certificate(name, appliance, now))
        checks.extend(_stored_certificates(name, appliance))
        if installing:
            checks.extend(_people(name, appliance))
    if b is not None:
        checks.extend(_peer_clocks(a, b, names, clock_skew_max))
        checks.extend(_same_certificate(a, b))
        checks.extend(_same_stored(a, b))
    for problem in problems:
        checks.append(
            Check("plan", "State of the pair", "fail", str(problem.get("message")), str(problem.get("advice") or ""))
        )
    for question in questions:
        checks.append(
            Check(
                "question",
                "Not clear from the appliances",
                "fail",
                str(question.get("message")),
                str(question.get("advice") or ""),
            )
        )
    for warning in warnings:
        text = warning.get("message") if isinstance(warning, t.Mapping) else warning
        checks.append(Check("plan", "State of the pair", "warn", str(text)))
    return checks


def checks_text(checks: t.Sequence[Check]) -> str:
    """The checks as lines for people."""
    lines = []
    for check in checks:
        lines.append(f"{MARKS[check.outcome]}  {check.title}{': ' + check.cause if check.cause else ''}")
        if check.remedy and check.outcome != "pass":
            lines.append(f"      -> {check.remedy}")
    return "\n".join(lines)
