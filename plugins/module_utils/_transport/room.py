# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a download may grow: to a size that no file of an appliance has, and never into the last space of a disk."""

from __future__ import annotations

import os
import typing as t

from .._errors import InputError

LARGEST: t.Final = 256 * 1024**3
"""Bytes of one download. Backups have some GB, large ones some tens, and the whole disk of an appliance a few hundred."""

# Bytes that are left free, for whatever else lives on the disk; of a small disk a twentieth of it.
_RESERVE: t.Final = 512 * 1024**2
_SMALL_SHARE: t.Final = 20
# Somebody else may write there too: the free space is looked at again after so many bytes.
_AGAIN: t.Final = 256 * 1024**2


class _Sink(t.Protocol):
    def write(self, data: bytes, /) -> t.Any: ...


class RoomySink:
    """Writes on into a file as long as its disk has room; what is no file on a disk takes everything.

    ``announced`` bytes, where the other side says how many come, have to fit before the first one is written. Raises
    InputError.
    """

    def __init__(self, sink: _Sink, announced: int | None) -> None:
        self._sink, self._announced = sink, announced
        self._descriptor = _descriptor(sink)
        self._came = 0
        # Bytes until the free space is looked at again.
        self._left = 0
        if announced:
            self._look(announced)

    def write(self, data: bytes) -> t.Any:
        size = len(data)
        if size > self._left:
            self._look(size)
        self._left -= size
        self._came += size
        return self._sink.write(data)

    def _look(self, needed: int) -> None:
        self._left = max(_AGAIN, needed)
        found = _space(self._descriptor)
        if found is None:
            return
        free, reserve = found
        if free - reserve < needed:
            raise InputError(
                "The disk has no room for the download",
                expected=f"{_words(needed)} more, and {_words(reserve)} that stay free",
                seen=f"{_words(free)} free; {_words(self._came)} came"
                + (f", {_words(self._announced)} are announced" if self._announced else ", no size is announced"),
                state="the download was stopped; the appliance was not changed",
                advice="Free space in the folder or choose another one, then run this again. If no file of this kind can be "
                "so large, look what answers there.",
            )
        self._left = min(_AGAIN, free - reserve)


def _descriptor(sink: t.Any) -> int | None:
    try:
        return int(sink.fileno())
    except (AttributeError, OSError, ValueError):
        return None


def _space(descriptor: int | None) -> tuple[int, int] | None:
    """Free bytes, and those of them that stay free; None where nobody can tell."""
    if descriptor is None:
        return None
    try:
        found = os.fstatvfs(descriptor)
    except OSError:
        return None
    whole = found.f_blocks * found.f_frsize
    return (found.f_bavail * found.f_frsize, min(_RESERVE, whole // _SMALL_SHARE)) if whole else None


def _words(size: int) -> str:
    return f"{size / 1024**2:,.1f} MiB"
