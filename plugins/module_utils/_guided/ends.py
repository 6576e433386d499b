# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a step that a person does is done: told by the appliances, through the APIs where these tell, else by reading pages."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import typing as t

from .._api.backup_content import refuse_other_than_backup
from .._api.command import NotOffered
from .._api.site import probe_site
from .._errors import ApiError, InputError, PageError, StateError, TransportError
from .._module import Connection, same_id
from .._pages import basics as basics_page
from .._pages import failover as failover_page
from .._records import SiteAnswer
from .._transport.files import sha256_from_here
from .._version import Version, same_version
from .._wait import Clock, Look
from .._web.session import SessionExpired

Data = t.Mapping[str, t.Any]
Result = dict[str, t.Any]

# Pages need a session that a person may need too, so that they are looked at seldom; seconds.
PAGE_PAUSE: t.Final = 60.0
_MOST_SIGN_INS: t.Final = 5
_HEAD: t.Final = 4096


@dataclasses.dataclass(frozen=True)
class Site:
    """Where the site is asked; ``address`` instead of resolving its name. ``timeout`` in seconds."""

    hostname: str
    port: int = 443
    address: str | None = None
    timeout: float = 10.0


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is waited for. ``here`` and ``peer`` are open connections; ``known`` what was read before the step, by letter."""

    step: str
    letter: str
    here: Connection
    peer: Connection | None
    known: Data
    clock: Clock
    target_version: str | None = None
    base_version: str | None = None
    site: Site | None = None
    backup_file: str | None = None

    @property
    def name(self) -> str:
        return self.step.removesuffix("_a").removesuffix("_b")

    def before(self, *path: str) -> t.Any:
        """A value of what was known of the device before the step; None where it was not known."""
        value: t.Any = self.known.get(self.letter)
        for key in path:
            value = value.get(key) if isinstance(value, t.Mapping) else None
        return value


class End(t.Protocol):
    """Looks once; ``done`` carries what the run goes on with."""

    def look(self) -> Look[Result]: ...


class Patient:
    """An end whose appliances may be away, restarting or half up: that is a state to wait through, not an error."""

    def __init__(self, end: End) -> None:
        self._end = end

    def look(self) -> Look[Result]:
        try:
            return self._end.look()
        except SessionExpired as error:
            return Look(False, f"signed out: {error.message}")
        except TransportError as error:
            return Look(False, f"not answering: {error.message}")
        except ApiError as error:
            if error.status is not None and error.status < 500 and error.status not in (404, 429):
                raise
            return Look(False, f"not ready: {error.message}")
        except PageError as error:
            return Look(False, f"a page is not understood: {error.message}")


def end_of(wanted: Wanted) -> End:
    """The end of the step. Raises InputError where nothing could ever show it."""
    return Patient(_ENDS[wanted.name](wanted))


def _role(connection: Connection) -> str:
    own = connection.api.own_entry()
    return (own.failover_role if own else None) or connection.api.health().failover_role or "unknown"


class _Roles:
    """Both failover roles are as wanted; asked from the list of appliances, which no cache stands before."""

    def __init__(self, wanted: Wanted, here: str, peer: str) -> None:
        self._wanted, self._here, self._peer = wanted, here, peer

    def look(self) -> Look[Result]:
        roles = [(self._wanted.here, self._here)]
        if self._wanted.peer is not None:
            roles.append((self._wanted.peer, self._peer))
        seen = [(connection.label, _role(connection), wished) for connection, wished in roles]
        words = ", ".join(f"{label} has failover role {role}" for label, role, _wished in seen)
        return Look(all(role == wished for _label, role, wished in seen), words, {})


class _Synced:
    """A data sync later than the last one that was known; for a new relationship any finished one."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        first = wanted.name == "final_sync"
        self._before = None if first else _time(wanted.before("health", "last_data_sync"))
        self._page_before = None if first else wanted.before("failover", "last_sync_text")
        self._pages = _Pages(wanted.here, wanted.clock)
        self._words = "no finished data sync reported"

    def look(self) -> Look[Result]:
        health = self._wanted.here.api.health()
        seen = health.last_data_sync
        if seen is not None:
            return Look(self._before is None or seen > self._before, f"last data sync {seen.isoformat()}", {})
        return self._by_page()

    def _by_page(self) -> Look[Result]:
        connection = self._wanted.here
        if not connection.has_account("login") or not self._pages.due():
            return Look(False, self._words)
        read = self._pages.read("login", lambda: failover_page.read(connection.login_web))
        text = read.last_sync_text or ""
        done = not read.sync_running and any(sign.isdigit() for sign in text) and text != self._page_before
        self._words = f"last data sync {text or 'not shown'}{', one is running' if read.sync_running else ''}"
        return Look(done, self._words, {})


