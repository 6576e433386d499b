# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Downloading one package file: streamed, gone on with where it broke off, never taken for complete when it is not."""

from __future__ import annotations

import dataclasses
import email.message
import json
import os
import pathlib
import re
import typing as t
import urllib.parse

from .. import _json
from .._errors import InputError, RefusedByAppliance, TransportError
from .._transport.files import atomic_file, sha256_from_here, write_error
from .._transport.headers import content_length, content_range
from .._transport.transport import Response
from .._wait import Deadline
from .hosts import Hosts
from .update_server import Offer

# The server may fetch a large package from elsewhere before it answers (seconds).
_SILENCE: t.Final = 300.0
_KEY: t.Final = "{key}"
_PARTIAL: t.Final = 206
_PARTIAL_TYPES: t.Final = {
    **dict.fromkeys(("name", "kind", "url"), (str,)),
    **dict.fromkeys(("version", "validator"), (str, type(None))),
    "fields": (list, type(None)),
    "total": (int, type(None)),
}
# Names that mean something in the folder: manifest and descriptions, parts, download keys.
_OURS: t.Final = (".json", ".part", ".key")


@dataclasses.dataclass(frozen=True)
class Downloaded:
    """A complete file in its folder; ``resumed`` is how many of its bytes were there before (0: all came now)."""

    file: str
    size: int
    sha256: str
    resumed: int


@dataclasses.dataclass(frozen=True)
class Partial:
    """What is known of a download that broke off. ``url`` and ``fields`` hold a place for the key, never the key."""

    name: str
    kind: t.Any
    version: str | None
    url: str
    fields: tuple[tuple[str, str], ...] | None
    validator: str | None
    total: int | None

    def offer(self, key: str) -> Offer:
        """The offer that it is a part of, whether or not the server still lists it."""
        fields = None if self.fields is None else tuple((name, value.replace(_KEY, key)) for name, value in self.fields)
        return Offer(
            self.name, self.kind, self.version, self.url.replace(_KEY, urllib.parse.quote(key, safe="")), fields
        )


