# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request whose head is out before it may be made: until then, nothing of it is anything that a server could do."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._transport import held
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.held import NotReleased
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response, Transport
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, TlsServer

FIELDS = [("address[enabled]", "1"), ("submit", "Save Changes")]
ENCODED = b"address%5Benabled%5D=1&submit=Save+Changes"


def save(transport: Transport, may_go: t.Callable[[], bool] | None) -> Response:
    return transport.request("POST", "/save", data=FIELDS, follow_redirects=True, may_go=may_go)


def eventually(condition: t.Callable[[], object], seconds: float = 3.0) -> bool:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.005)
    return bool(condition())


@pytest.mark.parametrize("how", ["data", "fields"])
@pytest.mark.parametrize("is_open", [True, False])
def test_the_body_follows_the_head_once_it_may(
    server: TlsServer, transport: Transport, how: str, is_open: bool
) -> None:
    if is_open:
        transport.request("GET", "/page")
    seen: list[list[str]] = []

    def may_go() -> bool:
        assert eventually(lambda: "POST /save" in server.heads)
        time.sleep(0.05)
        seen.append(server.lines[is_open:])
        return True

    answer = transport.request("POST", "/save", may_go=may_go, **{how: FIELDS})  # type: ignore[arg-type]

    assert (answer.body, seen) == (b"POST /save", [[]])
    assert server.lines[is_open:] == server.heads[is_open:] == ["POST /save"]
    assert server.connections == 1
    request = server.requests[-1]
    assert "transfer-encoding" not in request.headers
    assert request.headers["content-length"] == str(len(request.body))
    if how == "data":
        assert (request.body, request.headers["content-type"]) == (ENCODED, "application/x-www-form-urlencoded")
    else:
        assert b'name="address[enabled]"\r\n\r\n1\r\n' in request.body


def test_without_leave_nothing_but_the_head_was_ever_sent(server: TlsServer, transport: Transport) -> None:
    with pytest.raises(NotReleased):
        save(transport, lambda: False)

    assert eventually(lambda: server.cut_short)
    assert (server.heads, server.cut_short, server.requests) == (["POST /save"], [b""], [])
    save(transport, None)
    assert (server.lines, server.connections) == (["POST /save"], 2)


@pytest.mark.parametrize(
    "early",
    [Reply(408, b"too slow", end="close"), Reply(503, b"later"), Reply(raw=b"", end="close"), Reply(raw=b"", end="cut"), Reply(raw=b"", end="reset")],
    ids=["refused", "refused and kept", "closed", "cut", "reset"],
)  # fmt: skip
def test_a_server_that_does_not_wait_for_the_body_never_gets_it(
    server: TlsServer, transport: Transport, early: Reply
) -> None:
    transport.request("GET", "/page")
    server.at_head = lambda _line: early

    def may_go() -> bool:
        assert eventually(lambda: "POST /save" in server.heads)
        time.sleep(0.05)
        return True

    with pytest.raises(NotReleased):
        save(transport, may_go)

    server.at_head = lambda _line: None
    assert server.lines == ["GET /page"]
    save(transport, None)
    assert (server.lines, server.connections) == (["GET /page", "POST /save"], 2)


def test_it_is_not_held_for_long(server: TlsServer, transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "LONGEST", 0.1)
    dropped: list[bool] = []

    def may_go() -> bool:
        dropped.append(eventually(lambda: server.cut_short == [b""]))
        return True

    with pytest.raises(NotReleased):
        save(transport, may_go)

    assert (dropped, server.requests) == ([True], [])
    save(transport, None)
    assert server.lines == ["POST /save"]


def test_what_goes_wrong_meanwhile_is_told_as_it_is(server: TlsServer, transport: Transport) -> None:
    error = RequestFailed("the other appliance refuses connections", stage="connect", sent=False)

    def may_go() -> bool:
        raise error

    with pytest.raises(RequestFailed) as caught:
        save(transport, may_go)

    assert caught.value is error
    assert error.message == "the other appliance refuses connections"
    assert eventually(lambda: server.cut_short)
    assert server.requests == []


def test_an_answer_that_is_lost_after_the_body_was_sent_is_no_leave_to_send_it_again(
    server: TlsServer, transport: Transport
) -> None:
    server.handler = lambda _request: Reply(raw=b"", end="cut")

    with pytest.raises(RequestFailed) as caught:
        save(transport, lambda: True)

    assert caught.value.sent
    assert server.lines == ["POST /save"]


def test_a_form_without_anything_in_it_cannot_be_held(server: TlsServer, transport: Transport) -> None:
    with pytest.raises(NotReleased):
        transport.request("POST", "/save", data=[], may_go=lambda: pytest.fail("was asked"))

    assert server.heads == []


def test_what_a_redirect_asks_for_again_needs_no_second_leave(server: TlsServer, transport: Transport) -> None:
    server.handler = lambda request: (
        Reply(307, headers=(("Location", "/moved"),)) if request.target == "/save" else Reply()
    )
    asked: list[bool] = []

    def may_go() -> bool:
        asked.append(True)
        return True

    save(transport, may_go)

    assert [request.body for request in server.requests] == [ENCODED, ENCODED]
    assert asked == [True]
