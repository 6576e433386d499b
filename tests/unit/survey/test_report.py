# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: a table for the screen, JSON, and HTML that does no harm."""

from __future__ import annotations

import html.parser
import json
import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._resources.compatibility_report import run
from ansible_collections.bseries.sra.plugins.module_utils._survey.files import guided_steps, newest
from ansible_collections.bseries.sra.plugins.module_utils._survey.report import (
    WIDTH,
    as_html,
    as_json,
    survey_text,
    verdicts_text,
)
from ansible_collections.bseries.sra.plugins.module_utils._survey.verdicts import verdicts
from ansible_collections.bseries.sra.tests.unit.survey.surveys import pair, survey

HOSTILE = "<script>alert('x')</script>\"><img src=https://evil.example/x>"


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def report(folder: pathlib.Path, surveys: list[dict[str, t.Any]], check_mode: bool = False) -> dict[str, t.Any]:
    params = {"surveys": surveys, "dest": str(folder), "problems": None, "shared_ip": "192.0.2.10"}
    return run(params, check_mode, t.cast("t.Any", None))


def test_text_of_an_appliance_never_becomes_markup() -> None:
    hostile = survey(hostname=HOSTILE)
    hostile["pages"][0]["controls"][0].update(caption=HOSTILE, value=HOSTILE, candidates=[HOSTILE])
    hostile["pages"][1].update(way=[HOSTILE], detail=HOSTILE, path=HOSTILE)
    tags = Tags()
    tags.feed(as_html(hostile, verdicts([hostile])))
    names = {tag for tag, _attributes in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "a", "form"}
    assert not [attributes for _tag, attributes in tags.seen if "src" in attributes or "href" in attributes]


def test_the_html_is_for_both_shades_and_for_paper() -> None:
    text = as_html(survey(), verdicts([survey()]))
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert "default-src 'none'" in text


def test_the_json_holds_survey_and_verdicts() -> None:
    one = survey()
    data = json.loads(as_json(one, verdicts([one])))
    assert data["survey"] == one
    assert {"playbook", "outcome", "text", "guided", "by_hand"} <= data["verdicts"][0].keys()


def test_the_table_fits_the_screen_and_says_what_is_missing() -> None:
    one = survey(controls={"sync_now": "missing"})
    text = survey_text(one) + "\n" + verdicts_text(verdicts([one, survey("192.0.2.12", "backup")], (), "192.0.2.10"))
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert "MISSING" in text
    assert "-> by hand: do it" in text
    assert "set sra_guided to some of [" in text


def test_files_are_private_and_named_by_host_and_time(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "reports"
    result = report(folder, pair())
    assert len(result["files"]) == 4
    assert all(pathlib.Path(name).stat().st_mode & 0o777 == 0o600 for name in result["files"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert newest(folder, "192.0.2.12", 443) is not None
    assert not list(folder.glob(".*"))


def test_check_mode_writes_nothing(tmp_path: pathlib.Path) -> None:
    result = report(tmp_path / "reports", pair(), check_mode=True)
    assert len(result["files"]) == 4
    assert not (tmp_path / "reports").exists()


def test_the_newest_report_tells_the_steps_for_a_person(tmp_path: pathlib.Path) -> None:
    report(tmp_path, pair(controls={"sync_now": "missing"}))
    hosts = [("192.0.2.11", 443), ("192.0.2.12", 443)]
    assert guided_steps(tmp_path, hosts, "synchronous", None) == ("sync", "final_sync")
    assert guided_steps(tmp_path, hosts, "asynchronous", "shared_ip") == ("sync",)
    path = newest(tmp_path, "192.0.2.11", 443)
    assert path is not None
    later = path.with_name(path.name.replace("-20", "-29", 1))
    later.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is not a report"):
        guided_steps(tmp_path, hosts, "synchronous", None)


def test_without_a_report_or_with_a_bad_verdict_it_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="holds no compatibility report"):
        guided_steps(tmp_path, [("192.0.2.11", 443)], "synchronous", None)
    report(tmp_path, pair(signed_in=False))
    with pytest.raises(InputError, match="cannot run"):
        guided_steps(tmp_path, [("192.0.2.11", 443)], "synchronous", None)


def test_a_port_of_its_own_tells_two_appliances_of_one_address_apart(tmp_path: pathlib.Path) -> None:
    one, other = survey(), {**survey(), "port": 8443}
    report(tmp_path, [one])
    assert newest(tmp_path, "192.0.2.11", 8443) is None
    report(tmp_path, [other])
    assert newest(tmp_path, "192.0.2.11", 8443) is not None
