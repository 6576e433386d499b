# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An appliance's APIs behind real TLS, and a client for them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.plugins.module_utils._wait import Clock
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import (
    CLIENT_ID,
    CLIENT_SECRET,
    ApplianceApi,
    with_v2,
)
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import HOST, SITE, Authority, TlsServer


class SteppedClock(Clock):
    """Sleeping is instant: it moves the clock."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return super().now() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.skipped += seconds


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> pathlib.Path:
    return authority.issue(SITE)


@pytest.fixture
def appliance() -> ApplianceApi:
    return with_v2()


@pytest.fixture
def server(certificate: pathlib.Path, appliance: ApplianceApi) -> t.Iterator[TlsServer]:
    with TlsServer(certificate, appliance) as running:
        yield running
    assert appliance.faults == []


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def transport(server: TlsServer, authority: Authority, redactor: Redactor) -> t.Iterator[Transport]:
    with Transport(Endpoint(HOST, server.port, SITE, str(authority.path), timeout=5.0), redactor) as opened:
        yield opened


@pytest.fixture
def client(transport: Transport, clock: SteppedClock) -> ApiClient:
    return ApiClient(transport, CLIENT_ID, CLIENT_SECRET, clock)
