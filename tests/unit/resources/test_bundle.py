# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with certificates: every format opens, what does not belong together is refused, chains are followed."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._records import Certificate
from ansible_collections.bseries.sra.plugins.module_utils._resources._bundle import open_bundle
from ansible_collections.bseries.sra.plugins.module_utils._resources._certificate_choice import Known
from simulator.certificates import Authority, Issued

PASSPHRASE = "a passphrase for the key"
AUTHORITY = Authority("Test Root")
SITE = AUTHORITY.issue(["access.example.com", "node.example.com"])


def as_pkcs12(issued: Issued, key: t.Any = None, chain: bool = True) -> bytes:
    protection = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    others = [AUTHORITY.certificate] if chain else None
    return pkcs12.serialize_key_and_certificates(b"site", key or issued.key, issued.certificate, others, protection)


def as_pem(issued: Issued, *, protected: bool = True) -> bytes:
    protection: t.Any = (
        serialization.BestAvailableEncryption(PASSPHRASE.encode()) if protected else serialization.NoEncryption()
    )
    key = issued.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    return AUTHORITY.pem + key + issued.pem


@pytest.mark.parametrize(
    ("content", "form", "has_key"),
    [
        (as_pkcs12(SITE), "pkcs12", True),
        (as_pem(SITE), "pem", True),
        (SITE.pem + AUTHORITY.pem, "pem", False),
        (SITE.certificate.public_bytes(serialization.Encoding.DER), "der", False),
        (
            pkcs7.serialize_certificates([AUTHORITY.certificate, SITE.certificate], serialization.Encoding.DER),
            "der",
            False,
        ),
    ],
    ids=["pkcs12", "pem with key", "pem", "der", "pkcs7"],
)
def test_every_format_opens(content: bytes, form: str, has_key: bool) -> None:
    bundle = open_bundle(content, PASSPHRASE)
    assert (bundle.format, bundle.has_key, bundle.protected) == (form, has_key, has_key)
    assert bundle.names == ("access.example.com", "node.example.com")
    assert bundle.certificate == SITE.certificate


def test_the_chain_is_followed_to_a_root_or_to_a_trusted_authority(tmp_path: pathlib.Path) -> None:
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(AUTHORITY.pem)
    whole, lone = open_bundle(as_pkcs12(SITE), PASSPHRASE), open_bundle(as_pkcs12(SITE, chain=False), PASSPHRASE)
    assert (len(whole.path), whole.is_chain_complete()) == (2, True)
    assert (len(lone.path), lone.is_chain_complete()) == (1, False)
    assert lone.is_chain_complete(str(trusted))


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(as_pkcs12(SITE), "wrong"), (as_pem(SITE), "wrong"), (as_pem(SITE), None), (b"no certificate", None), (b"", None)],
)
def test_what_does_not_open_is_refused_without_a_word_of_the_passphrase(content: bytes, passphrase: str | None) -> None:
    with pytest.raises(InputError) as refused:
        open_bundle(content, passphrase)
    assert PASSPHRASE not in str(refused.value)


def test_a_key_of_another_certificate_is_refused() -> None:
    other = AUTHORITY.issue(["access.example.com"])
    with pytest.raises(InputError, match="belongs to none"):
        open_bundle(SITE.pem + other.key_pem, None)


def test_problems_are_said() -> None:
    bundle = open_bundle(as_pem(SITE, protected=False), PASSPHRASE)
    now = datetime.datetime.now(datetime.UTC)
    assert bundle.problems(now, chain=True) == ["The private key is not protected by the passphrase."]
    late = bundle.problems(now + datetime.timedelta(days=400), chain=False)
    assert "expired" in late[0]


def test_a_row_shows_a_certificate_by_its_own_name_only() -> None:
    bundle = open_bundle(as_pkcs12(SITE), PASSPHRASE)
    known = Known(bundle.subject, bundle.names, bundle.issuer, bundle.not_after, bundle.serial)

    def row(**shown: t.Any) -> Certificate:
        return Certificate(**{"issued_to": "access.example.com", "valid_until": bundle.not_after, **shown})

    assert known.is_shown_by(row())
    assert known.is_shown_by(row(issued_by="Test Root", facts={"Serial Number": bundle.serial.upper()}))
    assert known.is_shown_by(row(valid_until=bundle.not_after.replace(hour=0, minute=0, second=0, microsecond=0)))
    assert not known.is_shown_by(row(issued_to="node.example.com"))
    assert not known.is_shown_by(row(issued_by="Another Root"))
    assert not known.is_shown_by(row(facts={"Serial Number": "01:02"}))
    assert not known.is_shown_by(row(valid_until=bundle.not_after + datetime.timedelta(hours=1)))
