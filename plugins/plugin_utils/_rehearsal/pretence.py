# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated appliances made to look like the ones that were read, and an inventory that knows only those. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._version import Version

from .expected import seconds_of

Data = t.Mapping[str, t.Any]

KEPT: t.Final = (
    *(
        "target_version",
        "accept_license",
        "backup_keep",
        "backup_keep_days",
        "backup_vault_key",
        "confirmed",
        "swing_again",
    ),
    *("accept_base_difference", "accept_differences", "clock_skew_max", "jump_client_limit", "jump_client_threshold"),
    *("jump_client_timeout", "logout_users", "estimates", "install_timeout", "sync_timeout", "relationship_timeout"),
    *("verify_timeout", "swing_timeout", "observe_timeout", "reach_timeout"),
)
"""Settings of the lane that the rehearsed run gets as they are. Nothing else is handed on: it may lead out of the rehearsal."""
_MOST_CLIENTS: t.Final = 200
"""More simulated clients than this only cost time."""
_LARGEST_BACKUP: t.Final = 64_000_000
_NEVER: t.Final = "999.0.0"
"""A version of Base that no appliance has."""
_BEFORE_INSTALL: t.Final = 0.1
"""The share of an install's time that is taken for the download."""
_VERSION: t.Final = re.compile(r"\d+(?:\.\d+)+")


@dataclasses.dataclass(frozen=True)
class Real:
    """What was read of the pair: inventory names and readings by letter (``a``, ``b``), the lane's settings, the plan.

    ``backup_bytes`` are the sizes of the newest backups, where there are any.
    """

    label: str
    names: t.Mapping[str, str]
    settings: Data
    devices: t.Mapping[str, Data]
    plan: Data
    backup_bytes: t.Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def paired(self) -> bool:
        return {device.get("failover_role") for device in self.devices.values()} == {"primary", "backup"}

    @property
    def serving(self) -> str:
        """The device that serves production; device A where nobody knows."""
        serving = str(self.plan.get("serving"))
        return serving if serving in self.devices else "a"


@dataclasses.dataclass(frozen=True)
class Pretence:
    """A scenario for the simulator, and in sentences what is otherwise than in reality."""

    scenario: dict[str, t.Any]
    replaced: tuple[str, ...]


def pretend(real: Real, time_scale: float) -> Pretence:
    """Appliances with the versions, roles, packages, accounts' permissions, clients, clocks and certificates of the real ones."""
    replaced: list[str] = []
    pair: dict[str, t.Any] = {
        "name": "rehearsal",
        "single": "b" not in real.devices,
        "paired": real.paired,
        "site": {"hostname": "site.rehearsal.test"},
        "node_names_in_certificate": all(_names_node(device) for device in real.devices.values()),
    }
    for letter, device in real.devices.items():
        pair[letter] = {"name": real.names[letter], **_device(letter, device, real, replaced)}
    scenario = {
        "time_scale": time_scale,
        "pairs": [pair],
        "packages": _packages(real),
        "durations": {
            "sync": seconds_of(real.plan, "sync"),
            "first_sync_after": 60,
        },
    }
    return Pretence(scenario, (*replaced, *_replaced(real)))


def _device(letter: str, device: Data, real: Real, replaced: list[str]) -> dict[str, t.Any]:
    name = real.names[letter]
    options: dict[str, t.Any] = {
        "skin": "german2019" if "de" in (device.get("languages") or {}).values() else "english2019",
        "base": device.get("base_version") or "3.2.4",
        "product": device.get("version") or "",
        "build": device.get("build") or "",
        "role": device.get("failover_role") or "none",
        "clock_offset": float((device.get("time") or {}).get("skew_seconds") or 0),
        "shared_ip_enabled": letter == real.serving,
        "users": len((device.get("clients") or {}).get("users") or ()),
        "ntp_servers": list((device.get("network") or {}).get("ntp_servers") or ()),
        "vault_key": bool(real.settings.get("backup_vault_key")),
        "api": {"v2": (device.get("api") or {}).get("command_api") != "v1"},
        "api_accounts": [_account(device)],
    }
    if not device.get("base_version"):
        replaced.append(f"The Base version of {name} was not read; the simulated one has {options['base']}.")
    if letter in real.backup_bytes:
        options["backup_bytes"] = min(real.backup_bytes[letter], _LARGEST_BACKUP)
    options.update(_clients(name, device.get("jump_clients") or {}, replaced))
    return options


def _clients(name: str, counts: Data, replaced: list[str]) -> dict[str, int]:
    passive = int(counts.get("passive") or 0)
    active = max(int(counts.get("total") or 0) - passive, 0)
    jumpoints = int(counts.get("jumpoints_total") or 0)
    if max(active, passive, jumpoints) > _MOST_CLIENTS:
        replaced.append(
            f"{name} has {active} active and {passive} passive Jump Clients; {_MOST_CLIENTS} of each are simulated."
        )
    return {
        "jump_clients": min(active, _MOST_CLIENTS),
        "passive_jump_clients": min(passive, _MOST_CLIENTS),
        "jumpoints": min(jumpoints, _MOST_CLIENTS),
    }


