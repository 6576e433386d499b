# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports of surveys in a folder: how they are named, and what the newest one of an appliance says."""

from __future__ import annotations

import pathlib
import re
import typing as t

from .. import _json
from .._errors import InputError

PREFIX: t.Final = "compatibility-"


def stem(host: str, port: int) -> str:
    """The part of a report's file name that tells the appliance; the usual port is left out."""
    return PREFIX + re.sub(r"[^A-Za-z0-9.-]+", "-", host if port == 443 else f"{host}-{port}").strip("-")


def newest(folder: pathlib.Path, host: str, port: int) -> pathlib.Path | None:
    """The newest JSON report of an appliance; the time in UTC in its name counts."""
    pattern = re.compile(re.escape(stem(host, port)) + r"-\d{8}T\d{6}Z\.json")
    found = [path for path in folder.glob(f"{PREFIX}*.json") if pattern.fullmatch(path.name)]
    return max(found, key=lambda path: path.name, default=None)


def guided_steps(
    folder: pathlib.Path, appliances: t.Sequence[tuple[str, int]], procedure: str, swing_method: str | None
) -> tuple[str, ...]:
    """The steps that the verdict on an upgrade by this procedure leaves to a person. InputError where there is none."""
    steps: list[str] = []
    for host, port in appliances:
        path = newest(folder, host, port)
        if path is None:
            raise InputError(
                f"{folder} holds no compatibility report of {host}:{port}",
                advice="Run the playbook bseries.sra.compatibility first.",
            )
        steps += _of(path, procedure, swing_method)
    return tuple(dict.fromkeys(steps))


def _of(path: pathlib.Path, procedure: str, swing_method: str | None) -> list[str]:
    try:
        data = _json.read(path)
        wanted = [one for one in data["verdicts"] if one["playbook"] == f"upgrade_{procedure}"]
        verdict = next(one for one in wanted if one["swing_method"] in (None, swing_method))
        guided = [str(step) for step in verdict["guided"]]
        refusal = str(verdict["text"]) if verdict["outcome"] == "cannot_run" else None
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise InputError(
            f"{path} is not a report of this playbook that covers the {procedure} upgrade",
            advice="Run the playbook bseries.sra.compatibility again.",
        ) from error
    if refusal is not None:
        raise InputError(f"{path.name} says of upgrade_{procedure}: {refusal}")
    return guided
