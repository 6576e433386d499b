# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which offered packages lead to the target, and in which order (AUTO-3, AUTO-4)."""

from __future__ import annotations

import typing as t

from .._records import Package
from .._version import Version, find_version, same_version, version_key

LATEST = "latest"
KindFilter = t.Literal["all", "base", "product"]


def plan_packages(
    available: t.Sequence[Package],
    installed_product: str | None,
    target: str,
    *,
    installed_base: str | None = None,
    kind: KindFilter = "all",
) -> list[Package]:
    """The packages to install, in order; empty where the appliance is at the target.

    ``target`` is a product version or ``latest``. The rule, the same for predicting and for installing:

    1. The product of the target: for ``latest`` the highest offered product newer than the installed one, else the
       offered product of exactly that version. A product of the installed version or older is never installed again.
    2. Base packages first, ascending, all that are offered and newer than the installed Base (unknown: all offered).
       For a given version that holds only while the product is not yet at it. Where no Base package can be installed
       now but the product can, Base waits: with ``latest`` it follows the product, else it is left out.
    3. A product in between, only where the target is blocked, no Base package is left and it can be installed now:
       the highest below the target. What the target waits for is then assumed to be that product.
    4. With ``latest`` everything else follows, by name: what can be installed now, and what is blocked while something
       comes before it that may unblock it.

    The first *installable* package of the list is the one to install next; the list is made anew after each package.
    ``kind`` keeps only Base packages (``base``) or only all others (``product``).
    """
    product = target_product(available, installed_product, target)
    latest = target == LATEST
    reached = product is None
    bases = _bases(available, installed_base) if latest or not reached else []
    before, after = _split_bases(bases, product)
    steps = list(before)
    if product is not None:
        between = None if before else _product_between(available, installed_product, product)
        steps += [between, product] if between is not None else [product]
    if latest:
        steps += after
        steps += _others(available, something_before=bool(steps))
    return [package for package in steps if _wanted(package, kind)]


def can_start(packages: t.Sequence[Package]) -> bool:
    """True where at least one of the packages can be installed now."""
    return any(package.installable for package in packages)


def target_product(available: t.Sequence[Package], installed: str | None, target: str) -> Package | None:
    """The offered product package that leads to the target, None where it is installed or not offered."""
    offered = [package for package in available if package.kind == "product" and is_newer(package.version, installed)]
    if target != LATEST:
        offered = [package for package in offered if same_version(package.version, target)]
    readable = [package for package in offered if Version.parse(package.version) is not None]
    return max(readable, key=lambda package: version_key(package.version), default=None)


def is_newer(version: str | None, than: str | None) -> bool:
    """True where the first is a version and the second is unknown or lower."""
    left, right = Version.parse(version), Version.parse(than)
    return left is not None and (right is None or left > right)


def _bases(available: t.Sequence[Package], installed_base: str | None) -> list[Package]:
    bases = [package for package in available if package.kind == "base"]
    current = Version.parse(find_version(installed_base) or installed_base) if installed_base else None
    if current is not None:
        bases = [package for package in bases if _not_older(package.version, current)]
    return sorted(bases, key=lambda package: version_key(package.version))


def _not_older(version: str | None, current: Version) -> bool:
    found = Version.parse(version)
    return found is None or found > current


def _split_bases(bases: list[Package], product: Package | None) -> tuple[list[Package], list[Package]]:
    """Base packages before and after the product."""
    if product is not None and product.installable and not can_start(bases):
        return [], bases
    return bases, []


def _product_between(available: t.Sequence[Package], installed: str | None, target: Package) -> Package | None:
    if target.installable:
        return None
    below = [
        package
        for package in available
        if package.kind == "product"
        and package.installable
        and is_newer(package.version, installed)
        and is_newer(target.version, package.version)
    ]
    return max(below, key=lambda package: version_key(package.version), default=None)


def _others(available: t.Sequence[Package], something_before: bool) -> list[Package]:
    others = [package for package in available if package.kind == "other" and (package.installable or something_before)]
    return sorted(others, key=lambda package: (package.name, version_key(package.version)))


def _wanted(package: Package, kind: KindFilter) -> bool:
    return kind == "all" or (package.kind == "base") == (kind == "base")
