# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: user_logout
short_description: Log users out of the console
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Logs out everybody who is logged in to the appliance, through the Command API. Their sessions end.
  - Needs full access to the Command API. Nobody is kept from logging in again.
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
    support: none
    details:
      - Users may log in again between two runs.
options: {}
"""

EXAMPLES = r"""
---
- name: Log users out before the appliance is updated
  bseries.sra.user_logout:
    host: pra-a.example.com
    client_id: "{{ sra_client_id }}"
    client_secret: "{{ sra_client_secret }}"
"""

RETURN = r"""
---
users:
  description: Who was logged out, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample: [{id: 7, display_name: Ada, type: normal, logged_in_since: "2026-03-07T20:00:00Z", session_count: 1}]
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: timeout, message: not reached within 60 seconds}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import user_logout

ARGUMENT_SPEC = {
    **connection_spec(),
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), user_logout.run)


if __name__ == "__main__":
    main()
