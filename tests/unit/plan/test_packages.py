# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages are installed, and in which order."""

from __future__ import annotations

from ansible_collections.bseries.sra.plugins.module_utils._plan.packages import can_start, plan_packages
from ansible_collections.bseries.sra.plugins.module_utils._records import Package


def base(version: str, installable: bool = True) -> Package:
    return Package(f"Base Software {version}", "base", version, installable)


def product(version: str, installable: bool = True) -> Package:
    return Package(f"Bomgar-{version}", "product", version, installable)


def other(name: str, installable: bool = True) -> Package:
    return Package(name, "other", None, installable)


def names(packages: list[Package]) -> list[str]:
    return [package.name for package in packages]


def test_base_ascending_as_numbers_then_product() -> None:
    offered = [product("12.2.0", False), base("3.10.0", False), base("3.9.0")]
    for target in ("latest", "12.2"):
        assert names(plan_packages(offered, "12.1.0", target)) == [
            "Base Software 3.9.0",
            "Base Software 3.10.0",
            "Bomgar-12.2.0",
        ]


def test_only_the_target_product() -> None:
    offered = [product("12.3.0"), product("12.10.0"), product("12.1.0"), base("3.3.2")]
    assert names(plan_packages(offered, "12.2.0", "latest")) == ["Base Software 3.3.2", "Bomgar-12.10.0"]
    assert names(plan_packages(offered, "12.2.0", "12.3.0")) == ["Base Software 3.3.2", "Bomgar-12.3.0"]


def test_a_given_version_that_is_reached_needs_nothing() -> None:
    assert plan_packages([base("3.4.0"), product("12.3.0"), other("Patch")], "12.2.0", "12.2.0") == []


def test_latest_takes_what_is_left() -> None:
    assert names(plan_packages([base("3.4.0"), other("Patch")], "12.2.0", "latest")) == ["Base Software 3.4.0", "Patch"]
    assert plan_packages([product("12.2.0"), product("12.1.0")], "12.2.0", "latest") == []


def test_an_installed_base_is_not_installed_again() -> None:
    offered = [base("3.3.2"), base("3.2.0"), product("12.2.0")]
    assert names(plan_packages(offered, "12.1.0", "latest", installed_base="3.3.2")) == ["Bomgar-12.2.0"]


def test_base_that_waits_for_the_product() -> None:
    offered = [base("4.0.0", False), product("12.2.0")]
    assert names(plan_packages(offered, "12.1.0", "latest")) == ["Bomgar-12.2.0", "Base Software 4.0.0"]
    assert names(plan_packages(offered, "12.1.0", "12.2.0")) == ["Bomgar-12.2.0"]


def test_a_product_in_between_where_it_is_the_only_way() -> None:
    offered = [product("12.3.0", False), product("12.2.0"), product("12.1.5")]
    assert names(plan_packages(offered, "12.1.0", "latest")) == ["Bomgar-12.2.0", "Bomgar-12.3.0"]


def test_blocked_alone_is_no_start() -> None:
    assert not can_start(plan_packages([product("12.2.0", False)], "12.1.0", "latest"))
    assert plan_packages([other("Add-on", False)], "12.2.0", "latest") == []


def test_kinds() -> None:
    offered = [base("3.3.2"), product("12.2.0", False), other("Patch")]
    assert names(plan_packages(offered, "12.1.0", "latest", kind="base")) == ["Base Software 3.3.2"]
    assert names(plan_packages(offered, "12.1.0", "latest", kind="product")) == ["Bomgar-12.2.0", "Patch"]
