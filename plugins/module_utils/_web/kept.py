# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signed-in session as plain data, so that the next task goes on with it or somebody else ends it."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import functools
import http.client
import typing as t

from .._shelf import Value, key_of
from .._transport.endpoint import Endpoint
from .._transport.redact import Redactor
from .._transport.transport import Response, Transport
from .view import PageView, parse
from .vocabulary import Vocabulary

if t.TYPE_CHECKING:
    from .session import WebSession

# A first page larger than this is not kept, nor is its session.
_LARGEST_HOME: t.Final = 1024 * 1024
# How long an appliance may take to answer a request of a sign-out at the end of a run, in seconds, and a page to be drawn.
SIGN_OUT_SECONDS: t.Final = {"html": 5.0, "browser": 20.0}


def key(web: WebSession) -> str:
    """Whose session it is: of this account, with this password, on this interface of this endpoint; those that never use a
    browser keep theirs apart."""
    endpoint = dataclasses.replace(web.transport.endpoint, timeout=0)
    return key_of("web", endpoint, web.interface, web.username, type(web).__name__, secret=web.password)


def to_data(web: WebSession, home: Response, found: t.Mapping[str, str]) -> Value | None:
    """The session; None where its first page is too large to be kept."""
    if len(home.body) > _LARGEST_HOME:
        return None
    return {
        **_common(web),
        "driver": "html",
        "home": {
            "body": base64.b64encode(home.body).decode("ascii"),
            "url": home.url,
            "content_type": home.headers.get("Content-Type") or "",
            "status": home.status,
        },
        "found": dict(found),
    }


def drawn_to_data(web: WebSession, visit: t.Mapping[str, t.Any]) -> Value:
    """A session in the browser, which left this ``visit`` behind."""
    return {**_common(web), "driver": "browser", "visit": dict(visit)}


def _common(web: WebSession) -> Value:
    return {
        "kind": "web",
        "endpoint": dataclasses.asdict(web.transport.endpoint),
        "interface": web.interface,
        "username": web.username,
        "language": web.vocabulary.language,
        "vocabulary": web.vocabulary.extra,
        "cookies": web.transport.cookies,
    }


def answer_of(value: Value) -> Response:
    """The answer that held the first page."""
    home = value["home"]
    headers = http.client.HTTPMessage()
    headers["Content-Type"] = home["content_type"]
    return Response(home["status"], home["url"], headers, base64.b64decode(home["body"]))


def home_of(value: Value) -> PageView:
    """The page that the sign-in led to."""
    answer = answer_of(value)
    return parse(answer.body, answer.url, value["home"]["content_type"], answer.status)


def sign_out(value: Value) -> list[str]:
    """End a session that nobody goes on with; returns what went wrong."""
    redactor = Redactor()
    endpoint = Endpoint(**{**value["endpoint"], "timeout": SIGN_OUT_SECONDS[value["driver"]]})
    with Transport(endpoint, redactor) as transport, _driven(value["driver"]) as kind:
        web = kind(
            transport,
            value["interface"],
            value["username"],
            # Nothing signs in here, so that the password is neither kept nor needed.
            "unknown",
            vocabulary=Vocabulary(value["vocabulary"], value["language"]),
            language=value["language"],
            redactor=redactor,
        )
        web.go_on(value)
        web.sign_out()
        return web.warnings


@contextlib.contextmanager
def _driven(driver: str) -> t.Iterator[t.Callable[..., WebSession]]:
    """The kind of session that works the pages; Playwright is loaded only where it is used."""
    from .session import WebSession

    if driver == "html":
        yield WebSession
        return
    from .._browser.chromium import Chromium
    from .._browser.session import BrowserSession

    with Chromium() as chromium:
        yield functools.partial(BrowserSession, chromium=chromium)
