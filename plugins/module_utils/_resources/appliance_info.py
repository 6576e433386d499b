# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything known about one appliance, by subset. Reads only."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._api.command import NotOffered
from .._errors import InputError
from .._module import Connect, Connection, Params, same_id
from .._pages import basics as basics_page
from .._pages import certificates as certificates_page
from .._pages import failover as failover_page
from .._pages import ip_configuration as network_page
from .._pages import updates as updates_page
from .._records import (
    ApiInfo,
    ApplianceEntry,
    Basics,
    Certificate,
    ClientCounts,
    Failover,
    Health,
    JumpClient,
    Jumpoint,
    Network,
    ServedCertificate,
    Updates,
    User,
    as_data,
)
from . import _appliance_time as appliance_time

T = t.TypeVar("T")

SUBSETS: t.Final = (
    "basics",
    "time",
    "health",
    "updates",
    "network",
    "certificates",
    "failover",
    "clients",
    "jump_clients",
)
_OF_APPLIANCE: t.Final = frozenset({"basics", "updates", "network", "certificates"})
_OF_LOGIN: t.Final = frozenset({"failover"})
_OF_API: t.Final = frozenset({"health", "clients", "jump_clients"})


@dataclasses.dataclass
class _Seen:
    """What was read so far; None is not asked for."""

    basics: Basics | None = None
    readings: list[appliance_time.Reading] = dataclasses.field(default_factory=list)
    health: Health | None = None
    own: ApplianceEntry | None = None
    info: ApiInfo | None = None
    updates: Updates | None = None
    network: Network | None = None
    certificates: tuple[Certificate, ...] = ()
    served: ServedCertificate | None = None
    failover: Failover | None = None
    counts: tuple[ClientCounts, ...] = ()
    users: tuple[User, ...] = ()
    jump_clients: tuple[JumpClient, ...] = ()
    jumpoints: tuple[Jumpoint, ...] = ()


