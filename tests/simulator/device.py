# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated appliance: what it is, holds and does. How it shows this is in the interfaces, not here."""

from __future__ import annotations

import dataclasses
import hashlib
import ssl
import time
import typing as t

from .certificates import Issued, store
from .http_server import Listener, Request, Response
from .scenario import DeviceOptions, PackageOptions

if t.TYPE_CHECKING:
    from .site import Site
    from .world import World


@dataclasses.dataclass
class Address:
    """An address of the appliance as its network settings list it."""

    address: str
    netmask: str
    interface: str
    enabled: bool
    shared: bool


@dataclasses.dataclass
class StoredCertificate:
    number: str
    name: str
    issued: Issued | None
    assigned: list[str]
    has_key: bool = True
    pem: bytes = b""


@dataclasses.dataclass
class Install:
    """An update that is being, or was, installed. `state`: downloading, installing, done, failed."""

    package: PackageOptions
    began: float
    state: str
    manual: bool = False
    hangs: bool = False


#: What the vendor documents for the first sign-in.
FACTORY_ACCOUNT = ("admin", "password")


def identity(*parts: object) -> str:
    """A stable 32-digit id made from the parts."""
    return hashlib.sha256("/".join(str(part) for part in parts).encode()).hexdigest()[:32]


def package_id(package: PackageOptions) -> str:
    return f"{package.kind}-{package.version}" + (f"-{package.build}" if package.build else "")


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


