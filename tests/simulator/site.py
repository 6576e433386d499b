# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One site: its devices, its shared IP, its failover relationship and its clients."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .certificates import Issued
from .clients import Fleet
from .device import Device
from .scenario import PairOptions
from .screens import Caption, Label, Moment, caption

if t.TYPE_CHECKING:
    from .world import World


@dataclasses.dataclass
class Relationship:
    """The failover relationship; `last_sync` is in Unix seconds of the world."""

    addresses: dict[str, str]
    last_sync: float | None = None
    last_sync_ok: bool = True
    sync_began: float | None = None
    sync_timer: int | None = None


class Refused(Exception):
    """The appliance refuses what was asked; `label` says why, as its pages show it."""

    def __init__(self, label: Label) -> None:
        super().__init__(str(label))
        self.label = label


class Site:
    def __init__(self, world: World, options: PairOptions, certificate: Issued) -> None:
        self.world = world
        self.options = options
        self.certificate = certificate
        self.devices: list[Device] = [Device(world, self, "a", options.a)]
        if options.b is not None:
            self.devices.append(Device(world, self, "b", options.b))
        self.relationship: Relationship | None = None
        if options.paired and options.b is not None:
            self.relationship = Relationship(
                {device.name: f"{device.options.address}:{device.options.port}" for device in self.devices},
                last_sync=world.wall_clock() - 3600,
            )
        a = options.a
        self.fleet = Fleet(
            world.timers,
            world.scenario.durations,
            world.scenario.seed,
            a.jump_clients,
            a.passive_jump_clients,
            a.jumpoints,
            a.users,
        )
        self.holder: Device | None = None
        #: The device that production reaches by DNS or NAT when it is not decided by the shared IP.
        self.pointed_at: Device | None = None if options.site.shared_ip else self.devices[0]

    def start(self) -> None:
        for device in self.devices:
            device.listener.open()
        self._settle_shared_ip()
        serving = self.serving
        self.fleet.begin(serving.name if serving else None, (serving or self.devices[0]).software)

    @property
    def serving(self) -> Device | None:
        """The device that answers on the site's host name and is up."""
        device = self.holder if self.pointed_at is None else self.pointed_at
        return device if device is not None and device.phase == "up" else None

    def settle_network(self) -> None:
        """Let the enabled device bind the shared IP, and tell the clients who serves."""
        self._settle_shared_ip()
        serving = self.serving
        name = serving.name if serving else None
        version = serving.software if serving else ""
        if name != self.fleet.serving:
            self._end_sessions(self.fleet.serving)
            limit = serving.settings["max_concurrent_upgrades"] if serving else 1
            lost = self.world.faults.strike("jump_clients_lost", name) if serving else None
            if lost is not None:
                self.fleet.lose(int(lost.options.get("clients", 2)))
            self.fleet.moved(name, version, limit)

    def _end_sessions(self, name: str | None) -> None:
        """The sessions that run on a device that loses production end there; the peer learns of them by the next sync."""
        for device in self.devices:
            if device.name == name:
                device.ended_sessions.append(f"{name}-session-{len(device.ended_sessions) + 1}-ended")

    def _settle_shared_ip(self) -> None:
        enabled = [device for device in self.devices if device.shared_enabled]
        live = [device for device in enabled if device.phase in ("up", "unavailable")]
        if self.holder is not None and self.holder not in live:
            if self.holder.shared_listener is not None:
                self.holder.shared_listener.close()
            self.holder = None
            self.world.recorder.holder(self.options.name, None)
        if self.holder is None and live and live[0].shared_listener is not None:
            live[0].shared_listener.open()
            self.holder = live[0]
            self.world.recorder.holder(self.options.name, live[0].name)

    # Failover

    def find(self, host: str, port: int) -> Device | None:
        """The device of the simulation that listens at this host and port."""
        for device in self.world.devices.values():
            names = (device.options.address, self.world.node_name(device))
            if host in names and port == device.options.port and device.phase == "up":
                return device
        return None

    def establish(self, primary: Device, host: str, port: str, reverse_host: str, reverse_port: str) -> None:
        """Make `primary` the primary of a new relationship. Raises Refused."""
        established = "failover relationship established"
        primary.role_changing(established, certain=False)
        if self.relationship is not None:
            raise Refused(caption("failover.error.paired"))
        ports = self._check_fields(primary, (host, port), (reverse_host, reverse_port))
        backup = self.find(host, ports[0])
        unreachable = self.world.faults.strike("peer_unreachable", primary.name)
        if backup is None or backup.site is not self or unreachable is not None:
            raise Refused(caption("failover.error.unreachable", value=f"{host}:{port}"))
        if backup is primary:
            raise Refused(caption("failover.error.self", value=host))
        if self.find(reverse_host, ports[1]) is not primary:
            raise Refused(caption("failover.error.reverse", value=f"{reverse_host}:{reverse_port}"))
        self._check_equal(primary, backup)
        self.world.recorder.deed(primary.name, established)
        self.relationship = Relationship(
            {backup.name: f"{host}:{port}", primary.name: f"{reverse_host}:{reverse_port}"}
        )
        primary.role, backup.role = "primary", "backup"
        self.relationship.sync_timer = self.world.after(
            self.world.scenario.durations.first_sync_after, self._first_sync(self.relationship)
        )

    def _first_sync(self, relationship: Relationship) -> t.Callable[[], None]:
        def begin() -> None:
            if self.relationship is relationship and relationship.last_sync is None and relationship.sync_began is None:
                self.start_sync()

        return begin

    def _check_fields(self, primary: Device, *pairs: tuple[str, str]) -> list[int]:
        ports = []
        for host, port in pairs:
            if not host or not port:
                raise Refused(caption("failover.error.required"))
            if not port.isdigit() or not 0 < int(port) < 65536:
                raise Refused(caption("failover.error.port", value=port))
            if host.lower() in (self.options.site.hostname.lower(), self.options.site.shared_ip):
                primary.violation("shared_name_as_peer", f"{host} was given as an appliance's own address")
                raise Refused(caption("failover.error.shared", value=host))
            ports.append(int(port))
        return ports

    def _check_equal(self, primary: Device, backup: Device) -> None:
        if (primary.product, primary.build) != (backup.product, backup.build):
            raise Refused(caption("failover.error.version", theirs=backup.software, ours=primary.software))
        mismatch = self.world.faults.strike("key_mismatch", primary.name)
        if primary.shared_key != backup.shared_key or not primary.shared_key or mismatch is not None:
            raise Refused(caption("failover.error.key"))

    def break_relationship(self, device: Device) -> None:
        if self.relationship is None:
            raise Refused(caption("failover.absent"))
        if self.relationship.sync_began is not None:
            raise Refused(caption("failover.error.syncing"))
        device.role_changing("failover relationship broken")
        self.relationship = None
        for each in self.devices:
            each.role = "none"

    def start_sync(self, then: t.Callable[[], None] | None = None) -> None:
        """Begin to copy from the primary to the backup. Raises Refused."""
        relationship = self.relationship
        if relationship is None:
            raise Refused(caption("failover.absent"))
        if relationship.sync_began is not None:
            raise Refused(caption("failover.error.syncing"))
        primary, backup = self.by_role("primary"), self.by_role("backup")
        if primary is None or backup is None or primary.phase != "up" or backup.phase != "up":
            relationship.last_sync_ok = False
            raise Refused(caption("failover.sync.unreachable"))
        if relationship.sync_timer is not None:
            self.world.timers.cancel(relationship.sync_timer)
            relationship.sync_timer = None
        relationship.sync_began = self.world.timers.now()
        stuck = self.world.faults.strike("sync_stuck", primary.name)
        longer = 0.0 if stuck is None else stuck.options.get("seconds")
        if longer is not None:
            duration = self.world.scenario.durations.sync + float(longer)
            self.world.after(duration, lambda: self._finish_sync(relationship, then))

    def _finish_sync(self, relationship: Relationship, then: t.Callable[[], None] | None) -> None:
        if self.relationship is not relationship or relationship.sync_began is None:
            return
        relationship.sync_began = None
        primary, backup = self.by_role("primary"), self.by_role("backup")
        failed = self.world.faults.strike("sync_failed", primary.name if primary else None) is not None
        if failed or primary is None or backup is None or primary.phase != "up" or backup.phase != "up":
            relationship.last_sync_ok = False
            return
        backup.settings = dict(primary.settings)
        merged = sorted({*primary.ended_sessions, *backup.ended_sessions})
        primary.ended_sessions, backup.ended_sessions = list(merged), list(merged)
        relationship.last_sync = self.world.wall_clock()
        relationship.last_sync_ok = True
        if then is not None:
            then()

    def by_role(self, role: str) -> Device | None:
        return next((device for device in self.devices if device.role == role), None)

    def sync_percent(self) -> int:
        if self.relationship is None or self.relationship.sync_began is None:
            return 100
        elapsed = self.world.timers.elapsed(self.relationship.sync_began)
        return min(99, int(100 * elapsed / max(0.001, self.world.scenario.durations.sync)))

    def change_role(self, device: Device, role: str, *, sync_first: bool, force: bool) -> Caption:
        """Give this device the role, its peer the other one; both are backup for a moment. Raises Refused."""
        peer = device.peer
        if self.relationship is None or peer is None:
            raise Refused(caption("failover.absent"))
        if device.role == role:
            raise Refused(caption("failover.become.refused"))
        if self.world.faults.strike("role_change_failed", device.name) is not None:
            raise Refused(caption("failover.sync.failed"))
        reachable = peer.phase == "up" and self.world.faults.strike("peer_unreachable", device.name) is None
        if not reachable and not (force and role == "backup"):
            raise Refused(caption("failover.become.refused"))
        device.role_changing(f"role changed to {role}")

        def swap() -> None:
            device.role = peer.role = "backup"

            def settle() -> None:
                device.role = role
                peer.role = "primary" if role == "backup" else "backup"
                self._shared_ip_by_role()

            self.world.after(self.world.scenario.durations.role_change, settle)

        if sync_first:
            self.start_sync(then=swap)
            return caption("failover.sync.started")
        swap()
        return caption("failover.become.done")

    def _shared_ip_by_role(self) -> None:
        """The appliances bring a shared IP up and down by role; nothing does so without a relationship."""
        for device in sorted(self.devices, key=lambda device: device.role == "primary"):
            if device.shared_address is not None:
                device.shared_address.enabled = device.role == "primary"
        self.settle_network()

    def last_sync_label(self) -> Label:
        if self.relationship is None or self.relationship.last_sync is None:
            return caption("failover.never")
        return Moment(self.relationship.last_sync)


def is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
