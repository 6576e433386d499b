# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install the updates that an appliance offers, in the order of their dependencies, until the target is reached (AUTO-1 to 4)."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._errors import InputError, SraError, StateError
from .._module import Connect, Connection, Interrupted, Params
from .._plan.packages import LATEST, KindFilter, can_start, plan_packages
from .._records import Package, as_data
from .._version import Version, same_version, version_key
from .._wait import Deadline
from ._install import Situation, Watch, install, look_at

_PAGE: t.Final = "/appliance > Updates"


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is to be installed. ``version`` is None for the latest."""

    kind: KindFilter
    version: str | None
    accept_license: bool
    wait_timeout: float

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for options that contradict each other."""
        state, version = params["state"], params["version"]
        if params["method"] == "manual":
            raise InputError(
                "method manual is not available in this version of the collection",
                expected="method automatic",
                advice="Upload the package by hand at /appliance > Updates > Manual Installation, then run again: "
                "what is installed is seen and not installed again.",
            )
        if params["package"] is not None:
            raise InputError("package goes with method manual only; automatic installs what the appliance offers")
        if state == "present" and not version:
            raise InputError("state present needs a version")
        if state == "latest" and version:
            raise InputError("state latest takes no version; use state present to install a certain one")
        if version and Version.parse(version) is None:
            raise InputError(f"{version!r} is no version", expected="digits and dots, for instance 12.2.0")
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        return cls(params["kind"], version, params["accept_license"], float(params["wait_timeout"]))


@dataclasses.dataclass
class _Done:
    """What this run has installed so far."""

    before: dict[str, str | None]
    after: dict[str, str | None]
    installed: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    would_install: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)

    def result(self) -> dict[str, t.Any]:
        return {
            "changed": bool(self.installed or self.would_install),
            "installed": self.installed,
            "would_install": self.would_install,
            "before": self.before,
            "after": self.after,
            "diff": {"before": self.before, "after": self.after},
        }


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Install until nothing that was asked for is left. A failure carries what was installed before it."""
    wish = Wish.from_params(params)
    with connect(params) as connection:
        connection.require("An update", appliance=True)
        situation = look_at(connection)
        done = _Done(before=_versions(situation), after=_versions(situation))
        if check_mode:
            return _predict(connection, wish, situation, done).result()
        connection.confirm_identity()
        try:
            _update(connection, wish, situation, done)
        except SraError as error:
            raise Interrupted(error, {**done.result(), "evidence": _evidence(connection, error, done)}) from error
        return done.result()


def _update(connection: Connection, wish: Wish, situation: Situation, done: _Done) -> None:
    if not situation.idle:
        # An earlier run was stopped while the appliance installed: see it through, then go on.
        situation = Watch(
            connection,
            None,
            Deadline(wish.wait_timeout, connection.clock),
            has_site=situation.version is not None,
        ).until_installed()
        done.after = _versions(situation)
    tried: list[Package] = []
    while (package := next_package(connection, wish, situation)) is not None:
        if package in tried:
            raise StateError(
                f"{package.name} is offered again right after it was installed",
                appliance=connection.label,
                page=_PAGE,
                seen=situation.words(),
                advice="It was not installed a second time. Look at /appliance > Updates and ask the vendor's support.",
            )
        tried.append(package)
        deadline = Deadline(wish.wait_timeout, connection.clock)
        situation = install(
            connection,
            package,
            accept_license=wish.accept_license,
            deadline=deadline,
            has_site=situation.version is not None,
        )
        done.installed.append({**_describe(package), "seconds": round(deadline.elapsed, 1)})
        done.after = _versions(situation)


def _predict(connection: Connection, wish: Wish, situation: Situation, done: _Done) -> _Done:
    packages = wanted_packages(connection, wish, situation)
    if packages and not can_start(situation.updates.available):
        raise _blocked(connection, packages[0], situation)
    done.would_install = [_describe(package) for package in packages]
    after = dict(done.before)
    for package in packages:
        if package.kind in ("base", "product") and package.version:
            after["base_version" if package.kind == "base" else "version"] = package.version
    done.after = after
    return done


def next_package(connection: Connection, wish: Wish, situation: Situation) -> Package | None:
    """The next package to install, None where nothing is left. Raises StateError where what is left is blocked."""
    wanted = wanted_packages(connection, wish, situation)
    for package in wanted:
        if package.installable:
            return package
    if wanted:
        raise _blocked(connection, wanted[0], situation)
    return None


def _blocked(connection: Connection, blocked: Package, situation: Situation) -> StateError:
    others = [one.name for one in situation.updates.available if one.installable]
    return StateError(
        f"{blocked.name} cannot be installed",
        appliance=connection.label,
        page=_PAGE,
        expected="a button to install it",
        seen=blocked.reason or "no button and no reason on the page",
        candidates=others,
        advice=(
            "Install the other available packages first (kind all), or upload what is missing at Manual Installation."
            if others
            else "Nothing else is offered. Check the appliance's time and its way to the update server, then use the "
            "manual update."
        ),
    )


def wanted_packages(connection: Connection, wish: Wish, situation: Situation) -> list[Package]:
    """What is to be installed, in order. Raises StateError where the wish cannot be met by what is offered."""
    if wish.version is None:
        return _planned(situation, LATEST, wish.kind)
    if wish.kind == "base" and not _is_product_version(wish.version, situation):
        return _base_up_to(connection, wish.version, situation)
    if same_version(situation.version, wish.version):
        return []
    _refuse_impossible(connection, wish.version, situation.version, "product", situation)
    return _planned(situation, wish.version, wish.kind)


def _planned(situation: Situation, target: str, kind: KindFilter) -> list[Package]:
    return plan_packages(
        situation.updates.available,
        situation.version,
        target,
        installed_base=situation.basics.base_version,
        kind=kind,
    )


def _is_product_version(version: str, situation: Situation) -> bool:
    """Whether the appliance knows this as a product's version: then Base is wanted as far as that product needs it."""
    products = [package.version for package in situation.updates.available if package.kind == "product"]
    return any(same_version(one, version) for one in [*products, situation.version])


