# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting a certificate with its private key and chain into a file that is proven to open."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import pathlib
import re
import typing as t

from .._errors import InputError, SraError, StateError
from .._module import Connect, Connection, Params
from .._pages import certificate_store, certificates
from .._pages.certificate_store import Parts
from .._records import Certificate, ServedCertificate, as_data
from .._transport.files import atomic_file, make_private_folder
from .._wait import Deadline
from . import _certificate_choice as choice
from ._bundle import Bundle, open_bundle

_SUFFIXES: t.Final = {"pkcs12": ".p12", "pem": ".pem", "der": ".der"}
_KNOWN: t.Final = (".p12", ".pfx", ".pem", ".crt", ".cer", ".der", ".p7b")


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is to be exported, and where to; ``wait_timeout`` in seconds."""

    dest: pathlib.Path
    parts: Parts
    issued_to: str | None
    name: str | None
    address: str | None
    wait_timeout: float

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for what cannot work, before anything is contacted."""
        if params["include_private_key"] and not params["passphrase"]:
            raise InputError(
                "A private key is exported with a passphrase only",
                expected="passphrase, or include_private_key false",
                advice="Keep the passphrase in a vault; whoever has both can pretend to be the site.",
            )
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        parts = Parts(params["include_private_key"], params["include_chain"], params["passphrase"] or None)
        return cls(
            pathlib.Path(params["dest"]).expanduser().absolute(),
            parts,
            params["issued_to"],
            params["name"],
            params["address"],
            float(params["wait_timeout"]),
        )

    def file_for(self, host: str, record: Certificate, suffix: str) -> pathlib.Path:
        """The file itself where ``dest`` names one, else one in that folder named after appliance and certificate."""
        if self.dest.suffix.lower() in _KNOWN and not self.dest.is_dir():
            return self.dest
        stem = "_".join(_plain(text) for text in (host, record.issued_to or "certificate"))
        return self.dest / f"{stem}{suffix}"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip(".-") or "unknown"


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Export the certificate, unless the file holds it already."""
    wish = Wish.from_params(params)
    with connect(params) as connection:
        connection.require("The export of a certificate", appliance=True)
        connection.redactor.add(wish.parts.passphrase)
        served = connection.transport.served_certificate()
        record = choice.choose(
            certificates.read(connection.appliance_web),
            issued_to=wish.issued_to,
            name=wish.name,
            address=wish.address,
            host=connection.options.host,
            served=served,
            label=connection.label,
        )
        _refuse_without_key(connection, wish, record)
        present = _present(connection, wish, record, served)
        if present is not None:
            return _result(connection, *present, served, changed=False)
        if check_mode:
            suffix = ".p12" if wish.parts.private_key else ".pem"
            return _predicted(wish, record, wish.file_for(connection.options.host, record, suffix))
        return _export(connection, wish, record, served)


def _refuse_without_key(connection: Connection, wish: Wish, record: Certificate) -> None:
    if wish.parts.private_key and record.has_private_key is False:
        raise StateError(
            f"The appliance has no private key for the certificate issued to {record.issued_to}",
            appliance=connection.label,
            page="/appliance > Security > Certificates",
            advice="Choose another certificate, or export it without the key (include_private_key false).",
        )


def _present(
    connection: Connection, wish: Wish, record: Certificate, served: ServedCertificate
) -> tuple[pathlib.Path, Bundle] | None:
    """The file where it already holds what is wanted, as far as page and handshake tell."""
    for suffix in _SUFFIXES.values():
        path = wish.file_for(connection.options.host, record, suffix)
        try:
            bundle = open_bundle(path.read_bytes(), wish.parts.passphrase)
        except (OSError, InputError):
            continue
        is_served = choice.Known.served(served).is_shown_by(record)
        current = bundle.fingerprint == served.sha256 if is_served else _fits(bundle, record)
        complete = not _missing(connection, wish, bundle) and path.stat().st_mode & 0o077 == 0
        if current and complete:
            return path, bundle
    return None


def _fits(bundle: Bundle, record: Certificate) -> bool:
    return known(bundle).is_shown_by(record)


def _missing(connection: Connection, wish: Wish, bundle: Bundle) -> str | None:
    """Words for what was asked for and is not in the file."""
    if wish.parts.private_key and not bundle.has_key:
        return "the private key"
    if wish.parts.chain and len(bundle.path) == 1 and not bundle.is_chain_complete(connection.options.ca_path):
        return "the certificate chain"
    return None


def _export(connection: Connection, wish: Wish, record: Certificate, served: ServedCertificate) -> dict[str, t.Any]:
    deadline = Deadline(wish.wait_timeout, connection.clock)
    content = certificate_store.export(connection.appliance_web, record, wish.parts, deadline)
    bundle = open_bundle(content, wish.parts.passphrase)
    wrong = None if _fits(bundle, record) else f"a certificate for {', '.join(bundle.names)} until {bundle.not_after}"
    missing = _missing(connection, wish, bundle)
    if wrong or missing:
        raise SraError(
            "The exported file does not hold what was asked for",
            appliance=connection.label,
            expected=f"the certificate issued to {record.issued_to} until {record.valid_until}",
            seen=wrong or f"a file without {missing}",
            state="nothing was stored",
            advice="Export it by hand at /appliance > Security > Certificates and look what the file holds.",
        )
    path = wish.file_for(connection.options.host, record, _SUFFIXES[bundle.format])
    make_private_folder(path.parent)
    with atomic_file(path) as file:
        file.write(content)
    stored = open_bundle(path.read_bytes(), wish.parts.passphrase)
    return _result(connection, path, stored, served, changed=True)


def _predicted(wish: Wish, record: Certificate, path: pathlib.Path) -> dict[str, t.Any]:
    return {
        "changed": True,
        "path": str(path),
        "sha256": None,
        "format": None,
        "subject": record.issued_to,
        "issuer": record.issued_by,
        "names": [],
        "serial": None,
        "fingerprint": None,
        "not_before": None,
        "not_after": as_data(record.valid_until),
        "has_key": wish.parts.private_key,
        "chain_length": None,
        "chain_complete": None,
        "is_served": None,
        "problems": list(record.warnings),
        "diff": {"before": "", "after": f"{path}\n"},
    }


def _result(
    connection: Connection, path: pathlib.Path, bundle: Bundle, served: ServedCertificate, *, changed: bool
) -> dict[str, t.Any]:
    ca_path = connection.options.ca_path
    now = datetime.datetime.now(datetime.UTC)
    return {
        "changed": changed,
        "path": str(path),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "format": bundle.format,
        **describe(bundle),
        "chain_complete": bundle.is_chain_complete(ca_path),
        "is_served": bundle.fingerprint == served.sha256,
        "problems": bundle.problems(now, chain=bool(bundle.chain), ca_path=ca_path),
        "diff": {"before": "" if changed else f"{path}\n", "after": f"{path}\n"},
    }


def known(bundle: Bundle) -> choice.Known:
    """The certificate of a file, to find it on the page."""
    return choice.Known(bundle.subject, bundle.names, bundle.issuer, bundle.not_after, bundle.serial)


def describe(bundle: Bundle) -> dict[str, t.Any]:
    """What may be told of a bundle; nothing of its key but whether it is there."""
    return {
        "subject": bundle.subject,
        "issuer": bundle.issuer,
        "names": list(bundle.names),
        "serial": bundle.serial,
        "fingerprint": bundle.fingerprint,
        "not_before": as_data(bundle.not_before),
        "not_after": as_data(bundle.not_after),
        "has_key": bundle.has_key,
        "chain_length": len(bundle.path) - 1,
    }
