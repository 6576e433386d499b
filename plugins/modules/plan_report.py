#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan_report
short_description: Write a plan as page and JSON, save it, or hold a run to a saved one
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Writes C(plan.html) and C(plan.json), readable by their owner only, each whole or not at all.
  - With O(mode=save) the plan is kept in O(plan_file) beside those of other pairs. One that still holds is left as it is.
  - With O(mode=hold) the task fails where the plan does not fit the saved one, and names each difference. What remains to be done must be
    the rest of what was planned, on the same appliances, with the same versions. When it is done does not count.
  - Runs on the controller and contacts nothing.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: Check mode does the same. See O(pages).
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
options:
  dest:
    description: Folder for the page and the JSON file. It is made where it is missing.
    type: path
    required: true
  label:
    description: The name of the pair.
    type: str
    required: true
  pages:
    description: Whether to write C(plan.html) and C(plan.json). A plan can be saved or compared without.
    type: bool
    default: true
  plan:
    description: The plan as RV(bseries.sra.upgrade_plan#module:plan) is.
    type: dict
    required: true
  warnings:
    description: More notes for the page.
    type: list
    elements: str
    default: []
  plan_file:
    description: File of saved plans.
    type: path
  mode:
    description: What to do with O(plan_file).
    type: str
    choices: [show, save, hold]
    default: show
  hide:
    description: Secrets that are replaced wherever they stand.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Write the plan and hold the run to the one that was approved
  bseries.sra.plan_report:
    dest: /srv/sra-reports/berlin
    label: berlin
    plan: "{{ sra_plan }}"
    plan_file: /srv/sra-reports/approved.json
    mode: hold
"""

RETURN = r"""
files:
  description: The paths by C(html) and C(json), empty without O(pages).
  returned: success
  type: dict
saved:
  description: When the saved plan was made.
  returned: success
  type: str
drift:
  description: With O(mode=save), how the plan that was replaced differed.
  returned: success
  type: list
  elements: str
text:
  description: The same for people.
  returned: success
  type: str
  sample: The plan is saved in /srv/sra-reports/approved.json
error:
  description: The error in parts, where the module fails.
  returned: failure
  type: dict
"""