def _base_up_to(connection: Connection, version: str, situation: Situation) -> list[Package]:
    if same_version(situation.basics.base_version, version):
        return []
    _refuse_impossible(connection, version, situation.basics.base_version, "base", situation)
    target = Version(version)
    packages = [
        package
        for package in situation.updates.available
        if package.kind == "base" and (own := Version.parse(package.version)) is not None and own <= target
    ]
    return sorted(packages, key=lambda package: version_key(package.version))


def _refuse_impossible(
    connection: Connection, version: str, installed: str | None, kind: str, situation: Situation
) -> None:
    """Raise StateError where a newer version is installed or the one asked for is not offered."""
    offered = [package for package in situation.updates.available if package.kind == kind]
    have = Version.parse(installed)
    if have is not None and have > Version(version):
        raise StateError(
            f"The installed {kind} version is newer than the one asked for",
            appliance=connection.label,
            expected=version,
            seen=installed,
            advice="An appliance cannot be taken back to an older version. Correct the version.",
        )
    if not any(same_version(package.version, version) for package in offered):
        raise StateError(
            f"Version {version} ({kind}) is neither installed nor offered",
            appliance=connection.label,
            page=_PAGE,
            expected=version,
            seen=situation.words() + (f"; {situation.updates.message}" if situation.updates.message else ""),
            candidates=[package.name for package in offered],
            advice="Correct the version. If it should be offered: check the appliance's time at Status > Basics and its "
            "way to the update server, or use the manual update with the Appliance Download Key.",
        )


def _versions(situation: Situation) -> dict[str, str | None]:
    return {"version": situation.version, "base_version": situation.basics.base_version}


def _describe(package: Package) -> dict[str, t.Any]:
    return {"name": package.name, "kind": package.kind, "version": package.version}


def _evidence(connection: Connection, error: SraError, done: _Done) -> dict[str, t.Any]:
    """What the vendor's support will ask for; best effort, and it presses nothing."""
    health: t.Any = None
    if connection.has_api:
        try:
            health = as_data(connection.api.health())
        except SraError as unreadable:
            health = f"not readable: {unreadable.message}"
    return {
        "time": as_data(datetime.datetime.now(datetime.UTC)),
        "last_seen": error.seen or error.state,
        "installed_before_failure": done.installed,
        "versions": done.after,
        "health": health,
    }
