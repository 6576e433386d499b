# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person is told to do where the software cannot: exact captions, menu paths, names and addresses. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._web.captions import CAPTIONS
from .._web.pages import PAGES

_WORDS: t.Final = {"en": "English", "de": "German"}
_SUPPORT: t.Final = "If Base software seems stuck, do NOT restart the appliance: call the vendor's support."


@dataclasses.dataclass(frozen=True)
class Side:
    """One appliance as a person knows it. ``languages`` of its interfaces, None where not known."""

    letter: str
    name: str
    host: str
    port: int = 443
    languages: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"device {self.letter.upper()} ({self.name})"

    def url(self, interface: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}{'' if self.port == 443 else f':{self.port}'}/{interface}"

    def caption(self, interface: str, key: str) -> str:
        """The caption of a control in quotes, in the interface's language, in both where that is not known."""
        return caption(key, self.languages.get(interface))

    def way(self, page: str) -> str:
        """``/appliance > Status > Basics`` in the captions of the interface."""
        spec = PAGES[page]
        return way(page, self.languages.get(spec.interface))


@dataclasses.dataclass(frozen=True)
class Task:
    """One step for a person. ``here`` is the device that it is done on, ``peer`` the other one."""

    step: str
    here: Side
    peer: Side | None = None
    target_version: str | None = None
    packages: tuple[str, ...] = ()
    swing_method: str | None = None
    shared_ip: str | None = None
    site_hostname: str | None = None
    backup_file: str | None = None

    @property
    def name(self) -> str:
        return self.step.removesuffix("_a").removesuffix("_b")


def caption(key: str, language: str | None) -> str:
    """The usual caption of a control in quotes."""
    if language in _WORDS:
        return f'"{CAPTIONS[key][language][0]}"'
    english, german = CAPTIONS[key]["en"][0], CAPTIONS[key]["de"][0]
    return f'"{english}"' if english == german else f'"{english}" (German "{german}")'


def way(page: str, language: str | None) -> str:
    """The menu path to a page."""
    spec = PAGES[page]
    languages = [language] if language in _WORDS else ["en", "de"]
    ways = [" > ".join((f"/{spec.interface}", *(CAPTIONS[key][one][0] for key in spec.paths[0]))) for one in languages]
    return ways[0] if len(set(ways)) == 1 else f"{ways[0]} (German: {ways[1]})"


def instruction(task: Task) -> tuple[str, ...]:
    """The lines to do, in order, and what the run then waits for."""
    return _TASKS[task.name](task)


def _sign_in(side: Side, interface: str) -> str:
    return f"Sign in to {side.url(interface)} with your own account."


def _backup(task: Task) -> tuple[str, ...]:
    here = task.here
    return (
        _sign_in(here, "login"),
        f"Open {here.way('software_management')} and press {here.caption('login', 'download_backup')}.",
        f"Save the file, on the machine that runs this playbook, as {task.backup_file}",
        "The run goes on when that file is there, complete and not a web page.",
    )


def _sync(task: Task) -> tuple[str, ...]:
    here = task.here
    return (
        _sign_in(here, "login"),
        f"Open {here.way('failover')} and press {here.caption('login', 'sync_now')}.",
        "The run goes on when the appliance reports a data sync that is later than before.",
    )


def _separate(task: Task) -> tuple[str, ...]:
    here = task.here
    both = f"{here.label} and {task.peer.label}" if task.peer else here.label
    return (
        _sign_in(here, "login"),
        f"Open {here.way('failover')} and press {here.caption('login', 'break_relationship')}; confirm it.",
        f"The run goes on when {both} report the failover role none.",
    )


def _update(task: Task) -> tuple[str, ...]:
    here = task.here
    install = here.caption("appliance", "install_this_update")
    order = (
        f" in this order: {', '.join(task.packages)}" if task.packages else ": Base software first, then the product"
    )
    return (
        _sign_in(here, "appliance"),
        f"Open {here.way('updates')} and press {here.caption('appliance', 'check_for_updates')}.",
        f"Press {install}{order}. Accept the licence agreement. Wait each time until the appliance is back.",
        f"Between Base and product take another backup: {here.way('software_management')} on {here.url('login')}.",
        _SUPPORT,
        f"Touch no other device and change no failover role meanwhile. The run goes on when {here.label} runs "
        f"version {task.target_version}.",
    )


def _verify(task: Task) -> tuple[str, ...]:
    here = task.here
    return (
        f"On two machines let the hosts file map {task.site_hostname or 'the host name of the site'} to {here.host}.",
        f"Start the access console there, check that it is of version {task.target_version}, sign in and open a session "
        "to a remote computer. Take the entries out of the hosts files afterwards.",
        f"The run goes on when {here.label} serves version {task.target_version} and reports a user with an open session.",
    )


