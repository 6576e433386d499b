# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventories with any value in any setting: every one is either usable or named among the problems, never a traceback."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import ACCOUNTS, DEFAULTS, describe_lane
from ansible_collections.bseries.sra.plugins.module_utils._module import ConnectionOptions, connection_spec
from ansible_collections.bseries.sra.tests.unit.fuzz.shapes import fuzz, json_values, only_our_errors

HOST = {f"sra_{name}": f"value-of-{name}" for name in ACCOUNTS}
SETTINGS = {
    "sra_swing_method": "shared_ip",
    "sra_shared_ip": "192.0.2.10",
    "sra_site_hostname": "access.example.com",
    "sra_accept_license": True,
}
HOST_VARIABLES = (
    "sra_host",
    "sra_port",
    "sra_pair",
    "sra_validate_certs",
    "sra_ca_path",
    "sra_dns_address",
    *(f"sra_{name}" for name in ACCOUNTS),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("lane")


@fuzz
@given(
    given_settings=st.dictionaries(st.sampled_from([f"sra_{name}" for name in DEFAULTS]), json_values, max_size=5),
    hosts=st.tuples(*[st.dictionaries(st.sampled_from(HOST_VARIABLES), json_values, max_size=3) for _host in range(2)]),
    procedure=st.sampled_from(["single", "synchronous", "asynchronous", "nonsense"]),
    method=st.sampled_from(["shared_ip", "dns", "nat", "custom"]),
    upgrading=st.booleans(),
)
@example({"sra_windows": [{"start": 1, "end": 2}]}, ({}, {}), "asynchronous", "shared_ip", True)
@example(
    {"sra_windows": [{"start": "0001-01-01T00:00:00+14:00", "end": "9999-12-31T23:59:59-14:00"}]},
    ({}, {}),
    "single",
    "dns",
    True,
)
@example({"sra_guided": 5}, ({}, {}), "asynchronous", "shared_ip", True)
@example({"sra_guided": {"a": 1}}, ({}, {}), "asynchronous", "shared_ip", True)
@example({"sra_dns_nameservers": 5, "sra_dns_resolvers": True}, ({}, {}), "asynchronous", "dns", True)
@example({"sra_dns_nameservers": [5, None, {}]}, ({}, {}), "asynchronous", "dns", True)
@example({"sra_swing_method": ["dns"]}, ({}, {}), "asynchronous", "dns", True)
@example({"sra_site_hostname": 5}, ({"sra_host": 5}, {"sra_host": ["x"]}), "asynchronous", "shared_ip", True)
@example({"sra_site_hostname": ["x"]}, ({}, {}), "asynchronous", "shared_ip", True)
@example({"sra_backup_dir": "\x00"}, ({}, {}), "single", "shared_ip", True)
@example({"sra_backup_dir": "~nobody-there/x"}, ({}, {}), "single", "shared_ip", True)
@example({"sra_package_dir": "\x00", "sra_update_method": "manual"}, ({}, {}), "single", "shared_ip", True)
@example({"sra_verify_tasks": "\x00"}, ({"sra_ca_path": "\x00"}, {}), "single", "shared_ip", True)
@example({"sra_estimates": 5}, ({}, {}), "single", "shared_ip", True)
@example({"sra_install_timeout": 1e400}, ({}, {}), "single", "shared_ip", True)
@example(
    {"sra_dns_zone": "a" * 300, "sra_dns_record": "..", "sra_dns_server": "[::"}, ({}, {}), "asynchronous", "dns", True
)
def test_any_inventory(
    folder: pathlib.Path,
    given_settings: dict[str, t.Any],
    hosts: tuple[dict[str, t.Any], dict[str, t.Any]],
    procedure: str,
    method: str,
    upgrading: bool,
) -> None:
    variables = {
        **SETTINGS,
        "sra_swing_method": method,
        "sra_backup_dir": str(folder),
        "sra_report_dir": str(folder),
        **given_settings,
    }
    hostvars = {
        "node-a": {**HOST, "sra_host": "192.0.2.11", "sra_pair": "one", **hosts[0]},
        "node-b": {**HOST, "sra_host": "192.0.2.12", "sra_pair": "one", **hosts[1]},
    }
    groups = {"device_a": ["node-a"], "device_b": ["node-b"]}
    with only_our_errors():
        lane = describe_lane("node-a", variables, hostvars, groups, procedure, upgrading=upgrading)
        assert all(isinstance(problem, str) and problem for problem in lane.problems)
        assert not any(
            secret in " ".join(lane.problems)
            for secret in (f"value-of-{name}" for name in ACCOUNTS if "secret" in name)
        )
        json.dumps(lane.settings, default=str)
    assert list(folder.iterdir()) == []


@fuzz
@given(st.dictionaries(st.sampled_from(sorted(connection_spec())), json_values, max_size=6))
@example({"host": 5})
@example({"host": "a", "ca_path": "\x00"})
@example({"host": "a", "timeout": float("nan")})
def test_any_connection_options(params: dict[str, t.Any]) -> None:
    kinds = {"str": str, "path": str, "int": int, "float": (int, float), "bool": bool, "dict": dict}
    spec = connection_spec()
    typed = {
        name: value for name, value in params.items() if value is None or isinstance(value, kinds[spec[name]["type"]])
    }
    with only_our_errors():
        options = ConnectionOptions.from_params(typed)
        assert all(
            secret not in repr(options)
            for secret in (options.appliance_password, options.login_password, options.client_secret)
            if secret and len(secret) > 9
        )
