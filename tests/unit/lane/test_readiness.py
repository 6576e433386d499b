# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readiness checks: what is seen, and what is to be done about it."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane.readiness import Check, checks_text, readiness

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


def appliance(**changes: t.Any) -> dict[str, t.Any]:
    return {
        "version": "12.1.0",
        "build": "1",
        "base_version": "3.2.4",
        "api": {
            "command_api": "v2",
            "permissions": {"perm_command": "full_access", "perm_backup": True, "perm_configuration": True},
        },
        "health": {"healthy": True},
        "time": {"skew_seconds": 2.0, "ntp_servers": ["clock.example.com"]},
        "certificates": {"stored": [], "served": {"sha256": "aa" * 32, "not_after": "2027-01-01T00:00:00Z"}},
        "clients": {"users": []},
        **changes,
    }


def outcome(name: str, *devices: dict[str, t.Any], **more: t.Any) -> list[Check]:
    a, b = devices[0], devices[1] if len(devices) > 1 else None
    checks = readiness(
        a, b, {"a": "node-a", "b": "node-b"}, **{"problems": [], "questions": [], "warnings": [], **more}, now=NOW
    )
    return [check for check in checks if check.check == name]


def test_a_healthy_pair_passes_everything() -> None:
    checks = readiness(appliance(), appliance(), {"a": "node-a", "b": "node-b"}, [], [], [], now=NOW)
    assert {check.outcome for check in checks} == {"pass"}


def test_a_wrong_clock_blocks_and_names_the_ntp_setting() -> None:
    (check,) = outcome("clock", appliance(time={"skew_seconds": -301.0, "ntp_servers": []}))
    assert check.outcome == "fail"
    assert "301 seconds behind" in check.cause
    assert "NTP" in check.remedy


def test_an_unread_clock_is_not_taken_for_a_right_one() -> None:
    (check,) = outcome("clock", appliance(time=None))
    assert check.outcome == "warn"


def test_a_missing_permission_is_named_with_where_to_grant_it() -> None:
    api = {
        "command_api": "v2",
        "permissions": {"perm_command": "deny", "perm_backup": False, "perm_configuration": False},
    }
    checks = outcome("api", appliance(api=api))
    assert [(check.outcome, check.cause.split()[1]) for check in checks] == [
        ("fail", "perm_command"),
        ("fail", "perm_backup"),
        ("warn", "perm_configuration"),
    ]
    assert all("API Configuration" in check.remedy for check in checks)


def api_checks(permissions: dict[str, t.Any], full_access: t.Sequence[str] = ()) -> list[tuple[str, str]]:
    device = appliance(api={"command_api": "v2", "permissions": permissions})
    checks = readiness(device, None, {"a": "node-a"}, [], [], [], now=NOW, full_access=full_access)
    return [(check.outcome, check.cause) for check in checks if check.check == "api"]


def test_full_access_is_asked_for_only_where_something_is_changed_by_the_api() -> None:
    permissions = {"perm_command": "read_only", "perm_backup": True, "perm_configuration": True}
    assert [outcome for outcome, _cause in api_checks(permissions)] == ["pass"]
    ((outcome_, cause),) = api_checks(permissions, ["a"])
    assert outcome_ == "fail"
    assert "full access" in cause
    assert [outcome for outcome, _cause in api_checks(permissions | {"perm_command": "full_access"}, ["a"])] == ["pass"]


def test_permissions_that_the_appliance_does_not_tell_of_are_named() -> None:
    ((outcome_, cause),) = api_checks({"perm_command": "read_only", "perm_backup": True})
    assert outcome_ == "warn"
    assert "perm_configuration" in cause
    assert [outcome for outcome, _cause in api_checks({"perm_backup": False})] == ["fail", "warn"]


def test_an_unhealthy_or_unread_appliance_blocks() -> None:
    assert outcome("health", appliance(health={"healthy": False, "message": "disk"}))[0].outcome == "fail"
    assert outcome("health", appliance(health=None))[0].outcome == "error"


