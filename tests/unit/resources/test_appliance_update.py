# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import typing as t

import pytest
from unit.resources import fakes
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import Appliance, FakeApi, World, lost

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    ApiError,
    InputError,
    RefusedByAppliance,
    StateError,
    TransportError,
    WaitTimeout,
)
from ansible_collections.bseries.sra.plugins.module_utils._module import Interrupted
from ansible_collections.bseries.sra.plugins.module_utils._pages import manual_update, updates
from ansible_collections.bseries.sra.plugins.module_utils._records import Package, Progress, Updates
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_update
from ansible_collections.bseries.sra.plugins.module_utils._resources._install import InstallFailed
from ansible_collections.bseries.sra.plugins.module_utils._web.session import SessionExpired

BASE = Package("Base Software 3.3.2", "base", "3.3.2", True)
PRODUCT = Package("Bomgar-12.2.0", "product", "12.2.0", False, "3.2.4 does not satisfy 12.2.0's requirements.")
PATCH = Package("Security Patch BT26-02", "other", None, True)
OPTIONS: dict[str, t.Any] = {
    **ACCOUNTS,
    "host": "b.example.com",
    "state": "latest",
    "version": None,
    "kind": "all",
    "method": "automatic",
    "package": None,
    "accept_license": True,
    "wait_timeout": 600,
}


