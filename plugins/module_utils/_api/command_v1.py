# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command API v1 (XML), for releases without v2. Namespaces vary between releases and are ignored.

Errors come with status 200 and the root element <error>. Actions that a product lacks answer "Invalid action".
"""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from .. import _deps
from .._errors import ApiError, RefusedByAppliance
from .._records import ApiInfo, ApplianceEntry, ClientCounts, Health, User
from . import values
from .caller import ApiCaller, Call
from .command import ROLE_TIMEOUT, NotOffered, Role
from .permissions import COMMAND_FULL, COMMAND_READ, Permission

PATH: t.Final = "/api/command"
_ACCEPT: t.Final = "application/xml, text/xml"
# What v1 calls the kinds of clients, old and new names.
_CONSOLES: t.Final = frozenset({"representative", "rep", "access_console", "console"})
_GATEWAYS: t.Final = frozenset({"push_agent", "jumpoint", "gateway", "connection_agent"})


class RefusedByV1(ApiError):
    """<error> as the root of the answer; ``words`` are its text."""

    def __init__(self, message: str, words: str, **parts: t.Any) -> None:
        super().__init__(message, status=200, seen=words, **parts)
        self.words = words


class CommandV1:
    """The API of appliances that do not answer /api/command/v2/info."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    def info(self) -> ApiInfo:
        root = self._read("get_api_info")
        version = _text(root, "api_version")
        return ApiInfo(
            command_api="v1",
            permissions=_permissions(root),
            current_time=values.moment(_text(root, "timestamp")),
            product=_text(root, "product"),
            versions={"command_api_version": version} if version else {},
        )

    def health(self) -> Health:
        root = self._read("check_health")
        version, build = values.version_and_build(_text(root, "version"))
        appliance = _first(root, "appliance")
        sync = _first(root, "last_data_sync_time")
        shared = _first(root, "enabled_shared_ips")
        addresses = [element.text for element in shared.iter() if _name(element) == "ip"] if shared is not None else []
        return Health(
            healthy=values.flag(_text(root, "success")) is True,
            version=version,
            build=build,
            appliance_id=values.text(appliance.get("id")) if appliance is not None else None,
            hostname=_text(root, "appliance"),
            failover_role=_text(root, "failover_role"),
            enabled_shared_ips=values.texts(addresses),
            last_data_sync=(values.moment(sync.get("ts")) or values.moment(sync.text)) if sync is not None else None,
            last_data_sync_status=_text(root, "last_data_sync_status"),
            message=_text(root, "error_message"),
        )

    def appliances(self) -> tuple[ApplianceEntry, ...]:
        """The list of appliances; where a product lacks the action, this node alone as its health tells."""
        try:
            root = self._read("get_appliances")
        except NotOffered:
            health = self.health()
            own = ApplianceEntry(health.appliance_id or "", name=health.hostname, failover_role=health.failover_role)
            return (own,)
        return tuple(
            ApplianceEntry(
                appliance_id=values.text(element.get("id")) or "",
                name=_text(element, "name"),
                public_hostname=_text(element, "public_hostname"),
                cluster_role=_text(element, "cluster_role"),
                failover_role=_text(element, "failover_role"),
                accepting_connections=values.flag(_text(element, "accepting_connections")),
            )
            for element in _all(root, "appliance")
        )

    def client_counts(self) -> tuple[ClientCounts, ...]:
        """v1 does not say to which appliance a client is connected: one row without an id."""
        root = self._read("get_connected_client_list")
        kinds = [(element.get("type") or "").lower() for element in _all(root, "connected_client")]
        consoles = sum(kind in _CONSOLES for kind in kinds)
        gateways = sum(kind in _GATEWAYS for kind in kinds)
        return (ClientCounts(None, consoles, len(kinds) - consoles - gateways, gateways),)

    def users(self) -> tuple[User, ...]:
        root = self._read("get_logged_in_reps")
        return tuple(_user(element) for element in (*_all(root, "rep"), *_all(root, "user")))

    def logout_user(self, user_id: int) -> bool:
        return self._write_unless_gone("logout_rep", {"type": "normal", "id": str(user_id)})

    def terminate_session(self, lsid: str) -> bool:
        return self._write_unless_gone("terminate_session", {"lsid": lsid})

    def set_failover_role(self, role: Role, data_sync_first: bool, force: bool) -> str:
        wanted: dict[str, str] = {"role": role}
        if data_sync_first:
            wanted["data_sync_first"] = "1"
        if force:
            wanted["force"] = "1"
        try:
            root = self._write("set_failover_role", wanted)
        except RefusedByV1 as exc:
            raise RefusedByAppliance(
                f"{self._caller.label} refuses to become {role}",
                seen=exc.words,
                appliance=self._caller.label,
                state="the role was not changed, says the appliance",
                advice="Look at /login > Management > Failover of both appliances before trying again.",
            ) from None  # the words are all that the answer held
        return " ".join("".join(root.itertext()).split())

    def _write_unless_gone(self, action: str, wanted: dict[str, str]) -> bool:
        try:
            self._write(action, wanted)
        except RefusedByV1 as exc:
            if "not found" in exc.words.lower() or "no such" in exc.words.lower():
                return False
            raise
        return True

    def _read(self, action: str) -> ElementTree.Element:
        call = Call("GET", PATH, COMMAND_READ, params={"action": action}, accept=_ACCEPT)
        return self._root(call, action)

    def _write(self, action: str, wanted: dict[str, str]) -> ElementTree.Element:
        call = Call("POST", PATH, COMMAND_FULL, form={"action": action, **wanted}, accept=_ACCEPT, timeout=ROLE_TIMEOUT)
        return self._root(call, action)

    def _root(self, call: Call, action: str) -> ElementTree.Element:
        response = self._caller.call(call)
        label = self._caller.label
        try:
            root: ElementTree.Element = _deps.defusedxml.ElementTree.fromstring(response.body, forbid_dtd=True)
        except (ElementTree.ParseError, ValueError, LookupError) as exc:
            raise ApiError(
                f"{label} answers the command {action} with something else than XML",
                status=response.status,
                expected="an XML document without a document type",
                seen=f"{response.content_type or 'no content type'}, {response.size} bytes",
                appliance=label,
            ) from exc
        words = _own_error(root)
        if words is not None:
            raise self._refused(call.permission, action, words)
        return root

    def _refused(self, permission: Permission, action: str, words: str) -> ApiError:
        label = self._caller.label
        if _is_unknown_action(words):
            return NotOffered(
                f"The Command API v1 of {label} does not offer {action}", status=200, seen=words, appliance=label
            )
        return RefusedByV1(
            f"{label} refuses the command {action}",
            words,
            appliance=label,
            advice=f"The API account needs {permission}." if "permission" in words.lower() else None,
        )


