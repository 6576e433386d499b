# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import bz2
import dataclasses
import datetime
import gzip
import hashlib
import json
import lzma
import pathlib
import tarfile
import typing as t
import zipfile

import pytest
from unit.resources import fakes
from unit.resources.conftest import ACCOUNTS
from unit.resources.fakes import UTC, Appliance, World

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, PermissionMissing, SraError
from ansible_collections.bseries.sra.plugins.module_utils._pages import software_management
from ansible_collections.bseries.sra.plugins.module_utils._records import BackupFile
from ansible_collections.bseries.sra.plugins.module_utils._resources import (
    _backup_checks,
    _backup_folder,
    appliance_backup,
)
from ansible_collections.bseries.sra.plugins.module_utils._wait import Deadline

OPTIONS: dict[str, t.Any] = {
    **ACCOUNTS,
    "host": "a.example.com",
    "password": None,
    "include_vault_key": False,
    "keep": None,
    "keep_days": None,
    "max_age": None,
    "wait_timeout": 60,
}


def backup(world: World, dest: t.Any, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return appliance_backup.run({**OPTIONS, "dest": str(dest), **options}, check_mode, world.connect(check_mode))


@pytest.fixture
def appliance(world: World) -> Appliance:
    return world.add("a.example.com")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[float], None]:
    """Moves the wall clock that backups are named and judged by."""

    def move(seconds: float) -> None:
        moment = datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(appliance_backup, "_now", lambda: moment)

    return move


def test_stores_a_private_file_with_its_description(world: World, appliance: Appliance, tmp_path: pathlib.Path) -> None:
    result = backup(world, tmp_path / "new" / "folder", password="backup-secret")

    path = pathlib.Path(result["path"])
    assert path.parent == tmp_path / "new" / "folder"
    assert path.name.startswith("a.example.com_12.1.0_")
    assert path.suffix == ".nsb"
    assert path.parent.stat().st_mode & 0o777 == 0o700
    description = path.with_name(path.name + ".json")
    assert description.stat().st_mode & 0o777 == 0o600
    assert json.loads(description.read_text())["sha256"] == result["sha256"]
    assert "backup-secret" not in description.read_text()
    assert (result["changed"], result["source"], result["size"]) == (True, "api", path.stat().st_size)
    assert appliance.sign_ins == {"appliance": 0, "login": 0}


def test_check_mode_predicts_the_path_and_writes_nothing(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, later: t.Any
) -> None:
    later(0)
    predicted = backup(world, tmp_path / "new", check_mode=True)

    assert not (tmp_path / "new").exists()
    assert predicted["changed"]
    assert predicted["path"] == backup(world, tmp_path / "new")["path"]


def test_young_backup_is_enough(world: World, appliance: Appliance, tmp_path: pathlib.Path) -> None:
    first = backup(world, tmp_path, max_age=60)
    second = backup(world, tmp_path, max_age=60)

    assert (first["changed"], second["changed"]) == (True, False)
    assert second["path"] == first["path"]
    assert len(list(tmp_path.glob("*.nsb"))) == 1


@pytest.mark.parametrize("spoil", ["old", "damaged", "gone", "version", "password", "other appliance"])
def test_backup_that_does_not_count(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, later: t.Any, spoil: str
) -> None:
    path = pathlib.Path(backup(world, tmp_path, max_age=60)["path"])
    options: dict[str, t.Any] = {}
    if spoil == "old":
        later(61)
    elif spoil == "damaged":
        path.write_bytes(b"something else")
    elif spoil == "gone":
        path.unlink()
    elif spoil == "version":
        appliance.product = "12.2.0"
    elif spoil == "password":
        options["password"] = "backup-secret"
    else:
        appliance.appliance_id = "c" * 32

    assert backup(world, tmp_path, max_age=60, **options)["changed"]


