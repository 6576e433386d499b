# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One visit to one web interface of an appliance: signs in once, goes by captions, never submits blindly, signs out."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import pathlib
import re
import typing as t
import urllib.parse

from .._errors import InputError, PageError, SraError, StateError
from .._shelf import NO_SHELF, Shelf, Value, refusal, refused
from .._transport import again
from .._transport.body import is_repeatable
from .._transport.failures import RequestFailed, answered_before
from .._transport.held import MayGo, NotReleased
from .._transport.redact import Redactor
from .._transport.transport import Response, Transport
from .._wait import Deadline
from . import filling, frames, kept, recognise, signing
from .controls import Button, Form
from .faults import ServerStarting, SessionExpired
from .filling import Values
from .finder import Action, Finder
from .navigation import Link, refresh_of
from .navigator import Navigator
from .pages import PAGES, Interface
from .saving import save_page
from .view import PageView, parse
from .vocabulary import Vocabulary
from .words import clean

MAX_REFRESHES: t.Final = 5
# A page that replaces itself later than this is a page to be read, not a signpost (seconds).
LONGEST_REFRESH: t.Final = 5.0
# Texts that an error compares with what was looked for: comparing takes its time.
MOST_COMPARED: t.Final = 400
# After the last byte of an uploaded file the appliance may check it for a while before it answers (seconds).
UPLOAD_SILENCE: t.Final = 900.0

# A page that is to be acted upon is not read again where it came this very moment (seconds).
JUST_NOW: t.Final = 2.0

Kind = t.Literal["read", "check", "write", "sign_in", "sign_out"]


def same_id(one: str, other: str) -> bool:
    """Appliance ids are compared without case, dashes and braces."""
    return re.sub(r"[^0-9a-z]", "", one.casefold()) == re.sub(r"[^0-9a-z]", "", other.casefold())


@dataclasses.dataclass(frozen=True)
class Ready:
    """A form that is checked and filled in, and not sent."""

    submission: filling.Submission = dataclasses.field(repr=False)
    headers: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class _JustRead:
    """What a page looked like, until it is out of date."""

    page: str
    view: PageView
    fresh: Deadline


