# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Status > Basics: who the appliance is, what runs on it, what time it has."""

from __future__ import annotations

import re
import typing as t

from .._errors import PageError
from .._records import Basics
from .._version import find_version
from .._web.dates import parse_time, stamped_time, zone_named
from .._web.facts import Fact
from .._web.finder import Action, Finder
from .._web.session import WebSession, looks_like_id
from .._web.view import PageView
from ._press import Press

_CLOCK = re.compile(r"\d{1,2}:\d{2}")
# "System Time (UTC)"
_NOTE = re.compile(r"\(([^()]+)\)$")
_BUILD = re.compile(
    r"\bbuild\s*(?:no\.?|number|nummer)?\s*[:#]?\s*([\w.-]*\d[\w.-]*)|\(\s*([\w.-]*\d[\w.-]*)\s*\)", re.IGNORECASE
)


def has_version(value: str) -> bool:
    """True for a value that is a version, perhaps with the product's name before it, and no sentence."""
    return find_version(value) is not None and len(value.split()) <= 10


def build_in(value: str) -> str | None:
    """The build in ``24.3.4 (Build 1234)`` or ``24.3.4 (1234)``."""
    found = _BUILD.search(value)
    return (found.group(1) or found.group(2)) if found else None


def _product_build(finder: Finder) -> Fact | None:
    """The build beside the product's version; "Base Software Build" says "Software Build" too."""
    fact = finder.fact("product_build", where=lambda value: any(c.isdigit() for c in value) and len(value.split()) <= 4)
    return fact if fact is None or finder.vocabulary.score("base_version", (fact.label,)) is None else None


def read_product(finder: Finder) -> tuple[str | None, str | None]:
    """Version and build of the product, from labels."""
    version = finder.fact("product_version", where=has_version)
    base = finder.fact("base_version", where=has_version)
    if version is not None and base is not None and version.label == base.label:
        # "Base Software Version" says "Software Version" too; without a product there is no other.
        return None, None
    build = _product_build(finder)
    number = find_version(version.value) if version else None
    return number, (build.value if build else build_in(version.value) if version else None)


def _time(finder: Finder) -> tuple[t.Any, str | None]:
    fact = find(finder, "appliance_time")
    if fact is None:
        return None, None
    zone = finder.fact("time_zone")
    noted = _NOTE.search(fact.label)
    named = zone.value if zone else noted.group(1) if noted else None
    moment = parse_time(fact.value) or stamped_time(fact.element) or parse_time(fact.value, zone_named(named))
    return moment, fact.value


LOOKUPS: t.Final[dict[str, t.Callable[[str], bool]]] = {
    "appliance_id": looks_like_id,
    "base_version": has_version,
    "product_version": has_version,
    "appliance_time": lambda value: bool(_CLOCK.search(value)),
}
"""What the procedures read here: control key, and which values can be it."""


def find(finder: Finder, key: str) -> Fact | None:
    """The fact of a key of LOOKUPS as the page shows it."""
    return finder.fact(key, where=LOOKUPS[key])


def _text(fact: Fact | None) -> str | None:
    return fact.value if fact else None


def read(web: WebSession) -> Basics:
    """Raises PageError where the page tells neither a version nor an id: then it is not the page, or not understood."""
    view = web.open("basics")
    finder = web.finder(view, "basics")
    identity = find(finder, "appliance_id")
    base = find(finder, "base_version")
    version, build = read_product(finder)
    moment, time_text = _time(finder)
    if identity is None and base is None and version is None:
        raise _not_understood(finder, [fact.label for fact in view.facts])
    web.note_appliance_id(_text(identity))
    return Basics(
        appliance_id=_text(identity),
        hostname=_text(finder.fact("hostname", where=lambda value: " " not in value)),
        base_version=find_version(base.value) if base else None,
        product_version=version,
        product_build=build,
        time=moment,
        time_text=time_text,
        facts=_all(view.facts),
    )


POWER: t.Final[dict[str, tuple[str, str]]] = {
    "reset": ("reset_appliance", "reset the appliance to factory defaults"),
    "shutdown": ("shut_down_appliance", "shut down the appliance"),
}
"""What the page can do with the whole appliance: control key, and words for people."""


def find_power(web: WebSession, state: str) -> tuple[PageView, Action]:
    """The page, and what resets or shuts down the appliance when it is pressed."""
    view = web.open("basics")
    return view, web.finder(view, "basics").action(POWER[state][0])


def power(web: WebSession, state: str) -> str:
    """Reset or shut down the appliance; returns its words. TransportError passes through: it may be on its way."""
    view, action = find_power(web, state)
    key, purpose = POWER[state]
    return Press(web, "basics", key, purpose).run(view, action).message


def _all(facts: t.Iterable[Fact]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in facts:
        found.setdefault(fact.label, fact.value)
    return found


def _not_understood(finder: Finder, seen: t.Sequence[str]) -> PageError:
    return finder.fail("no version and no appliance id was found", key="base_version", candidates=seen)
