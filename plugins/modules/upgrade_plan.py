#!/usr/bin/python

# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments and documentation of the planner; behaviour is in C(module_utils/_plan)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: upgrade_plan
short_description: Plan the remaining steps of an upgrade
version_added: 0.1.0
author:
  - The bseries.sra maintainers (@bseries)
description:
  - Turns what was read of the appliances and of the site into the ordered list of steps that remain of an upgrade, with
    durations, gates, the way back and the predicted downtime of both procedures for a pair.
  - Contacts nothing and remembers nothing. After an interruption, read the appliances again and plan again.
  - Contradictions are returned as problems and look-alike stages as questions. Neither leaves a step to be done.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.info_module
options:
  procedure:
    description:
      - The procedure to plan. With V(asynchronous) device B is updated first and takes over production, with
        V(synchronous) device A is updated first and stays primary.
    type: str
    required: true
    choices: [single, synchronous, asynchronous]
  a:
    description:
      - Device A, or the only appliance, as RV(bseries.sra.appliance_info#module:appliance).
      - Useful subsets are C(basics), C(health), C(updates), C(failover) and, for the shared IP, C(network).
    type: dict
    required: true
  b:
    description: Device B, likewise. Needed for a pair.
    type: dict
  site:
    description: Who serves the site's host name, as RV(bseries.sra.site_probe#module:site).
    type: dict
  target_version:
    description: The product version to reach. V(latest) is the highest one installed or offered on either device.
    type: str
    default: latest
  confirmed:
    description: The updated device is confirmed to work in production, so that window 2 may start.
    type: bool
    default: false
  swing_method:
    description: How production moves from device A to device B.
    type: str
    default: none
    choices: [none, shared_ip, dns, nat, custom]
  shared_ip:
    description: The address that both devices have and one of them has enabled.
    type: str
  update_method:
    description: With V(manual) the target need not be offered by the appliance.
    type: str
    default: automatic
    choices: [automatic, manual]
  accept_license:
    description: Whether licence agreements are accepted. V(false) puts a gate before each update; omitted, there is none.
    type: bool
  accept_base_difference:
    description:
      - Answers the question about the device that is updated second while its Base is ahead of its peer's. V(true) means
        that this is an older difference and not an update that stopped between Base and product.
    type: bool
    default: false
  install_failure_solved:
    description:
      - By device, the version or the exact words of a failed install that the vendor's support has solved, although the
        appliance still shows it. Without it such an appliance is left alone.
    type: dict
    suboptions:
      a:
        description: On device A.
        type: str
      b:
        description: On device B.
        type: str
  swing_again:
    description:
      - Answers the question about two updated stand-alone devices with production on device A. V(true) means that
        production is to move to device B.
    type: bool
    default: false
  estimates:
    description:
      - Seconds by action, in place of the defaults. Actions are V(backup), V(sync), V(separate), V(base), V(product),
        V(other), V(verify), V(swing), V(establish), V(first_sync) and V(confirm).
    type: dict
    default: {}
  measured:
    description: Seconds by device (V(a), V(b)) and action, measured in this upgrade. Takes precedence.
    type: dict
    default: {}
  windows:
    description: Maintenance windows. Outside of them changing steps are behind a gate.
    type: list
    elements: dict
    default: []
    suboptions:
      start:
        description: Begin, RFC 3339 with a time zone.
        type: str
        required: true
      end:
        description: End, RFC 3339 with a time zone.
        type: str
        required: true
  soak_min:
    description: Least number of seconds between the two windows.
    type: float
  soak_max:
    description: Greatest number of seconds between the two windows.
    type: float
  step:
    description:
      - Fails unless this step may be done now. O(a), O(b) and O(site) must have been read just before.
      - A step whose effect is there already passes.
    type: str
  backups:
    description:
      - The verified backups of this run by device (V(a), V(b)), each with C(path) and C(sha256). Only looked at with O(step).
    type: dict
    default: {}
  steps_done:
    description: Steps that this run has finished. Only looked at with O(step).
    type: list
    elements: str
    default: []
  fail_on_problems:
    description: Fails where the plan has problems or questions. The plan is returned all the same.
    type: bool
    default: true
seealso:
  - module: bseries.sra.appliance_info
  - module: bseries.sra.site_probe
"""

EXAMPLES = r"""
- name: Read device A
  bseries.sra.appliance_info:
    host: sra-a.example.com
    gather_subset: [basics, health, updates, network, failover]
  register: device_a

- name: Read device B
  bseries.sra.appliance_info:
    host: sra-b.example.com
    gather_subset: [basics, health, updates, network, failover]
  register: device_b

- name: Ask who serves the site
  bseries.sra.site_probe:
    host: support.example.com
  register: production

- name: Plan the asynchronous upgrade
  bseries.sra.upgrade_plan:
    procedure: asynchronous
    a: "{{ device_a.appliance }}"
    b: "{{ device_b.appliance }}"
    site: "{{ production.site }}"
    swing_method: shared_ip
    shared_ip: 192.0.2.10
  register: upgrade

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ upgrade.plan.text.splitlines() }}"

- name: Check the invariants before the update of device B
  bseries.sra.upgrade_plan:
    procedure: asynchronous
    a: "{{ device_a.appliance }}"
    b: "{{ device_b.appliance }}"
    site: "{{ production.site }}"
    swing_method: shared_ip
    shared_ip: 192.0.2.10
    step: update_b
    steps_done: [sync, separate]
    backups:
      a: {path: /backups/a.nsb, sha256: "{{ backup_a.sha256 }}"}
      b: {path: /backups/b.nsb, sha256: "{{ backup_b.sha256 }}"}
