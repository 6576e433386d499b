# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and client software: the limit with its memory, the wait, the logout, the verification, the record."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import Appliance, FakeApi, FakeWeb, World, lost

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    ApiError,
    InputError,
    PermissionMissing,
    StateError,
    WaitTimeout,
)
from ansible_collections.bseries.sra.plugins.module_utils._pages import jump_clients as page
from ansible_collections.bseries.sra.plugins.module_utils._records import JumpClient, Jumpoint
from ansible_collections.bseries.sra.plugins.module_utils._resources import (
    jump_client_settings,
    jump_client_wait,
    upgrade_record,
    user_logout,
)

HOST = "a.example.com"
BASELINE = {"total": 4, "active_online": 4, "jumpoints_connected": 2}
Failure = t.Callable[[t.Callable[[], t.Any]], tuple[Exception, dict[str, t.Any]]]


@pytest.fixture
def appliance(world: World) -> Appliance:
    found = world.add(HOST)
    found.permissions["perm_configuration"] = True
    return found


class Setting:
    """The number on the page, of which every change is noted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number: int | None = 50
        self.writes: list[int] = []
        self.fails = False
        monkeypatch.setattr(page, "read", lambda _web: {"max_concurrent_upgrades": self.number})
        monkeypatch.setattr(page, "set_max_concurrent_upgrades", self._set)
        monkeypatch.setattr(page, "refuse_unless_offered", lambda _web, _number: None)

    def _set(self, web: FakeWeb, number: int) -> str:
        web.may_write("the number")
        self.writes.append(number)
        if self.fails:
            raise lost()
        self.number = number
        return "Saved."


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, world: World, appliance: Appliance) -> Setting:
    return Setting(monkeypatch)


@pytest.fixture
def note(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "backups" / "one.node-a.jump-client-limit.json"


def limit(world: World, note: pathlib.Path | None, check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
    params = {
        **ACCOUNTS,
        "host": HOST,
        "state": "present",
        "max_concurrent_upgrades": None,
        "remember": str(note) if note else None,
        **given,
    }
    return jump_client_settings.run(params, check_mode, world.connect(check_mode))


class TestLimit:
    def test_is_set_once_and_put_back_once(self, world: World, setting: Setting, note: pathlib.Path) -> None:
        results = [limit(world, note, max_concurrent_upgrades=5) for _time in range(2)]
        assert [result["changed"] for result in results] == [True, False]
        assert [result["original"] for result in results] == [50, 50]
        assert results[0]["diff"] == {
            "before": {"max_concurrent_upgrades": 50},
            "after": {"max_concurrent_upgrades": 5},
        }
        assert note.stat().st_mode & 0o777 == 0o600
        back = [limit(world, note, state="restored") for _time in range(2)]
        assert [result["changed"] for result in back] == [True, False]
        assert setting.writes == [5, 50]
        assert not note.exists()

    def test_check_mode_writes_nothing(self, world: World, setting: Setting, note: pathlib.Path) -> None:
        assert limit(world, note, True, max_concurrent_upgrades=5)["changed"]
        assert not note.exists()
        limit(world, note, max_concurrent_upgrades=5)
        assert limit(world, note, True, state="restored")["changed"]
        assert note.exists()
        assert setting.writes == [5]

    def test_the_number_of_before_is_written_down_first(
        self, world: World, setting: Setting, note: pathlib.Path, failure: Failure
    ) -> None:
        setting.fails = True
        failure(lambda: limit(world, note, max_concurrent_upgrades=5))
        assert json.loads(note.read_text())["original"] == 50
        setting.fails = False
        limit(world, note, max_concurrent_upgrades=7)
        assert json.loads(note.read_text()) | {"since": ""} == {
            "label": "a.example.com:443",
            "original": 50,
            "set_to": 7,
            "since": "",
        }

    def test_check_mode_predicts_putting_back_what_was_only_predicted_to_be_set(
        self, world: World, setting: Setting, note: pathlib.Path
    ) -> None:
        assumed = {"max_concurrent_upgrades": 5, "assume_original": 50}
        result = limit(world, note, True, state="restored", **assumed)
        assert result["diff"] == {"before": {"max_concurrent_upgrades": 5}, "after": {"max_concurrent_upgrades": 50}}
        assert not limit(world, note, state="restored", **assumed)["changed"], "a real run goes by its note alone"
        assert setting.writes == []

    def test_a_lost_note_is_written_anew_from_what_is_told(
        self, world: World, setting: Setting, note: pathlib.Path
    ) -> None:
        setting.number = 5
        told = {"max_concurrent_upgrades": 5, "assume_original": 50}
        checked = limit(world, note, True, **told)
        assert (checked["changed"], checked["original"], checked["remembered"]) == (False, 50, True)
        assert not note.exists()
        assert not limit(world, note, max_concurrent_upgrades=5)["remembered"], "nothing tells what it was"
        assert not limit(world, note, **{**told, "assume_original": 5})["remembered"]
        assert not limit(world, note, **told)["changed"]
        assert limit(world, note, **{**told, "assume_original": 70})["original"] == 50, "what is remembered counts"
        assert limit(world, note, state="restored")["changed"]
        assert setting.writes == [50]

    def test_what_somebody_else_has_chosen_is_left(self, world: World, setting: Setting, note: pathlib.Path) -> None:
        limit(world, note, max_concurrent_upgrades=5)
        setting.number = 30
        result = limit(world, note, state="restored")
        assert (result["changed"], setting.number, note.exists()) == (False, 30, False)
        assert "somebody else" in result["message"]

    def test_without_a_note_nothing_is_contacted(self, world: World, appliance: Appliance, note: pathlib.Path) -> None:
        assert not limit(world, note, state="restored")["changed"]
        assert appliance.sign_ins == {"appliance": 0, "login": 0}

    def test_a_note_of_another_appliance_is_refused(
        self, world: World, setting: Setting, note: pathlib.Path, failure: Failure
    ) -> None:
        note.parent.mkdir()
        for content in ("{", json.dumps({"label": "b:443", "original": 50, "set_to": 5, "since": ""})):
            note.write_text(content)
            error, _result = failure(lambda: limit(world, note, state="restored"))
            assert isinstance(error, StateError)
        assert setting.writes == []

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"max_concurrent_upgrades": 0},
            {"max_concurrent_upgrades": 501},
            {"state": "restored"},
            {"max_concurrent_upgrades": 5, "assume_original": 0},
        ],
    )
    def test_wrong_options(self, world: World, setting: Setting, given: dict[str, t.Any]) -> None:
        with pytest.raises(InputError):
            limit(world, None, **given)


class Fleet:
    """Jump Clients that come back one by one, a minute apart."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, lost_ones: int = 0) -> None:
        self.trouble: list[Exception] = []
        self.looks = 0
        start = world.clock.now()

        def jump_clients(_api: FakeApi) -> tuple[JumpClient, ...]:
            self.looks += 1
            if self.trouble:
                raise self.trouble.pop(0)
            back = int((world.clock.now() - start) / 60)
            active = tuple(
                JumpClient(
                    number, f"ws-{number}", None, "active", back >= number, back == number, number > 4 - lost_ones
                )
                if number <= 4 - lost_ones
                else JumpClient(number, f"ws-{number}", None, "active", is_lost=True)
                for number in range(1, 5)
            )
            return (*active, JumpClient(9, "laptop", None, "passive", False, True))

        monkeypatch.setattr(FakeApi, "jump_clients", jump_clients)
        monkeypatch.setattr(
            FakeApi, "jumpoints", lambda _api: (Jumpoint(1, connected=True), Jumpoint(2, connected=True))
        )


