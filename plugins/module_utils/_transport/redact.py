# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets taken out of everything that leaves the process: error texts, results, saved pages."""

from __future__ import annotations

import base64
import dataclasses
import functools
import re
import typing as t

from . import spelling

MASK: t.Final = "********"
SHORTEST_SECRET: t.Final = 3
# Shorter pieces of Base64 would also hit innocent text.
_SHORTEST_BASE64: t.Final = 6
# The vendor's guide names it as the first password of a new appliance; masking the word would spoil every text.
_NO_SECRETS: t.Final = frozenset({"password"})


class Redactor:
    """Knows the secrets of a run and replaces them by a mask, however they are spelled.

    Known spellings: each character as is, URL-encoded, as an entity of HTML, escaped as in JSON or Python, once or
    within one another, in any mixture; runs of white space folded; and the whole in Base64 at each of its three
    alignments (so that ``user:secret`` of HTTP Basic is found too). Secrets of fewer than three characters are ignored:
    masking them would destroy the text around.
    """

    def __init__(self, *secrets: str | None) -> None:
        # Longest first: a secret that contains another is masked as a whole.
        self._secrets: list[_Secret] = []
        self.add(*secrets)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} secrets>"

    def add(self, *secrets: str | None) -> None:
        """Remember these secrets from now on; None and secrets of fewer than three characters are ignored."""
        known = {one.secret for one in self._secrets}
        new = {one for one in secrets if one and len(one) >= SHORTEST_SECRET} - _NO_SECRETS - known
        if new:
            self._secrets += map(_Secret, new)
            self._secrets.sort(key=lambda one: (-len(one.secret), one.secret))

    def text(self, text: str) -> str:
        """The text without any known secret."""
        for secret in self._secrets:
            text = secret.masked(text)
        return text

    def beginning(self, text: str, longest: int) -> str:
        """The first ``longest`` characters of the text without any known secret, which is masked before the cut."""
        return self.text(text)[:longest]

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


class _Secret:
    """One secret; its patterns are compiled when a text first needs them, for most secrets are in none."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def masked(self, text: str) -> str:
        if len(text) < SHORTEST_SECRET:
            return text
        if self._base64 is not None:
            text = self._base64.sub(MASK, text)
        kept: list[str] = []
        done = 0
        for begin in self._begins.finditer(text):
            found = self._whole.match(text, begin.start()) if begin.start() >= done else None
            if found is not None:
                kept += (text[done : found.start()], MASK)
                done = found.end()
        return "".join((*kept, text[done:])) if kept else text

    @functools.cached_property
    def _begins(self) -> re.Pattern[str]:
        return spelling.beginning_of(self.secret)

    @functools.cached_property
    def _whole(self) -> re.Pattern[str]:
        return spelling.whole_of(self.secret)

    @functools.cached_property
    def _base64(self) -> re.Pattern[str] | None:
        found = sorted(_base64(self.secret), key=lambda text: (-len(text), text))
        return re.compile("|".join(map(re.escape, found))) if found else None


def _base64(secret: str) -> set[str]:
    """What stays the same of the secret's Base64 whatever stands before and after it."""
    raw = secret.encode("utf-8", "surrogatepass")
    found = {base64.b64encode(raw).decode("ascii")}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        found.add(encoded[first:last])
    found = {text for text in found if len(text) >= _SHORTEST_BASE64}
    return found | {text.replace("+", "-").replace("/", "_") for text in found}
