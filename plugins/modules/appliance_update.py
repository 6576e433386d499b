#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_update
short_description: Install the updates that an appliance offers
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Installs Base and product updates in the order of their dependencies, one after the other, and follows each
    through the loss of the connection and the boot to its real end state.
  - Nothing is ever started a second time. A Base update that fails or sticks ends in an error; the appliance is left
    alone then, because only the vendor's support may go on.
  - An update that is under way already is waited for first.
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
options:
  state:
    description:
      - V(latest) installs what is offered.
      - V(present) installs what leads to O(version), and changes nothing where that version is installed.
    type: str
    choices: [latest, present]
    default: latest
  version:
    description:
      - The version of the product. With O(kind=base) it may also be the version of a Base update.
    type: str
  kind:
    description:
      - Which updates to install. V(base) and V(product) let a backup be made between the two.
      - V(base) with a product's O(version) installs the Base updates before that product.
      - V(product) installs everything but Base updates.
    type: str
    choices: [all, base, product]
    default: all
  method:
    description:
      - V(automatic) lets the appliance download from the update server.
      - V(manual) uploads O(package) at C(Updates > Manual Installation). Neither the appliance nor the controller needs
        to reach the update server.
    type: str
    choices: [automatic, manual]
    default: automatic
  package:
    description:
      - For O(method=manual) a folder on the controller with packages, or one package file.
      - A folder that M(bseries.sra.appliance_update_download) filled has a C(manifest.json). Sizes and SHA-256 are
        compared with it before anything is contacted, and what was installed where is noted in it.
      - In a folder without one, files are told apart by their names, which must hold C(base) or the product's name, and
        the version.
      - Packages are sent in the order of their dependencies, streamed from disk.
    type: path
  accept_license:
    description:
      - Whether the licence agreement is accepted where the appliance asks for it. Without it such an update stops
        there.
    type: bool
    default: false
  failure_solved:
    description:
      - An appliance that shows a failed install of Base software is left alone, because only the vendor's support may go
        on there. Where they have solved it and the page still shows it, this names it by its version, as in V(3.3.2), or
        by the appliance's exact words.
    type: str
  wait_timeout:
    description:
      - Seconds that each package may take from the press of the button until the appliance is ready again.
      - An install takes 15 to 60 minutes, and much longer with many recordings.
    type: int
    default: 7200
seealso:
  - module: bseries.sra.appliance_backup
  - module: bseries.sra.appliance_info
  - module: bseries.sra.appliance_update_download
  - module: bseries.sra.upgrade_plan
"""

EXAMPLES = r"""
---
- name: Install the Base updates that version 12.2.0 needs
  bseries.sra.appliance_update:
    host: pra-b.example.com
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    state: present
    version: 12.2.0
    kind: base
    accept_license: true
  delegate_to: localhost

- name: Install everything that is offered, and wait up to four hours for each package
  bseries.sra.appliance_update:
    host: pra-b.example.com
    ca_path: /etc/pki/private-ca.pem
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    accept_license: true
    wait_timeout: 14400
  delegate_to: localhost

- name: Install what was downloaded for an appliance without a way to the update server
  bseries.sra.appliance_update:
    host: pra-b.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    method: manual
    package: /srv/packages/pra-b
    accept_license: true
  delegate_to: localhost
"""

RETURN = r"""
---
installed:
  description: The packages that were installed, in order; C(seconds) is how long each took.
  returned: always
  type: list
  elements: dict
  sample:
    - name: Base Software 3.3.2
      kind: base
      version: 3.3.2
      seconds: 1260.5
would_install:
  description: In check mode the packages that would be installed, in order. A real run asks for the list again after
    each package.
  returned: always
  type: list
  elements: dict
  sample:
    - name: Base Software 3.3.2
      kind: base
      version: 3.3.2
before:
  description: C(version) of the product and C(base_version) before.
  returned: always
  type: dict
  sample:
    version: 12.1.0
    base_version: 3.2.4
after:
  description: C(version) of the product and C(base_version) after; in check mode as predicted.
  returned: always
  type: dict
  sample:
    version: 12.2.0
    base_version: 3.3.2
evidence:
  description:
    - What the vendor's support will ask for. C(time), C(error), C(last_seen), C(installed_before_failure), C(versions),
      C(health), C(basics) and C(clock).
    - With O(report_dir) also C(pages), the saved pages without secrets, and C(file), which holds all this.
    - C(base_trouble) is V(true) where a Base update did not come to its end. Do not restart the appliance then.
  returned: on failure after the appliance was read
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_update

ARGUMENT_SPEC = {
    **connection_spec(),
    "state": {"type": "str", "choices": ["latest", "present"], "default": "latest"},
    "version": {"type": "str"},
    "kind": {"type": "str", "choices": ["all", "base", "product"], "default": "all"},
    "method": {"type": "str", "choices": ["automatic", "manual"], "default": "automatic"},
    "package": {"type": "path"},
    "accept_license": {"type": "bool", "default": False},
    "failure_solved": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 7200},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_update.run)


if __name__ == "__main__":
    main()