def test_keeps_the_newest_and_touches_no_other_file(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, later: t.Any
) -> None:
    world.add("b.example.com")
    (tmp_path / "a.example.com_by_hand.nsb").write_text("mine")
    other = backup(world, tmp_path, host="b.example.com")["path"]
    paths = []
    for number in range(3):
        later(number * 60)
        paths.append(backup(world, tmp_path)["path"])
    later(180)

    predicted = backup(world, tmp_path, check_mode=True, keep=2)
    result = backup(world, tmp_path, keep=2)

    assert sorted(result["removed"]) == sorted(paths[:2]) == sorted(predicted["removed"])
    left = {str(path) for path in tmp_path.glob("*.nsb")}
    assert left == {paths[2], result["path"], other, str(tmp_path / "a.example.com_by_hand.nsb")}


def test_page_without_api_account(world: World, appliance: Appliance, tmp_path: pathlib.Path) -> None:
    result = backup(world, tmp_path / "it.nsb", client_id=None, client_secret=None)

    assert (result["path"], result["source"]) == (str(tmp_path / "it.nsb"), "page")
    assert appliance.sign_ins == {"appliance": 0, "login": 1}


def test_page_where_the_api_account_may_not(world: World, appliance: Appliance, tmp_path: pathlib.Path) -> None:
    appliance.permissions = {"perm_backup": False}

    assert backup(world, tmp_path)["source"] == "page"
    for check_mode in (True, False):
        with pytest.raises(PermissionMissing):
            backup(world, tmp_path, check_mode, login_username=None, login_password=None)


@pytest.mark.parametrize(
    "options",
    [
        {"include_vault_key": True, "login_username": None, "login_password": None},
        {"keep_days": 0},
        {"keep": 0},
        {"max_age": -1},
        {"wait_timeout": 0},
        {"dest": "/dev/null/folder"},
        {"dest": "/tmp/one.nsb", "keep": 3},
        {"client_id": None, "client_secret": None, "login_username": None, "login_password": None},
    ],
)
def test_bad_input_is_refused_before_anything_is_contacted(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, options: dict[str, t.Any]
) -> None:
    appliance.unreachable = True
    with pytest.raises(InputError):
        backup(world, options.pop("dest", tmp_path), **options)
    assert list(tmp_path.iterdir()) == []


