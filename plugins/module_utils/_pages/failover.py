# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Management > Failover: the relationship of two appliances, as each of them shows it."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from .._errors import PageError, StateError
from .._records import Failover, FailoverRole
from .._web import dom
from .._web.controls import Button, Control
from .._web.dates import parse_time, stamped_time
from .._web.facts import Fact
from .._web.finder import Action, Finder
from .._web.messages import sentences
from .._web.session import WebSession
from .._web.view import PageView
from ._press import Press

PAGE: t.Final = "failover"

_PRIMARY = re.compile(r"\b(primary|primär\w*|hauptgerät|hauptstandort)\b", re.IGNORECASE)
_BACKUP = re.compile(r"\b(backup|back-up|sekundär\w*|ersatzgerät|standby)\b|backup-", re.IGNORECASE)
_THIS = re.compile(
    r"\b(this (?:host|site|appliance|device|instance|site instance|system)|dieser (?:host|standort)"
    r"|dieses gerät|diese (?:instanz|site|website|appliance))\b",
    re.IGNORECASE,
)
_PEER = re.compile(r"\b(peer|partner|other|gegenstelle|andere\w*|gegenseite|remote)\b", re.IGNORECASE)
_RUNNING = re.compile(
    r"\b(sync(?:hroni[sz]ation|hroni[sz]ing|ing)?)\b.{0,40}\b(in progress|running|under ?way|is active"
    r"|has been started|has started|started|in process)|\b(synchroni[sz]ing|syncing)\b|currently (?:syncing"
    r"|synchroni[sz])"
    r"|synchronis(?:ierung|ation)\b.{0,40}\b(läuft|aktiv|im gange|gestartet|wird durchgeführt|in bearbeitung)"
    r"|wird (?:gerade |derzeit )?synchronisiert|daten werden synchronisiert",
    re.IGNORECASE,
)
# What stands in place of the time of the last sync while one is under way.
_UNDER_WAY = re.compile(
    r"^(in progress|running|under ?way|synchroni[sz]ing|syncing|läuft|im gange|wird (?:gerade |derzeit |zurzeit )?"
    r"(?:durchgeführt|ausgeführt|synchronisiert))\b",
    re.IGNORECASE,
)
_NOT_RUNNING = re.compile(
    r"\bnot (?:running|in progress)|no (?:data )?sync|idle|keine synchronisierung|läuft nicht|nicht aktiv",
    re.IGNORECASE,
)
_HOST = re.compile(r"^\[?[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9\]])?$")
_CONDITION = re.compile(
    r"\b(if|until|unless|when|whenever|before|once|while|bis|wenn|falls|solange|sofern|bevor|sobald)\b", re.IGNORECASE
)
# Words; longer sentences explain.
_LONGEST_STATEMENT: t.Final = 15
_NEVER = re.compile(r"^(never|none|not yet|n/a|-+|–|nie|noch nie|noch nicht|keine?)\b", re.IGNORECASE)


def _role_in(text: str) -> FailoverRole | None:
    primary, backup = _PRIMARY.search(text), _BACKUP.search(text)
    if bool(primary) == bool(backup):
        return None
    return "primary" if primary else "backup"


def _configured(finder: Finder) -> bool:
    """Raises PageError where the page shows neither or both states."""
    keys = ("break_relationship", "sync_now", "become_backup", "become_primary")
    related = any(finder.actions(key) for key in keys)
    form = bool(_host_fields(finder))
    if related != form:
        return related
    if related:
        if finder.actions("break_relationship") and not _says_unconfigured(finder):
            return True
    elif _says_unconfigured(finder):
        return False
    elif any(finder.actions(key, also_disabled=True) for key in keys) or _role(finder) is not None:
        return True
    seen = [button.caption for button in finder.view.buttons] + list(finder.view.headings)
    what = "of a relationship and of none" if related else "neither of a relationship nor of none"
    raise finder.fail(f"the page speaks {what}", key="break_relationship", candidates=seen)


def _shows(web: WebSession, configured: bool) -> t.Callable[[PageView], bool]:
    """Tells whether a page shows the state that was asked for."""

    def done(view: PageView) -> bool:
        try:
            return _configured(web.finder(view, PAGE)) is configured
        except PageError:
            return False

    return done


def _says_unconfigured(finder: Finder) -> bool:
    """True for a statement; an explanation of when there is no relationship is none."""
    view = finder.view
    texts = (*view.lines, *view.headings, *(message.text for message in view.messages))
    told = [said for text in texts for said in sentences(text) if not _CONDITION.search(said)]
    return any(
        len(said.split()) <= _LONGEST_STATEMENT and finder.states("failover_not_configured", said) for said in told
    )


