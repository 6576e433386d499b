# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe outside saw, as stretches of time in which nobody answered."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .moments import text_of

Data = dict[str, t.Any]
_AT_MOST: t.Final = 500
"""Outages that are kept of one run; more of them say no more."""


def read_samples(path: pathlib.Path) -> list[Data]:
    """The lines of the probe's file; a line that was cut when the machine went down is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [sample for line in lines if (sample := _sample(line)) is not None]


def _sample(line: str) -> Data | None:
    try:
        data = json.loads(line)
        return {"at": float(data["at"]), "away": data["away"] and str(data["away"]), "asked": int(data["asked"])}
    except (ValueError, KeyError, TypeError):
        return None


def production(samples: t.Sequence[Data], interval: float, until: float | None = None) -> Data | None:
    """``asked``, ``began``, ``ended``, ``seen`` (whether the site ever answered), ``away_seconds``, ``outages``; None without samples.

    An outage begins with the first question without an answer and ends with the next answer, so it is exact to one
    interval. Between two samples nothing changed; with ``until`` neither has it since the last
    one. Where the site never answered, nothing is known: the probe may simply not reach it, and ``reason`` says why.
    """
    if not samples:
        return None
    if until is not None and until > samples[-1]["at"]:
        samples = [*samples, {**samples[-1], "at": until}]
    seen = any(sample["away"] is None for sample in samples)
    outages = list(_outages(samples)) if seen else []
    return {
        "asked": samples[-1]["asked"],
        "interval": interval,
        "began": text_of(samples[0]["at"]),
        "ended": text_of(samples[-1]["at"]),
        "seen": seen,
        "reason": None if seen else samples[-1]["away"],
        "away_seconds": round(sum(outage["seconds"] for outage in outages), 1),
        "outages": outages[:_AT_MOST],
        "outages_left_out": max(0, len(outages) - _AT_MOST),
    }


def _outages(samples: t.Sequence[Data]) -> t.Iterator[Data]:
    began: float | None = None
    reasons: list[str] = []
    for sample in samples:
        if sample["away"] is not None:
            began = sample["at"] if began is None else began
            reasons.append(sample["away"])
        elif began is not None:
            yield _outage(began, sample["at"], reasons, over=True)
            began, reasons = None, []
    if began is not None:
        yield _outage(began, samples[-1]["at"], reasons, over=False)


def _outage(began: float, ended: float, reasons: t.Sequence[str], *, over: bool) -> Data:
    return {
        "began": text_of(began),
        "ended": text_of(ended),
        "seconds": round(ended - began, 1),
        "reasons": list(dict.fromkeys(reasons))[:8],
        "over": over,
    }
