#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: failover_role
short_description: Set the failover role of an appliance
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Makes one appliance of a pair the primary or the backup through the Command API and waits until it is.
  - Do not mix it with automatic failover; switch that off before.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  role:
    description:
      - The role that the appliance is to have.
    type: str
    choices: [primary, backup]
    required: true
  data_sync_first:
    description:
      - Synchronise the data first. This disconnects all users of the present primary, and nothing else is possible
        until the swap is complete.
    type: bool
    default: false
  force:
    description:
      - Only with O(role=backup) on the present primary. It becomes backup though its peer cannot be reached.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for the role. If not given, 900, and 14400 with O(data_sync_first=true).
    type: int
seealso:
  - module: bseries.sra.failover_relationship
"""

EXAMPLES = r"""
---
- name: Make B the primary after a data sync
  bseries.sra.failover_role:
    host: pra-b.example.com
    tls_server_name: access.example.com
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    role: primary
    data_sync_first: true
  delegate_to: localhost
"""

RETURN = r"""
---
role:
  description: The failover role afterwards; in check mode as predicted.
  returned: success
  type: str
  sample: primary
message:
  description: The appliance's own message, where it gave one.
  returned: success
  type: str
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  contains:
    kind:
      description: V(input), V(transport), V(starting), V(tls), V(authentication), V(session_expired), V(sign_in_obstacle),
        V(permission), V(api), V(page), V(refused), V(state), V(timeout), V(install) or V(error).
      type: str
      returned: on failure
    message:
      description: What happened, in one sentence.
      type: str
      returned: on failure
    expected:
      description: What should have been there.
      type: str
      returned: on failure
    seen:
      description: What was there instead; for a refusal the appliance's own words.
      type: str
      returned: on failure
    appliance:
      description: Host and port.
      type: str
      returned: on failure
    page:
      description: The page, as a path of captions.
      type: str
      returned: on failure
    state:
      description: In which state things are now, as far as known.
      type: str
      returned: on failure
    advice:
      description: What to do next.
      type: str
      returned: on failure
    candidates:
      description: The nearest things seen.
      type: list
      elements: str
      returned: on failure
    saved:
      description: Where the page was saved.
      type: str
      returned: on failure
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import failover_role

ARGUMENT_SPEC = {
    **connection_spec(),
    "role": {"type": "str", "choices": ["primary", "backup"], "required": True},
    "data_sync_first": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), failover_role.run)


if __name__ == "__main__":
    main()
