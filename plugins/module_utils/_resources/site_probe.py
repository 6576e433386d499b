# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who answers on the site's host name. Reads only."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._api.site import probe_site
from .._errors import InputError, WaitTimeout
from .._module import Connect, ConnectionOptions, Interrupted, Params, same_id
from .._records import SiteAnswer, as_data
from .._version import same_version
from .._wait import Clock, Deadline, Look, wait_for


@dataclasses.dataclass(frozen=True)
class Expectation:
    """Who is to answer; None is anybody."""

    appliance_id: str | None = None
    version: str | None = None
    certificate: str | None = None

    def unmet(self, answer: SiteAnswer) -> str | None:
        """Words for what is not as expected, None where all is."""
        if not answer.answering:
            return f"nobody answers: {answer.error or 'no reason known'}"
        if self.appliance_id and not same_id(answer.appliance_id, self.appliance_id):
            return f"appliance id {answer.appliance_id or 'unknown'} answers"
        if self.version and not same_version(answer.version, self.version):
            return f"version {answer.version or 'unknown'} answers"
        if self.certificate and (answer.certificate is None or answer.certificate.sha256 != self.certificate):
            return f"the certificate {answer.certificate.sha256 if answer.certificate else 'unknown'} is served"
        return None

    def words(self) -> str:
        parts = [f"appliance id {self.appliance_id}" if self.appliance_id else "an appliance"]
        if self.version:
            parts.append(f"with version {self.version}")
        if self.certificate:
            parts.append(f"with certificate {self.certificate}")
        return " ".join(parts)

    @property
    def anything(self) -> bool:
        return self.identity or self.certificate is not None

    @property
    def identity(self) -> bool:
        """Only the API knows id and version; a certificate is seen without it."""
        return bool(self.appliance_id or self.version)


def run(params: Params, _check_mode: bool, connect: Connect, clock: Clock | None = None) -> dict[str, t.Any]:
    """Probe the site; with an expectation wait until it is met. Nobody answering is a result where nothing is expected."""
    hostname = params["hostname"] or params["host"]
    of_site = {**params, "host": hostname}
    options = ConnectionOptions.from_params(of_site)
    expectation = Expectation(
        params["expect_appliance_id"], params["expect_version"], _fingerprint(params["expect_certificate"])
    )
    _check(params, expectation, options)
    answers: list[SiteAnswer] = []
    shelf = connect(of_site).shelf

    def look() -> Look[SiteAnswer]:
        answer = probe_site(
            options.host,
            options.port,
            params["address"],
            options.ca_path,
            options.validate_certs,
            options.timeout,
            options.client_id,
            options.client_secret,
            shelf=shelf,
        )
        answers.append(answer)
        unmet = expectation.unmet(answer)
        return Look(unmet is None, unmet or "as expected", answer)

    if not expectation.anything and not params["wait_timeout"]:
        look()
        return _result(answers[-1])
    try:
        wait_for(
            f"{expectation.words()} answers on {options.label}",
            look,
            Deadline(float(params["wait_timeout"]), clock or Clock()),
            appliance=options.label,
            advice="See which appliance has the shared IP enabled, or where DNS and NAT lead.",
        )
    except WaitTimeout as error:
        raise Interrupted(error, _result(answers[-1])) from error
    return _result(answers[-1])


def _check(params: Params, expectation: Expectation, options: ConnectionOptions) -> None:
    if params["wait_timeout"] < 0:
        raise InputError(f"wait_timeout must not be negative, but is {params['wait_timeout']} seconds")
    if expectation.identity and options.client_id is None:
        raise InputError(
            "Who answers can only be told with client_id and client_secret",
            appliance=options.label,
            advice="Give the API account, or leave out expect_appliance_id and expect_version.",
        )
    if params["address"] and re.search(r"[\s/@]", params["address"]):
        raise InputError(f"address {params['address']!r} is no IP address or host name", appliance=options.label)


def _fingerprint(text: str | None) -> str | None:
    plain = (text or "").replace(":", "").strip().lower()
    if plain and not re.fullmatch("[0-9a-f]{64}", plain):
        raise InputError(f"expect_certificate {text!r} is no SHA-256 fingerprint", expected="64 hexadecimal digits")
    return plain or None


def _result(answer: SiteAnswer) -> dict[str, t.Any]:
    return {"changed": False, "site": as_data(answer)}
