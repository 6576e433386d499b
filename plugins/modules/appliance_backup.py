#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_backup
short_description: Download a verified backup of an appliance
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Downloads the backup of settings and configuration, verifies it, and stores it on the controller, readable by its
    owner only and complete or not at all.
  - Uses the Backup API, or C(/login > Management > Software Management) where there is no API account that may.
  - A description (C(<file>.json)) with size, SHA-256, time and version is stored beside each backup. It holds no
    secret.
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
    support: partial
    details:
      - With O(max_age) a young enough backup is left as it is. Without it every run makes a backup.
options:
  dest:
    description:
      - A file if it ends in C(.nsb), else a folder on the controller, which is made if it does not exist.
      - In a folder the file is named after host, product version and time in UTC.
    type: path
    required: true
  password:
    description:
      - Password to protect the backup with. It is needed to restore it and stored nowhere.
    type: str
  include_vault_key:
    description:
      - Also download the Vault encryption key at C(/login > Management > Software Management), into a file of its own
        beside the backup (C(<file>.vault-key), mode 0600). Keep it apart from the backup.
      - The task fails where the appliance does not offer the key. O(password) protects it too.
    type: bool
    default: false
  keep:
    description:
      - How many backups of this appliance to keep in the folder, the new one included; older ones are deleted.
      - Only files that this module made for the same O(host) and O(port) are counted and deleted.
    type: int
  keep_days:
    description:
      - Backups of this appliance that are older than so many days are deleted, but never the newest.
    type: int
  max_age:
    description:
      - Seconds. An intact backup of this appliance, not older than that and of the product version that is installed
        now, is enough;
        then nothing is downloaded.
      - If not given, a backup is always made.
    type: int
  wait_timeout:
    description:
      - Seconds that the download may take, and the look into the archive after it. Where they are over, the rest of the
        archive is not looked at.
    type: int
    default: 3600
seealso:
  - module: bseries.sra.appliance_update
"""

EXAMPLES = r"""
---
- name: Back up an appliance and keep the newest ten
  bseries.sra.appliance_backup:
    host: pra-a.example.com
    tls_server_name: access.example.com
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    dest: /var/backups/pra
    password: "{{ vault_backup_password }}"
    keep: 10
  delegate_to: localhost
  register: backup

- name: Back up unless there is a backup of the last hour
  bseries.sra.appliance_backup:
    host: pra-a.example.com
    login_username: admin
    login_password: "{{ vault_login_password }}"
    dest: /var/backups/pra
    max_age: 3600
  delegate_to: localhost
"""

RETURN = r"""
---
path:
  description: The backup file on the controller; in check mode the path that it would have now.
  returned: success
  type: str
  sample: /var/backups/pra/pra-a.example.com_12.1.0_20261122T150405Z.nsb
vault_key:
  description: The file with the Vault encryption key; null without O(include_vault_key).
  returned: success
  type: str
size:
  description: Size in bytes; null in check mode where a backup would be made.
  returned: success
  type: int
sha256:
  description: SHA-256 of the file; null in check mode where a backup would be made.
  returned: success
  type: str
source:
  description: V(api) or V(page); null in check mode where a backup would be made.
  returned: success
  type: str
created:
  description: When it was made (UTC); null in check mode where a backup would be made.
  returned: success
  type: str
removed:
  description: Older backups that were deleted, or in check mode would be.
  returned: success
  type: list
  elements: str
checks:
  description:
    - What can be told of a new backup from outside, each with C(check), C(title), C(outcome), C(cause) and C(remedy). Whether an
      archive of a known kind opens to its end, and its size beside the backup before. An archive that unpacks to more than
      1 GiB and 100 times its size is not looked at further, which the check says.
    - The vendor's format is not published, so that only an appliance can say for certain whether a backup can be restored.
  returned: success, empty where no backup was made
  type: list
  elements: dict
  sample: [{check: size, title: Its size beside the backup before, outcome: pass, cause: "4711 bytes, 4700 before", remedy: ""}]
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_backup

ARGUMENT_SPEC = {
    **connection_spec(),
    "dest": {"type": "path", "required": True},
    "password": {"type": "str", "no_log": True},
    "include_vault_key": {"type": "bool", "default": False},
    "keep": {"type": "int", "no_log": False},
    "keep_days": {"type": "int", "no_log": False},
    "max_age": {"type": "int"},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_backup.run)


if __name__ == "__main__":
    main()