class _Appending:
    """Writes on at the end of a file; turns a full disk into an error for people."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            raise write_error(error) from error


def partials(folder: pathlib.Path) -> dict[str, Partial]:
    """Downloads that broke off, by the package's name. What cannot be read is begun anew."""
    found = {}
    for path in folder.glob(".*.part.json"):
        try:
            data = _json.read(path)
            if not _json.has_types(data, _PARTIAL_TYPES):
                continue
            fields = data["fields"]
            partial = Partial(
                **{
                    **data,
                    "fields": None if fields is None else tuple((str(name), str(value)) for name, value in fields),
                }
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if _part(folder, partial.name).is_file():
            found[partial.name] = partial
    return found


def download(
    transport: Hosts, offer: Offer, folder: pathlib.Path, key: str, deadline: Deadline | None = None
) -> Downloaded:
    """Stream a package into ``folder`` (0600). What came before a broken connection is kept and gone on with next time.

    Nothing that is in the folder is overwritten: a name that is taken gets a number.

    Only a part that the server proves to be of the same file is gone on with (by its validator). Raises TransportError
    where the connection breaks off, RefusedByAppliance where the answer is no package.
    """
    part = _part(folder, offer.name)
    known = partials(folder).get(offer.name)
    there = part.stat().st_size if part.is_file() else 0
    if known is None or known.validator is None or (known.total is not None and there >= known.total):
        there = 0
    answer = _fetch(transport, offer, part, key, there, known, deadline)
    _refuse_other(answer, transport, part)
    size = part.stat().st_size
    total = _total(answer.status, answer.headers)
    if total is not None and size != total:
        _forget(folder, offer.name)
        raise TransportError(
            f"The package {offer.name} came with {size} bytes, announced were {total}",
            appliance=transport.endpoint.label,
            state="the incomplete file was removed",
            advice="Run the download again.",
        )
    with part.open("rb") as file:
        sha256 = sha256_from_here(file)
        os.fsync(file.fileno())
    name = _place(part, file_name(answer, offer))
    _forget(folder, offer.name)
    return Downloaded(name, size, sha256, there if answer.status == _PARTIAL else 0)


def _fetch(
    transport: Hosts,
    offer: Offer,
    part: pathlib.Path,
    key: str,
    there: int,
    known: Partial | None,
    deadline: Deadline | None,
) -> Response:
    headers = {"Accept": "*/*"}
    if there and known is not None and known.validator:
        headers.update({"Range": f"bytes={there}-", "If-Range": known.validator})
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise InputError(f"{part.parent} cannot be written: {error.strerror or error}") from error
    with os.fdopen(descriptor, "wb") as file:

        def accept(status: int, headers_: email.message.Message) -> bool:
            if "html" in (headers_.get("Content-Type") or "").lower():
                return False
            if status == _PARTIAL and content_range(headers_)[0] != there:
                return False
            # The whole file comes again where the server gives no parts, or has another file now.
            file.seek(there if status == _PARTIAL else 0)
            file.truncate()
            _remember(part.parent, offer, key, _total(status, headers_), _validator(headers_))
            return True

        response = transport.download(
            "GET" if offer.fields is None else "POST",
            offer.url,
            _Appending(file),
            headers=headers,
            data=None if offer.fields is None else list(offer.fields),
            timeout=max(_SILENCE, transport.endpoint.timeout),
            deadline=deadline,
            follow_redirects=True,
            accept=accept,
        )
        file.flush()
    return response


def _refuse_other(response: Response, transport: Hosts, part: pathlib.Path) -> None:
    body = response.body.strip()
    fits = response.status == _PARTIAL or response.status == 200
    if fits and not body and part.stat().st_size:
        return
    if response.status in (_PARTIAL, 416):
        # The part does not fit what the server has now.
        part.unlink(missing_ok=True)
    text = re.sub(r"<[^>]*>", " ", response.text())
    raise RefusedByAppliance(
        "The update server does not send the package",
        expected="the bytes of a package",
        seen=transport.redactor.beginning(f"status {response.status}: {' '.join(text.split())}", 300),
        appliance=transport.endpoint.label,
        advice="A package is given out once; a second download needs the vendor's support. Look at the folder first: "
        "it may be there already.",
    )


def _total(status: int, headers: email.message.Message) -> int | None:
    """The size of the whole file as announced."""
    return content_range(headers)[1] if status == _PARTIAL else content_length(headers)


def _validator(headers: email.message.Message) -> str | None:
    """What proves that a part is of the same file: a strong entity tag, else the time of the last change."""
    tag = headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")


def _remember(folder: pathlib.Path, offer: Offer, key: str, total: int | None, validator: str | None) -> None:
    quoted = {key, urllib.parse.quote(key, safe=""), urllib.parse.quote_plus(key)}

    def without(text: str) -> str:
        for spelling in sorted(quoted, key=len, reverse=True):
            text = text.replace(spelling, _KEY)
        return text

    partial = Partial(
        offer.name,
        offer.kind,
        offer.version,
        without(offer.url),
        None if offer.fields is None else tuple((name, without(value)) for name, value in offer.fields),
        validator,
        total,
    )
    with atomic_file(_part(folder, offer.name).with_name(f"{_part(folder, offer.name).name}.json")) as file:
        file.write(json.dumps(dataclasses.asdict(partial)).encode())


def _forget(folder: pathlib.Path, name: str) -> None:
    part = _part(folder, name)
    part.unlink(missing_ok=True)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)


def _place(part: pathlib.Path, name: str) -> str:
    """Give the complete file this name, or the next one like it that is free: which one it has."""
    stem, suffix = _split(name)
    number = 1
    while True:
        target = part.with_name(name)
        try:
            # Nobody else gets the name from here on, so that what is replaced is this empty file.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            number += 1
            name = f"{stem}-{number}{suffix}"
            continue
        except OSError as error:
            raise InputError(
                f"{target} cannot be written: {error.strerror or error}",
                state=f"the package is complete in {part}",
                advice="Keep that file: the update server gives a package out once. Free space in the folder, or make it writable.",
            ) from error
        part.replace(target)
        return name


def _split(name: str) -> tuple[str, str]:
    """A name and its endings, which are no versions: ``base-3.3.2`` has none, ``base-3.3.2.tar.gz`` two."""
    endings = re.search(r"(\.[A-Za-z][A-Za-z0-9]{0,7}){1,2}$", name)
    return (name[: endings.start()], endings.group()) if endings and endings.start() else (name, "")


def _part(folder: pathlib.Path, name: str) -> pathlib.Path:
    return folder / f".{plain(name)}.part"


def plain(name: str) -> str:
    """A name that is safe as a file's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:120] or "package"


def file_name(response: Response, offer: Offer) -> str:
    """What the server calls the file, made safe; else the end of its address, else the package's name."""
    stated = email.message.Message()
    stated["Content-Disposition"] = response.headers.get("Content-Disposition") or "attachment"
    end = urllib.parse.unquote(urllib.parse.urlsplit(response.url).path.rpartition("/")[2])
    for candidate in (stated.get_filename(), end if "." in end else None, offer.name):
        if candidate:
            name = plain(pathlib.PureWindowsPath(candidate).name)
            return name if pathlib.PurePath(name).suffix.lower() not in _OURS else f"{name}.pkg"
    return plain(offer.name)