class WebSession:
    """A context manager over ``/appliance`` or ``/login``.

    Signs in when a page is first asked for, and once more where the session turns out to be over when one is opened;
    signs out at the end (what goes wrong there is in ``warnings``). With
    a ``shelf`` it goes on with the session that an earlier task left there, and leaves its own there at the end. In
    check mode everything but reading, signing in and out and the check for updates raises StateError. A write on another
    appliance than ``expected_appliance_id`` is refused; where the pages of this interface do not show the id, ``identify``
    is asked once, and what stays unknown is a warning. Errors: AuthenticationError, SignInObstacle, SessionExpired,
    TransportError (ServerStarting while the appliance boots), PageError.
    """

    def __init__(
        self,
        transport: Transport,
        interface: Interface,
        username: str,
        password: str,
        *,
        vocabulary: Vocabulary | None = None,
        language: str = "auto",
        redactor: Redactor,
        report_dir: pathlib.Path | None = None,
        check_mode: bool = False,
        expected_appliance_id: str | None = None,
        identify: t.Callable[[], str | None] | None = None,
        shelf: Shelf = NO_SHELF,
    ) -> None:
        if not username or not password:
            raise InputError(f"{interface}_username and {interface}_password are needed to sign in to /{interface}")
        self.transport, self.interface, self.username, self.password = transport, interface, username, password
        self.vocabulary = (vocabulary or Vocabulary()).in_language(language)
        self.redactor, self.report_dir, self.check_mode = redactor, report_dir, check_mode
        self.expected_appliance_id = expected_appliance_id
        self._identify = identify
        self.appliance_id: str | None = None
        self.progress_url: str | None = None
        self.said_before: frozenset[str] = frozenset()
        self.warnings: list[str] = []
        self.home: PageView | None = None
        self.current: PageView | None = None
        # Nothing but signing in and out is ever sent while this is set: not even the check for updates.
        self.reading_only = False
        # The links that were followed, for those who tell people the way.
        self.trail: list[Link] = []
        # Whether it signs in again, once, where a page is asked for and the session is over.
        self.renews = True
        self._was_renewed = False
        # One that has shown no page yet may be one that the appliance never accepted.
        self._has_shown_pages = False
        self._signed_in = False
        self._refused: SraError | None = None
        self._looked_for_id = False
        self._shelf = shelf
        self._shelf_key: str | None = None
        # The session is an earlier task's: its menus may be out of date; while untried it may be over, too.
        self._is_kept = False
        self._is_untried = False
        self._answer: tuple[PageView, Response] | None = None
        self._just_read: _JustRead | None = None
        self._home_answer: Response | None = None
        self._found: dict[str, str] = {}
        # Pages inside frames come alone, without the menu and the way to sign out.
        self._in_frames = False
        redactor.add(password)
        self._navigator = Navigator(self.vocabulary, transport.is_same_origin, self.finder)

    def __repr__(self) -> str:
        return f"<WebSession {self.start} on {self.label}>"

    def __enter__(self) -> WebSession:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.leave()

    @property
    def start(self) -> str:
        """The start page: the only address that is known beforehand."""
        return f"/{self.interface}"

    @property
    def driver(self) -> t.Literal["html", "browser"]:
        """What the page is worked through that was read last."""
        return "html"

    @property
    def label(self) -> str:
        return str(self.transport.endpoint.label)

    # Session

    def sign_in(self) -> PageView:
        """Sign in unless signed in. A refused password is never sent again by this object, nor by others of the run."""
        if self._refused is not None:
            raise self._refused
        if self.home is None or not self._signed_in:
            if self._shelf_key is None:
                self._take_from_shelf()
                if self._refused is not None:
                    raise self._refused
            if self.home is None or not self._signed_in:
                return self._sign_in_freshly()
        return self.home

    def _sign_in_freshly(self) -> PageView:
        self._is_kept = self._is_untried = False
        try:
            home = signing.sign_in(self)
        except SraError as error:
            if error.kind in ("authentication", "sign_in_obstacle"):
                self._refused = error
            if error.kind == "authentication":
                self._shelf.put(kept.key(self), refusal(error))
            raise
        self._set_home(home)
        self._signed_in = True
        # At once, so that somebody knows of the session if this process is killed.
        self._put_on_shelf()
        return home

    def _set_home(self, view: PageView) -> None:
        self.home = self.current = view
        answered, answer = self._answer or (None, None)
        self._home_answer = answer if answered is view else None

    def _take_from_shelf(self) -> None:
        self._shelf_key = kept.key(self)
        value = self._shelf.take(self._shelf_key)
        if value is None:
            return
        self._refused = refused(value)
        if self._refused is None:
            self.go_on(value)

    def go_on(self, value: Value) -> None:
        """Go on with the session that another object of this class had (``kept.to_data``)."""
        self.transport.restore(value["cookies"])
        self.home = self.current = kept.home_of(value)
        self._home_answer = kept.answer_of(value)
        self._found = dict(value["found"])
        self._signed_in = self._is_kept = self._is_untried = True

    def _put_on_shelf(self) -> bool:
        """Whether the session may outlive this object, because somebody else will end it."""
        if self._shelf is NO_SHELF or self._shelf_key is None:
            # What was begun without asking the shelf, by a first sign-in, ends with its task: much changes right after it.
            return False
        value = self._as_data()
        if value is not None and self._shelf_key == kept.key(self):
            return self._shelf.put(self._shelf_key, value)
        self._shelf.drop(self._shelf_key)
        return False

    def _as_data(self) -> Value | None:
        """The session for ``go_on``; None where it cannot be kept."""
        # The first page alone is kept, which of a frameset says nothing.
        home = None if self._in_frames else self._home_answer
        return kept.to_data(self, home, self._found) if home is not None else None

    def leave(self) -> None:
        """End the work: leave the session to the next task, or sign out."""
        if self._signed_in and self._put_on_shelf():
            return
        if self._shelf_key is not None and self._refused is None:
            self._shelf.drop(self._shelf_key)
        self.sign_out()

    def sign_in_again(self) -> PageView:
        """After a restart of the appliance or an expired session: a new session, asked for explicitly."""
        self._signed_in = False
        self.home = None
        self._found.clear()
        self._looked_for_id = False
        self.appliance_id = None
        if self._shelf_key is None:
            # What is on the shelf is a session from before that, too.
            self._shelf_key = kept.key(self)
            self._shelf.take(self._shelf_key)
        return self.sign_in()

    def sign_in_afresh(self) -> PageView:
        """Sign in as if for the first time, to prove that it is possible: an earlier task's session is ended before."""
        if self.home is None and self._shelf_key is None:
            self._take_from_shelf()
            if self._refused is None:
                self.sign_out()
                self.home = None
        return self.sign_in()

    def adopt(self, home: PageView) -> None:
        """Go on with a session that was begun by a first sign-in."""
        self.home = self.current = home
        self._signed_in = True

    def sign_out(self) -> None:
        """End the session; what goes wrong is kept in ``warnings`` because the work is done by then."""
        if not self._signed_in:
            return
        self._signed_in = False
        view = (
            self.current
            if self.current is not None and recognise.has_sign_out(self.current, self.vocabulary)
            else self.home
        )
        try:
            if view is not None:
                signing.sign_out(self, view)
        except SessionExpired:
            pass  # The session is over, which is what was wanted.
        except signing.EXPECTED_AT_SIGN_OUT as error:
            self.warnings.append(f"{self.start} on {self.label}: sign-out: {error.message}")

    def forget_refusal(self) -> None:
        """The account may be another one now, as after a restore: it is tried again, once."""
        if self._shelf_key is None:
            self._take_from_shelf()
        if self._refused is not None and self._shelf_key is not None:
            self._refused = None
            self._shelf.drop(self._shelf_key)

    def start_page(self) -> PageView:
        """Read the page at the start address, signed in or not."""
        return self.get(self.start, expect_session=False)

    # Pages

    def open(self, page: str) -> PageView:
        """Go to a page (a key of PAGES) through the menus; the way is remembered within the session."""
        self.sign_in()
        try:
            return self._open_as_kept(page) if self._is_kept else self._open(page)
        except SessionExpired:
            if not self._has_shown_pages or self._was_renewed or not self.renews:
                raise
        self._was_renewed = True
        self.sign_in_again()
        return self._open(page)

    def stay_on(self, page: str) -> PageView:
        """The page, to act on it: as it was read just now where nothing was asked for or sent since, else opened."""
        last = self._just_read
        if (
            last is None
            or last.page != page
            or last.fresh.passed
            or self._answer is None
            or self._answer[0] is not last.view
        ):
            return self.open(page)
        return last.view

    def now_shows(self, page: str, view: PageView) -> None:
        """This answer, which a form led to, is the page as it is now."""
        self._just_read = _JustRead(page, view, Deadline(JUST_NOW))

    def _open_as_kept(self, page: str) -> PageView:
        """The same in an earlier task's session, which may be over, or whose menus may be out of date."""
        try:
            return self._open(page)
        except SessionExpired:
            if not self._is_untried:
                raise
            self.sign_in_again()
        except PageError:
            if not self._renew_home():
                raise
        return self._open(page)

    def _renew_home(self) -> bool:
        """Read the first page again; False where it no longer is one of a session."""
        self._is_kept = False
        view = self.start_page()
        if not recognise.has_sign_out(view, self.vocabulary):
            return False
        self._set_home(view)
        self._found.clear()
        return True

    def _open(self, page: str) -> PageView:
        self._learn_id(page)
        home = self.sign_in()
        known = self._found.get(page)
        if known is not None:
            view = self.get(known, tolerate=(404, 403, 410))
            if view.status < 400 and self._navigator.is_page(view, page):
                return self._arrived(page, view)
            del self._found[page]
        view = self._navigator.find(home, page, self.follow)
        return self._arrived(page, view)

    def _arrived(self, page: str, view: PageView) -> PageView:
        self._found[page] = view.url
        self._has_shown_pages = True
        self.current = view
        self.now_shows(page, view)
        return view

    def _learn_id(self, page: str) -> None:
        """Read the appliance's own id once where it is going to be compared."""
        if (
            self.expected_appliance_id is None
            or self.interface != "appliance"
            or self._looked_for_id
            or page == "basics"
        ):
            return
        self._looked_for_id = True
        view = self.open("basics")
        finder = self.finder(view, "basics")
        fact = finder.fact("appliance_id", where=looks_like_id)
        told = [other.value for other in finder.facts("appliance_id") if looks_like_id(other.value)]
        if fact is None and told:
            raise finder.fail("the page shows several ids of the appliance", key="appliance_id", candidates=told)
        self.note_appliance_id(fact.value if fact else None)

    def note_appliance_id(self, value: str | None) -> None:
        """Remember the id that a page shows; another one in the middle of a session is refused."""
        if value is None:
            return
        if self.appliance_id is not None and not same_id(self.appliance_id, value):
            raise StateError(
                "the appliance's own id changed during the session",
                appliance=self.label, expected=self.appliance_id, seen=value, state="nothing more was sent",
            )  # fmt: skip
        self.appliance_id = value

    def follow(self, link: Link, *, purpose: str = "") -> PageView:
        """Open what a link leads to."""
        self.trail.append(link)
        return self.get(link.url)

    def get(self, url: str, *, expect_session: bool = True, tolerate: t.Collection[int] = ()) -> PageView:
        """Read a page, following redirects and pages that replace themselves at once."""
        return self._page(self._asked(url), expect_session, tolerate)

    def _asked(self, url: str) -> Response:
        """The answer to a request that only reads."""
        return again.asked(lambda: self.transport.request("GET", url, follow_redirects=True), self.transport.clock)

    def leave_by(self, link: Link) -> PageView:
        """Open a link that ends the session."""
        return self.get(link.url, expect_session=False)

    def reload(self, view: PageView) -> PageView:
        """Read a page again."""
        return self.get(view.url)

    def finder(self, view: PageView, page: str) -> Finder:
        """Looks on a page; its errors name the page (a key of PAGES, or the start page)."""

        def fail(
            message: str, *, key: str | None = None, candidates: t.Sequence[str] = (), seen: str | None = None
        ) -> PageError:
            return self.page_error(view, message, key=key, page=page, candidates=candidates, seen=seen)

        return Finder(view, self.vocabulary, fail)

    # Sending

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
        """Press a button, or follow a link that acts as one."""
        if isinstance(action, Link):
            if values:
                raise self.page_error(view, f"{action.caption!r} is a link and cannot send values", page=page)
            self._may(kind, "GET", purpose)
            if not self.transport.is_same_origin(action.url):
                raise self.page_error(view, f"{action.caption!r} leads to another host", page=page)
            # It may change something: it is never asked for twice.
            return self._led_to(self.transport.request("GET", action.url, follow_redirects=True), True, ())
        return self.submit(
            self.finder(view, page).form_of(action), action, values or {}, purpose, kind=kind, view=view, page=page
        )

    def submit(
        self,
        form: Form,
        button: Button,
        values: Values,
        purpose: str,
        *,
        kind: Kind = "write",
        view: PageView | None = None,
        page: str = "",
    ) -> PageView:
        """Send a form as a browser would, after checking that it is fully understood."""
        ready = self.prepare(form, button, values, purpose, kind=kind, view=view, page=page)
        return self.read(self.send(ready), kind)

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
        """Check and fill in a form, so that it can be sent without any further thought."""
        send = self._prepare(form, button, values, purpose, kind, view, page)
        return Ready(send, {"Referer": view.url} if view is not None and view.url.startswith("http") else {})

    def send(self, ready: Ready, may_go: MayGo | None = None) -> Response:
        """Send what was prepared; nobody has looked at the answer yet.

        With ``may_go`` it is asked when all is sent that says nothing yet. Raises NotReleased where the form was not sent.
        """
        return self._request(ready.submission, ready.headers, may_go)

    def read(self, answer: Response, kind: Kind = "write") -> PageView:
        """The page that a form led to."""
        return self._led_to(answer, kind not in ("sign_in", "sign_out"), range(400, 500) if kind != "read" else ())

    def _led_to(self, answer: Response, expect_session: bool, tolerate: t.Collection[int]) -> PageView:
        """The page of an answer to what may have changed something, whatever is still to be read for it."""
        try:
            return self._page(answer, expect_session, tolerate)
        except RequestFailed as error:
            raise answered_before(error) from error.__cause__

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
        """Press a button or link whose answer is a file, streamed into ``dest_file``; in check mode nothing but GET is sent."""
        self._just_read = None
        if isinstance(action, Link):
            if self.reading_only:
                raise StateError(f"only reading: did not {purpose}", appliance=self.label, state="nothing was sent")
            if not self.transport.is_same_origin(action.url):
                raise self.page_error(view, f"{action.caption!r} leads to another host", page=page)
            return self.transport.download("GET", action.url, dest_file, deadline=deadline, follow_redirects=True)
        form = self.finder(view, page).form_of(action)
        send = self._prepare(
            form, action, values or {}, purpose, "write" if form.method != "GET" else "read", view, page
        )
        if send.method == "GET":
            return self.transport.download(
                "GET", _with_query(send.url, send.fields), dest_file, deadline=deadline, follow_redirects=True
            )
        pairs = [(name, value) for name, value in send.fields if isinstance(value, str)]
        return self.transport.download(
            "POST", send.url, dest_file, data=pairs, deadline=deadline, follow_redirects=True
        )

    def _request(self, send: filling.Submission, headers: t.Mapping[str, str], may_go: MayGo | None = None) -> Response:
        self._just_read = None
        if may_go is not None and (send.method == "GET" or not is_repeatable(send.fields)):
            raise NotReleased
        if send.method == "GET":
            return self.transport.request(
                "GET", _with_query(send.url, send.fields), headers=headers, follow_redirects=True
            )
        if send.multipart:
            return self.transport.request(
                "POST",
                send.url,
                headers=headers,
                fields=list(send.fields),
                timeout=max(UPLOAD_SILENCE, self.transport.endpoint.timeout),
                follow_redirects=True,
                may_go=may_go,
            )
        pairs = [(name, value if isinstance(value, str) else value[0]) for name, value in send.fields]
        return self.transport.request(
            "POST", send.url, headers=headers, data=pairs, follow_redirects=True, may_go=may_go
        )

    def _prepare(
        self, form: Form, button: Button, values: Values, purpose: str, kind: Kind, view: PageView | None, page: str
    ) -> filling.Submission:
        try:
            filling.check(form, button, values)
        except filling.Unfit as problem:
            wanted = [repr(control.caption) for control in values]
            raise self.page_error(
                view,
                f"to {purpose}: {problem}",
                page=page or self.start,
                expected=f"{button.caption!r} in one form with {', '.join(wanted) or 'no field to fill in'}, and nothing else required",
                candidates=[*(c.caption for c in form.shown), *(b.caption for b in form.buttons if b.visible)],
            ) from None
        send = filling.compose(form, button, values)
        if not self.transport.is_same_origin(send.url):
            where = urllib.parse.urlsplit(send.url).netloc
            raise self.page_error(
                view, f"to {purpose}: the form would be sent to another host ({where})", page=page or self.start
            )
        self._may(kind, send.method, purpose)
        return send

    def _may(self, kind: Kind, method: str, purpose: str) -> None:
        """Refuse what check mode promises not to do, and any write on another appliance than the expected one."""
        if self.reading_only and kind not in ("sign_in", "sign_out"):
            raise StateError(f"only reading: did not {purpose}", appliance=self.label, state="nothing was sent")
        if kind in ("sign_in", "sign_out", "check") or (kind == "read" and method == "GET"):
            return
        if self.check_mode:
            raise StateError(f"check mode: would {purpose}", appliance=self.label, state="nothing was sent")
        self._refuse_another_appliance(purpose)

    def _refuse_another_appliance(self, purpose: str) -> None:
        expected = self.expected_appliance_id
        if not expected:
            return
        if self.appliance_id is None and self._identify is not None:
            self.appliance_id = self._identify()
            untold = (
                f"{self.start} on {self.label}: neither its pages nor the APIs tell the appliance's id, so it was not "
                f"compared with {expected} before writing"
            )
            if self.appliance_id is None and untold not in self.warnings:
                self.warnings.append(untold)
        if self.appliance_id is not None and not same_id(expected, self.appliance_id):
            raise StateError(
                f"this is another appliance than expected; did not {purpose}",
                appliance=self.label, expected=expected, seen=self.appliance_id, state="nothing was sent",
                advice="Check host, DNS and the expected appliance_id.",
            )  # fmt: skip

    # Answers

    def _page(
        self,
        response: Response,
        expect_session: bool,
        tolerate: t.Collection[int] = (),
        preceding: PageView | None = None,
    ) -> PageView:
        if response.status >= 500:
            raise self._starting(f"answers with status {response.status}", _words_of(response))
        content_type = response.headers.get("Content-Type") or ""
        if content_type and not re.search(r"html|xml|text/plain", content_type, re.IGNORECASE):
            raise PageError(
                f"an answer that is no page came from {self.start}", expected="HTML", seen=clean(content_type),
                appliance=self.label, page=urllib.parse.urlsplit(response.url).path,
            )  # fmt: skip
        view = parse(response.body, response.url, content_type, response.status, preceding)
        self._answer = (view, response)
        self._unfold(view)
        refresh = refresh_of(view.root, view.url)
        if (
            refresh is not None
            and refresh.seconds <= LONGEST_REFRESH
            and _elsewhere(refresh.url, view.url)
            and self._depth(view) < MAX_REFRESHES
            and self.transport.is_same_origin(refresh.url)
        ):
            return self._page(self._asked(refresh.url), expect_session, tolerate, view)
        return self._judged(view, response.status, expect_session, tolerate)

    def _judged(self, view: PageView, status: int, expect_session: bool, tolerate: t.Collection[int]) -> PageView:
        """The page, unless it is the end of the session or an error."""
        if expect_session and (
            status == 401
            or recognise.asks_to_sign_in(view, self.vocabulary, alone=self._in_frames)
            or recognise.tells_session_over(view, self.vocabulary)
        ):
            self._signed_in = False
            raise self._expired(view)
        self._is_untried = self._is_untried and not expect_session
        if status >= 400 and status not in tolerate and not (status in (401, 403) and not expect_session):
            raise self.page_error(
                view,
                f"the appliance answers with status {status}",
                page=urllib.parse.urlsplit(view.url).path,
                seen=self.redactor.beginning(view.text, 300),
            )
        if self._signed_in and recognise.has_sign_out(view, self.vocabulary):
            self.current = view
        elif self._signed_in and expect_session:
            self._refuse_obstacle(view)
        return view

    def _refuse_obstacle(self, view: PageView) -> None:
        """Name what stands in the way of a session that was signed in: a new password, a second factor, an agreement."""
        name = recognise.obstacle_in_session(view, self.vocabulary)
        if name:
            raise signing.obstacle_error(self, name, self._first_words(view), in_session=True)

    def _unfold(self, view: PageView) -> None:
        """Read the frames of a page into it."""
        if view.root.find(".//frame") is None and view.root.find(".//iframe") is None:
            return
        before = len(view.root.xpath("//frame"))
        frames.unfold(view.root, view.url, self._framed, itertools.count(1))
        self._in_frames = self._in_frames or bool(before) or recognise.has_sign_out(view, self.vocabulary)

    def _framed(self, url: str) -> tuple[t.Any, str] | None:
        """The document of a frame; None for what is no page of this origin, or is not there."""
        for _hop in range(MAX_REFRESHES):
            if not self.transport.is_same_origin(url):
                return None
            response = self._asked(url)
            if response.status >= 500:
                raise self._starting(f"answers with status {response.status} in a frame", _words_of(response))
            content_type = response.headers.get("Content-Type") or ""
            if response.status >= 400 or not re.search(r"html", content_type or "html", re.IGNORECASE):
                return None
            inner = parse(response.body, response.url, content_type, response.status)
            refresh = refresh_of(inner.root, inner.url)
            if refresh is None or refresh.seconds > LONGEST_REFRESH or not _elsewhere(refresh.url, inner.url):
                return inner.root, inner.url
            url = refresh.url
        return None

    @staticmethod
    def _depth(view: PageView) -> int:
        depth, node = 0, view
        while node.preceding is not None:
            depth, node = depth + 1, node.preceding
        return depth

    def _expired(self, view: PageView) -> SessionExpired:
        return SessionExpired(
            f"{self.start} asks to sign in again",
            expected="a page of the session",
            seen=" ".join(message.text for message in view.messages) or "the sign-in page",
            appliance=self.label,
            page=urllib.parse.urlsplit(view.url).path,
            state="signed out; what was asked for last may not have been done",
            advice="See that nobody else works on the pages with this account. Then run the same command again: it reads what has "
            "come of the last request.",
        )

    def starting(self, view: PageView) -> ServerStarting:
        """The error for a page of a server that is not up yet."""
        return self._starting("shows a page of a server that is starting", self._first_words(view))

    def _first_words(self, view: PageView) -> str:
        return self.redactor.beginning(view.text, 200).replace("\n", " ")

    def _starting(self, what: str, words: str) -> ServerStarting:
        return ServerStarting(
            f"{self.start} {what}",
            expected="a page of the interface",
            seen=self.redactor.beginning(words, 200) or None,
            appliance=self.label,
            page=self.start,
            state="nothing more was submitted",
            advice="Wait until the appliance is up, then run the same command again. If it is installing, do not restart it.",
        )

    def page_error(
        self,
        view: PageView | None,
        message: str,
        *,
        key: str | None = None,
        page: str = "",
        candidates: t.Sequence[str] = (),
        seen: str | None = None,
        expected: str | None = None,
    ) -> PageError:
        """What was looked for, by which captions, what was nearest; the page is saved where a folder for it is given."""
        captions = self.vocabulary.captions(key) if key else []
        if captions:
            expected = f"{key}: " + ", ".join(repr(caption) for caption in captions)
        if view is not None and not candidates:
            candidates = _captions_of(view)
        spec = PAGES.get(page)
        names = f"{self.start} > {spec.names}" if spec else (page or self.start)
        return PageError(
            f"{names}: {self.redactor.text(clean(message))}",
            expected=self.redactor.text(clean(expected)) if expected else None,
            seen=self.redactor.text(clean(seen)) if seen else None,
            appliance=self.label,
            page=names,
            state="nothing was submitted on this page",
            advice="Look at the page in a browser; add its captions by the option vocabulary, or send the saved page with a "
            "bug report.",
            candidates=nearest(captions, candidates, self.redactor),
            saved=self._save(view, page or self.start) if view is not None else None,
        )

    def save(self, view: PageView, page: str) -> str | None:
        """Keep a page as evidence, with secrets removed; returns the file, None without a folder for it."""
        return self._save(view, page)

    def _save(self, view: PageView, page: str) -> str | None:
        if self.report_dir is None:
            return None
        try:
            return save_page(
                pathlib.Path(self.report_dir), self.label, f"{self.interface}-{page}", view.root, self.redactor.text
            )
        except OSError as error:
            self.warnings.append(
                f"the page could not be saved in {self.report_dir}: {error.strerror or type(error).__name__}"
            )
            return None


