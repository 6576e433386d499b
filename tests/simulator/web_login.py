# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The screens and actions of /login."""

from __future__ import annotations

import datetime

from . import backup_file
from .device import Device, identity, version_key
from .pages import Download, Go, Outcome, Pages, done, simple_form
from .scenario import ApiAccount
from .screens import (
    Button,
    Fact,
    Facts,
    Field,
    FieldGroup,
    Form,
    Label,
    Message,
    Moment,
    Paragraph,
    Part,
    Progress,
    Row,
    Screen,
    Section,
    Submit,
    Table,
    Target,
    caption,
)
from .site import Refused, Relationship

_MENU = (
    ("menu.status", None, (("menu.information", "status.information"),)),
    ("menu.my_account", "my_account", ()),
    ("menu.configuration", "configuration", ()),
    ("menu.jump", None, (("menu.jump_clients", "jump.jump_clients"), ("menu.jumpoints", "jump.jumpoints"))),
    ("menu.access_console", "access_console", ()),
    ("menu.users_security", "users_security", ()),
    ("menu.reports", "reports", ()),
    (
        "menu.management",
        None,
        (
            ("menu.software", "management.software"),
            ("menu.security", "management.security"),
            ("menu.site_configuration", "management.site_configuration"),
            ("menu.failover", "management.failover"),
            ("menu.api_configuration", "management.api_configuration"),
            ("menu.support", "management.support"),
        ),
    ),
)
_BACKUP_MENU = (
    _MENU[0],
    (
        "menu.management",
        None,
        (
            ("menu.software", "management.software"),
            ("menu.security", "management.security"),
            ("menu.failover", "management.failover"),
        ),
    ),
)


def make_backup(device: Device, password: str | None) -> backup_file.Stream:
    """A backup of the device's settings and data, ready to be streamed."""
    content = backup_file.Content(device.product, device.build, device.now(), device.data())
    return backup_file.Stream(content, password, device.options.backup_bytes, device.world.scenario.seed)


def backup_download(device: Device, password: str | None) -> Download:
    """The backup as a file, or what a fault makes of it."""
    stream = make_backup(device, password)
    day = datetime.datetime.fromtimestamp(device.now(), tz=datetime.UTC).strftime("%Y%m%d")
    name = f"backup-{device.site.options.site.hostname}-{day}.nsb"
    if device.world.faults.strike("backup_html", device.name) is not None:
        page = b"<html><body><h1>Backup</h1><p>The backup could not be made.</p></body></html>"
        return Download(name, "text/html", len(page), iter([page]))
    chunks = stream.chunks()
    if device.world.faults.strike("backup_truncated", device.name) is not None:
        return Download(name, "application/octet-stream", stream.length, iter([next(chunks)]))
    return Download(name, "application/octet-stream", stream.length, chunks)


