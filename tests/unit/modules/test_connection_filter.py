# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.bseries.sra.plugins.filter.connection import OPTIONS, FilterModule
from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec

connection = FilterModule().filters()["connection"]


def test_takes_what_is_defined_and_nothing_else() -> None:
    variables = {
        "inventory_hostname": "node-a",
        "sra_host": "192.0.2.11",
        "sra_port": 8443,
        "sra_validate_certs": False,
        "sra_client_secret": "api-secret",
        "sra_vocabulary": {"enabled": ["On"]},
        "sra_login_username": "",
        "sra_ca_path": None,
        "sra_pair": "one",
    }

    assert connection(variables) == {
        "host": "192.0.2.11",
        "port": 8443,
        "validate_certs": False,
        "client_secret": "api-secret",
        "vocabulary": {"enabled": ["On"]},
    }


def test_host_is_the_inventory_name_where_no_other_is_given() -> None:
    assert connection({"inventory_hostname": "node-a"}) == {"host": "node-a"}


def test_an_appliance_with_the_certificate_it_came_with_has_no_site_and_no_api() -> None:
    site = {
        "sra_host": "new.example.com",
        "sra_tls_server_name": "access.example.com",
        "sra_ca_path": "/ca.pem",
        "sra_validate_certs": False,
        "sra_client_id": "id",
        "sra_client_secret": "secret",
        "sra_appliance_id": "a" * 32,
        "sra_login_username": "admin",
    }
    common = {"host": "new.example.com", "login_username": "admin"}

    assert connection(site, factory=True) == {**common, "tls_server_name": "new.example.com", "ca_path": "/ca.pem"}
    own = {"sra_factory_ca_path": "/own.pem", "sra_factory_tls_server_name": "b400", "sra_factory_validate_certs": True}
    expected = {**common, "tls_server_name": "b400", "ca_path": "/own.pem", "validate_certs": True}
    assert connection({**site, **own}, factory=True) == expected


def test_knows_every_connection_option() -> None:
    assert set(OPTIONS) == set(connection_spec())


@pytest.mark.parametrize("variables", ["node-a", None, {}])
def test_what_is_no_host_is_refused(variables: t.Any) -> None:
    with pytest.raises(AnsibleFilterError):
        connection(variables)
