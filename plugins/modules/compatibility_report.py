#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compatibility_report
short_description: Judge which playbooks can run on surveyed appliances, and write the report
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Turns what M(bseries.sra.compatibility_info) found on the appliances of a lane into a verdict on each playbook.
  - Writes one JSON and one HTML file for each appliance, with its host and the time in UTC in their names, readable by their owner only.
  - Contacts nothing.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: Judges and names the files without writing them.
  diff_mode:
    support: none
    details: Each report is a new file.
  idempotent:
    support: none
    details: Each report is a new file.
options:
  surveys:
    description: RV(bseries.sra.compatibility_info#module:survey) of the only appliance, or of device A and device B in this order.
    type: list
    elements: dict
    required: true
  dest:
    description: Folder for the files; made where it does not exist.
    type: path
    required: true
  problems:
    description: What is wrong with the inventory; with a problem no playbook can run.
    type: list
    elements: str
  shared_ip:
    description: The shared IP address of the pair, where it has one.
    type: str
"""

EXAMPLES = r"""
- name: Judge and write the report of a single appliance
  bseries.sra.compatibility_report:
    surveys: ["{{ found.survey }}"]
    dest: sra-reports
"""

RETURN = r"""
verdicts:
  description:
    - C(playbook), C(swing_method), C(outcome) (V(can_run), V(guided), V(cannot_run)), C(text), C(because), C(guided), C(conditions),
      C(unseen) and C(by_hand) of each playbook, and of each way to swing where it does.
  returned: success
  type: list
  elements: dict
  sample: [{playbook: backup, outcome: can_run, text: can run}]
text:
  description: The verdicts as a table for people.
  returned: success
  type: str
  sample: "backup  can run"
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
  sample: [/home/ops/sra-reports/compatibility-192.0.2.11-20261122T150405Z.json]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources.compatibility_report import run

SPEC = {
    "surveys": {"type": "list", "elements": "dict", "required": True},
    "dest": {"type": "path", "required": True},
    "problems": {"type": "list", "elements": "str"},
    "shared_ip": {"type": "str"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
