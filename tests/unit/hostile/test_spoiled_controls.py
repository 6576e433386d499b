# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The needed control missing, doubled, renamed, moved, disabled, or beside an unexpected one: refused, nothing written."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    PageError,
    RefusedByAppliance,
    SignInObstacle,
    SraError,
    StateError,
)
from ansible_collections.bseries.sra.tests.unit.hostile.scenes import CASES, SCENES
from ansible_collections.bseries.sra.tests.unit.web.fakes import session


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
    print(error)
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


@pytest.mark.parametrize("name", SCENES)
def test_the_page_that_is_spoiled_is_understood_when_it_is_whole(name: str) -> None:
    scene = SCENES[name]
    transport = scene.site(None)
    with session(transport, t.cast(t.Any, scene.interface)) as web:
        try:
            scene.act(web)
        except RefusedByAppliance:
            pass  # The answers to what is sent are not part of the scenes.
        except StateError as error:
            assert name == "licence not to be accepted", str(error)
