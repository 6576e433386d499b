# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies: what is sent (forms, JSON, files in constant memory) and what is received (bounded, decoded)."""

from __future__ import annotations

import dataclasses
import json as json_module
import os
import secrets
import typing as t
import urllib.parse
import zlib

CHUNK: t.Final = 64 * 1024

FileTuple = tuple[str, t.BinaryIO, str]
Field = tuple[str, "str | FileTuple"]
FormData = bytes | str | t.Mapping[str, str] | t.Sequence[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Outgoing:
    """A body to send: its pieces, their length in bytes, its content type; files are read while they are sent."""

    pieces: tuple[bytes | t.BinaryIO, ...] = ()
    length: int | None = None
    content_type: str | None = None

    @property
    def repeatable(self) -> bool:
        return all(isinstance(piece, bytes) for piece in self.pieces)

    def chunks(self) -> t.Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                while chunk := piece.read(CHUNK):
                    yield chunk


def outgoing(data: FormData | None, json: t.Any, fields: t.Sequence[Field] | None) -> Outgoing:
    """The body for at most one of form data, JSON, multipart fields; ValueError where more than one is given."""
    if sum(part is not None for part in (data, json, fields)) > 1:
        raise ValueError("give one of data, json and fields")
    if fields is not None:
        return _multipart(fields)
    if json is not None:
        return _whole(json_module.dumps(json).encode("utf-8"), "application/json")
    if isinstance(data, bytes):
        return _whole(data, None)
    if isinstance(data, str):
        return _whole(data.encode("utf-8"), "application/x-www-form-urlencoded")
    if data is not None:
        pairs = list(data.items()) if isinstance(data, t.Mapping) else list(data)
        return _whole(urllib.parse.urlencode(pairs).encode("ascii"), "application/x-www-form-urlencoded")
    return Outgoing()


def _whole(body: bytes, content_type: str | None) -> Outgoing:
    return Outgoing((body,), len(body), content_type)


def _multipart(fields: t.Sequence[Field]) -> Outgoing:
    boundary = f"----{secrets.token_hex(16)}"
    pieces: list[bytes | t.BinaryIO] = []
    length = 0
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        content: bytes | t.BinaryIO
        if isinstance(value, str):
            content, size = value.encode("utf-8"), len(value.encode("utf-8"))
        else:
            filename, content, content_type = value
            size = _rest_of(content)
            head += f'; filename="{_quoted(filename)}"\r\nContent-Type: {content_type}'
        opening = f"{head}\r\n\r\n".encode()
        pieces += [opening, content, b"\r\n"]
        length += len(opening) + size + 2
    closing = f"--{boundary}--\r\n".encode()
    return Outgoing((*pieces, closing), length + len(closing), f"multipart/form-data; boundary={boundary}")


def _quoted(text: str) -> str:
    """As browsers do in multipart headers."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _rest_of(file: t.BinaryIO) -> int:
    here = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(here)
    return end - here


class TooLarge(Exception):
    """More bytes than allowed came in."""


class Undecodable(Exception):
    """The content encoding is unknown or the content is not of it."""


class Decoder:
    """Undoes a Content-Encoding piece by piece, so that a compression bomb is noticed after the allowed size."""

    def __init__(self, encoding: str | None, allowed: int | None) -> None:
        self._allowed = allowed
        self._came = 0
        self._unpacker = None
        name = (encoding or "identity").strip().lower()
        if name in ("gzip", "x-gzip", "deflate"):
            # 32 added to the window size: zlib and gzip headers are told apart by zlib.
            self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
        elif name != "identity":
            raise Undecodable(f"content encoding {name}")

    def feed(self, data: bytes) -> t.Iterator[bytes]:
        if self._unpacker is None:
            yield self._counted(data)
            return
        try:
            while data:
                yield self._counted(self._unpacker.decompress(data, CHUNK))
                data = self._unpacker.unconsumed_tail
        except zlib.error as exc:
            raise Undecodable(str(exc)) from exc

    def finish(self) -> None:
        if self._unpacker is not None and self._came and not self._unpacker.eof:
            raise Undecodable("the compressed content ends too early")

    def _counted(self, data: bytes) -> bytes:
        self._came += len(data)
        if self._allowed is not None and self._came > self._allowed:
            raise TooLarge
        return data