class _Updated:
    """Healthy with the wanted product; where Base belongs to it, with that Base, which only Status > Basics shows."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._pages = _Pages(wanted.here, wanted.clock)
        self._base_words = ""
        if not wanted.target_version:
            raise InputError("which version the update leads to is not known", advice="Give it in sra_target_version.")

    def look(self) -> Look[Result]:
        wanted = self._wanted
        if not wanted.here.check_health():
            return Look(False, f"{wanted.here.label} answers, not healthy yet")
        health = wanted.here.api.health()
        words = f"{wanted.here.label} runs {health.version or 'an unknown version'}"
        if not health.healthy or not same_version(health.version, wanted.target_version):
            return Look(False, words)
        return self._base(words)

    def _base(self, words: str) -> Look[Result]:
        wanted = self._wanted
        least = Version.parse(wanted.base_version) if wanted.base_version else None
        if least is None or not wanted.here.has_account("appliance"):
            return Look(True, words, {})
        if not self._pages.due():
            # Between two looks the last one stands.
            return Look(False, f"{words}{self._base_words}")
        base = self._pages.read("appliance", lambda: basics_page.read(wanted.here.appliance_web)).base_version
        seen = Version.parse(base) if base else None
        if seen is None:
            # The page does not tell; the product, which needs that Base, was seen.
            return Look(True, f"{words}, Base not shown", {})
        self._base_words = f" with Base {base}"
        return Look(seen >= least, f"{words}{self._base_words}", {})


class _Verified:
    """The device serves the target version on its own address, and a person has a session open there."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def look(self) -> Look[Result]:
        wanted = self._wanted
        health = wanted.here.api.health()
        words = f"{wanted.here.label} runs {health.version or 'an unknown version'}"
        if not health.healthy or not same_version(health.version, wanted.target_version):
            return Look(False, words)
        try:
            users = wanted.here.api.users()
        except NotOffered:
            return Look(True, f"{words}; this API does not tell who is logged in", {})
        open_sessions = [user for user in users if user.session_count]
        return Look(bool(open_sessions), f"{words}, {len(users)} logged in, {len(open_sessions)} with a session", {})


class _Swung:
    """The site's host name is answered by the device, seen from outside as a client would."""

    def __init__(self, wanted: Wanted) -> None:
        if wanted.site is None:
            raise InputError("who serves the site cannot be seen", advice="Give its name in sra_site_hostname.")
        self._wanted, self._site = wanted, wanted.site
        self._id = wanted.before("appliance_id")

    def look(self) -> Look[Result]:
        options = self._wanted.here.options
        answer = probe_site(
            self._site.hostname,
            self._site.port,
            self._site.address,
            options.ca_path,
            options.validate_certs,
            self._site.timeout,
            options.client_id,
            options.client_secret,
            redactor=self._wanted.here.redactor,
            shelf=self._wanted.here.shelf,
        )
        return Look(answer.answering and same_id(answer.appliance_id, self._id), self._words(answer), {})

    def _words(self, answer: SiteAnswer) -> str:
        if not answer.answering:
            return f"nobody answers on {self._site.hostname}: {answer.error or 'no reason known'}"
        return f"{self._site.hostname} is answered by {self._name(answer.appliance_id)}"

    def _name(self, appliance_id: str | None) -> str:
        for letter, data in self._wanted.known.items():
            if data and same_id(appliance_id, data.get("appliance_id")):
                return f"device {letter.upper()} ({data.get('host')})"
        return f"appliance id {appliance_id or 'unknown'}"


class _Backed:
    """A complete backup file lies where the person was told to put it; it is made private and hashed."""

    def __init__(self, wanted: Wanted) -> None:
        if not wanted.backup_file:
            raise InputError("where the backup is to be put is not known")
        self._label = wanted.here.label
        self._path = pathlib.Path(wanted.backup_file)
        self._last: tuple[int, int] | None = None

    def look(self) -> Look[Result]:
        try:
            found = self._path.stat()
        except OSError:
            return Look(False, f"no file {self._path} yet")
        now = (found.st_size, found.st_mtime_ns)
        grew, self._last = self._last != now, now
        if grew or not found.st_size:
            return Look(False, f"{self._path.name} has {found.st_size} bytes and may still grow")
        return Look(True, "complete", {"backup": self._verified(found.st_size)})

    def _verified(self, size: int) -> Result:
        self._path.chmod(0o600)
        with self._path.open("rb") as file:
            refuse_other_than_backup(file.read(_HEAD), size, "", self._label)
            file.seek(0)
            return {"path": os.fspath(self._path), "size": size, "sha256": sha256_from_here(file)}


class _Pages:
    """Seldom looks at pages, with a new session only where the old one was ended, and never many of them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        self._next = 0.0
        self._expired = False
        self._sign_ins = 0

    def due(self) -> bool:
        return self._clock.now() >= self._next

    def read(self, interface: t.Literal["appliance", "login"], read: t.Callable[[], t.Any]) -> t.Any:
        self._next = self._clock.now() + PAGE_PAUSE
        web = self._connection.login_web if interface == "login" else self._connection.appliance_web
        web.reading_only = True
        if self._expired:
            if self._sign_ins >= _MOST_SIGN_INS:
                raise StateError("the appliance ends each new session", appliance=self._connection.label)
            self._sign_ins += 1
            web.sign_in_again()
            self._expired = False
        try:
            return read()
        except SessionExpired:
            self._expired = True
            raise


def _time(text: t.Any) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None


_ENDS: t.Final[dict[str, t.Callable[[Wanted], End]]] = {
    "backup": _Backed,
    "sync": _Synced,
    "separate": lambda wanted: _Roles(wanted, "none", "none"),
    "update": _Updated,
    "verify": _Verified,
    "swing": _Swung,
    "establish": lambda wanted: _Roles(wanted, "primary", "backup"),
    "final_sync": _Synced,
}
