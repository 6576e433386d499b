#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal
short_description: Rehearse an upgrade against simulated appliances
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Starts simulated appliances on loopback addresses that look like the ones that were read, runs the upgrade's playbook against them with
    time going faster, and tells whether it would go through, what would stop it, and how long it is expected to take in reality.
  - Contacts no real appliance. The simulated ones have made-up accounts, secrets, addresses and names, and the rehearsed run gets neither
    the environment nor the vault of this one.
  - Tasks files and hooks of the site are not run.
  - The playbook C(bseries.sra.rehearse) reads the appliances and uses this.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: Nothing but simulated appliances is changed, so check mode makes no difference.
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
options:
  procedure:
    description: The procedure to rehearse.
    type: str
    choices: [single, synchronous, asynchronous]
    required: true
  lane:
    description: The lane as P(bseries.sra.lane#filter) gives it.
    type: dict
    required: true
  state:
    description: RV(bseries.sra.pair_info#module:a) and RV(bseries.sra.pair_info#module:b) by C(a) and C(b).
    type: dict
    required: true
  plan:
    description: RV(bseries.sra.pair_info#module:plan).
    type: dict
    required: true
  checks:
    description: RV(bseries.sra.pair_info#module:checks); a failed one would stop the run.
    type: list
    elements: dict
    default: []
  time_scale:
    description: Simulated seconds in a real one, 1 to 2000.
    type: float
    default: 300
  timeout:
    description: Real seconds after which a rehearsal that does not end is given up.
    type: int
    default: 3600
  report_dir:
    description: Folder for the outcome as C(rehearsal-LABEL.json) and C(.txt), and for the rehearsed run's output as C(.log).
    type: path
"""

EXAMPLES = r"""
- name: Rehearse the upgrade of the pair
  bseries.sra.rehearsal:
    procedure: asynchronous
    lane: "{{ sra_lane }}"
    state: "{{ {'a': pair.a, 'b': pair.b} }}"
    plan: "{{ pair.plan }}"
    checks: "{{ pair.checks }}"
    report_dir: /srv/sra-reports
"""

RETURN = r"""
rehearsal:
  description:
    - The outcome. C(verdict) is C(goes_through), C(goes_through_with_gates) or C(stops).
    - C(gates) holds everything that the run stops at; with C(passable) it ends well there and goes on later.
  returned: success
  type: dict
  sample:
    verdict: stops
    gates:
      - {kind: check, title: API permission, cause: perm_backup is missing, remedy: Grant it., step: null, passable: false}
    predicted: {total_seconds: 9600, production_away_seconds: 60}
text:
  description: The same for people.
  returned: success
  type: str
  sample: "REHEARSAL of bseries.sra.upgrade_asynchronous for berlin: IT WOULD STOP."
files:
  description: The files in O(report_dir), by C(json), C(txt) and C(log).
  returned: success
  type: dict
  sample: {txt: /srv/sra-reports/rehearsal-berlin.txt}
error:
  description: What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: input, message: The simulated appliances cannot be loaded}
"""
