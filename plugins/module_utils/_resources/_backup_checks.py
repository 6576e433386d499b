# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be told of a backup file from outside: whether an archive opens to its end, and how its size compares.

The vendor's format is not published. Only an appliance can open it for certain, which is what a trial restore is for.
"""

from __future__ import annotations

import bz2
import lzma
import pathlib
import struct
import tarfile
import typing as t
import zipfile
import zlib

from .._errors import SraError
from .._lane.outcomes import Outcome
from .._wait import Deadline

_CHUNK: t.Final = 1024 * 1024
# What an archive may unpack to: so many times its size, and so many bytes in any case.
_RATIO: t.Final = 100
_UNPACKED: t.Final = 1024**3
# Bytes of memory: what the index of an archive or one of its headers may take, and what a compression may.
_AT_ONCE: t.Final = 16 * 1024**2
_MEMORY: t.Final = 256 * 1024**2
# What the readers of archives raise for content that somebody spoiled.
_DAMAGES: t.Final = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError, struct.error)
# A backup that is smaller than this share of the one before may lack something.
_SUSPICIOUS_SHARE: t.Final = 0.5
_TAR_MAGIC: t.Final = (257, b"ustar")
_TRIAL: t.Final = "Only a trial restore proves that it can be restored (sra_trial_restore)."


def look_at(path: pathlib.Path, earlier_size: int | None, deadline: Deadline | None = None) -> list[Outcome]:
    """The checks of a new backup; ``earlier_size`` in bytes. Raises SraError for an archive that does not open to its end.

    An archive that takes longer than the deadline, or unpacks to far more than archives do, is not looked at further.
    """
    try:
        kind, trouble = _opened(path, deadline)
        unread = None
    except _Enough as enough:
        kind, trouble, unread = "", None, str(enough)
    if trouble is not None:
        raise SraError(
            f"The backup {path} is damaged",
            expected=f"a {kind} archive that opens to its end",
            seen=trouble,
            advice="Do not rely on this file. Run the backup again.",
        )
    title = "The archive opens to its end"
    found = [
        Outcome("archive", title, "pass", kind)
        if kind
        else Outcome("archive", title, "skipped", unread or "its format is not known here, or it is encrypted", _TRIAL)
    ]
    return [*found, _size(path.stat().st_size, earlier_size)]


def _size(size: int, earlier: int | None) -> Outcome:
    title = "Its size beside the backup before"
    if not earlier:
        return Outcome("size", title, "skipped", f"{size} bytes; there is none before")
    words = f"{size} bytes, {earlier} before"
    if size >= earlier * _SUSPICIOUS_SHARE:
        return Outcome("size", title, "pass", words)
    return Outcome(
        "size",
        title,
        "fail",
        f"{words}: much smaller",
        "See whether settings or logged data were deleted, or less was ticked; if not, make another backup by hand.",
    )


class _Enough(Exception):
    """What is left of the archive is not looked at."""


class _Bounded:
    """A file that is read until the deadline, in pieces that fit into memory; counts what its content unpacks to."""

    def __init__(self, file: t.BinaryIO, size: int, deadline: Deadline | None) -> None:
        self._file, self._size, self._deadline = file, size, deadline
        self._left = max(_UNPACKED, _RATIO * size)
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        self._look_at_clock()
        left = max(0, self._size - self._file.tell())
        if (left if size < 0 else min(size, left)) > _AT_ONCE:
            raise _Enough(f"not looked at to its end: a part of it takes more than {_AT_ONCE} bytes of memory")
        return self._file.read(size)

    def unpacked(self, size: int) -> None:
        self._look_at_clock()
        self._left -= size
        if self._left < 0:
            raise _Enough(f"not looked at to its end: it unpacks to more than {_RATIO} times its size")

    def _look_at_clock(self) -> None:
        if self._deadline is not None and self._deadline.passed:
            raise _Enough("not looked at to its end: the time that the task has for the backup was over (wait_timeout)")


def _opened(path: pathlib.Path, deadline: Deadline | None) -> tuple[str, str | None]:
    """The kind of archive (empty where it is none that is known), and what is wrong with it. Raises _Enough."""
    with path.open("rb") as file:
        head = file.read(512)
        file.seek(0)
        content = _Bounded(file, path.stat().st_size, deadline)
        offset, magic = _TAR_MAGIC
        if head.startswith(b"\x1f\x8b"):
            return "gzip", _stream(content, zlib.decompressobj(wbits=31))
        if head.startswith(b"BZh"):
            return "bzip2", _stream(content, bz2.BZ2Decompressor())
        if head.startswith(b"\xfd7zXZ\x00"):
            return "xz", _stream(content, lzma.LZMADecompressor(memlimit=_MEMORY))
        if head.startswith(b"PK\x03\x04"):
            return _zip(content)
        if head[offset : offset + len(magic)] == magic:
            return "tar", _tar(content, path.stat().st_size)
        return "", None


def _stream(content: _Bounded, opener: t.Any) -> str | None:
    """What follows the end of the stream, such as a signature, is not looked at."""
    while not opener.eof:
        chunk = content.read(_CHUNK)
        if not chunk:
            return "it ends in the middle"
        try:
            # Nothing is kept, and little of what a small file may grow to is in memory at once.
            while chunk and not opener.eof:
                part, chunk = chunk[:4096], chunk[4096:]
                content.unpacked(len(opener.decompress(part)))
        except lzma.LZMAError as error:
            if "Memory usage limit" in str(error):
                raise _Enough(f"not looked at: it takes more than {_MEMORY} bytes of memory") from error
            return str(error)
        except (zlib.error, OSError, EOFError) as error:
            return str(error)
    return None


def _zip(content: _Bounded) -> tuple[str, str | None]:
    try:
        with zipfile.ZipFile(t.cast(t.Any, content)) as archive:
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                return "", None
            for entry in archive.infolist():
                broken = _broken(archive, entry, content)
                if broken:
                    return "zip", broken
    except (*_DAMAGES, zipfile.BadZipFile) as error:
        return "zip", str(error)
    except NotImplementedError:
        # Compressed by a method that this Python has not learnt: nothing can be said of it, so nothing is claimed.
        return "", None
    return "zip", None


def _broken(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: _Bounded) -> str | None:
    try:
        with archive.open(entry) as member:
            while chunk := member.read(_CHUNK):
                content.unpacked(len(chunk))
    except zipfile.BadZipFile:
        return f"{entry.filename} in it is damaged"
    return None


def _tar(content: _Bounded, size: int) -> str | None:
    try:
        with tarfile.open(fileobj=t.cast(t.Any, content), mode="r:") as archive:
            # An archive may name more entries than memory holds; TarFile keeps what it has read.
            kept: list[tarfile.TarInfo] = t.cast(t.Any, archive).members
            while archive.next() is not None:
                kept.clear()
            end = archive.offset
    except (*_DAMAGES, tarfile.TarError) as error:
        return str(error)
    return "it ends in the middle" if end > size else None
