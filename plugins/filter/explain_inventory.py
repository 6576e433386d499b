# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.explain_inventory``."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane.explain import explain


def explain_inventory(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], groups: t.Mapping[str, t.Sequence[str]]
) -> dict[str, t.Any]:
    """The inventory for people; see ``explain_inventory.yml`` beside this file."""
    return explain(hostvars, groups)


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"explain_inventory": explain_inventory}
