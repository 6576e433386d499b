# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor's support will ask for after an update failed (PREP-6): gathered by reading, never by pressing anything."""

from __future__ import annotations

import datetime
import json
import pathlib
import re
import typing as t

from .._errors import SraError
from .._module import Connection
from .._records import as_data
from .._transport.files import atomic_file, make_folders
from .._web.session import SessionExpired, WebSession
from .appliance_info import read_appliance

PAGES: t.Final = ("updates", "basics")


def collect(connection: Connection, error: SraError, facts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Health, times and versions, and where ``report_dir`` is given the pages (secrets removed) and all this as a file.

    What cannot be read is said in its place; nothing here raises.
    """
    now = datetime.datetime.now(datetime.UTC)
    evidence: dict[str, t.Any] = {
        "appliance": connection.label,
        "time": as_data(now),
        "error": error.message,
        "last_seen": error.seen or error.state,
        **facts,
        "health": _attempt(lambda: as_data(connection.api.health())) if connection.has_api else None,
    }
    if connection.has_account("appliance"):
        web = connection.appliance_web
        # From here on this session sends nothing but what reads.
        web.reading_only = True
        seen = _attempt(lambda: _patient(web, lambda: read_appliance(connection, frozenset({"basics", "time"}))))
        readable = not isinstance(seen, str)
        evidence["basics"] = seen["basics"] if readable else seen
        evidence["clock"] = seen["time"] if readable else None
        evidence["pages"] = [path for page in PAGES if (path := _saved(web, page)) is not None] if readable else []
    evidence["file"] = _written(connection, evidence, now)
    return evidence


def _attempt(read: t.Callable[[], t.Any]) -> t.Any:
    try:
        return read()
    except SraError as unreadable:
        return f"not readable: {unreadable.message}"


def _patient(web: WebSession, read: t.Callable[[], t.Any]) -> t.Any:
    """A restart ended the session: one new one, for reading."""
    try:
        return read()
    except SessionExpired:
        web.sign_in_again()
        return read()


def _saved(web: WebSession, page: str) -> str | None:
    try:
        return web.save(web.open(page), page)
    except SraError:
        return None


def _written(connection: Connection, evidence: t.Mapping[str, t.Any], now: datetime.datetime) -> str | None:
    if connection.options.report_dir is None:
        return None
    folder = pathlib.Path(connection.options.report_dir)
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", connection.label)
    path = folder / f"evidence-{name}-{now:%Y%m%dT%H%M%SZ}.json"
    try:
        make_folders(folder)
        with atomic_file(path) as file:
            file.write(json.dumps(connection.redactor.data(dict(evidence)), indent=2, default=str).encode() + b"\n")
    except (OSError, SraError):
        return None
    return str(path)