def test_old_backups_go_but_never_the_newest(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pathlib.Path(backup(world, tmp_path)["path"])
    description = old.with_name(old.name + ".json")
    data = json.loads(description.read_text())
    moved = old.rename(old.with_name("old.nsb"))
    description.unlink()
    moved.with_name("old.nsb.json").write_text(
        json.dumps({**data, "file": "old.nsb", "created": "2020-01-01T00:00:00Z"})
    )
    predicted = backup(world, tmp_path, check_mode=True, keep_days=30)
    assert predicted["removed"] == [str(moved)]
    assert moved.exists()
    result = backup(world, tmp_path, keep_days=30)
    assert result["removed"] == [str(moved)]
    assert not moved.exists()
    assert pathlib.Path(result["path"]).exists()


def test_the_vault_key_is_a_file_of_its_own_and_goes_with_its_backup(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(_web: t.Any, dest: pathlib.Path, password: str | None, _deadline: t.Any) -> t.Any:
        return fakes._write_backup(dest, f"key {password}", "page")

    monkeypatch.setattr(software_management, "find_vault_key", lambda web: web.page())
    monkeypatch.setattr(software_management, "download_vault_key", download)
    first = backup(world, tmp_path / "one", password="Secret", include_vault_key=True)
    key = pathlib.Path(first["vault_key"])
    assert key.name == pathlib.Path(first["path"]).name + ".vault-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert not backup(world, tmp_path / "one", password="Secret", include_vault_key=True, max_age=60)["changed"]
    key.write_bytes(b"damaged")
    assert backup(world, tmp_path / "one", check_mode=True, password="Secret", include_vault_key=True, max_age=60)[
        "changed"
    ]


def archive(kind: str, folder: pathlib.Path) -> bytes:
    content = bytes(range(256)) * 400
    path = folder / "archive"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("settings", content)
    elif kind == "tar":
        with tarfile.open(path, "w") as bundle:
            (folder / "settings").write_bytes(content)
            bundle.add(folder / "settings", "settings")
    else:
        path.write_bytes({"gzip": gzip, "bzip2": bz2, "xz": lzma}[kind].compress(content))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip", "tar"])
def test_an_archive_has_to_open_to_its_end(tmp_path: pathlib.Path, kind: str) -> None:
    whole = archive(kind, tmp_path)
    path = tmp_path / "one.nsb"
    path.write_bytes(whole + (b"a signature" if kind in ("gzip", "bzip2", "xz") else b""))
    opened, _size = _backup_checks.look_at(path, None)
    assert (opened.outcome, opened.cause) == ("pass", kind)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SraError, match="is damaged"):
        _backup_checks.look_at(path, None)


def bomb(kind: str, folder: pathlib.Path) -> bytes:
    content = bytes(8 * 1024 * 1024)
    path = folder / "bomb"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("settings", content)
            file.writestr("more", content)
        return path.read_bytes()
    return {"gzip": gzip, "bzip2": bz2, "xz": lzma}[kind].compress(content)  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip"])
def test_an_archive_that_unpacks_without_end_is_not_looked_at_further(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "one.nsb"
    path.write_bytes(bomb(kind, tmp_path))
    opened, _size = _backup_checks.look_at(path, None)
    assert opened.outcome == "pass"
    monkeypatch.setattr(_backup_checks, "_UNPACKED", 4 * 1024 * 1024)
    opened, _size = _backup_checks.look_at(path, None)
    assert opened.outcome == "skipped"
    assert "more than 100 times its size" in opened.cause
    assert "sra_trial_restore" in opened.remedy


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip", "tar"])
def test_an_archive_is_looked_at_until_the_deadline(tmp_path: pathlib.Path, kind: str) -> None:
    path = tmp_path / "one.nsb"
    path.write_bytes(archive(kind, tmp_path))
    opened, _size = _backup_checks.look_at(path, None, Deadline(60))
    assert opened.outcome == "pass"
    opened, _size = _backup_checks.look_at(path, None, Deadline(0))
    assert opened.outcome == "skipped"
    assert "wait_timeout" in opened.cause


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_the_index_of_an_archive_has_to_fit_into_memory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "one.nsb"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as file:
            for number in range(1000):
                file.writestr(f"settings-{number}", b"")
    else:
        with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as bundle:
            bundle.addfile(tarfile.TarInfo("long" * 10_000))
    monkeypatch.setattr(_backup_checks, "_AT_ONCE", 30_000)
    opened, _size = _backup_checks.look_at(path, None)
    assert opened.outcome == "skipped"
    assert "memory" in opened.cause


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip", "tar"])
def test_an_archive_that_somebody_spoiled_is_damaged_or_fine(tmp_path: pathlib.Path, kind: str) -> None:
    whole = archive(kind, tmp_path)
    path = tmp_path / "one.nsb"
    for at in range(4, len(whole), max(1, len(whole) // 150)):
        for value in (0x00, 0xFF):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            try:
                _backup_checks.look_at(path, None, Deadline(60))
            except SraError as error:
                assert "is damaged" in error.message  # noqa: PT017


def test_a_format_that_is_not_known_is_said_to_be_so(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "one.nsb"
    path.write_bytes(b"NSB of the vendor" * 100)
    archive_, _size = _backup_checks.look_at(path, None)
    assert archive_.outcome == "skipped"
    assert "sra_trial_restore" in archive_.remedy


def test_a_backup_that_is_much_smaller_than_the_one_before_is_warned_of(
    world: World, appliance: Appliance, tmp_path: pathlib.Path, later: t.Callable[[float], None]
) -> None:
    first = backup(world, tmp_path, password="x" * 200)
    assert first["warnings"] == []
    later(5)
    second = backup(world, tmp_path)
    assert [check["outcome"] for check in second["checks"]] == ["skipped", "fail"]
    assert "much smaller" in second["warnings"][0]


def test_what_was_read_back_while_it_came_is_not_read_once_more(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.nsb"
    path.write_bytes(b"backup")
    came = BackupFile(str(path), 6, hashlib.sha256(b"other!").hexdigest(), "api", datetime.datetime.now(UTC))

    _backup_folder.verify_download(path, dataclasses.replace(came, read_back=True))
    for wrong in (came, dataclasses.replace(came, read_back=True, size=7)):
        with pytest.raises(SraError, match="is not what the appliance sent"):
            _backup_folder.verify_download(path, wrong)
