#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_restore
short_description: Restore a backup on an appliance
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Uploads a backup at C(/login > Management > Software Management > Restore Settings) and waits until the appliance is
    healthy and accepts O(login_username), which is an account of the backup.
  - A restore overwrites everything that is configured at C(/login), the failover settings and the inter-appliance key
    among it. What these are before and afterwards is returned.
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
      - Every run restores the backup.
options:
  src:
    description:
      - The backup file on the controller. Its size and SHA-256 are compared with the description that
        M(bseries.sra.appliance_backup) stored beside it, before anything is contacted.
    type: path
    required: true
  password:
    description:
      - Password of the backup.
    type: str
  sha256:
    description:
      - SHA-256 that the file must have, where there is no description beside it.
    type: str
  first_sign_in:
    description:
      - Begin with the account that an appliance has when it is new. A forced change of the password sets O(login_password). Where
        the first account is refused, O(login_username) is used.
    type: bool
    default: false
  first_username:
    description:
      - The first account.
    type: str
    default: admin
  first_password:
    description:
      - Its password. If not given, the one that the vendor documents.
    type: str
  accept_license:
    description:
      - Accept the licence agreement that a first sign-in may ask for.
    type: bool
    default: false
  site_hostname:
    description:
      - Host name of the site. If given, it is asked who serves it, and nothing is done on the appliance that does.
      - Needs an API account to tell the appliances apart.
    type: str
  site_port:
    description:
      - TCP port of the site.
    type: int
    default: 443
  site_address:
    description:
      - IP address to ask at, where O(site_hostname) does not resolve on the controller as it does for clients.
    type: str
  assume_earlier_steps:
    description:
      - In check mode, predict this step as part of a procedure whose earlier steps were only predicted too, without the file
        and without asking the appliance. Without meaning outside of check mode.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds until the appliance must be ready again.
    type: int
    default: 3600
seealso:
  - module: bseries.sra.appliance_backup
"""

EXAMPLES = r"""
---
- name: Restore the settings of the old appliance on the new one, which nobody has signed in to yet
  bseries.sra.appliance_restore:
    host: pra-new.example.com
    tls_server_name: access.example.com
    login_username: admin
    login_password: "{{ vault_login_password }}"
    first_sign_in: true
    accept_license: true
    src: "{{ backup.path }}"
    password: "{{ vault_backup_password }}"
  delegate_to: localhost
"""

RETURN = r"""
---
path:
  description: The backup file.
  returned: success
  type: str
size:
  description: Its size in bytes.
  returned: success
  type: int
sha256:
  description: Its SHA-256.
  returned: success
  type: str
version:
  description: Product version that the backup was made with; null where it has no description.
  returned: success
  type: str
message:
  description: The appliance's words after the upload; null in check mode, or where its answer was lost.
  returned: success
  type: str
first_sign_in:
  description: C(password_changed) and C(agreement_accepted); null where there was no first sign-in.
  returned: success
  type: dict
before:
  description: C(failover_configured), C(failover_role) and C(pre_shared_key_present) before; null in check mode.
  returned: success
  type: dict
after:
  description: The same afterwards; null in check mode.
  returned: success
  type: dict
health:
  description: Health afterwards, where there is an API account; null in check mode.
  returned: success
  type: dict
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_restore

ARGUMENT_SPEC = {
    **connection_spec(),
    "src": {"type": "path", "required": True},
    "password": {"type": "str", "no_log": True},
    "sha256": {"type": "str"},
    "first_sign_in": {"type": "bool", "default": False},
    "first_username": {"type": "str", "default": "admin"},
    "first_password": {"type": "str", "no_log": True},
    "accept_license": {"type": "bool", "default": False},
    "site_hostname": {"type": "str"},
    "site_port": {"type": "int", "default": 443},
    "site_address": {"type": "str"},
    "assume_earlier_steps": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_restore.run)


if __name__ == "__main__":
    main()
