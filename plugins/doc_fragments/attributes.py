# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of the modules: what check mode, diff mode and repetition mean for each."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode, writes nothing on any interface then, and returns the changed status that a
      real run would.
  diff_mode:
    description: Returns what differs, or in check mode will differ, when run with C(--diff).
  idempotent:
    description: Run again with the same arguments in a row, it changes nothing the second time.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/bseries.sra.all) in C(module_defaults) to set the connection options of this module.
    support: full
    membership:
      - bseries.sra.all
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module reads and changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module reads and changes nothing.
  idempotent:
    support: full
    details:
      - This module reads and changes nothing.
"""
