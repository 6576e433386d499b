# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets taken out of everything that leaves the process: error texts, results, saved pages."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import re
import typing as t
import urllib.parse

MASK: t.Final = "********"
SHORTEST_SECRET: t.Final = 3
# Shorter pieces of Base64 would also hit innocent text.
_SHORTEST_BASE64: t.Final = 6
# The vendor's guide names it as the first password of a new appliance; masking the word would spoil every text.
_NO_SECRETS: t.Final = frozenset({"password"})


class Redactor:
    """Knows the secrets of a run and replaces each of their usual spellings by a mask.

    Known spellings: as is, URL-encoded, HTML-escaped, JSON-escaped, as a Python literal, and Base64 at each of its
    three alignments (so that ``user:secret`` of HTTP Basic is found too). Secrets of fewer than three characters are
    ignored: masking them would destroy the text around.
    """

    def __init__(self, *secrets: str | None) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(*secrets)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._spellings)} spellings>"

    def add(self, *secrets: str | None) -> None:
        """Remember these secrets from now on; None and secrets of fewer than three characters are ignored."""
        before = len(self._spellings)
        for secret in secrets:
            if secret and len(secret) >= SHORTEST_SECRET and secret not in _NO_SECRETS:
                self._spellings.update(_spellings(secret))
        if len(self._spellings) != before:
            # Longest first: a secret that contains another is masked as a whole.
            longest_first = sorted(self._spellings, key=lambda spelling: (-len(spelling), spelling))
            self._pattern = re.compile("|".join(re.escape(spelling) for spelling in longest_first))

    def text(self, text: str) -> str:
        """The text without any known secret."""
        return self._pattern.sub(MASK, text) if self._pattern is not None else text

    def data(self, data: t.Any) -> t.Any:
        """The same structure (mappings, sequences, sets, records, text, bytes) without known secrets, keys included."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, bytes):
            return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if isinstance(data, t.Mapping):
            return {self.data(key): self.data(value) for key, value in data.items()}
        if isinstance(data, tuple):
            return tuple(self.data(item) for item in data)
        if isinstance(data, list):
            return [self.data(item) for item in data]
        if isinstance(data, (set, frozenset)):
            return {self.data(item) for item in data}
        if dataclasses.is_dataclass(data) and not isinstance(data, type):
            changes = {
                field.name: self.data(getattr(data, field.name)) for field in dataclasses.fields(data) if field.init
            }
            return dataclasses.replace(data, **changes)
        return data


def _spellings(secret: str) -> set[str]:
    quoted = {urllib.parse.quote(secret, safe=safe) for safe in ("", "/")} | {urllib.parse.quote_plus(secret)}
    quoted |= {re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), text) for text in quoted}
    escaped = {
        html.escape(secret),
        html.escape(secret, quote=False),
        html.escape(secret).replace("&#x27;", "&#39;"),
        html.escape(secret).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    return {spelling for spelling in {secret} | quoted | escaped | _base64(secret) if len(spelling) >= SHORTEST_SECRET}


def _base64(secret: str) -> set[str]:
    """What stays the same of the secret's Base64 whatever stands before and after it."""
    raw = secret.encode("utf-8")
    found = {base64.b64encode(raw).decode("ascii")}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        found.add(encoded[first:last])
    found = {text for text in found if len(text) >= _SHORTEST_BASE64}
    return found | {text.replace("+", "-").replace("/", "_") for text in found}
