# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.connection``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

OPTIONS: t.Final = (
    "host",
    "port",
    "tls_server_name",
    "ca_path",
    "validate_certs",
    "appliance_username",
    "appliance_password",
    "login_username",
    "login_password",
    "client_id",
    "client_secret",
    "language",
    "vocabulary",
    "timeout",
    "appliance_id",
    "report_dir",
    "web_driver",
)


# Without a site there is no API account, and the id is not known to the API.
_OF_THE_SITE: t.Final = ("client_id", "client_secret", "appliance_id", "tls_server_name", "ca_path", "validate_certs")


def connection(variables: t.Mapping[str, t.Any], factory: bool = False) -> dict[str, t.Any]:
    """The connection options in a host's variables; see ``connection.yml`` beside this file."""
    if not isinstance(variables, t.Mapping):
        raise AnsibleFilterError(
            f"bseries.sra.connection needs the variables of a host, not {type(variables).__name__}"
        )
    options = {}
    for option in OPTIONS:
        value = variables.get(f"sra_{option}")
        if value is not None and value != "":
            options[option] = value
    if "host" not in options:
        if "inventory_hostname" not in variables:
            raise AnsibleFilterError("bseries.sra.connection: neither sra_host nor inventory_hostname is defined")
        options["host"] = variables["inventory_hostname"]
    return _with_own_certificate(options, variables) if factory else options


def _with_own_certificate(options: dict[str, t.Any], variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    kept = {name: value for name, value in options.items() if name not in _OF_THE_SITE}
    own = {
        "tls_server_name": variables.get("sra_factory_tls_server_name") or options["host"],
        "ca_path": variables.get("sra_factory_ca_path") or variables.get("sra_ca_path"),
        "validate_certs": variables.get("sra_factory_validate_certs"),
    }
    return {**kept, **{name: value for name, value in own.items() if value is not None and value != ""}}


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"connection": connection}
