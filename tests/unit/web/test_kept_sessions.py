# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that goes on from task to task, and every way in which it may be over by then."""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import AuthenticationError, PageError
from ansible_collections.bseries.sra.plugins.module_utils._web import kept
from ansible_collections.bseries.sra.plugins.module_utils._web.session import SessionExpired
from ansible_collections.bseries.sra.tests.unit.shelves import DictShelf
from ansible_collections.bseries.sra.tests.unit.web.fakes import PASSWORD, SIGN_IN, FakeTransport, page, session, site

BASICS = page("<h1>Status :: Basics</h1><table><tr><th>Serial Number</th><td>4711</td></tr></table>")
UPDATES = page('<h1>Updates</h1><form method="post" action="/check"><button>Check for Updates</button></form>')


def asked(transport: FakeTransport) -> list[str]:
    return [f"{request.method} {request.path}" for request in transport.requests]


def pages() -> FakeTransport:
    return site({"GET /basics": BASICS, "GET /upd": UPDATES})


def first_task(shelf: DictShelf, page_key: str = "basics") -> None:
    transport = pages()
    with session(transport, shelf=shelf) as web:
        web.open(page_key)
    assert "GET /out" not in asked(transport), "the session is to go on"


def test_the_next_task_asks_for_its_page_and_nothing_else() -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    with session(transport, shelf=shelf) as web:
        web.open("basics")
        web.open("updates")
    assert asked(transport) == ["GET /basics", "GET /upd"]


def test_the_password_is_not_on_the_shelf() -> None:
    shelf = DictShelf()
    first_task(shelf)
    assert PASSWORD not in "".join([*shelf.values, *shelf.values.values()])


def test_another_password_does_not_find_it() -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    web = session(transport, shelf=shelf)
    web.password = "another"
    web.sign_in()
    assert asked(transport) == ["GET /appliance", "POST /go"]


def test_an_expired_session_is_renewed_by_one_sign_in() -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    transport.routes["GET /basics"] = lambda _request: BASICS if "POST /go" in asked(transport) else SIGN_IN
    with session(transport, shelf=shelf) as web:
        web.open("basics")
    assert asked(transport) == ["GET /basics", "GET /appliance", "POST /go", "GET /basics"]


@pytest.mark.parametrize("renews", [True, False])
def test_a_session_that_ends_later_is_renewed_once(renews: bool) -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    with session(transport, shelf=shelf) as web:
        web.open("basics")
        web.renews = renews
        transport.routes["GET /upd"] = SIGN_IN
        with pytest.raises(SessionExpired):
            web.open("updates")
    assert asked(transport).count("POST /go") == int(renews)
    assert shelf.values == {}, "what is over is not left for the next task"


def test_a_session_that_has_shown_no_page_is_not_renewed() -> None:
    transport = site({"GET /basics": SIGN_IN})
    with session(transport) as web, pytest.raises(SessionExpired):
        web.open("basics")
    assert asked(transport).count("POST /go") == 1


def test_work_goes_on_in_a_session_that_was_renewed() -> None:
    transport = pages()
    come = iter([SIGN_IN, UPDATES])
    with session(transport) as web:
        web.open("basics")
        transport.routes["GET /upd"] = lambda _request: next(come)
        assert "Updates" in web.open("updates").text
    assert asked(transport).count("POST /go") == 2


def test_an_expired_session_and_a_refused_password_is_one_try_in_the_whole_run() -> None:
    shelf = DictShelf()
    first_task(shelf)
    refusing = {"GET /basics": SIGN_IN, "POST /go": SIGN_IN.replace("<form", "<p>Incorrect password</p><form")}
    for tries in (1, 0):
        transport = site(refusing)
        with session(transport, shelf=shelf) as web:
            for _open in range(2):
                with pytest.raises(AuthenticationError, match="was refused"):
                    web.open("basics")
        assert asked(transport).count("POST /go") == tries


def test_menus_that_changed_are_read_again_without_a_sign_in() -> None:
    shelf = DictShelf()
    first_task(shelf)
    moved = page("<h1>Welcome</h1>").replace('"/upd"', '"/updates2"')
    transport = site({"GET /appliance": moved, "GET /updates2": UPDATES})
    with session(transport, shelf=shelf) as web:
        web.open("updates")
    assert asked(transport) == ["GET /upd", "GET /appliance", "GET /updates2"]


def test_a_page_that_is_not_there_is_told_as_ever() -> None:
    shelf = DictShelf()
    first_task(shelf)
    without = page("<h1>Welcome</h1>").replace('<li><a href="/upd">Updates</a></li>', "")
    transport = site({"GET /appliance": without, "GET /upd": (404, "<h1>Not found</h1>")})
    with session(transport, shelf=shelf) as web, pytest.raises(PageError):
        web.open("updates")
    assert "POST /go" not in asked(transport)


def test_the_keeper_signs_out_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    monkeypatch.setattr(kept, "Transport", lambda _endpoint, _redactor: contextlib.nullcontext(transport))
    assert len(shelf.values) == 1
    key = next(iter(shelf.values))
    assert kept.sign_out(shelf.take(key) or {}) == []
    assert asked(transport) == ["GET /out"]


def test_signing_in_afresh_ends_the_session_before() -> None:
    shelf = DictShelf()
    first_task(shelf)
    transport = pages()
    with session(transport, shelf=shelf) as web:
        web.sign_in_afresh()
    assert asked(transport) == ["GET /out", "GET /appliance", "POST /go"]
