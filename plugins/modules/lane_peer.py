#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lane_peer
short_description: Make device B known where the inventory holds device A only
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Adds the peer of the present host to the inventory in memory, in the group C(device_b) and in the groups of the present host.
  - It is for inventories that hold one host a pair, so that no pair is torn where an automation platform slices a job.
  - Runs on the controller. It contacts nothing.
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
  peer:
    description:
      - Variables of device B without the prefix C(sra_), C(host) at least. C(name) is its inventory name, by default C(host).
      - What is left out comes from the groups of the present host.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Make the peer known
  bseries.sra.lane_peer:
    peer:
      name: berlin2
      host: 192.0.2.12
  changed_when: false
"""

RETURN = r"""
peer:
  description: The inventory name of the peer.
  returned: success
  type: str
  sample: berlin2
"""
