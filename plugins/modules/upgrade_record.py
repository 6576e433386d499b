# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: upgrade_record
short_description: Remember how long steps took and what was before
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Keeps a small file per pair beside its backups, readable by its owner only. Later runs predict durations from it, compare
    with what was before the upgrade, and know since when the new version serves.
  - Contacts nothing. Nothing depends on the file to go on after an interruption.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  path:
    description: The file.
    type: path
    required: true
  target_version:
    description: The product version that the upgrade leads to.
    type: str
    required: true
  ids:
    description: The appliance ids by C(a) and C(b).
    type: dict
    required: true
  procedure:
    description: The procedure of the upgrade.
    type: str
    choices: [single, synchronous, asynchronous]
    required: true
  before:
    description: What M(bseries.sra.appliance_info) gave before the upgrade, by C(a) and C(b).
    type: dict
  step:
    description: A step that is done, with C(id), C(letter) (C(a), C(b)), C(seconds) and C(ended) (RFC 3339).
    type: dict
  packages:
    description: The packages that it installed, each with C(letter), C(name), C(kind) and C(seconds).
    type: list
    elements: dict
"""

EXAMPLES = r"""
---
- name: Remember how long the sync took
  bseries.sra.upgrade_record:
    path: /var/lib/sra/berlin.upgrades.json
    target_version: 24.3.4
    procedure: asynchronous
    ids: {a: 0123456789abcdef0123456789abcdef}
    step: {id: sync, letter: a, seconds: 312.5, ended: "2026-03-07T21:10:00Z"}
"""

RETURN = r"""
---
measured:
  description: Seconds by device and action in this upgrade.
  returned: success
  type: dict
  sample: {a: {sync: 312.5}}
production_since:
  description: Since when the new version serves production.
  returned: success
  type: str
  sample: "2026-03-07T22:04:00Z"
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: timeout, message: not reached within 60 seconds}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import upgrade_record

ARGUMENT_SPEC = {
    "path": {"type": "path", "required": True},
    "target_version": {"type": "str", "required": True},
    "ids": {"type": "dict", "required": True},
    "procedure": {"type": "str", "choices": ["single", "synchronous", "asynchronous"], "required": True},
    "before": {"type": "dict"},
    "step": {"type": "dict"},
    "packages": {"type": "list", "elements": "dict"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), upgrade_record.run)


if __name__ == "__main__":
    main()
