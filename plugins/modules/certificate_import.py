#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate_import
short_description: Import a certificate and let an address of the appliance serve it
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Uploads a certificate with its private key at C(/appliance > Security > Certificates > Import), and assigns IP
    addresses to it (C(Assign IP)). On releases without that assignment the appliance chooses by name.
  - What the appliance serves afterwards is compared with the file.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - A certificate that the appliance lists already, by name and end date, is not imported again; one that is assigned
        is not assigned again.
options:
  src:
    description:
      - The file on the controller, for instance from M(bseries.sra.certificate_export). It is opened and checked before
        anything is contacted.
    type: path
    required: true
  passphrase:
    description:
      - Passphrase of the private key in the file.
    type: str
  assign:
    description:
      - Whether to assign addresses to the certificate. Nothing is assigned to a certificate that the appliance warns of.
    type: bool
    default: true
  addresses:
    description:
      - IP addresses to assign to it. If not given, the appliance's own address that O(host) stands for.
    type: list
    elements: str
  assume_earlier_steps:
    description:
      - In check mode, predict this step as part of a procedure whose earlier steps were only predicted too, so that the file need not be there.
        Without meaning outside of check mode.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds until the appliance must serve the certificate.
    type: int
    default: 120
seealso:
  - module: bseries.sra.certificate_export
"""

EXAMPLES = r"""
---
- name: Let the new appliance serve the certificate of the old one
  bseries.sra.certificate_import:
    host: pra-new.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    src: /var/backups/pra/pra-old.example.com_access.example.com.p12
    passphrase: "{{ vault_certificate_passphrase }}"
  delegate_to: localhost
"""

RETURN = r"""
---
imported:
  description: Whether it was imported, or in check mode would be.
  returned: success
  type: bool
assigned:
  description: Whether addresses were assigned, or in check mode would be.
  returned: success
  type: bool
addresses:
  description: The addresses that are to serve it.
  returned: success
  type: list
  elements: str
is_served:
  description: Whether the appliance's own address serves it now; null in check mode where it would be imported.
  returned: success
  type: bool
subject:
  description: Subject of the certificate.
  returned: success
  type: str
issuer:
  description: Issuer of the certificate.
  returned: success
  type: str
names:
  description: Its common name and alternative names.
  returned: success
  type: list
  elements: str
serial:
  description: Its serial number in hexadecimal digits.
  returned: success
  type: str
fingerprint:
  description: SHA-256 of the certificate in hexadecimal digits.
  returned: success
  type: str
not_before:
  description: From when on it is valid (UTC).
  returned: success
  type: str
not_after:
  description: Until when it is valid (UTC).
  returned: success
  type: str
has_key:
  description: Whether the file holds the private key, which matches the certificate.
  returned: success
  type: bool
chain_length:
  description: How many certificates of the chain are in the file, the certificate itself not counted.
  returned: success
  type: int
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import certificate_import

ARGUMENT_SPEC = {
    **connection_spec(),
    "src": {"type": "path", "required": True},
    "passphrase": {"type": "str", "no_log": True},
    "assign": {"type": "bool", "default": True},
    "addresses": {"type": "list", "elements": "str"},
    "assume_earlier_steps": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), certificate_import.run)


if __name__ == "__main__":
    main()