def test_certificates_that_end_soon_or_differ_are_warned_of() -> None:
    soon = appliance(certificates={"served": {"sha256": "bb" * 32, "not_after": "2026-03-11T00:00:00Z"}})
    assert outcome("certificate", soon)[0].outcome == "warn"
    assert outcome("same_certificate", appliance(), soon)[0].outcome == "warn"


def test_people_who_would_be_thrown_out_are_named() -> None:
    users = [
        {"id": 1, "display_name": "Ada", "session_count": 2},
        {"id": 2, "display_name": "Grace", "session_count": None},
    ]
    (check,) = outcome("people", appliance(clients={"users": users}))
    assert check.outcome == "warn"
    assert "2 logged in, 2 sessions: Ada, Grace" in check.cause
    seen = appliance(clients={"users": users})
    assert "people" not in {
        one.check for one in readiness(seen, None, {"a": "node-a"}, [], [], [], now=NOW, installing=False)
    }


def test_what_the_planner_found_blocks_and_is_shown() -> None:
    problems = [{"message": "versions differ", "advice": "look"}]
    questions = [{"message": "which?", "advice": "this or that"}]
    checks = readiness(appliance(), None, {"a": "node-a"}, problems, questions, ["careful"], now=NOW)
    assert [check.outcome for check in checks[-3:]] == ["fail", "fail", "warn"]
    assert "FAIL  State of the pair: versions differ" in checks_text(checks)


def test_clocks_on_either_side_of_the_controllers_are_compared_with_each_other() -> None:
    checks = outcome("clock", appliance(time={"skew_seconds": 200.0}), appliance(time={"skew_seconds": -200.0}))
    assert [check.outcome for check in checks] == ["pass", "pass", "fail"]
    assert "400 seconds apart" in checks[-1].cause
    assert "node-a is ahead" in checks[-1].cause


def test_an_appliance_without_ntp_is_named() -> None:
    checks = outcome("clock", appliance(network={"ntp_servers": []}, time={"skew_seconds": 0.0, "ntp_servers": []}))
    assert [check.outcome for check in checks] == ["pass", "warn"]
    assert "no NTP server" in checks[1].cause


def stored(**changes: t.Any) -> dict[str, t.Any]:
    row = {
        "issued_to": "access.example.com",
        "valid_until": "2027-01-01T00:00:00Z",
        "has_private_key": True,
        "addresses": ["192.0.2.11"],
        "warnings": [],
        **changes,
    }
    return {"stored": [row], "served": {"sha256": "aa" * 32, "not_after": "2027-01-01T00:00:00Z"}}


def test_an_expired_certificate_blocks() -> None:
    (check,) = outcome("certificate", appliance(certificates={"served": {"not_after": "2026-02-01T00:00:00Z"}}))
    assert check.outcome == "fail"
    assert "Jump Clients" in check.remedy


def test_stored_certificates_that_differ_or_have_warnings_are_warned_of() -> None:
    alike = appliance(certificates=stored()), appliance(certificates=stored(addresses=["192.0.2.12"]))
    assert outcome("same_stored", *alike) == []
    (differs,) = outcome(
        "same_stored", appliance(certificates=stored()), appliance(certificates=stored(issued_to="old.example.com"))
    )
    assert differs.outcome == "warn"
    assert "old.example.com" in differs.cause
    (warned,) = outcome("stored_certificate", appliance(certificates=stored(warnings=["The chain is incomplete"])))
    assert "The chain is incomplete" in warned.cause
    (keyless,) = outcome("stored_certificate", appliance(certificates=stored(has_private_key=False)))
    assert "private key" in keyless.cause


def test_a_missing_permission_to_back_up_only_warns_where_the_page_can_be_used() -> None:
    api = {
        "command_api": "v2",
        "permissions": {"perm_command": "read_only", "perm_backup": False, "perm_configuration": True},
    }
    assert [check.outcome for check in outcome("api", appliance(api=api))] == ["fail"]
    (check,) = outcome("api", appliance(api=api, languages={"login": "en"}))
    assert check.outcome == "warn"
    assert "Software Management" in check.cause
