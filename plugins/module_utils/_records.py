# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read from an appliance, as frozen records. Unknown is None, never a guess; times are aware datetimes in UTC."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

Kind = t.Literal["base", "product", "other"]
FailoverRole = t.Literal["none", "primary", "backup"]


def as_data(record: t.Any) -> t.Any:
    """A record as JSON-able data: datetimes become RFC 3339 text, tuples lists, nested records dicts."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {field.name: as_data(getattr(record, field.name)) for field in dataclasses.fields(record)}
    if isinstance(record, datetime.datetime):
        return record.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(record, t.Mapping):
        return {str(key): as_data(value) for key, value in record.items()}
    if isinstance(record, (list, tuple, set, frozenset)):
        return [as_data(item) for item in record]
    return record


@dataclasses.dataclass(frozen=True)
class Health:
    """Command API health; may be up to a minute old. ``version`` and ``build`` are of the product, not of Base."""

    healthy: bool
    version: str | None = None
    build: str | None = None
    appliance_id: str | None = None
    hostname: str | None = None
    cluster_role: str | None = None
    failover_role: str | None = None
    enabled_shared_ips: tuple[str, ...] = ()
    last_data_sync: datetime.datetime | None = None
    last_data_sync_status: str | None = None
    message: str | None = None


@dataclasses.dataclass(frozen=True)
class ApiInfo:
    """Which official APIs answer and what the API account may do. ``command_api`` is ``v2`` or ``v1``."""

    command_api: str
    permissions: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    current_time: datetime.datetime | None = None
    product: str | None = None
    versions: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ApplianceEntry:
    """One row of the list of appliances; not cached, so its ``failover_role`` is fresher than that of health."""

    appliance_id: str
    name: str | None = None
    public_hostname: str | None = None
    cluster_role: str | None = None
    failover_role: str | None = None
    accepting_connections: bool | None = None


@dataclasses.dataclass(frozen=True)
class ClientCounts:
    """Connected clients of one appliance."""

    appliance_id: str | None
    access_consoles: int = 0
    asset_clients: int = 0
    gateways: int = 0


@dataclasses.dataclass(frozen=True)
class User:
    """Somebody logged in to a console; ``session_count`` are remote sessions open now."""

    id: int
    display_name: str | None = None
    type: str | None = None
    logged_in_since: datetime.datetime | None = None
    session_count: int | None = None


@dataclasses.dataclass(frozen=True)
class JumpClient:
    """A Jump Client; ``online`` is inferred from the last connect being later than the last disconnect."""

    id: int
    name: str | None = None
    hostname: str | None = None
    connection_type: str | None = None
    online: bool = False
    needs_update: bool = False
    is_lost: bool = False
    last_connect: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Jumpoint:
    """A Jumpoint (Gateway)."""

    id: int
    name: str | None = None
    enabled: bool = True
    connected: bool = False


@dataclasses.dataclass(frozen=True)
class Basics:
    """/appliance > Status > Basics. ``facts`` keeps every label and value of the page as text."""

    appliance_id: str | None = None
    hostname: str | None = None
    base_version: str | None = None
    product_version: str | None = None
    product_build: str | None = None
    time: datetime.datetime | None = None
    time_text: str | None = None
    facts: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Package:
    """An update that the appliance offers. ``reason`` is the appliance's own words where it cannot be installed yet."""

    name: str
    kind: Kind
    version: str | None
    installable: bool
    reason: str | None = None
    details: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Progress:
    """What the appliance says of a download or install under way."""

    state: t.Literal["downloading", "installing", "finished", "failed", "unknown"]
    text: str = ""
    percent: float | None = None


@dataclasses.dataclass(frozen=True)
class Updates:
    """/appliance > Updates. ``listed`` is False where the page shows no list before Check for Updates was pressed."""

    available: tuple[Package, ...] = ()
    listed: bool = False
    message: str | None = None
    progress: Progress | None = None


@dataclasses.dataclass(frozen=True)
class Address:
    """One address of /appliance > Networking > IP Configuration."""

    address: str
    netmask: str | None = None
    enabled: bool | None = None
    interface: str | None = None


@dataclasses.dataclass(frozen=True)
class Network:
    """/appliance > Networking > IP Configuration."""

    addresses: tuple[Address, ...] = ()
    ntp_servers: tuple[str, ...] = ()
    facts: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Certificate:
    """One row of /appliance > Security > Certificates."""

    issued_to: str | None = None
    issued_by: str | None = None
    friendly_name: str | None = None
    valid_until: datetime.datetime | None = None
    has_private_key: bool | None = None
    addresses: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Failover:
    """/login > Management > Failover: the page is never cached, unlike health."""

    configured: bool
    role: FailoverRole
    peer: str | None = None
    last_sync: datetime.datetime | None = None
    last_sync_text: str | None = None
    sync_running: bool | None = None
    facts: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class BackupFile:
    """A verified backup on the controller's disk; ``size`` in bytes; ``source`` is ``api`` or ``page``.

    ``read_back``: what stands on the disk was read again already and is what came.
    """

    path: str
    size: int
    sha256: str
    source: str
    created: datetime.datetime
    read_back: bool = False


@dataclasses.dataclass(frozen=True)
class ServedCertificate:
    """The certificate that a TLS connection was served."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    sha256: str


@dataclasses.dataclass(frozen=True)
class SiteAnswer:
    """Who answers on the site's host name. ``answering`` is False where nobody does; ``error`` then says why."""

    hostname: str
    address: str | None
    port: int
    answering: bool
    appliance_id: str | None = None
    version: str | None = None
    build: str | None = None
    certificate: ServedCertificate | None = None
    error: str | None = None
