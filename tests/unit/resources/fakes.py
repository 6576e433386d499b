# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small model of appliances behind the interfaces that the resources use; it records every write and every sign-in."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import pathlib
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    PermissionMissing,
    RefusedByAppliance,
)
from ansible_collections.bseries.sra.plugins.module_utils._records import (
    Address,
    ApiInfo,
    ApplianceEntry,
    BackupFile,
    Basics,
    Certificate,
    ClientCounts,
    Failover,
    Health,
    JumpClient,
    Jumpoint,
    Network,
    Package,
    Progress,
    ServedCertificate,
    Updates,
    User,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._web.session import SessionExpired

UTC = datetime.UTC
PROGRESS_ENDS, DOWN_ENDS, BOOT_ENDS = 20.0, 40.0, 60.0


class FakeClock:
    """Time passes by sleeping only."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def lost(sent: bool = True) -> RequestFailed:
    return RequestFailed("connection refused", stage="receive" if sent else "connect", sent=sent)


@dataclasses.dataclass
class Appliance:
    """One appliance. ``writes`` are the changing requests in order, ``sessions`` the open sign-ins by interface."""

    host: str
    clock: FakeClock
    appliance_id: str = "a" * 32
    base: str = "3.2.4"
    product: str = "12.1.0"
    catalogue: list[Package] = dataclasses.field(default_factory=list)
    addresses: dict[str, bool] = dataclasses.field(default_factory=dict)
    failover: Failover = dataclasses.field(default_factory=lambda: Failover(configured=False, role="none"))
    permissions: dict[str, t.Any] = dataclasses.field(
        default_factory=lambda: {"perm_backup": True, "perm_command": "full_access"}
    )
    skew: float = 0.0
    outcome: str = "ok"
    shown_failure: str | None = None
    writes: list[str] = dataclasses.field(default_factory=list)
    sign_ins: dict[str, int] = dataclasses.field(default_factory=lambda: {"appliance": 0, "login": 0})
    sessions: dict[str, bool] = dataclasses.field(default_factory=lambda: {"appliance": False, "login": False})
    installing: Package | None = None
    started: float = 0.0
    sync_seconds: float = 30.0
    sync_started: float | None = None
    sync_format: str = "%Y-%m-%d %H:%M:%S"
    commit_error: t.Callable[[], Exception] | None = None
    unreachable: bool = False

    # What the clock has done

    def settle(self) -> None:
        if self.sync_started is not None and self.clock.now() - self.sync_started >= self.sync_seconds:
            # Each sync after the first ends a second later, by the appliance's own clock.
            later = max(0, self.writes.count("sync") - 1)
            done = datetime.datetime(2026, 11, 22, 15, 0, later, tzinfo=UTC)
            self.failover = dataclasses.replace(
                self.failover, last_sync=done, last_sync_text=done.strftime(self.sync_format), sync_running=False
            )
            self.sync_started = None
        if self.installing is None:
            return
        elapsed = self.clock.now() - self.started
        if elapsed >= PROGRESS_ENDS and self.outcome not in ("failed", "hangs"):
            self.sessions = dict.fromkeys(self.sessions, False)
        if elapsed >= BOOT_ENDS and self.outcome in ("ok", "vanishes", "nothing"):
            package, self.installing = self.installing, None
            if self.outcome != "nothing":
                self.catalogue = [one for one in self.catalogue if one.name != package.name]
            if self.outcome == "ok":
                self._take(package)

    def _take(self, package: Package) -> None:
        if package.kind == "base":
            self.base = str(package.version)
        elif package.kind == "product":
            self.product = str(package.version)
        self.catalogue = [dataclasses.replace(one, installable=True, reason=None) for one in self.catalogue]

    def reach(self) -> None:
        self.settle()
        if self.unreachable:
            raise lost()
        down = PROGRESS_ENDS <= self.clock.now() - self.started < DOWN_ENDS
        if self.installing is not None and self.outcome not in ("failed", "hangs") and down:
            raise lost()

    def page(self, interface: str) -> None:
        self.reach()
        if not self.sessions[interface]:
            raise SessionExpired("/appliance asks to sign in again")

    def write(self, what: str) -> None:
        self.writes.append(what)
        if self.commit_error is not None:
            error, self.commit_error = self.commit_error(), None
            raise error


class FakeTransport:
    def __init__(self, endpoint: t.Any, redactor: t.Any, clock: t.Any = None) -> None:
        self.endpoint, self.redactor = endpoint, redactor

    def __enter__(self) -> FakeTransport:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def served_certificate(self) -> ServedCertificate:
        start = datetime.datetime(2026, 1, 1, tzinfo=UTC)
        return ServedCertificate("CN=site", "CN=ca", ("access.example.com",), start, start.replace(year=2027), "0" * 64)


class World:
    """All appliances by host; stands in for the transport, the APIs and the pages."""

    def __init__(self, monkeypatch: t.Any) -> None:
        self.clock = FakeClock()
        self.appliances: dict[str, Appliance] = {}
        self._patch(monkeypatch)

    def add(self, host: str, **state: t.Any) -> Appliance:
        self.appliances[host] = Appliance(host, self.clock, **state)
        return self.appliances[host]

    def connect(self, check_mode: bool = False) -> t.Callable[..., t.Any]:
        from ansible_collections.bseries.sra.plugins.module_utils import _module

        def make(params: t.Mapping[str, t.Any]) -> t.Any:
            options = _module.ConnectionOptions.from_params(params)
            return _module.Connection(options, check_mode=check_mode, clock=self.clock)

        return make

    def _patch(self, monkeypatch: t.Any) -> None:
        from ansible_collections.bseries.sra.plugins.module_utils import _module
        from ansible_collections.bseries.sra.plugins.module_utils._browser import session as browser_session
        from ansible_collections.bseries.sra.plugins.module_utils._pages import (
            basics,
            certificates,
            failover,
            ip_configuration,
            software_management,
            updates,
        )

        monkeypatch.setattr(_module, "Transport", FakeTransport)
        monkeypatch.setattr(
            _module,
            "ApiClient",
            lambda transport, *_account, **_options: FakeApi(self.appliances[transport.endpoint.host]),
        )
        monkeypatch.setattr(
            browser_session,
            "BrowserSession",
            lambda transport, interface, *_account, **options: FakeWeb(
                self.appliances[transport.endpoint.host], interface, options["check_mode"]
            ),
        )
        monkeypatch.setattr(basics, "read", read_basics)
        monkeypatch.setattr(updates, "read", read_updates)
        monkeypatch.setattr(updates, "install", install)
        monkeypatch.setattr(updates, "progress", read_progress)
        monkeypatch.setattr(ip_configuration, "read", read_network)
        monkeypatch.setattr(ip_configuration, "prepare_enabled", FakePrepared)
        monkeypatch.setattr(certificates, "read", lambda _web: (Certificate(issued_to="access.example.com"),))
        monkeypatch.setattr(failover, "read", read_failover)
        monkeypatch.setattr(failover, "establish", establish)
        monkeypatch.setattr(failover, "break_relationship", break_relationship)
        monkeypatch.setattr(failover, "sync_now", sync_now)
        monkeypatch.setattr(software_management, "download_backup", download_backup)


class FakeWeb:
    """A session: signs in at the first page, once; a lost session is only renewed when asked for."""

    def __init__(self, appliance: Appliance, interface: str, check_mode: bool) -> None:
        self.appliance, self.interface, self.check_mode = appliance, interface, check_mode
        self.warnings: list[str] = []
        self._used = False

    def __enter__(self) -> FakeWeb:
        return self

    def __exit__(self, *exc: object) -> None:
        self.appliance.sessions[self.interface] = False

    def forget_refusal(self) -> None:
        """Nothing is refused here that may be accepted later."""

    def page(self) -> Appliance:
        if not self._used:
            self._used = True
            self.sign_in_again()
        self.appliance.page(self.interface)
        return self.appliance

    def sign_in_again(self) -> None:
        self.appliance.reach()
        self.appliance.sign_ins[self.interface] += 1
        self.appliance.sessions[self.interface] = True

    def open(self, page: str) -> str:
        self.page()
        return page

    def save(self, view: str, page: str) -> str:
        return f"saved {page}"

    def may_write(self, what: str) -> Appliance:
        assert not self.check_mode, f"{what} in check mode"
        return self.page()


class FakeApi:
    def __init__(self, appliance: Appliance) -> None:
        self.appliance = appliance

    def forget_refusal(self) -> None:
        """Nothing is refused here that may be accepted later."""

    def check_health(self) -> bool:
        self.appliance.reach()
        return self.appliance.installing is None or self.appliance.outcome in ("failed", "hangs")

    def info(self) -> ApiInfo:
        self.appliance.reach()
        now = datetime.datetime.now(UTC) + datetime.timedelta(seconds=self.appliance.skew)
        return ApiInfo("v2", self.appliance.permissions, now, "pra")

    def require(self, name: str, level: str | None = None, why: str = "") -> None:
        if self.appliance.permissions.get(name) not in ((level,) if level else (True,)):
            raise PermissionMissing(f"The API account lacks {name}")

    def health(self) -> Health:
        self.appliance.reach()
        return Health(
            True,
            self.appliance.product,
            "4711",
            self.appliance.appliance_id,
            self.appliance.host,
            failover_role=self.appliance.failover.role,
            enabled_shared_ips=tuple(address for address, on in self.appliance.addresses.items() if on),
        )

    def own_entry(self) -> ApplianceEntry:
        self.appliance.reach()
        return ApplianceEntry(self.appliance.appliance_id, failover_role=self.appliance.failover.role)

    def client_counts(self) -> tuple[ClientCounts, ...]:
        return (ClientCounts(self.appliance.appliance_id, 2, 3, 1), ClientCounts("f" * 32, 50, 50, 50))

    def users(self) -> tuple[User, ...]:
        return (User(1, "Ada", session_count=1),)

    def jump_clients(self) -> tuple[JumpClient, ...]:
        return (
            JumpClient(1, "ready", connection_type="active", online=True),
            JumpClient(2, "waiting", connection_type="active", online=True, needs_update=True),
            JumpClient(3, "asleep", connection_type="passive", needs_update=True),
            JumpClient(4, "gone", connection_type="uninstalled"),
        )

    def jumpoints(self) -> tuple[Jumpoint, ...]:
        return (Jumpoint(1, connected=True), Jumpoint(2))

    def set_failover_role(self, role: str, data_sync_first: bool = False, force: bool = False) -> str:
        self.appliance.write(f"role {role} sync={data_sync_first} force={force}")
        self.appliance.failover = dataclasses.replace(self.appliance.failover, role=t.cast(t.Any, role))
        return "Successfully changed role."

    def backup(self, dest: pathlib.Path, password: str | None, deadline: t.Any) -> BackupFile:
        return _write_backup(dest, password, "api")


def _write_backup(dest: pathlib.Path, password: str | None, source: str) -> BackupFile:
    content = f"backup by {source} {password}".encode()
    dest.write_bytes(content)
    dest.chmod(0o600)
    return BackupFile(str(dest), len(content), hashlib.sha256(content).hexdigest(), source, datetime.datetime.now(UTC))


def download_backup(web: FakeWeb, dest: pathlib.Path, password: str | None, deadline: t.Any) -> BackupFile:
    web.may_write("a backup")
    return _write_backup(dest, password, "page")


def read_basics(web: FakeWeb) -> Basics:
    appliance = web.page()
    now = datetime.datetime.now(UTC) + datetime.timedelta(seconds=appliance.skew)
    return Basics(appliance.appliance_id, appliance.host, appliance.base, appliance.product, "4711", now)


def read_updates(web: FakeWeb, check: bool) -> Updates:
    appliance = web.page()
    progress = Progress("failed", appliance.shown_failure) if appliance.shown_failure else None
    if appliance.installing is not None:
        progress = Progress("installing", f"Installing {appliance.installing.name}", 40.0)
    return Updates(tuple(appliance.catalogue) if check else (), check, None, progress)


def install(web: FakeWeb, package: Package, accept_license: bool) -> Progress:
    appliance = web.may_write("an install")
    if not accept_license and package.details.get("license"):
        raise RefusedByAppliance("The licence agreement was not accepted")
    assert package.installable
    appliance.installing, appliance.started = package, appliance.clock.now()
    appliance.write(f"install {package.name}")
    return Progress("downloading", "Downloading", 0.0)


def read_progress(web: FakeWeb) -> Progress | None:
    appliance = web.page()
    if appliance.installing is None:
        return Progress("failed", appliance.shown_failure) if appliance.shown_failure else None
    if appliance.outcome == "failed" and appliance.clock.now() - appliance.started >= PROGRESS_ENDS:
        return Progress("failed", "Installation failed: checksum error")
    return Progress("installing", f"Installing {appliance.installing.name}", 40.0)


def read_network(web: FakeWeb) -> Network:
    appliance = web.page()
    return Network(
        tuple(Address(address, "255.255.255.0", enabled) for address, enabled in appliance.addresses.items()),
        ("ntp.example.com",),
    )


class FakePrepared:
    def __init__(self, web: FakeWeb, address: str, enabled: bool) -> None:
        self._web, self._address, self._enabled = web, address, enabled
        self.already = web.page().addresses[address] == enabled

    def make_ready(self) -> None:
        """Nothing to do ahead."""

    def send(self) -> bool:
        self.commit()
        return False

    def send_when(self, may_go: t.Callable[[], bool]) -> bool:
        if may_go():
            self.commit()
            return True
        return False

    def settle(self) -> None:
        """The answer says nothing more."""

    def commit(self) -> None:
        appliance = self._web.may_write("a save")
        appliance.clock.sleep(0.2)
        appliance.write(f"{'enable' if self._enabled else 'disable'} {self._address}")
        appliance.addresses[self._address] = self._enabled


def read_failover(web: FakeWeb) -> Failover:
    appliance = web.page()
    running = appliance.sync_started is not None
    return dataclasses.replace(appliance.failover, sync_running=running)


def establish(web: FakeWeb, peer_host: str, peer_port: int, reverse_host: str, reverse_port: int) -> str:
    appliance = web.may_write("a relationship")
    appliance.write(f"establish {peer_host}:{peer_port} {reverse_host}:{reverse_port}")
    appliance.failover = Failover(configured=True, role="primary", peer=peer_host)
    return "The relationship was established."


def break_relationship(web: FakeWeb) -> str:
    appliance = web.may_write("a break")
    appliance.write("break")
    appliance.failover = Failover(configured=False, role="none")
    return ""


def sync_now(web: FakeWeb) -> str:
    appliance = web.may_write("a sync")
    appliance.write("sync")
    appliance.sync_started = appliance.clock.now()
    return "Data sync started."
