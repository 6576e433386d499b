# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a long step is doing at this moment, told to whoever listens; nobody does where a module runs on another machine."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Moment:
    """One look at something that takes long.

    ``text`` is for people and may hold an appliance's words; ``phase`` changes only when another part of the work begins.
    ``done`` and ``total`` in bytes, ``elapsed`` and ``limit`` in seconds since this wait began.
    """

    text: str
    phase: str = ""
    percent: float | None = None
    done: int | None = None
    total: int | None = None
    elapsed: float | None = None
    limit: float | None = None


Listener = t.Callable[[Moment], None]

# One task is one process; a task's threads tell the same listener.
_listeners: t.Final[list[Listener]] = []


@contextlib.contextmanager
def listening(listener: Listener | None) -> t.Iterator[None]:
    """Hear what is told inside of the block."""
    if listener is None:
        yield
        return
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(moment: Moment) -> None:
    """Tell the listeners; without one this costs nothing."""
    for listener in tuple(_listeners):
        listener(moment)


class _Stream(t.Protocol):
    def write(self, data: bytes, /) -> t.Any: ...


class TellingSink:
    """A file being written that tells how many bytes have come; ``total`` is None where nobody announced it."""

    def __init__(self, sink: _Stream, total: int | None, text: str = "downloading") -> None:
        self._sink, self._total, self._text = sink, total, text
        self._done = 0

    def write(self, data: bytes) -> t.Any:
        written = self._sink.write(data)
        self._done += len(data)
        tell(Moment(self._text, self._text, _share(self._done, self._total), self._done, self._total))
        return written


class TellingSource:
    """A file being read that tells how many bytes have gone; ``len`` is what is left, as multipart encoders ask for it."""

    def __init__(self, source: t.Any, text: str = "uploading") -> None:
        self._source, self._text = source, text
        self._total = int(source.len)
        self._done = 0

    @property
    def len(self) -> int:
        return int(self._source.len)

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)
        self._done += len(data)
        tell(Moment(self._text, self._text, _share(self._done, self._total), self._done, self._total))
        return data


def _share(done: int, total: int | None) -> float | None:
    return 100.0 * done / total if total else None
