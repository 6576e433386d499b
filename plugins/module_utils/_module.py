# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module shares: the connection options, the connection to one appliance, and the one way out."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import pathlib
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ._api.client import ApiClient
from ._errors import ApiError, AuthenticationError, InputError, PageError, SraError, StateError
from ._live import Listener, Moment, listening
from ._pages import basics
from ._printable import printable_data
from ._shelf import NO_SHELF, Shelf
from ._transport.endpoint import Endpoint
from ._transport.redact import Redactor
from ._transport.transport import Transport
from ._wait import Clock
from ._web.language import language_of
from ._web.session import WebSession
from ._web.session import same_id as same_id_text
from ._web.vocabulary import Vocabulary

if t.TYPE_CHECKING:
    from ._browser.chromium import Chromium

Params = t.Mapping[str, t.Any]
Interface = t.Literal["appliance", "login"]

_PAIRS: t.Final = (
    ("appliance_username", "appliance_password"),
    ("login_username", "login_password"),
    ("client_id", "client_secret"),
)
_SECRETS: t.Final = ("appliance_password", "login_password", "client_secret")
# Options of single modules that hold secrets.
_OTHER_SECRETS: t.Final = ("key", "key_secret", "password", "first_password", "passphrase")
# What identifies one appliance is never handed on to another one.
_OWN: t.Final = ("host", "appliance_id")


def connection_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the connection options, with defaults and environment fallbacks."""
    spec = _connection_types()
    spec["port"]["default"] = 443
    spec["validate_certs"]["default"] = True
    spec["language"]["default"] = "auto"
    spec["web_driver"]["default"] = "auto"
    spec["timeout"]["default"] = 30.0
    for name, variable in (
        ("host", "SRA_HOST"),
        ("appliance_username", "SRA_APPLIANCE_USERNAME"),
        ("appliance_password", "SRA_APPLIANCE_PASSWORD"),
        ("login_username", "SRA_LOGIN_USERNAME"),
        ("login_password", "SRA_LOGIN_PASSWORD"),
        ("client_id", "BT_CLIENT_ID"),
        ("client_secret", "BT_CLIENT_SECRET"),
    ):
        spec[name]["fallback"] = (env_fallback, [variable])
    return spec


def nested_connection_spec() -> dict[str, t.Any]:
    """The spec of an option that holds the connection options of another appliance; what is left out is inherited."""
    options = _connection_types()
    options["host"]["required"] = True
    return {"type": "dict", "options": options}


def _connection_types() -> dict[str, dict[str, t.Any]]:
    return {
        "host": {"type": "str"},
        "port": {"type": "int"},
        "tls_server_name": {"type": "str"},
        "ca_path": {"type": "path"},
        "validate_certs": {"type": "bool"},
        "appliance_username": {"type": "str"},
        "appliance_password": {"type": "str", "no_log": True},
        "login_username": {"type": "str"},
        "login_password": {"type": "str", "no_log": True},
        "client_id": {"type": "str"},
        "client_secret": {"type": "str", "no_log": True},
        "language": {"type": "str", "choices": ["auto", "en", "de"]},
        "vocabulary": {"type": "dict"},
        "timeout": {"type": "float"},
        "appliance_id": {"type": "str"},
        "report_dir": {"type": "path"},
        "web_driver": {"type": "str", "choices": ["auto", "html", "browser"]},
    }


def nested_params(params: Params, option: str) -> dict[str, t.Any]:
    """The connection options under ``option``, completed from the module's own ones."""
    nested = params.get(option) or {}
    merged = {}
    for name in _connection_types():
        value = nested.get(name)
        merged[name] = params.get(name) if value is None and name not in _OWN else value
    return merged


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """How one appliance is reached; made by ``from_params``, which refuses what cannot work. ``timeout`` in seconds."""

    host: str
    port: int = 443
    tls_server_name: str | None = None
    ca_path: str | None = None
    validate_certs: bool = True
    appliance_username: str | None = None
    appliance_password: str | None = dataclasses.field(default=None, repr=False)
    login_username: str | None = None
    login_password: str | None = dataclasses.field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = dataclasses.field(default=None, repr=False)
    language: str = "auto"
    vocabulary: t.Mapping[str, t.Any] | None = None
    timeout: float = 30.0
    appliance_id: str | None = None
    report_dir: str | None = None
    web_driver: str = "auto"

    @classmethod
    def from_params(cls, params: Params) -> ConnectionOptions:
        """The options of a module's parameters. Raises InputError; contacts nothing."""
        given = {
            field.name: params[field.name]
            for field in dataclasses.fields(cls)
            if params.get(field.name) is not None and params[field.name] != ""
        }
        if "host" not in given:
            raise InputError(
                "No appliance is named",
                expected="the option host, or the environment variable SRA_HOST",
                advice="Give the appliance's own host name or address.",
            )
        options = cls(**given)
        options._check()
        return options

    @property
    def label(self) -> str:
        return f"{self.host}:{self.port}"

    def _check(self) -> None:
        if "/" in self.host or " " in self.host:
            raise InputError(
                f"{self.host!r} is no host name or IP address",
                expected="a name or address without scheme, port and path",
                advice="Give the port in the option port.",
            )
        if not 0 < self.port < 65536:
            raise InputError(f"{self.port} is no TCP port", appliance=self.label)
        if self.timeout <= 0:
            raise InputError(f"timeout must be more than 0 seconds, not {self.timeout:g}", appliance=self.label)
        if self.ca_path is not None and not pathlib.Path(self.ca_path).exists():
            raise InputError(
                f"The certificate authorities {self.ca_path} do not exist on the controller",
                appliance=self.label,
                advice="Correct ca_path.",
            )
        if self.report_dir is not None and pathlib.Path(self.report_dir).is_file():
            raise InputError(f"report_dir {self.report_dir} is a file, not a folder", appliance=self.label)
        for name, secret in _PAIRS:
            if (getattr(self, name) is None) != (getattr(self, secret) is None):
                raise InputError(f"{name} and {secret} belong together: give both or none", appliance=self.label)
        # Unknown controls in the vocabulary are named before anything is contacted.
        Vocabulary(dict(self.vocabulary) if self.vocabulary else None)


