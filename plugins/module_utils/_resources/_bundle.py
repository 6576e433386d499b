# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file with a certificate, perhaps its private key and its chain: opened and checked. Keys never leave this file."""

from __future__ import annotations

import dataclasses
import datetime
import re
import ssl
import typing as t
import warnings

from .. import _deps
from .._errors import InputError

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
_LONGEST_CHAIN: t.Final = 10


@dataclasses.dataclass(frozen=True)
class Bundle:
    """What a file holds. ``chain`` are the other certificates; ``protected`` tells whether the key needs the passphrase."""

    format: str
    certificate: t.Any = dataclasses.field(repr=False)
    chain: tuple[t.Any, ...] = dataclasses.field(repr=False)
    has_key: bool
    protected: bool

    @property
    def subject(self) -> str:
        return str(self.certificate.subject.rfc4514_string())

    @property
    def issuer(self) -> str:
        return str(self.certificate.issuer.rfc4514_string())

    @property
    def names(self) -> tuple[str, ...]:
        """The common name and the alternative names."""
        x509 = _deps.cryptography.x509
        found = [str(part.value) for part in self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
        try:
            names = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            found += [str(name.value) for name in names if isinstance(name, (x509.DNSName, x509.IPAddress))]
        except x509.ExtensionNotFound:
            pass
        return tuple(dict.fromkeys(found))

    @property
    def not_before(self) -> datetime.datetime:
        return t.cast(datetime.datetime, self.certificate.not_valid_before_utc)

    @property
    def not_after(self) -> datetime.datetime:
        return t.cast(datetime.datetime, self.certificate.not_valid_after_utc)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in hexadecimal digits."""
        return str(self.certificate.fingerprint(_deps.cryptography.hazmat.primitives.hashes.SHA256()).hex())

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    @property
    def path(self) -> tuple[t.Any, ...]:
        """The certificate, its issuer, and so on, as far as the file goes; each is signed by the next."""
        found = [self.certificate]
        while len(found) < _LONGEST_CHAIN and not _issued(found[-1], found[-1]):
            above = next((one for one in self.chain if one not in found and _issued(one, found[-1])), None)
            if above is None:
                break
            found.append(above)
        return tuple(found)

    def is_chain_complete(self, ca_path: str | None = None) -> bool:
        """Whether the chain ends in a root, or in a certificate that an authority trusted on the controller has issued."""
        last = self.path[-1]
        return _issued(last, last) or any(_issued(root, last) for root in _trusted(ca_path))

    def problems(self, now: datetime.datetime, *, chain: bool, ca_path: str | None = None) -> list[str]:
        """What is wrong with it, in sentences; empty where nothing is."""
        found = []
        if now > self.not_after:
            found.append(f"The certificate expired on {self.not_after:%Y-%m-%d}.")
        if now < self.not_before:
            found.append(f"The certificate is valid from {self.not_before:%Y-%m-%d} only.")
        if chain and not self.is_chain_complete(ca_path):
            found.append(
                f"The chain ends at {self.path[-1].subject.rfc4514_string()}, whose issuer is neither in the file nor trusted here."
            )
        if self.has_key and not self.protected:
            found.append("The private key is not protected by the passphrase.")
        return found


def open_bundle(content: bytes, passphrase: str | None) -> Bundle:
    """Open PKCS#12, PEM, PKCS#7 or DER. Raises InputError where it is none of them, or key and certificate do not match."""
    if "\0" in (passphrase or ""):
        raise _unreadable("the passphrase holds a zero byte")
    with warnings.catch_warnings():
        # Odd but harmless encodings are no reason to write to stderr.
        warnings.simplefilter("ignore")
        try:
            bundle = _from_pem(content, passphrase) if b"-----BEGIN " in content else _from_binary(content, passphrase)
            # Read once what is read later: libraries find some defects only then.
            _tell(bundle)
        except _odd_certificates() as error:
            raise _unreadable("a part of it is damaged or of an unknown kind") from error
    return bundle


def _tell(bundle: Bundle) -> None:
    for one in (bundle.certificate, *bundle.chain):
        _public(one.public_key())
        str(one.issuer.rfc4514_string())
    for name in ("subject", "names", "not_before", "not_after", "serial"):
        getattr(bundle, name)


def _odd_certificates() -> tuple[type[Exception], ...]:
    """What the library raises for what is damaged, or well-formed and still not usable."""
    x509 = _deps.cryptography.x509
    return (
        *(ValueError, TypeError, OverflowError),
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        _deps.cryptography.exceptions.UnsupportedAlgorithm,
    )


def _unreadable(why: str) -> InputError:
    return InputError(
        f"The file with the certificate cannot be used: {why}",
        expected="PKCS#12, PEM, PKCS#7 or DER, opened by the passphrase, with a private key that matches the certificate",
        advice="Check the passphrase, and that the file is the one that was exported.",
    )


def _from_pem(content: bytes, passphrase: str | None) -> Bundle:
    certificates: list[t.Any] = []
    key: t.Any = None
    protected = False
    for found in _PEM.finditer(content):
        label, block = found.group(1), found.group(0) + b"\n"
        try:
            if label in (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"):
                certificates.append(_deps.cryptography.x509.load_pem_x509_certificate(block))
            elif label == b"PKCS7":
                certificates += _serialization().pkcs7.load_pem_pkcs7_certificates(block)
            elif label.endswith(b"PRIVATE KEY"):
                protected = b"ENCRYPTED" in block
                secret = passphrase.encode() if passphrase and protected else None
                key = _serialization().load_pem_private_key(block, secret)
        except (ValueError, TypeError) as error:
            raise _unreadable("a part of it cannot be opened, or the passphrase is wrong") from error
    return _made("pem", certificates, key, protected)


def _from_binary(content: bytes, passphrase: str | None) -> Bundle:
    x509 = _deps.cryptography.x509
    try:
        key, certificate, others = _serialization().pkcs12.load_key_and_certificates(
            content, passphrase.encode() if passphrase else None
        )
    except (ValueError, TypeError):
        pass
    else:
        return _made("pkcs12", [*([certificate] if certificate else []), *others], key, bool(passphrase))
    for load in (
        lambda: [x509.load_der_x509_certificate(content)],
        lambda: _serialization().pkcs7.load_der_pkcs7_certificates(content),
    ):
        try:
            return _made("der", load(), None, False)
        except (ValueError, TypeError):
            continue
    raise _unreadable("it has no known format, or the passphrase is wrong")


def _made(form: str, certificates: t.Sequence[t.Any], key: t.Any, protected: bool) -> Bundle:
    if not certificates:
        raise _unreadable("it holds no certificate")
    if key is not None:
        mine = [one for one in certificates if _public(one.public_key()) == _public(key.public_key())]
        if not mine:
            raise _unreadable("the private key belongs to none of its certificates")
    else:
        mine = [
            one for one in certificates if not any(_issued(one, other) for other in certificates if other is not one)
        ]
    leaf = (mine or list(certificates))[0]
    chain = tuple(one for one in certificates if one != leaf)
    return Bundle(form, leaf, chain, key is not None, key is not None and protected)


def _serialization() -> t.Any:
    return _deps.cryptography.hazmat.primitives.serialization


def _public(key: t.Any) -> bytes:
    serialization = _serialization()
    return t.cast(
        bytes,
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def _issued(issuer: t.Any, certificate: t.Any) -> bool:
    """Whether one certificate has signed the other."""
    failures = _deps.cryptography.exceptions
    try:
        certificate.verify_directly_issued_by(issuer)
    except (failures.InvalidSignature, failures.UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _trusted(ca_path: str | None) -> list[t.Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if ca_path is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            context.load_verify_locations(cafile=ca_path)
    except (OSError, ssl.SSLError):
        return []
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for der in context.get_ca_certs(binary_form=True):
            try:
                found.append(_deps.cryptography.x509.load_der_x509_certificate(der))
            except ValueError:
                continue
    return found
