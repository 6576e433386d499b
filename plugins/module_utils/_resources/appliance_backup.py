# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verified backup of an appliance's settings on the controller's disk (PREP-1): by API, else through the page."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import typing as t

from .._errors import InputError, PermissionMissing
from .._lane.outcomes import Outcome
from .._module import Connect, Connection, Params, same_id
from .._pages import software_management as software_page
from .._records import BackupFile
from .._wait import Deadline
from . import _backup_checks as backup_checks
from . import _backup_folder as backup_folder
from ._backup_folder import Description, Target


@dataclasses.dataclass(frozen=True)
class Wish:
    """What backup is wanted; ``max_age`` and ``wait_timeout`` in seconds, ``keep_days`` in days."""

    target: Target
    password: str | None = dataclasses.field(repr=False)
    keep: int | None
    keep_days: int | None
    max_age: int | None
    wait_timeout: float
    vault_key: bool = False

    @property
    def oldest(self) -> datetime.datetime | None:
        """Backups from before are not kept."""
        return None if self.keep_days is None else _now() - datetime.timedelta(days=self.keep_days)

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Raises InputError for what cannot work, before anything is contacted."""
        keep, keep_days, max_age = params["keep"], params["keep_days"], params["max_age"]
        if keep is not None and keep < 1:
            raise InputError(f"keep must be at least 1, not {keep}: the new backup itself is kept")
        if keep_days is not None and keep_days < 1:
            raise InputError(f"keep_days must be at least 1, not {keep_days}")
        if max_age is not None and max_age < 0:
            raise InputError(f"max_age must not be negative, but is {max_age} seconds")
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        target = Target.from_dest(params["dest"])
        if (keep is not None or keep_days is not None) and target.file is not None:
            raise InputError(
                "keep and keep_days need a folder as dest: a single file is replaced, there is nothing to keep"
            )
        return cls(
            target,
            params["password"] or None,
            keep,
            keep_days,
            max_age,
            float(params["wait_timeout"]),
            params["include_vault_key"],
        )


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Make a backup, unless one that is young enough is there already."""
    wish = Wish.from_params(params)
    with connect(params) as connection:
        if not connection.has_api:
            connection.require("A backup without an API account", login=True)
        if wish.vault_key:
            connection.require("The Vault encryption key", login=True)
        connection.redactor.add(wish.password)
        version, appliance_id = _identity(connection)
        fresh = _fresh(connection, wish, version, appliance_id)
        if fresh is not None:
            return _result(wish, fresh, changed=False, removed=[])
        by_api = _may_use_api(connection)
        path = wish.target.path_for(connection.options.host, version, _now())
        if wish.vault_key:
            # Where the key is not offered, that is said before a backup is made.
            software_page.find_vault_key(connection.login_web)
        if check_mode:
            return _predict(connection, wish, path)
        wish.target.prepare()
        deadline = Deadline(wish.wait_timeout, connection.clock)
        backup = _download(connection, wish, path, deadline, by_api=by_api)
        backup_folder.verify_download(path, backup)
        earlier = next(iter(_known(connection, wish)), None)
        checks = backup_checks.look_at(path, earlier.size if earlier else None, deadline)
        key = _download_vault_key(connection, wish, path) if wish.vault_key else None
        description = backup_folder.describe(
            backup,
            connection.options.host,
            connection.options.port,
            protected=wish.password is not None,
            version=version,
            appliance_id=appliance_id,
            vault_key=pathlib.Path(key.path).name if key else None,
            vault_key_sha256=key.sha256 if key else None,
        )
        backup_folder.remember(path.parent, description)
        return _result(wish, description, changed=True, removed=_remove_surplus(connection, wish), checks=checks)


def _identity(connection: Connection) -> tuple[str | None, str | None]:
    """Product version and appliance id where an API account can tell; they go into the name and the description."""
    if not connection.has_api:
        return None, connection.options.appliance_id
    health = connection.api.health()
    return health.version, health.appliance_id


