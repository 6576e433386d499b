# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import Appliance, World, lost

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    InputError,
    RefusedByAppliance,
    SraError,
    StateError,
    TransportError,
    WaitTimeout,
)
from ansible_collections.bseries.sra.plugins.module_utils._resources import shared_ip

SHARED = "192.0.2.10"
A, B = "a.example.com", "b.example.com"


def run(world: World, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    params = {**ACCOUNTS, "address": SHARED, "from": None, "to": None, "wait_timeout": 60, **options}
    return shared_ip.run(params, check_mode, world.connect(check_mode))


def move(world: World, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return run(world, check_mode, **{"state": "moved", "from": {"host": A}, "to": {"host": B}, **options})


@pytest.fixture
def a(world: World) -> Appliance:
    return world.add(A, addresses={"192.0.2.11": True, SHARED: True})


@pytest.fixture
def b(world: World, a: Appliance) -> Appliance:
    return world.add(B, addresses={"192.0.2.12": True, SHARED: False})


def refused() -> SraError:
    return RefusedByAppliance("The address is in use", seen="The address is in use")


class TestOne:
    def test_disables_and_leaves_it_the_second_time(self, world: World, a: Appliance) -> None:
        first = run(world, host=A, state="disabled")
        second = run(world, host=A, state="disabled")

        assert (first["changed"], second["changed"]) == (True, False)
        assert a.writes == [f"disable {SHARED}"]
        assert first["diff"]["before"]["enabled"] is True
        assert first["diff"]["after"]["enabled"] is False
        assert a.addresses["192.0.2.11"] is True

    def test_check_mode_predicts_and_writes_nothing(self, world: World, a: Appliance) -> None:
        predicted = run(world, True, host=A, state="disabled")

        assert a.writes == []
        assert predicted == run(world, host=A, state="disabled")

    def test_save_without_effect_is_an_error(self, world: World, a: Appliance) -> None:
        a.addresses = _Locked(a.addresses)

        with pytest.raises(StateError, match="did not become disabled"):
            run(world, host=A, state="disabled")

    def test_unknown_address_lists_what_is_there(self, world: World, a: Appliance) -> None:
        with pytest.raises(StateError) as caught:
            run(world, host=A, state="disabled", address="192.0.2.99")
        assert caught.value.candidates == ("192.0.2.11", SHARED)

    def test_the_same_address_in_another_spelling(self, world: World) -> None:
        appliance = world.add(A, addresses={"2001:DB8:0::1": True})

        assert not run(world, host=A, state="enabled", address="2001:db8::1")["changed"]
        assert appliance.writes == []


class _Locked(dict[str, bool]):
    """Addresses that ignore a save."""

    def __setitem__(self, key: str, value: bool) -> None:
        pass


class TestMoved:
    def test_moves_with_two_saves_and_measures_the_gap(self, world: World, a: Appliance, b: Appliance) -> None:
        result = move(world)

        assert (a.writes, b.writes) == ([f"disable {SHARED}"], [f"enable {SHARED}"])
        assert result["changed"]
        assert result["gap_seconds"] == pytest.approx(0.4)
        assert result["serving"] == f"{B}:443"
        assert (a.sign_ins["appliance"], b.sign_ins["appliance"]) == (1, 1)
        assert not a.sessions["appliance"]
        assert not b.sessions["appliance"]

    def test_second_time_changes_nothing(self, world: World, a: Appliance, b: Appliance) -> None:
        move(world)
        result = move(world)

        assert not result["changed"]
        assert (len(a.writes), len(b.writes)) == (1, 1)

    def test_check_mode_predicts_and_writes_nothing(self, world: World, a: Appliance, b: Appliance) -> None:
        predicted = move(world, check_mode=True)

        assert (a.writes, b.writes) == ([], [])
        assert predicted["changed"]
        assert predicted["diff"] == move(world)["diff"]

    def test_half_moved_is_finished(self, world: World, a: Appliance, b: Appliance) -> None:
        a.addresses[SHARED] = False

        assert move(world)["changed"]
        assert (a.writes, b.writes) == ([], [f"enable {SHARED}"])

    def test_enabled_on_both_is_refused(self, world: World, a: Appliance, b: Appliance) -> None:
        b.addresses[SHARED] = True

        with pytest.raises(StateError, match="enabled on both"):
            move(world)
        assert (a.writes, b.writes) == ([], [])

    def test_given_back_where_the_target_refuses(
        self, world: World, a: Appliance, b: Appliance, failure: t.Any
    ) -> None:
        b.commit_error = refused

        error, result = failure(lambda: move(world))

        assert isinstance(error, RefusedByAppliance)
        assert a.writes == [f"disable {SHARED}", f"enable {SHARED}"]
        assert (a.addresses[SHARED], b.addresses[SHARED]) == (True, False)
        assert f"{A}:443 again, which serves production" in error.state
        assert result["changed"]

    def test_given_back_where_the_target_ignores_the_save(
        self, world: World, a: Appliance, b: Appliance, failure: t.Any
    ) -> None:
        b.addresses = _Locked(b.addresses)

        error, _result = failure(lambda: move(world))

        assert "did not become enabled" in error.message
        assert a.addresses[SHARED] is True

    def test_target_stays_untouched_where_the_source_ignores_the_save(
        self, world: World, a: Appliance, b: Appliance, failure: t.Any
    ) -> None:
        a.addresses = _Locked(a.addresses)

        error, _result = failure(lambda: move(world))

        assert f"{A}:443 still serves" in error.state
        assert b.writes == []

    def test_target_stays_untouched_where_the_source_refuses(self, world: World, a: Appliance, b: Appliance) -> None:
        a.commit_error = refused

        with pytest.raises(RefusedByAppliance):
            move(world)
        assert b.writes == []

    def test_lost_answer_of_the_source_is_looked_up(self, world: World, a: Appliance, b: Appliance) -> None:
        def disabled_but_lost() -> Exception:
            a.addresses[SHARED] = False
            return lost()

        a.commit_error = disabled_but_lost

        assert move(world)["changed"]
        assert b.addresses[SHARED] is True

    def test_lost_answer_of_the_target_that_took_it_is_a_success(
        self, world: World, a: Appliance, b: Appliance
    ) -> None:
        def enabled_but_lost() -> Exception:
            b.addresses[SHARED] = True
            return lost()

        b.commit_error = enabled_but_lost

        assert move(world)["serving"] == f"{B}:443"
        assert a.addresses[SHARED] is False

    def test_refusing_words_of_a_save_that_took_effect_do_not_count(
        self, world: World, a: Appliance, b: Appliance
    ) -> None:
        def took_effect(appliance: Appliance, enabled: bool) -> t.Callable[[], Exception]:
            def refusal() -> Exception:
                appliance.addresses[SHARED] = enabled
                return refused()

            return refusal

        a.commit_error, b.commit_error = took_effect(a, False), took_effect(b, True)

        assert move(world)["serving"] == f"{B}:443"
        assert (a.writes, b.writes) == ([f"disable {SHARED}"], [f"enable {SHARED}"])

    def test_never_given_back_while_the_target_may_have_it(
        self, world: World, a: Appliance, b: Appliance, failure: t.Any
    ) -> None:
        def gone() -> Exception:
            b.unreachable = True
            return lost()

        b.commit_error = gone

        error, result = failure(lambda: move(world))

        assert isinstance(error, WaitTimeout)
        assert a.writes == [f"disable {SHARED}"]
        assert "production is probably away" in error.state
        assert result["changed"]

    def test_nothing_happens_where_the_target_is_not_reachable(self, world: World, a: Appliance, b: Appliance) -> None:
        b.unreachable = True

        with pytest.raises(TransportError):
            move(world)
        assert a.writes == []
        assert not a.sessions["appliance"]


@pytest.mark.parametrize(
    "options",
    [
        {"host": A, "state": "enabled", "address": "shared.example.com"},
        {"host": A, "state": "enabled", "address": "192.0.2.10/24"},
        {"host": SHARED, "state": "enabled"},
        {"host": A, "state": "enabled", "from": {"host": B}},
        {"host": A, "state": "moved", "to": {"host": B}},
        {"state": "moved", "from": {"host": A}, "to": {"host": A}},
        {"state": "moved", "from": {"host": A}, "to": {"host": SHARED}},
        {"state": "moved", "from": {"host": A}, "to": {"host": B}, "wait_timeout": 0},
        {"host": A, "state": "enabled", "appliance_username": None, "appliance_password": None},
    ],
)
def test_bad_input_is_refused_before_anything_is_contacted(
    world: World, a: Appliance, b: Appliance, options: dict[str, t.Any]
) -> None:
    with pytest.raises(InputError):
        run(world, **options)
    assert a.sign_ins["appliance"] == b.sign_ins["appliance"] == 0
