# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.outcomes``."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane.outcomes import all_good, table


def outcomes(rows: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The rows as a table and whether all is well; see ``outcomes.yml`` beside this file."""
    return {"text": table(rows), "passed": all_good(rows)}


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"outcomes": outcomes}
