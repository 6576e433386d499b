# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session cookies of one server.

Python's cookie jar compares expiry dates with this machine's clock and so loses the session of an appliance whose clock
is behind; here they are compared with the time that the appliance itself gives. A cookie goes back only to the server
that set it, so its Domain does not matter.
"""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import typing as t


@dataclasses.dataclass(frozen=True)
class _Cookie:
    name: str
    path: str
    value: str = dataclasses.field(repr=False)


class CookieStore:
    """Cookies by name and path (RFC 6265 without domains and without persistence)."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str], _Cookie] = {}

    def clear(self) -> None:
        self._cookies.clear()

    def names(self) -> tuple[str, ...]:
        return tuple(cookie.name for cookie in self._cookies.values())

    def header(self, path: str) -> str | None:
        """The Cookie header for a path, longer cookie paths first; None where there is none to send."""
        fitting = [cookie for cookie in self._cookies.values() if _path_matches(path or "/", cookie.path)]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting) or None

    def take(self, set_cookie: t.Iterable[str], path: str, date: str | None) -> list[str]:
        """Keep what the Set-Cookie headers of an answer for ``path`` say; returns the values that are new."""
        new = []
        for line in set_cookie:
            pair, *rest = line.split(";")
            name, equals, value = pair.partition("=")
            name, value = name.strip(), value.strip()
            if not equals or not name:
                continue
            attributes = {
                key.strip().lower(): text.strip() for key, _sep, text in (part.partition("=") for part in rest)
            }
            cookie_path = attributes.get("path", "")
            if not cookie_path.startswith("/"):
                cookie_path = _default_path(path)
            if _is_over(attributes, date):
                self._cookies.pop((name, cookie_path), None)
                continue
            self._cookies[(name, cookie_path)] = _Cookie(name, cookie_path, value)
            new.append(value)
        return new


def _default_path(path: str) -> str:
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def _path_matches(path: str, cookie_path: str) -> bool:
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")


def _is_over(attributes: t.Mapping[str, str], date: str | None) -> bool:
    max_age = attributes.get("max-age", "")
    if max_age.lstrip("-").isdigit():
        return int(max_age) <= 0
    expires = _http_date(attributes.get("expires"))
    if expires is None:
        return False
    return expires <= (_http_date(date) or datetime.datetime.now(datetime.UTC))


def _http_date(text: str | None) -> datetime.datetime | None:
    if not text:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