def _swing(task: Task) -> tuple[str, ...]:
    here, peer = task.here, task.peer
    source = peer.label if peer else "the present device"
    end = f"The run goes on when {task.site_hostname or 'the site'} is answered by {here.label}."
    if task.swing_method == "shared_ip" and peer is not None:
        enabled = here.caption("appliance", "enabled")
        return (
            f"Have both pages open before you begin: {peer.way('ip_configuration')} on {peer.url('appliance')}, and "
            f"{here.way('ip_configuration')} on {here.url('appliance')}.",
            f"On {peer.label}: at {task.shared_ip} untick {peer.caption('appliance', 'enabled')}, press "
            f"{peer.caption('appliance', 'save_changes')}.",
            f"Then at once on {here.label}: at {task.shared_ip} tick {enabled}, press "
            f"{here.caption('appliance', 'save_changes')}. Never have it enabled on both.",
            end,
        )
    what = {
        "dns": f"Change the DNS record of {task.site_hostname} so that it leads to {here.host}, and wait until it spread.",
        "nat": f"Point the NAT entry of {task.site_hostname or 'the site'} at {here.host}.",
    }.get(task.swing_method or "", f"Make {task.site_hostname or 'the site'} lead to {here.host}.")
    return (f"{what} It leads to {source} now.", end)


def _establish(task: Task) -> tuple[str, ...]:
    here, peer = task.here, task.peer
    if peer is None:
        raise ValueError("a relationship needs two devices")

    def fields(side: Side) -> str:
        host, port = here.caption("login", "peer_host"), here.caption("login", "tls_port")
        return f"{host} {side.host}, {port} {side.port}"

    return (
        _sign_in(here, "login"),
        f"Open {here.way('login_security')} on both devices: {here.caption('login', 'pre_shared_key')} must be the same.",
        f"Open {here.way('failover')} on {here.label}, which becomes the primary.",
        f"{here.caption('login', 'new_backup_connection')}: {fields(peer)}",
        f"{here.caption('login', 'reverse_connection')}: {fields(here)}",
        f"Never give the shared host name {task.site_hostname or 'of the site'} in either field. Press "
        f"{here.caption('login', 'establish_relationship')}.",
        f"The run goes on when {here.label} reports to be primary and {peer.label} backup.",
    )


def _final_sync(task: Task) -> tuple[str, ...]:
    here = task.here
    return (
        _sign_in(here, "login"),
        f"Open {here.way('failover')}. The first sync begins after about a minute; {here.caption('login', 'sync_now')} "
        "begins it at once.",
        "The run goes on when the appliance reports the time of a finished data sync.",
    )


_TASKS: t.Final[dict[str, t.Callable[[Task], tuple[str, ...]]]] = {
    "backup": _backup,
    "sync": _sync,
    "separate": _separate,
    "update": _update,
    "verify": _verify,
    "swing": _swing,
    "establish": _establish,
    "final_sync": _final_sync,
}


def in_short(name: str, language: str | None) -> str:
    """One line for a table: what a person does instead of the step of this name."""

    def said(key: str) -> str:
        return caption(key, language)

    failover = way("failover", language)
    lines = {
        "backup": f"{way('software_management', language)}: {said('download_backup')}",
        "sync": f"{failover}: {said('sync_now')}, wait until it is finished",
        "separate": f"{failover}: {said('break_relationship')}",
        "update": f"{way('updates', language)}: {said('check_for_updates')}, then {said('install_this_update')}, "
        "Base before the product",
        "verify": "start the access console against the device and open a session",
        "swing": f"{way('ip_configuration', language)}: untick {said('enabled')} at the shared IP on the one device, "
        f"{said('save_changes')}, then tick it on the other",
        "establish": f"{failover}: fill in both connections with the devices' own addresses, "
        f"{said('establish_relationship')}",
        "download_key": f"{way('updates', language)}: {said('appliance_download_key')}, save it as <host>.key in sra_package_dir",
        "export": f"{way('certificates', language)}: {said('export')} with the private key",
        "decommission": f"{way('basics', language)}: {said('reset_appliance')}, then {said('shut_down_appliance')}",
        "jump_client_limit": f"{way('jump_clients', language)}: set {said('max_concurrent_upgrades')}, "
        f"{said('save_changes')}",
        "final_sync": f"{failover}: {said('sync_now')}, or wait for the first sync",
    }
    return lines[name]
