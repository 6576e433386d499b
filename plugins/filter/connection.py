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
)


def connection(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
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
    return options


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"connection": connection}
