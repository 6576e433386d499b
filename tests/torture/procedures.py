# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The procedures that are tortured: how each is started, and what must be true of the appliances when it has ended."""

from __future__ import annotations

import dataclasses
import typing as t

from integration import hardware
from integration.conftest import Lab

SCALE = 2000.0
CONFIRMED = ("-e", "sra_confirmed=true")


@dataclasses.dataclass(frozen=True)
class Procedure:
    """``final`` names what is not as it must be at the end, as sentences.

    ``refused_once_a_run`` are accounts that each run tries once although they may be refused: the only way to tell whether
    the appliance knows them already. A run never tries one twice, which the undisturbed run proves.
    """

    name: str
    playbook: str
    final: t.Callable[[Lab], list[str]]
    scenario: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    settings: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    extra: tuple[str, ...] = CONFIRMED
    prepare: t.Callable[[Lab], None] = Lab.write_inventory
    refused_once_a_run: tuple[str, ...] = ()


def _differences(lab: Lab, expected: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[str]:
    return [
        f"{letter}: {key} is {lab.device(letter)[key]!r}, not {value!r}"
        for letter, values in expected.items()
        for key, value in values.items()
        if lab.device(letter)[key] != value
    ]


def _serving(lab: Lab, letter: str) -> list[str]:
    serving = lab.simulator.state()["pairs"]["one"]["serving"]
    return [] if serving == f"one-{letter}" else [f"production is served by {serving}, not by one-{letter}"]


def _pair_is_upgraded(primary: str, backup: str) -> t.Callable[[Lab], list[str]]:
    software = {"base": "3.3.2", "product": "12.2.0"}

    def final(lab: Lab) -> list[str]:
        limit = lab.simulator.state()["devices"]["one-a"]["settings"].get("max_concurrent_upgrades", 50)
        expected = {
            primary: {**software, "role": "primary", "shared_ip_enabled": True},
            backup: {**software, "role": "backup", "shared_ip_enabled": False},
        }
        problems = _differences(lab, expected) + _serving(lab, primary)
        return problems if limit == 50 else [*problems, f"the number of concurrent upgrades was left at {limit}"]

    return final


def _single_is_upgraded(lab: Lab) -> list[str]:
    return _differences(lab, {"a": {"base": "3.3.2", "product": "12.2.0"}}) + _serving(lab, "a")


def _hardware_has_moved(lab: Lab) -> list[str]:
    expected = {"base": "3.3.2", "product": "12.1.0", "build": "52301", "factory_new": False}
    return _differences(lab, {"b": expected}) + _serving(lab, "b")


_PAIR: t.Final[dict[str, t.Any]] = {"pairs": [{"name": "one"}]}
_ALONE: t.Final[dict[str, t.Any]] = {"name": "one", "single": True}
_SETTINGS: t.Final[dict[str, t.Any]] = {"sra_swing_method": "shared_ip", "sra_accept_license": True}

PROCEDURES: t.Final = {
    procedure.name: procedure
    for procedure in (
        Procedure(
            "asynchronous",
            "upgrade_asynchronous",
            _pair_is_upgraded("b", "a"),
            _PAIR,
            {**_SETTINGS, "sra_jump_client_limit": 20},
        ),
        Procedure("synchronous", "upgrade_synchronous", _pair_is_upgraded("a", "b"), _PAIR, _SETTINGS),
        Procedure("single", "upgrade_single", _single_is_upgraded, {"pairs": [_ALONE]}, _SETTINGS, ()),
        Procedure(
            "single, drawn by scripts",
            "upgrade_single",
            _single_is_upgraded,
            {"pairs": [{**_ALONE, "a": {"skin": "application"}}]},
            _SETTINGS,
            (),
        ),
        Procedure(
            "hardware",
            "migrate_hardware",
            _hardware_has_moved,
            hardware.SCENARIO,
            {**_SETTINGS, **hardware.SETTINGS},
            (),
            hardware.prepare,
            ("API account", "admin on /login", "admin on /appliance"),
        ),
    )
}
