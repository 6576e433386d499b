# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies: what is sent (forms, JSON, files in constant memory) and what is received (bounded, decoded)."""

from __future__ import annotations

import functools
import gzip
import typing as t
import zlib

from .. import _deps
from .._live import TellingSource

CHUNK: t.Final = 256 * 1024
"""Bytes that are read or sent at once: enough that the work between two of them does not count, and little memory."""

FileTuple = tuple[str, t.BinaryIO, str]
Field = tuple[str, "str | FileTuple"]
FormData = t.Union[bytes, str, t.Mapping[str, str], t.Sequence[tuple[str, str]]]


def is_repeatable(fields: t.Sequence[Field] | None) -> bool:
    """False where a file is sent: it can be read only once."""
    return all(isinstance(value, str) for _name, value in fields or ())


def encoded(data: FormData | None, fields: t.Sequence[Field] | None) -> tuple[t.Any, str | None]:
    """What requests takes as ``data``, and its content type (None: requests or the caller knows it)."""
    if fields is not None:
        encoder = _deps.requests_toolbelt.multipart.encoder
        # The wrapper makes the encoder begin where the file stands, and read any kind of file piece by piece.
        parts = [
            (
                name,
                value if isinstance(value, str) else (value[0], TellingSource(encoder.FileWrapper(value[1])), value[2]),
            )
            for name, value in fields
        ]
        body = encoder.MultipartEncoder(parts)
        return body, body.content_type
    if data is None or isinstance(data, bytes):
        return data, None
    # requests leaves the type out for text and for a form without fields; browsers do not.
    return data, "application/x-www-form-urlencoded"


class TooLarge(Exception):
    """More bytes than allowed came in."""


class Undecodable(Exception):
    """The content encoding is unknown or the content is not of it."""


def pieces(raw: t.Any, allowed: int | None) -> t.Iterator[bytes]:
    """The body of a urllib3 response, decoded, never more than ``allowed`` bytes of it. Raises TooLarge, Undecodable.

    What breaks on the connection is raised as urllib3 raises it.
    """
    read = _reader(raw)
    size = 0
    try:
        while data := read(CHUNK):
            size += len(data)
            if allowed is not None and size > allowed:
                raise TooLarge
            yield data
    except EOFError as exc:
        raise Undecodable("the compressed content ends too early") from exc
    except (gzip.BadGzipFile, zlib.error, _deps.urllib3.exceptions.DecodeError) as exc:
        raise Undecodable(str(exc)) from exc


def _reader(raw: t.Any) -> t.Callable[[int], bytes]:
    encoding = (raw.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        return functools.partial(raw.read, decode_content=False)
    if encoding in ("gzip", "x-gzip"):
        # urllib3 takes compressed content that is cut short for the whole; Python's own reader notices.
        return gzip.GzipFile(fileobj=raw, mode="rb").read
    if encoding == "deflate":
        return functools.partial(raw.read, decode_content=True)
    raise Undecodable(f"content encoding {encoding}")
