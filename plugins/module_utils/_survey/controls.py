# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the procedures need on each page, looked for with the very lookups of the actions, without pressing anything."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InputError, PageError, SraError, StateError
from .._guided.by_hand import in_short
from .._pages import basics as basics_page
from .._pages import certificate_store, download_key
from .._pages import certificates as certificates_page
from .._pages import failover as failover_page
from .._pages import ip_configuration as network_page
from .._pages import jump_clients as jump_clients_page
from .._pages import security as security_page
from .._pages import software_management as software_page
from .._pages import updates as updates_page
from .._records import Failover
from .._web import filling
from .._web.controls import Button, Control
from .._web.finder import Action
from .._web.session import WebSession
from .._web.view import PageView
from . import origin
from .model import ControlSeen, State

NAMES: t.Final[dict[str, str]] = {
    "addresses": "list of addresses",
    "appliance_download_key": "Appliance Download Key",
    "appliance_id": "appliance id",
    "appliance_time": "time of the appliance",
    "base_version": "Base version",
    "break_relationship": "Break Failover Relationship",
    "certificates": "list of certificates",
    "check_for_updates": "Check for Updates",
    "download_backup": "Download Backup",
    "enabled": "Enabled",
    "establish_relationship": "button that establishes the relationship",
    "export": "Export",
    "install_this_update": "Install This Update",
    "list": "list of updates",
    "max_concurrent_upgrades": "maximum of concurrent Jump Client upgrades",
    "new_peer_host": "new backup site: host",
    "new_peer_port": "new backup site: TLS port",
    "pre_shared_key": "inter-appliance pre-shared key",
    "product_version": "product version",
    "reset_appliance": "Reset Appliance to Factory Defaults",
    "shut_down_appliance": "Shut Down This Appliance",
    "relationship": "state of the relationship",
    "reverse_host": "reverse connection: host",
    "reverse_port": "reverse connection: TLS port",
    "save_changes": "Save Changes",
    "sync_now": "Sync Now",
}
STEPS: t.Final[dict[str, str]] = {
    "appliance_download_key": "download_key",
    "export": "export",
    "reset_appliance": "decommission",
    "shut_down_appliance": "decommission",
    "base_version": "update",
    "break_relationship": "separate",
    "check_for_updates": "update",
    "download_backup": "backup",
    "enabled": "swing",
    "establish_relationship": "establish",
    "install_this_update": "update",
    "list": "update",
    "new_peer_host": "establish",
    "new_peer_port": "establish",
    "reverse_host": "establish",
    "reverse_port": "establish",
    "save_changes": "swing",
    "sync_now": "sync",
    "addresses": "swing",
}
"""The step that a person can do where the control is missing."""

_FORM: t.Final = ("new_peer_host", "new_peer_port", "reverse_host", "reverse_port")


@dataclasses.dataclass
class Context:
    """What is known while the pages of one interface are looked at. ``stands`` is the failover role."""

    web: WebSession
    stands: str = "unknown"
    language: str | None = None
    shared_ip: str | None = None
    values: dict[str, str | None] = dataclasses.field(default_factory=dict)

    def seen(self, control: str, state: State, step: str | None = None, **more: t.Any) -> ControlSeen:
        """``step`` is what a person can do instead, where it is not the control's usual one."""
        step = step or STEPS.get(control)
        lacks = state in ("missing", "not_understood")
        by_hand = in_short(step, self.language) if lacks and step else ""
        return ControlSeen(control, NAMES[control], state, by_hand=by_hand, **more)

    def lacking(self, control: str, error: SraError, step: str | None = None) -> ControlSeen:
        """A control that a lookup did not find, in the words of the lookup."""
        return self.seen(control, "missing", step, detail=error.message, candidates=error.candidates[:5])

    def action(
        self,
        control: str,
        view: PageView,
        action: Action,
        values: filling.Values | None = None,
        key: str = "",
        step: str | None = None,
    ) -> ControlSeen:
        """An action that was found on a page, and whether its form would be sent."""
        caption, how = origin.of_action(self.web.vocabulary, key or control, action)
        unfit = _unfit(view, action, values or {})
        if unfit:
            return self.seen(control, "not_understood", step, caption=caption, how=how, detail=unfit)
        return self.seen(control, "found", caption=caption, how=how)

    def field(self, control: str, field: Control, key: str, value: str | None = None) -> ControlSeen:
        caption, how = origin.of_control(self.web.vocabulary, key, field)
        section = " > ".join(field.section[-1:])
        shown = f"{section} > {caption}" if section and caption and section != caption else caption
        return self.seen(control, "found", caption=shown, how=how, value=value)


