# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contradictions are named with both sides; look-alikes become questions; neither yields a step."""

from __future__ import annotations

import typing as t

import pytest
from unit.plan.helpers import codes, ids, plan, policy
from unit.plan.states import IDS, NEW, NEW_BASE, SHARED_IP, Pair

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._plan.model import Policy
from ansible_collections.bseries.sra.plugins.module_utils._plan.planner import plan_upgrade


def roles(pair: Pair, a: str, b: str) -> Pair:
    pair.a.role, pair.b.role = a, b
    return pair


def both_enabled(pair: Pair) -> Pair:
    pair.a.shared_ip = pair.b.shared_ip = True
    return pair


def neither_enabled(pair: Pair) -> Pair:
    pair.a.shared_ip = pair.b.shared_ip = False
    return pair


CASES = [
    ("asynchronous", Pair().paired("b").swung(), "device_a_not_primary"),
    ("synchronous", Pair().paired("b").swung(), "device_a_not_primary"),
    ("synchronous", Pair().updated("a").updated("b").paired("b").swung(), "device_a_not_primary"),
    ("asynchronous", Pair().updated("b"), "versions_differ_while_paired"),
    ("synchronous", Pair().updated("a"), "versions_differ_while_paired"),
    ("asynchronous", Pair().separated().updated("a"), "a_updated_first"),
    ("synchronous", Pair().separated().updated("b"), "b_updated_first"),
    ("asynchronous", Pair().separated().swung(), "site_on_b_not_updated"),
    ("synchronous", Pair().separated().swung(), "production_on_b"),
    ("asynchronous", Pair().swung(), "production_on_backup"),
    ("asynchronous", both_enabled(Pair()), "both_shared_ips_enabled"),
    ("asynchronous", neither_enabled(Pair().separated()), "site_not_answering"),
    ("asynchronous", roles(Pair(), "backup", "backup"), "role_change_in_progress"),
    ("asynchronous", roles(Pair(), "primary", "primary"), "both_primary"),
    ("single", Pair(), "device_is_paired"),
]


@pytest.mark.parametrize(("procedure", "pair", "code"), CASES)
def test_named(procedure: str, pair: Pair, code: str) -> None:
    result = plan(procedure, pair)
    assert code in codes(result)
    assert code in result.text
    assert all(problem.advice for problem in result.problems)
    if procedure != "single":
        text = " ".join(problem.message for problem in result.problems)
        assert "sra-a.example.com" in text
        assert "sra-b.example.com" in text


def test_passing_states_ask_for_a_second_look() -> None:
    result = plan("asynchronous", roles(Pair(), "backup", "backup"))
    assert result.problems[0].to_dict()["confirmed_by_second_look"] is True
    assert plan("asynchronous", both_enabled(Pair())).problems[0].second_look is False


def test_third_appliance() -> None:
    site = {**Pair().site(), "appliance_id": "c" * 32}
    for procedure in ("asynchronous", "synchronous"):
        assert codes(plan(procedure, Pair(), site=site)) == ["site_on_third_appliance"]
    assert codes(plan("single", Pair().separated(), site=site)) == ["site_on_third_appliance"]


def test_a_page_that_contradicts_the_api_is_read_again_and_never_planned_over() -> None:
    pair = Pair().separated()
    data = {**pair.a.info(), "api": {"failover_role": "primary"}}
    result = plan_upgrade("asynchronous", data, pair.b.info(), pair.site(), policy())
    (problem,) = [one for one in result.problems if one.code == "role_contradicts_api"]
    assert problem.second_look
    assert "sra-a.example.com" in problem.message
    assert result.steps == ()


def edited(letter: str, policy_: Policy | None = None, **values: t.Any) -> t.Any:
    pair = Pair()
    found = {"a": pair.a.info(), "b": pair.b.info()}
    found[letter].update(values)
    return plan_upgrade("asynchronous", found["a"], found["b"], pair.site(), policy_ or policy())


