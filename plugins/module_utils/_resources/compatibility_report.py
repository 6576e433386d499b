# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts on the playbooks from the surveys of a lane, and the report of each appliance as JSON and HTML."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

from .._errors import InputError
from .._module import Connect, Params
from .._report.record import write_files
from .._survey.files import stem
from .._survey.report import as_html, as_json, verdict_data, verdicts_text
from .._survey.verdicts import Verdict, verdicts

_FORMAT: t.Final = "%Y%m%dT%H%M%SZ"


def run(params: Params, check_mode: bool, _connect: Connect) -> dict[str, t.Any]:
    """Judge and write; in check mode judge and name the files only. Contacts nothing."""
    surveys = params["surveys"]
    if not 1 <= len(surveys) <= 2:
        raise InputError("surveys must be that of one appliance, or of device A and device B")
    judged = verdicts(surveys, params["problems"] or (), params["shared_ip"])
    stamp = datetime.datetime.now(datetime.UTC).strftime(_FORMAT)
    folder = pathlib.Path(params["dest"]).expanduser().absolute()
    files: list[str] = []
    for survey in surveys:
        files += _write(folder, survey, judged, stamp, check_mode=check_mode)
    return {
        "changed": True,
        "files": files,
        "verdicts": [verdict_data(one) for one in judged],
        "text": verdicts_text(judged),
    }


def _write(
    folder: pathlib.Path, survey: t.Mapping[str, t.Any], judged: t.Sequence[Verdict], stamp: str, *, check_mode: bool
) -> list[str]:
    name = f"{stem(str(survey['host']), int(survey['port']))}-{stamp}"
    contents = {f"{name}.json": as_json(survey, judged), f"{name}.html": as_html(survey, judged)}
    if check_mode:
        return [str(folder / file) for file in contents]
    return write_files(folder, contents)
