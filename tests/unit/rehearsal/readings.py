# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pair as it was read, for the tests of rehearsals."""

from __future__ import annotations

import typing as t

from unit.plan.helpers import plan
from unit.plan.states import Pair

from ansible_collections.bseries.sra.plugins.module_utils._lane.lane import DEFAULTS
from ansible_collections.bseries.sra.plugins.plugin_utils._rehearsal.pretence import Real

SECRETS = {
    "appliance_password": "Real-Appliance-Secret",
    "login_password": "Real-Login-Secret",
    "client_secret": "Real-Api-Secret",
    "dns_key_secret": "UmVhbC1Lcw==",
}


def real(procedure: str = "asynchronous", settings: dict[str, t.Any] | None = None, **changes: t.Any) -> Real:
    """The pair at its start; ``changes`` are merged into the reading of each device."""
    pair = Pair()
    devices = {"a": pair.a.info(), "b": pair.b.info()}
    if procedure == "single":
        del devices["b"]
    for device in devices.values():
        device.update(changes)
    return Real(
        label="berlin",
        names={letter: f"berlin-{letter}" for letter in devices},
        settings={**DEFAULTS, "swing_method": "shared_ip", "backup_dir": "/srv/real", **SECRETS, **(settings or {})},
        devices=devices,
        plan=plan(procedure, pair).to_dict(),
    )
