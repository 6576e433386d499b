# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two appliances and the site as the planner sees them, from what the modules returned. Unknown stays None."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .._records import Package
from .._version import Version, find_version, same_version
from .model import Policy, Problem
from .packages import is_newer

ROLES = ("none", "primary", "backup")
ACTIVE = ("downloading", "installing")
_NOT_BY_SHARED_IP = ("dns", "nat", "custom")


@dataclasses.dataclass(frozen=True)
class Observed:
    """One appliance. ``packages`` None: the list of updates was not read. ``synced`` None: not known.

    ``backup_by_page``: the API account may not back up, so that the page is used.
    """

    letter: str
    host: str
    appliance_id: str | None = None
    version: str | None = None
    build: str | None = None
    base_version: str | None = None
    product: str | None = None
    role: str | None = None
    api_role: str | None = None
    synced: bool | None = None
    sync_running: bool = False
    shared_ip: bool | None = None
    shared_ip_missing: bool = False
    healthy: bool | None = None
    health_message: str | None = None
    packages: tuple[Package, ...] | None = None
    progress: str | None = None
    progress_text: str = ""
    backup_by_page: bool = False

    @property
    def name(self) -> str:
        return f"device {self.letter.upper()} ({self.host})"

    @property
    def installing(self) -> bool:
        return self.progress in ACTIVE

    @property
    def offered(self) -> tuple[Package, ...]:
        return self.packages or ()

    @property
    def backup_title(self) -> str:
        """What a backup does in words; by the page where the API account may not."""
        way = " by its page Software Management, for the API account may not," if self.backup_by_page else ""
        return f"Back up {self.name}{way} and verify the file"

    def side(self) -> str:
        """The line that an error gives for this side."""
        role = {None: "unknown", "none": "none (stand-alone)"}.get(self.role, self.role)
        return f"device_{self.letter} {self.host}: failover role {role}, version {self.version or 'unknown'}"

    def to_dict(self) -> dict[str, t.Any]:
        return {
            "host": self.host,
            "appliance_id": self.appliance_id,
            "version": self.version,
            "build": self.build,
            "base_version": self.base_version,
            "failover_role": self.role,
            "shared_ip_enabled": self.shared_ip,
        }


def observe(letter: str, data: t.Mapping[str, t.Any] | None, policy: Policy) -> Observed | None:
    """One appliance from the ``appliance`` value that ``appliance_info`` returns; sections may be missing or null."""
    if not data:
        return None
    failover, health = _section(data, "failover"), _section(data, "health")
    basics, updates, api = _section(data, "basics"), _section(data, "updates"), _section(data, "api")
    progress = _section(updates, "progress")
    role = _role(data.get("failover_role"), failover, health)
    enabled, missing = _shared_ip(data, role, policy.shared_ip)
    return Observed(
        letter=letter,
        host=_host(data),
        appliance_id=_identity(data.get("appliance_id") or basics.get("appliance_id") or health.get("appliance_id")),
        version=_version(data.get("version") or health.get("version") or basics.get("product_version")),
        build=_text(data.get("build") or health.get("build") or basics.get("product_build")),
        base_version=_version(data.get("base_version") or basics.get("base_version")),
        product=_text(api.get("product")),
        role=role,
        api_role=_role(api.get("failover_role"), {}, {}),
        backup_by_page=_section(api, "permissions").get("perm_backup") is False,
        synced=_synced(data, failover, health),
        sync_running=bool(failover.get("sync_running")),
        shared_ip=enabled,
        shared_ip_missing=missing,
        healthy=health.get("healthy"),
        health_message=_text(health.get("message")),
        packages=_packages(updates),
        progress=_text(progress.get("state")),
        progress_text=_text(progress.get("text")) or "",
    )


def _section(data: t.Mapping[str, t.Any], key: str) -> t.Mapping[str, t.Any]:
    value = data.get(key)
    return value if isinstance(value, t.Mapping) else {}


def _text(value: t.Any) -> str | None:
    text = str(value).strip() if value is not None else ""
    return text or None


def _host(data: t.Mapping[str, t.Any]) -> str:
    host, port = _text(data.get("host")) or _text(data.get("hostname")) or "unknown host", data.get("port")
    return f"{host}:{port}" if port not in (None, "", 443, "443") else host


def _identity(value: t.Any) -> str | None:
    text = _text(value)
    return text.lower().replace("-", "").strip("{}") if text else None


def _version(value: t.Any) -> str | None:
    text = _text(value)
    if text is None or Version.parse(text) is not None:
        return text
    return find_version(text) or text


def _role(value: t.Any, failover: t.Mapping[str, t.Any], health: t.Mapping[str, t.Any]) -> str | None:
    if failover.get("configured") is False:
        return "none"
    for candidate in (failover.get("role"), value, health.get("failover_role")):
        text = (_text(candidate) or "").lower()
        if text in ROLES:
            return text
    return None


def _synced(data: t.Mapping[str, t.Any], failover: t.Mapping[str, t.Any], health: t.Mapping[str, t.Any]) -> bool | None:
    """Whether a data sync was ever finished in this relationship, as far as the device tells."""
    if failover.get("last_sync") or health.get("last_data_sync"):
        return True
    if failover:
        # A time in a format that was not understood still is a time; "never" in any language has no digit.
        return any(letter.isdigit() for letter in str(failover.get("last_sync_text") or ""))
    return None if data.get("health") is None else False


