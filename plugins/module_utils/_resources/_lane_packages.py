# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The downloaded packages of a lane's devices: what they offer to the planner, and whether they are fit (MAN-3, MAN-4)."""

from __future__ import annotations

import typing as t

from .._lane.readiness import Check
from .._offline import manifest
from .._offline.manifest import Entry
from .._offline.packages import PackageSet
from .._plan.packages import LATEST
from .._records import Progress, Updates, as_data
from .._version import same_version
from ._offers import Manual

Appliance = t.Mapping[str, t.Any]


class LanePackages:
    """Package folders by device letter; both devices may share one. Raises InputError for a folder that cannot be used."""

    def __init__(self, folders: t.Mapping[str, str | None] | None) -> None:
        self._sets = {letter: PackageSet.open(folder) for letter, folder in (folders or {}).items() if folder}
        self._damage: dict[tuple[str, str], str | None] = {}

    def __contains__(self, letter: str) -> bool:
        return letter in self._sets

    def offered(self, letter: str, appliance: dict[str, t.Any]) -> dict[str, t.Any]:
        """The appliance with the packages of its folder in place of the list that it cannot ask for."""
        seen = appliance.get("updates") or {}
        progress = Progress(**seen["progress"]) if seen.get("progress") else None
        offers = Manual(self._sets[letter], appliance.get("appliance_id"))
        updates = offers.listed(Updates(message=seen.get("message"), progress=progress))
        return {**appliance, "updates": as_data(updates)}

    def checks(self, letter: str, appliance: Appliance, name: str, method: str, target: str) -> t.Iterator[Check]:
        """What a person should know of the folder before the window."""
        packages = self._sets[letter]
        waiting = packages.waiting(
            appliance.get("appliance_id"), appliance.get("version"), appliance.get("base_version")
        )
        if method == "manual":
            yield from self._fit(packages, waiting, appliance, name, target)
        elif waiting:
            yield Check(
                "packages",
                f"Downloaded packages for {name} (MAN-4)",
                "warn",
                f"downloaded, but not installed: {_names(waiting)} ({packages.folder})",
                "The update server lists a package only once, so the appliance may not find it any more: install it with "
                "sra_update_method: manual.",
            )

    def _fit(
        self, packages: PackageSet, waiting: t.Sequence[Entry], appliance: Appliance, name: str, target: str
    ) -> t.Iterator[Check]:
        title = f"Packages for {name} (MAN-3)"
        wrong = [f"{entry.file}: {why}" for entry in waiting if (why := self._damaged(packages, entry)) is not None]
        reached = target != LATEST and same_version(appliance.get("version"), target)
        products = [entry for entry in packages.entries if entry.kind == "product"]
        if wrong:
            yield Check(
                "packages",
                title,
                "fail",
                "; ".join(wrong),
                "Copy the folder anew from where it was downloaded. A second download needs the vendor's support.",
            )
        elif target != LATEST and not reached and not any(same_version(one.version, target) for one in products):
            yield Check(
                "packages",
                title,
                "fail",
                f"version {target} is not among them: {packages.words()}",
                "Download it with bseries.sra.appliance_update_download, or correct sra_target_version.",
            )
        elif not packages.entries:
            yield Check("packages", title, "warn", f"{packages.folder} is empty", "Download packages into it.")
        elif not packages.has_manifest:
            yield Check(
                "packages",
                title,
                "warn",
                packages.words(),
                "Compare the files' SHA-256 by hand with those of the machine that downloaded them.",
            )
        else:
            yield Check("packages", title, "pass", packages.words())
        if waiting:
            yield Check(
                "packages",
                f"Downloaded packages for {name} (MAN-4)",
                "warn",
                f"downloaded, but not installed: {_names(waiting)}",
                "Install them in this window and keep the files: the update server lists a package only once.",
            )

    def _damaged(self, packages: PackageSet, entry: Entry) -> str | None:
        key = (str(packages.folder), entry.file)
        if key not in self._damage:
            self._damage[key] = manifest.damage(packages.folder, entry)
        return self._damage[key]


def _names(entries: t.Sequence[Entry]) -> str:
    return ", ".join(entry.name for entry in entries)
