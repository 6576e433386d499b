# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Chromium without a network of its own, driven by Playwright: opens, fills, clicks, waits for rest, writes down what it shows."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import os
import pathlib
import shutil
import tempfile
import threading
import typing as t

from .. import _deps
from .._errors import InputError, PageError, WaitTimeout
from .._transport.transport import Transport
from .._wait import Clock, Deadline, Look, wait_for
from . import snapshot
from .relay import Download, Relay, Upload

PROGRAMS: t.Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL: t.Final = "Install both on the controller: apt-get install chromium; python3 -m pip install playwright"
QUIET: t.Final = 150
"""Milliseconds without a change after which a page is at rest."""
LONGEST_BUSY: t.Final = 10.0
"""Seconds that a page may show a spinner before it is read as it is: the page of an install may turn one for an hour."""
LONGEST_SILENCE: t.Final = 15.0
"""Seconds that a page may ask for nothing while a file is waited for."""
CLICK_PATIENCE: t.Final = 5000
"""Milliseconds until something that is covered or disabled counts as not to be pressed."""
_ARGUMENTS: t.Final = (
    # Whatever gets past the relay finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
)

Question = t.Callable[[str], bool]


class _PageClock(Clock):
    """A pause in which the browser's own messages are heard."""

    def __init__(self, page: t.Any) -> None:
        self._page = page

    def sleep(self, seconds: float) -> None:
        self._page.wait_for_timeout(seconds * 1000)


