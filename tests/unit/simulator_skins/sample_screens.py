# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Screens with everything that a screen can hold, as the appliance would show them."""

from __future__ import annotations

from simulator.screens import (
    SCREENS,
    Bullets,
    Button,
    Fact,
    Facts,
    Field,
    FieldGroup,
    Form,
    Link,
    MenuEntry,
    Message,
    Moment,
    Option,
    Paragraph,
    Part,
    Progress,
    Row,
    Screen,
    Section,
    Table,
    Target,
    caption,
)

NOW = Moment(1795359904)  # 2026-11-22 15:05:04 UTC


def _menu(interface: str, current: str) -> tuple[MenuEntry, ...]:
    tabs = {
        "appliance": (
            ("status", "status.basics"),
            ("networking", "networking.ip_configuration"),
            ("updates", "updates"),
        ),
        "login": (
            ("status", "status.information"),
            ("jump", "jump.jump_clients"),
            ("management", "management.failover"),
        ),
    }[interface]
    names = {
        "status.basics": "basics",
        "status.information": "information",
        "networking.ip_configuration": "ip_configuration",
        "jump.jump_clients": "jump_clients",
        "management.failover": "failover",
    }
    entries = []
    for top, screen in tabs:
        here = screen.split(".")[0] == current.split(".")[0]
        children: tuple[MenuEntry, ...] = ()
        if screen in names:
            children = (MenuEntry(caption(f"menu.{names[screen]}"), Target(screen), screen == current),)
        if top == "networking":
            children += (MenuEntry(caption("menu.static_routes"), Target("networking.static_routes")),)
        entries.append(MenuEntry(caption(f"menu.{top}"), Target(screen), here, children))
    return tuple(entries)


def page(interface: str, key: str, heading: str, *parts: Part, item: str = "", refresh: float | None = None) -> Screen:
    return Screen(
        key,
        interface,
        caption(f"site.{interface}"),
        caption(heading),
        parts,
        menu=_menu(interface, key),
        item=item,
        refresh=refresh,
        user="operator",
        sign_out=Target("sign_out"),
    )


def _sign_in(interface: str) -> Screen:
    fields = (
        Field("username", caption("sign_in.username"), required=True),
        Field("password", caption("sign_in.password"), kind="password", required=True),
    )
    form = Form("sign_in", Target("sign_in"), (Button("sign_in", caption("sign_in.button")),), (FieldGroup(fields),))
    parts = (Message("error", caption("sign_in.failed")), form)
    return Screen("sign_in", interface, caption(f"site.{interface}"), caption("sign_in.heading"), parts)


_BASICS = page(
    "appliance",
    "status.basics",
    "basics.heading",
    Message("success", caption("saved")),
    Message("warning", caption("updates.wait")),
    Facts(
        (
            Fact("hostname", caption("basics.hostname"), "node-a.example.com"),
            Fact("base_version", caption("basics.base_version"), "3.2.4"),
            Fact("time", caption("basics.time"), NOW),
        )
    ),
    Section(
        "power",
        caption("basics.power"),
        (
            Form(
                "power",
                Target("status.basics"),
                (Button("reset", caption("basics.reset")), Button("shutdown", caption("basics.shutdown"))),
            ),
        ),
    ),
)

_ADDRESSES = page(
    "appliance",
    "networking.ip_configuration",
    "ip.heading",
    Section(
        "addresses",
        caption("ip.addresses"),
        (
            Table(
                "addresses",
                (caption("ip.address"), caption("ip.netmask"), caption("ip.enabled")),
                (
                    Row(
                        "1",
                        ("127.0.1.11", "255.255.255.0", caption("yes")),
                        Target("networking.address", "127.0.1.11"),
                    ),
                    Row(
                        "2",
                        ("127.0.1.10", "255.255.255.0", caption("no")),
                        Target("networking.address", "127.0.1.10"),
                    ),
                ),
            ),
            Table("none", (caption("ip.address"),), (), empty=caption("placeholder")),
        ),
    ),
)

_ADDRESS = page(
    "appliance",
    "networking.address",
    "ip.edit.heading",
    Paragraph(caption("ip.edit.intro")),
    Form(
        "address",
        Target("networking.address", "127.0.1.10"),
        (Button("save", caption("save_changes")),),
        (
            FieldGroup(
                (
                    Field("address", caption("ip.address"), value="127.0.1.10", required=True),
                    Field("enabled", caption("ip.enabled"), "checkbox", "1"),
                    Field("mode", caption("ip.interface"), "radio", "a", (Option("a", "eth0"), Option("b", "eth1"))),
                )
            ),
        ),
    ),
    item="127.0.1.10",
)

