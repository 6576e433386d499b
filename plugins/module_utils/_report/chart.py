# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of one run: both devices, where production was, and when nobody answered. Only geometry; the page draws it."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .moments import seconds_of

Data = t.Mapping[str, t.Any]
WIDTH: t.Final = 960
LEFT: t.Final = 120
RIGHT: t.Final = 944
ROW: t.Final = 46
BAR: t.Final = 30
TOP: t.Final = 28
_LEAST: t.Final = 3.0
"""Width of the shortest bar, so that it is seen at all."""
_LETTER: t.Final = 7.2
"""Width of a letter of a label."""
_TICKS: t.Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)
_ORDER: t.Final = ("a", "b")


@dataclasses.dataclass(frozen=True)
class Bar:
    """``kind`` is the style; ``label`` is empty where it does not fit; ``title`` is what a pointer shows."""

    x: float
    y: float
    width: float
    kind: str
    label: str
    title: str


@dataclasses.dataclass(frozen=True)
class Chart:
    """Sizes in units of the picture. ``rows`` are (y, name), ``ticks`` are (x, label)."""

    height: int
    rows: tuple[tuple[int, str], ...]
    ticks: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]
    description: str


def draw(piece: Data, steps: t.Sequence[Data], appliances: Data) -> Chart | None:
    """The chart of a run with at least one step; ``steps`` as the page lists them, numbered from 1."""
    began, ended = _span(piece, steps)
    if ended <= began:
        return None
    scale = (RIGHT - LEFT) / (ended - began)

    def at(moment: float) -> float:
        return round(LEFT + (min(max(moment, began), ended) - began) * scale, 1)

    letters = [letter for letter in _ORDER if letter in appliances] or ["a"]
    names = [str((appliances.get(letter) or {}).get("name") or f"device {letter}") for letter in letters]
    top = {letter: TOP + number * ROW for number, letter in enumerate(letters)}
    production = TOP + len(letters) * ROW
    bars = [one for number, step in enumerate(steps, 1) for one in _step(number, step, top, at, ended)]
    bars += _production(piece, steps, dict(zip(letters, names, strict=True)), production, at, began, ended)
    rows = [(top[letter] + 20, _cut(name)) for letter, name in zip(letters, names, strict=True)]
    return Chart(
        height=production + ROW + 6,
        rows=(*rows, (production + 20, "Production")),
        ticks=tuple(_ticks(began, ended, at)),
        bars=tuple(bars),
        description=_describe(piece, steps),
    )


def _cut(name: str) -> str:
    return name if len(name) <= 15 else f"{name[:14]}\u2026"


def _span(piece: Data, steps: t.Sequence[Data]) -> tuple[float, float]:
    moments = [seconds_of(step["began"]) for step in steps]
    moments += [seconds_of(step["ended"]) for step in steps if step.get("ended")]
    moments.append(seconds_of(piece["updated"]))
    return min(moments), max(moments)


def _step(
    number: int, step: Data, top: t.Mapping[str, int], at: t.Callable[[float], float], ended: float
) -> t.Iterator[Bar]:
    left = at(seconds_of(step["began"]))
    right = at(seconds_of(step["ended"]) if step.get("ended") else ended)
    width = max(_LEAST, round(right - left, 1))
    kind = step["outcome"] if step["outcome"] != "done" else str(step["id"]).partition("_")[0]
    known = ("backup", "sync", "separate", "update", "verify", "swing", "swap", "establish", "final")
    kind = kind if kind in (*known, "failed", "running", "interrupted") else "other"
    for letter in _ORDER if step.get("on") in ("both", "site") else (step.get("on") or "a",):
        if letter in top:
            label = _fitting((f"{number} {step['id']}", str(number)), width)
            yield Bar(left, top[letter], width, kind, label, f"{number}. {step['title']}")


def _fitting(texts: t.Sequence[str], width: float) -> str:
    return next((text for text in texts if len(text) * _LETTER + 6 <= width), "")


def _production(
    piece: Data,
    steps: t.Sequence[Data],
    names: t.Mapping[str, str],
    y: int,
    at: t.Callable[[float], float],
    began: float,
    ended: float,
) -> t.Iterator[Bar]:
    """Stretches on the device that serves, then the outages on top of them."""
    for start, end, letter in _places(piece, steps, began, ended):
        if letter in names:
            width = round(at(end) - at(start), 1)
            texts = (f"on {names[letter]}", letter.upper())
            yield Bar(at(start), y, width, f"on-{letter}", _fitting(texts, width), f"production on {names[letter]}")
    for outage in (piece.get("production") or {}).get("outages") or ():
        left, right = at(seconds_of(outage["began"])), at(seconds_of(outage["ended"]))
        title = f"production away for {outage['seconds']:g} s: {'; '.join(outage['reasons'])}"
        yield Bar(left, y, max(_LEAST, round(right - left, 1)), "outage", "", title)


def _places(piece: Data, steps: t.Sequence[Data], began: float, ended: float) -> list[tuple[float, float, str]]:
    """Who served from when to when, by the moves of this run."""
    serving, since = str(piece.get("serving") or ""), began
    places = []
    for step in steps:
        to = {"swing": "b", "swing_back": "a", "swap_roles": {"a": "b", "b": "a"}.get(serving, "")}.get(step["id"])
        if to and step["outcome"] == "done" and to != serving:
            moment = _moved(piece, seconds_of(step["began"]), seconds_of(step["ended"]))
            places.append((since, moment, serving))
            serving, since = to, moment
    return [*places, (since, ended, serving)]


def _moved(piece: Data, began: float, ended: float) -> float:
    """When production moved in a step: at the end of the outage that the move made, if one was seen."""
    for outage in (piece.get("production") or {}).get("outages") or ():
        if began - 1 <= seconds_of(outage["began"]) <= ended:
            return min(seconds_of(outage["ended"]), ended)
    return ended


def _ticks(began: float, ended: float, at: t.Callable[[float], float]) -> t.Iterator[tuple[float, str]]:
    span = ended - began
    every = next((tick for tick in _TICKS if span / tick <= 9), _TICKS[-1])
    pattern = "%H:%M:%S" if every < 60 else "%H:%M" if span < 86400 else "%m-%d %H:%M"
    moment = began - began % every + every
    while moment <= ended:
        yield at(moment), datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime(pattern)
        moment += every


def _describe(piece: Data, steps: t.Sequence[Data]) -> str:
    outages = len((piece.get("production") or {}).get("outages") or ())
    away = {0: "no outage was measured", 1: "one outage was measured"}.get(outages, f"{outages} outages were measured")
    return f"Time line of {len(steps)} steps on both devices; {away}. The table below says the same in words."
