# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One appliance, looked at from end to end: both web interfaces and the APIs. Sends nothing but sign-ins and sign-outs."""

from __future__ import annotations

import datetime
import typing as t
import urllib.parse

from .._errors import PageError, SraError, TransportError
from .._guided.by_hand import in_short
from .._guided.steps import NEEDS_PAGE, SUBSETS
from .._module import Connection
from .._web.language import language_of
from .._web.navigation import Link
from .._web.pages import MENUS, PAGES
from .._web.session import WebSession
from .._web.view import PageView
from .._web.words import SAME_WORDS
from .apis import look_at_apis
from .controls import LOOKS, NAMES, STEPS, Context
from .model import ControlSeen, InterfaceSeen, PageSeen, Survey

_CONTENTS: t.Final = {
    "basics": "base_version",
    "ip_configuration": "addresses",
    "certificates": "certificates",
    "updates": "list",
    "failover": "relationship",
    "software_management": "download_backup",
    "login_security": "pre_shared_key",
    "jump_clients": "max_concurrent_upgrades",
}


def survey(connection: Connection, shared_ip: str | None) -> Survey:
    """Look at everything; what cannot be reached or understood is a finding, not an error."""
    apis = look_at_apis(connection)
    values: dict[str, str | None] = dict(apis.values)
    stands = apis.stands
    interfaces: list[InterfaceSeen] = []
    pages: list[PageSeen] = []
    for interface in ("appliance", "login"):
        seen, found, stands = _interface(connection, t.cast(t.Any, interface), stands, shared_ip, values)
        interfaces.append(seen)
        pages += found
    options = connection.options
    return Survey(
        host=options.host,
        port=options.port,
        label=connection.label,
        surveyed=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        reached=apis.reached or any(one.signed_in for one in interfaces),
        stands=stands,
        appliance_id=values.get("appliance_id"),
        hostname=values.get("hostname"),
        versions={name: values.get(name) for name in ("product", "build", "base")},
        interfaces=tuple(interfaces),
        pages=tuple(pages),
        apis=apis.apis,
        permissions=apis.permissions,
    )


def _interface(
    connection: Connection,
    interface: t.Literal["appliance", "login"],
    stands: str,
    shared_ip: str | None,
    values: dict[str, str | None],
) -> tuple[InterfaceSeen, list[PageSeen], str]:
    keys = [key for key in LOOKS if PAGES[key].interface == interface]
    if not connection.has_account(interface):
        why = "no account was given"
        return InterfaceSeen(interface, False, None, why), _unseen(keys, why), stands
    web = connection.login_web if interface == "login" else connection.appliance_web
    web.reading_only = True
    try:
        home = web.sign_in_afresh()
    except SraError as error:
        words = _words(error)
        return InterfaceSeen(interface, False, None, words), _unseen(keys, words), stands
    context = Context(web, stands, language_of(home, web.vocabulary), shared_ip, values)
    pages = _pages(context, home, keys)
    if stands == "unknown":
        stands = context.stands
    return InterfaceSeen(interface, True, context.language), pages, stands


def _unseen(keys: t.Sequence[str], why: str) -> list[PageSeen]:
    return [
        PageSeen(key, PAGES[key].interface, PAGES[key].names, "not_looked_at", detail=why.splitlines()[0])
        for key in keys
    ]


def _words(error: SraError) -> str:
    parts = [error.message, f"seen: {error.seen}" if error.seen else "", error.advice or ""]
    return ". ".join(part.rstrip(".") for part in parts if part)


def _pages(context: Context, home: PageView, keys: t.Sequence[str]) -> list[PageSeen]:
    found: list[PageSeen] = []
    for index, key in enumerate(keys):
        try:
            found.append(_page(context, home, key))
        except TransportError as error:
            # Whatever comes after would wait for the same connection or session again.
            return found + _unseen(keys[index:], _words(error))
    return found


def _page(context: Context, home: PageView, key: str) -> PageSeen:
    web, spec = context.web, PAGES[key]
    web.trail.clear()
    try:
        view = web.open(key)
    except PageError as error:
        return _no_page(context, key, error)
    way = _way(web, home, view, spec.leaf)
    controls: list[ControlSeen] = []
    saved = None
    try:
        for control in LOOKS[key](context, view):
            controls.append(control)
    except TransportError:
        raise
    except SraError as error:
        saved = error.saved
        controls.append(_not_understood(context, key, error))
    return PageSeen(
        page=key,
        interface=spec.interface,
        name=spec.names,
        state="found",
        way=way,
        path=urllib.parse.urlsplit(view.url).path,
        language=language_of(view, web.vocabulary) or context.language,
        controls=tuple(controls),
        saved=saved,
        driver=web.driver,
    )


def _no_page(context: Context, key: str, error: PageError) -> PageSeen:
    spec = PAGES[key]
    if context.stands == "backup" and spec.interface == "login":
        detail = "a backup does not offer this page"
        return PageSeen(key, spec.interface, spec.names, "not_offered", language=context.language, detail=detail)
    steps = NEEDS_PAGE.get(SUBSETS.get(key, ""), ()) or ((STEPS[_CONTENTS[key]],) if _CONTENTS[key] in STEPS else ())
    return PageSeen(
        key,
        spec.interface,
        spec.names,
        "missing",
        language=context.language,
        detail=". ".join(filter(None, (error.message, "nearest: " + "; ".join(error.candidates[:5])))),
        by_hand=" / ".join(in_short(step, context.language) for step in steps),
        saved=error.saved,
    )


def _not_understood(context: Context, key: str, error: SraError) -> ControlSeen:
    control = _CONTENTS[key]
    step = STEPS.get(control)
    return ControlSeen(
        control,
        NAMES[control],
        "not_understood",
        detail=error.message,
        candidates=error.candidates[:5],
        by_hand=in_short(step, context.language) if step else "",
    )


def _way(web: WebSession, home: PageView, view: PageView, leaf: str) -> tuple[str, ...]:
    """The captions that led to a page: the links followed, else a link of the menus that leads to the same address.

    Where a menu opens its first page at once, that page's own entry is added as it stands there.
    """
    links = list(web.trail) or [link for page in (view, home) for link in page.links if _leads_to(link, view)]
    last = links[-1] if web.trail else next(iter(links), None)
    if last is None:
        return ()
    menus = [parent for parent in last.parents if any(web.vocabulary.matches(key, parent) for key in MENUS)]
    before = [link.caption for link in web.trail[-2:-1]] if not menus else menus[:1]
    found = (*(one for one in before if one != last.caption), last.caption)
    if web.vocabulary.matches(leaf, last.caption):
        return found
    texts = (*(caption for link in view.links for caption in link.captions), *view.lines)
    return (*found, *web.vocabulary.best(leaf, texts, lambda text: (text,), floor=SAME_WORDS)[:1])


def _leads_to(link: Link, view: PageView) -> bool:
    return link.url.split("#")[0] == view.url.split("#")[0] and not link.aside