def _unfit(view: PageView, action: Action, values: filling.Values) -> str | None:
    """Why the form of a button would not be sent, in words; None where it would."""
    if not isinstance(action, Button):
        return None
    form = next((form for form in view.forms if form.index == action.form and form.index >= 0), None)
    if form is None:
        return "it belongs to no form, so nothing can be sent"
    try:
        filling.check(form, action, values)
    except filling.Unfit as problem:
        return str(problem)
    return None


Look = t.Callable[[Context, PageView], t.Iterator[ControlSeen]]


def _basics(context: Context, view: PageView) -> t.Iterator[ControlSeen]:
    read = basics_page.read(context.web)
    told = {
        "appliance_id": read.appliance_id,
        "hostname": read.hostname,
        "base": read.base_version,
        "product": read.product_version,
        "build": read.product_build,
    }
    context.values.update({name: value for name, value in told.items() if value is not None})
    finder = context.web.finder(view, "basics")
    for key in basics_page.LOOKUPS:
        fact = basics_page.find(finder, key)
        if fact is None:
            yield context.seen(key, "missing", detail="no value with such a label was found")
        else:
            caption, how = origin.of_fact(fact)
            yield context.seen(key, "found", caption=caption, how=how, value=fact.value)
    for state, (key, _purpose) in basics_page.POWER.items():
        try:
            yield context.action(key, *basics_page.find_power(context.web, state))
        except PageError as error:
            yield context.lacking(key, error)


