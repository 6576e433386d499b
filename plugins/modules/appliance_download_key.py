#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_download_key
short_description: Write an appliance's download key to a file
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Reads the Appliance Download Key at C(/appliance > Updates) and writes it to a file that its owner only can read.
  - The key opens the vendor's update server for this appliance on a host that has a way there. It is in no result and
    no log; a fingerprint tells keys apart.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: A key is not shown.
  idempotent:
    support: full
options:
  dest:
    description:
      - File on the controller for the key, in a folder that is made for its owner only where there is none. It is replaced at once and has mode 0600.
    type: path
    required: true
seealso:
  - module: bseries.sra.appliance_update_download
"""

EXAMPLES = r"""
---
- name: Keep the download key for the connected host
  bseries.sra.appliance_download_key:
    host: pra-b.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    dest: /run/user/1000/pra-b.key
  delegate_to: localhost
"""

RETURN = r"""
---
dest:
  description: The file.
  returned: success
  type: str
  sample: /run/user/1000/pra-b.key
fingerprint:
  description: First twelve hex digits of the key's SHA-256.
  returned: success
  type: str
  sample: 1f3a0c9e77b2
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_download_key

ARGUMENT_SPEC = {
    **connection_spec(),
    "dest": {"type": "path", "required": True},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_download_key.run)


if __name__ == "__main__":
    main()