class LoginPages(Pages):
    interface = "login"
    start = "status.information"
    reads = frozenset({"backup", "vault_key"})

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.screens = {
            "status.information": self.information,
            "jump.jump_clients": self.jump_clients,
            "management.software": self.software,
            "management.security": self.security,
            "management.failover": self.failover,
            "my_account": self.placeholder("my_account", "menu.my_account"),
            "configuration": self.placeholder("configuration", "menu.configuration"),
            "jump.jumpoints": self.placeholder("jump.jumpoints", "menu.jumpoints"),
            "access_console": self.placeholder("access_console", "menu.access_console"),
            "users_security": self.placeholder("users_security", "menu.users_security"),
            "reports": self.placeholder("reports", "menu.reports"),
            "management.site_configuration": self.placeholder(
                "management.site_configuration", "menu.site_configuration"
            ),
            "management.api_configuration": self.placeholder("management.api_configuration", "menu.api_configuration"),
            "management.support": self.placeholder("management.support", "menu.support"),
        }
        self.actions = {
            "jump_client_settings": self.save_jump_client_settings,
            "backup": self.backup,
            "vault_key": self.vault_key,
            "restore": self.restore,
            "shared_key": self.save_shared_key,
            "sync": self.sync,
            "break": self.ask_break,
            "break_confirm": self.break_confirmed,
            "become": self.become,
            "become_confirm": self.become_confirmed,
            "establish": self.establish,
        }

    def menu(self) -> tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]:
        return _BACKUP_MENU if self.device.role == "backup" else _MENU

    def full_menu(self) -> tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]:
        return _MENU

    def information(self, item: str) -> Screen:
        device = self.device
        states = device.site.fleet.states(device.name)
        facts = Facts(
            (
                Fact("hostname", caption("information.hostname"), device.site.options.site.hostname),
                Fact("version", caption("information.version"), device.product),
                Fact("build", caption("information.build"), device.build),
                Fact("time", caption("information.time"), Moment(device.now())),
                Fact("users", caption("information.users"), str(len(device.site.fleet.logged_in(device.name)))),
                Fact("clients", caption("information.jump_clients"), str(sum(state.online for state in states))),
            )
        )
        return self.page(
            "status.information",
            caption("information.heading"),
            Section("site", caption("information.site"), (facts,)),
        )

    # Jump

    def jump_clients(self, item: str) -> Screen:
        limit = str(self.device.settings["max_concurrent_upgrades"])
        form = simple_form(
            "jump_client_settings",
            "jump.jump_clients",
            Button("save", caption("save_changes")),
            Field("limit", caption("jump_clients.limit"), "number", limit, required=True),
        )
        columns = tuple(caption(f"jump_clients.{key}") for key in ("name", "type", "state"))
        rows = []
        for state in self.device.site.fleet.states(self.device.name)[:100]:
            kind = caption("jump_clients.passive" if state.passive else "jump_clients.active")
            shown = "lost" if state.lost else "pending" if state.pending else "online" if state.online else "offline"
            rows.append(Row(state.name, (state.name, kind, caption(f"jump_clients.{shown}"))))
        return self.page(
            "jump.jump_clients",
            caption("jump_clients.heading"),
            Section("upgrade", caption("jump_clients.upgrade"), (form,)),
            Section("list", caption("jump_clients.list"), (Table("clients", columns, tuple(rows)),)),
        )

    def save_jump_client_settings(self, submit: Submit) -> Outcome:
        value = submit.values["limit"].strip()
        if not value.isdigit() or not 1 <= int(value) <= 500:
            return self.refused("jump.jump_clients", Refused(caption("jump_clients.limit.invalid")))
        self.device.changing("Jump Client settings changed")
        self.device.settings["max_concurrent_upgrades"] = int(value)
        if self.device.site.fleet.serving == self.device.name:
            self.device.site.fleet.limit_changed(int(value))
        return done("jump.jump_clients", caption("saved"))

    # Management > Software

    def software(self, item: str) -> Screen:
        backup = simple_form(
            "backup",
            "management.software",
            Button("download", caption("software.backup.button")),
            Field("password", caption("software.backup.password"), "password"),
            Field("confirm", caption("software.backup.confirm"), "password"),
            Field("history", caption("software.backup.history"), "checkbox", "1"),
        )
        vault = simple_form(
            "vault_key",
            "management.software",
            Button("download_key", caption("software.vault.button")),
            Field("password", caption("software.vault.password"), "password"),
        )
        restore = simple_form(
            "restore",
            "management.software",
            Button("upload", caption("software.restore.button")),
            Field("file", caption("software.restore.file"), "file", required=True),
            Field("password", caption("software.restore.password"), "password"),
        )
        return self.page(
            "management.software",
            caption("software.heading"),
            Section("backup", caption("software.backup"), (backup,)),
            *((Section("vault", caption("software.vault"), (vault,)),) if self.device.options.vault_key else ()),
            Section("restore", caption("software.restore"), (restore,)),
        )

    def backup(self, submit: Submit) -> Outcome:
        if submit.values["password"] != submit.values["confirm"]:
            return self.refused("management.software", Refused(caption("software.backup.mismatch")))
        return backup_download(self.device, submit.values["password"] or None)

    def vault_key(self, submit: Submit) -> Outcome:
        if not self.device.options.vault_key:
            return self.refused("management.software", Refused(caption("software.restore.missing")))
        if not submit.values["password"]:
            return self.refused("management.software", Refused(caption("software.vault.missing")))
        content = f"SIMULATED-VAULT-KEY {identity('vault', self.device.appliance_id)}\n".encode()
        return Download("vault-key.bin", "application/octet-stream", len(content), iter([content]))

    def restore(self, submit: Submit) -> Outcome:
        upload = submit.files.get("file")
        try:
            if upload is None or not upload.filename:
                raise Refused(caption("software.restore.missing"))
            self._restore(upload.path, submit.values["password"])
        except Refused as error:
            return self.refused("management.software", error)
        return done("management.software", caption("software.restore.done"))

    def _restore(self, path: str, password: str) -> None:
        device = self.device
        try:
            content = backup_file.read(path, password)
        except backup_file.BackupError as error:
            key = "password_wrong" if error.reason == "password" else "damaged"
            raise Refused(caption(f"software.restore.{key}")) from error
        if version_key(content.version) > version_key(device.product):
            raise Refused(caption("software.restore.newer", version=content.version))
        device.changing("backup restored")
        device.settings = dict(content.data["settings"])
        device.ended_sessions = list(content.data["sessions"])
        device.shared_key = content.data["failover"]["shared_key"]
        device.accounts["login"] = dict(content.data["login_accounts"])
        device.must_change.discard("login")
        device.api_accounts = tuple(ApiAccount(**account) for account in content.data["api_accounts"])
        device.factory_new = False

    # Management > Security

    def security(self, item: str) -> Screen:
        form = simple_form(
            "shared_key",
            "management.security",
            Button("save", caption("save_changes")),
            Field("key", caption("management.security.key"), value=self.device.shared_key),
        )
        return self.page("management.security", caption("management.security.heading"), form)

    def save_shared_key(self, submit: Submit) -> Outcome:
        self.device.changing("inter-appliance key changed")
        self.device.shared_key = submit.values["key"]
        return done("management.security", caption("saved"))

    # Management > Failover

    def failover(self, item: str) -> Screen:
        relationship = self.device.site.relationship
        if relationship is None:
            return self._failover_absent()
        return self._failover_present(relationship)

    def _failover_absent(self) -> Screen:
        def group(side: str) -> FieldGroup:
            return FieldGroup(
                (
                    Field(f"{side}_host", caption("failover.host"), required=True),
                    Field(f"{side}_port", caption("failover.port"), value="443", required=True),
                ),
                caption(f"failover.{side}"),
            )

        form = Form(
            "establish",
            Target("management.failover"),
            (Button("establish", caption("failover.establish")),),
            (group("peer"), group("reverse")),
        )
        return self.page(
            "management.failover",
            caption("failover.heading"),
            Message("info", caption("failover.absent")),
            Section("establish", caption("failover.setup"), (Paragraph(caption("failover.setup.note")), form)),
        )

    def _failover_present(self, relationship: Relationship) -> Screen:
        device, peer = self.device, self.device.peer
        role = caption(f"failover.{device.role}")
        peer_role: Label = caption("failover.peer_down")
        if peer is not None and peer.phase == "up":
            peer_role = caption(f"failover.{peer.role}")
        address = relationship.addresses.get(peer.name, "") if peer else ""
        outcome = "failover.sync.ok" if relationship.last_sync_ok else "failover.sync.failed"
        facts = Facts(
            (
                Fact("this_host", caption("failover.this_host"), role),
                Fact("peer_host", caption("failover.peer_host"), peer_role),
                Fact("peer_address", caption("failover.peer_address"), address),
                Fact("last_sync", caption("failover.last_sync"), device.site.last_sync_label()),
                Fact(
                    "last_status", caption("failover.last_status"), caption(outcome) if relationship.last_sync else "-"
                ),
            )
        )
        parts: list[Part] = [facts]
        refresh = None
        if relationship.sync_began is not None:
            refresh = 5.0
            parts.append(Message("info", caption("failover.sync.running")))
            parts.append(Progress(device.site.sync_percent(), caption("failover.sync.progress")))
        else:
            parts.append(Form("sync", Target("management.failover"), (Button("sync", caption("failover.sync")),)))
        parts += [self._become_form(), self._break_form()]
        return self.page("management.failover", caption("failover.status.heading"), *parts, refresh=refresh)

    def _break_form(self) -> Form:
        return Form("break", Target("management.failover"), (Button("break", caption("failover.break")),))

    def _become_form(self) -> Form:
        if self.device.role == "backup":
            button = Button("become", caption("failover.become_primary"))
            return Form("become", Target("management.failover"), (button,))
        button = Button("become", caption("failover.become_backup"))
        pull = Field("pull", caption("failover.become.pull"), "checkbox")
        return Form("become", Target("management.failover"), (button,), (FieldGroup((pull,)),))

    def sync(self, submit: Submit) -> Outcome:
        try:
            self.device.changing("data sync")
            self.device.site.start_sync()
        except Refused as error:
            return self.refused("management.failover", error)
        return done("management.failover", caption("failover.sync.started"))

    def ask_break(self, submit: Submit) -> Outcome:
        if not self.device.options.web.confirmations:
            return self._break()
        return self.confirm(
            caption("failover.status.heading"),
            caption("failover.break.text"),
            "break_confirm",
            caption("failover.break"),
            "management.failover",
        )

    def break_confirmed(self, submit: Submit) -> Outcome:
        return self._break() if submit.button == "confirm" else Go(Target("management.failover"))

    def _break(self) -> Outcome:
        try:
            self.device.site.break_relationship(self.device)
        except Refused as error:
            return self.refused("management.failover", error)
        return done("management.failover", caption("failover.broken"))

    def become(self, submit: Submit) -> Outcome:
        pull = submit.values.get("pull") == "1"
        role = "primary" if self.device.role == "backup" else "backup"
        return self.confirm(
            caption("failover.status.heading"),
            caption("failover.become.text"),
            "become_confirm",
            caption(f"failover.become_{role}"),
            "management.failover",
            f"{role}-pull" if pull else role,
        )

    def become_confirmed(self, submit: Submit) -> Outcome:
        if submit.button != "confirm":
            return Go(Target("management.failover"))
        role, _dash, pull = submit.target.item.partition("-")
        try:
            message = self.device.site.change_role(self.device, role, sync_first=bool(pull), force=role == "primary")
        except Refused as error:
            return self.refused("management.failover", error)
        return done("management.failover", message)

    def establish(self, submit: Submit) -> Outcome:
        values = {key: value.strip() for key, value in submit.values.items()}
        try:
            self.device.site.establish(
                self.device, values["peer_host"], values["peer_port"], values["reverse_host"], values["reverse_port"]
            )
        except Refused as error:
            return self.refused("management.failover", error)
        return done("management.failover", caption("failover.established"))
