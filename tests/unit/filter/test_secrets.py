# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables of a host hold secrets."""

from __future__ import annotations

from ansible_collections.bseries.sra.plugins.filter.secrets import secrets


def test_secrets_are_found_by_the_end_of_their_names() -> None:
    variables = {
        "sra_appliance_password": "one",
        "sra_client_secret": "two",
        "sra_hook_chat_webhook": "three",
        "sra_certificate_passphrase": "four",
        "sra_download_key": "five",
        "sra_dns_key_name": "a name",
        "sra_backup_vault_key": True,
        "sra_backup_password": "",
        "other_password": "of somebody else",
    }
    assert secrets(variables) == ["one", "two", "three", "four", "five"]
