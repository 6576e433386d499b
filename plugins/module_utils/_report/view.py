# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the report says: the record as texts, tables and figures for people. Pure; whatever it returns is still to be escaped."""

from __future__ import annotations

import datetime
import typing as t

from .._plan.estimates import words
from .._printable import printable_data
from .chart import Chart, draw
from .moments import moment_of, seconds_of

Data = t.Mapping[str, t.Any]

OUTCOMES: t.Final[dict[str, tuple[str, str]]] = {
    "running": ("Running", "info"),
    "done": ("Done", "good"),
    "waiting": ("Waiting", "info"),
    "failed": ("Stopped by a failure", "bad"),
    "refused": ("Refused, nothing was changed", "bad"),
    "interrupted": ("Ended without a word", "bad"),
}
CHECKS: t.Final[dict[str, tuple[str, str]]] = {
    "pass": ("passed", "good"),
    "warn": ("warning", "warn"),
    "fail": ("FAILED", "bad"),
    "error": ("NOT LOOKED AT", "bad"),
    "skipped": ("skipped", "soft"),
}
STEPS: t.Final[dict[str, tuple[str, str]]] = {
    "done": ("done", "good"),
    "failed": ("FAILED", "bad"),
    "running": ("running", "info"),
    "interrupted": ("interrupted", "bad"),
}
_ZONE: t.Final = " UTC"
_WAITING: t.Final = {
    "confirmation": "Somebody uses the new version in production and confirms it: run the same command again with "
    "-e sra_confirmed=true. Until then there is no failover; nothing else needs to be done.",
    "window": "A maintenance window that is long enough for the next step; run the same command again then.",
    "soak": "The new version has to serve for a while before window 2; run the same command again then.",
}

_AGAIN: t.Final = "Put the cause right, then run the same command again: nothing that is done is done twice."


def clean(data: t.Any) -> t.Any:
    """The data without what is not printable; a browser shows the sign for it."""
    return printable_data(data, "\ufffd")


def view(record: Data) -> dict[str, t.Any]:
    """Everything that the page shows."""
    record = _short(clean(record))
    pieces = record["pieces"]
    last = pieces[-1]
    return {
        "pair": record["pair"],
        "target": record["target_version"],
        "updated": clock(record["updated"]),
        "state": OUTCOMES[last["outcome"]],
        "sentence": sentence(record),
        "figures": figures(record),
        "appliances": list((record.get("appliances") or {}).items()),
        "pieces": [_piece(number, piece, record) for number, piece in enumerate(pieces, start=1)],
        "failures": [(clock(piece["updated"]), piece["failure"]) for piece in pieces[-1:] if piece.get("failure")],
        "to_do": _to_do(pieces),
        "warnings": _merged(pieces, "warnings"),
        "next": _next(last),
        "installed": [(number, one) for number, piece in enumerate(pieces, 1) for one in piece["installed"]],
        "backups": [one for piece in pieces for one in piece["backups"]],
        "certificates": [(name, one) for piece in pieces for name, one in piece["certificates"].items()],
        "checks": last["checks"] or next((piece["checks"] for piece in reversed(pieces) if piece["checks"]), []),
        "verified": _verified(pieces),
        "compared": next((piece["compared"] for piece in reversed(pieces) if piece["compared"]), []),
        "check_words": CHECKS,
    }


def _short(record: dict[str, t.Any]) -> dict[str, t.Any]:
    """The record with titles that leave out the addresses, which the table of devices has."""
    hosts = [f" ({one['host']})" for one in (record.get("appliances") or {}).values() if one.get("host")]

    def shorten(step: Data | None) -> Data | None:
        if step is None:
            return None
        words = str(step["title"])
        for host in hosts:
            words = words.replace(host, "")
        return {**step, "title": words}

    pieces = [
        {
            **piece,
            "steps": [shorten(step) for step in piece["steps"]],
            "current": shorten(piece["current"]),
            "next": {**piece["next"], "steps": [shorten(step) for step in piece["next"]["steps"]]},
        }
        for piece in record["pieces"]
    ]
    return {**record, "pieces": pieces}


def sentence(record: Data) -> str:
    """Where things stand, in a sentence or two."""
    last = record["pieces"][-1]
    if last["outcome"] == "failed" and last.get("failure"):
        return f"Stopped in step {last['failure']['step']}." if last["failure"].get("step") else "Stopped."
    if last["outcome"] == "running":
        said = f" in step {last['current']['title']}" if last.get("current") else ""
        return f"Under way{said}. This page is written after every step; an older one of a run that is over means that it was killed."
    return last["next"]["stage"] or ""


