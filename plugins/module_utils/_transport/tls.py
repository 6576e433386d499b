# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS: contexts, sockets that know a deadline, certificates, and what to say when one is refused."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import pathlib
import socket
import ssl
import time
import typing as t
import warnings

from .. import _deps
from .._errors import InputError
from .._records import ServedCertificate
from .budget import Budget
from .endpoint import Endpoint, bracketed
from .failures import TlsRefused

# Numbers of OpenSSL's X509_V_ERR_*.
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNKNOWN_ISSUER = frozenset({2, 18, 19, 20, 21, 27})
_WRONG_NAME = frozenset({62, 64})


class BoundSocket(ssl.SSLSocket):
    """A TLS socket of which every single wait is bounded by a silence limit and by an overall limit, in seconds.

    A server that sends one byte now and then resets a plain socket timeout for ever; here the overall limit holds.
    ``torn`` is True where the other side closed without the TLS closing alert, which is how a cut connection looks.
    """

    budget: Budget | None = None
    torn: bool = False

    def bound(self, budget: Budget) -> None:
        self.budget = budget
        # Cut connections are told apart below instead of being hidden.
        self.suppress_ragged_eofs = False

    def _bound_next_wait(self) -> None:
        if self.budget is None:
            return
        wait = self.budget.next_wait()
        if wait <= 0:
            raise TimeoutError("the time allowed for this request is over")
        # There are 64 records of TLS to a megabyte, and setting the limit is a system call.
        if wait != self.gettimeout():
            self.settimeout(wait)

    def is_silent(self) -> bool:
        """Whether the connection stands and nothing has come that nobody read. What has come is lost."""
        wait = self.gettimeout()
        try:
            self.setblocking(False)
            super().recv_into(bytearray(1))
        except ssl.SSLWantReadError:
            return True
        except OSError:
            return False
        finally:
            self.settimeout(wait)
        return False

    def send(self, data: t.Any, flags: int = 0) -> int:
        self._bound_next_wait()
        try:
            return super().send(data, flags)
        except ssl.SSLError as exc:
            if not is_cut(exc):
                raise
            # What plain sockets call a broken pipe; the other side may have answered before it stopped reading.
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from exc

    def recv_into(self, buffer: t.Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._bound_next_wait()
        try:
            return super().recv_into(buffer, nbytes, flags)
        except ssl.SSLError as exc:
            if not is_cut(exc):
                raise
            self.torn = True
            return 0


def is_cut(error: ssl.SSLError) -> bool:
    """Whether the other side closed without the closing alert, which Python has a class for only since 3.11.3."""
    return isinstance(error, ssl.SSLEOFError) or error.reason == "UNEXPECTED_EOF_WHILE_READING"


def make_context(endpoint: Endpoint, *, verify: bool) -> ssl.SSLContext:
    """A client context, TLS 1.2 or newer. Raises InputError where ``ca_path`` is no readable certificate store."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Set by default until Python 3.11.3, it makes a cut connection look like a proper end.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.sslsocket_class = BoundSocket
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif endpoint.ca_path is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        # A folder or file may hold the appliance's own certificate or an intermediate instead of a root.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _load_trusted(context, endpoint.ca_path)
    return context


class Contexts:
    """The contexts of an endpoint, each made once: reading the certificate store takes longer than a handshake."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._made: dict[bool, ssl.SSLContext] = {}

    def get(self, verify: bool | None = None) -> ssl.SSLContext:
        """As the endpoint says, or with verification on or off."""
        wanted = self._endpoint.validate_certs if verify is None else verify
        if wanted not in self._made:
            self._made[wanted] = make_context(self._endpoint, verify=wanted)
        return self._made[wanted]


def _load_trusted(context: ssl.SSLContext, ca_path: str) -> None:
    path = pathlib.Path(ca_path).expanduser()
    refused = []
    try:
        files = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    except OSError as exc:
        raise _bad_store(ca_path, str(exc)) from exc
    for file in files:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ValueError) as exc:
            refused.append(f"{file}: {exc}")
    if len(refused) == len(files):
        raise _bad_store(ca_path, "; ".join(refused) or "the folder is empty")


def _bad_store(ca_path: str, why: str) -> InputError:
    return InputError(
        f"ca_path {ca_path} holds no certificate that can be trusted",
        expected="a PEM file with the certificate of the CA, or a folder of such files",
        seen=why,
        advice="Give the path, on the machine where the task runs, of the CA that signed the appliance's certificate.",
    )


