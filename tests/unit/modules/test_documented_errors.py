# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of errors that modules document are those that there are."""

from __future__ import annotations

import importlib
import pathlib
import pkgutil
import re

import pytest

from ansible_collections.bseries.sra.plugins import module_utils
from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError

PLUGINS = pathlib.Path(__file__).parents[3] / "plugins" / "modules"
KINDS = re.compile(r"kind:\n\s+description: (V\(input\).*?)\n\s+type:", re.DOTALL)
DOCUMENTING = [path for path in sorted(PLUGINS.glob("*.py")) if KINDS.search(path.read_text(encoding="utf-8"))]


def kinds_below(error: type[SraError]) -> set[str]:
    return {error.kind}.union(*(kinds_below(each) for each in error.__subclasses__()))


@pytest.mark.parametrize("path", DOCUMENTING, ids=lambda path: path.stem)
def test_every_kind_is_documented(path: pathlib.Path) -> None:
    for found in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    documented = KINDS.search(path.read_text(encoding="utf-8"))
    assert documented is not None
    assert set(re.findall(r"V\((\w+)\)", documented[1])) == kinds_below(SraError)
