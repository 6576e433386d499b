#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: shared_ip
short_description: Enable, disable or move the shared IP address of a pair
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Sets C(Enabled) of an address at C(/appliance > Networking > IP Configuration) and reads it back.
  - Moving opens both edit pages first and saves them one right after the other. The address is never enabled on both
    appliances, and it is given back if the second one refuses it.
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
  address:
    description:
      - The shared IP address. It must be there on the appliance; it is not added.
    type: str
    required: true
  state:
    description:
      - V(enabled) and V(disabled) act on the appliance of the connection.
      - V(moved) disables it on the appliance O(from) and enables it on O(to). A move that was interrupted in between
        is finished.
    type: str
    choices: [enabled, disabled, moved]
    required: true
  from:
    description:
      - Connection options of the appliance to take the address from, for O(state=moved).
      - Options that are left out are those of the module itself, except C(host) and C(appliance_id).
    type: dict
    suboptions: &connection
      host:
        description: Host name or IP address of the appliance itself.
        type: str
        required: true
      port:
        description: TCP port of its HTTPS server.
        type: int
      tls_server_name:
        description: The name that its certificate must carry.
        type: str
      ca_path:
        description: Certificate authorities to trust.
        type: path
      validate_certs:
        description: Whether its certificate is verified.
        type: bool
      appliance_username:
        description: Account of C(/appliance).
        type: str
      appliance_password:
        description: Its password.
        type: str
      login_username:
        description: Account of C(/login).
        type: str
      login_password:
        description: Its password.
        type: str
      client_id:
        description: OAuth client id.
        type: str
      client_secret:
        description: OAuth client secret.
        type: str
      language:
        description: Language of its pages.
        type: str
        choices: [auto, en, de]
      vocabulary:
        description: Captions to add.
        type: dict
      timeout:
        description: Seconds that a single request may wait.
        type: float
      appliance_id:
        description: The id that the appliance must have.
        type: str
      report_dir:
        description: Folder for pages that were not understood.
        type: path
      web_driver:
        description: How the appliance's pages are worked.
        type: str
        choices: [auto, html, browser]
  to:
    description:
      - Connection options of the appliance to give the address to, for O(state=moved).
      - Options that are left out are those of the module itself, except C(host) and C(appliance_id).
    type: dict
    suboptions: *connection
  wait_timeout:
    description:
      - Seconds to ask an appliance whose answer was lost what it has done, before the move is given up.
    type: int
    default: 60
seealso:
  - module: bseries.sra.site_probe
"""

EXAMPLES = r"""
---
- name: Move the shared IP from A to B
  bseries.sra.shared_ip:
    address: 192.0.2.10
    state: moved
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    from:
      host: pra-a.example.com
    to:
      host: pra-b.example.com
  delegate_to: localhost
  register: moved

- name: Say how long the address was away
  ansible.builtin.debug:
    msg: "{{ moved.serving }} serves now; the address was away for {{ moved.gap_seconds }} s"

- name: Disable the shared IP on an appliance
  bseries.sra.shared_ip:
    host: pra-a.example.com
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    address: 192.0.2.10
    state: disabled
  delegate_to: localhost
"""

RETURN = r"""
---
address:
  description: The shared IP address.
  returned: success
  type: str
enabled:
  description: Whether it is enabled afterwards, on the appliance of the connection or, if moved, on O(to).
  returned: success
  type: bool
gap_seconds:
  description: If moved, seconds from the first save until the second was answered; null where nothing was switched
    over.
  returned: success
  type: float
serving:
  description: If moved, host and port of the appliance that has the address now.
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

from ansible_collections.bseries.sra.plugins.module_utils._module import (
    connection_spec,
    nested_connection_spec,
    run_module,
)
from ansible_collections.bseries.sra.plugins.module_utils._resources import shared_ip

ARGUMENT_SPEC = {
    **connection_spec(),
    "address": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["enabled", "disabled", "moved"], "required": True},
    "from": nested_connection_spec(),
    "to": nested_connection_spec(),
    "wait_timeout": {"type": "int", "default": 60},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), shared_ip.run)


if __name__ == "__main__":
    main()
