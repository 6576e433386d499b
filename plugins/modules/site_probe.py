#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_probe
short_description: Ask who serves the site's host name
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Connects to the site's host name as a client would and says which appliance answers, with which version and
    certificate.
  - Nobody answering is a result, not a failure, unless something is expected.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.info_module
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
options:
  hostname:
    description:
      - The site's host name. If not given, O(host). O(port) is the site's port.
    type: str
  address:
    description:
      - IP address, or another host name, to connect to instead of what the name resolves to, as an entry in the hosts file
        would.
    type: str
  expect_appliance_id:
    description:
      - Fail unless the appliance with this id answers. Needs O(client_id).
    type: str
  expect_version:
    description:
      - Fail unless this version of the product answers. Needs O(client_id).
    type: str
  expect_certificate:
    description:
      - Fail unless the certificate with this SHA-256 fingerprint (hexadecimal, with or without colons) is served.
    type: str
  wait_timeout:
    description:
      - Seconds to wait until what is expected, or without an expectation anybody, answers. With V(0) there is one
        look only.
    type: int
    default: 0
seealso:
  - module: bseries.sra.appliance_info
"""

EXAMPLES = r"""
---
- name: Who serves the site?
  bseries.sra.site_probe:
    hostname: access.example.com
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
  delegate_to: localhost
  register: probe

- name: Wait until B answers on the shared IP
  bseries.sra.site_probe:
    hostname: access.example.com
    address: 192.0.2.10
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    expect_appliance_id: "{{ device_b_id }}"
    wait_timeout: 120
  delegate_to: localhost
"""

RETURN = r"""
---
site:
  description: Who answers.
  returned: always
  type: dict
  contains:
    hostname:
      description: The site's host name.
      type: str
      returned: always
    address:
      description: The address that was connected to.
      type: str
      returned: always
    port:
      description: The port that was connected to.
      type: int
      returned: always
    answering:
      description: Whether an appliance answers.
      type: bool
      returned: always
    appliance_id:
      description: Its id, with an API account.
      type: str
      returned: always
    version:
      description: Its product version, with an API account.
      type: str
      returned: always
    build:
      description: Its product build, with an API account.
      type: str
      returned: always
    certificate:
      description: The certificate that was served.
      type: dict
      returned: always
    error:
      description: Why nobody answers.
      type: str
      returned: always
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  contains:
    kind:
      description: V(input), V(transport), V(starting), V(tls), V(authentication), V(session_expired), V(sign_in_obstacle),
        V(permission), V(api), V(page), V(refused), V(state), V(timeout), V(install) or V(error).
      type: str
      returned: on failure
    message:
      description: What happened, in one sentence.
      type: str
      returned: on failure
    expected:
      description: What should have been there.
      type: str
      returned: on failure
    seen:
      description: What was there instead; for a refusal the appliance's own words.
      type: str
      returned: on failure
    appliance:
      description: Host and port.
      type: str
      returned: on failure
    page:
      description: The page, as a path of captions.
      type: str
      returned: on failure
    state:
      description: In which state things are now, as far as known.
      type: str
      returned: on failure
    advice:
      description: What to do next.
      type: str
      returned: on failure
    candidates:
      description: The nearest things seen.
      type: list
      elements: str
      returned: on failure
    saved:
      description: Where the page was saved.
      type: str
      returned: on failure
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import site_probe

ARGUMENT_SPEC = {
    **connection_spec(),
    "hostname": {"type": "str"},
    "address": {"type": "str"},
    "expect_appliance_id": {"type": "str"},
    "expect_version": {"type": "str"},
    "expect_certificate": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 0},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), site_probe.run)


if __name__ == "__main__":
    main()