def describe_certificate(der: bytes) -> ServedCertificate:
    """The certificate of a handshake as a record. Raises ValueError where it is none."""
    x509 = _deps.cryptography.x509
    with warnings.catch_warnings():
        # Certificates with odd but harmless encodings are to be shown, not complained about on stderr.
        warnings.simplefilter("ignore")
        certificate = x509.load_der_x509_certificate(der)
        subject, issuer = certificate.subject, certificate.issuer
        try:
            alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = [*alternatives.get_values_for_type(x509.DNSName)]
            names += [str(address) for address in alternatives.get_values_for_type(x509.IPAddress)]
        except x509.ExtensionNotFound:
            names = [str(part.value) for part in subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return ServedCertificate(
        subject=subject.rfc4514_string(),
        issuer=issuer.rfc4514_string(),
        names=tuple(names),
        not_before=_aware(certificate, "not_valid_before"),
        not_after=_aware(certificate, "not_valid_after"),
        sha256=hashlib.sha256(der).hexdigest(),
    )


def _aware(certificate: t.Any, name: str) -> datetime.datetime:
    """cryptography before 42 has the naive attribute only."""
    value: datetime.datetime = getattr(certificate, f"{name}_utc", None) or getattr(certificate, name)
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def refused(endpoint: Endpoint, error: ssl.SSLError, served: ServedCertificate | None) -> TlsRefused:
    """The error for a failed handshake, with advice by its cause."""
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"The certificate of {endpoint.label} is refused: {error.verify_message}"
        expected, advice = _certificate_advice(endpoint, error.verify_code)
    elif error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        message = f"{endpoint.label} does not speak TLS"
        expected, advice = "HTTPS", "Give the port on which the appliance serves HTTPS (option port)."
    else:
        message = f"TLS with {endpoint.label} failed: {error.reason or error}"
        expected = "TLS 1.2 or newer with a usual cipher"
        advice = "Check the TLS Configuration page of the appliance and what stands between it and this machine."
    return TlsRefused(
        message,
        expected=expected,
        seen=_seen(served) if served else None,
        appliance=endpoint.label,
        state="nothing was sent",
        advice=advice,
    )


def _certificate_advice(endpoint: Endpoint, code: int) -> tuple[str, str]:
    name = endpoint.server_name
    if code in _WRONG_NAME:
        return (
            f"a certificate for {name}",
            "Set tls_server_name to one of the names that the certificate carries, after making sure that this is the "
            "right appliance; or install a certificate that carries this name.",
        )
    if code in _UNKNOWN_ISSUER:
        return (
            f"a certificate for {name} signed by {endpoint.ca_path or 'a CA that this machine trusts'}",
            "Set ca_path to the certificate of the CA that signed the appliance's, obtained from whoever runs that CA; "
            "if the appliance does not send its intermediate certificates, import the chain there.",
        )
    if code == _EXPIRED:
        return "a certificate that is valid now", "Renew the appliance's certificate; check this machine's clock."
    if code == _NOT_YET_VALID:
        return "a certificate that is valid now", "Check this machine's clock; the certificate begins in its future."
    return f"a valid certificate for {name}", "Have the certificate of the appliance put right."


def _seen(served: ServedCertificate) -> str:
    return (
        f"subject {served.subject}, issuer {served.issuer}, names {', '.join(served.names) or 'none'}, "
        f"valid {served.not_before:%Y-%m-%d %H:%M} to {served.not_after:%Y-%m-%d %H:%M} UTC"
    )


def unusable_name(endpoint: Endpoint) -> InputError:
    """The error for a TLS name that no certificate can carry."""
    return InputError(
        f"{endpoint.server_name!r} cannot be the name of a server",
        expected="a host name or an address",
        appliance=endpoint.label,
        advice="Correct host or tls_server_name.",
    )


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to the first address of the host that accepts one. Raises OSError, gaierror.

    The addresses share the time, so that one that swallows packets leaves some to the next.
    """
    addresses = _addresses(host.strip("[]"), port)
    ends = time.monotonic() + seconds
    last: OSError = OSError(f"{bracketed(host)} has no address")
    for untried, address in zip(range(len(addresses), 0, -1), addresses):
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            sock = socket.create_connection((address, port), left / untried)
        except OSError as exc:
            last = exc
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise last


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:
        # An empty or overlong label is refused before any name server is asked.
        raise socket.gaierror(socket.EAI_NONAME, str(exc)) from exc
    return list(dict.fromkeys(str(address[0]) for _family, _kind, _protocol, _name, address in found))