def looks_like_id(value: str) -> bool:
    """True for what can be an appliance's id: one token of at least six characters with a digit in it."""
    return bool(re.fullmatch(r"\{?[0-9A-Za-z][0-9A-Za-z-]{5,63}\}?", value)) and any(c.isdigit() for c in value)


def _captions_of(view: PageView) -> list[str]:
    """What a page offers by name: fields, buttons, headings, and the links that are no menu's."""
    texts = [label for control in view.controls if control.visible for label in control.labels]
    texts += [button.caption for button in view.buttons if button.visible]
    return [*texts, *view.headings, *(link.caption for link in view.links if link.visible and not link.aside)]


def nearest(captions: t.Sequence[str], seen: t.Sequence[str], redactor: Redactor, limit: int = 8) -> list[str]:
    """The texts most like one of the captions, most like first, without secrets; of a huge page, of its first texts."""
    some = itertools.islice((text for text in seen if text), MOST_COMPARED)
    texts = list(dict.fromkeys(text for text in (clean(redactor.beginning(text, 300))[:100] for text in some) if text))

    def likeness(text: str) -> float:
        return max(
            (difflib.SequenceMatcher(None, text.casefold(), caption.casefold()).ratio() for caption in captions),
            default=0.0,
        )

    return sorted(texts, key=likeness, reverse=True)[:limit] if captions else texts[:limit]


def _with_query(url: str, fields: t.Sequence[tuple[str, t.Any]]) -> str:
    pairs = [(name, value) for name, value in fields if isinstance(value, str)]
    return url.split("#")[0].split("?")[0] + ("?" + urllib.parse.urlencode(pairs) if pairs else "")


def _elsewhere(one: str, other: str) -> bool:
    return one.split("#")[0] != other.split("#")[0]


def _words_of(response: Response) -> str:
    try:
        view = parse(response.body, response.url, response.headers.get("Content-Type") or "")
    except SraError:
        return ""
    return " ".join(view.lines[:3])


__all__ = ["Ready", "ServerStarting", "SessionExpired", "WebSession"]
