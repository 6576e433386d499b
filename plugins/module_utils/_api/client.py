# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The official APIs of one appliance as typed records: Command (v2, else v1), Configuration, Backup, health probe."""

from __future__ import annotations

import datetime
import pathlib
import re
import typing as t

from .._errors import ApiError, InputError, PermissionMissing, SraError, TransportError
from .._records import ApiInfo, ApplianceEntry, BackupFile, ClientCounts, Health, JumpClient, Jumpoint, User
from .._shelf import NO_SHELF, Shelf
from .._transport.files import atomic_file
from .._transport.transport import Transport
from .._wait import Clock, Deadline
from .backup_content import refuse_other_than_backup
from .caller import ApiCaller, Call
from .command import CommandApi, Role
from .command_v1 import CommandV1
from .command_v2 import INFO_CALL, CommandV2, read_info
from .configuration import ConfigurationApi
from .oauth import TokenSource, as_object
from .permissions import BACKUP, PAGE, is_granted, permission

T = t.TypeVar("T")

_BACKUP_PATH: t.Final = "/api/backup"
# The appliance may gather data for a while before the first byte of a backup. Seconds.
_BACKUP_SILENCE: t.Final = 300.0
_HEALTH_PATH: t.Final = "/check_health"
_MAX_PROBE: t.Final = 64 * 1024
# Statuses that mean "no Command API v2 here"; an older site sends strangers to its sign-in page.
_NO_V2: t.Final = frozenset({301, 302, 303, 307, 308, 404, 405, 410, 501})


