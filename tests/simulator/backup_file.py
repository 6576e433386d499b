# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The format of backups: a header, the data (compressed, perhaps encrypted), padding, and a seal over all of it.

Padding stands for logged data. It is made while streaming, so a large backup costs no memory.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import os
import random
import typing as t
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

MAGIC = b"NSB-SIMULATED-1\n"
_SEAL_KEY = b"the vendor's sealing key of the simulation"
_SEAL_SIZE = 32
_CHUNK = 65536


class BackupError(Exception):
    """The file cannot be restored; `reason` is damaged or password."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Content:
    """What a backup holds: the product version it was made with, when (Unix seconds), and the data."""

    version: str
    build: str
    created: float
    data: dict[str, t.Any]


class Stream:
    """A backup that is ready to be sent: `length` in bytes, and the chunks."""

    def __init__(self, content: Content, password: str | None, size: int, seed: int) -> None:
        payload = zlib.compress(json.dumps(content.data).encode())
        header: dict[str, t.Any] = {
            "version": content.version,
            "build": content.build,
            "created": content.created,
            "encrypted": bool(password),
        }
        if password:
            salt, nonce = os.urandom(16), os.urandom(12)
            payload = AESGCM(_key(password, salt)).encrypt(nonce, payload, None)
            header.update(salt=salt.hex(), nonce=nonce.hex())
        header["payload"] = len(payload)
        head = json.dumps(header).encode()
        self._front = MAGIC + len(head).to_bytes(4, "big") + head + payload
        self._padding = max(0, size - len(self._front) - _SEAL_SIZE)
        self._seed = seed
        self.length = len(self._front) + self._padding + _SEAL_SIZE

    def chunks(self) -> t.Iterator[bytes]:
        seal = hmac.new(_SEAL_KEY, digestmod=hashlib.sha256)
        noise = random.Random(self._seed)
        seal.update(self._front)
        yield self._front
        left = self._padding
        while left:
            chunk = noise.randbytes(min(left, _CHUNK))
            left -= len(chunk)
            seal.update(chunk)
            yield chunk
        yield seal.digest()


def _key(password: str, salt: bytes) -> bytes:
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, 20_000).derive(password.encode())


def read(path: str, password: str | None) -> Content:
    """Verify and open a backup file. Raises BackupError."""
    size = Path(path).stat().st_size
    with Path(path).open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC or size < len(MAGIC) + 4 + _SEAL_SIZE:
            raise BackupError("damaged")
        _check_seal(file, size)
        file.seek(len(MAGIC))
        header = json.loads(file.read(int.from_bytes(file.read(4), "big")))
        payload = file.read(header["payload"])
    if header["encrypted"]:
        try:
            key = _key(password or "", bytes.fromhex(header["salt"]))
            payload = AESGCM(key).decrypt(bytes.fromhex(header["nonce"]), payload, None)
        except InvalidTag as error:
            raise BackupError("password") from error
    return Content(header["version"], header["build"], header["created"], json.loads(zlib.decompress(payload)))


def _check_seal(file: t.BinaryIO, size: int) -> None:
    seal = hmac.new(_SEAL_KEY, digestmod=hashlib.sha256)
    file.seek(0)
    left = size - _SEAL_SIZE
    while left:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            raise BackupError("damaged")
        seal.update(chunk)
        left -= len(chunk)
    if not hmac.compare_digest(seal.digest(), file.read(_SEAL_SIZE)):
        raise BackupError("damaged")
