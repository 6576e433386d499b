# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a survey of one appliance's interfaces finds, as frozen records."""

from __future__ import annotations

import dataclasses
import typing as t

State = t.Literal["found", "missing", "not_understood", "not_visible", "not_offered", "not_looked_at"]
"""``not_visible``: shown in another state of the appliance only. ``not_offered``: not on a backup."""


@dataclasses.dataclass(frozen=True)
class ControlSeen:
    """One control or value of a page. ``caption`` is what the page says, ``how`` where it says so."""

    control: str
    name: str
    state: State
    caption: str | None = None
    how: str | None = None
    value: str | None = None
    detail: str = ""
    candidates: tuple[str, ...] = ()
    by_hand: str = ""


@dataclasses.dataclass(frozen=True)
class PageSeen:
    """One page. ``way`` are the captions that lead to it, ``path`` is its path on the server, without query values.

    ``driver`` is what it was worked through: ``html``, or ``browser`` for a page that scripts draw; None where it was not reached.
    """

    page: str
    interface: str
    name: str
    state: State
    way: tuple[str, ...] = ()
    path: str | None = None
    language: str | None = None
    detail: str = ""
    controls: tuple[ControlSeen, ...] = ()
    by_hand: str = ""
    saved: str | None = None
    driver: str | None = None


@dataclasses.dataclass(frozen=True)
class ApiSeen:
    """One API. ``available`` None: not known."""

    api: str
    name: str
    available: bool | None
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class Permission:
    """One permission of the API account; ``granted`` None: the API does not tell."""

    name: str
    caption: str
    value: str | None
    granted: bool | None
    needed: bool


@dataclasses.dataclass(frozen=True)
class InterfaceSeen:
    """One web interface: ``signed_in`` or why not."""

    interface: str
    signed_in: bool
    language: str | None = None
    detail: str = ""


@dataclasses.dataclass(frozen=True)
class Survey:
    """Everything that was found on one appliance. ``stands`` is ``primary``, ``backup``, ``none`` or ``unknown``."""

    host: str
    port: int
    label: str
    surveyed: str
    reached: bool
    stands: str
    appliance_id: str | None = None
    hostname: str | None = None
    versions: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    interfaces: tuple[InterfaceSeen, ...] = ()
    pages: tuple[PageSeen, ...] = ()
    apis: tuple[ApiSeen, ...] = ()
    permissions: tuple[Permission, ...] = ()
