# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scenario file: what is simulated. All keys are optional; README.md documents them."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import yaml


class ScenarioError(ValueError):
    """The scenario file says something that cannot be simulated."""


@dataclasses.dataclass(frozen=True)
class Account:
    username: str
    password: str


@dataclasses.dataclass(frozen=True)
class ApiAccount:
    """An API account. `command` is deny, read_only or full_access."""

    client_id: str
    client_secret: str
    name: str = "automation"
    command: str = "full_access"
    backup: bool = True
    vault_backup: bool = False
    configuration: bool = True
    enabled: bool = True


@dataclasses.dataclass(frozen=True)
class ApiOptions:
    """Which APIs exist. `health_cache` in simulated seconds; `token_life` and `lockout` in real seconds."""

    v2: bool = True
    v1: bool = True
    configuration: bool = True
    backup: bool = True
    health_cache: float = 60
    token_life: float = 3600
    max_tokens: int = 30
    rate_per_second: int = 20
    rate_per_hour: int = 15000
    max_failures: int = 5
    lockout: float = 600


@dataclasses.dataclass(frozen=True)
class WebOptions:
    """`idle_expiry` and `lockout` in real seconds. `confirmations`: screens that ask before a change.

    `first_agreement`: the first sign-in with the factory's account on /login asks to accept the licence agreement.
    """

    idle_expiry: float = 900
    lockout: float = 600
    max_failures: int = 5
    max_sessions: int = 4
    confirmations: bool = True
    first_agreement: bool = False


@dataclasses.dataclass(frozen=True)
class DeviceOptions:
    """One appliance. `clock_offset` in seconds that its clock is ahead; `hidden` are screens that it does not offer.

    `factory_new`: set up at /appliance, with no product, the factory's certificate and the factory's account at /login.
    """

    address: str
    name: str
    port: int
    skin: str = "english2019"
    base: str = "3.2.4"
    product: str = "12.1.0"
    build: str = "52301"
    role: str = "none"
    appliance_accounts: tuple[Account, ...] = (Account("admin", "Appl1ance-Secret"),)
    login_accounts: tuple[Account, ...] = (Account("admin", "L0gin-Secret"),)
    api_accounts: tuple[ApiAccount, ...] = (ApiAccount("0123456789abcdef0123456789abcdef", "Ap1-Client-Secret"),)
    api: ApiOptions = ApiOptions()
    web: WebOptions = WebOptions()
    clock_offset: float = 0
    shared_key: str = "inter-appliance-key-1"
    shared_ip_enabled: bool = False
    users: int = 3
    jump_clients: int = 12
    passive_jump_clients: int = 3
    jumpoints: int = 2
    max_concurrent_upgrades: int = 50
    backup_bytes: int = 2_000_000
    vault_key: bool = False
    ntp_servers: tuple[str, ...] = ("clock.example.com",)
    hidden: tuple[str, ...] = ()
    factory_new: bool = False


@dataclasses.dataclass(frozen=True)
class SiteOptions:
    hostname: str
    shared_ip: str | None
    port: int


@dataclasses.dataclass(frozen=True)
class PairOptions:
    """One or two appliances that serve a site. `paired`: the failover relationship exists at the start."""

    name: str
    site: SiteOptions
    a: DeviceOptions
    b: DeviceOptions | None
    paired: bool = True
    node_names_in_certificate: bool = True


@dataclasses.dataclass(frozen=True)
class PackageOptions:
    """An entry of the update server. `download` and `install` in simulated seconds, `size` in bytes."""

    kind: str
    version: str
    build: str = ""
    requires_base: str | None = None
    size: int = 500_000
    download: float = 60
    install: float = 900
    licence_agreement: bool = False
    pairs: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Durations:
    """Simulated seconds. The parts of an install are shares of its duration; the rest shows its progress."""

    refused_share: float = 0.3
    unavailable_share: float = 0.15
    first_sync_after: float = 60
    sync: float = 45
    role_change: float = 10
    factory_reset: float = 900
    jump_client_upgrade: float = 20
    jump_client_return: float = 60
    passive_return: float = 1800
    user_return: float = 120


@dataclasses.dataclass(frozen=True)
class UpdateServerOptions:
    """`page`: plain, portal or table. `ranges`: parts of a file can be asked for. `listed_until`: `begin` or `end`
    of a download; a file that is no longer listed can still be asked for from where its download broke off. `moved`:
    packages come from another host, which the server redirects to. `file_name`: what every package is called, by default its id."""

    page: str = "plain"
    ranges: bool = True
    listed_until: str = "end"
    moved: bool = False
    file_name: str | None = None


