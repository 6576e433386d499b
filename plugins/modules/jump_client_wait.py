# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: jump_client_wait
short_description: Wait until Jump Clients and Jumpoints are back after an update
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Counts Jump Clients and Jumpoints through the Configuration API until enough are online and upgraded (CLIENT-4 to CLIENT-6).
  - Active Jump Clients are waited for. Passive ones upgrade when they are used, at least once a day; they are named, not waited for.
  - An API account without the permission for the Configuration API skips the wait and says so.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
attributes:
  check_mode:
    support: full
    details:
      - Nothing was updated in check mode, so that nothing is waited for.
  diff_mode:
    support: N/A
    details:
      - It reads only.
  idempotent:
    support: full
options:
  baseline:
    description:
      - The section C(jump_clients) that M(bseries.sra.appliance_info) gave before the update.
      - Without it those that are online have to be upgraded, however many they are.
    type: dict
  threshold:
    description: Percentage of the active Jump Clients that were online before, and of the Jumpoints that were connected, that has to be back.
    type: float
    default: 90
  wait_timeout:
    description: Seconds that they may take.
    type: int
    default: 3600
  label:
    description: Stands in square brackets before the lines of progress.
    type: str
seealso:
  - module: bseries.sra.appliance_info
  - module: bseries.sra.jump_client_settings
"""

EXAMPLES = r"""
---
- name: Read the counts before the update
  bseries.sra.appliance_info:
    gather_subset: jump_clients
  register: before

- name: Wait until nine out of ten are back
  bseries.sra.jump_client_wait:
    baseline: "{{ before.appliance.jump_clients }}"
    threshold: 90
    wait_timeout: 7200
"""

RETURN = r"""
---
ready:
  description: Whether enough are back.
  returned: always
  type: bool
clients:
  description: The counts as last read, as RV(bseries.sra.appliance_info#module:appliance) has them; empty where they were not read.
  returned: always
  type: dict
  sample: {active: 12, active_ready: 11, pending: 1, lost: 0, passive: 3, jumpoints_total: 2, jumpoints_connected: 2}
baseline:
  description: What it was compared with.
  returned: always
  type: dict
  sample: {active_online: 12, jumpoints_connected: 2}
missing:
  description: Names of the active Jump Clients that are offline or wait for their upgrade.
  returned: always
  type: list
  elements: str
  sample: [workstation-007]
passive:
  description: Names of the passive ones that are offline or wait for their upgrade.
  returned: always
  type: list
  elements: str
  sample: [laptop-003]
seconds:
  description: How long it took.
  returned: always
  type: float
  sample: 312.4
outcome:
  description: The result as a line of a verification, with C(check), C(title), C(outcome), C(cause) and C(remedy).
  returned: always
  type: dict
  sample: {check: clients, title: Client software is back, outcome: pass, cause: all of them, remedy: ""}
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: timeout, message: not reached within 60 seconds}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import jump_client_wait

ARGUMENT_SPEC = {
    **connection_spec(),
    "baseline": {"type": "dict"},
    "threshold": {"type": "float", "default": 90},
    "wait_timeout": {"type": "int", "default": 3600},
    "label": {"type": "str"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), jump_client_wait.run)


if __name__ == "__main__":
    main()
