#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compatibility_info
short_description: Find out what the collection understands of one appliance, changing nothing
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Walks every page that the procedures need, on both web interfaces, and looks for every control with the very lookups that the
    steps of an upgrade use. Asks which APIs answer and what the API account may do.
  - Submits nothing but the sign-ins and sign-outs, not even the check for updates.
  - What is missing, not understood or cannot be reached is a finding and no failure.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.info_module
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
options:
  shared_ip:
    description: The shared IP address of the pair. The page that enables and disables it is opened, nothing is sent.
    type: str
"""

EXAMPLES = r"""
- name: Survey an appliance
  bseries.sra.compatibility_info:
    host: 192.0.2.11
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    login_username: admin
    login_password: "{{ vault_login_password }}"
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    shared_ip: 192.0.2.10
  register: found

- name: Show the table
  bseries.sra.announce:
    text: "{{ found.text }}"
"""

RETURN = r"""
survey:
  description: What was found.
  returned: success
  type: dict
  contains:
    host:
      description: The appliance's own host name or address.
      type: str
      returned: always
    port:
      description: TCP port.
      type: int
      returned: always
    label:
      description: Host and port.
      type: str
      returned: always
    surveyed:
      description: When it was looked at, in UTC.
      type: str
      returned: always
    reached:
      description: Whether anything of it answered.
      type: bool
      returned: always
    stands:
      description: V(primary) or V(backup) of a pair, V(none) where it stands alone, V(unknown).
      type: str
      returned: always
    appliance_id:
      description: The appliance's own id; null where nothing tells it.
      type: str
      returned: always
    hostname:
      description: The appliance's own name for itself; null where nothing tells it.
      type: str
      returned: always
    versions:
      description: C(product), C(build) and C(base); null where nothing tells.
      type: dict
      returned: always
    interfaces:
      description: C(interface), C(signed_in), C(language), C(detail) of both web interfaces.
      type: list
      elements: dict
      returned: always
    pages:
      description:
        - C(page), C(interface), C(name), C(state), C(way) (the captions that lead there), C(path), C(language), C(detail), C(by_hand),
          C(driver) (V(html), or V(browser) for a page that is drawn by scripts; null where it was not reached) and C(controls) of each page.
        - A control has C(control), C(name), C(state), C(caption), C(how), C(value), C(detail), C(candidates) and C(by_hand).
        - A state is V(found), V(missing), V(not_understood), V(not_visible) (shown in another state of the appliance),
          V(not_offered) (on a backup) or V(not_looked_at).
      type: list
      elements: dict
      returned: always
    apis:
      description: C(api), C(name), C(available), C(detail) of each API.
      type: list
      elements: dict
      returned: always
    permissions:
      description: C(name), C(caption), C(value), C(granted), C(needed) of the API account's permissions.
      type: list
      elements: dict
      returned: always
text:
  description: The same as a table for people.
  returned: success
  type: str
  sample: "/appliance > Updates: found at /appliance/updates"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources.compatibility_info import run

ARGUMENT_SPEC = {**connection_spec(), "shared_ip": {"type": "str"}}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
