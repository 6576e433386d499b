# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages that were damaged, doubled and mixed at random: everything readable is read, actions end well or with our errors."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._errors import TransportError
from ansible_collections.bseries.sra.plugins.module_utils._web.view import PageView, parse
from ansible_collections.bseries.sra.plugins.module_utils._web.vocabulary import VOCABULARY
from ansible_collections.bseries.sra.tests.unit.fuzz.shapes import fuzz, only_our_errors, slow_fuzz, texts
from ansible_collections.bseries.sra.tests.unit.hostile.scenes import SCENES
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, session

EVIL = "https://evil.example.net/"
captions = st.sampled_from(sorted({text for by in VOCABULARY.values() for some in by.values() for text in some}))
scraps = st.one_of(
    captions,
    texts,
    captions.map(lambda text: f"<h2>{text}</h2>"),
    captions.map(lambda text: f"<label>{text}: <input name=x value='&#0;1'></label>"),
    captions.map(lambda text: f"<button name=b>{text}</button>"),
    captions.map(lambda text: f"<table><tr><th>{text}<td>12.2.0<td rowspan=9999999 colspan=99999999>x"),
    captions.map(lambda text: f"<a href='{EVIL}'>{text}</a>"),
    captions.map(lambda text: f"<a href='javascript:alert(1)'>{text}</a>"),
    st.sampled_from(
        ["<form>", "</form>", f"<form action={EVIL} method=post>", "<form action='//[' >", "<fieldset disabled>", "<table>", "</table>", "<tr>", "<td>",
         "<select name=s multiple><option selected>1<option>2", "<textarea name=t>", "<!--", "<![CDATA[", "<script>", "<svg>",
         "<base href='//evil.example.net/'>",
         "<base href='http://[::1'>", "<input type=hidden name=tok value=1>", "<input type=file name=f required>", "<label for=x>", "<label for='\"'>",
         "<dl><dt>a<dd>b", "<p id=x>", "<p id=x>", "<div hidden>", "<div style=display:none>", "<meta http-equiv=refresh content='0; url=http://['>",
         "<input name=a type=radio>", "<input maxlength=99999999999999999999>", "<td colspan=-1>", "<td rowspan=x>", "<input form=nowhere>", "&#xd800;"]
    ),
)  # fmt: skip


def damaged(text: str, changes: t.Sequence[tuple[int, int, str]]) -> str:
    """The text with pieces taken out, and others put in their place."""
    for at, length, scrap in changes:
        place = at % (len(text) + 1)
        text = text[:place] + scrap + text[place + length :]
    return text


damages = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 40), scraps), min_size=1, max_size=6)


def touch(view: PageView) -> None:
    """Read everything that a page can be asked for."""
    for name in (
        "language",
        "title",
        "headings",
        "lines",
        "forms",
        "controls",
        "buttons",
        "links",
        "tables",
        "facts",
        "messages",
    ):
        assert getattr(view, name) is not NotImplemented
    assert view.all_lines() is not None


@fuzz
@given(
    st.lists(scraps, max_size=25),
    st.sampled_from(["text/html", "text/html; charset=utf-16", "text/html; charset=\x00", "", "x"]),
)
def test_any_soup_is_a_page(pieces: list[str], content_type: str) -> None:
    with only_our_errors():
        touch(parse("".join(pieces).encode("utf-8", "surrogatepass"), "https://a.example.com/x", content_type))


@fuzz
@given(st.binary(max_size=2000), st.text(max_size=20))
def test_any_bytes_are_a_page(body: bytes, url: str) -> None:
    with only_our_errors():
        touch(parse(body, url))


class Refusing(FakeTransport):
    """Refuses other hosts as the real one does."""

    def request(self, method: str, url: str, **more: t.Any) -> t.Any:
        if not self.is_same_origin(url):
            raise TransportError("another origin")
        return super().request(method, url, **more)


@pytest.mark.parametrize("name", SCENES)
@slow_fuzz
@given(damages)
def test_damaged_pages(
    name: str, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int, str]]
) -> None:
    scene = SCENES[name]
    routes = scene.site(None).routes
    shown = routes[scene.at]
    assert isinstance(shown, str)
    routes[scene.at] = damaged(shown, changes).encode("utf-8", "surrogatepass")
    transport = Refusing(routes)
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with session(transport, t.cast(t.Any, scene.interface)) as web, only_our_errors():
            scene.act(web)
    assert [path for path in folder.iterdir() if path.name != "never-written.nsb"] == []
    pathlib.Path(folder / "never-written.nsb").unlink(missing_ok=True)
