# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates and servers for the tests of the transport."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import HOST, SITE, Authority, TlsServer


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> pathlib.Path:
    """Carries the site's name only, as on a node that is reached by its own address."""
    return authority.issue(SITE)


@pytest.fixture
def server(certificate: pathlib.Path) -> t.Iterator[TlsServer]:
    with TlsServer(certificate) as running:
        yield running


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def endpoint(server: TlsServer, authority: Authority) -> Endpoint:
    return Endpoint(HOST, server.port, SITE, str(authority.path), timeout=5.0)


@pytest.fixture
def transport(endpoint: Endpoint, redactor: Redactor) -> t.Iterator[Transport]:
    with Transport(endpoint, redactor) as opened:
        yield opened
