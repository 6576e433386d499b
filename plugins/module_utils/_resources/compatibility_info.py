# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection understands of one appliance. Reads only: no form but the sign-ins and sign-outs is submitted."""

from __future__ import annotations

import typing as t

from .._module import Connect, Params
from .._records import as_data
from .._survey.report import survey_text
from .._survey.walk import survey


def run(params: Params, _check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Survey the appliance; what is missing or cannot be reached is a finding. Raises InputError for unusable options."""
    with connect(params) as connection:
        found = as_data(survey(connection, params["shared_ip"]))
        return {"changed": False, "survey": found, "text": survey_text(found)}