@dataclasses.dataclass(frozen=True)
class Scenario:
    pairs: tuple[PairOptions, ...]
    packages: tuple[PackageOptions, ...]
    time_scale: float = 100
    seed: int = 1
    control_host: str = "127.0.0.1"
    control_port: int = 0
    work_dir: str | None = None
    update_address: str = "127.20.0.5"
    update_port: int = 8443
    update_server: UpdateServerOptions = UpdateServerOptions()
    durations: Durations = Durations()


DEFAULT_PACKAGES: tuple[dict[str, t.Any], ...] = (
    {"kind": "base", "version": "3.3.2"},
    {
        "kind": "product",
        "version": "12.2.0",
        "build": "53417",
        "requires_base": "3.3.2",
        "download": 120,
        "install": 1500,
        "licence_agreement": True,
    },
)


def load(path: Path) -> Scenario:
    """Read a scenario file. Raises ScenarioError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: not YAML: {error}") from error
    return parse(data or {})


def parse(data: dict[str, t.Any]) -> Scenario:
    """The scenario that plain data describes. Raises ScenarioError for unknown keys and values of a wrong kind."""
    data = dict(data)
    network = str(data.pop("network", "127.20"))
    pairs = tuple(_pair(number, pair, network) for number, pair in enumerate(data.pop("pairs", None) or [{}], start=1))
    packages = tuple(
        _make(PackageOptions, package, "packages") for package in data.pop("packages", None) or DEFAULT_PACKAGES
    )
    control = data.pop("control", None) or {}
    update = dict(data.pop("update_server", None) or {})
    values: dict[str, t.Any] = {
        "pairs": pairs,
        "packages": packages,
        "control_host": control.get("host", "127.0.0.1"),
        "control_port": control.get("port", 0),
        "update_address": update.pop("address", f"{network}.0.5"),
        "update_port": update.pop("port", 8443),
        "update_server": _make(UpdateServerOptions, update, "update_server"),
        "durations": _make(Durations, data.pop("durations", None) or {}, "durations"),
    }
    scenario: Scenario = _make(Scenario, {**data, **values}, "scenario")
    if scenario.time_scale <= 0:
        raise ScenarioError("time_scale must be above 0")
    return scenario


def _pair(number: int, data: dict[str, t.Any], network: str) -> PairOptions:
    data = dict(data)
    single = data.pop("single", False)
    name = str(data.pop("name", f"pair{number}"))
    port = int(data.pop("port", 8443))
    subnet = f"{network}.{number}"
    site = dict(data.pop("site", None) or {})
    site_options = SiteOptions(
        hostname=site.pop("hostname", f"access-{name}.example.com"),
        shared_ip=site.pop("shared_ip", f"{subnet}.10"),
        port=int(site.pop("port", port)),
    )
    if site:
        raise ScenarioError(f"unknown keys in site: {', '.join(site)}")
    paired = bool(data.pop("paired", not single))
    names = bool(data.pop("node_names_in_certificate", True))
    both = data.pop("both", None) or {}
    a = {**both, **(data.pop("a", None) or {})}
    b = {**both, **(data.pop("b", None) or {})}
    if data:
        raise ScenarioError(f"unknown keys in pair {name}: {', '.join(data)}")
    a = {"address": f"{subnet}.11", "name": f"{name}-a", "port": port, "shared_ip_enabled": True, **a}
    b = {"address": f"{subnet}.12", "name": f"{name}-b", "port": port, **b}
    if paired:
        a = {"role": "primary", **a}
        b = {"role": "backup", **b}
    return PairOptions(name, site_options, _device(a), None if single else _device(b), paired, names)


_DEVICE_PARTS: dict[str, type] = {"api": ApiOptions, "web": WebOptions}
_DEVICE_LISTS: dict[str, type] = {"appliance_accounts": Account, "login_accounts": Account, "api_accounts": ApiAccount}


def _device(data: dict[str, t.Any]) -> DeviceOptions:
    data = dict(data)
    for key, kind in _DEVICE_PARTS.items():
        if key in data:
            data[key] = _make(kind, data[key], key)
    for key, kind in _DEVICE_LISTS.items():
        if key in data:
            data[key] = tuple(_make(kind, entry, key) for entry in data[key])
    device: DeviceOptions = _make(DeviceOptions, data, "device")
    return device


def _make(kind: type, data: dict[str, t.Any], where: str) -> t.Any:
    if not isinstance(data, dict):
        raise ScenarioError(f"{where}: a mapping is needed, not {data!r}")
    fields = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted(set(data) - fields)
    if unknown:
        raise ScenarioError(f"{where}: unknown keys: {', '.join(unknown)}; known are {', '.join(sorted(fields))}")
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
    except TypeError as error:
        raise ScenarioError(f"{where}: {error}") from error
