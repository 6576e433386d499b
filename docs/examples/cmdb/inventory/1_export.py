#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory script: the rows of a CMDB export as hosts, every column a variable that begins with cmdb_.

What the columns mean is said in 2_constructed.yml, where people can change it without programming.
"""

from __future__ import annotations

import csv
import json
import pathlib

EXPORT = pathlib.Path(__file__).parents[1] / "cmdb.csv"


def inventory() -> dict[str, object]:
    """Hosts and their variables as Ansible asks for them."""
    with EXPORT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hostvars = {row["name"]: {f"cmdb_{column}": value for column, value in row.items()} for row in rows}
    return {"cmdb": {"hosts": sorted(hostvars)}, "_meta": {"hostvars": hostvars}}


if __name__ == "__main__":
    print(json.dumps(inventory(), indent=1))
