#!/usr/bin/python

# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pair_info
short_description: Read both appliances of a pair and the site, plan, and check a step
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Reads device A, device B and who serves the site side by side, and makes the plan of the remaining steps of a procedure.
  - With O(step) it fails unless that step may be done now. The roles ask it before every step that changes something.
  - What may be a passing state (a role change under way, an answer from the appliance's cache) is looked at again before it counts.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It reads only.
  idempotent:
    support: full
options:
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
  gather:
    description: V(full) reads APIs and pages, V(light) only what the APIs tell.
    type: str
    choices: [full, light]
    default: full
  known:
    description: An earlier result (C(a), C(b)); what only pages tell is taken from it in light readings.
    type: dict
  procedure:
    description: The procedure to plan.
    type: str
    choices: [single, synchronous, asynchronous]
    required: true
  target_version:
    description: Product version to reach, or V(latest).
    type: str
    default: latest
  update_method:
    description: How packages reach the appliance.
    type: str
    choices: [automatic, manual]
    default: automatic
  packages:
    description:
      - Folders with downloaded packages. With O(update_method=manual) they are what the devices are offered, and they are
        verified; else packages that were downloaded and not installed are reported.
    type: dict
    suboptions:
      a:
        description: Folder for device A.
        type: path
      b:
        description: Folder for device B; it may be the same.
        type: path
  swing_again:
    description: Answers the question whether production is to swing to device B once more.
    type: bool
    default: false
  accept_base_difference:
    description: Answers the question about a device whose Base is ahead of its peer's.
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
  confirmed:
    description: Whether window 2 may start.
    type: bool
    default: false
  swing_method:
    description: How production moves to the other device.
    type: str
    choices: [shared_ip, dns, nat, custom]
  shared_ip:
    description: The shared IP address.
    type: str
  site_hostname:
    description: The site's host name. Without it nobody is asked who serves.
    type: str
  site_port:
    description: TCP port of the site.
    type: int
    default: 443
  site_address:
    description: Address to ask for the site instead of resolving its name.
    type: str
  site_dns:
    description: The record that a swing by DNS changes. Where it leads is asked of the first resolver, or of the server itself.
    type: dict
    suboptions:
      server:
        description: The zone's primary name server.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        default: 53
      zone:
        description: The zone.
        type: str
        required: true
      record:
        description: The record.
        type: str
        required: true
      resolvers:
        description: Resolvers, as C(host) or C(host:port).
        type: list
        elements: str
      key_name:
        description: Name of the TSIG key.
        type: str
      key_secret:
        description: Its secret in base64.
        type: str
      key_algorithm:
        description: Its algorithm.
        type: str
        default: hmac-sha256
  purpose:
    description:
      - V(upgrade) plans the procedure. V(swing_back) plans only the way of production back to device A, V(role_swap) only the
        swap of the failover roles of a pair.
    type: str
    choices: [upgrade, swing_back, role_swap]
    default: upgrade
  swing_to:
    description: The device that a role swap makes the primary.
    type: str
    choices: [a, b]
    default: b
  step:
    description: The step that is about to be done.
    type: str
  backups:
    description: This run's verified backups by device (C(a), C(b)), each with C(path) and C(sha256).
    type: dict
  steps_done:
    description: Steps that this run has finished.
    type: list
    elements: str
  estimates:
    description: Expected seconds by action.
    type: dict
  measured:
    description: Measured seconds by device and action.
    type: dict
  windows:
    description: Maintenance windows, each with C(start) and C(end) in RFC 3339.
    type: list
    elements: dict
  soak_min:
    description: Least seconds between the windows.
    type: float
  soak_max:
    description: Most seconds between the windows.
    type: float
  record:
    description: File with what earlier runs of this lane measured. Read where it is there, never written.
    type: path
  must_be_in_window:
    description: Whether being outside of every maintenance window is a failed check and not a warning.
    type: bool
    default: false
  clock_skew_max:
    description: Seconds that an appliance's clock may differ from the controller's.
    type: int
    default: 300
  full_access:
    description: The devices (V(a), V(b)) on which the run logs users out or changes a role, which needs full access to the Command API.
    type: list
    elements: str
    choices: [a, b]
  reach_timeout:
    description: Seconds that an appliance may not answer at all before it counts as unreachable.
    type: int
    default: 30
  install_timeout:
    description: Seconds to wait for an appliance that shows signs of an install under way, such as a web server without appliance.
    type: int
    default: 14400
  guided:
    description:
      - Ids of the steps that a person does. A page that only these need may be one that is not understood; it is then named in
        C(unread) of RV(a) and RV(b).
    type: list
    elements: str
  timeout_for_contradictions:
    description: Seconds after which a contradiction is final.
    type: int
    default: 90
"""

EXAMPLES = r"""
- name: Read a pair and plan
  bseries.sra.pair_info:
    a: "{{ hostvars['node-a'] | bseries.sra.connection }}"
    b: "{{ hostvars['node-b'] | bseries.sra.connection }}"
    procedure: asynchronous
    swing_method: shared_ip
    shared_ip: 192.0.2.10
    site_hostname: access.example.com
    site_address: 192.0.2.10
  register: pair

- name: Show what remains
  bseries.sra.announce:
    text: "{{ pair.plan.text }}"
"""

RETURN = r"""
a:
  description: Device A as RV(bseries.sra.appliance_info#module:appliance) gives it.
  returned: success
  type: dict
  sample: {host: 192.0.2.11, version: 12.1.0, failover_role: primary}
b:
  description: Device B likewise; null for a single appliance.
  returned: success
  type: dict
  sample: {host: 192.0.2.12, version: 12.1.0, failover_role: backup}
site:
  description: Who serves the site as RV(bseries.sra.site_probe#module:site) gives it; null without O(site_hostname).
  returned: success
  type: dict
  sample: {hostname: access.example.com, answering: true, version: 12.1.0}
plan:
  description: The plan as RV(bseries.sra.upgrade_plan#module:plan) gives it.
  returned: success
  type: dict
  sample: {procedure: asynchronous, next: backup_a, done: false}
hold:
  description: With O(step), what is waited for where nothing but a maintenance window or the time in production stands against it.
  returned: success
  type: str
  sample: Now is outside every maintenance window.
waiting:
  description: What the plan ends with where time has to pass.
  returned: success
  type: str
  sample: The new version has to serve until 2026-03-14 22:00 +0100 (sra_soak_min) before window 2, 45 min more.
window_left:
  description: Seconds until the present maintenance window ends; null outside of windows and where none are given.
  returned: success
  type: float
  sample: 5400.0
before:
  description: What the devices were before this upgrade, by C(a) and C(b), as far as O(record) tells.
  returned: success
  type: dict
  sample: {a: {version: 12.1.0}}
checks:
  description: Readiness checks, each with C(check), C(title), C(outcome), C(cause) and C(remedy). Empty for light readings.
  returned: success
  type: list
  elements: dict
  sample: [{check: clock, title: Clock of 192.0.2.11 (PREP-8), outcome: pass, cause: "+0 seconds from the controller", remedy: ""}]
checks_text:
  description: The checks as lines for people.
  returned: success
  type: str
  sample: "ok    Clock of 192.0.2.11 (PREP-8)"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import nested_connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources.pair_info import run

ARGUMENT_SPEC = {
    "a": {**nested_connection_spec(), "required": True},
    "b": nested_connection_spec(),
    "gather": {"type": "str", "choices": ["full", "light"], "default": "full"},
    "known": {"type": "dict"},
    "procedure": {"type": "str", "choices": ["single", "synchronous", "asynchronous"], "required": True},
    "target_version": {"type": "str", "default": "latest"},
    "update_method": {"type": "str", "choices": ["automatic", "manual"], "default": "automatic"},
    "packages": {"type": "dict", "options": {"a": {"type": "path"}, "b": {"type": "path"}}},
    "swing_again": {"type": "bool", "default": False},
    "accept_base_difference": {"type": "bool", "default": False},
    "install_failure_solved": {"type": "dict", "options": {"a": {"type": "str"}, "b": {"type": "str"}}},
    "confirmed": {"type": "bool", "default": False},
    "swing_method": {"type": "str", "choices": ["shared_ip", "dns", "nat", "custom"]},
    "shared_ip": {"type": "str"},
    "site_hostname": {"type": "str"},
    "site_port": {"type": "int", "default": 443},
    "site_address": {"type": "str"},
    "site_dns": {
        "type": "dict",
        "options": {
            "server": {"type": "str", "required": True},
            "port": {"type": "int", "default": 53},
            "zone": {"type": "str", "required": True},
            "record": {"type": "str", "required": True},
            "resolvers": {"type": "list", "elements": "str"},
            "key_name": {"type": "str"},
            "key_secret": {"type": "str", "no_log": True},
            "key_algorithm": {"type": "str", "default": "hmac-sha256"},
        },
    },
    "purpose": {"type": "str", "choices": ["upgrade", "swing_back", "role_swap"], "default": "upgrade"},
    "swing_to": {"type": "str", "choices": ["a", "b"], "default": "b"},
    "step": {"type": "str"},
    "backups": {"type": "dict"},
    "steps_done": {"type": "list", "elements": "str"},
    "estimates": {"type": "dict"},
    "measured": {"type": "dict"},
    "windows": {"type": "list", "elements": "dict"},
    "soak_min": {"type": "float"},
    "soak_max": {"type": "float"},
    "record": {"type": "path"},
    "must_be_in_window": {"type": "bool", "default": False},
    "clock_skew_max": {"type": "int", "default": 300},
    "full_access": {"type": "list", "elements": "str", "choices": ["a", "b"]},
    "reach_timeout": {"type": "int", "default": 30},
    "install_timeout": {"type": "int", "default": 14400},
    "guided": {"type": "list", "elements": "str"},
    "timeout_for_contradictions": {"type": "int", "default": 90},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
