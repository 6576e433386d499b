# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A first sign-in that an earlier run began: the password is set already, the agreement is not accepted yet."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import SignInObstacle, StateError
from ansible_collections.bseries.sra.plugins.module_utils._web.first_sign_in import FirstSignIn, first_sign_in
from ansible_collections.bseries.sra.tests.unit.web.fakes import PASSWORD, SIGN_IN, FakeTransport, page, session

AGREEMENT = (
    "<h1>License Agreement</h1><p>Read the License Agreement.</p>"
    "<form method=post action=/agree><button>I Agree</button></form>"
)
CHANGE = (
    "<h1>Change password</h1><form method=post action=/change><label>New password <input type=password name=a></label>"
    "<label>Repeat <input type=password name=b></label><button>Save</button></form>"
)


def posts(transport: FakeTransport) -> list[str]:
    return [request.path for request in transport.requests if request.method == "POST"]


def test_the_agreement_is_accepted_and_the_password_left_as_it_is() -> None:
    transport = FakeTransport({"GET /login": SIGN_IN, "POST /go": AGREEMENT, "POST /agree": page("<p>Welcome</p>")})
    with session(transport, "login") as web:
        assert first_sign_in(web, None, True) == FirstSignIn(agreement_accepted=True)
        assert web.password == PASSWORD
    assert posts(transport) == ["/go", "/agree"]


def test_the_agreement_is_not_accepted_unasked() -> None:
    transport = FakeTransport({"GET /login": SIGN_IN, "POST /go": AGREEMENT})
    with session(transport, "login") as web, pytest.raises(StateError, match="licence agreement"):
        first_sign_in(web, None, False)
    assert posts(transport) == ["/go"]


def test_a_password_that_was_set_is_not_set_again() -> None:
    transport = FakeTransport({"GET /login": SIGN_IN, "POST /go": CHANGE})
    with session(transport, "login") as web, pytest.raises(SignInObstacle, match="forced password change"):
        first_sign_in(web, None, True)
    assert posts(transport) == ["/go"]
