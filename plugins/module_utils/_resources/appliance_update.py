# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install the updates that an appliance offers, in the order of their dependencies, until the target is reached (AUTO-1 to 4)."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InputError, RefusedByAppliance, SraError, StateError
from .._module import Connect, Connection, Interrupted, Params
from .._offline.packages import PackageSet
from .._pages.updates import says_blocked
from .._plan.failures import check_name, is_solved, of_base
from .._plan.packages import LATEST, KindFilter, can_start, plan_packages
from .._records import Package
from .._version import Version, same_version, version_key
from .._wait import Deadline
from ._evidence import collect
from ._install import NeverBegan, Situation, Watch, install, look_at
from ._offers import AUTOMATIC, Manual, Offers

_KINDS: t.Final = {"all": ("base", "product", "other"), "base": ("base",), "product": ("product", "other")}
_PAGE: t.Final = "/appliance > Updates"
# Seconds that are worth a word after a failure.
_SUSPICIOUS_SKEW: t.Final = 60.0


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is to be installed. ``version`` is None for the latest, ``package`` where the appliance downloads itself."""

    kind: KindFilter
    version: str | None
    accept_license: bool
    wait_timeout: float
    package: str | None = None
    failure_solved: str | None = None

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for options that contradict each other."""
        state, version = params["state"], params["version"]
        if params["method"] == "manual" and not params["package"]:
            raise InputError(
                "method manual needs package: the folder with the downloaded packages, or one file",
                advice="Download them with appliance_update_download on a connected host.",
            )
        if params["method"] == "automatic" and params["package"]:
            raise InputError("package goes with method manual only; automatic installs what the appliance offers")
        if state == "present" and not version:
            raise InputError("state present needs a version")
        if state == "latest" and version:
            raise InputError("state latest takes no version; use state present to install a certain one")
        if version and Version.parse(version) is None:
            raise InputError(f"{version!r} is no version", expected="digits and dots, for instance 12.2.0")
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        solved = params.get("failure_solved")
        return cls(
            params["kind"],
            version,
            params["accept_license"],
            float(params["wait_timeout"]),
            params["package"] or None,
            check_name(solved) if solved else None,
        )


@dataclasses.dataclass
class _Done:
    """What this run has installed so far."""

    before: dict[str, str | None]
    after: dict[str, str | None]
    kind: KindFilter = "all"
    installed: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    would_install: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    trying_base: bool = False

    def base_trouble(self, error: SraError) -> bool:
        """Whether a Base update was begun and did not come to its end: only the vendor's support may go on (PREP-6)."""
        return self.trying_base and error.kind in ("install", "timeout") and not isinstance(error, NeverBegan)

    def result(self) -> dict[str, t.Any]:
        return {
            "changed": bool(self.installed or self.would_install),
            "installed": self.installed,
            "would_install": self.would_install,
            "before": self.before,
            "after": self.after,
            "diff": {"before": self._own(self.before), "after": self._own(self.after)},
            "warnings": self.warnings,
        }

    def _own(self, versions: t.Mapping[str, str | None]) -> dict[str, str | None]:
        """What this task can change: a prediction cannot know what an earlier task will have made of the rest."""
        names = {"base": ("base_version",), "product": ("version",)}.get(self.kind, ("version", "base_version"))
        return {name: versions[name] for name in names}


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Install until nothing that was asked for is left. A failure carries what was installed before it."""
    wish = Wish.from_params(params)
    offers = _offers(wish)
    with connect(params) as connection:
        connection.require("An update", appliance=True)
        situation = _first_look(connection, offers)
        _refuse_failed_base(connection, wish, situation)
        done = _Done(before=_versions(situation), after=_versions(situation), kind=wish.kind)
        if check_mode:
            return _predict(connection, wish, situation, done).result()
        connection.confirm_identity()
        try:
            _update(connection, wish, offers, situation, done)
        except SraError as error:
            raise Interrupted(error, {**done.result(), "evidence": _evidence(connection, error, done)}) from error
        return done.result()


def _offers(wish: Wish) -> Offers:
    """Where packages come from; files are verified before anything is contacted."""
    if wish.package is None:
        return AUTOMATIC
    packages = PackageSet.open(wish.package)
    packages.verify(_KINDS[wish.kind])
    return Manual(packages)


def _first_look(connection: Connection, offers: Offers) -> Situation:
    situation = look_at(connection, offers)
    if isinstance(offers, Manual):
        # The manifest tells by the appliance's id what was installed where.
        known = situation.health.appliance_id if situation.health else None
        offers.appliance = known or situation.basics.appliance_id or connection.label
        situation = dataclasses.replace(situation, updates=offers.listed(situation.updates))
    return situation


def _refuse_failed_base(connection: Connection, wish: Wish, situation: Situation) -> None:
    """A Base update that failed is never tried again by itself (PREP-6)."""
    shown = situation.shown_failure
    if shown is None or not of_base(shown) or is_solved(shown, wish.failure_solved):
        return
    raise StateError(
        f"{connection.label} shows a Base update that failed",
        appliance=connection.label,
        page=_PAGE,
        expected=f"the failure that failure_solved names: {wish.failure_solved}" if wish.failure_solved else None,
        seen=shown,
        state="Nothing was installed.",
        advice="Do not restart the appliance and do not try again: call the vendor's support. Once they have solved it and the "
        "page still shows it, name it (failure_solved, sra_install_failure_solved).",
    )


def _update(connection: Connection, wish: Wish, offers: Offers, situation: Situation, done: _Done) -> None:
    if not situation.idle:
        # An earlier run was stopped while the appliance installed: see it through, then go on. It may be Base.
        done.trying_base = True
        situation = Watch(
            connection,
            None,
            Deadline(wish.wait_timeout, connection.clock),
            offers,
            has_site=situation.version is not None,
        ).until_installed()
        done.after = _versions(situation)
    tried: list[Package] = []
    shown = situation.shown_failure
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
        done.trying_base = package.kind == "base"
        deadline = Deadline(wish.wait_timeout, connection.clock)
        try:
            situation = install(
                connection,
                package,
                accept_license=wish.accept_license,
                deadline=deadline,
                offers=offers,
                has_site=situation.version is not None,
                shown_failure=shown,
            )
        except RefusedByAppliance as refusal:
            if not isinstance(offers, Manual) or not says_blocked(refusal.seen):
                raise
            # Nothing lists what a file needs; the appliance says so when it is uploaded. Something else may come first.
            offers.block(package, str(refusal.seen))
            tried.remove(package)
            situation = look_at(connection, offers)
            continue
        done.warnings += [text for text in [offers.installed(package)] if text]
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
    facts = {"installed_before_failure": done.installed, "versions": done.after}
    evidence = {**collect(connection, error, facts), "base_trouble": done.base_trouble(error)}
    skew = (evidence.get("clock") or {}).get("skew_seconds")
    if skew is not None and abs(skew) >= _SUSPICIOUS_SKEW:
        # A wrong clock is the usual cause of updates that fail (MAN-5).
        clock = (
            f"The appliance's clock is {abs(skew):.0f} seconds {'ahead' if skew > 0 else 'behind'}: see to NTP first."
        )
        error.advice = f"{clock} {error.advice or ''}".strip()
    return evidence
