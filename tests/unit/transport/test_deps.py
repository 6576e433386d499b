# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Missing libraries are named when they are needed, not when a file is imported."""

from __future__ import annotations

import importlib
import sys

import pytest

from ansible_collections.bseries.sra.plugins.module_utils import _deps
from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError


def test_present_library_is_the_module_itself() -> None:
    import lxml.html

    assert _deps.lxml_html is lxml.html
    _deps.require("lxml_html", "cryptography")


def test_class_to_derive_from() -> None:
    import requests.adapters

    assert _deps.base_class("requests", "adapters.HTTPAdapter") is requests.adapters.HTTPAdapter


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", refuse)
    monkeypatch.setattr(_deps, "_loaded", {})
    monkeypatch.setattr(_deps, "_failures", {})

    stand_in = _deps.defusedxml
    assert not stand_in
    with pytest.raises(InputError) as caught:
        str(stand_in.ElementTree)
    assert caught.value.advice == f"{sys.executable} -m pip install defusedxml"
    with pytest.raises(InputError, match="defusedxml, lxml"):
        _deps.require("lxml_html", "lxml_etree", "defusedxml")
    assert _deps.base_class("requests", "adapters.HTTPAdapter") is object


def test_unknown_name() -> None:
    with pytest.raises(AttributeError):
        str(_deps.nonsense)
