# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON that somebody else may have written: every way to be wrong is a ValueError, and its size is bounded."""

from __future__ import annotations

import json
import pathlib
import typing as t

_LARGEST: t.Final = 32 * 1024 * 1024


def loads(text: str | bytes) -> t.Any:
    """The parsed document. Raises ValueError, also for one that nests too deeply."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error


def read(path: pathlib.Path) -> t.Any:
    """The document in a file. Raises OSError, and ValueError where it is none or larger than any of ours."""
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST} bytes")
    return loads(content)


def has_types(data: t.Any, types: t.Mapping[str, tuple[type, ...]]) -> bool:
    """Whether ``data`` is an object with these members of just these types; a boolean is no number."""
    return isinstance(data, dict) and all(type(data.get(name)) in kinds for name, kinds in types.items())
