# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of saved plans: one of each pair, so that one file serves a whole inventory."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .._errors import InputError
from .._transport.files import atomic_file

FORMAT: t.Final = 1
_NEEDED: t.Final = ("procedure", "target_version", "serving", "devices", "steps")


def read(path: pathlib.Path) -> dict[str, dict[str, t.Any]]:
    """Each pair's ``saved`` (RFC 3339) and ``plan``. Raises InputError where the file is none of ours."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"The saved plan {path} cannot be read: {error.strerror or error}",
            advice="Save one with the playbook bseries.sra.plan, or correct sra_plan_file.",
        ) from error
    except ValueError as error:
        raise _foreign(path) from error
    pairs = data.get("pairs") if isinstance(data, dict) and data.get("format") == FORMAT else None
    if not isinstance(pairs, dict) or not all(_complete(entry) for entry in pairs.values()):
        raise _foreign(path)
    return pairs


def _complete(entry: t.Any) -> bool:
    plan = entry.get("plan") if isinstance(entry, dict) and "saved" in entry else None
    return isinstance(plan, dict) and all(name in plan for name in _NEEDED)


def _foreign(path: pathlib.Path) -> InputError:
    return InputError(
        f"{path} is no file of saved plans",
        expected="what the playbook bseries.sra.plan writes to sra_plan_file",
        advice="Give another file in sra_plan_file; this one is left as it is.",
    )


def write(path: pathlib.Path, pairs: t.Mapping[str, t.Any]) -> None:
    """Write it whole or not at all, readable by its owner only. Raises InputError."""
    with atomic_file(path) as file:
        file.write(json.dumps({"format": FORMAT, "pairs": pairs}, indent=1).encode() + b"\n")
