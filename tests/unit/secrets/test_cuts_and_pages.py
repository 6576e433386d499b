# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret that a page echoes: in texts that are shortened, and in a page that is saved."""

from __future__ import annotations

import html
import http.client
import json
import pathlib
import types
import typing as t
import urllib.parse

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.oauth import as_object, error_words
from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._offline import download
from ansible_collections.bseries.sra.plugins.module_utils._pages import _progress
from ansible_collections.bseries.sra.plugins.module_utils._pages._press import Press, Result
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import MASK, Redactor
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response
from ansible_collections.bseries.sra.plugins.module_utils._web.dom import parse_html
from ansible_collections.bseries.sra.plugins.module_utils._web.messages import Outcome
from ansible_collections.bseries.sra.plugins.module_utils._web.saving import without_secrets
from ansible_collections.bseries.sra.plugins.module_utils._web.session import nearest
from ansible_collections.bseries.sra.plugins.module_utils._web.view import parse
from ansible_collections.bseries.sra.tests.unit.web.fakes import PASSWORD, Reply, page, session, site

SECRET = "Tr0ub4dor-and-3-horses"
REDACTOR = Redactor(SECRET)


def answer(body: str, status: int = 403) -> Response:
    return Response(status, "https://a/x", http.client.HTTPMessage(), body.encode())


def words_of_refused_package(text: str) -> str:
    hosts = types.SimpleNamespace(redactor=REDACTOR, endpoint=types.SimpleNamespace(label="a"))
    with pytest.raises(SraError) as caught:
        download._refuse_other(answer(text), t.cast(t.Any, hosts), pathlib.Path("none"))
    return str(caught.value.seen)


def words_of_api(text: str) -> str:
    said = answer(json.dumps({"error": text}))
    return error_words(said, as_object(said), REDACTOR)


def words_of_progress(text: str) -> str:
    view = parse(f"<p>{text}</p>".encode(), "https://a/x")
    return _progress.read(view, view.lines, REDACTOR).text


def words_of_result(text: str) -> str:
    view = parse(b"<p>x</p>", "https://a/x")
    return Result(view, Outcome((), (), (), (f"{text}.",)), REDACTOR).message


def words_of_nearest(text: str) -> str:
    return nearest([], [text], REDACTOR)[0]


def words_of_page(text: str) -> str:
    web = session(site({"GET /x": Reply(page(f"<p>{text}</p>"), 404)}))
    web.redactor.add(SECRET)
    with web, pytest.raises(SraError) as caught:
        web.get("/x")
    return str(caught.value.seen)


def words_of_refusal(text: str) -> str:
    web = session(site({}))
    web.redactor.add(SECRET)
    press = Press(web, "updates", "go", "go")
    with web, pytest.raises(SraError) as caught:
        press.judge(parse(b"<p>x</p>", "https://a/x"), parse(f"<p>{text}</p>".encode(), "https://a/x", "", 404))
    return str(caught.value.seen)


@pytest.mark.parametrize(
    "words",
    [
        words_of_refused_package,
        words_of_api,
        words_of_progress,
        words_of_result,
        words_of_nearest,
        words_of_page,
        words_of_refusal,
    ],
)
def test_texts_are_cut_after_secrets_are_masked(words: t.Callable[[str], str]) -> None:
    for before in range(0, 520, 10):
        shown = words("many words " * (before // 11) + "." * (before % 11) + SECRET + " and more" * 60)
        assert SECRET[:6] not in shown
        assert len(shown) < 600
    assert MASK in words(f"It is {SECRET}")


def saved(content: str, *secrets: str) -> str:
    return without_secrets(parse_html(content.encode(), "text/html; charset=utf-8"), Redactor(*secrets).text)


@pytest.mark.parametrize("secret", ["pa\"s's-Long-Pass", "ü b&c #d/e", "two  blanks <here>", PASSWORD])
@pytest.mark.parametrize(
    "content",
    ['<p title="{}">x</p>', '<input name=a value="{}">', "<p>It is {} now</p> {}", '<a href="/x/{}/y">x</a>', '<form action="{}"><img src="{}">']
)  # fmt: skip
def test_no_saved_page_shows_a_secret(content: str, secret: str) -> None:
    for spelled in (
        html.escape(secret),
        secret.replace('"', "&quot;").replace("<", "&lt;"),
        urllib.parse.quote(secret),
    ):
        text = saved(content.replace("{}", spelled), secret)
        assert MASK in text
        left = {text, html.unescape(text), urllib.parse.unquote(html.unescape(text))}
        assert not [one for one in left if secret in one or " ".join(secret.split()) in one]


def test_a_token_is_not_cut_out_of_a_secret() -> None:
    secret = f"before.{'a1' * 15} after"
    assert "after" not in saved(f"<p>{secret}</p>", secret)


def test_control_characters_of_a_page_do_not_keep_it_from_being_saved() -> None:
    text = saved(f'<b data-x="\x01?a=b\x02\ufffe">\x03 {SECRET}\x1b</b>\x04{"a1" * 20}', SECRET)
    assert SECRET not in text
    assert "a1a1" not in text
