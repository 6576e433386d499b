# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way in which a run stops has a page that says what it means, what state the appliances are in, and what to do."""

from __future__ import annotations

import importlib
import pathlib
import pkgutil
import re
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins import module_utils
from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError

DOCS = pathlib.Path(__file__).resolve().parents[3] / "docs"
PAGES = sorted((DOCS / "stops").glob("*.md"))


def kinds() -> set[str]:
    """The kinds of all errors that the collection defines."""
    for module in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."):
        importlib.import_module(module.name)

    def below(error: type[SraError]) -> t.Iterator[type[SraError]]:
        yield error
        for child in error.__subclasses__():
            yield from below(child)

    return {error.kind for error in below(SraError)}


def test_every_kind_of_error_has_a_page_and_a_row() -> None:
    assert kinds() <= {page.stem for page in PAGES}
    rows = re.findall(r"\]\(stops/([\w-]+)\.md\) \| `(\w+)` \|", (DOCS / "stops.md").read_text(encoding="utf-8"))
    assert {kind for _page, kind in rows} == kinds()
    assert all(page == kind for page, kind in rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_says_the_state_and_what_to_do(page: pathlib.Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "**State of the appliances:**" in text
    assert "**What to do:**" in text
    assert f"stops/{page.name}" in (DOCS / "stops.md").read_text(encoding="utf-8")


def test_modules_document_every_kind_of_error() -> None:
    documented = re.compile(r"kind:\n\s+description: (V\(input\).*?)\n\s+type:", re.DOTALL)
    found = {
        path.stem: set(re.findall(r"V\((\w+)\)", match[1]))
        for path in (DOCS.parent / "plugins" / "modules").glob("*.py")
        if (match := documented.search(path.read_text(encoding="utf-8")))
    }
    assert len(found) > 10
    assert {name: kinds() ^ told for name, told in found.items() if told != kinds()} == {}