def _same_address(one: t.Any, other: t.Any) -> bool:
    try:
        return ipaddress.ip_interface(str(one)).ip == ipaddress.ip_interface(str(other)).ip
    except ValueError:
        return str(one) == str(other)


def _shared_ip(data: t.Mapping[str, t.Any], role: str | None, address: str | None) -> tuple[bool | None, bool]:
    """Whether the shared IP is enabled, and whether the device has no such address at all.

    The page is believed first. Health leaves the list out for a stand-alone device, so that its absence says nothing
    there.
    """
    if not address:
        return None, False
    network = data.get("network")
    if isinstance(network, t.Mapping) and network.get("addresses") is not None:
        rows = [row for row in network["addresses"] if _same_address(row.get("address"), address)]
        if not rows:
            return False, True
        flags = [row.get("enabled") for row in rows]
        return (None if None in flags else any(flags)), False
    listed = data.get("enabled_shared_ips")
    if listed and any(_same_address(entry, address) for entry in listed):
        return True, False
    return (False if listed is not None and role in ("primary", "backup") else None), False


def _packages(updates: t.Mapping[str, t.Any]) -> tuple[Package, ...] | None:
    if not updates or not updates.get("listed"):
        return None
    return tuple(_package(entry) for entry in updates.get("available") or ())


def _package(entry: t.Mapping[str, t.Any]) -> Package:
    kind = entry.get("kind") if entry.get("kind") in ("base", "product") else "other"
    return Package(
        name=str(entry.get("name") or ""),
        kind=t.cast("t.Any", kind),
        version=_version(entry.get("version")),
        installable=bool(entry.get("installable")),
        reason=_text(entry.get("reason")),
        details=entry.get("details") or {},
    )


@dataclasses.dataclass(frozen=True)
class Serving:
    """Who serves production: ``a``, ``b``, ``none``, ``other`` or ``unknown``.

    ``half_moved`` is True where the shared IP is known to be disabled on both devices.
    """

    who: str
    half_moved: bool = False
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def who_serves(a: Observed, b: Observed | None, site: t.Mapping[str, t.Any] | None, policy: Policy) -> Serving:
    """Who serves, by the appliance id that the site's host name answers with and by the shared IP's flags."""
    by_site = _by_site(a, b, site)
    by_flags = _by_flags(a, b, policy)
    half_moved = by_flags == "none"
    if b is not None and by_flags == "both":
        problem = Problem(
            "both_shared_ips_enabled",
            f"The shared IP {policy.shared_ip} is enabled on {a.name} and on {b.name}.",
            "Disable it at once on the device that is not to serve: Networking > IP Configuration.",
        )
        return Serving(by_site or "unknown", problems=(problem,))
    if by_site is None:
        return Serving(by_flags or "unknown", half_moved)
    if by_site in ("a", "b") and by_flags is not None and by_site != by_flags:
        problem = Problem(
            "site_contradicts_shared_ip",
            f"The site {site_name(site)} is answered by {_named(by_site, a, b)}, but the shared IP {policy.shared_ip} "
            f"is {_flags_sentence(by_flags, a, b)}.",
            "Read both again in a minute. If it stays so, check what the site's host name resolves to and neighbour "
            "caches before anything else.",
            second_look=True,
        )
        return Serving(by_site, half_moved, (problem,))
    warnings: tuple[str, ...] = ()
    if by_flags is not None and _resolves_elsewhere(site, policy):
        warnings = (
            f"The site {site_name(site)} resolves to {site and site.get('address')}, not to the shared IP "
            f"{policy.shared_ip}: make sure that moving the shared IP moves production.",
        )
    return Serving(by_site, half_moved, warnings=warnings)


def _by_site(a: Observed, b: Observed | None, site: t.Mapping[str, t.Any] | None) -> str | None:
    if not site:
        return None
    if not site.get("answering"):
        return "none" if site.get("address") else None
    identity = _identity(site.get("appliance_id"))
    if identity is None:
        return None
    for device in (a, b):
        if device is not None and device.appliance_id == identity:
            return device.letter
    known = all(device.appliance_id for device in (a, b) if device is not None)
    return "other" if known else None


def _by_flags(a: Observed, b: Observed | None, policy: Policy) -> str | None:
    if b is None or not policy.shared_ip or policy.swing_method in _NOT_BY_SHARED_IP:
        return None
    if a.shared_ip is None or b.shared_ip is None:
        return None
    flags = {(True, False): "a", (False, True): "b", (False, False): "none", (True, True): "both"}
    return flags[(a.shared_ip, b.shared_ip)]


def _named(letter: str, a: Observed, b: Observed | None) -> str:
    return b.name if letter == "b" and b is not None else a.name


def _flags_sentence(by_flags: str, a: Observed, b: Observed | None) -> str:
    return "disabled on both" if by_flags == "none" else f"enabled on {_named(by_flags, a, b)}"


def _resolves_elsewhere(site: t.Mapping[str, t.Any] | None, policy: Policy) -> bool:
    address = site.get("address") if site else None
    return bool(address) and not _same_address(address, policy.shared_ip)


def site_name(site: t.Mapping[str, t.Any] | None) -> str:
    """How to name the site in a sentence."""
    return str((site or {}).get("hostname") or "(host name not given)")


def ahead(one: str | None, other: str | None) -> bool:
    """True where both are versions and the first is higher."""
    return Version.parse(other) is not None and is_newer(one, other)


def equal(one: str | None, other: str | None) -> bool:
    """True where both versions are known and equal."""
    return same_version(one, other)
