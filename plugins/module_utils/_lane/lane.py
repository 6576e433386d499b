# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lane of a pair: what the inventory says of it, checked before anything is contacted. Pure but for looking at local files."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import pathlib
import re
import tempfile
import typing as t

from .._dns.model import ALGORITHMS, absolute_name, address_type, parse_server
from .._errors import InputError
from .._guided.steps import expand
from .._plan.failures import check_name
from .._plan.model import parse_windows
from .._survey.files import guided_steps
from .hooks import hook_problems
from .lock import lock_path
from .record import dns_note_path, limit_note_path, plain_name, record_path

PROCEDURES = ("single", "synchronous", "asynchronous")
SWING_METHODS = ("shared_ip", "dns", "nat", "custom")
UPDATE_METHODS = ("automatic", "manual")

DEFAULTS: dict[str, t.Any] = {
    "target_version": "latest",
    "update_method": "automatic",
    "package_dir": None,
    "accept_license": False,
    "backup_dir": None,
    "backup_keep": None,
    "backup_keep_days": None,
    "backup_max_age": None,
    "backup_vault_key": False,
    "trial_restore": None,
    "swing_method": None,
    "shared_ip": None,
    "site_hostname": None,
    "site_port": None,
    "site_address": None,
    "swing_tasks": None,
    "swing_role_swap": False,
    "dns_server": None,
    "dns_port": 53,
    "dns_zone": None,
    "dns_record": None,
    "dns_ttl": 60,
    "dns_ttl_after": None,
    "dns_ttl_wait": 3600,
    "dns_key_name": None,
    "dns_key_algorithm": "hmac-sha256",
    "dns_nameservers": [],
    "dns_resolvers": [],
    "verify_tasks": None,
    "upload_tasks": None,
    "fetch_tasks": None,
    "confirmed": False,
    "swing_again": False,
    "accept_base_difference": False,
    "install_failure_solved": None,
    "clock_skew_max": 300,
    "estimates": {},
    "report_dir": None,
    "plan_file": None,
    "hooks": {},
    "production_probe": True,
    "probe_interval": 1.0,
    "guided": [],
    "guided_timeout": 14400,
    "windows": [],
    "soak_min": 0,
    "soak_max": None,
    "lock_wait": 0,
    "jump_client_limit": None,
    "jump_client_threshold": 90,
    "jump_client_timeout": 3600,
    "logout_users": False,
    "logout_announce": None,
    "accept_differences": False,
    "install_timeout": 14400,
    "sync_timeout": 28800,
    "relationship_timeout": 900,
    "verify_timeout": 1800,
    "swing_timeout": 300,
    "observe_timeout": 90,
    "reach_timeout": 30,
}
"""Effective settings of a lane by name without the prefix ``sra_``; timeouts in seconds. The roles' argument specs repeat these."""

ACCOUNTS = (
    "appliance_username",
    "appliance_password",
    "login_username",
    "login_password",
    "client_id",
    "client_secret",
)
BY_VERDICT = "verdict"
SHIPPED_TASKS = {
    "bseries.sra.swing_nftables": pathlib.Path(__file__).parents[3] / "playbooks" / "tasks" / "swing_nftables.yml"
}
"""Tasks files of the collection that ``sra_swing_tasks`` may name."""
_WHOLE_NUMBERS = (
    *("clock_skew_max", "lock_wait", "soak_min", "soak_max", "backup_keep", "backup_keep_days", "backup_max_age"),
    *("dns_port", "dns_ttl", "dns_ttl_after", "dns_ttl_wait", "jump_client_limit", "jump_client_threshold"),
)
_FLAGS = (
    *("accept_license", "confirmed", "swing_again", "accept_base_difference", "accept_differences", "logout_users"),
    *("swing_role_swap", "backup_vault_key", "production_probe"),
)
_PATHS = (
    *("package_dir", "backup_dir", "report_dir", "plan_file"),
    *("swing_tasks", "verify_tasks", "logout_announce", "upload_tasks", "fetch_tasks"),
)
_JUDGED_LATER = ("windows", "site_port", "estimates", "hooks", "probe_interval", "trial_restore")
_LISTS = ("dns_nameservers", "dns_resolvers", "guided")
_TRUE = {"true", "yes", "on", "1", "y", "t"}
_FALSE = {"false", "no", "off", "0", "n", "f", ""}


