# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.no_room``."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._plan.windows import room


def no_room(windows: t.Sequence[t.Mapping[str, t.Any]], seconds: t.Any = 0) -> str:
    """Why nothing of so many seconds may begin now; see ``no_room.yml`` beside this file."""
    try:
        return room(windows or (), float(seconds), datetime.datetime.now(datetime.UTC)) or ""
    except (SraError, ValueError, TypeError) as error:
        raise AnsibleFilterError(f"bseries.sra.no_room: {error}") from error


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"no_room": no_room}