def test_inputs_that_cannot_be_compared() -> None:
    assert codes(edited("b", appliance_id=IDS["a"].upper())) == ["same_appliance_twice"]
    assert codes(edited("b", api={"product": "rs"})) == ["different_products"]
    assert codes(edited("a", version=None, health=None)) == ["version_unknown"]
    assert codes(edited("b", updates=None)) == ["updates_unread"]
    assert codes(edited("b", updates={"listed": False, "available": []})) == ["updates_unread"]
    assert codes(edited("b", health={"healthy": False, "message": "disk full"})) == ["unhealthy"]
    assert codes(edited("b", network={"addresses": []})) == ["shared_ip_not_configured"]
    assert codes(edited("b", failover_role=None, failover=None, health=None)) == ["role_unknown"]
    failed = {"listed": True, "available": [], "progress": {"state": "failed", "text": "Base update failed"}}
    result = edited("b", updates=failed)
    assert codes(result) == ["install_failed"]
    assert "Do not restart" in result.problems[0].advice


FAILED = "The installation of Base Software 3.3.2 failed. Do not restart the appliance."


@pytest.mark.parametrize(
    ("device", "named", "goes_on"),
    [
        ("b", "3.3.2", True),
        ("b", FAILED.upper(), True),
        ("b", "3.3", False),
        ("b", "3.3.21", False),
        ("a", "3.3.2", False),
        ("b", "the installation of Base", False),
    ],
)
def test_a_failure_that_is_still_shown_is_gone_on_over_only_where_it_is_named(
    device: str, named: str, goes_on: bool
) -> None:
    updates = Pair().b.info()["updates"] | {"progress": {"state": "failed", "text": FAILED}}
    result = edited("b", policy(failure_solved={device: named}), updates=updates)
    assert codes(result) == ([] if goes_on else ["install_failed"])
    if goes_on:
        assert any("still shows a failed install" in warning for warning in result.warnings)
    elif device == "b":
        assert f"names {named!r}, which is not" in result.problems[0].advice
    else:
        assert 'sra_install_failure_solved="NAME: 3.3.2"' in result.problems[0].advice


def test_an_answer_that_nothing_asks_for_is_named() -> None:
    result = edited("b", policy(failure_solved={"b": "3.3.2"}))
    assert codes(result) == []
    assert any("shows no failed install" in warning for warning in result.warnings)


def test_pair_incomplete() -> None:
    result = plan_upgrade("asynchronous", Pair().a.info(), None, None, policy())
    assert codes(result) == ["pair_incomplete"]
    assert codes(plan_upgrade("single", None, None, None, Policy())) == ["device_a_unread"]


def test_targets() -> None:
    result = plan("asynchronous", Pair(), target_version="99.1")
    assert codes(result) == ["unknown_target_version"] * 2
    assert f"Bomgar-{NEW} (blocked:" in result.problems[0].message
    assert codes(plan("asynchronous", Pair(), target_version="1.0")) == ["installed_newer_than_target"] * 2
    lacking = {"listed": True, "available": [], "progress": None}
    assert codes(edited("b", updates=lacking)) == ["target_not_offered"]
    blocked = {"listed": True, "available": [{"name": "P", "kind": "product", "version": NEW, "installable": False}]}
    assert codes(edited("b", updates=blocked)) == ["target_blocked"]
    needs = {"name": f"Bomgar-{NEW}", "kind": "product", "version": NEW, "installable": False, "reason": "needs Base"}
    base = {"name": "Base Software 3.3.2", "kind": "base", "version": "3.3.2", "installable": False}
    message = edited("b", updates={"listed": True, "available": [base, needs]}).problems[0].message
    assert f"cannot install Bomgar-{NEW} (blocked: needs Base) and nothing that would unblock it: " in message
    assert "Base Software 3.3.2 (blocked: no reason given). Page: /appliance > Updates." in message


def test_swing_method() -> None:
    assert codes(plan("asynchronous", Pair(), swing_method="none")) == ["swing_method_missing"]
    assert codes(plan("asynchronous", Pair(), shared_ip=None)) == ["shared_ip_missing"]
    assert plan("asynchronous", Pair().separated().updated("b").swung(), swing_method="none").next == "confirm"


def test_unknown_site_stops_the_asynchronous_procedure_only() -> None:
    assert codes(plan("asynchronous", Pair(), site=None, swing_method="dns", shared_ip=None)) == ["serving_unknown"]


def test_site_against_shared_ip() -> None:
    site = {**Pair().site(), "appliance_id": IDS["b"]}
    result = plan("asynchronous", Pair(), site=site)
    assert codes(result) == [
        "site_contradicts_shared_ip",
    ]
    assert result.problems[0].second_look


