# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_verify
short_description: Verify an appliance after its update
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Asks the appliance at its own address by the site's name, as clients will, without a hosts file (SYNC-5, ASYNC-3).
  - Looks at version, build, health, certificate, the sign-in page of C(/login), the API account, and compares everything that is readable
    with what it was before the update.
  - A check that fails is a result, not a failure of the task; RV(passed) tells.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details:
      - It reads only.
  idempotent:
    support: full
options:
  site_hostname:
    description: The site's host name, which the certificate must carry. Left out, the appliance's own name counts.
    type: str
  expect_version:
    description: The product version that the appliance must have.
    type: str
  expect_build:
    description: The build that it must have, for instance that of its peer.
    type: str
  before:
    description: What M(bseries.sra.appliance_info) gave before the update. Sections that are null are not compared.
    type: dict
  shared_ip:
    description: The shared IP address; whether it is enabled is not compared, because a swing moves it.
    type: str
  accept_differences:
    description: Whether differences from O(before) were meant; they are named then, but do not fail.
    type: bool
    default: false
  serving:
    description: Whether production runs on this appliance, so that clients can be expected.
    type: bool
    default: false
  wait_timeout:
    description: Seconds until the appliance must be healthy with O(expect_version). Health may be a minute old.
    type: int
    default: 120
seealso:
  - module: bseries.sra.site_probe
  - module: bseries.sra.jump_client_wait
"""

EXAMPLES = r"""
---
- name: Verify device B before production swings to it
  bseries.sra.appliance_verify:
    host: pra-b.example.com
    site_hostname: access.example.com
    expect_version: 24.3.4
    before: "{{ state_before.appliance }}"
  register: verified

- name: Show the outcomes
  bseries.sra.announce:
    text: "{{ verified.text }}"
"""

RETURN = r"""
---
passed:
  description: Whether no check failed and at least one passed.
  returned: success
  type: bool
outcomes:
  description: All checks. C(outcome) is V(pass), V(fail) (looked at, not right), V(error) (could not be looked at) or V(skipped).
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: What was looked at.
      type: str
      returned: always
    title:
      description: The same for people.
      type: str
      returned: always
    outcome:
      description: How it ended.
      type: str
      returned: always
    cause:
      description: What was seen.
      type: str
      returned: always
    remedy:
      description: What to do.
      type: str
      returned: always
text:
  description: The outcomes as a table.
  returned: success
  type: str
  sample: "pass     Product version: 24.3.4"
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: timeout, message: not reached within 60 seconds}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_verify

ARGUMENT_SPEC = {
    **connection_spec(),
    "site_hostname": {"type": "str"},
    "expect_version": {"type": "str"},
    "expect_build": {"type": "str"},
    "before": {"type": "dict"},
    "shared_ip": {"type": "str"},
    "accept_differences": {"type": "bool", "default": False},
    "serving": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_verify.run)


if __name__ == "__main__":
    main()
