# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import typing as t

import pytest
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import UTC, Appliance, World

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._records import Failover
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_info
from ansible_collections.bseries.sra.plugins.module_utils._resources._appliance_time import Reading, choose

NOTHING: dict[str, None] = dict.fromkeys(ACCOUNTS)


def read(world: World, *subsets: str, **options: t.Any) -> dict[str, t.Any]:
    params = {**ACCOUNTS, "host": "a.example.com", "gather_subset": list(subsets) or ["all"], **options}
    result = appliance_info.run(params, False, world.connect())
    assert result["changed"] is False
    return t.cast(dict[str, t.Any], result["appliance"])


@pytest.fixture
def appliance(world: World) -> Appliance:
    return world.add(
        "a.example.com",
        addresses={"192.0.2.11": True, "192.0.2.10": True},
        failover=Failover(True, "primary", "b.example.com"),
    )


def test_everything_with_one_sign_in_for_each_interface(world: World, appliance: Appliance) -> None:
    seen = read(world)

    assert appliance.sign_ins == {"appliance": 1, "login": 1}
    assert appliance.sessions == {"appliance": False, "login": False}
    assert appliance.writes == []
    assert (seen["version"], seen["build"], seen["base_version"]) == ("12.1.0", "4711", "3.2.4")
    assert (seen["host"], seen["port"], seen["appliance_id"]) == ("a.example.com", 443, "a" * 32)
    assert seen["failover_role"] == "primary"
    assert seen["api"]["command_api"] == "v2"
    assert seen["updates"]["listed"] is True
    assert seen["network"]["addresses"][1]["address"] == "192.0.2.10"
    assert seen["certificates"]["served"]["names"] == ["access.example.com"]
    assert seen["time"]["ntp_servers"] == ["ntp.example.com"]


def test_counts_of_this_appliance_only(world: World, appliance: Appliance) -> None:
    clients = read(world)["clients"]

    assert (clients["access_consoles"], clients["asset_clients"], clients["gateways"]) == (2, 3, 1)
    assert clients["users"][0]["display_name"] == "Ada"


def test_jump_clients_are_counted_by_what_is_waited_for(world: World, appliance: Appliance) -> None:
    counts = read(world, "jump_clients")["jump_clients"]

    assert counts == {
        "total": 3,
        "online": 2,
        "pending": 2,
        "lost": 0,
        "active": 2,
        "passive": 1,
        "uninstalled": 1,
        "active_online": 2,
        "active_pending": 1,
        "active_ready": 1,
        "passive_pending": 1,
        "active_not_ready": ["waiting"],
        "passive_not_ready": ["asleep"],
        "jumpoints_total": 2,
        "jumpoints_connected": 1,
    }


def test_health_needs_no_sign_in(world: World, appliance: Appliance) -> None:
    seen = read(world, "health", appliance_username=None, appliance_password=None)

    assert appliance.sign_ins == {"appliance": 0, "login": 0}
    assert seen["basics"] is seen["updates"] is seen["failover"] is seen["network"] is None
    assert seen["enabled_shared_ips"] == ["192.0.2.11", "192.0.2.10"]


def test_names_can_be_left_out(world: World, appliance: Appliance) -> None:
    seen = read(world, "all", "!failover", "!updates", login_username=None, login_password=None)

    assert seen["failover"] is seen["updates"] is None
    assert seen["failover_role"] == "primary"
    assert appliance.sign_ins["login"] == 0


@pytest.mark.parametrize("without", ["api", "page"])
def test_skew_by_either_clock(world: World, appliance: Appliance, without: str) -> None:
    appliance.skew = -600.0
    left_out = ("client_id", "client_secret") if without == "api" else ("appliance_username", "appliance_password")

    time = read(world, "time", **dict.fromkeys(left_out))["time"]

    assert time["skew_seconds"] == pytest.approx(-600, abs=2)
    assert time["source"] == ("page" if without == "api" else "api")


@pytest.mark.parametrize(
    ("api", "page", "source"),
    [(1, 3600, "api"), (1, -19800, "api"), (1, 400, "page"), (400, 399, "api"), (2, 2, "api"), (0, 5000, "page")],
)
def test_zone_of_a_page_is_not_taken_for_skew(api: float, page: float, source: str) -> None:
    now = datetime.datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    readings = [
        Reading(now + datetime.timedelta(seconds=page), now, "page"),
        Reading(now + datetime.timedelta(seconds=api), now, "api"),
    ]

    chosen = choose(readings)

    assert chosen is not None
    assert chosen.source == source


@pytest.mark.parametrize(
    ("subsets", "missing"),
    [
        (["updates"], "appliance_username"),
        (["failover"], "login_username"),
        (["jump_clients"], "client_id"),
        (["time"], "appliance_username"),
        (["all"], "appliance_username"),
    ],
)
def test_missing_account_is_named_before_anything_is_contacted(
    world: World, appliance: Appliance, subsets: list[str], missing: str
) -> None:
    with pytest.raises(InputError, match=missing):
        read(world, *subsets, **{**NOTHING, "port": 443})


def test_unknown_subset(world: World, appliance: Appliance) -> None:
    with pytest.raises(InputError, match="heath"):
        read(world, "heath")
