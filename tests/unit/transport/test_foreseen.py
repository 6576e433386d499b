# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request that is prepared before it is due is the very one that would have been made without that."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import LedAway
from ansible_collections.bseries.sra.plugins.module_utils._transport.pinned import PinnedSession
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Transport
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, Request, TlsServer

REFERER = {"Referer": "https://sra.example.com/edit"}


def save(transport: Transport) -> None:
    transport.request("POST", "/save", data=[("enabled", "0")], headers=REFERER, follow_redirects=True)


def led_to_the_list(server: TlsServer, *headers: tuple[str, str]) -> None:
    server.handler = lambda request: (
        Reply(303, headers=(("Location", "/list?of=addresses"), *headers)) if request.target == "/save" else Reply()
    )


def last(server: TlsServer) -> tuple[str, dict[str, str], bytes]:
    request: Request = server.requests[-1]
    return request.line, request.headers, request.body


def test_it_is_sent_as_it_would_have_been(
    server: TlsServer, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    led_to_the_list(server)
    transport.request("GET", "/edit")
    save(transport)
    plain = last(server)

    transport.foresee("/list?of=addresses", REFERER)
    assert len(server.requests) == 3, "nothing is sent ahead"
    made: list[str] = []
    prepare = PinnedSession.prepare_request

    def noted(self: PinnedSession, request: object) -> object:
        foreseen = self._foreseen
        prepared = prepare(self, request)
        made.append("had" if foreseen is not None and prepared is foreseen[1] else "made")
        return prepared

    monkeypatch.setattr(PinnedSession, "prepare_request", noted)
    save(transport)

    assert last(server) == plain
    assert plain[0] == "GET /list?of=addresses"
    assert made == ["made", "had"]
    save(transport)
    assert made == ["made", "had", "made", "made"], "it serves once"


def test_a_cookie_that_came_meanwhile_is_sent(server: TlsServer, transport: Transport) -> None:
    led_to_the_list(server, ("Set-Cookie", "sid=the-new-session; Path=/"))
    transport.request("GET", "/edit")
    transport.foresee("/list?of=addresses", REFERER)

    save(transport)

    assert last(server)[1]["cookie"] == "sid=the-new-session"


def test_what_was_not_foreseen_goes_where_it_is_led(server: TlsServer, transport: Transport) -> None:
    led_to_the_list(server)
    transport.request("GET", "/edit")
    transport.foresee("/another", REFERER)

    save(transport)

    assert server.lines == ["GET /edit", "POST /save", "GET /list?of=addresses"]


def test_without_a_connection_there_is_nothing_to_make_ready(server: TlsServer, transport: Transport) -> None:
    transport.foresee("/list", REFERER)

    assert server.connections == 0


def test_no_other_host_is_foreseen(transport: Transport) -> None:
    with pytest.raises(LedAway):
        transport.foresee("https://elsewhere.example/list", REFERER)