@dataclasses.dataclass(frozen=True)
class Lane:
    """One pair, or one appliance. ``a`` and ``b`` are inventory names; ``problems`` are sentences for people.

    ``dns_addresses`` are the addresses that the site's record has for each device (``a``, ``b``), where DNS is the method.
    ``packages`` are the folders with downloaded packages by device letter.
    """

    a: str
    b: str | None
    label: str
    settings: dict[str, t.Any]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    dns_addresses: dict[str, str] = dataclasses.field(default_factory=dict)
    packages: dict[str, str] = dataclasses.field(default_factory=dict)


def _boolean(value: t.Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"{value!r} is neither true nor false")


def _address(host: t.Mapping[str, t.Any], name: str) -> str:
    return str(host.get("sra_host") or name).strip()


def _port(host: t.Mapping[str, t.Any]) -> int:
    port = int(str(host.get("sra_port") or 443))
    if not 0 < port < 65536:
        raise ValueError(f"{port} is no TCP port")
    return port


def _host_problems(name: str, host: t.Mapping[str, t.Any], site: str | None, shared_ip: str | None) -> t.Iterator[str]:
    address = _address(host, name)
    try:
        _port(host)
    except ValueError as error:
        yield f"{name}: sra_port: {error}. Give the TCP port of the appliance's web interface, usually 443."
    if not address or re.search(r"[\s/@]", address):
        yield f"{name}: sra_host is {address!r}, which is no host name or IP address. Give the device's own address, without https:// or a path."
    if site and address.lower() == site.lower():
        yield (
            f"{name}: sra_host is the shared host name of the site ({site}). That name moves between the devices, so it must not "
            "address one of them: give the device's own unique address in sra_host."
        )
    if shared_ip and address == shared_ip:
        yield f"{name}: sra_host is the shared IP address ({shared_ip}). Give the device's own unique address in sra_host."
    for account in ACCOUNTS:
        if not host.get(f"sra_{account}"):
            yield f"{name}: sra_{account} is not set. Keep it in a vaulted group_vars file or give it by the job's credential."
    try:
        _boolean(host.get("sra_validate_certs", True))
    except ValueError as error:
        yield f"{name}: sra_validate_certs: {error}."
    ca_path = host.get("sra_ca_path")
    if ca_path and (_path_problem(ca_path) or not pathlib.Path(str(ca_path)).expanduser().exists()):
        yield f"{name}: sra_ca_path names {ca_path}, which does not exist on the controller. Give the PEM file of the CA that signed the site's certificate."


