# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.follow_up``."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane import follow_up as lane_follow_up


def follow_up(
    run: t.Mapping[str, t.Any],
    lane: t.Mapping[str, t.Any],
    state: t.Mapping[str, t.Any],
    plan: t.Mapping[str, t.Any],
    procedure: str,
) -> list[str]:
    """The to-do list for people; see ``follow_up.yml`` beside this file."""
    return lane_follow_up.follow_up(lane, run, state, plan, procedure)


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"follow_up": follow_up}