"""

RETURN = r"""
plan:
  description: The plan.
  returned: always, except where the options cannot be understood
  type: dict
  contains:
    procedure:
      description: The procedure that was planned.
      type: str
      returned: success
    stage:
      description: Where the appliances stand, as C(id) and C(sentence).
      type: dict
      returned: success
    target_version:
      description: The product version to reach, resolved.
      type: str
      returned: success
    serving:
      description: Who serves the site, one of C(a), C(b), C(none), C(other), C(unknown).
      type: str
      returned: success
    devices:
      description: What the plan was made from, by device.
      type: dict
      returned: success
    steps:
      description: The remaining steps in order.
      type: list
      elements: dict
      returned: success
      contains:
        id:
          description: The step. Backup steps may occur once in each window.
          type: str
          returned: success
        guide:
          description: Ids of the rows of the upgrade guide.
          type: list
          elements: str
          returned: success
        device:
          description: Where it is done, one of C(a), C(b), C(both), C(site).
          type: str
          returned: success
        action:
          description: What is done, the key of its estimate; of an update, C(update).
          type: str
          returned: success
        title:
          description: A line of the runbook.
          type: str
          returned: success
        window:
          description: The window that it belongs to, C(1) or C(2).
          type: int
          returned: success
        changing:
          description: Whether it changes an appliance.
          type: bool
          returned: success
        changes:
          description: What it changes, each as C(what), C(from), C(to).
          type: list
          elements: dict
          returned: success
        packages:
          description: The packages that an update installs, in order.
          type: list
          elements: dict
          returned: success
        request:
          description: C(state) and C(version) for M(bseries.sra.appliance_update).
          type: dict
          returned: success
        estimate_seconds:
          description: How long it takes, about.
          type: int
          returned: success
        production:
          description: C(served), C(away) or C(switching).
          type: str
          returned: success
        point_of_no_return:
          description: Whether after it no device runs the old version.
          type: bool
          returned: success
        way_back:
          description: What can be done if it must be undone.
          type: str
          returned: success
        gate:
          description: What it waits for, one of C(confirmation), C(window), C(license), or null.
          type: str
          returned: success
    steps_now:
      description: Ids of the steps before the first gate. None where there are problems or questions.
      type: list
      elements: str
      returned: success
    next:
      description: Id of the first remaining step, or null.
      type: str
      returned: success
    done:
      description: Whether nothing remains.
      type: bool
      returned: success
    changed:
      description: Whether one of RV(plan.steps_now) changes an appliance.
      type: bool
      returned: success
    waiting_for:
      description: C(confirmation) where only window 2 remains and it is not confirmed, else null.
      type: str
      returned: success
    ends_waiting_for:
      description: What RV(plan.waiting_for) will be after RV(plan.steps_now).
      type: str
      returned: success
    remaining_seconds:
      description: Sum of the estimates of the remaining steps.
      type: int
      returned: success
    problems:
      description:
        - Contradictions, each as C(code), C(message), C(advice) and C(confirmed_by_second_look).
        - Where the latter is true the state may be a passing one, and a second reading has to show it again.
      type: list
      elements: dict
      returned: success
    questions:
      description: Look-alikes, each as C(code), C(message) and C(answers) with C(meaning) and C(command).
      type: list
      elements: dict
      returned: success
    warnings:
      description: What the operator should know.
      type: list
      elements: str
      returned: success
    predictions:
      description: Seconds without production, of work and without failover, by procedure, as if begun now.
      type: dict
      returned: success
    text:
      description: The plan as a table of at most 110 columns.
      type: str
      returned: success
violations:
  description: What forbids O(step), each as C(code), C(message) and C(advice).
  returned: with O(step)
  type: list
  elements: dict
error:
  description: The error in parts, where the module fails.
  returned: failure
  type: dict
"""

import datetime
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._plan.run import CHOICES, run


def argument_spec() -> dict[str, t.Any]:
    """The options of the module."""
    return {
        "procedure": {"type": "str", "required": True, "choices": list(CHOICES["procedure"])},
        "a": {"type": "dict", "required": True},
        "b": {"type": "dict"},
        "site": {"type": "dict"},
        "target_version": {"type": "str", "default": "latest"},
        "confirmed": {"type": "bool", "default": False},
        "swing_method": {"type": "str", "default": "none", "choices": list(CHOICES["swing_method"])},
        "shared_ip": {"type": "str"},
        "update_method": {"type": "str", "default": "automatic", "choices": list(CHOICES["update_method"])},
        "accept_license": {"type": "bool"},
        "accept_base_difference": {"type": "bool", "default": False},
        "install_failure_solved": {"type": "dict", "options": {"a": {"type": "str"}, "b": {"type": "str"}}},
        "swing_again": {"type": "bool", "default": False},
        "estimates": {"type": "dict", "default": {}},
        "measured": {"type": "dict", "default": {}},
        "windows": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {"start": {"type": "str", "required": True}, "end": {"type": "str", "required": True}},
        },
        "soak_min": {"type": "float"},
        "soak_max": {"type": "float"},
        "step": {"type": "str"},
        "backups": {"type": "dict", "default": {}},
        "steps_done": {"type": "list", "elements": "str", "default": []},
        "fail_on_problems": {"type": "bool", "default": True},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        result, error = run(module.params, datetime.datetime.now(datetime.UTC))
    except SraError as failure:
        module.fail_json(msg=str(failure), error=failure.to_dict())
    if error is not None:
        module.fail_json(msg=str(error), error=error.to_dict(), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
