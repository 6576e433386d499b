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
import tarfile
import typing as t
import zipfile
import zlib

from .._errors import SraError
from .._lane.outcomes import Outcome

_CHUNK: t.Final = 1024 * 1024
# A backup that is smaller than this share of the one before may lack something.
_SUSPICIOUS_SHARE: t.Final = 0.5
_TAR_MAGIC: t.Final = (257, b"ustar")
_TRIAL: t.Final = "Only a trial restore proves that it can be restored (sra_trial_restore)."


def look_at(path: pathlib.Path, earlier_size: int | None) -> list[Outcome]:
    """The checks of a new backup; ``earlier_size`` in bytes. Raises SraError for an archive that does not open to its end."""
    kind, trouble = _opened(path)
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
        else Outcome("archive", title, "skipped", "its format is not known here, or it is encrypted", _TRIAL)
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


def _opened(path: pathlib.Path) -> tuple[str, str | None]:
    """The kind of archive (empty where it is none that is known), and what is wrong with it."""
    with path.open("rb") as file:
        head = file.read(512)
    offset, magic = _TAR_MAGIC
    if head.startswith(b"\x1f\x8b"):
        return "gzip", _stream(path, zlib.decompressobj(wbits=31))
    if head.startswith(b"BZh"):
        return "bzip2", _stream(path, bz2.BZ2Decompressor())
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz", _stream(path, lzma.LZMADecompressor())
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if head[offset : offset + len(magic)] == magic:
        return "tar", _tar(path)
    return "", None


def _stream(path: pathlib.Path, opener: t.Any) -> str | None:
    """What follows the end of the stream, such as a signature, is not looked at."""
    with path.open("rb") as file:
        while not opener.eof:
            chunk = file.read(_CHUNK)
            if not chunk:
                return "it ends in the middle"
            try:
                # Nothing is kept, and little of what a small file may grow to is in memory at once.
                while chunk and not opener.eof:
                    part, chunk = chunk[:4096], chunk[4096:]
                    opener.decompress(part)
            except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
                return str(error)
    return None


def _zip(path: pathlib.Path) -> tuple[str, str | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                return "", None
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        return "zip", str(error)
    except NotImplementedError:
        # Compressed by a method that this Python has not learnt: nothing can be said of it, so nothing is claimed.
        return "", None
    return "zip", f"{broken} in it is damaged" if broken else None


def _tar(path: pathlib.Path) -> str | None:
    try:
        with tarfile.open(path, "r:") as archive:
            for _entry in archive:
                pass
            end = archive.offset
    except (tarfile.TarError, EOFError, OSError) as error:
        return str(error)
    return "it ends in the middle" if end > path.stat().st_size else None
