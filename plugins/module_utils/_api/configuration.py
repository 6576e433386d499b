# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration API v1: Jump Clients and Jumpoints, all pages."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from .._errors import ApiError
from .._records import JumpClient, Jumpoint
from .._transport.transport import Response
from . import values
from .caller import ApiCaller, Call
from .command_v2 import json_rows
from .permissions import CONFIGURATION

BASE: t.Final = "/api/config/v1"
PER_PAGE: t.Final = 100
MAX_PAGES: t.Final = 1000
_LINK: t.Final = re.compile(r'<([^<>]*)>\s*;\s*rel="?(\w+)"?')


class ConfigurationApi:
    """The lists that matter around an upgrade."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    def jump_clients(self) -> tuple[JumpClient, ...]:
        return tuple(_jump_client(row) for row in self._all("/jump-client"))

    def jumpoints(self) -> tuple[Jumpoint, ...]:
        return tuple(
            Jumpoint(
                id=values.number(row.get("id")),
                name=values.text(row.get("name")),
                enabled=values.flag(row.get("enabled")) is not False,
                connected=values.flag(row.get("connected")) is True,
            )
            for row in self._all("/jumpoint")
        )

    def _all(self, path: str) -> t.Iterator[dict[str, t.Any]]:
        """The rows of every page, each row once: clients that come and go while pages are read shift the pages."""
        seen: set[t.Any] = set()
        page: int | None = 1
        for _count in range(MAX_PAGES):
            if page is None:
                return
            params = {"per_page": str(PER_PAGE), "current_page": str(page)}
            call = Call("GET", BASE + path, CONFIGURATION, params=params, unknown_field_is_401=True)
            response = self._caller.call(call)
            rows = json_rows(self._caller, call, response)
            for row in rows:
                identity = values.text(row.get("id"))
                if identity not in seen:
                    seen.add(identity)
                    yield row
            page = _next_page(response, page, len(rows))
        raise ApiError(
            f"{self._caller.label} answers {path} with more than {MAX_PAGES} pages", appliance=self._caller.label
        )


def _next_page(response: Response, page: int, rows: int) -> int | None:
    """By the pagination headers, else by the Link header, else by whether the page was full."""
    last = values.number(response.headers.get("X-BT-Pagination-Last-Page"), default=-1)
    if last >= 0:
        return page + 1 if page < last else None
    links = response.headers.get_all("Link")
    if links:
        named = {name.lower(): url for url, name in _LINK.findall(", ".join(links))}
        return _page_of(named["next"], page + 1) if "next" in named else None
    return page + 1 if rows >= PER_PAGE else None


def _page_of(url: str, default: int) -> int:
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    return values.number(next(iter(query.get("current_page", ())), None), default)


def _jump_client(row: t.Mapping[str, t.Any]) -> JumpClient:
    connected = values.moment(row.get("last_connect_timestamp"))
    disconnected = values.moment(row.get("last_disconnect_timestamp"))
    connection_type = values.text(row.get("connection_type"))
    return JumpClient(
        id=values.number(row.get("id")),
        name=values.text(row.get("name")),
        hostname=values.text(row.get("hostname")),
        connection_type=connection_type,
        online=connected is not None
        and connection_type != "uninstalled"
        and (disconnected is None or connected > disconnected),
        needs_update=values.flag(row.get("needs_update")) is True,
        is_lost=values.flag(row.get("is_lost")) is True,
        last_connect=connected,
    )
