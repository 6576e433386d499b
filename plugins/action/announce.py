# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print text to people as it is: a plan's table, a summary, an instruction."""

from __future__ import annotations

import textwrap
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.bseries.sra.plugins.module_utils._printable import printable
from ansible_collections.bseries.sra.plugins.plugin_utils._screen import in_front

display = Display()

# With a short label in front, a line fits a terminal of 110 columns, like the plan's table.
_WIDTH = 100


def _fitting(line: str) -> list[str]:
    """The line with unprintable characters replaced, cut between words where it is too long."""
    line = printable(line)
    if len(line) <= _WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=indent, drop_whitespace=True, break_long_words=False, break_on_hyphens=False
    )


class ActionModule(ActionBase):
    """Runs on the controller, in check mode too, and changes nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        _unused, arguments = self.validate_argument_spec(
            {"text": {"type": "str", "required": True}, "label": {"type": "str"}}
        )
        prefix = in_front(arguments.get("label"))
        lines = [prefix + part for line in arguments["text"].rstrip().splitlines() for part in _fitting(line)]
        display.display("\n".join(["", *lines, ""]))
        result.update(changed=False, text=arguments["text"])
        result["_ansible_verbose_override"] = False
        return result