_CERTIFICATES = page(
    "appliance",
    "security.certificates",
    "certificates.heading",
    Link(caption("certificates.import"), Target("security.import")),
    Form(
        "certificates",
        Target("security.certificates"),
        (Button("go", caption("certificates.go")),),
        (
            FieldGroup(
                (
                    Field(
                        "action",
                        caption("certificates.action"),
                        "select",
                        "",
                        (
                            Option("", caption("certificates.action.none")),
                            Option("export", caption("certificates.action.export")),
                        ),
                    ),
                )
            ),
        ),
        Table(
            "certificates",
            (caption("certificates.name"), caption("certificates.issued_to"), caption("certificates.expires")),
            (
                Row(
                    "1",
                    ("Site <certificate> & key", "access.example.com", NOW),
                    Target("security.certificate", "1"),
                    True,
                ),
                Row("2", ("Old one", "old.example.com", NOW), Target("security.certificate", "2"), True),
            ),
        ),
    ),
)

_UPDATES = page(
    "appliance",
    "updates",
    "updates.heading",
    Paragraph(caption("updates.intro")),
    Form("check", Target("updates"), (Button("check", caption("updates.check")),), safe=True),
    Section(
        "manual",
        caption("updates.manual"),
        (
            Link(caption("updates.key"), Target("updates.key")),
            Form(
                "manual",
                Target("updates"),
                (Button("upload", caption("updates.manual.button")),),
                (FieldGroup((Field("file", caption("updates.manual.file"), "file", required=True),)),),
            ),
        ),
    ),
)


def _package(kind: str, version: str, *parts: Part) -> Section:
    return Section("package", caption(f"updates.{kind}", version=version), parts)


def _install(item: str) -> Form:
    return Form("install", Target("updates.install", item), (Button("install", caption("updates.install")),))


_CHECK = page(
    "appliance",
    "updates.check",
    "updates.check.heading",
    Message("info", caption("updates.present")),
    Section(
        "available",
        caption("updates.available"),
        (
            _package("base", "3.3.2", _install("base-3.3.2")),
            _package("base", "3.3.3", _install("base-3.3.3")),
            _package(
                "product",
                "12.2.0",
                Paragraph(caption("updates.unsatisfied", have="3.2.4", want="12.2.0"), emphasised=True),
                Bullets((caption("updates.licenses", count="15"), caption("updates.expires"))),
            ),
        ),
    ),
)

_LICENCE = page(
    "appliance",
    "updates.licence",
    "updates.licence.heading",
    Paragraph(caption("updates.licence", package=caption("updates.product", version="12.2.0"))),
    Form(
        "licence",
        Target("updates.licence", "product-12.2.0"),
        (Button("accept", caption("updates.licence.button")), Button("cancel", caption("cancel"))),
        (FieldGroup((Field("accept", caption("updates.licence.accept"), "checkbox", required=True),)),),
    ),
    item="product-12.2.0",
)

_PROGRESS = page(
    "appliance",
    "updates.progress",
    "updates.progress.heading",
    Progress(42, caption("updates.installing", package=caption("updates.base", version="3.3.2"))),
    refresh=5,
)


def _side(side: str) -> FieldGroup:
    fields = (
        Field(f"{side}_host", caption("failover.host"), required=True),
        Field(f"{side}_port", caption("failover.port"), "number", value="443", required=True, hint="1-65535"),
    )
    return FieldGroup(fields, caption(f"failover.{side}"))


_RELATIONSHIP = page(
    "login",
    "management.failover",
    "failover.heading",
    Message("info", caption("failover.absent")),
    Section(
        "establish",
        caption("failover.setup"),
        (
            Paragraph(caption("failover.setup.note")),
            Form(
                "establish",
                Target("management.failover"),
                (Button("establish", caption("failover.establish")),),
                (_side("peer"), _side("reverse")),
            ),
        ),
    ),
    Section(
        "other",
        caption("failover.this_host"),
        (
            Form("sync", Target("management.failover"), (Button("sync", caption("failover.sync")),)),
            Form(
                "become",
                Target("management.failover"),
                (Button("become", caption("failover.become_backup")),),
                (
                    FieldGroup(
                        (Field("pull", caption("failover.become.pull"), "checkbox"),), note=caption("placeholder")
                    ),
                ),
            ),
        ),
    ),
)

_JUMP_CLIENTS = page(
    "login",
    "jump.jump_clients",
    "jump_clients.heading",
    Facts((Fact("last", caption("failover.last_sync"), NOW),)),
    Table(
        "clients", (caption("jump_clients.name"), caption("jump_clients.state")), (Row("c", ("pc-1", caption("yes"))),)
    ),
)

SAMPLES: tuple[Screen, ...] = (
    _sign_in("appliance"),
    _sign_in("login"),
    _BASICS,
    _ADDRESSES,
    _ADDRESS,
    _CERTIFICATES,
    _UPDATES,
    _CHECK,
    _LICENCE,
    _PROGRESS,
    _RELATIONSHIP,
    _JUMP_CLIENTS,
)
assert all(screen.key in SCREENS[screen.interface] for screen in SAMPLES)
