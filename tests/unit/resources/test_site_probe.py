# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from unit.resources.fakes import FakeClock, World

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._records import ServedCertificate, SiteAnswer
from ansible_collections.bseries.sra.plugins.module_utils._resources import site_probe

NOBODY = SiteAnswer("access.example.com", "192.0.2.10", 443, False, error="connection refused")
OLD = SiteAnswer("access.example.com", "192.0.2.10", 443, True, "a" * 32, "12.1.0")
NEW = dataclasses.replace(OLD, appliance_id="b" * 32, version="12.2.0")
OPTIONS: dict[str, t.Any] = {
    "host": "a.example.com",
    "port": 443,
    "hostname": "access.example.com",
    "address": None,
    "expect_appliance_id": None,
    "expect_version": None,
    "expect_certificate": None,
    "wait_timeout": 0,
    "client_id": "id",
    "client_secret": "api-secret",
}


@pytest.fixture
def probe(world: World, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the probe against a row of answers; the last one is repeated. Keeps the arguments in ``probe.asked``."""

    def run(answers: list[SiteAnswer], **options: t.Any) -> dict[str, t.Any]:
        left = list(answers)

        def answer(*asked: t.Any, **_more: t.Any) -> SiteAnswer:
            run.asked.append(asked)  # type: ignore[attr-defined]
            return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr(site_probe, "probe_site", answer)
        return site_probe.run({**OPTIONS, **options}, True, world.connect(), FakeClock())

    run.asked = []  # type: ignore[attr-defined]
    return run


def test_nobody_is_a_result(probe: t.Any) -> None:
    result = probe([NOBODY, OLD])

    assert result["site"]["answering"] is False
    assert result["site"]["error"] == "connection refused"
    assert len(probe.asked) == 1


def test_the_sites_name_is_asked_for_not_the_nodes(probe: t.Any) -> None:
    probe([OLD], address="192.0.2.10", timeout=5.0, validate_certs=True)

    assert probe.asked == [("access.example.com", 443, "192.0.2.10", None, True, 5.0, "id", "api-secret")]


def test_waits_until_the_expected_one_answers(probe: t.Any) -> None:
    result = probe([OLD, NOBODY, NEW], expect_appliance_id="B" * 32, expect_version="12.2", wait_timeout=30)

    assert result["site"]["version"] == "12.2.0"
    assert len(probe.asked) == 3


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({"expect_appliance_id": "b" * 32}, f"appliance id {'a' * 32} answers"),
        ({"expect_version": "12.2.0"}, "version 12.1.0 answers"),
    ],
)
def test_another_one_fails_with_what_answered(
    probe: t.Any, failure: t.Any, options: dict[str, t.Any], seen: str
) -> None:
    error, result = failure(lambda: probe([OLD], wait_timeout=10, **options))

    assert error.seen == seen
    assert result["site"]["version"] == "12.1.0"


def test_the_certificate_counts_too_and_needs_no_account(probe: t.Any, failure: t.Any) -> None:
    now = datetime.datetime.now(datetime.UTC)
    served = ServedCertificate("CN=access", "CN=ca", ("access.example.com",), now, now, "ab" * 32)
    answer = dataclasses.replace(OLD, certificate=served)
    account = {"client_id": None, "client_secret": None}

    assert probe([answer], expect_certificate=":".join(["AB"] * 32), **account)["site"]["answering"]
    error, _result = failure(lambda: probe([answer], expect_certificate="cd" * 32, **account))
    assert error.seen == f"the certificate {'ab' * 32} is served"


@pytest.mark.parametrize(
    "options",
    [
        {"address": "https://access.example.com/"},
        {"expect_certificate": "ab:cd"},
        {"wait_timeout": -1},
        {"expect_version": "1.0", "client_id": None, "client_secret": None},
        {"client_secret": None},
        {"hostname": None, "host": None},
    ],
)
def test_bad_input_is_refused_before_anything_is_contacted(probe: t.Any, options: dict[str, t.Any]) -> None:
    with pytest.raises(InputError):
        probe([OLD], **options)
    assert probe.asked == []
