# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page of Chromium without a network of its own, driven by Playwright: opens, fills, clicks, waits for rest, writes down what it shows."""

from __future__ import annotations

import contextlib
import functools
import secrets
import typing as t

from .. import _deps
from .._errors import PageError, WaitTimeout
from .._transport.transport import Transport
from .._wait import Clock, Deadline, Look, wait_for
from . import page_scripts
from .chromium import Chromium
from .relay import Download, Relay, Upload

QUIET: t.Final = 150
"""Milliseconds without a change after which a page is at rest."""
LONGEST_BUSY: t.Final = 10.0
"""Seconds that a page may show a spinner before it is read as it is: the page of an install may turn one for an hour."""
LONGEST_SILENCE: t.Final = 15.0
"""Seconds that a page may ask for nothing while a file is waited for."""
CLICK_PATIENCE: t.Final = 20_000
"""Milliseconds until something that is covered or disabled counts as not to be pressed."""
LONGEST_OPENING: t.Final = 3.0
"""Seconds until a list that opens shows its entries, or a switch its new state."""
WIDTH: t.Final = 1400
"""Pixels of a window in which menus are not folded away."""
TALLEST: t.Final = 8000
"""Pixels: a page that goes on for longer is read as far as this."""
MOST_STRETCHES: t.Final = 8
"""Times that a list may load more."""
MOST_CHOICES: t.Final = 20
"""Drawn selects of one page that are opened to learn what they offer."""
State = t.Literal["gone", "changed", "same"]
_KIND: t.Final = """element => element.tagName === "SELECT" ? "select"
  : (element.getAttribute("role") === "combobox" || element.getAttribute("aria-haspopup") === "listbox")
    && (element.tagName !== "INPUT" || element.readOnly) ? "choice"
  : element.tagName === "INPUT" || element.tagName === "TEXTAREA" ? "input" : "text" """
Question = t.Callable[[str], bool]
Stored = dict[str, t.Any]
"""What a visit leaves behind, as plain data; all of it is secret."""


class _PageClock(Clock):
    """A pause in which the browser's own messages are heard."""

    def __init__(self, page: t.Any) -> None:
        self._page = page

    def sleep(self, seconds: float) -> None:
        self._page.wait_for_timeout(seconds * 1000)


P = t.ParamSpec("P")
T = t.TypeVar("T")


def _in_own_thread(method: t.Callable[t.Concatenate[Browser, P], T]) -> t.Callable[t.Concatenate[Browser, P], T]:
    """Playwright belongs to the thread that started it, whichever thread asks."""

    @functools.wraps(method)
    def call(browser: Browser, *args: P.args, **kwargs: P.kwargs) -> T:
        return browser.chromium.run(method, browser, *args, **kwargs)

    return t.cast("t.Callable[t.Concatenate[Browser, P], T]", call)