class Device:
    """All changes happen under the world's lock, which the callers hold."""

    def __init__(self, world: World, site: Site, side: str, options: DeviceOptions) -> None:
        self.world = world
        self.site = site
        self.side = side
        self.options = options
        self.name = options.name
        self.appliance_id = identity(world.scenario.seed, options.name)
        self.clock_offset = options.clock_offset
        self.base = options.base
        self.product = options.product
        self.build = options.build
        self.factory_new = False
        self.role = options.role
        self.shared_key = options.shared_key
        self.phase = "up"
        self.started = world.timers.now()
        self.base_pending = False
        self.install: Install | None = None
        self.checked: tuple[PackageOptions, ...] | None = None
        self.taken: set[str] = set()
        self.settings: dict[str, t.Any] = {
            "max_concurrent_upgrades": options.max_concurrent_upgrades,
            "site_name": site.options.site.hostname,
            "revision": 1,
        }
        #: User names and passwords by interface, and the interfaces whose first sign-in must change the password.
        self.accounts = {
            "appliance": {account.username: account.password for account in options.appliance_accounts},
            "login": {account.username: account.password for account in options.login_accounts},
        }
        self.must_change: set[str] = set()
        self.must_agree = False
        self.api_accounts = options.api_accounts
        self.ended_sessions: list[str] = [f"{side}-session-{number}" for number in range(1, 6)]
        self.ntp_servers = list(options.ntp_servers)
        self.addresses = [Address(options.address, "255.255.255.0", "eth0", True, False)]
        if site.options.site.shared_ip:
            shared = site.options.site.shared_ip
            self.addresses.append(Address(shared, "255.255.255.0", "eth0", options.shared_ip_enabled, True))
        self._context = self._make_context(site.certificate)
        enabled = [address.address for address in self.addresses if address.enabled]
        self.certificates = [StoredCertificate("1", "Site certificate", site.certificate, enabled)]
        if options.factory_new:
            self._become_factory_new()
        self.listener = Listener(options.address, options.port, lambda: self._context, self._serve)
        self.shared_listener: Listener | None = None
        if site.options.site.shared_ip:
            self.shared_listener = Listener(
                site.options.site.shared_ip, site.options.site.port, lambda: self._context, self._serve
            )
        self._serve_request: t.Callable[[Request], Response] | None = None

    def serve_with(self, handler: t.Callable[[Request], Response]) -> None:
        self._serve_request = handler

    def _serve(self, request: Request) -> Response:
        if self._serve_request is None:
            return Response(503)
        return self._serve_request(request)

    def _make_context(self, issued: Issued) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(store(issued, self.world.work_dir, f"{self.name}-{issued.certificate.serial_number:x}"))
        return context

    def _become_factory_new(self) -> None:
        """As it leaves the factory, but for the network settings: no product, no site, the factory's certificate and account."""
        self.factory_new = True
        self.product = self.build = ""
        self.base_pending = False
        self.role = "none"
        self.shared_key = ""
        self.settings = {**self.settings, "revision": 0, "max_concurrent_upgrades": 50}
        self.ended_sessions = []
        self.taken.clear()
        self.accounts["login"] = dict([FACTORY_ACCOUNT])
        self.must_change.add("login")
        self.must_agree = self.options.web.first_agreement
        self.api_accounts = ()
        for address in self.addresses:
            address.enabled = not address.shared
        issued = self.world.factory_authority.issue([self.world.node_name(self), self.options.address])
        self.certificates = [StoredCertificate("1", "Appliance certificate", issued, [self.options.address])]
        self.use_certificate(issued)

    def reset_done(self) -> None:
        """A factory reset is over: the accounts of /appliance are the factory's too."""
        self.accounts["appliance"] = dict([FACTORY_ACCOUNT])
        self.must_change.add("appliance")
        self._become_factory_new()
        self.restart_services()
        self.set_phase("up")

    def use_certificate(self, issued: Issued) -> None:
        self._context = self._make_context(issued)

    def now(self) -> float:
        """Unix seconds as this appliance's clock tells."""
        return time.time() + self.clock_offset

    def wall(self, monotonic: float) -> float:
        """The Unix time on this appliance's clock of a moment of the monotonic clock."""
        return self.now() - (self.world.timers.now() - monotonic)

    @property
    def shared_address(self) -> Address | None:
        return next((address for address in self.addresses if address.shared), None)

    @property
    def shared_enabled(self) -> bool:
        return bool(self.shared_address and self.shared_address.enabled)

    @property
    def peer(self) -> Device | None:
        return next((device for device in self.site.devices if device is not self), None)

    @property
    def software(self) -> str:
        return f"{self.product} ({self.build})"

    @property
    def installing(self) -> bool:
        return self.install is not None and self.install.state in ("downloading", "installing")

    def violation(self, name: str, details: str) -> None:
        self.world.recorder.violation(name, self.name, details)

    def data(self) -> dict[str, t.Any]:
        """What a backup holds and a sync copies."""
        return {
            "settings": dict(self.settings),
            "sessions": list(self.ended_sessions),
            "failover": {"role": self.role, "shared_key": self.shared_key},
            "login_accounts": dict(self.accounts["login"]),
            "api_accounts": [dataclasses.asdict(account) for account in self.api_accounts],
        }

    def changing(self, what: str) -> None:
        """Record the change, and what breaks the rules of an upgrade about to change this device."""
        self.world.recorder.deed(self.name, what)
        peer = self.peer
        if peer is not None and peer.base_pending:
            self.violation(
                "work_on_peer_between_base_and_product", f"{what}, while {peer.name} is between Base and product"
            )

    def role_changing(self, what: str, *, certain: bool = True) -> None:
        """The same for roles; where it may still be refused, it is no change yet."""
        if certain:
            self.world.recorder.deed(self.name, what)
        for device in self.site.devices:
            if device.base_pending or device.installing:
                self.violation("role_change_between_base_and_product", f"{what}, while {device.name} is being updated")
                return

    # Network

    def set_enabled(self, address: Address, enabled: bool) -> None:
        """Switch an address on or off and let the network settle."""
        if address.shared:
            self.role_changing("shared IP " + ("enabled" if enabled else "disabled"))
        address.enabled = enabled
        if address.shared and all(device.shared_enabled for device in self.site.devices) and self.peer is not None:
            self.violation("both_shared_ips_enabled", "the shared IP is enabled on both devices")
        self.site.settle_network()

    def set_phase(self, phase: str) -> None:
        """`up`, `refused` (web server away), `unavailable` (answers 503) or `off`."""
        self.phase = phase
        if phase in ("refused", "off"):
            self.listener.close()
        else:
            self.listener.open()
        self.site.settle_network()

    def restart_services(self) -> None:
        """Everything in memory is gone: sessions, tokens, the list of updates."""
        self.started = self.world.timers.now()
        self.checked = None
        self.world.forget_sessions(self)

    def power_off(self, reset: bool) -> None:
        self.world.recorder.deed(self.name, "factory reset" if reset else "shut down")
        if self.installing and self.install is not None and self.install.package.kind == "base":
            self.violation("restart_during_base_update", "factory reset" if reset else "shut down")

        def away() -> None:
            self.restart_services()
            self.set_phase("refused" if reset else "off")

        self.world.after(2, away)
        if reset:
            self.world.after(self.world.scenario.durations.factory_reset, self.reset_done)
