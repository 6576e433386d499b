# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where updates come from: the appliance's own list, or package files on the controller."""

from __future__ import annotations

import dataclasses
import typing as t

from .._offline.packages import PackageSet
from .._pages import manual_update as manual_page
from .._pages import updates as updates_page
from .._records import Package, Progress, Updates
from .._web.session import WebSession


class Offers(t.Protocol):
    """``from_server``: the appliance asks the update server for its list."""

    from_server: bool

    def listed(self, seen: Updates) -> Updates:
        """What can be installed, given what the page shows."""

    def send(self, web: WebSession, package: Package, accept_license: bool) -> Progress:
        """Begin to install a package; errors as of the page's own action."""

    def installed(self, package: Package) -> str | None:
        """The package is installed; returns a warning or None."""


class Automatic:
    """The appliance downloads what it lists."""

    from_server = True

    def listed(self, seen: Updates) -> Updates:
        return seen

    def send(self, web: WebSession, package: Package, accept_license: bool) -> Progress:
        return updates_page.install(web, package, accept_license)

    def installed(self, package: Package) -> str | None:
        return None


AUTOMATIC: t.Final = Automatic()


class Manual:
    """Package files that are uploaded; the update server is never asked, the appliance may not reach it."""

    from_server = False

    def __init__(self, packages: PackageSet, appliance: str | None = None) -> None:
        self._packages = packages
        self.appliance = appliance
        self._blocked: dict[str, str] = {}
        self._sent: Package | None = None
        self._done: set[str] = set()

    def listed(self, seen: Updates) -> Updates:
        # The page says of a package without a version of its own only that an update ended well.
        sent = self._sent
        if sent is not None and not sent.version and seen.progress is not None and seen.progress.state == "finished":
            self._done.add(sent.name)
        available = tuple(
            dataclasses.replace(package, installable=package.name not in self._blocked, reason=self._reason(package))
            for package in self._packages.packages(self.appliance)
            if package.name not in self._done
        )
        return Updates(available, True, seen.message, seen.progress)

    def _reason(self, package: Package) -> str | None:
        return self._blocked.get(package.name)

    def block(self, package: Package, words: str) -> None:
        """The appliance does not take it yet, in these words."""
        self._blocked[package.name] = words

    def send(self, web: WebSession, package: Package, accept_license: bool) -> Progress:
        self._sent = package
        return manual_page.upload(web, package, self._packages.path_of(package), accept_license)

    def installed(self, package: Package) -> str | None:
        # What waited for this one may be taken now.
        self._blocked.clear()
        return self._packages.mark_installed(package, self.appliance or "unknown appliance")
