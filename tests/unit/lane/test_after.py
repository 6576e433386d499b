# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs remember of a lane, how they compare before and after, and what they hand to people."""

from __future__ import annotations

import copy
import datetime
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._lane import follow_up as lane_follow_up
from ansible_collections.bseries.sra.plugins.module_utils._lane import record
from ansible_collections.bseries.sra.plugins.module_utils._lane.outcomes import all_good, table
from ansible_collections.bseries.sra.plugins.module_utils._lane.snapshot import compare
from ansible_collections.bseries.sra.plugins.module_utils._records import ServedCertificate
from ansible_collections.bseries.sra.plugins.module_utils._resources.appliance_verify import judge_certificate

IDS = {"a": "a" * 32, "b": "b" * 32}
BEFORE: dict[str, t.Any] = {
    "host": "192.0.2.11",
    "appliance_id": "a" * 32,
    "hostname": "node-a",
    "version": "12.1.0",
    "api": {"failover_role": "primary", "command_api": "v1", "permissions": {"perm_backup": True}, "product": "pra"},
    "health": {"healthy": True, "version": "12.1.0", "failover_role": "primary", "enabled_shared_ips": ["192.0.2.10"]},
    "network": {
        "addresses": [
            {"address": "192.0.2.11", "netmask": "255.255.255.0", "enabled": True},
            {"address": "192.0.2.10", "netmask": "255.255.255.0", "enabled": True},
        ],
        "ntp_servers": ["clock.example.com"],
        "facts": {"Gateway": "192.0.2.1"},
    },
    "certificates": {
        "stored": [{"issued_to": "access.example.com", "has_private_key": True}],
        "served": {"sha256": "1"},
    },
    "failover": {"configured": True, "role": "primary"},
    "jump_clients": {"total": 12},
    "updates": None,
}


def after(**changes: t.Any) -> dict[str, t.Any]:
    """The appliance after a good update; ``changes`` by path with ``__`` between the parts."""
    data = copy.deepcopy(BEFORE)
    data["version"] = data["health"]["version"] = "12.2.0"
    data["failover"] = {"configured": False, "role": "none"}
    data["health"].update(failover_role="none", enabled_shared_ips=[])
    data["api"].update(failover_role="none", command_api="v2", permissions={"perm_backup": True, "perm_new": False})
    data["jump_clients"] = {"total": 9}
    for path, value in changes.items():
        *way, last = path.split("__")
        place: t.Any = data
        for part in way:
            place = place[int(part) if part.isdigit() else part]
        place[int(last) if last.isdigit() else last] = value
    return data


def test_an_update_may_change_what_it_is_there_for() -> None:
    found = compare(BEFORE, after(), shared_ip=None)
    assert (found.differences, found.unread) == ((), ())
    assert found.compared > 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hostname": "other"}, "hostname was node-a, is other"),
        ({"api__permissions": {"perm_backup": False}}, "api.permissions.perm_backup was True, is False"),
        ({"health__healthy": False}, "health.healthy was True, is False"),
        ({"network__ntp_servers": []}, "network.ntp_servers was clock.example.com, is none"),
        (
            {"network__addresses__0__netmask": "255.0.0.0"},
            "network.addresses.192_0_2_11.netmask was 255.255.255.0, is 255.0.0.0",
        ),
        ({"certificates__served": {"sha256": "2"}}, "certificates.served.sha256 was 1, is 2"),
        (
            {"certificates__stored": []},
            "certificates.stored.access_example_com.has_private_key was True, is (not there)",
        ),
    ],
)
def test_everything_else_has_to_be_as_it_was(change: dict[str, t.Any], said: str) -> None:
    assert said in [str(one) for one in compare(BEFORE, after(**change)).differences]


def test_a_swing_moves_the_shared_ip_and_nothing_else() -> None:
    swung = after(network__addresses__1__enabled=False)
    assert compare(BEFORE, swung, shared_ip="192.0.2.10").differences == ()
    assert [one.path for one in compare(BEFORE, swung).differences] == ["network.addresses.192_0_2_10.enabled"]


def test_a_section_that_cannot_be_read_any_more_is_named() -> None:
    assert compare(BEFORE, after(network=None)).unread == ("network",)


def test_a_verification_that_looked_at_nothing_has_not_passed() -> None:
    skipped = {"check": "own", "title": "Own", "outcome": "skipped", "cause": "none", "remedy": "look"}
    passed = {**skipped, "outcome": "pass"}
    assert not all_good([])
    assert not all_good([skipped])
    assert all_good([skipped, passed])
    for bad in ("fail", "error"):
        assert not all_good([passed, {**skipped, "outcome": bad}])
    assert table([passed, {**skipped, "outcome": "fail"}]).splitlines() == [
        "pass     Own: none",
        "FAIL     Own: none",
        "         -> look",
    ]