def run(params: Params, _check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Read the subsets asked for. Raises InputError where an account is missing, before anything is contacted."""
    subsets = choose_subsets(params["gather_subset"])
    with connect(params) as connection:
        require_accounts(connection, subsets)
        return {"changed": False, "appliance": read_appliance(connection, subsets)}


def read_appliance(
    connection: Connection,
    subsets: frozenset[str],
    without: frozenset[str] = frozenset(),
    *,
    check_updates: bool = True,
) -> dict[str, t.Any]:
    """The value ``appliance``: the subsets asked for, over a connection that is open already.

    Pages of the subsets in ``without`` are not opened, not even for the time. ``check_updates`` asks the update server.
    """
    subsets = subsets - without
    return describe(connection, subsets, _gather(connection, subsets, without, check_updates))


def choose_subsets(asked: t.Sequence[str]) -> frozenset[str]:
    """The subsets that ``gather_subset`` names: ``all``, names, and names to leave out with ``!`` before them."""
    left_out = {name.removeprefix("!") for name in asked if name.startswith("!")}
    wanted = {name for name in asked if not name.startswith("!")}
    unknown = sorted((left_out | wanted) - {*SUBSETS, "all"})
    if unknown:
        raise InputError(
            f"Unknown gather_subset: {', '.join(unknown)}", expected=f"all or some of {', '.join(SUBSETS)}"
        )
    if "all" in wanted or not wanted:
        wanted = set(SUBSETS)
    return frozenset(wanted - left_out)


def require_accounts(connection: Connection, subsets: frozenset[str]) -> None:
    """Raise InputError where a subset needs an account that was not given."""
    for names, account in ((_OF_APPLIANCE, "appliance"), (_OF_LOGIN, "login"), (_OF_API, "api")):
        wanted = sorted(subsets & names)
        if wanted:
            connection.require(f"gather_subset {', '.join(wanted)}", **{account: True})
    if "time" in subsets and not connection.has_api:
        connection.require("gather_subset time without an API account", appliance=True)


def _gather(connection: Connection, subsets: frozenset[str], without: frozenset[str], check_updates: bool) -> _Seen:
    seen = _Seen()
    if connection.has_api and subsets & {*_OF_API, "time"}:
        _gather_api(connection, subsets, seen)
    if subsets & _OF_APPLIANCE or ("time" in subsets and connection.has_account("appliance")):
        _gather_appliance_pages(connection, subsets, seen, without, check_updates)
    if "failover" in subsets:
        seen.failover = failover_page.read(connection.login_web)
    return seen


def _gather_api(connection: Connection, subsets: frozenset[str], seen: _Seen) -> None:
    api = connection.api
    start = appliance_time.now()
    seen.info = api.info()
    middle = appliance_time.midpoint(start, appliance_time.now())
    if seen.info.current_time is not None:
        seen.readings.append(appliance_time.Reading(seen.info.current_time, middle, "api"))
    if "health" in subsets:
        seen.health = api.health()
        seen.own = api.own_entry()
    if "clients" in subsets:
        seen.counts = _offered(api.client_counts) or ()
        seen.users = _offered(api.users) or ()
    if "jump_clients" in subsets:
        _gather_jump_clients(connection, seen)


def read_jump_clients(connection: Connection) -> dict[str, t.Any]:
    """The section ``jump_clients`` alone."""
    seen = _Seen()
    _gather_jump_clients(connection, seen)
    return _jump_clients(seen)


def _gather_jump_clients(connection: Connection, seen: _Seen) -> None:
    seen.jump_clients = connection.api.jump_clients()
    seen.jumpoints = connection.api.jumpoints()


def _offered(read: t.Callable[[], T]) -> T | None:
    """What an operation gives; None where this release's API does not have it (v1 of older ones)."""
    try:
        return read()
    except NotOffered:
        return None


def _gather_appliance_pages(
    connection: Connection, subsets: frozenset[str], seen: _Seen, without: frozenset[str], check_updates: bool
) -> None:
    web = connection.appliance_web
    if subsets & {"basics", "time"} and "basics" not in without:
        start = appliance_time.now()
        seen.basics = basics_page.read(web)
        middle = appliance_time.midpoint(start, appliance_time.now())
        if seen.basics.time is not None:
            seen.readings.append(appliance_time.Reading(seen.basics.time, middle, "page"))
    if "updates" in subsets:
        seen.updates = updates_page.read(web, check=check_updates)
    if subsets & {"network", "time"} and "network" not in without:
        seen.network = network_page.read(web)
    if "certificates" in subsets:
        seen.certificates = certificates_page.read(web)
        seen.served = connection.transport.served_certificate()


def describe(connection: Connection, subsets: frozenset[str], seen: _Seen) -> dict[str, t.Any]:
    """The return value ``appliance``: sections not asked for are None."""
    basics = seen.basics or Basics()
    health = seen.health or Health(healthy=False)

    def section(name: str, make: t.Callable[[], t.Any]) -> t.Any:
        return make() if name in subsets else None

    return {
        "host": connection.options.host,
        "port": connection.options.port,
        "appliance_id": health.appliance_id or basics.appliance_id,
        "hostname": health.hostname or basics.hostname,
        "version": health.version or basics.product_version,
        "build": health.build or basics.product_build,
        "base_version": basics.base_version,
        "failover_role": _failover_role(seen),
        "enabled_shared_ips": list(health.enabled_shared_ips) if seen.health else None,
        "api": _api(seen),
        "basics": section("basics", lambda: as_data(seen.basics)),
        "time": section("time", lambda: _time(seen)),
        "health": section("health", lambda: as_data(seen.health)),
        "updates": section("updates", lambda: as_data(seen.updates)),
        "network": section("network", lambda: as_data(seen.network)),
        "certificates": section(
            "certificates", lambda: {"stored": as_data(seen.certificates), "served": as_data(seen.served)}
        ),
        "failover": section("failover", lambda: as_data(seen.failover)),
        "clients": section("clients", lambda: _clients(seen)),
        "jump_clients": section("jump_clients", lambda: _jump_clients(seen)),
    }


def _failover_role(seen: _Seen) -> str | None:
    if seen.failover is not None:
        return seen.failover.role
    if seen.own is not None and seen.own.failover_role:
        return seen.own.failover_role
    return seen.health.failover_role if seen.health else None


def _api(seen: _Seen) -> dict[str, t.Any] | None:
    info = seen.info
    if info is None:
        return None
    return {
        "command_api": info.command_api,
        "permissions": as_data(info.permissions),
        "product": info.product,
        "versions": as_data(info.versions),
        "failover_role": seen.own.failover_role if seen.own else None,
    }


def _time(seen: _Seen) -> dict[str, t.Any]:
    reading = appliance_time.choose(seen.readings)
    return {
        "appliance": as_data(reading.appliance) if reading else None,
        "controller": as_data(reading.controller) if reading else None,
        "skew_seconds": round(reading.skew_seconds, 1) if reading else None,
        "source": reading.source if reading else None,
        "ntp_servers": list(seen.network.ntp_servers) if seen.network else None,
    }


def _clients(seen: _Seen) -> dict[str, t.Any]:
    own_id = seen.own.appliance_id if seen.own else None
    own = [count for count in seen.counts if same_id(count.appliance_id, own_id)]
    counts = own or seen.counts
    return {
        "access_consoles": sum(count.access_consoles for count in counts),
        "asset_clients": sum(count.asset_clients for count in counts),
        "gateways": sum(count.gateways for count in counts),
        "users": as_data(seen.users),
    }


def _jump_clients(seen: _Seen) -> dict[str, t.Any]:
    installed = [client for client in seen.jump_clients if client.connection_type != "uninstalled"]
    types = collections.Counter(client.connection_type for client in installed)
    active = [client for client in installed if client.connection_type != "passive"]
    passive = [client for client in installed if client.connection_type == "passive"]
    return {
        "total": len(installed),
        "online": sum(client.online for client in installed),
        "pending": sum(client.needs_update for client in installed),
        "lost": sum(client.is_lost for client in installed),
        "active": types["active"],
        "passive": types["passive"],
        "uninstalled": len(seen.jump_clients) - len(installed),
        "active_online": sum(client.online for client in active),
        "active_pending": sum(client.needs_update for client in active),
        "active_ready": sum(_is_ready(client) for client in active),
        "passive_pending": sum(client.needs_update for client in passive),
        "active_not_ready": _names_of_unready(active),
        "passive_not_ready": _names_of_unready(passive),
        "jumpoints_total": len(seen.jumpoints),
        "jumpoints_connected": sum(jumpoint.connected for jumpoint in seen.jumpoints),
    }


def _is_ready(client: JumpClient) -> bool:
    return client.online and not client.needs_update


def _names_of_unready(clients: t.Iterable[JumpClient]) -> list[str]:
    return sorted(client.name or client.hostname or str(client.id) for client in clients if not _is_ready(client))