class Browser:
    """One visitor's page, which reaches one appliance only; starts when it is first used."""

    def __init__(self, chromium: Chromium, transport: Transport, question: Question) -> None:
        self.chromium = chromium
        self._transport = transport
        self._question = question
        self.relay = Relay(transport)
        #: What native dialogs said since the last action.
        self.said: list[str] = []
        self._page: t.Any = None
        self._earlier: Stored | None = None

    def close(self) -> None:
        """End the visit; one that was never begun costs nothing."""
        if self._page is not None:
            self._end()

    @_in_own_thread
    def _end(self) -> None:
        page, self._page = self._page, None
        with contextlib.suppress(_deps.playwright.Error):
            page.context.close()

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
        earlier = self._earlier["storage"] if self._earlier else None
        context = self.chromium.new_context(
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            viewport={"width": WIDTH, "height": 900},
            storage_state=earlier,
        )
        context.set_default_timeout(self._transport.endpoint.timeout * 1000)
        context.add_init_script(page_scripts.WATCH)
        context.route("**/*", self.relay.handle)
        context.route_web_socket("**/*", lambda socket: socket.close())
        self._page = context.new_page()
        self._page.on("dialog", self._dialog)

    # What a visitor carries along

    def go_on(self, earlier: Stored) -> None:
        """Begin, or begin anew, as the visitor who left this behind."""
        self.close()
        self._earlier = earlier

    @_in_own_thread
    def left_behind(self) -> Stored:
        """What makes the next visit a continuation of this one: cookies and what the pages keep in the browser."""
        try:
            of_the_tab = self.page.evaluate(page_scripts.KEPT_IN_TAB)
            return {"storage": self.page.context.storage_state(), "tab": of_the_tab}
        except _deps.playwright.Error as error:
            raise PageError("the browser does not tell its session", seen=str(error).splitlines()[0]) from error

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
                self.page.evaluate(page_scripts.FORGET)
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
                state = page.evaluate(page_scripts.STATE)
            except _deps.playwright.Error:
                return Look(False, "another page is loading")
            # A page without a word on it is one that its scripts have yet to draw.
            empty = not state["ready"] or not state["text"]
            moving = state["pending"] or state["quiet"] < QUIET or self.relay.idle < QUIET / 1000
            words = "loading" if empty else "a spinner turns" if state["busy"] else "changing"
            return Look(not empty and not state["busy"] and not moving, words, True)

        self._quietly("a page at rest", look, LONGEST_BUSY)

    @_in_own_thread
    def goto(self, url: str) -> None:
        """Load an address."""

        def load(page: t.Any) -> None:
            if "#" in url and url == page.url:
                # To the place where it is, a browser would not go.
                page.reload(wait_until="commit")
            else:
                page.goto(url, wait_until="commit")

        self.act(load, may_send=False)
        if self._earlier is not None:
            tab, self._earlier = self._earlier["tab"], None
            if tab:
                # Only a page of the appliance has a place for it, and only a page that begins reads it.
                self.page.evaluate(page_scripts.KEEP_IN_TAB, tab)
                self.act(load, may_send=False)

    def _element(self, ref: str) -> t.Any:
        """The numbered thing, in whatever frame it is; one that is gone fails when it is used."""
        found = [frame.locator(f'[{page_scripts.REF}="{ref}"]') for frame in self.page.frames]
        there = [locator for locator in found if locator.count()]
        return (there or found)[0].first

    @_in_own_thread
    def state_of(self, ref: str) -> State:
        """Whether the numbered thing is there, and still says what it said when it was written down."""
        return t.cast("State", self.page.evaluate(page_scripts.FIND, ref))

    @_in_own_thread
    def click(self, ref: str) -> None:
        """Press what has this number; inside ``act``."""
        self.state_of(ref)
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
        self.state_of(ref)
        element = self._element(ref)
        if isinstance(value, bool):
            self._tick(element, value)
        elif isinstance(value, tuple):
            self._choose_file(element, value)
        else:
            self._write(element, value)

    def _write(self, element: t.Any, value: str) -> None:
        kind = element.evaluate(_KIND)
        if kind == "select":
            # Another one may be drawn over it, so that it need not be visible.
            element.select_option(value=value, force=True)
            return
        if kind == "choice":
            self._choose(element, value)
            return
        element.fill(value)
        if kind == "input" and element.input_value() != value:
            # Fields with a mask only understand keys.
            element.fill("")
            element.press_sequentially(value)
            if element.input_value() != value:
                raise PageError("a field does not keep what is written into it", state="nothing was sent")
        # Many forms look at a field only when it is left.
        element.blur()

    def _choose(self, element: t.Any, value: str) -> None:
        """Pick an entry of a list that opens under a drawn select."""
        self._press(element)
        self._await_choices()
        if self.page.evaluate(page_scripts.CHOOSE, value) != 1:
            self.page.keyboard.press("Escape")
            raise PageError("the list does not offer the choice any more", expected=value, state="nothing was sent")

    def _await_choices(self) -> None:
        """Wait for the entries of a list that was opened; there may be none."""

        def look() -> Look[bool]:
            return Look(bool(self.page.evaluate(page_scripts.OPEN_CHOICES, None)), "no entries yet", True)

        self._quietly("entries of a list", look, LONGEST_OPENING)

    def _quietly(self, what: str, look: t.Callable[[], Look[bool]], seconds: float) -> None:
        """Wait for something on the page; what does not come is left to whoever looks then."""
        with contextlib.suppress(WaitTimeout):
            wait_for(what, look, Deadline(seconds, _PageClock(self.page)), first_delay=0.03, longest_delay=0.25)

    def _tick(self, element: t.Any, value: bool) -> None:
        native = element.evaluate("element => element.tagName === 'INPUT'")

        def is_set() -> bool:
            on = element.is_checked() if native else element.get_attribute("aria-checked") == "true"
            return bool(on) == value

        if is_set():
            return
        if native:
            # The box itself may be invisible under a drawn one.
            element.evaluate("element => element.click()")
        else:
            self._press(element)
        self._quietly("a switch", lambda: Look(is_set(), "as before", True), LONGEST_OPENING)
        if not is_set():
            raise PageError("a switch does not change when it is pressed", state="nothing was sent")

    def _choose_file(self, element: t.Any, value: tuple[str, t.BinaryIO, str]) -> None:
        """The page gets a stand-in of a few bytes; the relay streams the real file in its place."""
        name, file, content_type = value
        stand_in = self.chromium.folder / name
        mark = f"stand-in {secrets.token_hex(8)}".encode()
        stand_in.write_bytes(mark)
        self.relay.upload = Upload(stand_in.name, mark, name, file, content_type)
        element.set_input_files(stand_in)

    def receive(self, file: t.BinaryIO, deadline: Deadline | None) -> Download:
        """The next answer that is a file goes there."""
        self.relay.download = Download(file, deadline)
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
    def take_cookies(self, cookies: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Go on with a session that was begun without the browser."""
        origin = self._transport.endpoint.origin
        given = [{"name": one["name"], "value": str(one["value"] or ""), "url": origin} for one in cookies]
        self.page.context.add_cookies(given)

    @_in_own_thread
    def write_down(self) -> bytes:
        """What the page shows now, as a document."""
        try:
            self._show_all()
            self._learn_choices()
            text = self.page.evaluate(page_scripts.SCRIPT)
        except _deps.playwright.Error as error:
            raise PageError("the page cannot be read", seen=str(error).splitlines()[0]) from error
        return str(text).encode("utf-8", "replace")

    def _show_all(self) -> None:
        """Make lists that draw only the rows in sight, or load more at their end, show all of them."""
        for _round in range(MOST_STRETCHES):
            found = self.page.evaluate(page_scripts.STRETCH)
            height = min(found["height"], TALLEST)
            taller = height > self.page.viewport_size["height"]
            if not found["stretched"] and not taller:
                return
            if taller:
                self.page.set_viewport_size({"width": WIDTH, "height": height})
            self.settle()

    def _learn_choices(self) -> None:
        """Open each drawn select once to learn what it offers."""
        for ref in self.page.evaluate(page_scripts.CLOSED_CHOICES)[:MOST_CHOICES]:
            element = self._element(ref)
            with contextlib.suppress(_deps.playwright.Error):
                element.click(timeout=CLICK_PATIENCE)
            self._await_choices()
            if self.page.evaluate(page_scripts.OPEN_CHOICES, ref):
                self.page.keyboard.press("Escape")
            self.settle()
