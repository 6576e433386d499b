# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance offers and does as updates: the list, the dependencies, download, install, and the way back."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .device import Device, Install, package_id, version_key
from .scenario import PackageOptions
from .screens import Caption, caption
from .site import Refused

PACKAGE_MAGIC = b"SIMULATED-UPDATE "


def package_label(package: PackageOptions) -> Caption:
    """The name of a package as the list of updates shows it."""
    return caption("updates.base" if package.kind == "base" else "updates.product", version=package.version)


def is_installed(device: Device, package: PackageOptions) -> bool:
    if package.kind == "base":
        return version_key(package.version) <= version_key(device.base)
    if package.kind == "product":
        if package.version == device.product:
            return not package.build or package.build <= device.build
        return version_key(package.version) < version_key(device.product)
    return package_id(package) in device.settings.get("other_packages", [])


def offered(device: Device) -> tuple[PackageOptions, ...]:
    """What the update server has for this device: not installed, and not downloaded already."""
    return tuple(
        package
        for package in device.world.scenario.packages
        if (not package.pairs or device.site.options.name in package.pairs)
        and not is_installed(device, package)
        and package_id(package) not in device.taken
    )


def satisfied(device: Device, package: PackageOptions) -> bool:
    return package.requires_base is None or version_key(device.base) >= version_key(package.requires_base)


def check(device: Device) -> None:
    """Ask the update server. Raises Refused when it cannot be reached."""
    if device.world.faults.strike("update_server_down", device.name) is not None or not device.world.update_server_up:
        device.checked = None
        raise Refused(caption("updates.unreachable"))
    device.checked = offered(device)


def find(device: Device, identifier: str) -> PackageOptions:
    """The listed package with this id. Raises Refused."""
    if device.world.faults.strike("update_vanished", device.name) is not None:
        device.checked = None
    for package in device.checked or ():
        if package_id(package) == identifier and package in offered(device):
            return package
    raise Refused(caption("updates.gone"))


def begin(device: Device, package: PackageOptions, *, manual: bool = False) -> None:
    """Download and install. Raises Refused when the appliance would not."""
    if device.installing:
        device.violation("install_twice", f"{package_id(package)} while another update is being installed")
        raise Refused(caption("updates.running"))
    if is_installed(device, package):
        device.violation("install_twice", f"{package_id(package)} is installed already")
        raise Refused(caption("updates.installed", package=package_label(package)))
    if not satisfied(device, package):
        raise Refused(caption("updates.unsatisfied", have=device.base, want=package.version))
    if device.site.relationship is not None:
        device.violation("install_while_paired", package_id(package))
    peer = device.peer
    if peer is not None and peer.installing:
        device.violation("both_devices_installing", package_id(package))
    device.changing(f"install of {package_id(package)}")
    device.taken.add(package_id(package))
    device.checked = None
    install = Install(package, device.world.timers.now(), "installing" if manual else "downloading", manual)
    device.install = install
    device.world.after(0 if manual else package.download, lambda: _downloaded(device, install))


def _downloaded(device: Device, install: Install) -> None:
    package = install.package
    install.state = "installing"
    install.began = device.world.timers.now()
    if package.kind == "base":
        device.base_pending = _product_waits(device)
    shares = device.world.scenario.durations
    failing = _failure(device, package)
    shown = package.install * (1 - shares.refused_share - shares.unavailable_share)
    if failing == "install_hangs":
        install.hangs = True
    elif failing:
        device.world.after(shown / 2, lambda: _failed(install))
    else:
        device.world.after(shown, lambda: _restart(device, install))


def _failure(device: Device, package: PackageOptions) -> str | None:
    kinds = ["install_failed", "install_hangs"] + (["base_install_failed"] if package.kind == "base" else [])
    return next((kind for kind in kinds if device.world.faults.strike(kind, device.name) is not None), None)


def _product_waits(device: Device) -> bool:
    return any(
        package.kind == "product" and not is_installed(device, package)
        for package in device.world.scenario.packages
        if not package.pairs or device.site.options.name in package.pairs
    )


def _failed(install: Install) -> None:
    install.state = "failed"


def _restart(device: Device, install: Install) -> None:
    shares = device.world.scenario.durations
    device.restart_services()
    device.set_phase("refused")
    refused = install.package.install * shares.refused_share
    unavailable = install.package.install * shares.unavailable_share
    device.world.after(refused, lambda: device.set_phase("unavailable"))
    device.world.after(refused + unavailable, lambda: _finished(device, install))


def _finished(device: Device, install: Install) -> None:
    package = install.package
    if package.kind == "base":
        device.base = package.version
        device.base_pending = _product_waits(device)
    elif package.kind == "product":
        device.product, device.build = package.version, package.build or device.build
        device.base_pending = False
    else:
        device.settings["other_packages"] = [*device.settings.get("other_packages", []), package_id(package)]
    install.state = "done"
    changed = device.world.faults.strike("certificate_changed", device.name)
    if changed is not None:
        device.use_certificate(
            device.world.authority.issue([device.site.options.site.hostname, device.options.address])
        )
    device.restart_services()
    device.set_phase("up")


def percent(device: Device) -> int:
    """How far the present step (download or install) is."""
    install = device.install
    if install is None or install.state == "done":
        return 100
    duration = install.package.download if install.state == "downloading" else install.package.install
    return min(99, int(100 * device.world.timers.elapsed(install.began) / max(0.001, duration)))


def package_file(package: PackageOptions, start: int = 0) -> t.Iterator[bytes]:
    """The bytes of a package from `start` on: a header that names it, then filling up to its size."""
    head = PACKAGE_MAGIC + package_id(package).encode() + b"\n"
    if start < len(head):
        yield head[start:]
    left = max(0, package.size - max(start, len(head)))
    block = (package_id(package).encode() + b" ") * 4096
    skip = max(0, start - len(head)) % len(block)
    while left:
        chunk = block[skip : skip + left]
        skip = 0
        left -= len(chunk)
        yield chunk


def recognise(device: Device, path: str) -> PackageOptions:
    """The package that an uploaded file is. Raises Refused for a file that is none, or is not complete."""
    for package in device.world.scenario.packages:
        with Path(path).open("rb") as file:
            if all(file.read(len(chunk)) == chunk for chunk in package_file(package)) and not file.read(1):
                return package
    raise Refused(caption("updates.manual.invalid"))
