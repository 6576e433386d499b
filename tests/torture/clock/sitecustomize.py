# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With this folder on the path of Python a process has a time of day that jumps: by as many seconds as the file SRA_JUMP_FILE holds.

The monotonic clock goes on as it does on a machine whose clock is set.
"""

from __future__ import annotations

import datetime
import os
import pathlib
import time
import typing as t

_FILE: t.Final = pathlib.Path(os.environ["SRA_JUMP_FILE"])
_time = time.time
_datetime = datetime.datetime


def _jump() -> float:
    return float(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else 0.0


class _AnyDateTime(type):
    """Moments that others have made are moments too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime)


class DateTime(datetime.datetime, metaclass=_AnyDateTime):
    """A moment; what is now depends on the file."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> t.Self:
        return super().now(tz) + datetime.timedelta(seconds=_jump())


time.time = lambda: _time() + _jump()
datetime.datetime = DateTime  # type: ignore[misc]  # this is what the file is for
