# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.lane``."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import describe_lane


def lane(
    variables: t.Mapping[str, t.Any],
    name: str,
    hostvars: t.Mapping[str, t.Any],
    groups: t.Mapping[str, t.Sequence[str]],
    procedure: str,
    upgrading: bool = True,
) -> dict[str, t.Any]:
    """The lane as plain data; see ``lane.yml`` beside this file."""
    described = dataclasses.asdict(describe_lane(name, variables, hostvars, groups, procedure, upgrading=upgrading))
    described["problems"] = list(described["problems"])
    described["warnings"] = list(described["warnings"])
    return described


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"lane": lane}
