# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``sra_guided`` as the inventory gives it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import ACCOUNTS, Lane, describe_lane

HOST = {f"sra_{name}": "given" for name in ACCOUNTS}


def lane(tmp_path: pathlib.Path, guided: t.Any) -> Lane:
    variables = {
        "sra_guided": guided,
        "sra_accept_license": True,
        "sra_backup_dir": str(tmp_path),
        "sra_report_dir": str(tmp_path / "reports"),
    }
    return describe_lane("alone", variables, {"alone": {**HOST, "sra_host": "192.0.2.11"}}, {}, "single")


@pytest.mark.parametrize("given", [["update"], "update", " update , "], ids=repr)
def test_names_become_ids_of_steps(tmp_path: pathlib.Path, given: t.Any) -> None:
    made = lane(tmp_path, given)
    assert made.problems == ()
    assert made.settings["guided"] == ["update_a", "update_b"]


@pytest.mark.parametrize("given", [None, [], ""], ids=repr)
def test_nothing_is_guided_by_itself(tmp_path: pathlib.Path, given: t.Any) -> None:
    assert lane(tmp_path, given).settings["guided"] == []


def test_an_unknown_name_is_a_problem_that_lists_the_known_ones(tmp_path: pathlib.Path) -> None:
    (problem,) = lane(tmp_path, ["coffee"]).problems
    assert problem.startswith("sra_guided: 'coffee' is no step that a person can do")
    assert "update_b" in problem


def test_a_verdict_that_was_never_made_is_a_problem(tmp_path: pathlib.Path) -> None:
    (problem,) = lane(tmp_path, ["verdict"]).problems
    assert "bseries.sra.compatibility" in problem