def figures(record: Data) -> list[tuple[str, str, str]]:
    """The figures on top: what, how much, how it was found."""
    measured = [piece["production"] for piece in record["pieces"] if piece.get("production")]
    seen = [one for one in measured if one["seen"]]
    found = []
    if seen:
        away = sum(one["away_seconds"] for one in seen)
        count = sum(len(one["outages"]) + one["outages_left_out"] for one in seen)
        asked = sum(one["asked"] for one in seen)
        outages = _count(count, "outage") if count else "no outage seen"
        interval = max(one["interval"] for one in seen)
        found.append(
            (
                "Production away",
                duration(away) if count else "none",
                f"{outages}, asked {asked} times from outside, every {interval:g} s",
            )
        )
    else:
        reason = next((f": {one['reason']}" for one in measured if one["reason"]), "")
        found.append(
            (
                "Production away",
                "not measured",
                f"the probe outside never got an answer{reason}" if measured else "no probe ran",
            )
        )
    gaps = [piece["swing_gap_seconds"] for piece in record["pieces"] if piece.get("swing_gap_seconds") is not None]
    if gaps:
        found.append(("Shared IP on neither device", duration(sum(gaps)), "measured between the two saves"))
    if (failover := without_failover(record)) is not None:
        found.append(("Without failover", duration(failover[0]), failover[1]))
    worked = sum(step.get("seconds") or 0.0 for step in _steps(record))
    if worked:
        steps, runs = len(_steps(record)), sum(bool(piece["steps"]) for piece in record["pieces"])
        found.append(("Work", duration(worked), f"{_count(steps, 'step')} in {_count(runs, 'run')}"))
    return found


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def without_failover(record: Data) -> tuple[float, str] | None:
    """Seconds between the end of the relationship and the end of the first sync, and whether it is over; None where it stood."""
    steps = [step for step in _steps(record) if step["outcome"] == "done"]
    began = next((step["ended"] for step in steps if step["id"] == "separate"), None)
    if began is None:
        return None
    ended = next((step["ended"] for step in reversed(steps) if step["id"] == "final_sync"), None)
    said = "from breaking the relationship to the first sync" if ended else "so far; the relationship is still broken"
    return max(0.0, seconds_of(ended or record["updated"]) - seconds_of(began)), said


def _steps(record: Data) -> list[Data]:
    return [step for piece in record["pieces"] for step in piece["steps"]]


def _merged(pieces: t.Sequence[Data], key: str) -> list[str]:
    return list(dict.fromkeys(text for piece in pieces for text in piece[key]))


def _to_do(pieces: t.Sequence[Data]) -> list[str]:
    """The tasks of all runs; to confirm the new version is none any more once nothing waits for it."""
    confirming = pieces[-1]["next"]["waiting_for"] == "confirmation"
    return [text for text in _merged(pieces, "to_do") if confirming or "sra_confirmed=true" not in text]


def _verified(pieces: t.Sequence[Data]) -> list[tuple[str, list[Data]]]:
    """Of each device the latest verification."""
    found: dict[str, list[Data]] = {}
    for piece in pieces:
        found.update(piece["verified"])
    return list(found.items())


def _next(piece: Data) -> dict[str, t.Any]:
    left = piece["next"]
    steps = [
        {**step, "about": words(step["estimate_seconds"]) if step["estimate_seconds"] else ""} for step in left["steps"]
    ]
    needs = piece.get("held") or left["waiting"] or _WAITING.get(left["waiting_for"] or "")
    if piece["outcome"] in ("failed", "refused", "interrupted"):
        # What a failure asks for stands with the failure.
        advised = (piece.get("failure") or {}).get("advice")
        needs = None if advised else _AGAIN
    total = words(sum(step["estimate_seconds"] for step in left["steps"]))
    return {"needs": needs if steps else None, "steps": steps, "total": total}


def _piece(number: int, piece: Data, record: Data) -> dict[str, t.Any]:
    current = [{**piece["current"], "ended": None, "outcome": "running"}] if piece.get("current") else []
    steps = [
        {
            **step,
            "clock": clock(step["began"], day=False),
            "took": duration(step.get("seconds")) if step.get("seconds") is not None else "",
            "state": STEPS[step["outcome"]],
        }
        for step in (*piece["steps"], *current)
    ]
    chart: Chart | None = draw(piece, steps, record.get("appliances") or {}) if steps else None
    return {
        "number": number,
        "title": title(piece),
        "state": OUTCOMES[piece["outcome"]],
        "when": span(piece["started"], piece["ended"]),
        "steps": steps,
        "chart": chart,
        "production": _production(piece.get("production")),
        "logged_out": piece["logged_out"],
        "overruns": [(one["title"], duration(one["seconds"])) for one in piece["overruns"]],
        "clients": ((piece.get("clients") or {}).get("outcome") or {}).get("cause"),
    }


def title(piece: Data) -> str:
    """What a run was."""
    windows = sorted({step["window"] for step in piece["steps"] if step.get("window")})
    names = {"swing_back": "Swing back", "role_swap": "Role swap"}
    if piece["purpose"] in names:
        return names[piece["purpose"]]
    if not windows:
        return "Nothing was to be done"
    return f"Window{'s' if len(windows) > 1 else ''} {' and '.join(map(str, windows))}"


def _production(production: Data | None) -> dict[str, t.Any] | None:
    if production is None:
        return None
    outages = [
        {
            "clock": clock(one["began"], day=False, seconds=True),
            "took": duration(one["seconds"]) + ("" if one["over"] else ", not over when the probe ended"),
            "reasons": "; ".join(one["reasons"]),
        }
        for one in production["outages"]
    ]
    return {**production, "outages": outages}


def clock(text: str | None, *, day: bool = True, seconds: bool = False) -> str:
    """A moment for a person, in UTC, so that every reader of the page sees the same."""
    if not text:
        return ""
    moment = moment_of(text).astimezone(datetime.UTC)
    pattern = ("%Y-%m-%d " if day else "") + ("%H:%M:%S" if seconds or not day else "%H:%M")
    return moment.strftime(pattern) + (_ZONE if day else "")


def span(began: str | None, ended: str | None) -> str:
    """From when to when, with each day once; only the beginning where there is no end, or the same minute."""
    first, last = clock(began), clock(ended)
    if not last or first == last:
        return first
    return f"{first.removesuffix(_ZONE)} to {last.removeprefix(first[: len('YYYY-MM-DD ')])}"


def duration(seconds: float | None) -> str:
    """A measured duration: exact where it is short."""
    if seconds is None:
        return "unknown"
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds >= 0.1 or not seconds else f"{seconds:.2f} s"
    if seconds < 600:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
    return words(seconds)
