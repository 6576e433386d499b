# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both procedures walked as a model, killed at any point: they always end, and nothing is done twice."""

from __future__ import annotations

import collections
import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.plan.helpers import codes, inputs, plan, policy, well_formed
from unit.plan.states import IDS, NEW_BASE, OLD, Pair

from ansible_collections.bseries.sra.plugins.module_utils._plan.held import drift
from ansible_collections.bseries.sra.plugins.module_utils._plan.invariants import RunFacts, check_step
from ansible_collections.bseries.sra.plugins.module_utils._plan.planner import plan_upgrade

MAX_EFFECTS = 40
BACKUP = {"path": "/backups/x.nsb", "sha256": "0" * 64}


def effects(step_id: str, pair: Pair, home: str) -> list[t.Callable[[], object]]:
    """What a step does to the appliances, in the smallest parts between which a run can be killed."""

    def set_on(letter: str, **values: t.Any) -> t.Callable[[], object]:
        return lambda: vars(pair.device(letter)).update(values)

    if step_id.startswith("update_"):
        letter = step_id[-1]
        parts = [] if pair.device(letter).base == NEW_BASE else [set_on(letter, base=NEW_BASE)]
        return [*parts, lambda: pair.updated(letter)]
    parts_of: dict[str, list[t.Callable[[], object]]] = {
        "sync": [set_on("a", synced=True)],
        "separate": [set_on("a", role="none", synced=False), set_on("b", role="none")],
        "swing": [set_on("a", shared_ip=False), set_on("b", shared_ip=True)],
        "establish": [lambda: pair.paired(home, synced=False)],
        "final_sync": [set_on(home, synced=True)],
    }
    return parts_of.get(step_id, [])


@pytest.mark.parametrize("procedure", ["asynchronous", "synchronous"])
@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), confirmed=st.booleans(), target=st.sampled_from(["latest", "12.2.0"]))
def test_killed_anywhere_it_ends(procedure: str, seed: int, confirmed: bool, target: str) -> None:
    chance = random.Random(seed)
    pair, home = Pair(), "b" if procedure == "asynchronous" else "a"
    finished: collections.Counter[str] = collections.Counter()
    applied = 0
    saved = plan(procedure, pair, confirmed=False, target_version=target).to_dict()
    for _run in range(MAX_EFFECTS):
        facts = RunFacts()
        result = plan(procedure, pair, confirmed=confirmed, target_version=target)
        assert not result.stopped, result.text
        assert drift(saved, result.to_dict()) == [], "what remains of a plan that is carried out is still that plan"
        if result.done:
            break
        if result.waiting_for == "confirmation":
            assert pair.device(home).product == "12.2.0"
            confirmed = True
            continue
        for step in result.steps_now:
            if step.id.startswith("backup_"):
                facts = RunFacts({**facts.backups, step.id[-1]: BACKUP}, done=facts.done)
                continue
            found = inputs(procedure, pair, confirmed=confirmed, target_version=target)
            assert check_step(step.id, found, facts) == []
            if not step.changing:
                continue
            parts = effects(step.id, pair, home)
            survived = len(parts) if chance.random() < 0.7 else chance.randrange(len(parts) + 1)
            for part in parts[:survived]:
                part()
                applied += 1
                assert not (pair.a.shared_ip and pair.b.shared_ip)
            if survived < len(parts):
                break
            finished[step.id] += 1
            facts = RunFacts(facts.backups, done=facts.done | {step.id})
        assert applied <= MAX_EFFECTS
    assert plan(procedure, pair, confirmed=confirmed, target_version=target).done
    assert pair.a.product == pair.b.product == "12.2.0"
    assert pair.device(home).role == "primary"
    assert pair.device(home).shared_ip
    # A data sync leaves no trace that tells it from an earlier one, so a killed run does it again; nothing else is.
    assert {step: count for step, count in finished.items() if count > 1 and step != "sync"} == {}


@settings(max_examples=400)
@given(data=st.data(), procedure=st.sampled_from(["asynchronous", "synchronous", "single"]))
def test_any_state_is_well_formed_and_contradictions_stop(data: st.DataObject, procedure: str) -> None:
    pair = Pair()
    for device in (pair.a, pair.b):
        device.product = data.draw(st.sampled_from(["12.0.0", OLD, "12.1.5", "12.2.0", "13.0.0"]))
        device.base = data.draw(st.sampled_from(["3.2.4", "3.3.2"]))
        device.role = data.draw(st.sampled_from(["none", "primary", "backup"]))
        device.synced = data.draw(st.booleans())
        device.shared_ip = data.draw(st.booleans())
    site = data.draw(
        st.sampled_from([None, "a", "b", "c"]).map(
            lambda who: who and {"hostname": "s", "address": "192.0.2.1", "answering": True, "appliance_id": who * 32}
        )
    )
    confirmed = data.draw(st.booleans())
    target = data.draw(st.sampled_from(["latest", "12.2.0", "12.1.0"]))
    result = plan(procedure, pair, site=site, confirmed=confirmed, target_version=target)
    if procedure == "single":
        return
    contradictory = (
        pair.a.role == pair.b.role != "none"
        or (site and site["appliance_id"] not in IDS.values())
        or (pair.a.role != "none" and pair.b.role != "none" and pair.a.product != pair.b.product)
        or (procedure == "asynchronous" and pair.a.shared_ip and pair.b.shared_ip)
        or (procedure == "synchronous" and site and site["appliance_id"] == IDS["b"])
        or (target != "latest" and "13.0.0" in (pair.a.product, pair.b.product))
    )
    if contradictory:
        assert result.problems or result.questions
        assert not result.changed
    elif result.changed and procedure == "asynchronous":
        changing = next(step for step in result.steps_now if step.changing)
        assert not (changing.action == "update" and changing.device == result.serving)


@settings(max_examples=100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda c: st.lists(c, max_size=2)))
def test_odd_values_of_text_fields_never_break_it(value: t.Any) -> None:
    found = {**Pair().a.info(), "version": value, "build": value, "base_version": value, "failover_role": value}
    found["host"] = value
    site = {"hostname": value, "address": value, "answering": value, "appliance_id": value}
    well_formed(plan_upgrade("asynchronous", found, Pair().b.info(), site, policy()))


def test_long_host_names_and_texts_stay_inside_the_table() -> None:
    pair = Pair()
    a = pair.a.info()
    a["host"] = "x" * 200 + ".example.com"
    a["updates"]["available"][1]["name"] = "Package " * 40
    well_formed(plan_upgrade("asynchronous", a, pair.b.info(), pair.site(), policy()))
    assert codes(plan("asynchronous", pair)) == []