def wait(world: World, **given: t.Any) -> dict[str, t.Any]:
    said = given.pop("said", [])
    params = {**ACCOUNTS, "host": HOST, "baseline": BASELINE, "threshold": 90.0, "wait_timeout": 3600, "label": None}
    return jump_client_wait.run({**params, **given}, False, world.connect(), say=said.append)


class TestWait:
    def test_ends_when_enough_are_online_and_upgraded(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fleet = Fleet(world, monkeypatch)
        fleet.trouble = [lost(), ApiError("starting", status=503)]
        said: list[str] = []
        result = wait(world, said=said)
        assert result["ready"]
        # The fourth comes after 4 minutes and is upgraded a minute later.
        assert 300 <= result["seconds"] < 320
        assert result["outcome"]["outcome"] == "pass"
        assert result["passive"] == ["laptop"]
        assert result["missing"] == []
        assert "not answering" in said[0]
        assert "the API is away" in said[1]
        assert said[-1].startswith(
            "Jump Clients: 4 of 4 active ones online and upgraded (4 needed), 1 upgrade pending, 0 lost"
        )
        assert len(said) <= 12, "a line for every change, not for every look"

    def test_the_threshold_leaves_some_behind(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Fleet(world, monkeypatch, lost_ones=1)
        assert wait(world, threshold=75.0)["missing"] == ["ws-4"]

    def test_a_deadline_that_passes_says_how_far_it_was(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch, failure: Failure
    ) -> None:
        Fleet(world, monkeypatch, lost_ones=2)
        error, result = failure(lambda: wait(world, wait_timeout=600))
        assert isinstance(error, WaitTimeout)
        assert "2 of 4 active ones online and upgraded (4 needed), 1 upgrade pending, 2 lost" in str(error)
        assert "sra_jump_client_threshold" in str(error)
        assert (result["ready"], result["outcome"]["outcome"]) == (False, "fail")
        assert result["missing"] == ["ws-3", "ws-4"]

    def test_jumpoints_count_too(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch, failure: Failure
    ) -> None:
        Fleet(world, monkeypatch)
        monkeypatch.setattr(FakeApi, "jumpoints", lambda _api: (Jumpoint(1, connected=True), Jumpoint(2)))
        error, _result = failure(lambda: wait(world))
        assert "Jumpoints: 1 of 2 connected (2 needed)" in str(error)

    def test_without_a_baseline_those_who_are_there_must_be_upgraded(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Fleet(world, monkeypatch, lost_ones=2)
        world.clock.sleep(60)
        result = wait(world, baseline=None)
        assert result["missing"] == ["ws-3", "ws-4"]
        assert "not known" in result["outcome"]["cause"]

    def test_without_the_permission_it_is_skipped_and_said(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fleet = Fleet(world, monkeypatch)
        appliance.permissions["perm_configuration"] = False
        result = wait(world)
        assert (result["outcome"]["outcome"], result["ready"], fleet.looks) == ("skipped", False, 0)
        assert "perm_configuration" in result["outcome"]["cause"]
        assert result["outcome"]["remedy"]

    def test_large_fleets_are_asked_less_often(self) -> None:
        # 15000 requests an hour are allowed, a hundred clients a request.
        for clients in (10, 10_000, 100_000):
            requests = clients / 100 + 3
            assert 3600 / jump_client_wait._pause(clients) * requests < 15000

    def test_a_refusal_is_no_waiting(self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
        fleet = Fleet(world, monkeypatch)
        fleet.trouble = [ApiError("no such call", status=404)]
        with pytest.raises(ApiError):
            wait(world)
        assert fleet.looks == 1


class TestLogout:
    def run(self, world: World, check_mode: bool = False) -> dict[str, t.Any]:
        return user_logout.run({**ACCOUNTS, "host": HOST}, check_mode, world.connect(check_mode))

    def test_logs_everybody_out(self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
        gone: list[int] = []
        monkeypatch.setattr(FakeApi, "logout_user", lambda _api, user: bool(gone.append(user)), raising=False)
        assert self.run(world, True)["changed"]
        assert gone == []
        result = self.run(world)
        assert (gone, result["changed"]) == ([1], True)
        assert result["diff"] == {"before": {"users": ["Ada"]}, "after": {"users": []}}

    def test_needs_full_access_only_where_somebody_is_there(
        self, world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        appliance.permissions["perm_command"] = "read_only"
        with pytest.raises(PermissionMissing):
            self.run(world)
        monkeypatch.setattr(FakeApi, "users", lambda _api: ())
        assert not self.run(world)["changed"]


def test_check_mode_keeps_no_record(world: World, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "one.upgrades.json"
    params = {
        "path": str(path),
        "target_version": "12.2.0",
        "ids": {"a": "a" * 32, "b": None},
        "procedure": "single",
        "before": None,
        "step": {"id": "update_a", "letter": "a", "seconds": "12.5", "ended": "2026-03-07T22:00:00Z"},
        "packages": [{"letter": "a", "name": "Product", "kind": "product", "seconds": 12}],
    }
    result = upgrade_record.run(params, True, world.connect())
    assert result["measured"] == {"a": {"product": 12.0}}
    assert not path.exists()
    upgrade_record.run(params, False, world.connect())
    assert path.exists()
    with pytest.raises(InputError):
        upgrade_record.run({**params, "ids": {"b": "b" * 32}}, False, world.connect())
