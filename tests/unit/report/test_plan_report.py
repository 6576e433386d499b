# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saving a plan and holding a run to it."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t

import pytest
from unit.plan.helpers import plan as make_plan
from unit.plan.states import Pair

from ansible_collections.bseries.sra.plugins.action.plan_report import run
from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, StateError

NOW = datetime.datetime(2026, 3, 7, 22, tzinfo=datetime.UTC)


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "approved.json"


def call(file: pathlib.Path | None, mode: str, pair: Pair | None = None, **values: t.Any) -> dict[str, t.Any]:
    facts = {
        "dest": str((file or pathlib.Path.cwd()).parent / "reports"),
        "label": "berlin",
        "plan": make_plan("asynchronous", pair or Pair()).to_dict(),
        "warnings": [],
        "plan_file": str(file) if file else None,
        "mode": mode,
        "hide": [],
        "pages": True,
        **values,
    }
    return run(facts, values.pop("now", NOW))


def test_page_and_json_are_written_and_private(file: pathlib.Path) -> None:
    result = call(file, "show")
    assert not file.exists()
    for path in map(pathlib.Path, result["files"].values()):
        assert path.stat().st_mode & 0o777 == 0o600
    data = json.loads(pathlib.Path(result["files"]["json"]).read_text())
    assert (data["pair"], data["read"], data["plan"]["next"]) == ("berlin", "2026-03-07T22:00:00Z", "backup_a")


def test_a_plan_is_compared_without_being_written(file: pathlib.Path) -> None:
    call(file, "save", pages=False)
    assert call(file, "hold", pages=False)["files"] == {}
    assert [path.name for path in file.parent.iterdir() if path.is_dir()] == []


def test_a_saved_plan_holds_a_run_that_fits(file: pathlib.Path) -> None:
    assert call(file, "save")["saved"] == "2026-03-07T22:00:00Z"
    assert file.stat().st_mode & 0o777 == 0o600
    assert call(file, "hold")["drift"] == []
    assert call(file, "hold", Pair().separated().updated("b").swung())["saved"] == "2026-03-07T22:00:00Z"


def test_a_run_that_does_not_fit_is_refused_with_the_difference(file: pathlib.Path) -> None:
    call(file, "save")
    pair = Pair()
    pair.b.product = "12.1.5"
    with pytest.raises(StateError, match=r"Device B ran product 12\.1\.0, runs 12\.1\.5") as raised:
        call(file, "hold", pair)
    assert "nothing was changed" in str(raised.value)


def test_a_plan_that_still_holds_is_kept_and_another_one_replaces_it(file: pathlib.Path) -> None:
    call(file, "save")
    kept = call(file, "save", Pair().separated().updated("b"), now=NOW + datetime.timedelta(days=1))
    assert "still holds and was kept" in kept["text"]
    pair = Pair()
    pair.a.product = pair.b.product = "12.1.5"
    replaced = call(file, "save", pair)
    assert any("12.1.5" in said for said in replaced["drift"])
    assert "instead of the one of 2026-03-07T22:00:00Z" in replaced["text"]
    assert call(file, "hold", pair)["drift"] == []


def test_one_file_serves_several_pairs(file: pathlib.Path) -> None:
    call(file, "save")
    call(file, "save", label="munich")
    assert set(json.loads(file.read_text())["pairs"]) == {"berlin", "munich"}
    with pytest.raises(InputError, match="holds no plan of hamburg"):
        call(file, "hold", label="hamburg")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 2, "pairs": {}}', '{"format": 1, "pairs": {"berlin": {"plan": {}}}}']
)
def test_what_is_no_file_of_plans_is_left_alone(file: pathlib.Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    for mode in ("save", "hold"):
        with pytest.raises(InputError, match="no file of saved plans"):
            call(file, mode)
    assert file.read_text() == text


def test_without_the_file_a_run_is_not_held_but_refused(file: pathlib.Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        call(file, "hold")


def test_a_plan_with_a_problem_is_not_saved(file: pathlib.Path) -> None:
    pair = Pair()
    pair.a.role = pair.b.role = "primary"
    with pytest.raises(StateError, match="not saved"):
        call(file, "save", pair)
    assert not file.exists()


def test_a_folder_that_cannot_be_written_is_a_warning(file: pathlib.Path) -> None:
    file.write_text("", encoding="utf-8")
    result = call(file, "show", dest=str(file / "below"))
    assert result["files"] == {}
    assert "not written to files" in result["warnings"][0]