def _account(device: Data) -> dict[str, t.Any]:
    """The API account's permissions, with a made-up secret. What the API does not tell is taken to be granted."""
    granted = (device.get("api") or {}).get("permissions") or {}
    return {
        "client_id": "0" * 32,
        "client_secret": "Rehearsal-Api-Secret",
        "command": str(granted.get("perm_command", "full_access")),
        "backup": _truth(granted.get("perm_backup", True)),
        "vault_backup": _truth(granted.get("perm_vault_backup", True)),
        "configuration": _truth(granted.get("perm_configuration", True)),
    }


def _truth(value: t.Any) -> bool:
    return str(value).strip().lower() not in ("false", "0", "deny", "no", "none", "")


def _names_node(device: Data) -> bool:
    """Whether the certificate that the device serves carries its own address or name."""
    served = (device.get("certificates") or {}).get("served") or {}
    return str(device.get("host", "")).lower() in {str(name).lower() for name in served.get("names") or ()}


def _packages(real: Real) -> list[dict[str, t.Any]]:
    """Everything that an appliance is offered, and which Base each product wants."""
    found: dict[tuple[str, str], dict[str, t.Any]] = {}
    for device in real.devices.values():
        offered = [
            package for package in (device.get("updates") or {}).get("available") or () if package.get("version")
        ]
        bases = sorted((package["version"] for package in offered if package["kind"] == "base"), key=_order)
        for package in offered:
            if package["kind"] not in ("base", "product"):
                continue
            entry = found.setdefault((package["kind"], package["version"]), _package(package, real))
            if not package.get("installable", True):
                entry["requires_base"] = _wanted_base(package, bases)
    # Without one the simulator would offer its own.
    installed = next(iter(real.devices.values())).get("version") or "1.0"
    return list(found.values()) or [{"kind": "product", "version": installed}]


def _package(package: Data, real: Real) -> dict[str, t.Any]:
    seconds = seconds_of(real.plan, package["kind"])
    return {
        "kind": package["kind"],
        "version": package["version"],
        "build": str((package.get("details") or {}).get("build") or ""),
        "download": round(seconds * _BEFORE_INSTALL),
        "install": round(seconds * (1 - _BEFORE_INSTALL)),
        "licence_agreement": package["kind"] == "product",
    }


def _wanted_base(package: Data, bases: t.Sequence[str]) -> str:
    """The Base that a package wants which cannot be installed yet: an offered one, or else one that does not come."""
    named = [version for version in _VERSION.findall(str(package.get("reason") or "")) if version in bases]
    return named[-1] if named else bases[-1] if bases else _NEVER


def _order(version: str) -> tuple[bool, t.Any]:
    parsed = Version.parse(version)
    return parsed is not None, parsed or version


def _replaced(real: Real) -> t.Iterator[str]:
    settings = real.settings
    yield "All accounts, secrets, addresses and host names are made up; certificates are signed by a CA of the rehearsal."
    method = settings.get("swing_method")
    if method == "dns" and "b" in real.devices:
        yield "The swing updates a simulated name server, with a made-up key; yours is not touched."
    elif method in ("nat", "custom") and "b" in real.devices:
        yield f"Your tasks for the swing ({settings.get('swing_tasks')}) are NOT run; a stand-in moves the simulated production."
    if settings.get("verify_tasks"):
        yield f"Your verification ({settings['verify_tasks']}) is NOT run."
    if settings.get("logout_announce"):
        yield f"Your tasks that tell users ({settings['logout_announce']}) are NOT run; simulated users are logged out."
    if settings.get("hooks"):
        yield "Your hooks (sra_hooks) are NOT run."
    if settings.get("update_method") == "manual":
        yield "The packages of sra_package_dir were looked at, and are not uploaded: the simulated appliances download packages of the same versions."
    if settings.get("guided"):
        yield f"Steps for a person ({', '.join(settings['guided'])}) are done by the run itself."
    if settings.get("windows") or settings.get("soak_min"):
        yield "Windows and the time between them are held by arithmetic, not by waiting."


def inventory(real: Real, ready: Data, folder: str, swing: Data) -> dict[str, t.Any]:
    """The inventory of the simulated pair under the real host names. ``swing`` are the variables of the simulated swing."""
    pair = ready["pairs"][0]
    groups: dict[str, t.Any] = {}
    for letter, device in pair["devices"].items():
        groups[f"device_{letter}"] = {"hosts": {real.names[letter]: _host(real, pair, device, ready["ca_path"])}}
    kept = {f"sra_{name}": real.settings[name] for name in KEPT if real.settings.get(name) is not None}
    common = {
        "ansible_connection": "local",
        "sra_backup_dir": f"{folder}/backups",
        "sra_report_dir": f"{folder}/pages",
        "sra_certificate_passphrase": "Rehearsal-Passphrase-1",
        "sra_site_hostname": pair["hostname"],
        "sra_site_port": pair["port"],
    }
    return {"all": {"children": groups, "vars": {**kept, **common, **swing}}}


def _host(real: Real, pair: Data, device: Data, ca_path: str) -> dict[str, t.Any]:
    accounts = (
        "appliance_username",
        "appliance_password",
        "login_username",
        "login_password",
        "client_id",
        "client_secret",
    )
    return {
        "sra_host": device["address"],
        "sra_port": device["port"],
        "sra_pair": real.label,
        "sra_tls_server_name": pair["hostname"],
        "sra_ca_path": ca_path,
        **{f"sra_{account}": device[account] for account in accounts},
    }