class Connection:
    """One appliance: its APIs and both web interfaces, each opened when first used and always closed again."""

    def __init__(
        self,
        options: ConnectionOptions,
        *,
        check_mode: bool = False,
        redactor: Redactor | None = None,
        clock: Clock | None = None,
        shelf: Shelf = NO_SHELF,
    ) -> None:
        self.options = options
        self.shelf = shelf
        self.label = options.label
        self.check_mode = check_mode
        self.clock = clock or Clock()
        self.redactor = redactor or Redactor()
        self.redactor.add(*(value for name in _SECRETS if (value := getattr(options, name, None))))
        self.endpoint = Endpoint(
            host=options.host,
            port=options.port,
            tls_server_name=options.tls_server_name,
            ca_path=options.ca_path,
            validate_certs=options.validate_certs,
            timeout=options.timeout,
        )
        self._exits = contextlib.ExitStack()
        self._transport: Transport | None = None
        self._api: ApiClient | None = None
        self._webs: dict[str, WebSession] = {}
        # One for both interfaces.
        self._chromium: Chromium | None = None
        self._identity_known = False
        self._notes: list[str] = []

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the sessions on the shelf, or sign out wherever signed in; close the connections."""
        self._exits.close()

    @property
    def warnings(self) -> list[str]:
        """What went wrong without consequence, for instance at a sign-out."""
        return [*self._notes, *(str(warning) for web in self._webs.values() for warning in web.warnings)]

    @property
    def languages(self) -> dict[str, str | None]:
        """The language of each web interface that was signed in to: ``en``, ``de``, None where it is not known."""
        found: dict[str, str | None] = {}
        for interface, web in self._webs.items():
            if web.home is not None:
                found[interface] = language_of(web.home, web.vocabulary)
        return found

    @property
    def has_api(self) -> bool:
        return self.options.client_id is not None

    def has_account(self, interface: Interface) -> bool:
        return getattr(self.options, f"{interface}_username") is not None

    def require(self, what: str, *, appliance: bool = False, login: bool = False, api: bool = False) -> None:
        """Raise InputError where an account that ``what`` needs was not given."""
        missing = [
            names
            for needed, given, names in (
                (appliance, self.has_account("appliance"), "appliance_username and appliance_password"),
                (login, self.has_account("login"), "login_username and login_password"),
                (api, self.has_api, "client_id and client_secret"),
            )
            if needed and not given
        ]
        if missing:
            raise InputError(
                f"{what} needs {' and '.join(missing)}",
                appliance=self.label,
                advice="Give them as options of the task or in module_defaults. Nothing was contacted.",
            )

    @property
    def transport(self) -> Transport:
        """The connection of the APIs; the web interfaces have their own, so that cookies never mix."""
        if self._transport is None:
            self._transport = self._new_transport()
        return self._transport

    @property
    def api(self) -> ApiClient:
        self.require("This step", api=True)
        return self._client()

    @property
    def appliance_web(self) -> WebSession:
        return self._web("appliance")

    @property
    def login_web(self) -> WebSession:
        return self._web("login")

    def check_health(self) -> bool:
        """The unauthenticated health check: no token, no account."""
        return self._client().check_health()

    def forget_refusals(self) -> None:
        """After a restore the accounts are those of the backup; what was refused before says nothing of them."""
        if self.has_api:
            self._client().forget_refusal()
        if self.has_account("login"):
            self.login_web.forget_refusal()

    def confirm_identity(self) -> None:
        """Before a write: the appliance has the id that was asked for. Raises StateError where it is another one.

        The APIs know the id; without an API account the check is left to the web session, which reads it from its pages.
        """
        expected = self.options.appliance_id
        if expected is None or self._identity_known or not self.has_api:
            return
        seen = self.api.health().appliance_id
        if not same_id(seen, expected):
            raise StateError(
                "This is not the appliance that was asked for; nothing was written",
                appliance=self.label,
                expected=f"appliance id {expected}",
                seen=f"appliance id {seen or 'unknown'}",
                advice="Check host, DNS and appliance_id.",
            )
        self._identity_known = True

    def _told_elsewhere(self, interface: Interface) -> str | None:
        """The appliance's id as the APIs or, for the pages of the site, those of the appliance tell it; None where none does.

        The certificate tells nothing: both appliances of a pair hold the same one.
        """
        with contextlib.suppress(ApiError, AuthenticationError):
            if self.has_api and (told := self.api.health().appliance_id):
                return told
        if interface == "login" and self.has_account("appliance"):
            with contextlib.suppress(PageError, AuthenticationError):
                return basics.read(self.appliance_web).appliance_id
        return None

    def _new_transport(self) -> Transport:
        return self._exits.enter_context(Transport(self.endpoint, self.redactor, self.clock))

    def _client(self) -> ApiClient:
        if self._api is None:
            self._api = ApiClient(
                self.transport,
                self.options.client_id or "",
                self.options.client_secret or "",
                self.clock,
                shelf=self.shelf,
            )
        return self._api

    def _web(self, interface: Interface) -> WebSession:
        if interface not in self._webs:
            self.require("This step", appliance=interface == "appliance", login=interface == "login")
            options = self.options
            make = functools.partial(
                self._session,
                interface,
                vocabulary=Vocabulary(dict(options.vocabulary) if options.vocabulary else None),
                language=options.language,
                redactor=self.redactor,
                report_dir=pathlib.Path(options.report_dir) if options.report_dir else None,
                check_mode=self.check_mode,
                expected_appliance_id=options.appliance_id,
                identify=functools.partial(self._told_elsewhere, interface),
            )
            self._webs[interface] = self._exits.enter_context(self._driven(interface, make))
        return self._webs[interface]

    def _session(self, interface: Interface, kind: type[WebSession], **options: t.Any) -> WebSession:
        username = getattr(self.options, f"{interface}_username")
        password = getattr(self.options, f"{interface}_password")
        return kind(self._new_transport(), interface, username, password, **options)

    def _driven(self, interface: Interface, make: t.Callable[..., WebSession]) -> WebSession:
        """The kind of session that the pages need; Playwright is loaded only where it is used."""
        if self.options.web_driver == "html":
            return make(WebSession, shelf=self.shelf)
        from ._browser.chromium import Chromium
        from ._browser.session import BrowserSession

        if self._chromium is None:
            self._chromium = self._exits.enter_context(Chromium())
        drawn = self.options.web_driver == "browser"
        return make(BrowserSession, chromium=self._chromium, drawn=drawn, shelf=self.shelf)


def same_id(one: str | None, other: str | None) -> bool:
    """Whether both are the same appliance's id; an unknown one is never the same."""
    return bool(one) and bool(other) and same_id_text(str(one), str(other))