def update(world: World, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return appliance_update.run({**OPTIONS, **options}, check_mode, world.connect(check_mode))


@pytest.fixture
def appliance(world: World) -> Appliance:
    return world.add("b.example.com", catalogue=[PRODUCT, BASE])


def test_installs_base_then_product_with_one_sign_in_for_each_restart(world: World, appliance: Appliance) -> None:
    result = update(world)

    assert appliance.writes == ["install Base Software 3.3.2", "install Bomgar-12.2.0"]
    assert [one["name"] for one in result["installed"]] == ["Base Software 3.3.2", "Bomgar-12.2.0"]
    assert all(60 <= one["seconds"] < 75 for one in result["installed"])
    assert result["changed"]
    assert result["before"] == {"version": "12.1.0", "base_version": "3.2.4"}
    assert result["after"] == {"version": "12.2.0", "base_version": "3.3.2"}
    assert appliance.sign_ins == {"appliance": 3, "login": 0}
    assert not appliance.sessions["appliance"]


@pytest.mark.parametrize("boot_ends", [60.0, 61.3, 75.9, 130.4, 1234.5])
def test_the_end_of_an_install_is_noticed_within_two_seconds(
    world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch, boot_ends: float
) -> None:
    monkeypatch.setattr(fakes, "BOOT_ENDS", boot_ends)
    result = update(world, kind="base", state="present", version="12.2.0", wait_timeout=3600)
    (installed,) = result["installed"]
    assert boot_ends <= installed["seconds"] <= boot_ends + 2.0


def test_second_run_changes_nothing(world: World, appliance: Appliance) -> None:
    update(world)
    written = list(appliance.writes)

    assert not update(world)["changed"]
    assert appliance.writes == written


def test_check_mode_predicts_what_a_run_does_and_writes_nothing(world: World, appliance: Appliance) -> None:
    predicted = update(world, check_mode=True)

    assert appliance.writes == []
    assert appliance.sign_ins["appliance"] == 1
    real = update(world)
    assert [one["name"] for one in predicted["would_install"]] == [one["name"] for one in real["installed"]]
    assert predicted["diff"] == real["diff"]
    assert predicted["changed"]
    assert real["changed"]


def test_kind_base_stops_before_the_product(world: World, appliance: Appliance) -> None:
    assert update(world, kind="base", state="present", version="12.2.0")["after"]["base_version"] == "3.3.2"
    assert appliance.writes == ["install Base Software 3.3.2"]
    assert update(world, kind="product", state="present", version="12.2.0")["after"]["version"] == "12.2.0"


def test_kind_base_takes_a_base_version(world: World, appliance: Appliance) -> None:
    newer = Package("Base Software 3.4.0", "base", "3.4.0", True)
    appliance.catalogue.append(newer)

    update(world, kind="base", state="present", version="3.3.2")

    assert appliance.base == "3.3.2"
    assert not update(world, kind="base", state="present", version="3.3.2")["changed"]


def test_check_mode_predicts_a_product_that_waits_for_base(world: World, appliance: Appliance) -> None:
    predicted = update(world, check_mode=True, kind="product", state="present", version="12.2.0")

    assert [one["name"] for one in predicted["would_install"]] == ["Bomgar-12.2.0"]


def test_package_without_version_is_installed_when_it_is_gone_from_a_fresh_list(world: World) -> None:
    appliance = world.add("b.example.com", catalogue=[PATCH])

    assert update(world)["installed"][0]["name"] == "Security Patch BT26-02"
    assert appliance.writes == ["install Security Patch BT26-02"]


def test_waits_for_an_install_that_an_earlier_run_started(world: World, appliance: Appliance) -> None:
    appliance.installing, appliance.started = BASE, world.clock.now()

    result = update(world, kind="base")

    assert appliance.writes == []
    assert result["after"]["base_version"] == "3.3.2"
    assert result["installed"] == []


def test_failed_base_stops_everything_and_says_not_to_restart(
    world: World, appliance: Appliance, failure: t.Any
) -> None:
    appliance.outcome = "failed"

    error, result = failure(lambda: update(world))

    assert isinstance(error, InstallFailed)
    assert error.seen == "Installation failed: checksum error"
    assert "Do not restart the appliance" in error.advice
    assert appliance.writes == ["install Base Software 3.3.2"]
    assert result["installed"] == []
    assert result["evidence"]["last_seen"] == "Installation failed: checksum error"
    assert result["evidence"]["health"]["version"] == "12.1.0"


WORDS = "The installation of Base Software 3.3.2 failed."


@pytest.mark.parametrize("named", [WORDS, "3.3.2"])
def test_a_base_update_that_failed_is_not_tried_again_before_it_is_named_as_solved(
    world: World, appliance: Appliance, named: str
) -> None:
    appliance.shown_failure = WORDS
    for other in (None, "3.4.0"):
        for check_mode in (True, False):
            with pytest.raises(StateError, match="Do not restart"):
                update(world, check_mode, failure_solved=other)
    with pytest.raises(InputError):
        update(world, failure_solved="true")
    assert appliance.writes == []

    result = update(world, failure_solved=named)

    assert [one["name"] for one in result["installed"]] == ["Base Software 3.3.2", "Bomgar-12.2.0"]


def test_a_failure_in_the_same_words_as_an_older_one_is_a_failure(
    world: World, appliance: Appliance, failure: t.Any
) -> None:
    appliance.shown_failure, appliance.outcome = WORDS, "nothing"

    error, result = failure(lambda: update(world, failure_solved=WORDS))

    assert isinstance(error, InstallFailed)
    assert "Do not restart the appliance" in error.advice
    assert appliance.writes == ["install Base Software 3.3.2"]
    assert result["evidence"]["base_trouble"]


def test_stuck_base_ends_at_the_deadline_with_the_last_words(
    world: World, appliance: Appliance, failure: t.Any
) -> None:
    appliance.outcome = "hangs"
    start = world.clock.now()

    error, _result = failure(lambda: update(world, wait_timeout=120))

    assert isinstance(error, WaitTimeout)
    assert error.seen == "Installing Base Software 3.3.2"
    assert "Do not restart the appliance" in error.advice
    assert world.clock.now() - start == pytest.approx(120, abs=3)
    assert appliance.writes == ["install Base Software 3.3.2"]


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("vanishes", "is no longer listed, yet it is not installed"), ("nothing", "was not installed")],
)
def test_package_that_did_not_take_effect_is_named_and_not_repeated(
    world: World, appliance: Appliance, failure: t.Any, outcome: str, message: str
) -> None:
    appliance.outcome = outcome

    error, _result = failure(lambda: update(world))

    assert str(error).startswith("Base Software 3.3.2 ")
    assert message in error.message
    assert appliance.writes == ["install Base Software 3.3.2"]


