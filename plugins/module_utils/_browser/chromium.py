# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One process of Chromium for all interfaces of one appliance: starts when a page is first needed, ends with its task."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import threading
import typing as t

from .. import _deps
from .._errors import InputError
from .folder import own_folder, temporary_files_in

PROGRAMS: t.Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL: t.Final = "Install both on the controller: apt-get install chromium; python3 -m pip install playwright"
_ARGUMENTS: t.Final = (
    # Whatever gets past the relay finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-crash-reporter",
    "--disable-extensions",
    "--no-first-run",
)
_FOLDERS: t.Final = ("TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")

P = t.ParamSpec("P")
T = t.TypeVar("T")


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


def is_installed() -> bool:
    """Whether both that a browser needs are there."""
    return any(map(shutil.which, PROGRAMS)) and bool(_deps.playwright)


class Chromium:
    """A context manager; nothing of it outlives the process, and one that is never needed is never started."""

    def __init__(self) -> None:
        self._exits = contextlib.ExitStack()
        self._process: t.Any = None
        self._folder: pathlib.Path | None = None
        self._thread: int | None = None
        self._pool = concurrent.futures.ThreadPoolExecutor(1, "browser", self._note_thread)

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._folder is not None:
            # Also where it was started by half.
            self.run(self._exits.close)
            self._process = self._folder = None
        self._pool.shutdown()

    def _note_thread(self) -> None:
        self._thread = threading.get_ident()

    def run(self, method: t.Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call in the thread that started Playwright, which all of it belongs to, whichever thread asks."""
        if threading.get_ident() == self._thread:
            return method(*args, **kwargs)
        return self._pool.submit(method, *args, **kwargs).result()

    @property
    def folder(self) -> pathlib.Path:
        """The folder of this user alone that is removed with the browser; starts it."""
        self._started()
        return t.cast(pathlib.Path, self._folder)

    def new_context(self, **options: t.Any) -> t.Any:
        """A visitor with cookies of its own; within ``run``."""
        return self._started().new_context(**options)

    def _started(self) -> t.Any:
        if self._process is None:
            self._process = self._start()
        return self._process

    def _start(self) -> t.Any:
        program = executable()
        _deps.require("playwright")
        self._folder = self._exits.enter_context(own_folder())
        with temporary_files_in(self._folder):
            playwright = self._exits.enter_context(_deps.playwright.sync_playwright())
        arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        try:
            process = playwright.chromium.launch(
                executable_path=program,
                args=arguments,
                headless=True,
                chromium_sandbox=os.geteuid() != 0,
                # Nothing of it goes into the user's own folders.
                env={**os.environ, **dict.fromkeys(_FOLDERS, str(self._folder))},
            )
        except _deps.playwright.Error as error:
            self._exits.close()
            raise InputError(
                f"{program} does not start", seen=str(error).splitlines()[0], advice="Try it by hand as this user."
            ) from error
        self._exits.callback(process.close)
        return process
