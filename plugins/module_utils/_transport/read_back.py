# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what stands in a file is what came, told without waiting for it when all has come.

One thread beside the download hashes what came, writes it, sends it to the disk piece by piece, reads it from the file
again and hashes that too. It takes large blocks: on a busy machine, each one that is handed over is a wait of its own.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
import typing as t

_BLOCK: t.Final = 4 * 1024 * 1024
_BLOCKS: t.Final = 4
_PIECE: t.Final = 32 * 1024 * 1024
# Where there is no such call the whole state of the file is written, times included.
_to_disk: t.Final = getattr(os, "fdatasync", os.fsync)


class ReadBack:
    """Writes a file and follows it. ``finish`` when all was written and is on the disk."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self._came, self._stands = hashlib.sha256(), hashlib.sha256()
        self._written = self._read = 0
        self._trouble: Exception | None = None
        self._empty: queue.Queue[memoryview] = queue.Queue()
        self._full: queue.Queue[tuple[memoryview, int] | None] = queue.Queue()
        for _number in range(_BLOCKS):
            self._empty.put(memoryview(bytearray(_BLOCK)))
        self._block, self._filled = self._empty.get(), 0
        self._thread = threading.Thread(target=self._follow, name="read-back", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Raises OSError where the disk refused what came before."""
        if self._trouble is not None:
            raise self._trouble
        left = memoryview(data)
        while left:
            count = min(len(left), _BLOCK - self._filled)
            self._block[self._filled : self._filled + count] = left[:count]
            self._filled += count
            left = left[count:]
            if self._filled == _BLOCK:
                self._full.put((self._block, self._filled))
                self._block, self._filled = self._empty.get(), 0

    def sha256(self) -> str:
        """Hex digest of all that came; nothing may be written any more."""
        self.stop()
        return self._came.hexdigest()

    def finish(self) -> str:
        """Hex digest of what stands in the file. Raises OSError."""
        self.stop()
        if self._trouble is not None:
            raise self._trouble
        self._read_on()
        return self._stands.hexdigest()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._full.put((self._block, self._filled))
            self._full.put(None)
            self._thread.join()

    def _follow(self) -> None:
        # It goes on taking blocks after trouble, for nobody is to wait for an empty one for ever.
        while (given := self._full.get()) is not None:
            try:
                if self._trouble is None:
                    self._take(given[0][: given[1]])
            except Exception as error:
                # Raised by whoever writes next, or finishes.
                self._trouble = error
            self._empty.put(given[0])

    def _take(self, content: memoryview) -> None:
        self._came.update(content)
        self._file.write(content)
        self._written += len(content)
        if self._written - self._read >= _PIECE:
            self._file.flush()
            _to_disk(self._file.fileno())
            self._read_on()

    def _read_on(self) -> None:
        """Whatever stands in the file and was not read yet."""
        buffer = memoryview(bytearray(_BLOCK))
        while count := os.preadv(self._file.fileno(), [buffer], self._read):
            self._stands.update(buffer[:count])
            self._read += count
