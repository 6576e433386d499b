#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: upgrade_report
short_description: Write the report of an upgrade
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Writes C(report.html), C(report.json) and C(junit.xml) into a folder named after the target version, each whole or not at all, readable
    by their owner only.
  - C(report.json) is the record of the upgrade. Each run adds its piece or renews it, so that window 1, window 2 and resumed runs are one report.
    A record of other appliances is set aside under another name.
  - Runs on the controller and contacts nothing.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: In check mode nothing is written.
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
options:
  dest:
    description: Folder of the pair's reports.
    type: path
    required: true
  label:
    description: The name of the pair.
    type: str
    required: true
  procedure:
    description: The procedure of the run.
    type: str
    choices: [single, synchronous, asynchronous]
    required: true
  purpose:
    description: What the run is for; V(upgrade), V(swing_back) or V(role_swap).
    type: str
    default: upgrade
  event:
    description: V(step) while the run goes on, V(end) at its end, V(failed) where it fails.
    type: str
    choices: [step, end, failed]
    required: true
  target_version:
    description: The target where the plan does not tell it.
    type: str
  lane:
    description: The inventory names of the devices by C(a) and C(b).
    type: dict
    required: true
  run:
    description: What the run has done so far.
    type: dict
    required: true
  plan:
    description: The plan as last made.
    type: dict
    default: {}
  state:
    description: Both appliances as last read.
    type: dict
    default: {}
  checks:
    description: The readiness checks.
    type: list
    elements: dict
    default: []
  warnings:
    description: What people should know.
    type: list
    elements: str
    default: []
  to_do:
    description: What is left for people.
    type: list
    elements: str
    default: []
  waiting:
    description: What the next step waits for.
    type: str
  current:
    description: The step that is under way.
    type: dict
  failure:
    description: C(step), C(cause), C(way_back), C(advice) where the run fails.
    type: dict
  shared_ip:
    description: The address whose move is no difference.
    type: str
  hide:
    description: Secrets that are replaced wherever they stand.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Write the report
  bseries.sra.upgrade_report:
    dest: /srv/sra-reports/berlin
    label: berlin
    procedure: asynchronous
    event: end
    lane: {a: pra1, b: pra2}
    run: "{{ sra_run }}"
    plan: "{{ sra_plan }}"
    state: "{{ sra_state }}"
"""

RETURN = r"""
files:
  description: The paths by C(html), C(json) and C(junit); empty in check mode.
  returned: success
  type: dict
"""