def _fresh(connection: Connection, wish: Wish, version: str | None, appliance_id: str | None) -> Description | None:
    """The newest backup where it is young enough, intact, and of the appliance and version that stand there now."""
    if wish.max_age is None:
        return None
    oldest = _now() - datetime.timedelta(seconds=wish.max_age)
    for description in _known(connection, wish):
        if (
            oldest <= description.time <= _now()
            and description.protected == (wish.password is not None)
            and description.version == version
            and (description.vault_key is not None or not wish.vault_key)
            and (appliance_id is None or same_id(description.appliance_id, appliance_id))
            and backup_folder.is_intact(wish.target.folder, description)
        ):
            return description
    return None


def _known(connection: Connection, wish: Wish) -> list[Description]:
    found = backup_folder.backups_of(wish.target.folder, connection.options.host, connection.options.port)
    only = wish.target.file
    return [description for description in found if only is None or description.file == only.name]


def _may_use_api(connection: Connection) -> bool:
    """Whether the API account may back up. Raises PermissionMissing where it may not and there is no other account."""
    if not connection.has_api:
        return False
    try:
        connection.api.require("perm_backup", why="to download the backup")
    except PermissionMissing:
        # The page offers the same backup to an account that may.
        if not connection.has_account("login"):
            raise
        return False
    return True


def _download(
    connection: Connection, wish: Wish, path: pathlib.Path, deadline: Deadline, *, by_api: bool
) -> BackupFile:
    if by_api:
        return connection.api.backup(path, wish.password, deadline)
    return software_page.download_backup(connection.login_web, path, wish.password, deadline)


def _download_vault_key(connection: Connection, wish: Wish, path: pathlib.Path) -> BackupFile:
    """The key in a file of its own, so that it can be kept apart from the backup."""
    dest = path.with_name(backup_folder.vault_key_name(path.name))
    deadline = Deadline(wish.wait_timeout, connection.clock)
    key = software_page.download_vault_key(connection.login_web, dest, wish.password, deadline)
    backup_folder.verify_download(dest, key)
    return key


def _remove_surplus(connection: Connection, wish: Wish) -> list[str]:
    removed = []
    for description in backup_folder.surplus(_known(connection, wish), wish.keep, wish.oldest):
        backup_folder.remove(wish.target.folder, description)
        removed.append(str(wish.target.folder / description.file))
    return removed


def _predict(connection: Connection, wish: Wish, path: pathlib.Path) -> dict[str, t.Any]:
    keep = wish.keep - 1 if wish.keep is not None else None
    # The new backup will be the newest, so that any of these may be too old.
    known = _known(connection, wish)
    beyond = backup_folder.surplus(known, keep)
    surplus = [one for one in known if one in beyond or (wish.oldest is not None and one.time < wish.oldest)]
    return {
        "changed": True,
        "path": str(path),
        "size": None,
        "sha256": None,
        "source": None,
        "created": None,
        "vault_key": backup_folder.vault_key_name(str(path)) if wish.vault_key else None,
        "removed": [str(wish.target.folder / description.file) for description in surplus],
        "checks": [],
        "warnings": [],
        "diff": {"before": "", "after": f"{path}\n"},
    }


def _result(
    wish: Wish, description: Description, *, changed: bool, removed: list[str], checks: t.Sequence[Outcome] = ()
) -> dict[str, t.Any]:
    path = str(wish.target.folder / description.file)
    return {
        "changed": changed,
        "path": path,
        "size": description.size,
        "sha256": description.sha256,
        "source": description.source,
        "created": description.created,
        "vault_key": str(wish.target.folder / description.vault_key) if description.vault_key else None,
        "removed": removed,
        "checks": [check.to_dict() for check in checks],
        "warnings": [f"{path}: {one.cause}. {one.remedy}" for one in checks if one.outcome == "fail"],
        "diff": {"before": "" if changed else f"{path}\n", "after": f"{path}\n"},
    }


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