def executable() -> str:
    """The system's Chromium. Raises InputError that says how to install it."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise InputError(
        "Chromium is needed for pages that are drawn by scripts, and is not installed",
        expected=f"one of {', '.join(PROGRAMS)} on the PATH of the controller",
        advice=INSTALL,
    )


P = t.ParamSpec("P")
T = t.TypeVar("T")


def _in_own_thread(method: t.Callable[t.Concatenate[Browser, P], T]) -> t.Callable[t.Concatenate[Browser, P], T]:
    """Playwright belongs to the thread that started it, whichever thread asks."""

    @functools.wraps(method)
    def call(browser: Browser, *args: P.args, **kwargs: P.kwargs) -> T:
        if threading.get_ident() == browser.thread:
            return method(browser, *args, **kwargs)
        return browser.pool.submit(method, browser, *args, **kwargs).result()

    return t.cast("t.Callable[t.Concatenate[Browser, P], T]", call)


class Browser:
    """A page of a browser that reaches one appliance only. A context manager; nothing of it outlives the process."""

    def __init__(self, transport: Transport, question: Question) -> None:
        self._transport = transport
        self._question = question
        self.relay = Relay(transport)
        #: What native dialogs said since the last action.
        self.said: list[str] = []
        self._exits = contextlib.ExitStack()
        self._page: t.Any = None
        self._folder: pathlib.Path | None = None
        self.thread: int | None = None
        self.pool = concurrent.futures.ThreadPoolExecutor(1, "browser", self._note_thread)

    def _note_thread(self) -> None:
        self.thread = threading.get_ident()

    def close(self) -> None:
        """End the browser; one that was never started costs nothing."""
        if self._page is not None:
            self._end()
        self.pool.shutdown()

    @_in_own_thread
    def _end(self) -> None:
        self._page = None
        self._exits.close()

    @property
    def page(self) -> t.Any:
        if self._page is None:
            self._start()
        return self._page

    @property
    def url(self) -> str:
        return self._address()

    @_in_own_thread
    def _address(self) -> str:
        return str(self.page.url)

    @_in_own_thread
    def evaluate(self, script: str) -> t.Any:
        """Run a script on the page."""
        return self.page.evaluate(script)

    def _start(self) -> None:
        program = executable()
        playwright = self._exits.enter_context(_deps.playwright.sync_playwright())
        arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        try:
            chromium = playwright.chromium.launch(
                executable_path=program, args=arguments, headless=True, chromium_sandbox=os.geteuid() != 0
            )
        except _deps.playwright.Error as error:
            self._exits.close()
            raise InputError(
                f"{program} does not start", seen=str(error).splitlines()[0], advice="Try it by hand as this user."
            ) from error
        self._exits.callback(chromium.close)
        context = chromium.new_context(service_workers="block", accept_downloads=False, locale="en-US")
        context.set_default_timeout(self._transport.endpoint.timeout * 1000)
        context.add_init_script(snapshot.WATCH)
        context.route("**/*", self.relay.handle)
        context.route_web_socket("**/*", lambda socket: socket.close())
        self._page = context.new_page()
        self._page.on("dialog", self._dialog)

    def _dialog(self, dialog: t.Any) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.said.append(dialog.message)
        if dialog.type == "alert" or (dialog.type == "confirm" and self._question(dialog.message)):
            dialog.accept()
        else:
            dialog.dismiss()

    # Acting

    @_in_own_thread
    def act(self, action: t.Callable[[t.Any], None], *, may_send: bool) -> None:
        """Do something on the page and wait until it is at rest. Raises what kept the appliance from answering."""
        self.relay.begin()
        self.said.clear()
        self.relay.may_send = may_send
        try:
            try:
                self.page.evaluate("() => { window.__sraSaid = []; }")
                action(self.page)
            except _deps.playwright.Error as error:
                if self.relay.failure is None:
                    raise PageError(
                        "the browser cannot do this on the page", seen=str(error).splitlines()[0]
                    ) from error
            self.settle()
        finally:
            self.relay.may_send = False
        if self.relay.failure is not None:
            raise self.relay.failure

    @_in_own_thread
    def settle(self) -> None:
        """Wait until nothing loads, turns or changes; a page that never rests is read as it is."""
        page = self.page

        def look() -> Look[bool]:
            try:
                state = page.evaluate(snapshot.STATE)
            except _deps.playwright.Error:
                return Look(False, "another page is loading")
            # A page without a word on it is one that its scripts have yet to draw.
            empty = not state["ready"] or not state["text"]
            moving = state["pending"] or state["quiet"] < QUIET or self.relay.idle < QUIET / 1000
            words = "loading" if empty else "a spinner turns" if state["busy"] else "changing"
            return Look(not empty and not state["busy"] and not moving, words, True)

        deadline = Deadline(LONGEST_BUSY, _PageClock(page))
        with contextlib.suppress(WaitTimeout):
            wait_for("a page at rest", look, deadline, first_delay=0.03, longest_delay=0.25)

    @_in_own_thread
    def goto(self, url: str) -> None:
        """Load an address."""
        self.act(lambda page: page.goto(url, wait_until="commit"), may_send=False)

    def _element(self, ref: str) -> t.Any:
        return self.page.locator(f'[{snapshot.REF}="{ref}"]').first

    @_in_own_thread
    def has(self, ref: str) -> bool:
        """Whether the numbered thing is still there."""
        return bool(self.page.locator(f'[{snapshot.REF}="{ref}"]').count())

    @_in_own_thread
    def click(self, ref: str) -> None:
        """Press what has this number; inside ``act``."""
        self._press(self._element(ref))

    @staticmethod
    def _press(element: t.Any) -> None:
        if element.is_visible():
            element.click(timeout=CLICK_PATIENCE)
        else:
            # An entry of a menu that is folded away, or a box that a drawn one stands for.
            element.evaluate("element => element.click()")

    @_in_own_thread
    def press_enter(self, ref: str) -> None:
        """Send what has been filled in without a button; inside ``act``."""
        self._element(ref).press("Enter")

    @_in_own_thread
    def fill(self, ref: str, value: str | bool | tuple[str, t.BinaryIO, str]) -> None:
        """Give a field its value, as a person would; inside ``act``."""
        element = self._element(ref)
        if isinstance(value, bool):
            self._tick(element, value)
        elif isinstance(value, tuple):
            self._choose_file(element, value)
        elif element.evaluate("element => element.tagName") == "SELECT":
            element.select_option(value=value)
        else:
            element.fill(value)

    def _tick(self, element: t.Any, value: bool) -> None:
        native = element.evaluate("element => element.tagName === 'INPUT'")
        now = element.is_checked() if native else element.get_attribute("aria-checked") == "true"
        if now != value:
            self._press(element)

    def _choose_file(self, element: t.Any, value: tuple[str, t.BinaryIO, str]) -> None:
        """The page gets a stand-in of a few bytes; the relay streams the real file in its place."""
        name, file, content_type = value
        folder = self._private_folder()
        stand_in = folder / name
        stand_in.write_bytes(b"stand-in")
        self.relay.upload = Upload(stand_in.name, name, file, content_type)
        element.set_input_files(stand_in)

    def _private_folder(self) -> pathlib.Path:
        if self._folder is None:
            self._folder = pathlib.Path(self._exits.enter_context(tempfile.TemporaryDirectory(prefix="sra-browser-")))
        return self._folder

    def receive(self, file: t.BinaryIO) -> Download:
        """The next answer that is a file goes there."""
        self.relay.download = Download(file)
        return self.relay.download

    @_in_own_thread
    def await_file(self, wanted: Download, deadline: Deadline | None) -> None:
        """Wait while the page still asks for something: some prepare a file for minutes. Without a file it ends quietly."""
        clock = _PageClock(self.page)
        limit = Deadline(deadline.remaining if deadline is not None else LONGEST_SILENCE, clock)

        def look() -> Look[bool]:
            over = wanted.response is not None or self.relay.idle > LONGEST_SILENCE
            return Look(over, "no file yet", True)

        with contextlib.suppress(WaitTimeout):
            wait_for("a file", look, limit)

    @_in_own_thread
    def cookies(self, url: str) -> str:
        """The session's cookies for an address of the appliance, as a header."""
        return "; ".join(f"{one['name']}={one['value']}" for one in self.page.context.cookies(url))

    @_in_own_thread
    def write_down(self) -> bytes:
        """What the page shows now, as a document."""
        try:
            text = self.page.evaluate(snapshot.SCRIPT)
        except _deps.playwright.Error as error:
            raise PageError("the page cannot be read", seen=str(error).splitlines()[0]) from error
        return str(text).encode("utf-8", "replace")