def test_failure_of_the_second_package_reports_the_first(world: World, appliance: Appliance, failure: t.Any) -> None:
    update(world, kind="base")
    appliance.catalogue.append(Package("Base Software 3.3.3", "base", "3.3.3", True))

    def fail_after_first(what: str, write: t.Any = appliance.write) -> None:
        appliance.outcome = "failed" if "Bomgar" in what else "ok"
        write(what)

    appliance.write = fail_after_first  # type: ignore[method-assign]
    error, result = failure(lambda: update(world))

    assert error.kind == "install"
    assert result["changed"]
    assert [one["name"] for one in result["installed"]] == ["Base Software 3.3.3"]
    assert result["after"]["base_version"] == "3.3.3"


def test_connection_lost_after_the_button_was_pressed_is_followed(world: World, appliance: Appliance) -> None:
    appliance.commit_error = lost

    assert update(world, kind="base")["after"]["base_version"] == "3.3.2"


def test_session_that_ended_behind_the_button_is_no_end_of_the_install(world: World, appliance: Appliance) -> None:
    appliance.commit_error = lambda: SessionExpired("/appliance asks to sign in again")

    assert update(world, kind="base")["after"]["base_version"] == "3.3.2"
    assert appliance.writes == ["install Base Software 3.3.2"]


def test_install_that_was_seen_and_led_nowhere_is_trouble_though_the_answer_was_lost(
    world: World, appliance: Appliance, failure: t.Any
) -> None:
    appliance.commit_error, appliance.outcome = lost, "nothing"

    error, result = failure(lambda: update(world))

    assert "Base Software 3.3.2 was not installed" in error.message
    assert result["evidence"]["base_trouble"]


@pytest.mark.parametrize("how", [lost, lambda: SessionExpired("/appliance asks to sign in again")])
def test_request_that_was_lost_is_no_base_update_in_trouble(
    world: World,
    appliance: Appliance,
    failure: t.Any,
    monkeypatch: pytest.MonkeyPatch,
    how: t.Callable[[], Exception],
) -> None:
    def lost_on_its_way(what: str) -> None:
        appliance.writes.append(what)
        appliance.installing = None
        if isinstance(error := how(), SessionExpired):
            appliance.sessions = dict.fromkeys(appliance.sessions, False)
        raise error

    monkeypatch.setattr(appliance, "write", lost_on_its_way)

    error, result = failure(lambda: update(world, wait_timeout=7200))

    assert "Base Software 3.3.2 was not seen to begin" in error.message
    assert "start the same command again" in error.advice
    assert not result["evidence"]["base_trouble"]
    assert world.clock.now() < 1000 + 600
    assert appliance.writes == ["install Base Software 3.3.2"]


