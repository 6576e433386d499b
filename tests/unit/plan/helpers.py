# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the planner's tests share."""

from __future__ import annotations

import json
import typing as t

from unit.plan.states import SHARED_IP, Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Plan, Policy
from ansible_collections.bseries.sra.plugins.module_utils._plan.planner import PlanInputs, plan_upgrade

UNSET: t.Any = object()


def policy(procedure: str = "asynchronous", **options: t.Any) -> Policy:
    if procedure == "asynchronous":
        options = {"swing_method": "shared_ip", "shared_ip": SHARED_IP, **options}
    return Policy(**options)


def plan(procedure: str, pair: Pair, site: t.Any = UNSET, **options: t.Any) -> Plan:
    found = inputs(procedure, pair, site, **options)
    result = plan_upgrade(found.procedure, found.a, found.b, found.site, found.policy)
    well_formed(result)
    return result


def inputs(procedure: str, pair: Pair, site: t.Any = UNSET, **options: t.Any) -> PlanInputs:
    return PlanInputs(
        procedure,
        pair.a.info(),
        None if procedure == "single" else pair.b.info(),
        pair.site() if site is UNSET else site,
        policy(procedure, **options),
    )


def well_formed(result: Plan) -> None:
    """What holds for every plan."""
    data = json.loads(json.dumps(result.to_dict()))
    assert data == result.to_dict()
    assert max(len(line) for line in result.text.splitlines()) <= 110
    assert result.done == (not result.steps and not result.problems and not result.questions)
    if result.stopped:
        assert result.next is None
        assert not result.changed
        assert not result.steps_now
        assert not result.done
    else:
        assert result.next == (result.steps[0].id if result.steps else None)


def ids(result: Plan) -> list[str]:
    return [step.id for step in result.steps]


def now(result: Plan) -> list[str]:
    return [step.id for step in result.steps_now]


def codes(result: Plan) -> list[str]:
    return [problem.code for problem in result.problems]
