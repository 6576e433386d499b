# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A visit to a web interface whose pages are drawn by scripts: the same questions and the same safety, through a real browser."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import http.client
import typing as t
import urllib.parse

from .._errors import PageError, StateError
from .._shelf import Value
from .._transport.held import MayGo, NotReleased
from .._transport.transport import Response
from .._wait import Deadline
from .._web import dom, kept, recognise, signing
from .._web.controls import Button, Form
from .._web.dom import parse_html
from .._web.faults import SessionExpired
from .._web.filling import Values
from .._web.finder import Action
from .._web.messages import other_danger
from .._web.navigation import Link
from .._web.navigator import MAX_VISITED
from .._web.session import Kind, Ready, WebSession
from .._web.view import PageView
from . import overlays, snapshot
from .browser import Browser
from .chromium import Chromium, is_installed
from .page_scripts import REF

_FIRST_ERROR_STATUS: t.Final = 400
_FIRST_SERVER_ERROR: t.Final = 500
_MOST_FOLDED: t.Final = 4
"""Menus that are unfolded in search of an entry."""
_MOST_OVERLAYS: t.Final = 4
"""Notices that may lie over a page, one above the other."""


@dataclasses.dataclass(frozen=True)
class FilledIn(Ready):
    """A form that is filled in on the screen; its values may be secret."""

    form: Form = dataclasses.field(repr=False)
    button: Button
    values: Values = dataclasses.field(repr=False)
    kind: Kind
    purpose: str


