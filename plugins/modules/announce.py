#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: announce
short_description: Print text to people as it is
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Prints a plan's table, a summary or an instruction line by line, without quotes and escapes, and takes unprintable characters out.
  - Runs on the controller. It contacts nothing and changes nothing.
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
  text:
    description: What to print; several lines are welcome.
    type: str
    required: true
  label:
    description: Stands in square brackets before each line, for instance the name of the pair.
    type: str
"""

EXAMPLES = r"""
- name: Show the plan
  bseries.sra.announce:
    label: berlin
    text: "{{ sra_plan.text }}"
"""

RETURN = r"""
text:
  description: What was printed.
  returned: always
  type: str
  sample: Nothing to do.
"""
