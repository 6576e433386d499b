# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with secrets: readable by their owner only, complete or not there at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pathlib
import secrets
import tempfile
import typing as t

from .._errors import InputError, SraError
from .read_back import ReadBack

_HEAD = 4096
_PARTIAL = ".part"


class HashingFile:
    """A file being written: counts bytes, hashes them (SHA-256), remembers the first 4 KiB."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, data: bytes) -> int:
        self._take(data)
        self.size += len(data)
        if len(self.head) < _HEAD:
            self.head += data[: _HEAD - len(self.head)]
        return len(data)

    def _take(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)

    def fileno(self) -> int:
        return self._file.fileno()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def verify(self, target: pathlib.Path) -> None:
        """Raise SraError where what stands in the file is not what came; here nobody asked for that."""

    def stop(self) -> None:
        """End what runs beside; nothing does here."""


class _FollowedFile(HashingFile):
    """The same written, hashed and read again by a thread beside the download."""

    def __init__(self, file: t.BinaryIO) -> None:
        super().__init__(file)
        self._read_back = ReadBack(file)

    def _take(self, data: bytes) -> None:
        self._read_back.write(data)

    @property
    def sha256(self) -> str:
        return self._read_back.sha256()

    def verify(self, target: pathlib.Path) -> None:
        stands = self._read_back.finish()
        if stands != self.sha256:
            raise SraError(
                f"What stands on the disk for {target} is not what the appliance sent",
                expected=f"{self.size} bytes, SHA-256 {self.sha256}",
                seen=f"SHA-256 {stands}",
                state="the file was removed",
                advice="Check the disk and run the backup again.",
            )

    def stop(self) -> None:
        self._read_back.stop()


def sha256_from_here(file: io.BufferedReader | io.BufferedRandom) -> str:
    """Hex digest of what is left of an open file."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(path: pathlib.Path) -> str:
    """Hex digest of a file. Raises OSError."""
    with path.open("rb") as file:
        return sha256_from_here(file)


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str], *, read_back: bool = False) -> t.Iterator[HashingFile]:
    """Write beside ``path`` with mode 0600; at the end of the block flush to disk and rename; on any error remove.

    Where the file system offers it, the file has no name until it is complete, so that nothing is left even when this
    process is killed. With ``read_back`` what stands on the disk is read again and compared with what came. Raises
    InputError where the folder cannot be written or is full, SraError where another content stands there.
    """
    target = pathlib.Path(path)
    descriptor, partial = _nameless(target)
    if descriptor is None:
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=_PARTIAL, dir=target.parent)
        except OSError as exc:
            raise _unwritable(target, exc) from exc
        partial = pathlib.Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            followed = _FollowedFile(file) if read_back else HashingFile(file)
            try:
                yield followed
            finally:
                followed.stop()
            try:
                file.flush()
                os.fsync(file.fileno())
                followed.verify(target)
                if not partial.exists():
                    _give_name(file.fileno(), partial)
            except OSError as exc:
                raise _unwritable(target, exc) from exc
        try:
            partial.replace(target)
        except OSError as exc:
            raise _unwritable(target, exc) from exc
        _sync_folder(target.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _nameless(target: pathlib.Path) -> tuple[int | None, pathlib.Path]:
    """A new file without a name in the folder of ``target``, and the name that it will get; None where that is not offered."""
    partial = target.parent / f".{target.name}.{secrets.token_hex(4)}{_PARTIAL}"
    try:
        descriptor = os.open(target.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
    except (OSError, AttributeError):
        return None, partial
    if pathlib.Path(_by_descriptor(descriptor)).exists():
        return descriptor, partial
    os.close(descriptor)
    return None, partial


def _give_name(descriptor: int, name: pathlib.Path) -> None:
    # Python follows the symbolic link only where a folder is given, which an absolute path makes meaningless.
    os.link(_by_descriptor(descriptor), name, src_dir_fd=descriptor, follow_symlinks=True)


def _by_descriptor(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def make_folders(folder: pathlib.Path) -> None:
    """Make the folder, and those above it that are missing, for their owner only; what exists is left as it is. Raises OSError."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def make_private_folder(folder: pathlib.Path) -> None:
    """Make the folder for its owner only; one that exists is left as it is. Raises InputError."""
    try:
        make_folders(folder)
    except OSError as exc:
        raise InputError(f"The folder {folder} cannot be made: {exc.strerror or exc}", advice="Correct dest.") from exc


def write_error(exc: OSError) -> InputError:
    """The error for a file that takes no more bytes."""
    return InputError(
        f"The download cannot be written: {exc.strerror or exc}",
        state="the download was stopped; the appliance was not changed",
        advice="Free space in the folder or choose another one.",
    )


def _unwritable(target: pathlib.Path, exc: OSError) -> InputError:
    return InputError(
        f"Cannot write {target}: {exc.strerror or exc}",
        expected=f"a folder {target.parent} that exists, is writable and has space",
        advice="Create the folder, free space in it or choose another one.",
    )


def _sync_folder(folder: pathlib.Path) -> None:
    """Make the new name last through a power cut; some file systems do not offer it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