def _peers(a: str, hostvars: t.Mapping[str, t.Any], groups: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    pair = hostvars[a].get("sra_pair")
    return [name for name in groups.get("device_b", ()) if name != a and hostvars[name].get("sra_pair") == pair]


def _twins(a: str, hostvars: t.Mapping[str, t.Any], groups: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    pair = hostvars[a].get("sra_pair")
    return [name for name in groups.get("device_a", ()) if name != a and hostvars[name].get("sra_pair") == pair]


def _whole_number(value: t.Any, least: int = 0) -> int:
    number = int(str(value))
    if isinstance(value, bool) or number < least:
        raise ValueError(f"{value!r} is no whole number of at least {least}")
    return number


def _plain(value: t.Any) -> t.Any:
    """Lists and dictionaries of the inventory as ordinary ones: Ansible's own cannot be copied."""
    if isinstance(value, t.Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


def _is_text(name: str) -> bool:
    numeric = name in _WHOLE_NUMBERS or name.endswith("_timeout")
    return not (numeric or name in _FLAGS or name in _LISTS or name in _JUDGED_LATER)


def _shape_problem(name: str, value: t.Any) -> str | None:
    """What is wrong with the kind of a setting's value, whatever it means. Flags, numbers and windows are judged when they are read."""
    if name == "estimates":
        return None if isinstance(value, dict) else f"is {value!r}. Give a dictionary."
    if name in _LISTS:
        texts = value if isinstance(value, list) else [value]
        return None if all(isinstance(one, str) for one in texts) else f"is {value!r}. Give a list of names."
    if _is_text(name) and (isinstance(value, bool) or not isinstance(value, (str, int, float)) or "\0" in str(value)):
        return f"is {value!r}. Give a text."
    return _path_problem(value) if name in _PATHS else None


def _path_problem(value: t.Any) -> str | None:
    try:
        pathlib.Path(str(value)).expanduser().exists()
    except RuntimeError:
        return f"is {value!r}: the home folder that it begins with is not known. Give an absolute path."
    except OSError as error:
        return f"is {str(value)[:200]!r}, which cannot be looked at: {error.strerror or error}."
    return None


def _settings(variables: t.Mapping[str, t.Any], problems: list[str]) -> dict[str, t.Any]:
    settings = dict(DEFAULTS)
    for name in DEFAULTS:
        value = variables.get(f"sra_{name}")
        if value is not None and value != "":
            settings[name] = _plain(value)
            problem = _shape_problem(name, settings[name])
            if problem:
                problems.append(f"sra_{name} {problem}")
                settings[name] = DEFAULTS[name]
            elif _is_text(name):
                settings[name] = str(settings[name])
    for name in _FLAGS:
        try:
            settings[name] = _boolean(settings[name])
        except ValueError as error:
            problems.append(f"sra_{name}: {error}. Give true or false.")
            settings[name] = False
    for name, value in DEFAULTS.items():
        numeric = name.endswith("_timeout") or name in _WHOLE_NUMBERS
        if numeric and settings[name] is not None:
            try:
                settings[name] = _whole_number(
                    settings[name], 1 if name.endswith(("_timeout", "_keep", "_keep_days", "_limit")) else 0
                )
            except ValueError as error:
                problems.append(f"sra_{name}: {error}.")
                settings[name] = value
    return settings


def _policy_problems(procedure: str, settings: dict[str, t.Any], upgrading: bool) -> t.Iterator[str]:
    version = str(settings["target_version"]).strip()
    settings["target_version"] = version
    if version != "latest" and not re.fullmatch(r"\d+(\.\d+)+", version):
        yield f"sra_target_version is {version!r}. Give 'latest' or a product version such as '24.3.4' (in quotes)."
    if settings["update_method"] not in UPDATE_METHODS:
        yield f"sra_update_method is {settings['update_method']!r}. Known: {', '.join(UPDATE_METHODS)}."
    method = settings["swing_method"]
    if procedure == "asynchronous" and not method:
        yield f"sra_swing_method is not set: an asynchronous upgrade must know how production moves to device B. Known: {', '.join(SWING_METHODS)}."
    elif method and method not in SWING_METHODS:
        yield f"sra_swing_method is {method!r}. Known: {', '.join(SWING_METHODS)}."
    if method == "shared_ip" and procedure == "asynchronous" and not settings["shared_ip"]:
        yield "sra_shared_ip is not set, but sra_swing_method is shared_ip. Give the shared IP address of the pair."
    for name in ("shared_ip", "site_address"):
        if settings[name] is not None:
            try:
                settings[name] = str(ipaddress.ip_address(str(settings[name]).strip()))
            except ValueError:
                yield f"sra_{name} is {settings[name]!r}, which is no IP address."
    if method in ("nat", "custom") and procedure == "asynchronous":
        tasks = settings["swing_tasks"] = SHIPPED_TASKS.get(str(settings["swing_tasks"]), settings["swing_tasks"])
        settings["swing_tasks"] = str(tasks) if tasks else None
        if not tasks:
            yield f"sra_swing_tasks is not set, but sra_swing_method is {method}. Name the tasks file that points production at a device."
        elif not pathlib.Path(str(tasks)).is_file():
            yield f"sra_swing_tasks names {tasks}, which is no file on the controller. Give an absolute path."
    for name in ("verify_tasks", "logout_announce", "upload_tasks", "fetch_tasks"):
        if settings[name] and not pathlib.Path(str(settings[name])).is_file():
            yield f"sra_{name} names {settings[name]}, which is no file on the controller. Give an absolute path."
    if settings["logout_announce"] and not settings["logout_users"]:
        yield "sra_logout_announce is given, but sra_logout_users is not true: nobody would be logged out after it."
    if settings["jump_client_limit"] is not None and settings["jump_client_limit"] > 500:
        yield f"sra_jump_client_limit is {settings['jump_client_limit']}. The appliance takes 1 to 500."
    if settings["jump_client_threshold"] > 100:
        yield f"sra_jump_client_threshold is {settings['jump_client_threshold']}. Give a percentage, 0 to 100."
    yield from _window_problems(settings)
    yield from hook_problems(settings)
    yield from _report_problems(settings)
    if upgrading and not settings["accept_license"]:
        yield (
            "sra_accept_license is not true. Installing product software means accepting the vendor's licence agreement; read it, then set "
            "sra_accept_license: true."
        )
    if procedure == "asynchronous" and not settings["site_hostname"]:
        yield "sra_site_hostname is not set. Without the site's host name nobody can tell which device serves production."
    port = settings["site_port"]
    if port is not None:
        try:
            settings["site_port"] = _port({"sra_port": port})
        except ValueError as error:
            yield f"sra_site_port: {error}."


def _dns(
    settings: dict[str, t.Any],
    secret: t.Any,
    hosts: t.Mapping[str, tuple[str, t.Mapping[str, t.Any]]],
    addresses: dict[str, str],
) -> t.Iterator[str]:
    """What the method dns needs; fills ``addresses`` from each device's sra_dns_address, or sra_host where that is an address."""
    settings["dns_record"] = settings["dns_record"] or settings["site_hostname"]
    for name in ("dns_server", "dns_zone", "dns_record"):
        if not settings[name]:
            yield f"sra_{name} is not set, but sra_swing_method is dns."
    if bool(settings["dns_key_name"]) != bool(secret):
        yield "sra_dns_key_name and sra_dns_key_secret belong together: give both, or none where the name server takes unsigned updates."
    if str(settings["dns_key_algorithm"]).lower() not in ALGORITHMS:
        yield f"sra_dns_key_algorithm is {settings['dns_key_algorithm']!r}. Known: {', '.join(ALGORITHMS)}."
    checks: list[t.Callable[[], object]] = []
    if settings["dns_server"]:
        checks.append(lambda: parse_server(settings["dns_server"], settings["dns_port"]))
    if settings["dns_zone"] and settings["dns_record"]:
        checks.append(lambda: absolute_name(settings["dns_record"], settings["dns_zone"]))
    for name in ("dns_nameservers", "dns_resolvers"):
        given = settings[name]
        settings[name] = [part.strip() for part in given.split(",")] if isinstance(given, str) else list(given)
        checks.extend(functools.partial(parse_server, text) for text in settings[name])
    for check in checks:
        try:
            check()
        except InputError as error:
            yield f"sra_dns_*: {error.message}. {error.advice or ''}".rstrip()
    kinds = set()
    for letter, (host, variables) in hosts.items():
        given = str(variables.get("sra_dns_address") or _address(variables, host)).strip()
        try:
            kinds.add(address_type(given))
        except InputError:
            yield f"{host}: sra_dns_address is not set, and sra_host ({given}) is no IP address. Give the address of the site's record for this device."
        else:
            addresses[letter] = str(ipaddress.ip_address(given))
    if len(kinds) > 1:
        yield "sra_dns_address is an IPv4 address for one device and an IPv6 address for the other. The site's record is of one type."
    if len(addresses) == 2 and len(set(addresses.values())) == 1:
        yield f"sra_dns_address is {addresses['a']} for both devices. The record moves from one address to another."


def _guided(settings: dict[str, t.Any], procedure: str, appliances: t.Sequence[tuple[str, int]]) -> t.Iterator[str]:
    """Turn the names of the steps for a person into ids of the plan's steps; ``verdict`` means those of the newest report."""
    given = settings["guided"]
    names = [str(name).strip() for name in (given.split(",") if isinstance(given, str) else given)]
    settings["guided"] = []
    try:
        steps = expand([name for name in names if name and name != BY_VERDICT])
        if BY_VERDICT in names:
            folder = pathlib.Path(settings["report_dir"])
            steps += guided_steps(folder, appliances, procedure, settings["swing_method"])
    except InputError as error:
        yield "sra_guided: " + ". ".join(
            part for part in (error.message, f"Known: {error.expected}" if error.expected else "", error.advice) if part
        )
        return
    settings["guided"] = list(dict.fromkeys(steps))


def _solved(
    settings: dict[str, t.Any], devices: t.Mapping[str, str | None], groups: t.Sequence[str]
) -> t.Iterator[str]:
    """Turn ``<inventory name>: <version or words>`` into the failure by device letter; one of another lane is not ours."""
    given, settings["install_failure_solved"] = settings["install_failure_solved"], {}
    if not given:
        return
    name, colon, named = (part.strip() for part in str(given).partition(":"))
    if not colon or name not in (*groups, *filter(None, devices.values())):
        yield (
            f"sra_install_failure_solved is {given!r}. Give the inventory name of the device, a colon, and the version or the exact "
            "words of the failed install that the vendor's support has solved, for instance 'pra-b: 3.3.2'."
        )
        return
    try:
        words = check_name(named)
    except InputError as error:
        yield f"sra_install_failure_solved: {error.message}, {error.expected} (seen: {error.seen})."
        return
    settings["install_failure_solved"] = {letter: words for letter, device in devices.items() if device == name}


def _trial(
    settings: t.Mapping[str, t.Any], hostvars: t.Mapping[str, t.Any], devices: t.Sequence[str | None]
) -> t.Iterator[str]:
    """The spare appliance for a trial restore, which overwrites it."""
    spare = settings["trial_restore"]
    if not spare:
        return
    if spare in devices:
        yield f"sra_trial_restore names {spare}, a device of this pair. A restore overwrites the appliance: name a spare one."
    elif not isinstance(spare, str) or spare not in hostvars:
        yield f"sra_trial_restore is {spare!r}, which is no host of the inventory. Name a spare appliance, whose settings may be overwritten."
    elif not hostvars[spare].get("sra_appliance_id"):
        yield f"{spare}: sra_appliance_id is not set. A trial restore overwrites an appliance: give the id that Status > Basics shows there."
    elif any(_same_place(spare, device, hostvars) for device in devices if device):
        yield f"sra_trial_restore names {spare}, which has the address of a device of this pair."


def _report_problems(settings: dict[str, t.Any]) -> t.Iterator[str]:
    try:
        settings["probe_interval"] = float(settings["probe_interval"])
    except (TypeError, ValueError):
        settings["probe_interval"] = 0.0
    if not 0.05 <= settings["probe_interval"] <= 60:
        yield "sra_probe_interval is no number of seconds from 0.05 to 60."
    if settings["plan_file"]:
        path = pathlib.Path(str(settings["plan_file"])).expanduser().absolute()
        settings["plan_file"] = str(path)
        if path.is_dir():
            yield f"sra_plan_file names {path}, which is a folder. Name a file."
        elif not path.parent.is_dir():
            yield f"sra_plan_file names {path}, but there is no folder {path.parent} on the controller. Make it, or name another file."


def _window_problems(settings: dict[str, t.Any]) -> t.Iterator[str]:
    windows = settings["windows"]
    if not isinstance(windows, list) or not all(isinstance(window, t.Mapping) for window in windows):
        yield "sra_windows is no list of windows. Give a list, each with start and end in RFC 3339."
        return
    try:
        parse_windows(windows)
    except InputError as error:
        seen = f" (seen: {error.seen})" if error.seen else ""
        yield f"sra_windows: {error.message}{seen} Give start and end such as 2026-03-07T22:00:00+01:00."
    if settings["soak_max"] is not None and settings["soak_min"] > settings["soak_max"]:
        yield f"sra_soak_min ({settings['soak_min']} s) is longer than sra_soak_max ({settings['soak_max']} s)."


def _backup_dir(settings: dict[str, t.Any]) -> str | None:
    """Refuse a folder that cannot take backups."""
    folder = pathlib.Path(str(settings["backup_dir"] or pathlib.Path.cwd() / "sra-backups")).expanduser().absolute()
    settings["backup_dir"] = str(folder)
    return _folder_problem("backup_dir", folder)


def _report_dir(settings: dict[str, t.Any]) -> str | None:
    """Refuse a folder that cannot take reports."""
    return _folder_problem("report_dir", pathlib.Path(settings["report_dir"]))


def _folder_problem(name: str, folder: pathlib.Path) -> str | None:
    """What is wrong with a folder for files that outlive the run; create nothing here (check mode uses this too)."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        return f"sra_{name} is {folder}, but {existing} is not a folder."
    if not _can_hold_files(existing):
        return f"sra_{name} is {folder}, but {existing} is not writable for the user that runs this. Give a folder that outlives the run."
    return None


def _packages(settings: dict[str, t.Any], names: t.Mapping[str, str | None]) -> dict[str, str]:
    """The folder of each device: the one of its inventory name inside ``sra_package_dir``, else that itself."""
    if not settings["package_dir"]:
        return {}
    folder = pathlib.Path(str(settings["package_dir"])).expanduser().absolute()
    settings["package_dir"] = str(folder)
    if not folder.is_dir():
        return {}
    own = {letter: folder / name for letter, name in names.items() if name}
    return {letter: str(path if path.is_dir() else folder) for letter, path in own.items()}


def _packages_problem(settings: t.Mapping[str, t.Any], packages: t.Mapping[str, str]) -> str | None:
    if settings["update_method"] != "manual" or packages:
        return None
    if not settings["package_dir"]:
        return (
            "sra_package_dir is not set, but sra_update_method is manual. Name the folder with the packages that were downloaded on a "
            "connected host."
        )
    return f"sra_package_dir names {settings['package_dir']}, which is no folder on the controller. Copy the downloaded packages there."


def _can_hold_files(folder: pathlib.Path) -> bool:
    """Tried with a file that never gets a name: permission bits say nothing to root, and nothing of read-only mounts."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def describe_lane(
    name: str,
    variables: t.Mapping[str, t.Any],
    hostvars: t.Mapping[str, t.Any],
    groups: t.Mapping[str, t.Sequence[str]],
    procedure: str,
    *,
    upgrading: bool = True,
) -> Lane:
    """The lane of inventory host ``name``: its peer, its effective settings and everything that is wrong with them.

    ``variables`` are the ``sra_`` variables as the play sees them, ``hostvars`` and ``groups`` Ansible's own. With ``upgrading``
    the settings that only an upgrade needs (licence acceptance, backup folder) are demanded too.
    """
    problems: list[str] = []
    warnings: list[str] = []
    if procedure not in PROCEDURES:
        problems.append(f"sra_procedure is {procedure!r}. Known: {', '.join(PROCEDURES)}.")
    settings = _settings(variables, problems)
    site, shared_ip = settings["site_hostname"], settings["shared_ip"]
    problems.extend(_policy_problems(procedure, settings, upgrading))
    folder = settings["report_dir"] or pathlib.Path.cwd() / "sra-reports"
    settings["report_dir"] = str(pathlib.Path(str(folder)).expanduser().absolute())
    report_problem = _report_dir(settings)
    if upgrading and report_problem:
        problems.append(report_problem)
    backup_problem = _backup_dir(settings)
    if upgrading and backup_problem:
        problems.append(backup_problem)
    shared_ip = settings["shared_ip"]
    problems.extend(_host_problems(name, hostvars[name], site, shared_ip))
    pair = hostvars[name].get("sra_pair")
    b: str | None = None
    if procedure != "single":
        peers, twins = _peers(name, hostvars, groups), _twins(name, hostvars, groups)
        where = f"sra_pair={pair!r}" if pair is not None else "no sra_pair"
        if twins:
            problems.append(
                f"Two hosts of group device_a have {where}: {name} and {', '.join(twins)}. Give each pair its own sra_pair."
            )
        if not peers:
            others = (
                ", ".join(
                    f"{peer} (sra_pair={hostvars[peer].get('sra_pair')!r})" for peer in groups.get("device_b", ())
                )
                or "nobody"
            )
            problems.append(
                f"{name} ({where}) has no peer: group device_b holds {others}. Give device A and device B of a pair the same sra_pair. "
                "Where an automation platform slices the job, the pair is torn: let the inventory hold device A only, with device B in its sra_peer."
            )
        elif len(peers) > 1:
            problems.append(
                f"{name} ({where}) has {len(peers)} peers in group device_b: {', '.join(peers)}. A pair is exactly two devices."
            )
        else:
            b = peers[0]
            problems.extend(_host_problems(b, hostvars[b], site, shared_ip))
            if _same_place(name, b, hostvars):
                problems.append(
                    f"{name} and {b} have the same address ({_address(hostvars[name], name)}). Give each device its own unique address in sra_host."
                )
    dns_addresses: dict[str, str] = {}
    if settings["swing_method"] == "dns" and procedure == "asynchronous" and b:
        hosts = {"a": (name, hostvars[name]), "b": (b, hostvars[b])}
        problems.extend(_dns(settings, variables.get("sra_dns_key_secret"), hosts, dns_addresses))
    problems.extend(_guided(settings, procedure, _appliances(hostvars, name, b)))
    problems.extend(_trial(settings, hostvars, (name, b)))
    everybody = [host for hosts in groups.values() for host in hosts]
    problems.extend(_solved(settings, {"a": name, "b": b}, everybody))
    if name in groups.get("device_b", ()) and name in groups.get("device_a", ()):
        problems.append(
            f"{name} is in both device_a and device_b. Device A is the present primary, device B its backup."
        )
    packages = _packages(settings, {"a": name, "b": b})
    packages_problem = _packages_problem(settings, packages)
    if upgrading and packages_problem:
        problems.append(packages_problem)
    if settings["site_port"] is None:
        try:
            settings["site_port"] = _port(hostvars[name])
        except ValueError:
            settings["site_port"] = 443
    if settings["site_hostname"] is None:
        settings["site_hostname"] = hostvars[name].get("sra_tls_server_name")
    if settings["site_address"] is None and settings["swing_method"] in (None, "shared_ip") and settings["shared_ip"]:
        settings["site_address"] = settings["shared_ip"]
    if upgrading and not variables.get("sra_certificate_passphrase"):
        warnings.append(
            "sra_certificate_passphrase is not set, so no copy of the certificates and their private keys is kept (PREP-2). "
            "Set it in a vault, or export them by hand at /appliance > Security > Certificates."
        )
    for host in (name, b):
        if (
            host
            and "sra_validate_certs" in hostvars[host]
            and str(hostvars[host]["sra_validate_certs"]).lower() in _FALSE
        ):
            warnings.append(
                f"{host}: sra_validate_certs is off; whoever answers at {_address(hostvars[host], host)} gets the passwords."
            )
    label = str(pair) if pair is not None else name
    settings["reports"] = str(pathlib.Path(settings["report_dir"]) / plain_name(label))
    settings["record"] = str(record_path(settings["backup_dir"], label))
    settings["dns_note"] = str(dns_note_path(settings["backup_dir"], label))
    settings["limit_notes"] = {
        host: str(limit_note_path(settings["backup_dir"], label, host)) for host in (name, b) if host
    }
    appliances = _appliances(hostvars, name, b)
    settings["locks"] = [str(lock_path(settings["backup_dir"], *appliance)) for appliance in appliances]
    settings["in_names"] = [plain_name(f"{address}:{port}") for address, port in appliances]
    return Lane(
        a=name,
        b=b,
        label=label,
        settings=settings,
        problems=tuple(problems),
        warnings=tuple(warnings),
        dns_addresses=dns_addresses,
        packages=packages,
    )


def _appliances(hostvars: t.Mapping[str, t.Any], *names: str | None) -> list[tuple[str, int]]:
    """Address and port of the hosts; what is no port was named as a problem already."""
    found = []
    for name in filter(None, names):
        try:
            found.append((_address(hostvars[name], name), _port(hostvars[name])))
        except ValueError:
            continue
    return found


def _same_place(one: str, other: str, hostvars: t.Mapping[str, t.Any]) -> bool:
    try:
        ports_equal = _port(hostvars[one]) == _port(hostvars[other])
    except ValueError:
        ports_equal = True
    return ports_equal and _address(hostvars[one], one).lower() == _address(hostvars[other], other).lower()
