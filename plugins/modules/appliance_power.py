#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_power
short_description: Reset an appliance to factory defaults, or shut it down
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Presses C(Reset Appliance to Factory Defaults) or C(Shut Down This Appliance) at C(/appliance > Status > Basics),
    after the id of the appliance was compared with the one that is repeated in O(confirm_appliance_id).
  - Waits until a shut down appliance no longer answers, or until one that was reset answers again.
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
    support: none
    details:
      - An appliance that is off answers nobody, so it cannot be told which one it is; the task fails then.
options:
  state:
    description:
      - V(reset) deletes all settings and data. V(shutdown) switches the appliance off.
    type: str
    choices: [reset, shutdown]
    required: true
  confirm_appliance_id:
    description:
      - The appliance's own id, repeated. Nothing is done on another one.
    type: str
    required: true
  first_sign_in:
    description:
      - Begin with the account that an appliance has when it is new. A forced change of the password sets O(appliance_password). Where
        the first account is refused, O(appliance_username) is used.
    type: bool
    default: false
  first_username:
    description:
      - The first account.
    type: str
    default: admin
  first_password:
    description:
      - Its password. If not given, the one that the vendor documents.
    type: str
  accept_license:
    description:
      - Accept the licence agreement that a first sign-in may ask for.
    type: bool
    default: false
  site_hostname:
    description:
      - Host name of the site. If given, it is asked who serves it, and nothing is done on the appliance that does.
      - Needs an API account to tell the appliances apart.
    type: str
  site_port:
    description:
      - TCP port of the site.
    type: int
    default: 443
  site_address:
    description:
      - IP address to ask at, where O(site_hostname) does not resolve on the controller as it does for clients.
    type: str
  wait_timeout:
    description:
      - Seconds until it must be done.
    type: int
    default: 1800
seealso:
  - module: bseries.sra.appliance_info
"""

EXAMPLES = r"""
---
- name: Reset the old appliance to factory defaults
  bseries.sra.appliance_power:
    host: pra-old.example.com
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    state: reset
    confirm_appliance_id: 3f2a7f0e8c5d4b1a9e6d2c3b4a5f6e7d
    site_hostname: access.example.com
  delegate_to: localhost
"""

RETURN = r"""
---
state:
  description: What was done, or in check mode would be.
  returned: success
  type: str
appliance_id:
  description: The appliance that it was done to.
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_power

ARGUMENT_SPEC = {
    **connection_spec(),
    "state": {"type": "str", "choices": ["reset", "shutdown"], "required": True},
    "confirm_appliance_id": {"type": "str", "required": True},
    "first_sign_in": {"type": "bool", "default": False},
    "first_username": {"type": "str", "default": "admin"},
    "first_password": {"type": "str", "no_log": True},
    "accept_license": {"type": "bool", "default": False},
    "site_hostname": {"type": "str"},
    "site_port": {"type": "int", "default": 443},
    "site_address": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 1800},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_power.run)


if __name__ == "__main__":
    main()