def _network(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    read = network_page.read(context.web)
    listed = [f"{one.address} {_enabled(one.enabled)}" for one in read.addresses]
    yield context.seen("addresses", "found", value=", ".join(listed))
    address = context.shared_ip or read.addresses[0].address
    try:
        # Opened and filled in, never sent.
        prepared = network_page.prepare_enabled(context.web, address, True)
    except (PageError, StateError) as error:
        yield context.lacking("enabled", error)
        return
    for field in prepared.values:
        yield context.field("enabled", field, "enabled", f"of {address}")
    yield context.action("save_changes", prepared.view, prepared.button, prepared.values, prepared.key)


def _enabled(state: bool | None) -> str:
    return {True: "enabled", False: "disabled", None: "unknown"}[state]


def _certificates(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    read = certificates_page.read(context.web)
    names = ", ".join(one.issued_to or one.friendly_name or "unnamed" for one in read)
    yield context.seen("certificates", "found", value=f"{len(read)}: {names}" if read else "none")
    if not read:
        yield context.seen("export", "not_visible", detail="shown beside a certificate")
        return
    try:
        yield context.action("export", *certificate_store.find_export(context.web, read[0]))
    except PageError as error:
        yield context.lacking("export", error)


def _updates(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    read = updates_page.read(context.web, check=False)
    if read.available:
        yield context.seen("list", "found", value=", ".join(package.name for package in read.available))
    else:
        said = read.message if read.listed else None
        yield context.seen("list", "not_visible", detail=said or "listed after Check for Updates only")
    try:
        yield context.action("check_for_updates", *updates_page.find_check(context.web))
    except PageError as error:
        if not read.available:
            yield context.lacking("check_for_updates", error)
        else:
            yield context.seen("check_for_updates", "not_visible", detail="the page lists the updates by itself")
    yield _install(context, bool(read.available))
    yield _download_key(context)


def _download_key(context: Context) -> ControlSeen:
    key = download_key.KEY
    try:
        view, action = download_key.find(context.web)
    except PageError as error:
        return context.lacking(key, error)
    # The key itself is never part of a survey.
    return context.action(key, view, action) if action is not None else context.seen(key, "found", value="shown")


def _install(context: Context, listed: bool) -> ControlSeen:
    try:
        view, installs = updates_page.find_installs(context.web)
    except PageError as error:
        return context.lacking("install_this_update", error)
    if not installs:
        detail = "no listed update can be installed now" if listed else "shown when an update is listed"
        return context.seen("install_this_update", "not_visible", detail=detail)
    seen = [context.action("install_this_update", view, action) for _package, action in installs]
    return next((one for one in seen if one.state != "found"), seen[0])


def _software(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    try:
        view, _finder, action = software_page.find_download(context.web)
    except PageError as error:
        yield context.lacking("download_backup", error)
    else:
        yield context.action("download_backup", view, action)


def _failover(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    read = failover_page.read(context.web)
    context.stands = read.role
    words = read.role if read.configured else "no relationship"
    yield context.seen("relationship", "found", value=words)
    yield from _related(context, read)
    yield from _unrelated(context, read)


def _related(context: Context, read: Failover) -> t.Iterator[ControlSeen]:
    for key in ("sync_now", "break_relationship"):
        if not read.configured:
            yield context.seen(key, "not_visible", detail="shown while there is a relationship")
            continue
        try:
            yield context.action(key, *failover_page.find_action(context.web, key))
        except PageError as error:
            yield _hidden(context, read, key) or context.lacking(key, error)


def _hidden(context: Context, read: Failover, key: str) -> ControlSeen | None:
    if key == "sync_now" and read.sync_running:
        return context.seen(key, "not_visible", detail="shown while no data sync is running")
    if read.role == "backup":
        return context.seen(key, "not_offered", detail="done on the primary")
    return None


def _unrelated(context: Context, read: Failover) -> t.Iterator[ControlSeen]:
    keys = (*_FORM, "establish_relationship")
    if read.configured:
        for key in keys:
            yield context.seen(key, "not_visible", detail="shown while there is no relationship")
        return
    try:
        form = failover_page.find_form(context.web)
    except (PageError, StateError) as error:
        yield context.lacking("establish_relationship", error)
        return
    for key, field, vocabulary_key in zip(_FORM, form.fields, ("peer_host", "tls_port") * 2, strict=True):
        yield context.field(key, field, vocabulary_key)
    values = {field: field.value or "1" for field in form.fields}
    yield context.action("establish_relationship", form.view, form.button, values)


def _security(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    present = security_page.read(context.web)["pre_shared_key_present"]
    words = {True: "set", False: "not set", None: "not shown"}[present]
    yield context.seen("pre_shared_key", "found", value=words)


def _jump_clients(context: Context, _view: PageView) -> t.Iterator[ControlSeen]:
    key, step = "max_concurrent_upgrades", "jump_client_limit"
    try:
        setting = jump_clients_page.find_setting(context.web)
    except PageError as error:
        yield context.lacking(key, error, step)
        return
    number = setting.number or 1
    yield context.field(key, setting.field, key, str(number))
    try:
        values = {setting.field: jump_clients_page.value_for(setting.field, number)}
        yield context.action("save_changes", setting.view, setting.button, values, step=step)
    except (PageError, InputError) as error:
        yield context.lacking("save_changes", error, step)


LOOKS: t.Final[dict[str, Look]] = {
    "basics": _basics,
    "ip_configuration": _network,
    "certificates": _certificates,
    "updates": _updates,
    "failover": _failover,
    "software_management": _software,
    "login_security": _security,
    "jump_clients": _jump_clients,
}
"""The pages in the order in which they are looked at; Failover before the others of /login, for it tells the role."""
