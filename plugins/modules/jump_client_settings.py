# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: jump_client_settings
short_description: Set how many Jump Clients may upgrade at once
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Sets C(Maximum number of concurrent Jump Client upgrades) at C(/login > Jump > Jump Clients) and reads it back (CLIENT-3).
  - For the time of an upgrade it remembers the number that was there in a file on the controller, before it changes anything, so that
    a later task, or a later run, can put it back.
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
  state:
    description:
      - V(present) sets the number.
      - V(restored) puts back the number that O(remember) holds and removes the file. Without that file nothing is done. A
        number that somebody else has set meanwhile is left.
    type: str
    choices: [present, restored]
    default: present
  max_concurrent_upgrades:
    description: The number, 1 to 500. Needed for O(state=present).
    type: int
  assume_original:
    description:
      - The number of before, where nothing is remembered although O(max_concurrent_upgrades) was set for an upgrade.
      - With O(state=present), where the appliance has O(max_concurrent_upgrades) already, it is remembered in O(remember); as when
        the file was lost and the other appliance of the pair still has the number of before.
      - With O(state=restored) it is for check mode only, as what an earlier task that was only predicted would have remembered.
    type: int
  remember:
    description:
      - File on the controller for the number that was there before, readable by its owner only.
      - One that is there already is kept, so that the number of before the upgrade is not forgotten when a task runs twice.
    type: path
seealso:
  - module: bseries.sra.jump_client_wait
"""

EXAMPLES = r"""
---
- name: Let few Jump Clients upgrade at once during the upgrade
  bseries.sra.jump_client_settings:
    host: pra-a.example.com
    tls_server_name: access.example.com
    login_username: automation
    login_password: "{{ vault_login_password }}"
    max_concurrent_upgrades: 20
    remember: /var/lib/sra/pra-a.jump-client-limit.json
  delegate_to: localhost

- name: Put the number back
  bseries.sra.jump_client_settings:
    host: pra-a.example.com
    tls_server_name: access.example.com
    login_username: automation
    login_password: "{{ vault_login_password }}"
    state: restored
    remember: /var/lib/sra/pra-a.jump-client-limit.json
  delegate_to: localhost
"""

RETURN = r"""
---
max_concurrent_upgrades:
  description: The number afterwards; null where there was nothing to put back.
  returned: success
  type: int
  sample: 20
original:
  description: The number that O(remember) holds, else the one before this task.
  returned: success
  type: int
  sample: 50
remembered:
  description: Whether O(remember) holds a number to put back, or in check mode would hold one that was told.
  returned: success
  type: bool
  sample: true
message:
  description: The appliance's own words, or why nothing was done.
  returned: success
  type: str
  sample: The settings were saved.
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: timeout, message: not reached within 60 seconds}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import jump_client_settings

ARGUMENT_SPEC = {
    **connection_spec(),
    "state": {"type": "str", "choices": ["present", "restored"], "default": "present"},
    "max_concurrent_upgrades": {"type": "int"},
    "assume_original": {"type": "int"},
    "remember": {"type": "path"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), jump_client_settings.run)


if __name__ == "__main__":
    main()
