# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what was downloaded can be a backup.

Old releases answer a refused account with status 200 and the text "Invalid credentials"; gateways answer with pages.
"""

from __future__ import annotations

import json
import typing as t

from .._errors import ApiError

_PAGE_TYPES: t.Final = frozenset(
    {"text/html", "application/xhtml+xml", "application/json", "text/xml", "application/xml"}
)
_MARKUP: t.Final = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<error", b"<!--")
# An error message in plain text is shorter than this, a backup is longer. Bytes.
_SHORTEST_TEXT: t.Final = 1024


def refuse_other_than_backup(head: bytes, size: int, content_type: str, appliance: str) -> None:
    """Raise ApiError unless the content (its first bytes, its size in bytes, its media type) can be a backup."""
    seen = _what_else(head, size, content_type)
    if seen is None:
        return
    raise ApiError(
        "What the appliance sent is not a backup",
        status=200,
        expected="a backup file",
        seen=seen,
        appliance=appliance,
        state="no file was kept; the appliance was not changed",
        advice="Download a backup by hand at /login > Management > Software Management and see what the page says.",
    )


def _what_else(head: bytes, size: int, content_type: str) -> str | None:
    if size == 0:
        return "nothing (0 bytes)"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content_type in _PAGE_TYPES or start[:16].lower().startswith(_MARKUP):
        return f"a document of type {content_type or 'unknown'} ({size} bytes)"
    if not head.strip(b"\0"):
        return f"only zero bytes at the start ({size} bytes)"
    if size <= len(head) and _is_json(head):
        return f"a JSON document ({size} bytes)"
    if size < _SHORTEST_TEXT and _is_plain_text(head):
        return f"a text of {size} bytes"
    return None


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), (dict, list))
    except (ValueError, RecursionError):
        return False


def _is_plain_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
