# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only people can do after an upgrade, with the names filled in (CLIENT-4, CLIENT-7, ASYNC-8)."""

from __future__ import annotations

import typing as t

Data = t.Mapping[str, t.Any]
_NAMES: t.Final = 12


def follow_up(lane: Data, run: Data, state: Data, plan: Data, procedure: str) -> list[str]:
    """The to-do list; nothing of client software where no product was installed: Base updates need no client update (CLIENT-1)."""
    if not any(package.get("kind") == "product" for package in run.get("installed") or ()):
        return _limits(run)
    site = lane["settings"].get("site_hostname") or lane["a"]
    version = plan.get("target_version") or "the new version"
    serving = _serving(lane, run, state, procedure)
    return [
        f"Integration clients of {site} do not update themselves: install the version that belongs to {version} by hand on "
        f"each machine that runs one, and check that it still fetches data.",
        *_by_address(lane, run, procedure, serving),
        f"Installers of Jump Clients and access consoles made before {version} no longer work: make new ones at "
        f"https://{site}/login and replace them in software distribution, images and shared folders.",
        f"Access consoles installed by MSI on machines where users may not install: deploy the MSI of {version}. Keep the MSI "
        "of the old version until it is uninstalled everywhere.",
        *_clients(run),
        *_limits(run),
        *_window_2(lane, plan, site, version),
    ]


def _serving(lane: Data, run: Data, state: Data, procedure: str) -> str:
    site_id = ((state.get("site") or {}).get("appliance_id") or "").replace("-", "").lower()
    for letter in ("a", "b"):
        own = ((state.get(letter) or {}).get("appliance_id") or "").replace("-", "").lower()
        if site_id and own == site_id:
            return str(lane[letter])
    swung = procedure == "asynchronous" and any(step["id"] == "swing" for step in run.get("steps") or ())
    return str(lane["b"] if swung else lane["a"])


def _by_address(lane: Data, run: Data, procedure: str, serving: str) -> list[str]:
    if procedure != "asynchronous" or not any(step["id"] == "swing" for step in run.get("steps") or ()):
        return []
    return [
        f"Integration clients that are configured by an IP address ({lane['a']} until now): make sure that data can be "
        f"extracted from {serving}, which serves production (ASYNC-8)."
    ]


def _clients(run: Data) -> list[str]:
    clients = run.get("clients") or {}
    found = []
    if clients.get("missing"):
        found.append(
            f"Jump Clients that are not back yet: {_names(clients['missing'])}. Look at each machine, or wait."
        )
    if clients.get("passive"):
        found.append(
            f"Passive Jump Clients upgrade when their machine starts, when they are used, and at least once a day: "
            f"{_names(clients['passive'])}. Look again tomorrow at Jump > Jump Clients."
        )
    if clients.get("outcome", {}).get("outcome") == "skipped":
        found.append(
            f"Nobody counted the Jump Clients ({clients['outcome']['cause']}): look at Jump > Jump Clients until they are online."
        )
    return found


def _limits(run: Data) -> list[str]:
    return [
        f"The number of concurrent Jump Client upgrades on {device} is {number}, as for an upgrade, and nothing tells what it was "
        "before: a run whose notes are lost may have set it. If it is not what you want, set it at /login > Jump > Jump Clients."
        for device, number in (run.get("limit_left") or {}).items()
    ]


def _names(names: t.Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{', '.join(names[:_NAMES])}{more}"


def _window_2(lane: Data, plan: Data, site: str, version: t.Any) -> list[str]:
    if plan.get("ends_waiting_for") != "confirmation":
        return []
    return [
        f"Use {version} on {site}: start a console, check its build, open a session to a remote computer. Then confirm with "
        f"sra_confirmed=true, so that failover of {lane['label']} comes back."
    ]
