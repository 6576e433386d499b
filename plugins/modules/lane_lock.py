#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lane_lock
short_description: Keep other runs away from the appliances
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Locks a file for each appliance until the run ends, however it ends; a second run on one of these appliances is refused or waits.
    A killed run holds nothing.
  - The locks are those of the file system. They keep runs apart that share the folder, on one controller or on several where the
    file system passes locks on. Runs with different folders do not see each other.
  - Runs on the controller. It contacts nothing and changes nothing on any appliance. In check mode it takes no lock, it only says who
    holds one.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
options:
  paths:
    description: The files, one for an appliance. They are made where they do not exist, and stay.
    type: list
    elements: path
    required: true
  procedure:
    description: What the run does, for the message that another run gets.
    type: str
    required: true
  wait:
    description: Seconds to wait for another run to end.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Let no other run work on this pair
  bseries.sra.lane_lock:
    paths: [/srv/sra-backups/.locks/192.0.2.11_443.lock, /srv/sra-backups/.locks/192.0.2.12_443.lock]
    procedure: asynchronous
    wait: 600
"""

RETURN = r"""
held_by_others:
  description: In check mode, who holds which lock.
  returned: success
  type: list
  elements: str
  sample: []
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  sample: {kind: state, message: Another run works on these appliances}
"""