def _own_error(root: ElementTree.Element) -> str | None:
    """The text of an error answer: <error> as the root, or as a child of the root of a list."""
    error = root if _name(root) == "error" else next((child for child in root if _name(child) == "error"), None)
    return " ".join("".join(error.itertext()).split()) or "no reason given" if error is not None else None


def _is_unknown_action(words: str) -> bool:
    return "invalid action" in words.lower() or "unknown action" in words.lower()


def _name(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _all(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if _name(element) == name and element is not root]


def _first(root: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next(iter(_all(root, name)), None)


def _text(root: ElementTree.Element, name: str) -> str | None:
    element = _first(root, name)
    return values.text(element.text) if element is not None else None


def _permissions(root: ElementTree.Element) -> dict[str, t.Any]:
    """Named by the element itself, by an attribute or by a child: releases differ."""
    found: dict[str, t.Any] = {}
    for element in root.iter():
        name = _name(element)
        if name.startswith("perm_"):
            found[name] = values.text(element.text)
        elif name == "permission":
            named = element.get("name") or element.get("type") or element.get("id") or _text(element, "name")
            value = element.get("value") or values.text(element.text) or _text(element, "value")
            if named:
                found[named] = value
    known = {name: values.flag(value) for name, value in found.items()}
    return {name: found[name] if known[name] is None else known[name] for name in found}


def _user(element: ElementTree.Element) -> User:
    since = _first(element, "logged_in_since")
    sessions = _text(element, "session_count")
    return User(
        id=values.number(element.get("id") or _text(element, "id")),
        display_name=_text(element, "display_name") or _text(element, "username"),
        type=_text(element, "type") or element.get("type"),
        logged_in_since=(values.moment(since.get("ts")) or values.moment(since.text)) if since is not None else None,
        session_count=values.number(sessions) if sessions is not None else None,
    )
