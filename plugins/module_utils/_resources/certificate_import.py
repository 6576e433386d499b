# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing a certificate with its key, and assigning addresses to it."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import pathlib
import typing as t

from .._errors import InputError, StateError, TransportError
from .._module import Connect, Connection, Params
from .._pages import certificate_store, certificates
from .._records import Certificate
from .._wait import Deadline, Look, wait_for
from . import _certificate_choice as choice
from ._bundle import Bundle, open_bundle
from ._lost import after, lost_answer
from .certificate_export import describe, known

_PAGE: t.Final = "/appliance > Security > Certificates"
_LARGEST: t.Final = 4 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Wish:
    """The file, and the addresses that are to serve it; ``wait_timeout`` in seconds."""

    src: pathlib.Path
    passphrase: str | None = dataclasses.field(repr=False)
    bundle: Bundle = dataclasses.field(repr=False)
    assign: bool = True
    addresses: tuple[str, ...] = ()
    wait_timeout: float = 120.0

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Opens the file. Raises InputError for what cannot work, before anything is contacted."""
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        if params["addresses"] and not params["assign"]:
            raise InputError("addresses go with assign true only")
        src = pathlib.Path(params["src"]).expanduser().absolute()
        try:
            with src.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise InputError(f"{src} cannot be read: {error.strerror}", advice="Correct src.") from error
        if len(content) > _LARGEST:
            raise InputError(f"{src} is larger than any certificate", advice="Correct src.")
        bundle = open_bundle(content, params["passphrase"] or None)
        if params["assign"] and not bundle.has_key:
            raise InputError(
                f"{src} holds no private key, so the appliance could not serve the certificate",
                advice="Export it with its private key, or set assign to false.",
            )
        expired = datetime.datetime.now(datetime.UTC) > bundle.not_after
        if expired and params["assign"]:
            raise InputError(
                f"The certificate in {src} expired on {bundle.not_after:%Y-%m-%d}",
                advice="Renew it first. Nothing was contacted.",
            )
        addresses = tuple(_address(text) for text in params["addresses"] or ())
        return cls(
            src, params["passphrase"] or None, bundle, params["assign"], addresses, float(params["wait_timeout"])
        )


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise InputError(f"{text!r} is no IP address", expected="an IPv4 or IPv6 address") from error


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Import unless the appliance has the certificate, and assign unless it is assigned."""
    if check_mode and params.get("assume_earlier_steps") and not pathlib.Path(params["src"]).expanduser().exists():
        return _assumed(params)
    wish = Wish.from_params(params)
    with connect(params) as connection:
        connection.require("The import of a certificate", appliance=True)
        connection.redactor.add(wish.passphrase)
        return Import(connection, wish, check_mode).run()


def _assumed(params: Params) -> dict[str, t.Any]:
    """What is known of an import whose file an earlier step would have made."""
    assign = bool(params["assign"])
    return {
        "changed": True,
        "imported": True,
        "assigned": assign,
        "addresses": list(params["addresses"] or ()),
        "is_served": None,
        "diff": {"before": {"stored": False, "served": False}, "after": {"stored": True, "served": assign}},
    }


