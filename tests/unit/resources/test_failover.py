# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import UTC, Appliance, World, lost

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    InputError,
    PageError,
    PermissionMissing,
    RefusedByAppliance,
    StateError,
    WaitTimeout,
)
from ansible_collections.bseries.sra.plugins.module_utils._records import Failover
from ansible_collections.bseries.sra.plugins.module_utils._resources import failover_relationship, failover_role

BEFORE = datetime.datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PRIMARY = Failover(True, "primary", "b.example.com", BEFORE, "2026-11-22 14:00:00")
PRESENT = {"state": "present", "peer_host": "b.example.com", "site_hostname": "access.example.com"}
RELATIONSHIP: dict[str, t.Any] = {
    **ACCOUNTS,
    "host": "a.example.com",
    "peer_host": None,
    "peer_port": None,
    "reverse_host": None,
    "reverse_port": None,
    "site_hostname": None,
    "assume_earlier_steps": False,
    "wait_timeout": None,
}
ROLE: dict[str, t.Any] = {
    **ACCOUNTS,
    "host": "a.example.com",
    "role": "backup",
    "data_sync_first": False,
    "force": False,
    "wait_timeout": None,
}


def relationship(world: World, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return failover_relationship.run({**RELATIONSHIP, **options}, check_mode, world.connect(check_mode))


def set_role(world: World, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return failover_role.run({**ROLE, **options}, check_mode, world.connect(check_mode))


@pytest.fixture
def alone(world: World) -> Appliance:
    return world.add("a.example.com")


@pytest.fixture
def primary(world: World) -> Appliance:
    return world.add("a.example.com", failover=PRIMARY)


class TestPresent:
    def test_establishes_once(self, world: World, alone: Appliance) -> None:
        first = relationship(world, **PRESENT)
        second = relationship(world, **PRESENT)

        assert (first["changed"], second["changed"]) == (True, False)
        assert alone.writes == ["establish b.example.com:443 a.example.com:443"]
        assert first["message"] == "The relationship was established."
        assert first["failover"]["role"] == "primary"
        assert alone.sign_ins == {"appliance": 0, "login": 2}
        assert not alone.sessions["login"]

    def test_check_mode_writes_nothing(self, world: World, alone: Appliance) -> None:
        predicted = relationship(world, True, **PRESENT)

        assert predicted["changed"]
        assert predicted["diff"]["after"]["role"] == "primary"
        assert alone.writes == []

    def test_lost_answer_is_looked_up(self, world: World, alone: Appliance, failure: t.Any) -> None:
        alone.commit_error = lost

        error, _result = failure(lambda: relationship(world, **PRESENT, wait_timeout=30))

        assert isinstance(error, WaitTimeout)
        assert error.seen == "no failover relationship"
        assert "the answer to the request was lost (connection refused)" in str(error.state)

    def test_refused_on_a_backup(self, world: World, primary: Appliance) -> None:
        primary.failover = dataclasses.replace(PRIMARY, role="backup")

        with pytest.raises(StateError, match="not in a state"):
            relationship(world, **PRESENT)
        assert primary.writes == []

    def test_refused_where_another_peer_is_named(self, world: World, primary: Appliance) -> None:
        primary.failover = dataclasses.replace(PRIMARY, peer="192.0.2.77")

        with pytest.raises(StateError) as caught:
            relationship(world, **{**PRESENT, "peer_host": "192.0.2.12"})
        assert "192.0.2.77" in str(caught.value.seen)

    def test_peer_shown_by_its_bare_name_proves_nothing(self, world: World, primary: Appliance) -> None:
        primary.failover = dataclasses.replace(PRIMARY, peer="PRA-B")

        assert not relationship(world, **PRESENT)["changed"]

    @pytest.mark.parametrize(
        "options",
        [
            {"peer_host": None},
            {"peer_host": "A.example.com."},
            {"peer_host": "access.example.com"},
            {"reverse_host": "ACCESS.example.com"},
            {"reverse_host": "b.example.com"},
            {"wait_timeout": 0},
            {"login_username": None, "login_password": None},
        ],
    )
    def test_bad_input_is_refused_before_anything_is_contacted(
        self, world: World, alone: Appliance, options: dict[str, t.Any]
    ) -> None:
        with pytest.raises(InputError):
            relationship(world, **{**PRESENT, **options})
        assert alone.sign_ins["login"] == 0


class TestAbsent:
    def test_breaks_once(self, world: World, primary: Appliance) -> None:
        first = relationship(world, state="absent")
        second = relationship(world, state="absent")

        assert (first["changed"], second["changed"]) == (True, False)
        assert primary.writes == ["break"]
        assert first["diff"]["before"]["peer"] == "b.example.com"
        assert first["diff"]["after"]["configured"] is False

    def test_check_mode_writes_nothing(self, world: World, primary: Appliance) -> None:
        assert relationship(world, True, state="absent")["changed"]
        assert primary.writes == []

    @pytest.mark.parametrize("took", [True, False])
    def test_refusing_words_count_only_where_nothing_was_done(
        self, world: World, primary: Appliance, took: bool
    ) -> None:
        def refusal() -> Exception:
            primary.failover = Failover(False, "none") if took else primary.failover
            return RefusedByAppliance("refused", seen="must not be used")

        primary.commit_error = refusal

        if took:
            assert relationship(world, state="absent")["message"] == "must not be used"
        else:
            with pytest.raises(RefusedByAppliance):
                relationship(world, state="absent")


class TestSynced:
    def test_waits_for_a_later_sync_by_the_appliances_clock(self, world: World, primary: Appliance) -> None:
        start = world.clock.now()

        result = relationship(world, state="synced")

        assert primary.writes == ["sync"]
        assert result["changed"]
        assert result["failover"]["last_sync"] == "2026-11-22T15:00:00Z"
        assert 30 <= world.clock.now() - start < 33

    def test_first_sync_ever(self, world: World, primary: Appliance) -> None:
        primary.failover = dataclasses.replace(PRIMARY, last_sync=None, last_sync_text="Never")

        assert relationship(world, state="synced")["failover"]["last_sync"] == "2026-11-22T15:00:00Z"

    def test_sync_within_the_same_minute_on_a_page_that_shows_minutes_only(
        self, world: World, primary: Appliance
    ) -> None:
        moment = datetime.datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
        primary.failover = dataclasses.replace(PRIMARY, last_sync=moment, last_sync_text="22.11.2026 15:00")
        primary.sync_seconds, primary.sync_format = 5.0, "%d.%m.%Y %H:%M"

        assert relationship(world, state="synced", wait_timeout=60)["changed"]

    def test_short_sync_that_ends_unseen_in_the_same_second_is_asked_for_again(
        self, world: World, primary: Appliance
    ) -> None:
        moment = datetime.datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
        primary.failover = dataclasses.replace(PRIMARY, last_sync=moment, last_sync_text="2026-11-22 15:00:00")
        primary.sync_seconds = 0.1

        assert relationship(world, state="synced", wait_timeout=60)["failover"]["last_sync"] == "2026-11-22T15:00:01Z"
        assert primary.writes == ["sync", "sync"]

    def test_clock_set_back_is_no_later_sync(self, world: World, primary: Appliance, failure: t.Any) -> None:
        later = datetime.datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        primary.failover = dataclasses.replace(PRIMARY, last_sync=later, last_sync_text="22.11.2026 16:00")
        primary.sync_format = "%d.%m.%Y %H:%M"

        error, _result = failure(lambda: relationship(world, state="synced", wait_timeout=60))

        assert isinstance(error, WaitTimeout)

    def test_button_that_is_gone_because_a_sync_began_is_waited_for(self, world: World, primary: Appliance) -> None:
        def began() -> Exception:
            primary.sync_started = world.clock.now()
            return PageError("the button 'Sync Now' was not found")

        primary.commit_error = began

        assert relationship(world, state="synced")["failover"]["last_sync"] == "2026-11-22T15:00:00Z"

    def test_running_sync_is_waited_for_and_not_started_again(self, world: World, primary: Appliance) -> None:
        primary.sync_started = world.clock.now()

        assert relationship(world, state="synced")["changed"], "the backup has newer data afterwards"
        assert primary.writes == []

    def test_check_mode_inside_a_procedure_predicts_over_steps_that_were_only_predicted(
        self, world: World, primary: Appliance
    ) -> None:
        primary.failover = Failover(False, "none")

        assert relationship(world, check_mode=True, state="synced", assume_earlier_steps=True)["changed"]
        assert primary.writes == []

    def test_stuck_sync_ends_with_the_last_state(self, world: World, primary: Appliance, failure: t.Any) -> None:
        primary.sync_seconds = 1e9

        error, _result = failure(lambda: relationship(world, state="synced", wait_timeout=300))

        assert isinstance(error, WaitTimeout)
        assert "a data sync is running" in error.seen

    @pytest.mark.parametrize("failover", [Failover(False, "none"), dataclasses.replace(PRIMARY, role="backup")])
    def test_refused_where_there_is_nothing_to_sync_from(
        self, world: World, primary: Appliance, failover: Failover
    ) -> None:
        primary.failover = failover

        with pytest.raises(StateError):
            relationship(world, state="synced")
        assert primary.writes == []

    def test_check_mode_writes_nothing(self, world: World, primary: Appliance) -> None:
        assert relationship(world, True, state="synced")["changed"]
        assert primary.writes == []


class TestRole:
    def test_changes_once(self, world: World, primary: Appliance) -> None:
        first = set_role(world, data_sync_first=True)
        second = set_role(world, data_sync_first=True)

        assert (first["changed"], second["changed"]) == (True, False)
        assert primary.writes == ["role backup sync=True force=False"]
        assert first["message"] == "Successfully changed role."
        assert first["diff"] == {"before": {"failover_role": "primary"}, "after": {"failover_role": "backup"}}
        assert primary.sign_ins == {"appliance": 0, "login": 0}

    def test_check_mode_writes_nothing_and_misses_the_permission_too(self, world: World, primary: Appliance) -> None:
        assert set_role(world, True)["changed"]
        primary.permissions = {"perm_command": "read_only"}
        with pytest.raises(PermissionMissing):
            set_role(world, True)
        assert primary.writes == []

    def test_lost_answer_is_looked_up(self, world: World, primary: Appliance, failure: t.Any) -> None:
        primary.commit_error = lost

        error, _result = failure(lambda: set_role(world, wait_timeout=60))

        assert isinstance(error, WaitTimeout)
        assert error.seen == "failover role primary"
        assert "the answer to the request was lost (connection refused)" in str(error.state)

    def test_refused_without_a_relationship(self, world: World, alone: Appliance) -> None:
        with pytest.raises(StateError, match="no failover relationship"):
            set_role(world)

    @pytest.mark.parametrize(
        "options",
        [{"role": "primary", "force": True}, {"wait_timeout": -1}, {"client_id": None, "client_secret": None}],
    )
    def test_bad_input(self, world: World, primary: Appliance, options: dict[str, t.Any]) -> None:
        with pytest.raises(InputError):
            set_role(world, **options)
