# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of one browser, which holds its profile and so its cookies: removed when it ends, even where this process is killed."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import tempfile
import threading
import typing as t

PREFIX: t.Final = "sra-browser-"
_ENVIRONMENT: t.Final = threading.Lock()
# A browser that has lost its driver takes a moment to end, and may write until then.
_GUARD: t.Final = """
read -r word
rm -rf -- "$1"
if [ "$word" != closed ]; then
  for _round in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; rm -rf -- "$1"; done
fi
"""


@contextlib.contextmanager
def own_folder() -> t.Iterator[pathlib.Path]:
    """A folder of this user alone. A guard outside of this process's group waits for its end and clears up."""
    path = tempfile.mkdtemp(prefix=PREFIX)
    guard = subprocess.Popen(  # noqa: S603 (fixed program)
        ["/bin/sh", "-c", _GUARD, "guard", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield pathlib.Path(path)
    finally:
        guard.communicate(b"closed\n")


@contextlib.contextmanager
def temporary_files_in(folder: pathlib.Path) -> t.Iterator[None]:
    """What is started meanwhile makes its temporary files there. One thread at a time: the environment is that of all."""
    with _ENVIRONMENT:
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
