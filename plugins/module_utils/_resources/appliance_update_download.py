# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On a connected host: a download key in, packages and their manifest out (MAN-2)."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import typing as t
import urllib.parse

from .._errors import InputError, SraError
from .._module import Connect, Interrupted, Params
from .._offline import manifest
from .._offline.download import download, partials
from .._offline.hosts import Hosts, parse_allowed
from .._offline.keys import fingerprint
from .._offline.manifest import Entry
from .._offline.update_server import Offer, UpdateServer
from .._records import as_data
from .._transport.endpoint import Endpoint
from .._transport.files import make_folders
from .._transport.redact import Redactor
from .._wait import Deadline
from .._web.vocabulary import Vocabulary

_ONCE: t.Final = (
    "A package that was downloaded is listed no more, neither here nor by the appliance, and a second download needs the "
    "vendor's support: keep {dest}, and install its packages soon (MAN-4)."
)


@dataclasses.dataclass(frozen=True)
class Wish:
    """What to fetch from where; ``wait_timeout`` in seconds for each package."""

    endpoint: Endpoint
    path: str
    key: str = dataclasses.field(repr=False)
    dest: pathlib.Path
    vocabulary: Vocabulary
    wait_timeout: float
    allowed: tuple[str, ...] = ()

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for what cannot work, before anything is contacted."""
        key = str(params["key"]).strip()
        if not key or any(letter.isspace() for letter in key):
            raise InputError("key is no download key", expected="one word, as /appliance > Updates shows it")
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        dest = pathlib.Path(params["dest"])
        if dest.exists() and not dest.is_dir():
            raise InputError(f"dest {dest} is no folder")
        endpoint, path = _endpoint(params)
        vocabulary = Vocabulary(dict(params["vocabulary"]) if params["vocabulary"] else None)
        allowed = parse_allowed(params.get("allowed_hosts") or ())
        return cls(endpoint, path, key, dest, vocabulary, float(params["wait_timeout"]), allowed)


def _endpoint(params: Params) -> tuple[Endpoint, str]:
    try:
        parts = urllib.parse.urlsplit(params["url"])
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        parts, host, port = None, None, 443
    if parts is None or parts.scheme != "https" or not host or parts.username or parts.query:
        raise InputError(
            f"{params['url']!r} is no address of an update server",
            expected="https://, a host name, perhaps a port and a path",
        )
    if params["ca_path"] and not pathlib.Path(params["ca_path"]).exists():
        raise InputError(f"The certificate authorities {params['ca_path']} do not exist on this host")
    endpoint = Endpoint(
        params["address"] or host,
        port,
        host,
        params["ca_path"],
        params["validate_certs"],
        params["timeout"],
    )
    return endpoint, parts.path or "/"


@dataclasses.dataclass
class _Work:
    """The folder as it fills; the manifest is written after each package."""

    wish: Wish
    entries: dict[str, Entry]
    downloaded: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    damaged: set[str] = dataclasses.field(default_factory=set)

    def result(self) -> dict[str, t.Any]:
        before = len(self.entries) - len(self.downloaded)
        return {
            "changed": bool(self.downloaded),
            "downloaded": self.downloaded,
            "would_download": [],
            "packages": [_shown(entry) for entry in self.entries.values()],
            "manifest": str(self.wish.dest / manifest.NAME),
            "fingerprint": fingerprint(self.wish.key),
            "warnings": [*self.warnings, *([_ONCE.format(dest=self.wish.dest)] if self.downloaded else [])],
            "diff": _diff(before, [one["name"] for one in self.downloaded]),
        }


def run(params: Params, check_mode: bool, _connect: Connect) -> dict[str, t.Any]:
    """Download what is listed and not there yet. A failure carries what was downloaded before it."""
    wish = Wish.from_params(params)
    work = _Work(wish, {entry.file: entry for entry in (manifest.read(wish.dest) or ())})
    redactor = Redactor(wish.key)
    with Hosts(wish.endpoint, redactor, wish.allowed) as transport:
        offers = UpdateServer(transport, wish.path, wish.vocabulary).offers(wish.key)
        work.damaged = _damaged(wish, work, offers)
        todo = _missing(wish, work, offers)
        if check_mode:
            return _predict(work, todo)
        _prepare(wish.dest)
        for offer in todo:
            try:
                _fetch(transport, work, offer)
            except SraError as error:
                raise Interrupted(error, work.result()) from error
    return work.result()


def _damaged(wish: Wish, work: _Work, offers: t.Sequence[Offer]) -> set[str]:
    """Files that are not what the manifest says. Raises InputError where one cannot be downloaded again."""
    found = {file: manifest.damage(wish.dest, entry) for file, entry in work.entries.items()}
    wrong = {file: problem for file, problem in found.items() if problem is not None}
    listed = {offer.name for offer in offers}
    lost = [f"{file}: {problem}" for file, problem in wrong.items() if work.entries[file].name not in listed]
    if lost:
        raise InputError(
            f"Packages in {wish.dest} are damaged and the update server lists them no more",
            seen="; ".join(lost),
            advice="Look for a good copy. A second download needs the vendor's support. To do without them, take their "
            "entries out of the manifest.",
        )
    return set(wrong)


def _missing(wish: Wish, work: _Work, offers: t.Sequence[Offer]) -> list[Offer]:
    """What to download: listed and not there, damaged, or broken off and perhaps not listed any more."""
    have = {entry.name for file, entry in work.entries.items() if file not in work.damaged}
    begun = [one.offer(wish.key) for one in partials(wish.dest).values()]
    listed = {offer.name for offer in offers}
    return [offer for offer in (*offers, *(one for one in begun if one.name not in listed)) if offer.name not in have]


def _fetch(transport: Hosts, work: _Work, offer: Offer) -> None:
    wish = work.wish
    got = download(transport, offer, wish.dest, wish.key, Deadline(wish.wait_timeout))
    entry = Entry(
        file=got.file,
        size=got.size,
        sha256=got.sha256,
        name=offer.name,
        kind=offer.kind,
        version=offer.version,
        downloaded=as_data(datetime.datetime.now(datetime.UTC)),
        source=wish.endpoint.origin,
        key=fingerprint(wish.key),
    )
    # A damaged copy stays where it is; the manifest tells of the good one.
    for file in [file for file in work.damaged if work.entries[file].name == entry.name]:
        del work.entries[file]
        work.damaged.remove(file)
        if file != got.file and (wish.dest / file).exists():
            work.warnings.append(
                f"{wish.dest / file} was damaged, and {got.file} came for it. Remove the damaged file."
            )
    work.entries[got.file] = entry
    manifest.write(wish.dest, work.entries.values())
    work.downloaded.append({**_shown(entry), "resumed": got.resumed})


def _prepare(dest: pathlib.Path) -> None:
    try:
        make_folders(dest)
    except OSError as error:
        raise InputError(f"The folder {dest} cannot be made: {error.strerror or error}") from error


def _predict(work: _Work, todo: t.Sequence[Offer]) -> dict[str, t.Any]:
    names = [offer.name for offer in todo]
    return {
        **work.result(),
        "changed": bool(todo),
        "would_download": [{"name": one.name, "kind": one.kind, "version": one.version} for one in todo],
        "warnings": [_ONCE.format(dest=work.wish.dest)] if todo else [],
        "diff": _diff(len(work.entries), names),
    }


def _diff(before: int, names: t.Sequence[str]) -> dict[str, str]:
    there = f"{before} package(s)\n"
    return {"before": there, "after": there + "".join(f"{name}\n" for name in names)}


def _shown(entry: Entry) -> dict[str, t.Any]:
    return {
        name: getattr(entry, name) for name in ("file", "name", "kind", "version", "size", "sha256", "downloaded")
    } | {"installed_on": list(entry.installed_on)}