class Interrupted(Exception):
    """A run that failed after it had done something: ``error`` says why, ``result`` what was done until then."""

    def __init__(self, error: SraError, result: t.Mapping[str, t.Any]) -> None:
        super().__init__(str(error))
        self.error = error
        self.result = dict(result)


class Connect(t.Protocol):
    """Makes the connection for connection options; the resources know no other way to an appliance."""

    def __call__(self, params: Params, /) -> Connection: ...


Run = t.Callable[[Params, bool, Connect], dict[str, t.Any]]


def run_module(module: AnsibleModule, run: Run) -> None:
    """Run a resource and leave the module."""
    outcome = execute(run, module.params, check_mode=bool(module.check_mode), diff=bool(module._diff))
    for text in outcome.pop("warnings", ()):
        module.warn(text)
    if outcome.pop("failed", False):
        module.fail_json(**outcome)
    module.exit_json(**outcome)


def execute(
    run: Run,
    params: Params,
    *,
    check_mode: bool,
    diff: bool,
    listener: Listener | None = None,
    shelf: Shelf = NO_SHELF,
) -> dict[str, t.Any]:
    """The result of a resource as a task's result; every way out passes the redactor, to the ``listener`` too."""
    redactor = Redactor(*_secrets_in(params))
    opened: list[Connection] = []

    def connect(of: Params) -> Connection:
        options = ConnectionOptions.from_params(of)
        connection = Connection(options, check_mode=check_mode, redactor=redactor, shelf=shelf)
        opened.append(connection)
        return connection

    def hear(moment: Moment) -> None:
        if listener is not None:
            listener(redactor.data(moment))

    with listening(hear if listener is not None else None):
        outcome, failure = _attempt(run, params, check_mode, connect)
    if not diff:
        outcome.pop("diff", None)
    warnings = [*outcome.pop("warnings", ()), *(text for one in opened for text in one.warnings)]
    result = {**outcome, **({"failed": True, **failure} if failure is not None else {}), "warnings": warnings}
    told: dict[str, t.Any] = printable_data(redactor.data(result))
    return told


def _secrets_in(params: Params) -> t.Iterator[str]:
    """The values of all secret options, those of nested connections included."""
    for name, value in params.items():
        if isinstance(value, dict):
            yield from _secrets_in(value)
        elif name in (*_SECRETS, *_OTHER_SECRETS) and isinstance(value, str):
            yield value


def _attempt(
    run: Run, params: Params, check_mode: bool, connect: Connect
) -> tuple[dict[str, t.Any], dict[str, t.Any] | None]:
    """The result of a run, and the parts of a failure or None."""
    try:
        return run(params, check_mode, connect), None
    except Interrupted as interrupted:
        return interrupted.result, _failure(interrupted.error)
    except SraError as error:
        return {"changed": False}, _failure(error)
    except Exception as error:  # the last resort: a defect must not print a secret
        defect = SraError(
            f"Unexpected {type(error).__name__}: {error}",
            advice="This is a defect of the collection; please report it with the traceback (-vvv).",
        )
        return {"changed": False}, {**_failure(defect), "exception": traceback.format_exc()}


def _failure(error: SraError) -> dict[str, t.Any]:
    return {"msg": str(error), "error": error.to_dict()}