def _role(finder: Finder) -> FailoverRole | None:
    fact = finder.fact("this_host_status", where=lambda value: _role_in(value) is not None)
    if fact is not None:
        return _role_in(fact.value)
    told = {
        _role_in(line)
        for line in finder.view.lines
        if _THIS.search(line) and not _PEER.search(line) and len(line) < 200
    }
    told.discard(None)
    if len(told) == 1:
        return told.pop()
    for section in {fact.section for fact in finder.view.facts if fact.section and _THIS.search(fact.section[-1])}:
        roles = {_role_in(fact.value) for fact in finder.view.facts if fact.section == section} - {None}
        if len(roles) == 1:
            return roles.pop()
    # Only a primary can become the backup, and the other way round.
    becomes = [bool(finder.actions(key, also_disabled=True)) for key in ("become_backup", "become_primary")]
    if becomes[0] != becomes[1]:
        return "primary" if becomes[0] else "backup"
    return None


def _peer(finder: Finder) -> str | None:
    fact = finder.fact(
        "peer_host_status", where=lambda value: bool(_HOST.match(value)) and ("." in value or ":" in value)
    )
    if fact is not None:
        return _without_port(fact.value)
    for fact in finder.view.facts:
        if _PEER.search(fact.label) or any(_PEER.search(part) for part in fact.section[-1:]):
            for token in map(_without_port, re.split(r"[\s,;()]+", fact.value)):
                if (
                    _HOST.match(token)
                    and "." in token
                    and any(c.isalpha() for c in token) | bool(re.fullmatch(r"\d+(\.\d+){3}", token))
                ):
                    return token.rstrip(".")
    return None


def _without_port(host: str) -> str:
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _last_sync(finder: Finder) -> tuple[datetime.datetime | None, str | None]:
    def dated(fact: Fact) -> datetime.datetime | None:
        # Without a zone the order of two times still counts, which is what this is for.
        return stamped_time(fact.element) or parse_time(fact.value) or parse_time(fact.value, datetime.UTC)

    for fact in finder.facts("last_sync"):
        moment = dated(fact)
        if moment is not None:
            return moment, fact.value
    for line in finder.view.lines:
        moment = parse_time(line) or parse_time(line, datetime.UTC)
        if (
            moment
            and re.search(r"sync", line, re.IGNORECASE)
            and re.search(r"last|letzte|zuletzt|completed|abgeschlossen|finished", line, re.IGNORECASE)
        ):
            return moment, line
    untold = finder.fact("last_sync")
    return None, untold.value if untold else None


def _sync_running(finder: Finder) -> bool:
    texts = [line for line in finder.view.lines if len(line) < 200]
    texts += [fact.value for fact in finder.facts("sync_status")]
    return any(_UNDER_WAY.match(fact.value) for fact in finder.facts("last_sync")) or any(
        _RUNNING.search(text)
        and not _NOT_RUNNING.search(text)
        and not re.search(r"^(if|when|falls|wenn)\b", text, re.IGNORECASE)
        for text in texts
    )


def _record(finder: Finder) -> Failover:
    facts: dict[str, str] = {}
    for fact in finder.view.facts:
        facts.setdefault(fact.label, fact.value)
    if not _configured(finder):
        return Failover(configured=False, role="none", facts=facts)
    role = _role(finder)
    if role is None:
        raise finder.fail(
            "the role of this host was not found", key="this_host_status", candidates=[*facts, *finder.view.lines]
        )
    moment, text = _last_sync(finder)
    return Failover(True, role, _peer(finder), moment, text, _sync_running(finder), facts)


def read(web: WebSession) -> Failover:
    """The state of the relationship as this appliance shows it now. Raises PageError where it is not understood."""
    view = web.open(PAGE)
    return _record(web.finder(view, PAGE))


def find_action(web: WebSession, key: str) -> tuple[PageView, Action]:
    """The page, and what does ``sync_now`` or ``break_relationship`` when it is pressed."""
    view = web.stay_on(PAGE)
    return view, web.finder(view, PAGE).action(key)


def sync_now(web: WebSession) -> str:
    """Press Sync Now; returns the appliance's words. The end of the sync is to be waited for by ``read``."""
    view, action = find_action(web, "sync_now")
    return Press(web, PAGE, "sync_now", "synchronise the backup now").run(view, action).message


def break_relationship(web: WebSession) -> str:
    """Press Break Failover Relationship, confirm it, and read back that there is none. Returns the appliance's words."""
    view, action = find_action(web, "break_relationship")
    press = Press(web, PAGE, "break_relationship", "break the failover relationship", done=_shows(web, False))
    return press.run(view, action).message


