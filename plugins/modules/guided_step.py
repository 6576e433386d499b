#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: guided_step
short_description: Hand a step to a person and wait until the appliances show its end
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Prints exactly what a person has to do for a step of the plan, with names, addresses, menu paths and captions filled in, in the
    language of the appliance's pages where that is known.
  - Then waits until the appliances show that it is done, through the APIs where these tell, else by reading pages. While it waits it
    prints a line when the state changes, else one in ten minutes.
  - Runs on the controller. It needs no terminal and changes nothing on an appliance.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: Prints what to do and waits for nothing.
  diff_mode:
    support: none
    details: A person does the change.
  idempotent:
    support: full
options:
  step:
    description: Id of the step in the plan.
    type: str
    required: true
  planned:
    description: The step as RV(bseries.sra.upgrade_plan#module:plan) has it.
    type: dict
    required: true
  a:
    description: Connection options of device A, or of the only appliance.
    type: dict
    required: true
    suboptions: &connection
      host:
        description: The appliance's own host name or address.
        type: str
        required: true
      port:
        description: TCP port.
        type: int
      tls_server_name:
        description: The name that the appliance's certificate must carry.
        type: str
      ca_path:
        description: File or folder of the certificate authorities to trust.
        type: path
      validate_certs:
        description: Whether the certificate is verified.
        type: bool
      appliance_username:
        description: Account of C(/appliance).
        type: str
      appliance_password:
        description: Password of that account.
        type: str
      login_username:
        description: Account of C(/login).
        type: str
      login_password:
        description: Password of that account.
        type: str
      client_id:
        description: OAuth client id of the API account.
        type: str
      client_secret:
        description: OAuth client secret of the API account.
        type: str
      language:
        description: Language of the appliance's pages.
        type: str
        choices: [auto, en, de]
      vocabulary:
        description: Captions to add, by control and language.
        type: dict
      timeout:
        description: Seconds that one request may take.
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
  b:
    description: Connection options of device B. Left out for a single appliance.
    type: dict
    suboptions: *connection
  names:
    description: What people call the devices, by C(a) and C(b).
    type: dict
    required: true
  known:
    description: What RV(bseries.sra.pair_info#module:a) and RV(bseries.sra.pair_info#module:b) told before the step, by C(a) and C(b).
    type: dict
    required: true
  timeout:
    description: Seconds that the step may take.
    type: int
    default: 14400
  target_version:
    description: The product version that an update leads to.
    type: str
  swing_method:
    description: How production moves to the other device.
    type: str
  shared_ip:
    description: The shared IP address.
    type: str
  site_hostname:
    description: The site's host name.
    type: str
  site_port:
    description: TCP port of the site.
    type: int
    default: 443
  site_address:
    description: Address to ask for the site instead of resolving its name.
    type: str
  backup_dir:
    description: Folder where a backup by hand is put.
    type: path
  label:
    description: Stands in square brackets before each line that is printed, for instance the name of the pair.
    type: str
"""

EXAMPLES = r"""
- name: Have a person update device B
  bseries.sra.guided_step:
    step: update_b
    planned: "{{ pair.plan.steps | selectattr('id', 'equalto', 'update_b') | first }}"
    a: "{{ hostvars['node-a'] | bseries.sra.connection }}"
    b: "{{ hostvars['node-b'] | bseries.sra.connection }}"
    names: {a: node-a, b: node-b}
    known: {a: "{{ pair.a }}", b: "{{ pair.b }}"}
    target_version: 24.3.4
"""

RETURN = r"""
text:
  description: What was printed for the person.
  returned: when it was printed
  type: str
  sample: "BY HAND: Sync data"
seconds:
  description: How long the step took.
  returned: success
  type: float
  sample: 812.4
backup:
  description: C(path), C(size) and C(sha256) of a backup that was made by hand; null for other steps.
  returned: always
  type: dict
  sample: {path: /srv/backups/node-a-by-hand-20261122T150405Z.nsb, size: 2000000, sha256: 5f0e...}
"""
