# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between the browser and the appliance: every request of a page goes out through the collection's own transport.

The browser itself has no network. So a page drawn by scripts is under the same rules as any other: verified TLS to the pinned address
under the site's name, no other host, bounded answers, and nothing but reading unless an action that may send is under way.
"""

from __future__ import annotations

import dataclasses
import email.message
import email.parser
import email.policy
import json
import time
import typing as t
import urllib.parse

from .._errors import PageError, SraError
from .._transport.transport import Response, Transport
from .._wait import Deadline

MAX_REDIRECTS: t.Final = 10
MAX_ANSWER: t.Final = 64 * 1024 * 1024
UPLOAD_SILENCE: t.Final = 900.0
READING: t.Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What the transport decides itself, or what would name another client than the one that speaks.
_OWN_HEADERS: t.Final = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "proxy-connection", "keep-alive"}
)
_NOT_HANDED_ON: t.Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie", "alt-svc"}
)
_PAGES: t.Final = frozenset(
    {"text/html", "application/xhtml+xml", "application/json", "text/plain", "text/css", "text/javascript", ""}
)
_REDIRECTS: t.Final = frozenset({301, 302, 303, 307, 308})


@dataclasses.dataclass
class Upload:
    """A file on its way: the page is given a small stand-in of this name and content, and the real one is streamed instead of it."""

    stand_in: str
    mark: bytes
    name: str
    file: t.BinaryIO
    content_type: str
    sent: bool = False


@dataclasses.dataclass
class Download:
    """A file that is waited for; ``response`` once its bytes are in ``file``."""

    file: t.BinaryIO
    deadline: Deadline | None = None
    response: Response | None = None


class Relay:
    """Answers the requests of one browser context. ``may_send`` is true only while an action that may change something is done."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.may_send = False
        self.upload: Upload | None = None
        self.download: Download | None = None
        #: Requests that were not let out: method and path, or the foreign origin.
        self.blocked: list[str] = []
        #: All that was asked for since the last ``begin``: method, path, status.
        self.log: list[tuple[str, str, int]] = []
        self.failure: SraError | None = None
        self._last = time.monotonic()
        #: Status of the document that the page is.
        self.status = 200

    @property
    def idle(self) -> float:
        """Seconds since the page last asked for something."""
        return time.monotonic() - self._last

    def begin(self) -> None:
        """Forget what went wrong before; what follows belongs to the next action."""
        self.failure = None
        self.log.clear()

    def handle(self, route: t.Any) -> None:
        """Playwright's handler of every request."""
        try:
            self._handle(route, route.request)
        finally:
            self._last = time.monotonic()

    def _handle(self, route: t.Any, request: t.Any) -> None:
        method, url = str(request.method).upper(), str(request.url)
        if not self._transport.is_same_origin(url):
            parts = urllib.parse.urlsplit(url)
            self.blocked.append(f"{method} {parts.scheme}://{parts.netloc}")
            route.abort("blockedbyclient")
            return
        if request.resource_type == "eventsource":
            # It would never end, and everything else waits for its end.
            route.abort("blockedbyclient")
            return
        if method not in READING and not self.may_send:
            self.blocked.append(f"{method} {urllib.parse.urlsplit(url).path}")
            route.abort("blockedbyclient")
            return
        try:
            headers = _sendable(request.all_headers())
            response = self._ask(request, method, url, headers)
            cookies: list[str] = []
            if not request.is_navigation_request():
                response = self._follow(response, url, headers, cookies)
        except SraError as error:
            self.failure = self.failure or error
            route.abort("connectionfailed")
            return
        self.log.append((method, urllib.parse.urlsplit(url).path, response.status))
        self._answer(route, request, response, url, cookies)

    def _ask(self, request: t.Any, method: str, url: str, headers: dict[str, str]) -> Response:
        body = request.post_data_buffer if method not in READING else None
        if self.upload is not None and method not in READING:
            return self._send_file(method, url, headers, body or b"", self.upload)
        if self.download is not None and self.download.response is None:
            return self._receive_file(method, url, headers, body, self.download)
        return self._transport.request(
            method,
            url,
            headers=headers,
            data=body or None,
            max_body=MAX_ANSWER,
        )

    def _follow(self, response: Response, url: str, headers: dict[str, str], cookies: list[str]) -> Response:
        """Go where a redirect of a script's own request leads: the browser would leave this relay on its way there."""
        for _hop in range(MAX_REDIRECTS):
            location = response.headers.get("Location")
            if response.status not in (301, 302, 303) or not location:
                break
            cookies += response.headers.get_all("Set-Cookie") or []
            url = self._transport.absolute(str(location), url)
            held = _with_cookies(headers, cookies)
            response = self._transport.request("GET", url, headers=held, max_body=MAX_ANSWER)
        return response

    def _send_file(self, method: str, url: str, headers: dict[str, str], body: bytes, upload: Upload) -> Response:
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        timeout = max(UPLOAD_SILENCE, self._transport.endpoint.timeout)
        plain = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        if kind.lower().startswith("multipart/form-data"):
            fields = [
                (name, (upload.name, upload.file, upload.content_type) if file_name == upload.stand_in else value)
                for name, file_name, value in _parts(body, kind)
            ]
            if any(isinstance(value, tuple) for _name, value in fields):
                upload.sent = True
                return self._transport.request(
                    method,
                    url,
                    headers=plain,
                    fields=t.cast("t.Any", fields),
                    timeout=timeout,
                    max_body=MAX_ANSWER,
                )
        if upload.mark in body:
            raise PageError(
                "the page sends a file in another way than by a form",
                expected="multipart/form-data",
                seen=kind or None,
                state="the file was not sent",
            )
        return self._transport.request(method, url, headers=headers, data=body or None, max_body=MAX_ANSWER)

    def _receive_file(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, wanted: Download
    ) -> Response:
        response = self._transport.download(
            method,
            url,
            wanted.file,
            headers=headers,
            data=body or None,
            deadline=wanted.deadline,
            follow_redirects=method in READING,
            accept=lambda _status, answer: is_file(answer),
        )
        if 200 <= response.status < 300 and is_file(response.headers):
            wanted.response = response
        return response

    def _answer(self, route: t.Any, request: t.Any, response: Response, url: str, earlier: list[str]) -> None:
        navigates = request.is_navigation_request()
        headers = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_HANDED_ON}
        cookies = [*earlier, *(response.headers.get_all("Set-Cookie") or [])]
        if cookies:
            headers["Set-Cookie"] = "\n".join(cookies)
        if self.download is not None and self.download.response is response:
            # The bytes are on the disk already; the page is told that all went well.
            route.fulfill(status=204 if navigates else 200, headers=headers, body=b"")
            return
        if navigates and response.status in _REDIRECTS and response.headers.get("Location"):
            where = self._transport.absolute(str(response.headers.get("Location")), url)
            headers = {"Content-Type": "text/html", **({"Set-Cookie": headers["Set-Cookie"]} if cookies else {})}
            # A redirect would leave the browser without this relay, so the page itself goes on.
            route.fulfill(status=200, headers=headers, body=f"<script>location.replace({_quoted(where)})</script>")
            return
        if navigates and request.frame.parent_frame is None:
            self.status = response.status
        route.fulfill(status=response.status, headers=headers, body=response.body)


