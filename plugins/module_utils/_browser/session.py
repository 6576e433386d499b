# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A visit to a web interface whose pages are drawn by scripts: the same questions and the same safety, through a real browser."""

from __future__ import annotations

import dataclasses
import http.client
import typing as t
import urllib.parse

from .._errors import PageError, StateError
from .._transport.transport import Response
from .._wait import Deadline
from .._web import recognise
from .._web.controls import Button, Form
from .._web.dom import parse_html
from .._web.filling import Values
from .._web.finder import Action
from .._web.messages import other_danger
from .._web.navigation import Link
from .._web.session import Kind, Ready, WebSession
from .._web.view import PageView
from . import snapshot
from .chromium import Browser


@dataclasses.dataclass(frozen=True)
class FilledIn(Ready):
    """A form that is filled in on the screen; its values may be secret."""

    form: Form = dataclasses.field(repr=False)
    button: Button
    values: Values = dataclasses.field(repr=False)
    kind: Kind
    purpose: str


class BrowserSession(WebSession):
    """Like WebSession, whose promises it keeps: in check mode the browser's requests are held back too, not only its clicks."""

    def __init__(self, *args: t.Any, **options: t.Any) -> None:
        super().__init__(*args, **options)
        self._browser = Browser(self.transport, self._agrees)
        self._asking: str | None = None

    def __exit__(self, *exc: object) -> None:
        try:
            super().__exit__(*exc)
        finally:
            self._browser.close()

    def open(self, page: str) -> PageView:
        # The menus as they stand now: an address of an application need not lead to the same page again.
        self.sign_in()
        self._learn_id(page)
        return self._arrived(page, self._navigator.find(self._with_menus(), page, self.follow))

    def _with_menus(self) -> PageView:
        view = self._look()
        return view if recognise.has_sign_out(view, self.vocabulary) else self.get(self.start)

    def get(self, url: str, *, expect_session: bool = True, tolerate: t.Collection[int] = ()) -> PageView:
        ref = _clicked(url)
        if ref is not None:
            return self._press_ref(ref, None, "read", "go on", expect_session, tolerate)
        self._browser.goto(self.transport.absolute(url))
        return self._shown(expect_session, tolerate)

    def follow(self, link: Link, *, purpose: str = "") -> PageView:
        self.trail.append(link)
        ref = link.element.get(snapshot.REF)
        if ref is not None and not self._browser.has(ref):
            # Drawn anew since: the entry that stands in the same place now.
            same = [one for one in self._look().links if (one.captions, one.parents) == (link.captions, link.parents)]
            ref = same[0].element.get(snapshot.REF) if len({one.url for one in same}) == 1 else None
        if ref is None:
            return self.get(link.url)
        return self._press_ref(ref, link, "read", purpose or f"open {link.caption!r}", True, ())

    def press(
        self,
        view: PageView,
        action: Action,
        values: Values | None = None,
        *,
        purpose: str,
        kind: Kind = "write",
        page: str = "",
    ) -> PageView:
        if isinstance(action, Link) and not values:
            self._may(kind, "POST" if kind == "write" else "GET", purpose)
            ref = action.element.get(snapshot.REF)
            if ref is not None:
                return self._press_ref(ref, action, kind, purpose, kind not in ("sign_in", "sign_out"), ())
        return super().press(view, action, values, purpose=purpose, kind=kind, page=page)

    def prepare(
        self,
        form: Form,
        button: Button,
        values: Values,
        purpose: str,
        *,
        kind: Kind = "write",
        view: PageView | None = None,
        page: str = "",
    ) -> FilledIn:
        """Check and fill in a form on the screen; only its button is left to be pressed."""
        submission = self._prepare(form, button, values, purpose, kind, view, page)
        # What a script sends cannot be told beforehand: a button counts as one that changes something.
        self._may(kind, "POST", purpose)
        self._do(lambda: self._fill(button, values), kind, purpose)
        return FilledIn(submission, {}, form, button, values, kind, purpose)

    def send(self, ready: Ready) -> Response:
        """Press the button; what the page shows then is looked at by ``read``."""
        relay, filled = self._browser.relay, t.cast("FilledIn", ready)
        self._do(lambda: self._press_button(filled.form, filled.button, filled.values), filled.kind, filled.purpose)
        upload, relay.upload = relay.upload, None
        if upload is not None and not upload.sent:
            raise self.page_error(self._look(), f"to {filled.purpose}: the page did not send the file")
        return Response(relay.status, self._browser.url, http.client.HTTPMessage(), b"")

    def read(self, answer: Response, kind: Kind = "write") -> PageView:
        return self._shown(kind not in ("sign_in", "sign_out"), range(400, 500) if kind != "read" else ())

    def download(
        self,
        view: PageView,
        action: Action,
        values: Values | None,
        dest_file: t.BinaryIO,
        *,
        purpose: str,
        deadline: Deadline | None = None,
        page: str = "",
    ) -> Response:
        if self.reading_only:
            raise StateError(f"only reading: did not {purpose}", appliance=self.label, state="nothing was sent")
        if isinstance(action, Link) and _clicked(action.url) is None:
            # A plain address needs no page around it, only the session.
            self._may("read", "GET", purpose)
            headers = {"Cookie": self._browser.cookies(action.url), "Referer": view.url}
            return self.transport.download(
                "GET", action.url, dest_file, headers=headers, deadline=deadline, follow_redirects=True
            )
        wanted = self._browser.receive(dest_file)
        # Downloading writes nothing on the appliance, but a page may ask for it by POST: not in check mode.
        kind: Kind = "read" if self.check_mode else "write"
        try:
            if isinstance(action, Link):
                ref = action.element.get(snapshot.REF)
                self._do(lambda: self._browser.click(ref), kind, purpose)
            else:
                form = self.finder(view, page).form_of(action)
                self._prepare(form, action, values or {}, purpose, kind, view, page)
                self._do(lambda: self._fill(action, values or {}), kind, purpose)
                self._do(lambda: self._press_button(form, action, values or {}), kind, purpose)
            self._browser.await_file(wanted, deadline)
        finally:
            self._browser.relay.download = None
        if wanted.response is None:
            raise self.page_error(
                self._shown(True, range(400, 500)), f"to {purpose}: no file came", page=page, seen=self._words()
            )
        return wanted.response

    # The browser

    def _press_ref(
        self,
        ref: str,
        link: Link | None,
        kind: Kind,
        purpose: str,
        expect_session: bool,
        tolerate: t.Collection[int],
    ) -> PageView:
        if not self._browser.has(ref):
            raise PageError(
                f"{link.caption if link else 'what was to be clicked'!r} is not on the page any more",
                appliance=self.label, page=self.start, state="nothing was clicked",
            )  # fmt: skip
        self._do(lambda: self._browser.click(ref), kind, purpose)
        return self._shown(expect_session, tolerate)

    def _do(self, action: t.Callable[[], None], kind: Kind, purpose: str) -> None:
        sends = kind in ("sign_in", "sign_out", "check") or (kind == "write" and not self.check_mode)
        reads_freely = kind == "read" and not self.check_mode and not self.reading_only
        self._asking = purpose if kind == "write" else None
        try:
            self._browser.act(lambda _page: action(), may_send=sends or reads_freely)
        finally:
            self._asking = None

    def _fill(self, button: Button, values: Values) -> None:
        for control, value in {**dict(button.chooses), **values}.items():
            self._browser.fill(control.element.get(snapshot.REF), value)

    def _press_button(self, form: Form, button: Button, values: Values) -> None:
        ref = button.element.get(snapshot.REF)
        if ref is not None and button.element is not form.element:
            self._browser.click(ref)
        else:
            last = [control for control in values if control.is_text][-1]
            self._browser.press_enter(last.element.get(snapshot.REF))

    def _agrees(self, question: str) -> bool:
        """A native dialog of the browser asks for a yes: given only in the middle of what it asks about."""
        return self._asking is not None and not other_danger(question, self._asking)

    def _shown(self, expect_session: bool, tolerate: t.Collection[int]) -> PageView:
        relay = self._browser.relay
        if relay.status >= 500:
            raise self._starting(f"answers with status {relay.status}", "")
        root = snapshot.understand(
            parse_html(self._browser.write_down(), "text/html; charset=utf-8"), self._browser.url
        )
        for words in self._browser.said:
            box = root.makeelement("div", {"role": "alert"})
            box.text = words
            root.find("body").append(box)
        view = PageView(root=root, url=self._browser.url, status=relay.status)
        if self.check_mode and relay.blocked:
            self._say_once(
                f"{self.start} on {self.label}: held back in check mode: {', '.join(sorted(set(relay.blocked)))}"
            )
        return self._judged(view, relay.status, expect_session, tolerate)

    def _look(self) -> PageView:
        """What the browser shows now."""
        browser = self._browser
        root = snapshot.understand(parse_html(browser.write_down(), "text/html; charset=utf-8"), browser.url)
        for words in browser.said:
            box = root.makeelement("div", {"role": "alert"})
            box.text = words
            root.find("body").append(box)
        return PageView(root=root, url=browser.url, status=browser.relay.status)

    def _say_once(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _words(self) -> str | None:
        return " ".join(self._browser.said) or None


def _clicked(url: str) -> str | None:
    """The number in a made-up address of something to click."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    return query.get(snapshot.CLICK)