@dataclasses.dataclass
class Import:
    """One import. ``imported`` and ``assigned`` tell what it changed, or in check mode would change."""

    connection: Connection
    wish: Wish
    check_mode: bool
    imported: bool = False
    assigned: bool = False
    addresses: tuple[str, ...] = ()

    def run(self) -> dict[str, t.Any]:
        self.addresses = self.wish.addresses or choice.own_addresses(self.connection.options.host)
        served = self._is_served()
        record = self._stored()
        before = {"stored": record is not None, "served": served}
        if record is None:
            self.imported = True
            if self.check_mode:
                self.assigned = self.wish.assign
                return self._result(before, served=None)
            record = self._upload()
        self._refuse_warnings(record)
        if self.wish.assign:
            self._assign(record, served)
        return self._result(before, served=served if self.check_mode else self._is_served())

    def _stored(self) -> Certificate | None:
        bundle = self.wish.bundle
        same = [
            one
            for one in certificates.read(self.connection.appliance_web)
            if known(bundle).is_shown_by(one) and (one.has_private_key is not False or not bundle.has_key)
        ]
        if len(same) > 1:
            same = [one for one in same if set(self.addresses) & set(one.addresses)] or same
        return same[0] if same else None

    def _is_served(self) -> bool:
        """Whether the appliance's own address serves it; the fingerprint of the file is all the proof that is needed."""
        return self.connection.transport.served_certificate(verify=False).sha256 == self.wish.bundle.fingerprint

    def _upload(self) -> Certificate:
        self.connection.confirm_identity()
        with self.wish.src.open("rb") as file:
            certificate_store.upload(self.connection.appliance_web, self.wish.src.name, file, self.wish.passphrase)
        record = self._stored()
        if record is None:
            raise StateError(
                "The certificate was uploaded, but the appliance does not list it",
                appliance=self.connection.label,
                page=_PAGE,
                expected=f"issued to {', '.join(self.wish.bundle.names)}, with its private key",
                advice="Look at the page for a message.",
            )
        return record

    def _refuse_warnings(self, record: Certificate) -> None:
        if not record.warnings:
            return
        raise StateError(
            f"The appliance warns of the certificate issued to {record.issued_to}",
            appliance=self.connection.label,
            page=_PAGE,
            expected="no warnings (HW-5)",
            seen="; ".join(record.warnings),
            state="imported, not assigned" if self.imported else "not assigned",
            advice="Have the chain or the dates put right (vendor's FAQ 755), then run again.",
        )

    def _assign(self, record: Certificate, served: bool) -> None:
        if set(self.addresses) and set(self.addresses) <= set(record.addresses):
            return
        form = certificate_store.open_assignment(self.connection.appliance_web, record)
        if form is None:
            # Newer releases choose among the stored certificates by the name that is asked for.
            if not served and not self.check_mode:
                self._wait_until_served()
            return
        wanted = [address for address in self.addresses if address in form.offered]
        if not wanted or (self.wish.addresses and len(wanted) < len(self.wish.addresses)):
            raise StateError(
                "The address that is to serve the certificate is not offered",
                appliance=self.connection.label,
                page=f"{_PAGE} > Assign IP",
                expected=", ".join(self.addresses) or "addresses",
                seen=", ".join(form.offered),
                state="nothing was assigned",
                advice="Give addresses of /appliance > Networking > IP Configuration (addresses, sra_certificate_addresses).",
            )
        if all(form.offered[address] for address in wanted):
            return
        self.assigned = True
        if self.check_mode:
            return
        self.connection.confirm_identity()
        lost = None
        try:
            form.save(wanted)
        except TransportError as error:
            # The new certificate cuts connections; what is served next tells whether it was done.
            lost = lost_answer(error)
        if set(wanted) & set(choice.own_addresses(self.connection.options.host)):
            with after(lost):
                self._wait_until_served()

    def _wait_until_served(self) -> None:
        def look() -> Look[None]:
            try:
                done = self._is_served()
            except TransportError as error:
                return Look(False, error.message)
            return Look(done, "the certificate" if done else "another certificate is served")

        wait_for(
            f"the certificate issued to {self.wish.bundle.names[0] if self.wish.bundle.names else self.wish.bundle.subject} is served",
            look,
            Deadline(self.wish.wait_timeout, self.connection.clock),
            appliance=self.connection.label,
            page=_PAGE,
            advice="Look at the page which address the certificate is assigned to.",
        )

    def _result(self, before: dict[str, t.Any], served: bool | None) -> dict[str, t.Any]:
        return {
            "changed": self.imported or self.assigned,
            "imported": self.imported,
            "assigned": self.assigned,
            "addresses": list(self.addresses) if self.wish.assign else [],
            "is_served": served,
            **describe(self.wish.bundle),
            "diff": {
                "before": before,
                "after": {
                    "stored": True,
                    "served": bool(before["served"] or self.assigned) if served is None else served,
                },
            },
        }