class BrowserSession(WebSession):
    """Like WebSession, whose promises it keeps: in check mode the browser's requests are held back too, not only its clicks.

    Without ``drawn`` it begins with HTML, and goes on with the browser in the same session from the first page on that
    is a shell, or that has nothing but menus and a place for a script to draw in. The ``chromium`` stays with the caller.
    """

    def __init__(self, *args: t.Any, chromium: Chromium, drawn: bool = True, **options: t.Any) -> None:
        super().__init__(*args, **options)
        self._drawn = drawn
        self._browser = Browser(chromium, self.transport, self._agrees)
        self._asking: str | None = None
        # The page that was opened last, for applications whose address does not say which it is.
        self._opened: str | None = None
        # The pages of HTML that were read on the way to the one that is being opened.
        self._on_the_way: collections.deque[PageView] = collections.deque(maxlen=MAX_VISITED)

    def __exit__(self, *exc: object) -> None:
        try:
            super().__exit__(*exc)
        finally:
            self._browser.close()

    # From task to task

    def _as_data(self) -> Value | None:
        if not self._drawn:
            return super()._as_data()
        with contextlib.suppress(PageError):
            return kept.drawn_to_data(self, self._browser.left_behind())
        return None

    def go_on(self, value: Value) -> None:
        """The same; one in the browser is tried at once, and is over where its pages ask to sign in."""
        if not self._drawn and value["driver"] == "html":
            super().go_on(value)
            return
        self._drawn = True
        self.transport.restore(value["cookies"])
        if value["driver"] == "browser":
            self._browser.go_on(value["visit"])
        else:
            self._browser.take_cookies(self.transport.cookies)
        self._signed_in = True
        with contextlib.suppress(SessionExpired):
            self._set_home(self._load(self.start, True))

    # From HTML to the browser

    @property
    def driver(self) -> t.Literal["html", "browser"]:
        return "browser" if self._drawn else "html"

    def _page(
        self,
        response: Response,
        expect_session: bool,
        tolerate: t.Collection[int] = (),
        preceding: PageView | None = None,
    ) -> PageView:
        view = super()._page(response, expect_session=False, tolerate=range(400, 600), preceding=preceding)
        if view.status < _FIRST_ERROR_STATUS and recognise.is_shell(view):
            self._turn()
            return self._load(view.url, expect_session, tolerate)
        self._on_the_way.append(view)
        return self._judged(view, view.status, expect_session, tolerate)

    def _turn(self) -> None:
        """Go on with the browser, in the same session."""
        self._drawn = True
        self._browser.take_cookies(self.transport.cookies)
        self._say_once(
            f"{self.start} on {self.label} is drawn by scripts; its pages are worked through Chromium (web_driver: auto)"
        )

    def _open_html(self, page: str) -> PageView:
        try:
            view = super().open(page)
        except PageError:
            if self._drawn or not any(map(recognise.is_hollow, self._on_the_way)) or not is_installed():
                raise
        else:
            self._opened = page
            if self._drawn or not recognise.is_hollow(view) or not is_installed():
                return view
        self._turn()
        self._load(self.start, True)
        return self._open_drawn(page)

    def open(self, page: str) -> PageView:
        self._on_the_way.clear()
        # A session of an earlier task may be drawn, which shows when it is gone on with.
        self.sign_in()
        return self._open_drawn(page) if self._drawn else self._open_html(page)

    def _open_drawn(self, page: str) -> PageView:
        # The menus as they stand now: an address of an application need not lead to the same page again.
        self._learn_id(page)
        view = self._arrived(page, self._navigator.find(self._with_menus(), page, self.follow))
        self._opened = page
        return view

    def _with_menus(self) -> PageView:
        view = self._look()
        if overlays.modal_of(view.root) is None and self._has_menus(view):
            return view
        view = self._load(self.start, True)
        for ref in overlays.folded(view, self.username)[:_MOST_FOLDED]:
            if self._has_menus(view):
                break
            view = self._press_ref(ref, None, "read", "open the menu", True, ())
        return view

    def _has_menus(self, view: PageView) -> bool:
        return recognise.has_sign_out(view, self.vocabulary) or any(
            self.vocabulary.matches(key, caption)
            for key in signing.MENU_KEYS
            for link in view.links
            for caption in link.captions
        )

    def sign_in_again(self) -> PageView:
        self._opened = None
        return super().sign_in_again()

    def sign_out(self) -> None:
        if self._drawn and self._signed_in:
            with contextlib.suppress(*signing.EXPECTED_AT_SIGN_OUT):
                # What cannot be found is said by the sign-out itself.
                self.current = self._with_way_out()
        super().sign_out()

    def _with_way_out(self) -> PageView:
        """The screen, with the menu of the account unfolded where the way out is in there."""
        view = self._with_menus()
        for ref in overlays.folded(view, self.username)[:_MOST_FOLDED]:
            if recognise.has_sign_out(view, self.vocabulary):
                break
            view = self._press_ref(ref, None, "sign_out", "open the menu of the account", False, ())
        return view

    def leave_by(self, link: Link) -> PageView:
        ref = link.element.get(REF)
        if not self._drawn or ref is None:
            return super().leave_by(link)
        return self._press_ref(ref, link, "sign_out", "sign out", False, ())

    # Pages

    def get(self, url: str, *, expect_session: bool = True, tolerate: t.Collection[int] = ()) -> PageView:
        if not self._drawn:
            return super().get(url, expect_session=expect_session, tolerate=tolerate)
        ref = _clicked(url)
        if ref is not None:
            return self._press_ref(ref, None, "read", "go on", expect_session, tolerate)
        before = self._look() if self._opened is not None and url == self._browser.url else None
        view = self._load(url, expect_session, tolerate)
        if before is not None and self._opened is not None and not set(before.headings) & set(view.headings):
            # The address is that of all screens, and the first of them is shown again.
            return self.open(self._opened)
        return view

    def _load(self, url: str, expect_session: bool, tolerate: t.Collection[int] = ()) -> PageView:
        self._browser.goto(self._whole(url))
        return self._shown(expect_session, tolerate)

    def _whole(self, url: str) -> str:
        """The address with what says in an application where in it."""
        absolute = self.transport.absolute(url)
        fragment = urllib.parse.urlsplit(url).fragment
        return f"{absolute}#{fragment}" if fragment else absolute

    def follow(self, link: Link, *, purpose: str = "") -> PageView:
        if not self._drawn:
            return super().follow(link, purpose=purpose)
        self.trail.append(link)
        ref = self._ref_of(link)
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
        if self._drawn and isinstance(action, Link) and not values:
            self._may(kind, "POST" if kind == "write" else "GET", purpose)
            ref = self._ref_of(action)
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
    ) -> Ready:
        """Check and fill in a form on the screen; only its button is left to be pressed."""
        if not self._drawn:
            return super().prepare(form, button, values, purpose, kind=kind, view=view, page=page)
        submission = self._prepare(form, button, values, purpose, kind, view, page)
        # What a script sends cannot be told beforehand: a button counts as one that changes something.
        self._may(kind, "POST", purpose)
        form, button, values = self._as_it_stands(form, button, values, purpose)
        self._do(lambda: self._fill(button, values), kind, purpose)
        return FilledIn(submission, {}, form, button, values, kind, purpose)

    def send(self, ready: Ready, may_go: MayGo | None = None) -> Response:
        """Press the button; what the page shows then is looked at by ``read``."""
        if not isinstance(ready, FilledIn):
            return super().send(ready, may_go)
        if may_go is not None:
            raise NotReleased
        relay, filled = self._browser.relay, ready
        self._do(lambda: self._press_button(filled.form, filled.button, filled.values), filled.kind, filled.purpose)
        upload, relay.upload = relay.upload, None
        if upload is not None and not upload.sent:
            raise self.page_error(self._look(), f"to {filled.purpose}: the page did not send the file")
        return Response(relay.status, self._browser.url, http.client.HTTPMessage(), b"")

    def read(self, answer: Response, kind: Kind = "write") -> PageView:
        if not self._drawn:
            return super().read(answer, kind)
        tolerate = range(400, 500) if kind != "read" else ()
        # What lies over a page after a write is the appliance's answer.
        return self._shown(kind not in ("sign_in", "sign_out"), tolerate, may_clear=kind in ("sign_in", "read"))

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
        if not self._drawn:
            return super().download(view, action, values, dest_file, purpose=purpose, deadline=deadline, page=page)
        if self.reading_only:
            raise StateError(f"only reading: did not {purpose}", appliance=self.label, state="nothing was sent")
        if isinstance(action, Link) and _clicked(action.url) is None:
            # A plain address needs no page around it, only the session.
            self._may("read", "GET", purpose)
            headers = {"Cookie": self._browser.cookies(action.url), "Referer": view.url}
            return self.transport.download(
                "GET", action.url, dest_file, headers=headers, deadline=deadline, follow_redirects=True
            )
        wanted = self._browser.receive(dest_file, deadline)
        # Downloading writes nothing on the appliance, but a page may ask for it by POST: not in check mode.
        kind: Kind = "read" if self.check_mode else "write"
        try:
            if isinstance(action, Link):
                ref = action.element.get(REF)
                self._do(lambda: self._browser.click(ref), kind, purpose)
            else:
                form = self.finder(view, page).form_of(action)
                self._prepare(form, action, values or {}, purpose, kind, view, page)
                form, button, given = self._as_it_stands(form, action, values or {}, purpose)
                self._do(lambda: self._fill(button, given), kind, purpose)
                self._do(lambda: self._press_button(form, button, given), kind, purpose)
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
        if self._browser.state_of(ref) != "same":
            raise self._changed(link.caption if link else "what was to be clicked")
        self._do(lambda: self._browser.click(ref), kind, purpose)
        return self._shown(expect_session, tolerate, may_clear=kind == "read")

    def _ref_of(self, link: Link) -> str | None:
        """The number of an entry, or of the one that was drawn anew in its place; None where nothing is the same."""
        ref: str | None = link.element.get(REF)
        if ref is None or self._browser.state_of(ref) == "same":
            return ref
        same = [one for one in self._look().links if (one.captions, one.parents) == (link.captions, link.parents)]
        same = [one for one in same if _row(one.element) == _row(link.element)]
        return same[0].element.get(REF) if len({one.url for one in same}) == 1 else None

    def _as_it_stands(self, form: Form, button: Button, values: Values, purpose: str) -> tuple[Form, Button, Values]:
        """The button and the fields as they are on the screen by now.

        Pages draw themselves anew, and lists do so in the same boxes: never press what says something else than it did.
        """
        ref = button.element.get(REF)
        gone = [one for one in values if self._browser.state_of(one.element.get(REF)) == "gone"]
        if not gone and (ref is None or self._browser.state_of(ref) == "same"):
            return form, button, values
        now = [(of, one) for of in self._look().forms for one in of.buttons if _sameness(one) == _sameness(button)]
        if len(now) != 1 or button.chooses:
            raise self._changed(f"{button.caption!r} to {purpose}")
        new_form, new_button = now[0]
        found: dict[t.Any, t.Any] = {}
        for control, value in values.items():
            same = [one for one in new_form.controls if (one.labels, one.type) == (control.labels, control.type)]
            if len(same) != 1:
                raise self._changed(f"the field {control.caption!r} to {purpose}")
            found[same[0]] = value
        return new_form, new_button, found

    def _changed(self, what: str) -> PageError:
        return PageError(
            f"{what} is not on the page any more, or stands for something else by now",
            appliance=self.label, page=self.start, state="nothing was clicked",
        )  # fmt: skip

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
            self._browser.fill(control.element.get(REF), value)

    def _press_button(self, form: Form, button: Button, values: Values) -> None:
        ref = button.element.get(REF)
        if ref is not None and button.element is not form.element:
            self._browser.click(ref)
        else:
            last = [control for control in values if control.is_text][-1]
            self._browser.press_enter(last.element.get(REF))

    def _agrees(self, question: str) -> bool:
        """A native dialog of the browser asks for a yes: given only in the middle of what it asks about."""
        return self._asking is not None and not other_danger(question, self._asking)

    def _shown(self, expect_session: bool, tolerate: t.Collection[int], may_clear: bool = True) -> PageView:
        relay = self._browser.relay
        if relay.status >= _FIRST_SERVER_ERROR:
            raise self._starting(f"answers with status {relay.status}", "")
        view = self._look()
        failed = [status for _method, _path, status in relay.log if status >= _FIRST_SERVER_ERROR]
        if failed and not view.forms and not view.links:
            raise self._starting(f"shows nothing: its data come with status {failed[-1]}", view.text)
        if may_clear:
            view = self._cleared(view)
        if self.check_mode and relay.blocked:
            self._say_once(
                f"{self.start} on {self.label}: held back in check mode: {', '.join(sorted(set(relay.blocked)))}"
            )
        if expect_session and overlays.says_session_is_over(view.root):
            self._signed_in = False
            raise self._expired(view)
        return self._judged(view, relay.status, expect_session, tolerate)

    def _cleared(self, view: PageView) -> PageView:
        """Close what lies over a page and only wants to be read: news, hints, a tour."""
        for _notice in range(_MOST_OVERLAYS):
            button = overlays.dismissal(view, self.vocabulary)
            if button is None:
                break
            press = functools.partial(self._browser.click, button.element.get(REF))
            self._do(press, "read", f"close a notice by {button.caption!r}")
            view = self._look()
        return view

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


def _row(element: t.Any) -> str:
    """What the row or the entry of a list says that something stands in."""
    rows = (box for box in element.iterancestors() if box.tag in ("tr", "li") or box.get("role") in ("row", "listitem"))
    row = next(rows, None)
    return dom.text_of(row, form_parts=True) if row is not None else ""


def _sameness(button: Button) -> tuple[t.Any, ...]:
    return button.captions, button.section, button.disabled, _row(button.element)


def _clicked(url: str) -> str | None:
    """The number in a made-up address of something to click."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    return query.get(snapshot.CLICK)
