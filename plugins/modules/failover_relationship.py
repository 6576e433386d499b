#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: failover_relationship
short_description: Establish, break or synchronise the failover relationship of a pair
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Drives C(/login > Management > Failover) of one appliance and waits until the appliance itself shows the end state.
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
    support: partial
    details:
      - V(present) and V(absent) are. V(synced) makes a data sync each time, or waits for the one that is running.
options:
  state:
    description:
      - V(present) establishes the relationship with this appliance as the primary and the peer as its backup.
      - V(absent) breaks it.
      - V(synced) starts a data sync on the primary and waits until it is finished. One that runs already is waited for.
    type: str
    choices: [present, absent, synced]
    default: present
  peer_host:
    description:
      - How this appliance reaches the peer, by the peer's own host name or address. Needed for O(state=present).
    type: str
  peer_port:
    description:
      - TLS port of the peer. If not given, O(port).
    type: int
  reverse_host:
    description:
      - How the peer reaches this appliance, by its own host name or address. If not given, O(host).
    type: str
  reverse_port:
    description:
      - TLS port of this appliance as the peer reaches it. If not given, O(port).
    type: int
  site_hostname:
    description:
      - The host name that the pair shares. It is refused as O(peer_host) and O(reverse_host).
    type: str
  assume_earlier_steps:
    description:
      - In check mode, predict this step as part of a procedure whose earlier steps were only predicted too, instead of comparing with
        what the page shows now. Without meaning outside of check mode.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for the end state. If not given, 600, and 14400 for O(state=synced).
    type: int
seealso:
  - module: bseries.sra.failover_role
  - module: bseries.sra.shared_ip
"""

EXAMPLES = r"""
---
- name: Start a data sync and wait until it is finished
  bseries.sra.failover_relationship:
    host: pra-a.example.com
    tls_server_name: access.example.com
    login_username: admin
    login_password: "{{ vault_login_password }}"
    state: synced
  delegate_to: localhost

- name: Break the failover relationship
  bseries.sra.failover_relationship:
    host: pra-a.example.com
    tls_server_name: access.example.com
    login_username: admin
    login_password: "{{ vault_login_password }}"
    state: absent
  delegate_to: localhost

- name: Establish it again with B as the primary
  bseries.sra.failover_relationship:
    host: pra-b.example.com
    tls_server_name: access.example.com
    login_username: admin
    login_password: "{{ vault_login_password }}"
    state: present
    peer_host: pra-a.example.com
    reverse_host: pra-b.example.com
    site_hostname: access.example.com
  delegate_to: localhost
"""

RETURN = r"""
---
failover:
  description: The failover page afterwards; in check mode as predicted.
  returned: success
  type: dict
  sample:
    configured: true
    role: primary
    peer: pra-b.example.com
    last_sync: '2026-11-22T15:04:05Z'
    last_sync_text: 2026-11-22 15:04:05 UTC
    sync_running: false
    facts: {}
message:
  description: The appliance's own message, where it showed one.
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import failover_relationship

ARGUMENT_SPEC = {
    **connection_spec(),
    "state": {"type": "str", "choices": ["present", "absent", "synced"], "default": "present"},
    "peer_host": {"type": "str"},
    "peer_port": {"type": "int"},
    "reverse_host": {"type": "str"},
    "reverse_port": {"type": "int"},
    "site_hostname": {"type": "str"},
    "assume_earlier_steps": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), failover_relationship.run)


if __name__ == "__main__":
    main()
