# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory of a lane must hold, and how it is told to people."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.bseries.sra.plugins.module_utils._lane.hooks import SHIPPED
from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import ACCOUNTS, DEFAULTS, Lane, describe_lane

ROOT = pathlib.Path(__file__).resolve().parents[3]
ACCOUNT_VALUES = {f"sra_{name}": f"value-of-{name}" for name in ACCOUNTS}


def hostvars(**changes: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    hosts = {
        "node-a": {**ACCOUNT_VALUES, "sra_host": "192.0.2.11", "sra_pair": "one"},
        "node-b": {**ACCOUNT_VALUES, "sra_host": "192.0.2.12", "sra_pair": "one"},
    }
    for name, change in changes.items():
        hosts.setdefault(name.replace("_", "-"), {**ACCOUNT_VALUES}).update(change)
    return hosts


def settings(tmp_path: pathlib.Path, **changes: t.Any) -> dict[str, t.Any]:
    return {
        "sra_swing_method": "shared_ip",
        "sra_shared_ip": "192.0.2.10",
        "sra_site_hostname": "access.example.com",
        "sra_accept_license": True,
        "sra_certificate_passphrase": "a passphrase for the key",
        "sra_backup_dir": str(tmp_path / "backups"),
        **{f"sra_{name}": value for name, value in changes.items()},
    }


def lane_of(
    variables: dict[str, t.Any],
    hosts: dict[str, dict[str, t.Any]] | None = None,
    groups: dict[str, list[str]] | None = None,
    procedure: str = "asynchronous",
    upgrading: bool = True,
) -> Lane:
    groups = groups or {"device_a": ["node-a"], "device_b": ["node-b"]}
    return describe_lane("node-a", variables, hosts or hostvars(), groups, procedure, upgrading=upgrading)


def test_a_complete_inventory_has_no_problems(tmp_path: pathlib.Path) -> None:
    lane = lane_of(settings(tmp_path))
    assert lane.problems == ()
    assert (lane.a, lane.b, lane.label) == ("node-a", "node-b", "one")
    assert lane.settings["site_address"] == "192.0.2.10"
    assert lane.settings["site_port"] == 443
    assert not (tmp_path / "backups").exists(), "looking must not create the folder"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target_version": "new"}, "sra_target_version is 'new'"),
        ({"update_method": "magic"}, "sra_update_method is 'magic'"),
        ({"swing_method": "rope"}, "sra_swing_method is 'rope'"),
        ({"hooks": ["/x.yml"]}, "sra_hooks is no dictionary"),
        ({"hooks": {"before_lunch": "/x.yml"}}, "sra_hooks names the event 'before_lunch'. Known: before_window"),
        ({"hooks": {"failure": ["/no/such.yml"]}}, "sra_hooks.failure names /no/such.yml, which is no file"),
        ({"probe_interval": "often"}, "sra_probe_interval is no number of seconds"),
        ({"probe_interval": 0}, "sra_probe_interval is no number of seconds"),
        ({"plan_file": "/no/such/folder/plan.json"}, "there is no folder /no/such/folder"),
        ({"plan_file": "/"}, "sra_plan_file names /, which is a folder"),
        ({"report_dir": "/dev/null/reports"}, "sra_report_dir is /dev/null/reports, but /dev/null is not a folder"),
        ({"swing_method": None}, "sra_swing_method is not set"),
        ({"shared_ip": None}, "sra_shared_ip is not set"),
        ({"shared_ip": "300.1.1.1"}, "sra_shared_ip is '300.1.1.1'"),
        ({"accept_license": False}, "sra_accept_license is not true"),
        ({"accept_license": "perhaps"}, "'perhaps' is neither true nor false"),
        ({"site_hostname": None}, "sra_site_hostname is not set"),
        ({"site_port": "https"}, "sra_site_port"),
        ({"swing_method": "nat"}, "sra_swing_tasks is not set"),
        ({"swing_method": "nat", "swing_tasks": "/no/such.yml"}, "sra_swing_tasks names /no/such.yml"),
        ({"verify_tasks": "/no/such.yml"}, "sra_verify_tasks names /no/such.yml"),
        ({"backup_dir": "/dev/null/backups"}, "sra_backup_dir is /dev/null/backups"),
        ({"backup_dir": "/proc/backups"}, "sra_backup_dir is /proc/backups"),
        ({"install_timeout": 0}, "sra_install_timeout"),
        ({"install_timeout": "long"}, "sra_install_timeout"),
        ({"jump_client_limit": 0}, "sra_jump_client_limit"),
        ({"jump_client_limit": 501}, "sra_jump_client_limit is 501"),
        ({"jump_client_threshold": 101}, "sra_jump_client_threshold is 101"),
        ({"logout_users": "perhaps"}, "sra_logout_users"),
        ({"logout_users": True, "logout_announce": "/no/such.yml"}, "sra_logout_announce names /no/such.yml"),
        ({"logout_announce": __file__}, "sra_logout_users is not true"),
        ({"windows": "tonight"}, "sra_windows is no list"),
        ({"windows": [{"start": "22:00", "end": "23:00"}]}, "sra_windows: The start of window 1"),
        ({"windows": [{"start": "2026-03-07T22:00:00Z", "end": "2026-03-07T21:00:00Z"}]}, "sra_windows: Window 1 ends"),
        ({"soak_min": 20, "soak_max": 10}, "sra_soak_min (20 s) is longer than sra_soak_max"),
        ({"trial_restore": "node-b"}, "a device of this pair"),
        ({"trial_restore": True}, "no host of the inventory"),
        ({"trial_restore": "spare"}, "no host of the inventory"),
        ({"install_failure_solved": True}, "sra_install_failure_solved is True"),
        ({"install_failure_solved": "3.3.2"}, "Give the inventory name of the device"),
        ({"install_failure_solved": "node-c: 3.3.2"}, "Give the inventory name of the device"),
        ({"install_failure_solved": "node-b: yes"}, "sra_install_failure_solved: An install that failed is named by"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: pathlib.Path, change: dict[str, t.Any], said: str) -> None:
    lane = lane_of(settings(tmp_path, **change))
    assert [problem for problem in lane.problems if said in problem], lane.problems


@pytest.mark.parametrize(
    ("spare", "said"),
    [
        ({"sra_host": "192.0.2.30"}, "sra_appliance_id is not set"),
        ({"sra_host": "192.0.2.11", "sra_appliance_id": "c" * 32}, "has the address of a device"),
        ({"sra_host": "192.0.2.30", "sra_appliance_id": "c" * 32}, None),
    ],
)
def test_the_appliance_of_a_trial_restore_is_named_deliberately(
    tmp_path: pathlib.Path, spare: dict[str, str], said: str | None
) -> None:
    lane = lane_of(settings(tmp_path, trial_restore="spare"), hostvars(spare=spare))
    assert [said in problem for problem in lane.problems if said] == ([True] if said else [])
    assert bool(lane.problems) == (said is not None)


def test_a_solved_failure_belongs_to_one_device_of_one_lane(tmp_path: pathlib.Path) -> None:
    groups = {"device_a": ["node-a", "other-a"], "device_b": ["node-b", "other-b"]}
    others = hostvars(other_a={"sra_pair": "two"}, other_b={"sra_pair": "two", "sra_host": "192.0.2.22"})
    for given, expected in (("node-b: 3.3.2", {"b": "3.3.2"}), ("other-b: 3.3.2", {}), (None, {})):
        lane = lane_of(settings(tmp_path, install_failure_solved=given), others, groups)
        assert lane.problems == ()
        assert lane.settings["install_failure_solved"] == expected


def dns_settings(tmp_path: pathlib.Path, **changes: t.Any) -> dict[str, t.Any]:
    dns = {
        "dns_server": "ns1.example.com",
        "dns_zone": "example.com",
        "dns_key_name": "k",
        "dns_key_secret": "c2VjcmV0",
    }
    return settings(tmp_path, swing_method="dns", shared_ip=None, **{**dns, **changes})


def test_the_dns_method_takes_record_and_addresses_from_site_and_hosts(tmp_path: pathlib.Path) -> None:
    lane = lane_of(
        dns_settings(tmp_path), hostvars(node_b={"sra_host": "b.example.com", "sra_dns_address": "192.0.2.22"})
    )
    assert lane.problems == ()
    assert lane.settings["dns_record"] == "access.example.com"
    assert lane.dns_addresses == {"a": "192.0.2.11", "b": "192.0.2.22"}
    assert "c2VjcmV0" not in repr(lane)


@pytest.mark.parametrize(
    ("change", "node_b", "said"),
    [
        ({"dns_server": None}, {}, "sra_dns_server is not set"),
        ({"dns_zone": None}, {}, "sra_dns_zone is not set"),
        ({"dns_key_name": None}, {}, "belong together"),
        ({"dns_key_secret": None}, {}, "belong together"),
        ({"dns_key_algorithm": "md5"}, {}, "sra_dns_key_algorithm is 'md5'"),
        ({"dns_resolvers": ["one two"]}, {}, "is no name server"),
        ({"dns_record": "access.example.org."}, {}, "not in the zone"),
        ({"dns_port": "domain"}, {}, "sra_dns_port"),
        ({"dns_ttl": -1}, {}, "sra_dns_ttl"),
        ({}, {"sra_host": "b.example.com"}, "node-b: sra_dns_address is not set"),
        ({}, {"sra_dns_address": "2001:db8::1"}, "one type"),
        ({}, {"sra_dns_address": "192.0.2.11"}, "for both devices"),
    ],
)
def test_a_wrong_dns_setting_is_named(
    tmp_path: pathlib.Path, change: dict[str, t.Any], node_b: dict[str, t.Any], said: str
) -> None:
    lane = lane_of(dns_settings(tmp_path, **change), hostvars(node_b=node_b))
    assert [problem for problem in lane.problems if said in problem], lane.problems


def test_the_shipped_tasks_file_is_named_by_its_collection(tmp_path: pathlib.Path) -> None:
    lane = lane_of(settings(tmp_path, swing_method="nat", swing_tasks="bseries.sra.swing_nftables"))
    assert lane.problems == ()
    assert pathlib.Path(lane.settings["swing_tasks"]).is_absolute()


@pytest.mark.parametrize(
    ("hosts", "groups", "said"),
    [
        (hostvars(node_b={"sra_pair": "two"}), None, "has no peer"),
        (hostvars(), {"device_a": ["node-a"], "device_b": []}, "group device_b holds nobody"),
        (
            hostvars(node_c={"sra_pair": "one", "sra_host": "192.0.2.13"}),
            {"device_a": ["node-a"], "device_b": ["node-b", "node-c"]},
            "2 peers",
        ),
        (
            hostvars(node_c={"sra_pair": "one", "sra_host": "192.0.2.13"}),
            {"device_a": ["node-a", "node-c"], "device_b": ["node-b"]},
            "Two hosts of group device_a",
        ),
        (hostvars(node_b={"sra_host": "192.0.2.11"}), None, "same address (192.0.2.11)"),
        (hostvars(node_b={"sra_host": "ACCESS.example.com"}), None, "shared host name"),
        (hostvars(node_a={"sra_host": "192.0.2.10"}), None, "shared IP address"),
        (hostvars(node_a={"sra_host": "https://node-a/"}), None, "without https://"),
        (hostvars(node_a={"sra_port": 70000}), None, "70000 is no TCP port"),
        (hostvars(node_b={"sra_client_secret": ""}), None, "node-b: sra_client_secret is not set"),
        (hostvars(node_b={"sra_ca_path": "/no/ca.pem"}), None, "sra_ca_path names /no/ca.pem"),
        (hostvars(node_b={"sra_validate_certs": "maybe"}), None, "neither true nor false"),
    ],
)
def test_a_contradictory_inventory_is_named(
    tmp_path: pathlib.Path, hosts: dict[str, t.Any], groups: dict[str, list[str]] | None, said: str
) -> None:
    lane = lane_of(settings(tmp_path), hosts, groups)
    assert [problem for problem in lane.problems if said in problem], lane.problems


def test_a_pair_needs_no_name_where_there_is_only_one(tmp_path: pathlib.Path) -> None:
    hosts = hostvars()
    for host in hosts.values():
        del host["sra_pair"]
    lane = lane_of(settings(tmp_path), hosts)
    assert lane.problems == ()
    assert (lane.b, lane.label) == ("node-b", "node-a")


def test_a_single_appliance_needs_neither_peer_nor_site(tmp_path: pathlib.Path) -> None:
    variables = {"sra_accept_license": True, "sra_backup_dir": str(tmp_path)}
    lane = lane_of(variables, groups={"device_a": ["node-a"]}, procedure="single")
    assert lane.problems == ()
    assert lane.b is None


def test_looking_at_a_plan_needs_no_licence_and_no_backup_folder(tmp_path: pathlib.Path) -> None:
    variables = settings(tmp_path, accept_license=False, backup_dir="/proc/backups")
    assert lane_of(variables, upgrading=False).problems == ()


def test_every_problem_is_told_at_once_and_none_tells_a_secret(tmp_path: pathlib.Path) -> None:
    lane = lane_of(settings(tmp_path, accept_license=False, target_version="new"), hostvars(node_b={"sra_port": "x"}))
    assert len(lane.problems) >= 3
    assert "value-of-" not in repr(lane.problems) + repr(lane.settings)


def test_no_copy_of_the_certificates_is_warned_of(tmp_path: pathlib.Path) -> None:
    given = settings(tmp_path)
    del given["sra_certificate_passphrase"]
    assert ["PREP-2" in text for text in lane_of(given).warnings] == [True]
    assert lane_of(given, upgrading=False).warnings == ()


def test_switched_off_verification_is_warned_of(tmp_path: pathlib.Path) -> None:
    lane = lane_of(settings(tmp_path), hostvars(node_a={"sra_validate_certs": False}))
    assert len(lane.warnings) == 1
    assert "node-a" in lane.warnings[0]


def test_the_argument_spec_documents_every_setting_with_its_default() -> None:
    specs = yaml.safe_load((ROOT / "roles/lane/meta/argument_specs.yml").read_text(encoding="utf-8"))
    documented = specs["argument_specs"]["main"]["options"]
    for name, default in DEFAULTS.items():
        assert f"sra_{name}" in documented
        assert documented[f"sra_{name}"].get("default") == default


def test_the_manual_method_needs_a_folder_and_takes_a_devices_own(tmp_path: pathlib.Path) -> None:
    missing = lane_of(settings(tmp_path, update_method="manual"))
    assert ["sra_package_dir" in problem for problem in missing.problems] == [True]
    nowhere = lane_of(settings(tmp_path, update_method="manual", package_dir=str(tmp_path / "none")))
    assert ["no folder" in problem for problem in nowhere.problems] == [True]
    (tmp_path / "packages" / "node-b").mkdir(parents=True)
    lane = lane_of(settings(tmp_path, update_method="manual", package_dir=str(tmp_path / "packages")))
    assert lane.problems == ()
    assert lane.packages == {"a": str(tmp_path / "packages"), "b": str(tmp_path / "packages" / "node-b")}


def test_hooks_become_lists_of_files(tmp_path: pathlib.Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text("[]", encoding="utf-8")
    hooks = {"before_window": str(own), "failure": ["bseries.sra.hook_mail", str(own)]}
    lane = lane_of(settings(tmp_path, hooks=hooks, probe_interval="0.5"))
    assert lane.problems == ()
    assert lane.settings["hooks"] == {
        "before_window": [str(own)],
        "after_window": [],
        "before_step": [],
        "after_step": [],
        "failure": [str(SHIPPED["bseries.sra.hook_mail"].absolute()), str(own)],
    }
    assert lane.settings["probe_interval"] == 0.5


def test_shipped_hooks_are_tasks_files() -> None:
    assert {file.stem for file in (ROOT / "playbooks" / "hooks").glob("*.yml")} == {
        name.removeprefix("bseries.sra.hook_") for name in SHIPPED
    }


def test_reports_lie_below_the_name_of_the_pair(tmp_path: pathlib.Path) -> None:
    hosts = hostvars(
        node_a={"sra_host": "192.0.2.11", "sra_pair": "../x"}, node_b={"sra_host": "192.0.2.12", "sra_pair": "../x"}
    )
    lane = lane_of(settings(tmp_path, report_dir=str(tmp_path)), hosts)
    assert lane.settings["reports"] == str(tmp_path / "x")
    assert lane.settings["in_names"] == ["192.0.2.11-443", "192.0.2.12-443"], (
        "what pages and evidence beside it begin with"
    )
