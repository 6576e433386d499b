# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The points of a procedure at which it can be interrupted: each distinct request, before and after it is carried out."""

from __future__ import annotations

import dataclasses
import random
import re
import typing as t

Entry = t.Mapping[str, t.Any]
T = t.TypeVar("T")
Moment = t.Literal["before", "half", "after"]

_TOLD_APART_BY = ("address", "interface", "method", "kind", "screen", "action", "operation")
_NETWORK = re.compile(r"\b127\.\d+\.")
_DOWNLOADS = re.compile(r"^(api\.backup|backup\..*|certificates\.go|vault_key\..*)$")


def anywhere(text: str) -> str:
    """The text without the loopback network that a simulator took by chance."""
    return _NETWORK.sub("127.0.", text)


@dataclasses.dataclass(frozen=True)
class Point:
    """The first request of its sort after so many different ``deeds``; ``match`` finds it, ``seq`` is its place in the log."""

    seq: int
    deeds: int
    device: str
    match: tuple[tuple[str, str], ...]
    when: Moment

    @property
    def request(self) -> str:
        facts = dict(self.match)
        name = facts["action"] or facts["operation"] or facts["screen"] or facts.get("path", "")
        return f"{facts['interface']} {facts['kind']} {name}"

    @property
    def label(self) -> str:
        return f"{self.deeds} changes, {self.when} {self.device} {self.request}"

    @property
    def key(self) -> str:
        """What tells the point from all others, in this run of the harness and in later ones."""
        return " ".join((str(self.deeds), self.when, self.device, *(value or "-" for _key, value in self.match)))

    def fault(self) -> dict[str, t.Any]:
        """What holds the request, for the simulator's control port."""
        match = {key: f"^{re.escape(value)}$".replace(r"127\.0\.", r"127\.\d+\.") for key, value in self.match}
        match["kind_of_request"] = match.pop("kind")
        half = {"half": True} if self.when == "half" else {}
        return {
            "device": self.device,
            "match": match,
            "deeds": self.deeds,
            "when": "before" if self.when == "before" else "after",
            **half,
        }


def points(log: t.Sequence[Entry]) -> list[Point]:
    """All points of a run: equal requests between two changes, as in a loop that waits, count once."""
    found: list[Point] = []
    seen = set()
    for entry in log:
        match = tuple((key, anywhere(str(entry[key]))) for key in _TOLD_APART_BY)
        if not any(entry[key] for key in ("screen", "action", "operation")):
            match += (("path", str(entry["path"])),)
        key = (entry["deeds"], entry["device"], match)
        if key not in seen:
            seen.add(key)
            found += [Point(entry["seq"], entry["deeds"], entry["device"], match, when) for when in _moments(entry)]
    return found


def _moments(entry: Entry) -> tuple[Moment, ...]:
    """A read leaves nothing behind, whether it is answered or not."""
    if _DOWNLOADS.match(entry["operation"]) or _DOWNLOADS.match(entry["action"]):
        return ("before", "half", "after")
    return ("before",) if entry["kind"] == "read" or entry["status"] == 503 else ("before", "after")


def is_dangerous(point: Point) -> bool:
    """At a write, a sign-in or a download something is left half done; at a read nothing is."""
    return dict(point.match)["kind"] != "read" or point.when == "half"


def sample(found: t.Sequence[Point], count: int | None, seed: int) -> list[Point]:
    """``count`` of the points in their order, all of them with None; two thirds where something can be left half done."""
    if count is None or count >= len(found):
        return list(found)
    chance = random.Random(seed)
    dangerous = [point for point in found if is_dangerous(point)]
    chosen = set(chance.sample(dangerous, min(len(dangerous), (2 * count + 2) // 3)))
    others = [point for point in found if point not in chosen]
    chosen |= set(chance.sample(others, count - len(chosen)))
    return [point for point in found if point in chosen]


def chains(chosen: t.Sequence[T], length: int) -> list[list[T]]:
    """Deal points, or what else comes in order, to as few chains of at most ``length`` as possible, so that each goes through the whole procedure."""
    number = -(-len(chosen) // length)
    return [list(chosen[first::number]) for first in range(number)]
