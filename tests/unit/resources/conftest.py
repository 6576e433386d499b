# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from unit.resources.fakes import World

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._module import Interrupted

ACCOUNTS = {
    "port": 443,
    "appliance_username": "admin",
    "appliance_password": "appliance-secret",
    "login_username": "admin",
    "login_password": "login-secret",
    "client_id": "id",
    "client_secret": "api-secret",
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def failure() -> t.Callable[..., tuple[SraError, dict[str, t.Any]]]:
    """Runs a resource that must fail; returns the error and the partial result."""

    def run(call: t.Callable[[], t.Any]) -> tuple[SraError, dict[str, t.Any]]:
        with pytest.raises((SraError, Interrupted)) as caught:
            call()
        if isinstance(caught.value, Interrupted):
            return caught.value.error, caught.value.result
        assert isinstance(caught.value, SraError)
        return caught.value, {}

    return run
