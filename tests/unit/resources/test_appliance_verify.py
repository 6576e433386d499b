# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of a verification can fail, and says what to do."""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing as t

import pytest
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import Appliance, FakeApi, FakeTransport, FakeWeb, World, lost

from ansible_collections.bseries.sra.plugins.module_utils._errors import AuthenticationError, InputError
from ansible_collections.bseries.sra.plugins.module_utils._records import Health, ServedCertificate
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_info, appliance_verify

HOST, SITE = "b.example.com", "access.example.com"
NOW = datetime.datetime.now(datetime.UTC)
CERTIFICATE = ServedCertificate(
    "CN=site", "CN=ca", (SITE,), NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=300), "0" * 64
)


@pytest.fixture
def appliance(world: World, monkeypatch: pytest.MonkeyPatch) -> Appliance:
    """An updated appliance whose sign-in page is understood."""
    monkeypatch.setattr(FakeTransport, "served_certificate", lambda _transport: CERTIFICATE)
    monkeypatch.setattr(appliance_verify, "sign_in_form", lambda view, _vocabulary: view)
    for name, value in {
        "start_page": lambda _web: types.SimpleNamespace(),
        "sign_in": lambda web: web.page(),
        "sign_in_afresh": lambda web: web.page(),
        "vocabulary": None,
        "username": "admin",
    }.items():
        monkeypatch.setattr(FakeWeb, name, value, raising=False)
    return world.add(HOST, product="12.2.0")


def verify(world: World, **given: t.Any) -> dict[str, t.Any]:
    params = {
        **ACCOUNTS,
        "host": HOST,
        "tls_server_name": None,
        "appliance_id": "a" * 32,
        "site_hostname": SITE,
        "expect_version": "12.2.0",
        "expect_build": "4711",
        "before": before(world) if "before" not in given else None,
        "shared_ip": None,
        "accept_differences": False,
        "serving": False,
        "wait_timeout": 30,
        **given,
    }
    return appliance_verify.run(params, False, world.connect())


def before(world: World) -> dict[str, t.Any]:
    params = {**ACCOUNTS, "host": HOST, "gather_subset": ["health", "network", "certificates"]}
    return t.cast("dict[str, t.Any]", appliance_info.run(params, False, world.connect())["appliance"])


def outcomes(result: dict[str, t.Any]) -> dict[str, str]:
    return {row["check"]: row["outcome"] for row in result["outcomes"]}


def row(result: dict[str, t.Any], check: str) -> dict[str, str]:
    return next(row for row in result["outcomes"] if row["check"] == check)


def test_a_good_appliance_passes_everything(world: World, appliance: Appliance) -> None:
    result = verify(world)
    assert result["passed"], result["text"]
    assert outcomes(result) == {
        **dict.fromkeys(("answers", "health", "appliance", "version", "build", "certificate"), "pass"),
        **dict.fromkeys(("sign_in", "api", "unchanged"), "pass"),
        "check_in": "skipped",
    }
    assert appliance.writes == []
    assert not any(appliance.sessions.values())


@pytest.mark.parametrize(
    ("given", "check", "said"),
    [
        ({"expect_version": "12.3.0"}, "version", "12.2.0, expected 12.3.0"),
        ({"expect_build": "4712"}, "build", "4711, expected 4712"),
        ({"appliance_id": "c" * 32}, "appliance", f"{'a' * 32} answers, not {'c' * 32}"),
        (
            {"site_hostname": "other.example.com"},
            "certificate",
            "it is for access.example.com, not for other.example.com",
        ),
    ],
)
def test_what_is_expected_and_not_there(
    world: World, appliance: Appliance, given: dict[str, t.Any], check: str, said: str
) -> None:
    result = verify(world, **given)
    assert not result["passed"]
    assert [name for name, outcome in outcomes(result).items() if outcome == "fail"] == [check]
    assert row(result, check)["cause"] == said
    assert row(result, check)["remedy"]


def test_an_unhealthy_appliance(world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
    state = before(world)
    healthy = FakeApi.health

    def unhealthy(api: FakeApi) -> Health:
        return dataclasses.replace(healthy(api), healthy=False, message="disk full")

    monkeypatch.setattr(FakeApi, "health", unhealthy)
    result = verify(world, before=state)
    assert row(result, "health")["cause"] == "disk full"
    assert "health.healthy was True, is False" in row(result, "unchanged")["cause"]


def test_nobody_answers(world: World, appliance: Appliance) -> None:
    state = before(world)
    appliance.unreachable = True
    result = verify(world, before=state)
    assert outcomes(result) == {"answers": "fail", "all_others": "error", "check_in": "skipped"}
    assert row(result, "answers")["remedy"]


def test_the_sign_in_fails(world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_web: FakeWeb) -> None:
        raise AuthenticationError("the account was refused", advice="Correct the password.")

    monkeypatch.setattr(FakeWeb, "sign_in_afresh", refused, raising=False)
    result = verify(world)
    assert row(result, "sign_in") | {"title": ""} == {
        "check": "sign_in",
        "title": "",
        "outcome": "fail",
        "cause": "the account was refused",
        "remedy": "Correct the password.",
    }


def test_what_changed_fails_until_it_is_accepted(world: World, appliance: Appliance) -> None:
    state = before(world)
    state["network"]["ntp_servers"] = ["clock.example.com"]
    result = verify(world, before=state)
    assert row(result, "unchanged")["outcome"] == "fail"
    assert "sra_accept_differences" in row(result, "unchanged")["remedy"]
    accepted = verify(world, before=state, accept_differences=True)
    assert accepted["passed"]
    assert "accepted" in row(accepted, "unchanged")["cause"]


def test_without_a_state_from_before_nothing_is_said_to_be_unchanged(world: World, appliance: Appliance) -> None:
    assert row(verify(world, before=None), "unchanged")["outcome"] == "skipped"
    hollow = verify(world, before={"jump_clients": {"total": 1}})
    assert row(hollow, "unchanged")["outcome"] == "error"


def test_pages_that_cannot_be_read_any_more_are_errors(
    world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = before(world)

    def gone(*_args: t.Any) -> None:
        raise lost()

    monkeypatch.setattr(appliance_verify, "read_appliance", gone)
    result = verify(world, before=state)
    assert (result["passed"], row(result, "unchanged")["outcome"]) == (False, "error")


def test_the_version_is_waited_for(world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
    state = before(world)
    appliance.product = "12.1.0"
    began = world.clock.now()
    healthy = FakeApi.health

    def late(api: FakeApi) -> Health:
        if world.clock.now() - began >= 60:
            appliance.product = "12.2.0"
        return healthy(api)

    monkeypatch.setattr(FakeApi, "health", late)
    assert row(verify(world, before=state, wait_timeout=120), "version")["outcome"] == "pass"


def test_a_negative_wait(world: World, appliance: Appliance) -> None:
    with pytest.raises(InputError):
        verify(world, before=None, wait_timeout=-1)
