# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of HTML forms: URL-encoded ones, and multipart ones whose files are written to disk while they arrive."""

from __future__ import annotations

import email.message
import tempfile
import typing as t
import urllib.parse
from pathlib import Path

from .http_server import Request
from .screens import Upload

_CHUNK = 65536
Pairs = tuple[tuple[str, str], ...]
Files = tuple[tuple[str, Upload], ...]


class BadBody(ValueError):
    """The body is not what its Content-Type says."""


def parse(request: Request, folder: Path) -> tuple[Pairs, Files]:
    """The values and files of a submitted form. Raises BadBody."""
    header = email.message.Message()
    header["Content-Type"] = request.headers.get("Content-Type", "")
    kind = header.get_content_type()
    if kind == "application/x-www-form-urlencoded":
        text = request.read().decode("utf-8", "replace")
        return tuple(urllib.parse.parse_qsl(text, keep_blank_values=True)), ()
    boundary = header.get_param("boundary")
    if kind != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise BadBody("neither a URL-encoded nor a multipart form")
    return _Multipart(request.body, boundary.encode(), folder).parse()


class _Multipart:
    def __init__(self, source: t.BinaryIO, boundary: bytes, folder: Path) -> None:
        self._source = source
        self._mark = b"\r\n--" + boundary
        self._buffer = b"\r\n"
        self._folder = folder

    def parse(self) -> tuple[Pairs, Files]:
        values: list[tuple[str, str]] = []
        files: list[tuple[str, Upload]] = []
        for _chunk in self._until_mark():
            pass  # what comes before the first boundary has no meaning
        while not self._at_end():
            name, filename = self._head()
            if filename is None:
                values.append((name, b"".join(self._until_mark()).decode("utf-8", "replace")))
            else:
                files.append((name, self._store(filename)))
        return tuple(values), tuple(files)

    def _fill(self) -> None:
        data = self._source.read(_CHUNK)
        if not data:
            raise BadBody("the body ends too early")
        self._buffer += data

    def _at_end(self) -> bool:
        while len(self._buffer) < 2:
            self._fill()
        return self._buffer[:2] == b"--"

    def _head(self) -> tuple[str, str | None]:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _CHUNK:
                raise BadBody("the head of a part is too long")
            self._fill()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        message = email.message.Message()
        for line in head.decode("utf-8", "replace").strip().split("\r\n"):
            key, _colon, value = line.partition(":")
            message[key] = value.strip()
        name = message.get_param("name", header="Content-Disposition")
        filename = message.get_param("filename", header="Content-Disposition")
        if not isinstance(name, str):
            raise BadBody("a part has no name")
        return name, filename if isinstance(filename, str) else None

    def _until_mark(self) -> t.Iterator[bytes]:
        while True:
            position = self._buffer.find(self._mark)
            if position >= 0:
                content, self._buffer = self._buffer[:position], self._buffer[position + len(self._mark) :]
                yield content
                return
            keep = len(self._mark)
            if len(self._buffer) > keep:
                yield self._buffer[:-keep]
                self._buffer = self._buffer[-keep:]
            self._fill()

    def _store(self, filename: str) -> Upload:
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix="upload-", delete=False) as file:
            for chunk in self._until_mark():
                file.write(chunk)
            return Upload(filename, file.tell(), file.name)