@pytest.mark.parametrize(
    ("names", "first", "last", "outcome"),
    [
        (("access.example.com",), 2026, 2028, "pass"),
        (("*.example.com",), 2026, 2028, "pass"),
        (("*.com",), 2026, 2028, "fail"),
        (("node-a.example.com",), 2026, 2028, "fail"),
        (("access.example.com",), 2024, 2025, "fail"),
        (("access.example.com",), 2028, 2029, "fail"),
    ],
)
def test_a_certificate_is_judged_as_clients_do(names: tuple[str, ...], first: int, last: int, outcome: str) -> None:
    start, end = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (first, last))
    served = ServedCertificate("CN=x", "CN=ca", names, start, end, "0" * 64)
    now = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
    assert judge_certificate(served, "access.example.com", now, "Certificate").outcome == outcome


def step(name: str, letter: str, seconds: float, ended: str = "2026-03-07T22:00:00Z") -> dict[str, t.Any]:
    return {"id": name, "letter": letter, "seconds": seconds, "ended": ended}


def package(kind: str, seconds: float, letter: str = "b", name: str | None = None) -> dict[str, t.Any]:
    return {"letter": letter, "kind": kind, "name": name or kind, "seconds": seconds}


def test_the_record_is_private_and_survives_a_new_run(tmp_path: pathlib.Path) -> None:
    path = record.record_path(str(tmp_path / "backups"), "ber lin/1")
    assert path.name == "ber-lin-1.upgrades.json"
    data = record.read_record(path)
    upgrade = record.upgrade_of(data, "12.2.0", IDS)
    record.note_before(upgrade, {"a": {"version": "12.1.0"}, "b": None})
    record.note_step(upgrade, step("update_b", "b", 60), [package("base", 20), package("product", 40)])
    record.write_record(path, data)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = record.upgrade_of(record.read_record(path), "12.2.0", IDS)
    assert again["before"] == {"a": {"version": "12.1.0"}}
    assert record.measured(again) == {"b": {"base": 20.0, "product": 40.0}}
    assert record.upgrade_of(record.read_record(path), "12.2.0", {"a": "c" * 32})["steps"] == []
    path.write_text("{")
    assert record.read_record(path)["upgrades"] == []


def test_the_first_device_teaches_the_second_and_the_next_upgrade() -> None:
    data: dict[str, t.Any] = {"format": record.FORMAT, "upgrades": []}
    upgrade = record.upgrade_of(data, "12.2.0", IDS)
    record.note_step(upgrade, step("sync", "a", 10), [])
    record.note_step(
        upgrade, step("update_b", "b", 70), [package("product", 30), package("product", 40, name="second")]
    )
    record.note_step(upgrade, step("update_b", "b", 71), [package("product", 35)])
    record.note_step(upgrade, step("update_a", "a", 50), [package("product", 50, "a")])
    assert record.measured(upgrade) == {"a": {"sync": 10.0, "product": 50.0}, "b": {"product": 40.0}}
    assert record.learnt(data, upgrade) == {}
    later = record.upgrade_of(data, "12.3.0", IDS)
    assert record.learnt(data, later) == {"sync": 10.0, "product": 50.0}
    record.note_step(upgrade, step("swing", "b", 2, "2026-03-07T23:30:00Z"), [])
    assert record.production_since(upgrade, "asynchronous") == "2026-03-07T23:30:00Z"
    assert record.production_since(upgrade, "synchronous") == "2026-03-07T22:00:00Z"
    assert record.production_since(later, "synchronous") is None


LANE = {"a": "node-a", "b": "node-b", "label": "one", "settings": {"site_hostname": "access.example.com"}}
STATE = {"a": {"appliance_id": "A" * 32}, "b": {"appliance_id": "b" * 32}, "site": {"appliance_id": "b" * 32}}


def todo(run: dict[str, t.Any], procedure: str = "asynchronous", **plan: t.Any) -> str:
    return "\n".join(lane_follow_up.follow_up(LANE, run, STATE, {"target_version": "12.2.0", **plan}, procedure))


def test_people_get_their_list_with_names() -> None:
    clients = {
        "missing": ["ws-1"],
        "passive": [f"lap-{number}" for number in range(14)],
        "outcome": {"outcome": "pass"},
    }
    run = {"installed": [{"kind": "product"}], "steps": [{"id": "swing"}], "clients": clients}
    said = todo(run, ends_waiting_for="confirmation")
    for words in (
        "access.example.com",
        "12.2.0",
        "node-b, which serves production (ASYNC-8)",
        "ws-1",
        "lap-0",
        "and 2 more",
        "MSI",
        "sra_confirmed=true",
    ):
        assert words in said
    assert "ASYNC-8" not in todo(run, "synchronous")


def test_base_updates_need_nothing_of_people() -> None:
    assert todo({"installed": [{"kind": "base"}], "steps": []}) == ""


def test_before_is_what_was_there_when_nothing_was_installed_yet() -> None:
    old, new = {"version": "12.1.0", "base_version": "3.2.4"}, {"version": "12.1.0", "base_version": "3.3.2"}
    remembered = {"before": {"a": {**old, "hostname": "x"}, "b": old}}
    assert record.before_of(remembered, {"a": old, "b": old}, begun=False) == {}
    assert record.before_of(remembered, {"a": old, "b": old}, begun=True) == remembered["before"]
    assert record.before_of(remembered, {"a": new, "b": old}, begun=False) == remembered["before"]
    assert record.before_of({}, {"a": old}, begun=True) == {}
