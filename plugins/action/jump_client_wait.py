# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the task on the controller, in Ansible's own process, and prints how far the clients are."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.bseries.sra.plugins.module_utils._module import Connect, Params
from ansible_collections.bseries.sra.plugins.module_utils._printable import printable
from ansible_collections.bseries.sra.plugins.module_utils._resources import jump_client_wait
from ansible_collections.bseries.sra.plugins.modules.jump_client_wait import ARGUMENT_SPEC
from ansible_collections.bseries.sra.plugins.plugin_utils._in_process import InProcess
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import in_front

display = Display()


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """The wait, with a line for every change."""
    prefix = in_front(params["label"])
    return jump_client_wait.run(
        params, check_mode, connect, say=lambda text: t.cast(None, display.display(prefix + printable(text)))
    )


class ActionModule(InProcess):
    """The module of the same name documents it."""

    argument_spec = ARGUMENT_SPEC
    speaks = True
    resource = staticmethod(run)
