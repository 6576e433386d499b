#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate_export
short_description: Export a certificate of an appliance with its private key
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Exports a certificate, its private key and its chain at C(/appliance > Security > Certificates), opens what came,
    and stores it on the controller, readable by its owner only and complete or not at all.
  - The private key must match the certificate, and the certificate must be the one that was chosen. Nothing of the key
    is returned. The appliance is not changed.
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
      - A file that holds the certificate already, and opens with the passphrase, is left as it is.
options:
  dest:
    description:
      - A file if it has the extension of one (C(.p12), C(.pfx), C(.pem), C(.crt), C(.cer), C(.der), C(.p7b)), else a
        folder on the controller, which is made if it does not exist.
      - In a folder the file is named after host and certificate.
    type: path
    required: true
  passphrase:
    description:
      - Protects the private key in the file. Required with O(include_private_key); it is stored nowhere.
    type: str
  include_private_key:
    description:
      - Whether to export the private key too.
    type: bool
    default: true
  include_chain:
    description:
      - Whether to export the certificate chain too.
    type: bool
    default: true
  issued_to:
    description:
      - Choose the certificate with this common name.
      - If nothing chooses one, it is the one assigned to the appliance's own address, else the one that it serves.
    type: str
  name:
    description:
      - Choose the certificate with this friendly name.
    type: str
  address:
    description:
      - Choose the certificate that is assigned to this IP address.
    type: str
  wait_timeout:
    description:
      - Seconds that the download may take.
    type: int
    default: 120
seealso:
  - module: bseries.sra.certificate_import
"""

EXAMPLES = r"""
---
- name: Keep a copy of the certificate that an appliance serves, with its key
  bseries.sra.certificate_export:
    host: pra-a.example.com
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    dest: /var/backups/pra
    passphrase: "{{ vault_certificate_passphrase }}"
  delegate_to: localhost
"""

RETURN = r"""
---
path:
  description: The file on the controller; in check mode the file that a real run would most likely write.
  returned: success
  type: str
sha256:
  description: SHA-256 of the file; null in check mode where it would be written.
  returned: success
  type: str
format:
  description: V(pkcs12), V(pem) or V(der), as the appliance exports it.
  returned: success
  type: str
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
chain_complete:
  description: Whether the chain ends in a root, or at an authority that the controller trusts.
  returned: success
  type: bool
is_served:
  description: Whether it is the certificate that the appliance serves now.
  returned: success
  type: bool
problems:
  description: What is wrong with the certificate, for instance that it has expired.
  returned: success
  type: list
  elements: str
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import certificate_export

ARGUMENT_SPEC = {
    **connection_spec(),
    "dest": {"type": "path", "required": True},
    "passphrase": {"type": "str", "no_log": True},
    "include_private_key": {"type": "bool", "default": True},
    "include_chain": {"type": "bool", "default": True},
    "issued_to": {"type": "str"},
    "name": {"type": "str"},
    "address": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 120},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), certificate_export.run)


if __name__ == "__main__":
    main()