def test_answer_that_says_nothing_of_an_install_is_no_sign_of_one(
    world: World, appliance: Appliance, failure: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_for_nothing(web: t.Any, package: Package, _accept_license: bool) -> Progress:
        web.may_write("an install")
        appliance.writes.append(f"install {package.name}")
        return Progress("unknown", "Please wait.")

    monkeypatch.setattr(updates, "install", taken_for_nothing)
    monkeypatch.setattr(updates, "progress", lambda _web: Progress("unknown", "Please wait."))

    error, result = failure(lambda: update(world, wait_timeout=7200))

    assert "Base Software 3.3.2 was not seen to begin" in error.message
    assert not result["evidence"]["base_trouble"]
    assert world.clock.now() < 1000 + 120
    assert appliance.writes == ["install Base Software 3.3.2"]


@pytest.mark.parametrize("status", [200, 404])
def test_apis_that_answer_with_a_page_while_the_appliance_starts_are_waited_for(
    world: World, appliance: Appliance, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    health, strange = FakeApi.health, []

    def starting(api: FakeApi) -> t.Any:
        if appliance.base == "3.3.2" and len(strange) < 5:
            strange.append(world.clock.now())
            raise ApiError("answers with something else than the API describes", status=status)
        return health(api)

    monkeypatch.setattr(FakeApi, "health", starting)

    assert update(world, kind="base")["after"]["base_version"] == "3.3.2"
    assert len(strange) == 5


def test_apis_that_go_on_answering_with_a_page_are_not_waited_for_to_the_end(
    world: World, appliance: Appliance, failure: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = FakeApi.health

    def wrong(api: FakeApi) -> t.Any:
        if appliance.base == "3.3.2":
            raise ApiError("answers with something else than the API describes", status=200)
        return health(api)

    monkeypatch.setattr(FakeApi, "health", wrong)

    error, _result = failure(lambda: update(world, kind="base", wait_timeout=7200))

    assert "something else than the API describes" in error.message
    assert 300 <= world.clock.now() - 1000 < 900


def test_misread_words_do_not_leave_a_begun_install_alone(world: World, appliance: Appliance) -> None:
    appliance.commit_error = lambda: RefusedByAppliance("refused", seen="Do not switch off")

    assert update(world, kind="base")["after"]["base_version"] == "3.3.2"


def test_connection_refused_before_anything_was_sent_is_an_error(
    world: World, appliance: Appliance, failure: t.Any
) -> None:
    appliance.commit_error = lambda: lost(sent=False)

    error, result = failure(lambda: update(world))

    assert isinstance(error, TransportError)
    assert not result["changed"]


def test_licence_is_not_accepted_without_being_told(world: World, failure: t.Any) -> None:
    licensed = Package("Bomgar-12.2.0", "product", "12.2.0", True, None, {"license": "EULA"})
    appliance = world.add("b.example.com", catalogue=[licensed])

    error, _result = failure(lambda: update(world, accept_license=False))

    assert isinstance(error, RefusedByAppliance)
    assert appliance.writes == []


def test_blocked_package_with_nothing_else_offered(world: World, failure: t.Any) -> None:
    appliance = world.add("b.example.com", catalogue=[PRODUCT])

    for check_mode in (True, False):
        error, _result = failure(lambda mode=check_mode: update(world, mode, state="present", version="12.2.0"))
        assert isinstance(error, StateError)
        assert error.seen == "3.2.4 does not satisfy 12.2.0's requirements."
    assert appliance.writes == []


@pytest.mark.parametrize(("version", "words"), [("13.0.0", "neither installed nor offered"), ("11.0", "newer than")])
def test_impossible_version_changes_nothing(
    world: World, appliance: Appliance, failure: t.Any, version: str, words: str
) -> None:
    error, _result = failure(lambda: update(world, state="present", version=version))

    assert words in error.message
    assert appliance.writes == []


def test_another_appliance_than_expected_is_left_alone(world: World, appliance: Appliance, failure: t.Any) -> None:
    error, _result = failure(lambda: update(world, appliance_id="b" * 32))

    assert isinstance(error, StateError)
    assert appliance.writes == []


@pytest.mark.parametrize(
    "options",
    [
        {"method": "manual"},
        {"package": "/tmp/x"},
        {"state": "present"},
        {"state": "latest", "version": "12.2.0"},
        {"state": "present", "version": "newest"},
        {"wait_timeout": 0},
        {"appliance_username": None, "appliance_password": None},
        {"appliance_password": None},
        {"host": None},
        {"host": "https://b.example.com"},
        {"port": 70000},
        {"ca_path": "/nowhere/ca.pem"},
    ],
)
def test_bad_input_is_refused_before_anything_is_contacted(
    world: World, appliance: Appliance, options: dict[str, t.Any]
) -> None:
    with pytest.raises(InputError):
        update(world, **options)
    assert appliance.sign_ins == {"appliance": 0, "login": 0}


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Downloaded packages with their manifest; the appliance takes a file as it takes a package of its own list."""
    entries = []
    for file, kind, version in (
        ("base-3.3.2.pkg", "base", "3.3.2"),
        ("product-12.2.0.pkg", "product", "12.2.0"),
        ("patch.pkg", "other", None),
    ):
        (tmp_path / file).write_bytes(file.encode())
        digest = hashlib.sha256(file.encode()).hexdigest()
        entries.append(
            {"file": file, "size": len(file), "sha256": digest, "name": file, "kind": kind, "version": version}
        )
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "packages": entries}))
    return tmp_path


@pytest.fixture
def offline(world: World, monkeypatch: pytest.MonkeyPatch) -> Appliance:
    appliance = world.add("b.example.com")

    def upload(web: t.Any, package: Package, path: pathlib.Path, accept_license: bool) -> t.Any:
        if package.kind == "product" and appliance.base == "3.2.4":
            raise RefusedByAppliance("refused", seen="3.2.4 does not satisfy 12.2.0's requirements.")
        assert path.read_bytes()
        return fakes.install(web, package, accept_license)

    def read(web: t.Any, check: bool) -> Updates:
        assert not check, "the update server must not be asked"
        seen = fakes.read_updates(web, check)
        done = appliance.writes and seen.progress is None
        return dataclasses.replace(seen, progress=Progress("finished", "was installed") if done else seen.progress)

    monkeypatch.setattr(manual_update, "upload", upload)
    monkeypatch.setattr(updates, "read", read)
    return appliance


def test_manual_sends_files_in_order_and_notes_where_they_are_installed(
    world: World, offline: Appliance, folder: pathlib.Path
) -> None:
    predicted = update(world, check_mode=True, method="manual", package=str(folder))
    assert offline.writes == []
    result = update(world, method="manual", package=str(folder))
    assert offline.writes == ["install base-3.3.2.pkg", "install product-12.2.0.pkg", "install patch.pkg"]
    assert [one["name"] for one in predicted["would_install"]] == [one["name"] for one in result["installed"]]
    entries = json.loads((folder / "manifest.json").read_text())["packages"]
    assert {entry["file"]: entry["installed_on"] for entry in entries} == {
        "base-3.3.2.pkg": ["a" * 32],
        "product-12.2.0.pkg": ["a" * 32],
        "patch.pkg": ["a" * 32],
    }
    assert not update(world, method="manual", package=str(folder))["changed"]


def test_manual_product_without_its_base_is_refused_in_the_appliances_words(
    world: World, offline: Appliance, folder: pathlib.Path
) -> None:
    with pytest.raises(Interrupted, match="cannot be installed") as caught:
        update(world, method="manual", package=str(folder / "product-12.2.0.pkg"))
    assert "does not satisfy" in str(caught.value.error.seen)
    assert offline.writes == []


@pytest.mark.parametrize("damage", [b"product-12.2.0.pkX", b"short", None])
def test_manual_verifies_before_anything_is_contacted(
    world: World, offline: Appliance, folder: pathlib.Path, damage: bytes | None
) -> None:
    path = folder / "product-12.2.0.pkg"
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(InputError, match="not what the manifest says"):
        update(world, method="manual", package=str(folder))
    assert offline.sign_ins == {"appliance": 0, "login": 0}
    assert update(world, method="manual", package=str(folder), kind="base")["after"]["base_version"] == "3.3.2"


def test_an_upload_that_led_to_no_install_is_not_waited_for_to_the_end(
    world: World, offline: Appliance, folder: pathlib.Path
) -> None:
    offline.outcome = "nothing"
    with pytest.raises(Interrupted, match="was not installed") as caught:
        update(world, method="manual", package=str(folder), wait_timeout=7200)
    assert caught.value.result["evidence"]["base_trouble"]
    assert world.clock.now() < 1000 + 600