# Establishing


def _host_fields(finder: Finder) -> list[Control]:
    return finder.controls("peer_host", types=("text", "url", "search"))


def _context(control: Control) -> tuple[str, ...]:
    return (*control.labels, *reversed(control.section), control.heading)


def _field(finder: Finder, key: str, side: str, other: str) -> Control:
    """The one field of a side: its label says what it is, its section (or its label) which side it is for."""
    vocabulary = finder.vocabulary
    fields = [
        c
        for c in finder.view.controls
        if c.visible and not c.disabled and c.type in ("text", "url", "search", "number", "tel")
    ]
    on_side = []
    for control in fields:
        mine, theirs = (vocabulary.score(name, _context(control)[:-1]) for name in (side, other))
        if mine is None and theirs is None:
            mine, theirs = (vocabulary.score(name, (control.heading,)) for name in (side, other))
        if mine is None and theirs is None:
            mine, theirs = _said_before(finder, control, side, other)
        if mine is not None and (theirs is None or mine > theirs):
            on_side.append(control)
    found = vocabulary.best(key, on_side, lambda c: c.labels, loose=True)
    if len(found) == 1:
        return found[0]
    raise finder.fail(
        f"the field {vocabulary.captions(key)[0]!r} under {vocabulary.captions(side)[0]!r} was found "
        f"{len(found)} times",
        key=side, candidates=[" > ".join((*c.section, c.caption)) for c in fields],
    )  # fmt: skip


def _said_before(finder: Finder, control: Control, side: str, other: str) -> tuple[t.Any, t.Any]:
    """The last plain text before a field, within its form, that names one of the sides."""
    if control.form < 0:
        return None, None
    for text in reversed(dom.texts_before(finder.form_of(control).element, control.element)):
        mine, theirs = (finder.vocabulary.score(name, (text,)) for name in (side, other))
        if mine is not None or theirs is not None:
            return mine, theirs
    return None, None


def _open_form(web: WebSession) -> tuple[PageView, Finder]:
    """The form, or the page that the entry to set up a relationship leads to."""
    view = web.stay_on(PAGE)
    finder = web.finder(view, PAGE)
    if not _host_fields(finder):
        links = [link for link in view.links if link.visible and web.transport.is_same_origin(link.url)]
        for link in web.vocabulary.best("setup_relationship", links, lambda link: link.captions)[:1]:
            view = web.follow(link)
            finder = web.finder(view, PAGE)
    return view, finder


@dataclasses.dataclass(frozen=True)
class RelationshipForm:
    """The form that establishes a relationship, found but not filled in. ``fields``: peer's host and port, then the way back."""

    view: PageView = dataclasses.field(repr=False)
    finder: Finder = dataclasses.field(repr=False)
    fields: tuple[Control, ...]
    button: Button


def find_form(web: WebSession) -> RelationshipForm:
    """Raises PageError where the form is not fully understood, StateError where there is a relationship already."""
    view, finder = _open_form(web)
    if finder.actions("break_relationship", also_disabled=True):
        raise StateError(
            "there is a failover relationship already",
            appliance=web.label,
            page="/login > Management > Failover",
            state="nothing was sent",
        )
    sides = ("new_backup_connection", "reverse_connection")
    fields = tuple(_field(finder, key, *order) for order in (sides, sides[::-1]) for key in ("peer_host", "tls_port"))
    if len(set(fields)) != len(fields):
        raise finder.fail("the four fields of the connections could not be told apart", key="new_backup_connection")
    return RelationshipForm(view, finder, fields, finder.button_in(finder.form_of(fields[0]), "establish_relationship"))


def establish(web: WebSession, peer_host: str, peer_port: int, reverse_host: str, reverse_port: int) -> str:
    """Fill in both connections and establish the relationship on the appliance that is to be the primary.

    Returns the appliance's words. Raises RefusedByAppliance with them where the validation fails, StateError where there
    is a relationship already, PageError where the form is not fully understood.
    """
    form = find_form(web)
    values = dict(zip(form.fields, (peer_host, str(peer_port), reverse_host, str(reverse_port)), strict=True))
    purpose = f"establish the failover relationship with {peer_host}"
    press = Press(web, PAGE, "establish_relationship", purpose, done=_shows(web, True))
    result = press.run(form.view, form.button, values)
    if result.said.doubts and not result.said.successes and _host_fields(web.finder(result.view, PAGE)):
        # The form came back with new words of failure outside any place for messages.
        raise press.refused(" ".join(result.said.doubts))
    return result.message
