# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filters ``bseries.sra.results``, ``bseries.sra.files_to_keep`` and ``bseries.sra.note_files``."""

from __future__ import annotations

import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._lane import results as lane_results


def results(
    run: t.Mapping[str, t.Any],
    lane: t.Mapping[str, t.Any],
    state: t.Mapping[str, t.Any],
    plan: t.Mapping[str, t.Any],
    procedure: str,
    check_mode: bool = False,
    failure: str = "",
) -> dict[str, t.Any]:
    """The run's essential results; see ``results.yml`` beside this file."""
    return lane_results.results(lane, run, state, plan, procedure, check_mode, failure or None)


def files_to_keep(run: t.Mapping[str, t.Any], lane: t.Mapping[str, t.Any]) -> list[str]:
    """The files that must outlive the job; see ``files_to_keep.yml`` beside this file."""
    return lane_results.files_to_keep(lane, run)


def note_files(lane: t.Mapping[str, t.Any]) -> list[str]:
    """The notes of earlier runs of the lane; see ``note_files.yml`` beside this file."""
    return lane_results.note_files(lane)


class FilterModule:
    """The filters for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"results": results, "files_to_keep": files_to_keep, "note_files": note_files}
