# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that may have to begin with the account that an appliance has when it is new."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._errors import AuthenticationError, InputError, SignInObstacle
from .._module import Connect, Connection, Interface, Params
from .._web.first_sign_in import FirstSignIn, first_sign_in
from .._web.session import WebSession

DOCUMENTED: t.Final = "password"
"""The password of the first account in the vendor's guide; it is no secret."""


@dataclasses.dataclass(frozen=True)
class FirstAccount:
    """The factory's account. The password of the ordinary account of the interface is set in its place."""

    username: str
    password: str = dataclasses.field(repr=False)
    accept_license: bool = False

    @classmethod
    def from_params(cls, params: Params) -> FirstAccount | None:
        """None where no first sign-in is asked for."""
        if not params["first_sign_in"]:
            return None
        if not params["first_username"]:
            raise InputError("first_sign_in needs first_username")
        return cls(params["first_username"], params["first_password"] or DOCUMENTED, params["accept_license"])


@contextlib.contextmanager
def opened(
    connect: Connect, params: Params, interface: Interface, first: FirstAccount | None
) -> t.Iterator[tuple[Connection, WebSession, FirstSignIn | None]]:
    """A signed-in session: of the first account where it is still accepted, else of the ordinary one.

    Each password is sent at most once. The third value says what the first sign-in met; None where there was none.
    """
    ordinary = str(params[f"{interface}_password"])
    if first is not None:
        account = {f"{interface}_username": first.username, f"{interface}_password": first.password}
        with connect({**params, **account}) as connection:
            web = connection.appliance_web if interface == "appliance" else connection.login_web
            try:
                seen = first_sign_in(web, ordinary, first.accept_license)
            except SignInObstacle:
                raise
            except AuthenticationError as error:
                if (params[f"{interface}_username"], ordinary) == (first.username, first.password):
                    raise
                if error.state and "still set" in error.state:
                    raise
            else:
                yield connection, web, seen
                return
    with connect(params) as connection:
        web = connection.appliance_web if interface == "appliance" else connection.login_web
        if first is None:
            web.sign_in()
            yield connection, web, None
        else:
            # An earlier run may have been stopped after the new password was set and before the agreement.
            met = first_sign_in(web, None, first.accept_license)
            yield connection, web, met if met.agreement_accepted else None