class ApiClient:
    """One API account on one appliance.

    A token is got at the first call and kept; a refused account is not tried again. Errors of every method:
    TransportError, TlsError, AuthenticationError, PermissionMissing, ApiError (``status``), InputError.
    """

    def __init__(
        self,
        transport: Transport,
        client_id: str | None,
        client_secret: str | None,
        clock: Clock | None = None,
        *,
        shelf: Shelf = NO_SHELF,
    ) -> None:
        self._transport = transport
        self._clock = clock or Clock()
        self._tokens = TokenSource(transport, client_id, client_secret, self._clock, shelf)
        self._caller = ApiCaller(transport, self._tokens, self._clock)
        self._configuration = ConfigurationApi(self._caller)
        self._command: CommandApi | None = None
        self._info: ApiInfo | None = None
        self._own_id = ""
        # Which API there is was found out by an earlier task.
        self._is_remembered = False

    @property
    def command_api(self) -> t.Literal["v2", "v1"]:
        """Which Command API the appliance has; found out once, before the first command."""
        return "v2" if isinstance(self._commands(), CommandV2) else "v1"

    def info(self) -> ApiInfo:
        """Versions of the APIs, permissions of the account, the appliance's time. Asked anew at each call."""
        self._info = None
        self._commands()
        if self._info is None:
            self._info = self._read(lambda each: each.info())
        return self._info

    def health(self) -> Health:
        """May be up to a minute old. An unhealthy node is a Health with ``healthy=False``, not an error."""
        health = self._read(lambda commands: commands.health())
        self._own_id = _plain_id(health.appliance_id)
        return health

    def appliances(self) -> tuple[ApplianceEntry, ...]:
        return self._read(lambda commands: commands.appliances())

    def own_entry(self) -> ApplianceEntry | None:
        """The row of this very appliance, told by its id; None where the list does not hold it."""
        if not self._own_id:
            self.health()
        own = self._own_id
        return next((entry for entry in self.appliances() if own and _plain_id(entry.appliance_id) == own), None)

    def client_counts(self) -> tuple[ClientCounts, ...]:
        return self._read(lambda commands: commands.client_counts())

    def users(self) -> tuple[User, ...]:
        return self._read(lambda commands: commands.users())

    def logout_user(self, user_id: int) -> bool:
        """Log a user out of the console. False where that user was not logged in."""
        if user_id < 1:
            raise InputError(f"{user_id} is no id of a user", expected="a number above 0")
        return self._certain().logout_user(user_id)

    def terminate_session(self, lsid: str) -> bool:
        """End a remote session. False where there was no such session."""
        if not re.fullmatch(r"[0-9a-fA-F]{32}", lsid):
            raise InputError(f"{lsid!r} is no id of a session", expected="32 hexadecimal digits")
        return self._certain().terminate_session(lsid)

    def set_failover_role(self, role: Role, data_sync_first: bool = False, force: bool = False) -> str:
        """Make this appliance primary or backup; returns the appliance's message. Raises RefusedByAppliance.

        With ``data_sync_first`` the change comes later, when the sync is done, and all users of the present primary are
        disconnected. ``force`` is for a primary told to become backup although its peer cannot be reached.
        """
        if force and role != "backup":
            raise InputError(
                "force is only for a primary that becomes backup", expected="role backup", seen=f"role {role}"
            )
        return self._certain().set_failover_role(role, data_sync_first, force)

    def jump_clients(self) -> tuple[JumpClient, ...]:
        return self._configuration.jump_clients()

    def jumpoints(self) -> tuple[Jumpoint, ...]:
        return self._configuration.jumpoints()

    def backup(self, dest: pathlib.Path, password: str | None = None, deadline: Deadline | None = None) -> BackupFile:
        """Stream a backup to ``dest`` (0600, complete or not at all) and make sure that it is one."""
        self._transport.redactor.add(password)
        call = Call(
            "POST" if password else "GET",
            _BACKUP_PATH,
            BACKUP,
            json={"password": password} if password else None,
            accept="*/*",
            timeout=max(_BACKUP_SILENCE, self._transport.endpoint.timeout),
        )
        with atomic_file(dest, read_back=True) as file:
            response = self._caller.download(call, file, deadline)
            refuse_other_than_backup(file.head, file.size, response.content_type, self._caller.label)
            size, sha256 = file.size, file.sha256
        return BackupFile(str(dest), size, sha256, "api", datetime.datetime.now(datetime.UTC), read_back=True)

    def require(self, name: str, level: str | None = None, why: str = "") -> None:
        """Raise PermissionMissing where the account is known to lack a permission; silence of the API is no refusal."""
        info = self._info if self._info is not None else self.info()
        if is_granted(info.permissions.get(name), level) is not False:
            return
        wanted = permission(name, level)
        raise PermissionMissing(
            f"The API account lacks the permission {wanted}{f', needed to {why}' if why else ''}",
            expected=str(wanted),
            seen=f"{name}={info.permissions.get(name)}",
            appliance=self._caller.label,
            page=PAGE,
            state="nothing was changed",
            advice=f"Grant it to the API account at {PAGE}.",
        )

    def offers_v1(self) -> bool:
        """Whether the older Command API answers this account too. Raises TransportError where nothing answers."""
        try:
            CommandV1(self._caller).info()
        except TransportError:
            raise
        except SraError:
            return False
        return True

    def forget_refusal(self) -> None:
        """What was refused may be accepted now: the appliance's accounts are others, as after a restore."""
        self._tokens.forget_refusal()

    def check_health(self) -> bool:
        """The probe that needs no account: True where the site says it is healthy."""
        response = self._transport.request(
            "GET", _HEALTH_PATH, keep_alive=False, max_body=_MAX_PROBE, follow_redirects=False, cookies=False
        )
        return response.status == 200

    def _commands(self) -> CommandApi:
        if self._command is None:
            self._command = self._remembered() or self._detected()
        return self._command

    def _remembered(self) -> CommandApi | None:
        """The API that an earlier task found."""
        self._tokens.begin()
        found = self._tokens.notes.get("command_api")
        self._is_remembered = found in ("v1", "v2")
        if not self._is_remembered:
            return None
        return CommandV2(self._caller) if found == "v2" else CommandV1(self._caller)

    def _detected(self) -> CommandApi:
        found = self._detect()
        self._tokens.note("command_api", "v2" if isinstance(found, CommandV2) else "v1")
        return found

    def _certain(self) -> CommandApi:
        """The API as this object found it itself: what writes does not rely on an earlier task."""
        commands = self._commands()
        if self._is_remembered:
            commands = self._command = self._detected()
            self._is_remembered = False
        return commands

    def _read(self, ask: t.Callable[[CommandApi], T]) -> T:
        """Ask; where the API that an earlier task found is no longer there, find out again."""
        commands = self._commands()
        try:
            return ask(commands)
        except ApiError as error:
            if not self._is_remembered or error.status not in _NO_V2:
                raise
        return ask(self._certain())

    def _detect(self) -> CommandApi:
        response = self._caller.call(INFO_CALL, accepted=(200, *_NO_V2))
        answer = as_object(response) if response.status == 200 else None
        if answer is not None and ("permissions" in answer or "command_api_version" in answer):
            self._info = read_info(answer)
            return CommandV2(self._caller)
        older = CommandV1(self._caller)
        try:
            self._info = older.info()
        except ApiError as exc:
            if exc.status is None or exc.status >= 500 or exc.status == 429:
                raise
            raise ApiError(
                f"{self._caller.label} answers neither the Command API v2 nor v1",
                status=exc.status,
                expected="an answer to /api/command/v2/info or to /api/command?action=get_api_info",
                seen=exc.seen or exc.message,
                appliance=self._caller.label,
                page=PAGE,
                advice=f"Switch on Enable XML API at {PAGE}.",
            ) from exc
        return older


def _plain_id(appliance_id: str | None) -> str:
    """v1 may write the id with dashes or in other case than v2."""
    return re.sub(r"[^0-9a-z]", "", (appliance_id or "").lower())
