# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring a backup on an appliance, and seeing what it did to failover and the inter-appliance key."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from .._api.backup_content import refuse_other_than_backup
from .._errors import ApiError, InputError, PageError, SraError, StateError, TransportError
from .._module import Connect, Connection, Interrupted, Params
from .._pages import basics, failover, security, software_management
from .._records import as_data
from .._transport.files import sha256_from_here
from .._version import version_key
from .._wait import Deadline, Look, wait_for
from .._web.first_sign_in import FirstSignIn
from .._web.session import SessionExpired, WebSession
from . import _backup_folder as backup_folder
from ._first_account import FirstAccount, opened
from ._lost import after, lost_answer
from ._production import Production

_PAGE: t.Final = "/login > Management > Software Management"
_HEAD: t.Final = 4096


@dataclasses.dataclass(frozen=True)
class Wish:
    """The verified file; ``wait_timeout`` in seconds."""

    src: pathlib.Path
    size: int
    sha256: str
    version: str | None
    password: str | None = dataclasses.field(repr=False)
    first: FirstAccount | None
    production: Production
    wait_timeout: float

    @classmethod
    def from_params(cls, params: Params) -> Wish:
        """Opens the file. Raises InputError for what cannot work, before anything is contacted."""
        if params["wait_timeout"] <= 0:
            raise InputError(f"wait_timeout must be more than 0 seconds, not {params['wait_timeout']}")
        src = pathlib.Path(params["src"]).expanduser().absolute()
        size, sha256 = _verified(src)
        description = backup_folder.description_of(src)
        expected = params["sha256"] or (description.sha256 if description else None)
        if expected and expected.strip().lower() != sha256:
            raise InputError(
                f"The backup {src} is damaged",
                expected=f"SHA-256 {expected}",
                seen=f"SHA-256 {sha256}",
                advice="Take another backup. Nothing was contacted.",
            )
        if description is not None and description.protected and not params["password"]:
            raise InputError(f"The backup {src} is protected: give its password", advice="Nothing was contacted.")
        return cls(
            src,
            size,
            sha256,
            description.version if description else None,
            params["password"] or None,
            FirstAccount.from_params(params),
            Production.from_params(params),
            float(params["wait_timeout"]),
        )


def _verified(src: pathlib.Path) -> tuple[int, str]:
    """Size and SHA-256 of a file that can be a backup. Raises InputError."""
    try:
        with src.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            sha256 = sha256_from_here(file)
            size = file.tell()
        refuse_other_than_backup(head, size, "", str(src))
    except OSError as error:
        raise InputError(f"{src} cannot be read: {error.strerror}", advice="Correct src.") from error
    except ApiError as error:
        raise InputError(
            f"{src} is no backup", expected=error.expected, seen=error.seen, advice="Nothing was contacted."
        ) from error
    return size, sha256


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Restore the backup and wait until the appliance is ready with it."""
    if check_mode and params.get("assume_earlier_steps"):
        path = str(pathlib.Path(params["src"]).expanduser().absolute())
        return {"changed": True, "path": path, "diff": _diff(path)}
    wish = Wish.from_params(params)
    with connect(params) as connection:
        connection.require("Restoring a backup", login=True)
        connection.redactor.add(wish.password)
        _refuse_in_production(connection, wish)
        if check_mode:
            return _predicted(connection, wish)
    deadline = Deadline(wish.wait_timeout, connection.clock)
    with opened(connect, params, "login", wish.first) as (connection, web, seen):
        before = _settings(web)
        _refuse_newer(connection, web, wish)
        message, lost = _upload(web, wish)
    result = _result(wish, seen, before, message)
    try:
        with connect(params) as connection:
            connection.forget_refusals()
            with after(lost):
                return {**result, **_ready(connection, deadline)}
    except SraError as error:
        raise Interrupted(error, result) from error


def _refuse_in_production(connection: Connection, wish: Wish) -> None:
    if wish.production.hostname is None:
        return
    connection.require("Telling who serves the site", appliance=True)
    own = basics.read(connection.appliance_web).appliance_id
    wish.production.refuse_if_served_by(connection, own, "restore a backup")


def _predicted(connection: Connection, wish: Wish) -> dict[str, t.Any]:
    if wish.first is None:
        _refuse_newer(connection, connection.login_web, wish)
    return _result(wish, None, None, None)


def _refuse_newer(connection: Connection, web: WebSession, wish: Wish) -> None:
    """A backup of a newer version cannot be restored; said before gigabytes are uploaded."""
    installed = software_management.read(web)["product_version"]
    if wish.version and installed and version_key(wish.version) > version_key(installed):
        raise StateError(
            "The backup was made with a newer version than the appliance has",
            appliance=connection.label,
            page=_PAGE,
            expected=f"{wish.version} or newer",
            seen=installed,
            state="nothing was restored",
            advice="Update the appliance first.",
        )


def _upload(web: WebSession, wish: Wish) -> tuple[str | None, TransportError | None]:
    """The appliance's words, None where its answer was lost after the file was sent; and how it was lost."""
    try:
        with wish.src.open("rb") as file:
            return software_management.restore(web, wish.src.name, file, wish.password), None
    except SessionExpired:
        return None, None
    except TransportError as error:
        return None, lost_answer(error)


def _ready(connection: Connection, deadline: Deadline) -> dict[str, t.Any]:
    """Wait until the site is healthy and the account of the backup can sign in; then read what the restore changed."""

    def look() -> Look[dict[str, t.Any]]:
        try:
            if not connection.check_health():
                return Look(False, "answering, not healthy yet")
            after = _settings(connection.login_web)
            health = connection.api.health() if connection.has_api else None
        except SessionExpired:
            connection.login_web.sign_in_again()
            return Look(False, "the session was ended by a restart")
        except TransportError as error:
            return Look(False, f"starting: {error.message}")
        return Look(True, "ready", {"after": after, "health": as_data(health)})

    found = wait_for(
        "the restored appliance is ready and accepts the accounts of the backup",
        look,
        deadline,
        appliance=connection.label,
        page="/login",
        advice="Sign in to /login with an account of the backup and look at Management > Software Management.",
    )
    return dict(found or {})


def _settings(web: WebSession) -> dict[str, t.Any]:
    """Failover and the inter-appliance key, which a restore overwrites; None where a page does not tell."""
    seen: dict[str, t.Any] = {"failover_configured": None, "failover_role": None, "pre_shared_key_present": None}
    try:
        state = failover.read(web)
        seen.update(failover_configured=state.configured, failover_role=state.role)
        seen.update(security.read(web))
    except PageError as error:
        web.warnings.append(f"not read: {error.message}")
    return seen


def _result(
    wish: Wish, seen: FirstSignIn | None, before: dict[str, t.Any] | None, message: str | None
) -> dict[str, t.Any]:
    return {
        "changed": True,
        "path": str(wish.src),
        "size": wish.size,
        "sha256": wish.sha256,
        "version": wish.version,
        "message": message,
        "first_sign_in": as_data(seen),
        "before": before,
        "after": None,
        "health": None,
        "diff": _diff(str(wish.src)),
    }


def _diff(path: str) -> dict[str, str]:
    return {"before": "", "after": f"{path}\n"}