def is_file(headers: t.Any) -> bool:
    """True where an answer is a file to keep and not a part of a page."""
    disposition = (headers.get("Content-Disposition") or "").lower()
    media = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    return disposition.startswith("attachment") or (
        media not in _PAGES and not media.startswith(("image/", "font/", "text/")) and "script" not in media
    )


def _sendable(headers: t.Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _OWN_HEADERS and not name.startswith((":", "sec-ch-"))
    }


def _with_cookies(headers: t.Mapping[str, str], given: t.Sequence[str]) -> dict[str, str]:
    """The headers of a read that follows: without what described a body, with the cookies that came since."""
    kept = {name: value for name, value in headers.items() if not name.lower().startswith(("content-", "cookie"))}
    before = next((value for name, value in headers.items() if name.lower() == "cookie"), "")
    pairs = dict(pair.strip().split("=", 1) for pair in before.split(";") if "=" in pair)
    pairs |= dict(line.split(";")[0].strip().split("=", 1) for line in given if "=" in line.split(";")[0])
    return {**kept, "cookie": "; ".join(f"{name}={value}" for name, value in pairs.items())} if pairs else kept


def _quoted(url: str) -> str:
    return json.dumps(url).replace("<", "\\u003c")


def _parts(body: bytes, content_type: str) -> t.Iterator[tuple[str, str | None, str]]:
    """Name, file name and text of each part of a multipart body."""
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    for part in message.iter_parts() if isinstance(message, email.message.EmailMessage) else ():
        name = part.get_param("name", "", header="content-disposition")
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        yield str(name), part.get_filename(), text
