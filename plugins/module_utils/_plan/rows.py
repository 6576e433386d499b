# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of a plan's table for people, whatever shows them: screen, HTML, report. From the plan as plain data."""

from __future__ import annotations

import dataclasses
import typing as t

from .estimates import words

Data = t.Mapping[str, t.Any]
GATES: t.Final[dict[str, str]] = {
    "confirmation": "a person confirms the new version in production (sra_confirmed=true)",
    "window": "a maintenance window of sra_windows that is long enough",
    "soak": "the new version has served for sra_soak_min",
    "license": "the vendor's licence agreement is accepted (sra_accept_license=true)",
}
PRODUCTION: t.Final[dict[str, str]] = {"served": "served", "away": "AWAY", "switching": "switching"}
_DEVICES: t.Final[dict[str, str]] = {"a": "A", "b": "B", "both": "A+B", "site": "site"}


@dataclasses.dataclass(frozen=True)
class Row:
    """One remaining step. ``packages`` are in order, each with what it changes; ``changes`` holds everything else."""

    number: int
    id: str
    window: int
    guide: tuple[str, ...]
    device: str
    about: str
    production: str
    title: str
    packages: tuple[str, ...]
    changes: tuple[str, ...]
    way_back: str
    point_of_no_return: bool
    gate: str | None


def rows(plan: Data) -> tuple[Row, ...]:
    """The remaining steps of a plan in order. Addresses stand in the list of devices, not in each row."""
    return tuple(_row(number, step, plan) for number, step in enumerate(plan["steps"], start=1))


def _row(number: int, step: Data, plan: Data) -> Row:
    title = str(step["title"])
    packages = _packages(step, plan)
    return Row(
        number=number,
        id=str(step["id"]),
        window=int(step["window"]),
        guide=tuple(step["guide"]),
        device=_DEVICES.get(step["device"], str(step["device"])),
        about=words(step["estimate_seconds"]) if step["estimate_seconds"] else "",
        production=PRODUCTION[step["production"]],
        title=short(title.partition(": ")[0] if packages else title, plan),
        packages=packages,
        changes=() if packages else tuple(_change(change, plan) for change in step["changes"]),
        way_back=short(str(step["way_back"]), plan),
        point_of_no_return=bool(step["point_of_no_return"]),
        gate=step["gate"],
    )


def short(text: str, plan: Data) -> str:
    """The text without the address behind each device's name."""
    for device in plan["devices"].values():
        text = text.replace(f" ({device['host']})", "")
    return text


def _change(change: Data, plan: Data) -> str:
    before = f"{change['from']} -> " if change["from"] else ""
    return short(f"{change['what']}: {before}{change['to'] or 'unknown'}", plan)


def _packages(step: Data, plan: Data) -> tuple[str, ...]:
    device = plan["devices"].get(step["device"]) or {}
    now = {"base": device.get("base_version"), "product": device.get("version")}
    names = {"base": "Base", "product": "product"}
    found = []
    for package in step["packages"]:
        kind, version = package["kind"], package["version"]
        if kind in names and version:
            found.append(f"{package['name']}: {names[kind]} {now[kind] or 'unknown'} -> {version}")
            now[kind] = version
        else:
            found.append(str(package["name"]))
    return tuple(found)


def predictions(plan: Data) -> tuple[tuple[str, str, str, str], ...]:
    """Of each procedure: its name, production away, work in all, without failover at least; empty where nothing is left."""
    if plan["done"] or not any(values["total_seconds"] for values in plan["predictions"].values()):
        return ()
    return tuple(
        (
            name,
            words(values["production_away_seconds"]),
            words(values["total_seconds"]),
            words(values["without_failover_seconds"]) if "without_failover_seconds" in values else "-",
        )
        for name, values in plan["predictions"].items()
    )
