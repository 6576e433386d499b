# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both appliances, who serves and the target, with the questions that the stages are told apart by."""

from __future__ import annotations

import dataclasses
import typing as t

from .._records import Package
from .._version import Version, version_key
from .model import Policy
from .observe import Observed, Serving, ahead, equal
from .packages import LATEST, can_start, is_newer, plan_packages


@dataclasses.dataclass(frozen=True)
class Target:
    """The product version that both devices are to have.

    ``latest`` is True where whatever else can be installed belongs to it. ``newer`` is a version that is offered but
    left for the next upgrade, because this one has already gone beyond the point where it could be taken in.
    """

    version: str | None
    latest: bool = False
    newer: str | None = None


@dataclasses.dataclass(frozen=True)
class Situation:
    """What the stages are recognised from."""

    procedure: str
    a: Observed
    b: Observed | None
    serving: Serving
    policy: Policy
    target: Target

    @property
    def devices(self) -> tuple[Observed, ...]:
        return (self.a,) if self.b is None else (self.a, self.b)

    @property
    def pair(self) -> tuple[Observed, Observed]:
        """Both devices; only where the procedure is one for a pair."""
        if self.b is None:
            raise ValueError("a pair is needed")
        return self.a, self.b

    def device(self, letter: str) -> Observed:
        return self.pair[1] if letter == "b" else self.a

    def peer(self, device: Observed) -> Observed | None:
        return next((other for other in self.devices if other.letter != device.letter), None)

    @property
    def roles(self) -> tuple[str | None, ...]:
        return tuple(device.role for device in self.devices)

    @property
    def paired(self) -> bool:
        return set(self.roles) == {"primary", "backup"}

    @property
    def unpaired(self) -> bool:
        return set(self.roles) == {"none"}

    @property
    def half_paired(self) -> bool:
        """Exactly one side still claims a relationship."""
        return self.b is not None and self.roles.count("none") == 1 and None not in self.roles

    @property
    def claiming(self) -> Observed | None:
        """The side that still claims a relationship that the other no longer has."""
        return next((device for device in self.devices if device.role != "none"), None) if self.half_paired else None

    @property
    def primary(self) -> Observed | None:
        return next((device for device in self.devices if device.role == "primary"), None) if self.paired else None

    @property
    def primary_at_target(self) -> bool:
        return self.primary is not None and not any(self.needs(device) for device in self.devices)

    @property
    def first(self) -> Observed:
        """The device that the procedure updates first."""
        return self.pair[1] if self.procedure == "asynchronous" else self.a

    @property
    def second(self) -> Observed | None:
        return self.peer(self.first)

    @property
    def home(self) -> Observed:
        """The device that is primary in the end."""
        return self.first

    def product_reached(self, device: Observed) -> bool:
        return equal(device.version, self.target.version)

    def packages(self, device: Observed) -> list[Package]:
        """What an update of the device would install, in order."""
        target = LATEST if self.target.latest else self.target.version
        if target is None:
            return []
        return plan_packages(device.offered, device.version, target, installed_base=device.base_version)

    def leftovers(self, device: Observed) -> list[Package]:
        """What ``latest`` still can install on a device whose product is at the target."""
        if not self.target.latest or not self.product_reached(device):
            return []
        packages = self.packages(device)
        return packages if can_start(packages) else []

    def left_for_next_upgrade(self, device: Observed) -> bool:
        """Leftovers of a device that this upgrade must not touch any more.

        The device serves production already as the one updated first, or the pair stands as the procedure leaves it,
        or only the device that would be updated first lacks something, which would look like an upgrade done by hand.
        """
        if self.b is None or not self.product_reached(device):
            return False
        if self.procedure == "asynchronous":
            if self.paired:
                return self.primary is self.b or not self.leftovers(self.a)
            return device is self.b and self.serving.who == "b"
        return device is self.a and not self.paired and self.policy.confirmed and self.is_ahead(device)

    def is_ahead(self, device: Observed) -> bool:
        """The device has a higher product, or an equal one on a higher Base, than its peer."""
        peer = self.peer(device)
        if peer is None:
            return False
        same = equal(device.version, peer.version)
        return ahead(device.version, peer.version) or (same and ahead(device.base_version, peer.base_version))

    def needs(self, device: Observed) -> bool:
        """An update of the device remains."""
        if device.installing or not self.product_reached(device):
            return True
        return bool(self.leftovers(device)) and not self.left_for_next_upgrade(device)

    def between_base_and_product(self, device: Observed) -> bool:
        """Stand-alone, Base already higher than the peer's, product still at or below the peer's (AUTO-4)."""
        peer = self.peer(device)
        if peer is None or device.role != "none" or self.product_reached(device):
            return False
        return ahead(device.base_version, peer.base_version) and not ahead(device.version, peer.version)

    def sides(self) -> str:
        return "; ".join(device.side() for device in self.devices)


def resolve_target(procedure: str, a: Observed, b: Observed | None, serving: Serving, policy: Policy) -> Target:
    """``latest`` is the highest product that is installed or offered, installable or not, on either device.

    Once production has moved to a device B that is ahead of A (ASYNC-10), its version is the target: a release that
    appeared since then would mean work on the serving device and is left for the next upgrade.
    """
    if policy.target_version != LATEST:
        return Target(policy.target_version)
    newest = _newest(tuple(device for device in (a, b) if device is not None))
    swung = procedure == "asynchronous" and b is not None and serving.who == "b" and b.role == "none"
    if swung and b is not None and ahead(b.version, a.version) and is_newer(newest, b.version):
        return Target(b.version, newer=newest)
    return Target(newest, latest=True)


def _newest(devices: t.Sequence[Observed]) -> str | None:
    versions = [device.version for device in devices]
    versions += [package.version for device in devices for package in device.offered if package.kind == "product"]
    readable = [version for version in versions if version and Version.parse(version) is not None]
    return max(readable, key=version_key, default=None)
