# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A web interface over HTTP: sign-in, sessions, anti-forgery values, and the way from request to page and back."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import typing as t
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from . import forms
from .device import Device
from .http_server import Request, Response
from .pages import Download, Go, Outcome, Pages, simple_form, without
from .recorder import Entry
from .scenario import WebOptions
from .screens import Button, Field, Message, Paragraph, Screen, Submit, Target, Visit, caption
from .skins.base import BadSubmission, Skin, WebRequest
from .world import SignIn

_MAX_ANONYMOUS = 500


def _equal(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


class Struck(Exception):
    """A fault strikes this request; the caller answers as the fault says."""


@dataclasses.dataclass
class _Session:
    token: str
    used: float
    user: str | None = None
    record: SignIn | None = None
    message: Message | None = None
    agreed: bool = True


class WebInterface:
    """/appliance or /login of one device; `check_fault` may raise `Struck` once screen and action are known."""

    def __init__(
        self,
        device: Device,
        pages: Pages,
        skin: Skin,
        options: WebOptions,
        check_fault: t.Callable[[Entry], str | None],
    ) -> None:
        self.device = device
        self.pages = pages
        self.interface = pages.interface
        self.skin = skin
        self.options = options
        self._check_fault = check_fault
        self._sessions: dict[str, _Session] = {}
        self._failures: dict[str, int] = {}
        self._locked_until: dict[str, float] = {}
        self._refused: set[tuple[str, str]] = set()

    def forget(self) -> None:
        self._sessions.clear()

    def handle(self, request: Request, entry: Entry) -> Response:
        """Answer a request; the world's lock is taken here, not while the body arrives."""
        values: forms.Pairs = ()
        files: forms.Files = ()
        if request.method not in ("GET", "HEAD", "POST"):
            return Response(405, headers=[("Allow", "GET, HEAD, POST")])
        if request.method == "POST":
            try:
                values, files = forms.parse(request, self.device.world.work_dir)
            except ValueError:
                return Response(400, b"Bad request\n", [("Content-Type", "text/plain")], close=True)
        try:
            with self.device.world.lock:
                web_request = WebRequest(request.method, request.path, request.query, values, files)
                return self._answer(web_request, request, entry)
        finally:
            for _name, upload in files:
                Path(upload.path).unlink()

    def _answer(self, web_request: WebRequest, request: Request, entry: Entry) -> Response:
        shell = self.skin.shell(self.interface, web_request)
        if shell is not None:
            entry.screen = "shell"
            self._check_fault(entry)
            return Response(200, shell[1], [("Content-Type", shell[0]), ("Cache-Control", "no-store")])
        key, session = self._session(request)
        cookies = [] if key is not None else self._new_session(session)
        try:
            asked = self._read(web_request)
        except BadSubmission as error:
            entry.kind = "write" if web_request.method == "POST" else "read"
            return self._html(self._problem("refused.form", 400, str(error)), session, cookies)
        if asked is None:
            self._check_fault(entry)
            return self._html(self._problem("not_found.text", 404), session, cookies)
        self._describe(asked, entry)
        if self._check_fault(entry) == "session_expired":
            self._end(key, session, "expired")
            key, session = None, self._fresh()
            cookies = self._new_session(session)
        if isinstance(asked, Submit) and web_request.method == "POST" and not _equal(asked.token, session.token):
            return self._html(self._problem("refused.token", 403), session, cookies)
        return self._respond(asked, key, session, cookies)

    def _read(self, request: WebRequest) -> Visit | Submit | None:
        if request.path.rstrip("/") == f"/{self.interface}" and request.method != "POST":
            return Visit(Target(""))
        return self.skin.read(self.interface, request)

    def _describe(self, asked: Visit | Submit, entry: Entry) -> None:
        entry.screen = asked.target.screen
        if isinstance(asked, Submit):
            entry.action = asked.form if not asked.button else f"{asked.form}.{asked.button}"
            entry.kind = "read" if asked.form in self.pages.reads or asked.button == "cancel" else "write"
            if asked.form in ("sign_in", "agreement", "password"):
                entry.kind = "session"
        elif asked.target.screen == "sign_out":
            entry.kind = "session"

    def _respond(
        self, asked: Visit | Submit, key: str | None, session: _Session, cookies: list[tuple[str, str]]
    ) -> Response:
        if isinstance(asked, Submit) and asked.form == "sign_in":
            return self._sign_in(asked, key, session, cookies)
        if session.user is None:
            return self._to_sign_in(asked, session, cookies)
        if asked.target.screen == "sign_out":
            self._end(key, session, "sign_out")
            session = self._fresh()
            session.message = Message("info", caption("signed_out"))
            return self._redirect(Target("sign_in"), self._new_session(session))
        if self.interface in self.device.must_change:
            return self._change_password(asked, session)
        if self.interface == "login" and self.device.must_agree:
            return self._first_agreement(asked, session)
        if not session.agreed:
            return self._agreement(asked, session)
        return self._outcome(self._serve(asked), session, cookies)

    def _serve(self, asked: Visit | Submit) -> Outcome:
        screen = asked.target.screen or self.pages.start
        if screen == "sign_in":
            return Go(Target(self.pages.start))
        if not self.pages.offers(screen):
            return self._problem("not_found.text", 404)
        if isinstance(asked, Submit):
            return self.pages.actions[asked.form](asked)
        show = self.pages.screens.get(screen)
        return show(asked.target.item) if show is not None else self._problem("not_found.text", 404)

    def _outcome(self, outcome: Outcome, session: _Session, cookies: list[tuple[str, str]]) -> Response:
        if isinstance(outcome, Go):
            session.message = outcome.message
            return self._redirect(outcome.target, cookies)
        if isinstance(outcome, Download):
            headers = [
                ("Content-Type", outcome.content_type),
                ("Content-Disposition", f'attachment; filename="{outcome.filename}"'),
            ]
            return Response(200, headers=headers + cookies, chunks=outcome.chunks, length=outcome.length)
        missing = self.device.world.faults.strike("missing_control", self.device.name)
        if missing is not None:
            outcome = without(outcome, str(missing.options.get("control", "")))
        return self._html(outcome, session, cookies)

    # Sessions

    def _fresh(self) -> _Session:
        return _Session(secrets.token_urlsafe(24), self.device.world.timers.now())

    def _session(self, request: Request) -> tuple[str | None, _Session]:
        now = self.device.world.timers.now()
        for key in [key for key, each in self._sessions.items() if now - each.used > self.options.idle_expiry]:
            self._end(key, self._sessions[key], "expired")
        try:
            morsel = SimpleCookie(request.headers.get("Cookie", "")).get(self.skin.cookie_name)
        except CookieError:
            morsel = None
        session = self._sessions.get(morsel.value) if morsel is not None else None
        if morsel is None or session is None:
            return None, self._fresh()
        session.used = now
        return morsel.value, session

    def _new_session(self, session: _Session) -> list[tuple[str, str]]:
        anonymous = [key for key, each in self._sessions.items() if each.user is None]
        for key in anonymous[: max(0, len(anonymous) - _MAX_ANONYMOUS)]:
            del self._sessions[key]
        key = secrets.token_urlsafe(24)
        self._sessions[key] = session
        return [("Set-Cookie", f"{self.skin.cookie_name}={key}; Path=/{self.interface}; Secure; HttpOnly")]

    def _end(self, key: str | None, session: _Session, how: str) -> None:
        if key is not None:
            self._sessions.pop(key, None)
        if session.record is not None and session.record.ended is None:
            session.record.ended = how

    def _to_sign_in(self, asked: Visit | Submit, session: _Session, cookies: list[tuple[str, str]]) -> Response:
        if asked.target.screen == "sign_in" or not self.skin.redirects_to_sign_in:
            return self._html(self._sign_in_screen(), session, cookies)
        return self._redirect(Target("sign_in"), cookies)

    def _sign_in_screen(self, problem: str | None = None) -> Screen:
        message = (Message("error", caption(problem)),) if problem else ()
        form = simple_form(
            "sign_in",
            "sign_in",
            Button("sign_in", caption("sign_in.button")),
            Field("username", caption("sign_in.username"), required=True),
            Field("password", caption("sign_in.password"), kind="password", required=True),
        )
        title = caption(f"site.{self.interface}")
        return Screen("sign_in", self.interface, title, caption("sign_in.heading"), (*message, form))

    def _sign_in(self, asked: Submit, key: str | None, session: _Session, cookies: list[tuple[str, str]]) -> Response:
        username, password = asked.values["username"], asked.values["password"]
        problem = self._sign_in_problem(username, password)
        if problem is not None:
            return self._html(self._sign_in_screen(problem), session, cookies)
        self._end(key, session, "sign_out")
        now = self.device.world.wall_clock()
        session = self._fresh()
        session.user = username
        session.record = SignIn(self.device.name, self.interface, username, now)
        session.agreed = self.device.world.faults.strike("licence_page", self.device.name) is None
        self.device.world.sign_ins.append(session.record)
        return self._redirect(Target(self.pages.start), self._new_session(session))

    def _sign_in_problem(self, username: str, password: str) -> str | None:
        now = self.device.world.timers.now()
        if self._locked_until.get(username, 0) > now or self.device.world.faults.strike("lockout", self.device.name):
            return "sign_in.locked"
        if not password or not _equal(self.device.accounts[self.interface].get(username, ""), password):
            self._count_failure(username, password, now)
            return "sign_in.failed"
        self._failures.pop(username, None)
        if sum(each.user is not None for each in self._sessions.values()) >= self.options.max_sessions:
            return "sign_in.full"
        return None

    def _count_failure(self, username: str, password: str, now: float) -> None:
        attempt = (username, hashlib.sha256(password.encode()).hexdigest())
        if attempt in self._refused:
            self.device.violation("refused_password_retried", f"{username} on /{self.interface}")
        self._refused.add(attempt)
        self._failures[username] = self._failures.get(username, 0) + 1
        if self._failures[username] >= self.options.max_failures:
            self._locked_until[username] = now + self.options.lockout
            self._failures[username] = 0

    def _agreement(self, asked: Visit | Submit, session: _Session) -> Response:
        if isinstance(asked, Submit) and asked.form == "agreement":
            session.agreed = True
            return self._redirect(Target(self.pages.start), [])
        form = simple_form("agreement", "agreement", Button("accept", caption("agreement.accept")))
        parts = (Paragraph(caption("agreement.text")), form)
        title = caption(f"site.{self.interface}")
        screen = Screen("agreement", self.interface, title, caption("agreement.heading"), parts)
        return self._html(screen, session, [])

    def _change_password(self, asked: Visit | Submit, session: _Session) -> Response:
        problem = None
        if isinstance(asked, Submit) and asked.form == "password":
            problem = self._password_problem(session, asked.values)
            if problem is None:
                self.device.accounts[self.interface][str(session.user)] = asked.values["new"]
                self.device.must_change.discard(self.interface)
                return self._redirect(Target(self.pages.start), [])
        fields = [
            Field(key, caption(f"password.{key}"), kind="password", required=True)
            for key in ("current", "new", "again")
        ]
        form = simple_form("password", "password", Button("change", caption("password.button")), *fields)
        message = (Message("error", caption(problem)),) if problem else ()
        parts = (*message, Paragraph(caption("password.text")), form)
        title = caption(f"site.{self.interface}")
        return self._html(Screen("password", self.interface, title, caption("password.heading"), parts), session, [])

    def _password_problem(self, session: _Session, values: dict[str, str]) -> str | None:
        present = self.device.accounts[self.interface].get(str(session.user), "")
        if not _equal(present, values["current"]):
            return "password.wrong"
        if values["new"] != values["again"]:
            return "password.mismatch"
        return "password.weak" if len(values["new"]) < 8 or values["new"] == present else None

    def _first_agreement(self, asked: Visit | Submit, session: _Session) -> Response:
        if isinstance(asked, Submit) and asked.form == "agreement":
            self.device.must_agree = False
            return self._redirect(Target(self.pages.start), [])
        form = simple_form("agreement", "agreement", Button("accept", caption("first_agreement.accept")))
        parts = (Paragraph(caption("first_agreement.text")), form)
        title = caption(f"site.{self.interface}")
        screen = Screen("agreement", self.interface, title, caption("first_agreement.heading"), parts)
        return self._html(screen, session, [])

    # Answers

    def _problem(self, text: str, status: int, detail: str = "") -> Screen:
        heading = caption("not_found" if status == 404 else "refused")
        parts = (Message("error", caption(text)), *((Paragraph(detail),) if detail else ()))
        return Screen("problem", self.interface, caption(f"site.{self.interface}"), heading, parts, status=status)

    def _html(self, screen: Screen, session: _Session, cookies: list[tuple[str, str]]) -> Response:
        if session.message is not None:
            screen = dataclasses.replace(screen, parts=(session.message, *screen.parts))
            session.message = None
        if session.user is not None:
            screen = dataclasses.replace(screen, user=session.user)
        headers = [("Content-Type", self.skin.media), ("Cache-Control", "no-store"), *cookies]
        return Response(screen.status, self.skin.render(screen, session.token), headers)

    def _redirect(self, target: Target, cookies: list[tuple[str, str]]) -> Response:
        return Response(302, headers=[("Location", self.skin.url(self.interface, target)), *cookies])
