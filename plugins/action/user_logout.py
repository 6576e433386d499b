# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the task on the controller, in Ansible's own process, where the module would run there anyway."""

from __future__ import annotations

from ansible_collections.bseries.sra.plugins.module_utils._resources import user_logout
from ansible_collections.bseries.sra.plugins.modules.user_logout import ARGUMENT_SPEC
from ansible_collections.bseries.sra.plugins.plugin_utils._in_process import InProcess


class ActionModule(InProcess):
    """The module of the same name documents it."""

    argument_spec = ARGUMENT_SPEC
    resource = staticmethod(user_logout.run)
