# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The screens and actions of /appliance."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from . import updates
from .certificates import Issued
from .device import Address, Device, StoredCertificate, identity, package_id
from .pages import Download, Go, Outcome, Pages, done, simple_form
from .scenario import PackageOptions
from .screens import (
    Bullets,
    Button,
    Fact,
    Facts,
    Field,
    FieldGroup,
    Form,
    Label,
    Link,
    Message,
    Moment,
    Option,
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
from .site import Refused, is_address

_MENU = (
    ("menu.status", None, (("menu.basics", "status.basics"),)),
    ("menu.users", "users", ()),
    (
        "menu.networking",
        None,
        (("menu.ip_configuration", "networking.ip_configuration"), ("menu.static_routes", "networking.static_routes")),
    ),
    ("menu.storage", "storage.status", ()),
    (
        "menu.security",
        None,
        (("menu.certificates", "security.certificates"), ("menu.administration", "security.administration")),
    ),
    ("menu.updates", "updates", ()),
    ("menu.support", None, (("menu.utilities", "support.utilities"),)),
)


class AppliancePages(Pages):
    interface = "appliance"
    start = "status.basics"
    reads = frozenset({"check", "certificates", "export"})

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._manual_licence: PackageOptions | None = None
        self.screens = {
            "status.basics": self.basics,
            "networking.ip_configuration": self.ip_configuration,
            "networking.address": self.address,
            "security.certificates": self.certificates,
            "security.certificate": self.certificate,
            "security.export": self.export,
            "security.import": self.import_form,
            "security.assign": self.assign,
            "updates": self.updates,
            "updates.check": self.updates_check,
            "updates.install": self.updates_install,
            "updates.licence": self.licence,
            "updates.progress": self.progress,
            "updates.key": self.download_key,
            "users": self.placeholder("users", "menu.users"),
            "networking.static_routes": self.placeholder("networking.static_routes", "menu.static_routes"),
            "storage.status": self.placeholder("storage.status", "menu.storage"),
            "security.administration": self.placeholder("security.administration", "menu.administration"),
            "support.utilities": self.placeholder("support.utilities", "menu.utilities"),
        }
        self.actions = {
            "power": self.ask_power,
            "power_reset": self.reset,
            "power_shutdown": self.shut_down,
            "address": self.save_address,
            "ntp": self.save_ntp,
            "certificates": self.certificate_action,
            "export": self.do_export,
            "import": self.do_import,
            "assign": self.do_assign,
            "check": self.check,
            "install": self.install,
            "install_confirm": self.install_confirmed,
            "licence": self.accept_licence,
            "manual": self.manual,
        }

    def menu(self) -> tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]:
        return _MENU

    # Status

    def basics(self, item: str) -> Screen:
        device = self.device
        facts = Facts(
            (
                Fact("hostname", caption("basics.hostname"), device.world.node_name(device)),
                Fact("model", caption("basics.model"), "B300 (simulated)"),
                Fact("serial", caption("basics.serial"), identity("serial", device.name)[:10].upper()),
                Fact("appliance_id", caption("basics.appliance_id"), device.appliance_id),
                Fact("base_version", caption("basics.base_version"), device.base),
                Fact("time", caption("basics.time"), Moment(device.now())),
                Fact("uptime", caption("basics.uptime"), Moment(device.wall(device.started))),
            )
        )
        hosted = Facts(
            (
                Fact("site", caption("information.hostname"), device.site.options.site.hostname),
                Fact("product_version", caption("basics.product_version"), device.product),
                Fact("product_build", caption("basics.product_build"), device.build),
            )
        )
        power = Form(
            "power",
            Target("status.basics"),
            (Button("reset", caption("basics.reset")), Button("shutdown", caption("basics.shutdown"))),
        )
        return self.page(
            "status.basics",
            caption("basics.heading"),
            facts,
            *((Section("hosted", caption("basics.hosted"), (hosted,)),) if device.product else ()),
            Section("power", caption("basics.power"), (power,)),
        )

    def ask_power(self, submit: Submit) -> Outcome:
        which = "reset" if submit.button == "reset" else "shutdown"
        return self.confirm(
            caption("basics.heading"),
            caption(f"basics.{which}.text"),
            f"power_{which}",
            caption(f"basics.{which}"),
            "status.basics",
        )

    def reset(self, submit: Submit) -> Outcome:
        if submit.button != "confirm":
            return Go(Target("status.basics"))
        self.device.power_off(reset=True)
        return self.page("status.basics", caption("basics.heading"), Message("info", caption("basics.resetting")))

    def shut_down(self, submit: Submit) -> Outcome:
        if submit.button != "confirm":
            return Go(Target("status.basics"))
        self.device.power_off(reset=False)
        return self.page("status.basics", caption("basics.heading"), Message("info", caption("basics.shutting_down")))

    # Networking

    def ip_configuration(self, item: str) -> Screen:
        rows = tuple(
            Row(
                address.address,
                (address.address, address.netmask, address.interface, caption("yes" if address.enabled else "no")),
                Target("networking.address", address.address),
            )
            for address in self.device.addresses
        )
        columns = (caption("ip.address"), caption("ip.netmask"), caption("ip.interface"), caption("ip.enabled"))
        servers = [*self.device.ntp_servers, "", ""][:2]
        ntp = simple_form(
            "ntp",
            "networking.ip_configuration",
            Button("save", caption("save_changes")),
            *(Field(f"server{number}", caption("ip.ntp.server"), value=each) for number, each in enumerate(servers)),
        )
        return self.page(
            "networking.ip_configuration",
            caption("ip.heading"),
            Section("addresses", caption("ip.addresses"), (Table("addresses", columns, rows),)),
            Section("ntp", caption("ip.ntp"), (ntp,)),
        )

    def _address(self, item: str) -> Address:
        for address in self.device.addresses:
            if address.address == item:
                return address
        raise Refused(caption("ip.invalid", value=item))

    def address(self, item: str) -> Screen:
        try:
            address = self._address(item)
        except Refused as error:
            return self.refused("networking.ip_configuration", error)
        form = simple_form(
            "address",
            "networking.address",
            Button("save", caption("save_changes")),
            Field("address", caption("ip.address"), value=address.address, required=True),
            Field("netmask", caption("ip.netmask"), value=address.netmask, required=True),
            Field("enabled", caption("ip.enabled"), "checkbox", "1" if address.enabled else ""),
            item=item,
        )
        return self.page(
            "networking.address", caption("ip.edit.heading"), Paragraph(caption("ip.edit.intro")), form, item=item
        )

    def save_address(self, submit: Submit) -> Outcome:
        item = submit.target.item
        try:
            address = self._address(item)
            self._change_address(address, submit.values)
        except Refused as error:
            return self.refused("networking.address", error, item)
        return done("networking.ip_configuration", caption("saved"))

    def _change_address(self, address: Address, values: dict[str, str]) -> None:
        for key in ("address", "netmask"):
            if not is_address(values[key]):
                raise Refused(caption("ip.invalid", value=values[key]))
        enabled = values.get("enabled") == "1"
        if (
            not enabled
            and sum(each.enabled for each in self.device.addresses if not each.shared) == 1
            and not address.shared
        ):
            raise Refused(caption("ip.last"))
        if address.shared and self.device.world.faults.strike("shared_ip_refused", self.device.name) is not None:
            raise Refused(caption("ip.refused"))
        self.device.changing(f"address {address.address} changed")
        address.address, address.netmask = values["address"], values["netmask"]
        if enabled != address.enabled:
            self.device.set_enabled(address, enabled)

    def save_ntp(self, submit: Submit) -> Outcome:
        self.device.changing("NTP servers changed")
        self.device.ntp_servers = [value for _key, value in sorted(submit.values.items()) if value]
        return done("networking.ip_configuration", caption("saved"))

    # Security

    def certificates(self, item: str) -> Screen:
        rows = tuple(self._certificate_row(stored) for stored in self.device.certificates)
        columns = tuple(
            caption(f"certificates.{key}")
            for key in ("name", "issued_to", "issued_by", "expires", "private_key", "warnings", "assigned")
        )
        action = Field(
            "action",
            caption("certificates.action"),
            "select",
            "",
            (
                Option("", caption("certificates.action.none")),
                Option("export", caption("certificates.action.export")),
                Option("assign", caption("assign.button")),
            ),
        )
        form = Form(
            "certificates",
            Target("security.certificates"),
            (Button("go", caption("certificates.go")),),
            (FieldGroup((action,)),),
            Table("certificates", columns, rows),
        )
        return self.page(
            "security.certificates",
            caption("certificates.heading"),
            Paragraph(caption("certificates.intro")),
            Link(caption("certificates.import"), Target("security.import")),
            form,
        )

    def _certificate_row(self, stored: StoredCertificate) -> Row:
        return Row(
            stored.number,
            tuple(fact.value for fact in self._certificate_facts(stored)),
            Target("security.certificate", stored.number),
            True,
        )

    def _certificate_facts(self, stored: StoredCertificate) -> tuple[Fact, ...]:
        certificate = _parsed(stored)
        expires = certificate.not_valid_after_utc
        late = expires < datetime.datetime.now(datetime.UTC)
        values: dict[str, Label] = {
            "name": stored.name,
            "issued_to": _common_name(certificate.subject),
            "issued_by": _common_name(certificate.issuer),
            "expires": Moment(expires.timestamp()),
            "private_key": caption("yes" if stored.has_key else "no"),
            "warnings": caption("certificates.expires") if late else caption("certificates.none"),
            "assigned": ", ".join(stored.assigned) or "-",
        }
        return tuple(Fact(key, caption(f"certificates.{key}"), value) for key, value in values.items())

    def _stored(self, number: str) -> StoredCertificate:
        for stored in self.device.certificates:
            if stored.number == number:
                return stored
        raise Refused(caption("certificates.nothing_selected"))

    def certificate(self, item: str) -> Screen:
        try:
            stored = self._stored(item)
        except Refused as error:
            return self.refused("security.certificates", error)
        names = _parsed(stored).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = ", ".join(str(name.value) for name in names)
        facts = (*self._certificate_facts(stored), Fact("names", caption("certificates.alternative_names"), listed))
        return self.page(
            "security.certificate",
            caption("assign.heading"),
            Facts(facts),
            Link(caption("assign.button"), Target("security.assign", item)),
            item=item,
        )

    def certificate_action(self, submit: Submit) -> Outcome:
        if len(submit.selected) != 1 or not submit.values["action"]:
            return self.refused("security.certificates", Refused(caption("certificates.nothing_selected")))
        return Go(Target(f"security.{submit.values['action']}", submit.selected[0]))

    def export(self, item: str) -> Screen:
        form = simple_form(
            "export",
            "security.export",
            Button("export", caption("export.button")),
            Field("certificate", caption("export.certificate"), "checkbox", "1"),
            Field("private_key", caption("export.private_key"), "checkbox"),
            Field("chain", caption("export.chain"), "checkbox"),
            Field("passphrase", caption("export.passphrase"), "password"),
            item=item,
        )
        return self.page("security.export", caption("export.heading"), form, item=item)

    def do_export(self, submit: Submit) -> Outcome:
        try:
            stored = self._stored(submit.target.item)
            content = self._exported(stored, submit.values)
        except Refused as error:
            return self.refused("security.export", error, submit.target.item)
        suffix = "p12" if submit.values.get("private_key") else "pem"
        return Download(f"certificate.{suffix}", "application/octet-stream", len(content), iter([content]))

    def _exported(self, stored: StoredCertificate, values: dict[str, str]) -> bytes:
        certificate = _parsed(stored) if values.get("certificate") else None
        chain = [self.device.world.authority.certificate] if values.get("chain") else []
        if values.get("private_key"):
            if stored.issued is None or not stored.has_key:
                raise Refused(caption("certificates.key_missing"))
            if not values["passphrase"]:
                raise Refused(caption("export.passphrase_missing"))
            protection = serialization.BestAvailableEncryption(values["passphrase"].encode())
            return pkcs12.serialize_key_and_certificates(
                stored.name.encode(), stored.issued.key, certificate, chain or None, protection
            )
        if certificate is None and not chain:
            raise Refused(caption("export.nothing"))
        return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (certificate, *chain) if each)

    def import_form(self, item: str) -> Screen:
        form = simple_form(
            "import",
            "security.import",
            Button("upload", caption("import.button")),
            Field("file", caption("import.file"), "file", required=True),
            Field("password", caption("import.password"), "password"),
        )
        return self.page("security.import", caption("import.heading"), form)

    def do_import(self, submit: Submit) -> Outcome:
        upload = submit.files.get("file")
        try:
            stored = self._imported(upload.path if upload else "", submit.values["password"])
        except (ValueError, OSError):
            return self.refused("security.import", Refused(caption("import.failed")))
        self.device.changing("certificate imported")
        self.device.certificates.append(stored)
        return done("security.certificates", caption("import.done", name=stored.name))

    def _imported(self, path: str, password: str) -> StoredCertificate:
        with Path(path).open("rb") as file:
            content = file.read(1_000_000)
        number = str(len(self.device.certificates) + 1)
        if content.startswith(b"-----BEGIN"):
            certificate = x509.load_pem_x509_certificate(content)
            pem = certificate.public_bytes(serialization.Encoding.PEM)
            return StoredCertificate(number, _common_name(certificate.subject), None, [], False, pem)
        key, loaded, _chain = pkcs12.load_key_and_certificates(content, password.encode() or None)
        if loaded is None or not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("no certificate with its key")
        return StoredCertificate(number, _common_name(loaded.subject), Issued(loaded, key), [])

    def assign(self, item: str) -> Screen:
        try:
            stored = self._stored(item)
        except Refused as error:
            return self.refused("security.certificates", error)
        fields = tuple(
            Field(address.address, address.address, "checkbox", "1" if address.address in stored.assigned else "")
            for address in self.device.addresses
        )
        form = simple_form("assign", "security.assign", Button("save", caption("assign.save")), *fields, item=item)
        return self.page("security.assign", caption("assign.heading"), form, item=item)

    def do_assign(self, submit: Submit) -> Outcome:
        try:
            stored = self._stored(submit.target.item)
            if stored.issued is None or not stored.has_key:
                raise Refused(caption("certificates.key_missing"))
        except Refused as error:
            return self.refused("security.certificates", error)
        self.device.changing("certificate assigned")
        chosen = [address.address for address in self.device.addresses if submit.values.get(address.address) == "1"]
        for other in self.device.certificates:
            other.assigned = [address for address in other.assigned if address not in chosen]
        stored.assigned = chosen
        if self.device.options.address in chosen:
            self.device.use_certificate(stored.issued)
        return done("security.certificates", caption("saved"))

    # Updates

    def updates(self, item: str) -> Screen:
        if self.device.installing:
            return self.progress(item)
        check = Form("check", Target("updates"), (Button("check", caption("updates.check")),), safe=True)
        manual = simple_form(
            "manual",
            "updates",
            Button("upload", caption("updates.manual.button")),
            Field("file", caption("updates.manual.file"), "file", required=True),
        )
        outcome = self._last_outcome()
        return self.page(
            "updates",
            caption("updates.heading"),
            *((outcome,) if outcome else ()),
            Paragraph(caption("updates.intro")),
            check,
            Section(
                "manual",
                caption("updates.manual"),
                (
                    Paragraph(caption("updates.manual.intro")),
                    Link(caption("updates.key"), Target("updates.key")),
                    manual,
                ),
            ),
        )

    def _last_outcome(self) -> Message | None:
        install = self.device.install
        if install is None or self.device.installing:
            return None
        package = updates.package_label(install.package)
        if install.state == "failed":
            key = "updates.failed.base" if install.package.kind == "base" else "updates.failed"
            return Message("error", caption(key, package=package))
        return Message("success", caption("updates.done", package=package))

    def check(self, submit: Submit) -> Outcome:
        if self.device.installing:
            return Go(Target("updates.progress"))
        try:
            updates.check(self.device)
        except Refused as error:
            return self.refused("updates", error)
        return Go(Target("updates.check"))

    def updates_check(self, item: str) -> Screen:
        if self.device.installing:
            return self.progress(item)
        if self.device.checked is None:
            return self.updates(item)
        listed = [package for package in self.device.checked if package in updates.offered(self.device)]
        parts: tuple[Part, ...]
        if listed:
            entries = tuple(self._entry(package) for package in listed)
            parts = (
                Message("info", caption("updates.present")),
                Section("available", caption("updates.available"), entries),
            )
        else:
            parts = (Message("info", caption("updates.absent")),)
        return self.page("updates.check", caption("updates.check.heading"), Paragraph(caption("updates.intro")), *parts)

    def _entry(self, package: PackageOptions) -> Section:
        parts: list[Part] = []
        if updates.satisfied(self.device, package):
            button = Button("install", caption("updates.install"))
            parts.append(Form("install", Target("updates.install", package_id(package)), (button,)))
        else:
            reason = caption("updates.unsatisfied", have=self.device.base, want=package.version)
            parts.append(Paragraph(reason, emphasised=True))
        if package.kind == "product":
            hostname = self.device.site.options.site.hostname
            lines = (
                caption("updates.hostname", hostname=hostname),
                caption("updates.licenses", count="15"),
                caption("updates.expires"),
            )
            parts.append(Bullets(lines))
        return Section("package", updates.package_label(package), tuple(parts))

    def updates_install(self, item: str) -> Screen:
        return self.updates_check(item)

    def install(self, submit: Submit) -> Outcome:
        item = submit.target.item
        try:
            package = updates.find(self.device, item)
            if self.device.options.web.confirmations:
                text = caption("updates.confirm", package=updates.package_label(package))
                button = caption("updates.install")
                return self.confirm(
                    caption("updates.confirm.heading"), text, "install_confirm", button, "updates", item
                )
            return self._after_confirmation(package)
        except Refused as error:
            return self.refused("updates.check", error)

    def install_confirmed(self, submit: Submit) -> Outcome:
        if submit.button != "confirm":
            return Go(Target("updates"))
        try:
            return self._after_confirmation(updates.find(self.device, submit.target.item))
        except Refused as error:
            return self.refused("updates.check", error)

    def _after_confirmation(self, package: PackageOptions) -> Outcome:
        if package.licence_agreement:
            return self.licence(package_id(package))
        updates.begin(self.device, package)
        return Go(Target("updates.progress"))

    def licence(self, item: str) -> Screen:
        package = self._manual_licence
        try:
            package = (
                package if package is not None and package_id(package) == item else updates.find(self.device, item)
            )
        except Refused as error:
            return self.refused("updates", error)
        accept = Field("accept", caption("updates.licence.accept"), "checkbox", required=True)
        form = Form(
            "licence",
            Target("updates.licence", item),
            (Button("accept", caption("updates.licence.button")), Button("cancel", caption("cancel"))),
            (FieldGroup((accept,)),),
        )
        text = caption("updates.licence", package=updates.package_label(package))
        return self.page("updates.licence", caption("updates.licence.heading"), Paragraph(text), form, item=item)

    def accept_licence(self, submit: Submit) -> Outcome:
        item = submit.target.item
        if submit.button == "cancel":
            return Go(Target("updates"))
        if submit.values.get("accept") != "1":
            return self.refused("updates.licence", Refused(caption("updates.licence.missing")), item)
        waiting = self._manual_licence
        try:
            if waiting is not None and package_id(waiting) == item:
                updates.begin(self.device, waiting, manual=True)
                self._manual_licence = None
            else:
                updates.begin(self.device, updates.find(self.device, item))
        except Refused as error:
            return self.refused("updates", error)
        return Go(Target("updates.progress"))

    def progress(self, item: str) -> Screen:
        install = self.device.install
        parts: tuple[Part, ...]
        outcome = self._last_outcome()
        if install is None:
            parts = (Message("info", caption("updates.idle")),)
        elif outcome is not None:
            parts = (outcome, Link(caption("updates.heading"), Target("updates")))
        else:
            key = "updates.downloading" if install.state == "downloading" else "updates.installing"
            label = caption(key, package=updates.package_label(install.package))
            parts = (Progress(updates.percent(self.device), label), Paragraph(caption("updates.wait")))
        refresh = 5.0 if self.device.installing else None
        return self.page("updates.progress", caption("updates.progress.heading"), *parts, refresh=refresh)

    def manual(self, submit: Submit) -> Outcome:
        upload = submit.files.get("file")
        try:
            if upload is None or not upload.filename or not upload.size:
                raise Refused(caption("updates.manual.missing"))
            package = updates.recognise(self.device, upload.path)
            if not updates.satisfied(self.device, package):
                raise Refused(caption("updates.unsatisfied", have=self.device.base, want=package.version))
            if package.licence_agreement and not updates.is_installed(self.device, package):
                self._manual_licence = package
                return self.licence(package_id(package))
            updates.begin(self.device, package, manual=True)
        except Refused as error:
            return self.refused("updates", error)
        return Go(Target("updates.progress"))

    def download_key(self, item: str) -> Screen:
        heading = caption("updates.key.heading")
        if abs(self.device.clock_offset) > 3600:
            return self.page("updates.key", heading, Message("error", caption("updates.key.time")))
        key = Fact("key", caption("updates.key"), download_key(self.device))
        return self.page("updates.key", heading, Facts((key,)))


def download_key(device: Device) -> str:
    """The key by which the update server knows this device."""
    return f"{device.name}.{identity('download-key', device.world.scenario.seed, device.name)}"


def _parsed(stored: StoredCertificate) -> x509.Certificate:
    return stored.issued.certificate if stored.issued else x509.load_pem_x509_certificate(stored.pem)


def _common_name(name: x509.Name) -> str:
    return str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
