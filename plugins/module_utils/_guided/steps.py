# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that a person may do, how they are named, and which pages a run can do without when a person does them."""

from __future__ import annotations

import typing as t

from .._errors import InputError
from .._plan.steps import STEP_IDS
from .._web.pages import PAGES

BY_NAME: t.Final[dict[str, tuple[str, ...]]] = {
    "backup": ("backup_a", "backup_b"),
    "sync": ("sync",),
    "separate": ("separate",),
    "update": ("update_a", "update_b"),
    "verify": ("verify_a", "verify_b"),
    "swing": ("swing",),
    "establish": ("establish",),
    "final_sync": ("final_sync",),
}
"""What ``sra_guided`` may name, and the steps of the plan that it means."""

_IDS: t.Final = frozenset(step for steps in BY_NAME.values() for step in steps)

SUBSETS: t.Final[dict[str, str]] = {
    "basics": "basics",
    "ip_configuration": "network",
    "updates": "updates",
    "failover": "failover",
    "certificates": "certificates",
}
"""The subset of ``appliance_info`` that a page is read for."""

NEEDS_PAGE: t.Final[dict[str, tuple[str, ...]]] = {
    "basics": ("update",),
    "updates": ("update",),
    "network": ("swing",),
    "failover": ("sync", "separate", "establish", "final_sync"),
    "certificates": (),
}
"""Which steps, if not done by a person, make a run need what a page tells. By the subsets of ``appliance_info``."""


def expand(names: t.Sequence[str]) -> tuple[str, ...]:
    """The ids of steps that the names mean, in the order of the names. Raises InputError for an unknown one."""
    found: list[str] = []
    for name in names:
        if name not in BY_NAME and name not in _IDS:
            known = [*BY_NAME, *(step for step in sorted(_IDS) if step not in BY_NAME)]
            raise InputError(f"{name!r} is no step that a person can do", expected=", ".join(known))
        found += BY_NAME.get(name, (name,))
    return tuple(dict.fromkeys(found))


def subset_of(page: str | None) -> str | None:
    """The subset that a page is read for, by the path of captions that errors name; None for any other page."""
    for key, subset in SUBSETS.items():
        if page == f"/{PAGES[key].interface} > {PAGES[key].names}":
            return subset
    return None


def steps_of(procedure: str, name: str, letter: str | None = None) -> tuple[str, ...]:
    """The ids that a name has in a procedure, of one device where the step is one of a device."""
    steps = [step for step in BY_NAME[name] if step in STEP_IDS[procedure]]
    return tuple(step for step in steps if letter is None or not step.endswith(("_a", "_b")) or step[-1] == letter)


def can_do_without(
    subset: str, letter: str, procedure: str, guided: t.Collection[str], swing_method: str | None
) -> bool:
    """Whether a run goes on when the page of a subset is not understood on device ``letter``."""
    if subset not in NEEDS_PAGE:
        return False
    needing = [step for name in NEEDS_PAGE[subset] for step in steps_of(procedure, name, letter)]
    if subset == "network" and swing_method != "shared_ip":
        needing = []
    return all(step in guided for step in needing)
