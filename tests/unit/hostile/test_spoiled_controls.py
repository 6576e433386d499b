# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The needed control missing, doubled, renamed, moved, disabled, or beside an unexpected one: refused, nothing written."""

from __future__ import annotations

import contextlib
import pathlib
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils import _pages
from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    PageError,
    RefusedByAppliance,
    SignInObstacle,
    SraError,
    StateError,
)
from ansible_collections.bseries.sra.plugins.module_utils._pages import basics, download_key, security
from ansible_collections.bseries.sra.plugins.module_utils._web.pages import PAGES
from ansible_collections.bseries.sra.plugins.module_utils._web.vocabulary import Vocabulary
from ansible_collections.bseries.sra.tests.unit.hostile.scenes import CASES, SCENES
from ansible_collections.bseries.sra.tests.unit.web.fakes import page, session, site


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "spoil"), CASES, ids=[f"{name}: {spoil}" for name, spoil in CASES])
def test_refused_with_nothing_written(name: str, spoil: str, tmp_path: pathlib.Path) -> None:
    scene = SCENES[name]
    transport = scene.site(spoil)
    with session(transport, t.cast(t.Any, scene.interface)) as web, pytest.raises(SraError) as caught:
        scene.act(web)
    error = caught.value
    assert isinstance(error, (PageError, StateError, SignInObstacle)), repr(error)
    written = [request.path for request in transport.requests if request.method != "GET" and request.path != "/go"]
    # The check for updates writes nothing: it may have been tried to find a package that was not listed.
    assert [path for path in written if path != "/chk" or name == "check for updates"] == list(scene.before)
    if name.startswith("sign-in"):
        assert [request.path for request in transport.requests] == [scene.at[4:]]
    assert error.page == scene.page
    assert _tells_what_and_what_else(error), str(error)
    assert list(tmp_path.iterdir()) == []


def _tells_what_and_what_else(error: SraError) -> bool:
    """A page that was not understood is told with the captions tried and the nearest seen; the others are told by name."""
    return not isinstance(error, PageError) or bool(error.expected and error.candidates)


READING = ("basics", "certificates", "pre-shared key")
WHOLE = [name for name in SCENES if name != "licence not to be accepted"]


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_page_is_understood_and_acted_on(name: str) -> None:
    scene = SCENES[name]
    transport = scene.site(None)
    # What the appliance answers to the last press is no part of a scene: "Not found" is a refusal by it.
    with session(transport, t.cast(t.Any, scene.interface)) as web, contextlib.suppress(RefusedByAppliance):
        scene.act(web)
    written = [request.path for request in transport.requests if request.method != "GET" and request.path != "/go"]
    assert written[: len(scene.before)] == list(scene.before)
    is_reading = name in READING or name.startswith("sign-in")
    assert len(written) == len(scene.before) + (0 if is_reading else 1), written


PAGES_SOURCE = pathlib.Path(_pages.__file__).parent
# What is pressed or filled in, as the pages say it: Press(web, PAGE, "key", button_in(form, "key"), action("key").
PRESSED = re.compile(
    r'(?:Press\(\s*(?:self\.)?web, [\w"]+, |button_in\([^"()]*(?:\([^()]*\))?[^"()]*|\.action\(|find_action\(web, )"(\w+)"'
)
# Carried by other scenes: the list of actions with its Go is the button that it carries out, as in the exports, which only read.
IN_OTHER_SCENES = {"go", "export"}


def test_every_control_that_is_pressed_has_a_scene_of_its_own() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PAGES_SOURCE.glob("*.py")))
    pressed = set(PRESSED.findall(source)) | {key for key, _purpose in basics.POWER.values()} | {download_key.KEY}
    assert len(pressed) > 12
    vocabulary = Vocabulary()
    covered = {key for key in pressed for scene in SCENES.values() if vocabulary.matches(key, scene.caption)}
    assert pressed - covered - IN_OTHER_SCENES == set()


def test_every_page_has_a_scene() -> None:
    names = {f"/{spec.interface} > {spec.names}" for key, spec in PAGES.items() if key != "information"}
    assert names == {scene.page for scene in SCENES.values() if " > " in scene.page}


def test_a_licence_that_is_not_to_be_accepted_stops_the_install() -> None:
    scene = SCENES["licence not to be accepted"]
    transport = scene.site(None)
    with session(transport) as web, pytest.raises(StateError, match="licence"):
        scene.act(web)
    assert [request.path for request in transport.writes] == ["/inst"]


def test_fields_of_the_key_that_contradict_each_other() -> None:
    label = "<label>Inter-appliance Communication Pre-shared Key <input name={} value={}></label>"
    content = "<h1>Security</h1><form method=post>" + label.format("a", "abcdef") + label.format("b", "''") + "</form>"
    transport = site({"GET /msec": page(content)}, interface="login")
    with (
        session(transport, "login") as web,
        pytest.raises(PageError, match="one field of the inter-appliance key") as caught,
    ):
        security.read(web)
    assert "abcdef" not in str(caught.value)


def test_two_fields_of_the_key_that_agree_are_one_key() -> None:
    label = "<label>Inter-appliance Communication Pre-shared Key <input name={} value=abcdef></label>"
    content = "<h1>Security</h1><form method=post>" + label.format("a") + label.format("b") + "</form>"
    with session(site({"GET /msec": page(content)}, interface="login"), "login") as web:
        assert security.read(web) == {"pre_shared_key_present": True}


def test_an_appliance_that_shows_two_ids_is_not_written() -> None:
    shown = "<h1>Basics</h1><dl><dt>Appliance ID</dt><dd>aaaa1111</dd><dt>Appliance ID</dt><dd>bbbb2222</dd></dl>"
    transport = SCENES["enable an address, box"].site(None)
    transport.routes["GET /basics"] = page(shown)
    with session(transport, expected_appliance_id="aaaa1111") as web, pytest.raises(PageError) as caught:
        SCENES["enable an address, box"].act(web)
    assert set(caught.value.candidates) == {"aaaa1111", "bbbb2222"}
    assert transport.writes == []
