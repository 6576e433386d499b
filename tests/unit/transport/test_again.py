# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads whose answer was lost are asked for once more, and never more often."""

from __future__ import annotations

import http.client
import typing as t

import pytest
from unit.web.fakes import FakeClock

from ansible_collections.bseries.sra.plugins.module_utils._transport import again
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import LedAway, RequestFailed
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response


def answer(status: int) -> Response:
    return Response(status, "https://a.example.com/", http.client.HTTPMessage(), b"")


LOST = RequestFailed("reset", stage="receive", sent=True, lost=True)
USELESS = RequestFailed("redirects more than 5 times", stage="receive", sent=True)
REFUSED = RequestFailed("refused", stage="connect", sent=False)
AWAY = LedAway("away", url="https://b.example.com/", keeps_body=False, stage="receive", sent=True)


def ask(*outcomes: Response | RequestFailed, seconds: float = 0.0) -> tuple[Response, FakeClock, list[t.Any]]:
    clock, left = FakeClock(), list(outcomes)

    def read() -> Response:
        clock.seconds += seconds
        outcome = left.pop(0)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    return again.asked(read, clock), clock, left


@pytest.mark.parametrize("first", [LOST, answer(502), answer(503), answer(504)])
def test_what_was_lost_is_asked_for_once_more_after_a_moment(first: Response | RequestFailed) -> None:
    found, clock, left = ask(first, answer(200))
    assert (found.status, clock.seconds, left) == (200, again.PAUSE, [])


@pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 500])
def test_what_was_answered_is_not(status: int) -> None:
    found, clock, _left = ask(answer(status))
    assert (found.status, clock.seconds) == (status, 0)


def test_a_second_failure_is_told() -> None:
    found, _clock, left = ask(answer(503), answer(502), answer(200))
    assert (found.status, len(left)) == (502, 1)
    with pytest.raises(RequestFailed, match="reset"):
        ask(answer(503), LOST, answer(200))


@pytest.mark.parametrize(
    ("failure", "seconds"), [(REFUSED, 0.0), (AWAY, 0.0), (USELESS, 0.0), (LOST, again.PROMPT + 1)]
)
def test_no_connection_an_answer_that_is_refused_and_a_long_silence_are_told_at_once(
    failure: RequestFailed, seconds: float
) -> None:
    with pytest.raises(RequestFailed) as caught:
        ask(failure, answer(200), seconds=seconds)
    assert caught.value is failure


def test_what_is_strange_is_asked_for_once_more() -> None:
    left = [answer(404), answer(404), answer(200)]
    found = again.asked(lambda: left.pop(0), FakeClock(), lambda response: response.status == 404)
    assert (found.status, len(left)) == (404, 1)