def test_both_at_target_and_production_on_a() -> None:
    pair = Pair().separated().updated("a").updated("b")
    result = plan("asynchronous", pair)
    assert [question.code for question in result.questions] == ["synchronous_or_swung_back"]
    commands = [answer.command for answer in result.questions[0].answers]
    assert "upgrade_synchronous" in commands[0]
    assert "sra_swing_again=true" in commands[1]
    again = plan("asynchronous", pair, swing_again=True, confirmed=True)
    assert [step.id for step in again.steps if step.changing] == ["swing", "establish", "final_sync"]
    assert plan("synchronous", pair).questions == ()


def test_base_of_the_wrong_device_is_ahead() -> None:
    pair = Pair().separated()
    pair.a.base = NEW_BASE
    assert [question.code for question in plan("asynchronous", pair).questions] == ["base_ahead"]
    assert ids(plan("asynchronous", pair, accept_base_difference=True))[:3] == ["backup_a", "backup_b", "update_b"]


@pytest.mark.parametrize(
    ("procedure", "device", "goes_on"),
    [
        ("asynchronous", "a", "upgrade_synchronous"),
        ("asynchronous", "b", "upgrade_asynchronous"),
        ("synchronous", "a", "upgrade_synchronous"),
        ("synchronous", "b", "upgrade_asynchronous"),
    ],
)
def test_base_of_one_device_of_a_pair_is_ahead(procedure: str, device: str, goes_on: str) -> None:
    pair = Pair()
    getattr(pair, device).base = NEW_BASE
    result = plan(procedure, pair)
    assert [question.code for question in result.questions] == ["base_ahead"]
    assert result.steps == ()
    finish, older = result.questions[0].answers
    assert "break the relationship" in finish.meaning
    assert finish.command.endswith(goes_on)
    assert older.command.endswith(f'upgrade_{procedure} -e "sra_accept_base_difference=true"')
    assert ids(plan(procedure, pair, accept_base_difference=True))[:3] == ["backup_a", "sync", "separate"]
    assert plan(procedure, Pair().updated("a").updated("b").paired("a")).questions == ()


@pytest.mark.parametrize("device", ["a", "b"])
def test_an_install_under_way_in_a_pair_is_waited_for(device: str) -> None:
    pair = Pair()
    getattr(pair, device).progress = {"state": "installing", "text": "Installing Base Software 3.3.2"}
    result = plan("asynchronous", pair)
    assert codes(result) == ["install_while_paired"]
    assert result.problems[0].second_look


def test_synchronous_intermediate_or_new_release() -> None:
    pair = Pair().separated()
    pair.a.product = "12.1.5"
    assert plan("synchronous", pair).next == "backup_a"
    assert [q.code for q in plan("synchronous", pair, confirmed=True).questions] == ["release_or_intermediate"]


@pytest.mark.parametrize(
    "options",
    [
        {"target_version": "newest"},
        {"soak_min": 10.0, "soak_max": 5.0},
        {"estimates": {"reboot": 3}},
        {"estimates": {"base": -1}},
        {"measured": {"a": {"base": "long"}}},
    ],
)
def test_malformed_policy(options: dict[str, t.Any]) -> None:
    with pytest.raises(InputError):
        plan("asynchronous", Pair(), **options)


def test_malformed_procedure_and_choice() -> None:
    with pytest.raises(InputError):
        plan_upgrade("sideways", Pair().a.info(), None, None, Policy())
    with pytest.raises(InputError):
        Policy(swing_method="magic", shared_ip=SHARED_IP)


def test_a_product_update_that_failed_is_no_problem_once_it_runs() -> None:
    failed = {"listed": True, "available": [], "progress": {"state": "failed", "text": "Bomgar-{} failed"}}

    def found(version: str) -> list[str]:
        progress = {"state": "failed", "text": f"Installation of Bomgar-{version} failed."}
        return codes(edited("b", updates={**failed, "progress": progress}))

    assert "install_failed" in found("99.1.1")
    assert "install_failed" not in found("12.1.0")


def test_production_on_a_device_between_base_and_product() -> None:
    pair = Pair().separated().swung()
    assert "swing_back" in plan("asynchronous", pair).problems[0].advice
    pair.b.base = NEW_BASE
    (problem,) = plan("asynchronous", pair).problems
    assert problem.code == "site_on_b_not_updated"
    assert "install the product there by hand, at /appliance > Updates. The site is away" in problem.advice
