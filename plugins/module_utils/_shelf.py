# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where sessions and tokens are left for the next task of the same run, so that it need not sign in again.

Whoever takes one from the shelf has it alone until the task ends. What is there may be over by now: it is tried, and at
the first refusal there is one fresh sign-in, as without a shelf.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ._errors import AuthenticationError, SraError

Value = dict[str, t.Any]


class Shelf(t.Protocol):
    """Keeps plain data under keys. Never raises: what cannot be kept is simply not there."""

    def take(self, key: str) -> Value | None:
        """What is there, unless another task has it now; from now on this task has it alone."""

    def put(self, key: str, value: Value) -> bool:
        """Leave it there, or renew it. False where it is not kept: then whoever opened the session closes it."""

    def drop(self, key: str) -> None:
        """It is over, there is nothing to close any more."""


class NoShelf:
    """Keeps nothing: every session ends with its task."""

    def take(self, key: str) -> Value | None:
        return None

    def put(self, key: str, value: Value) -> bool:
        return False

    def drop(self, key: str) -> None:
        return


NO_SHELF: t.Final[Shelf] = NoShelf()


def key_of(*parts: t.Any, secret: str) -> str:
    """The key of what belongs to an account: without the secret nobody finds it, and the key does not tell the secret."""
    return hashlib.sha256(json.dumps([*map(str, parts), secret]).encode()).hexdigest()


def refusal(error: SraError) -> Value:
    """What is left instead of a session where the account was refused: it is not tried again in this run."""
    return {"kind": "refused", "parts": {name: value for name, value in error.to_dict().items() if name != "kind"}}


def refused(value: Value) -> AuthenticationError | None:
    """The refusal that an earlier task met."""
    return AuthenticationError(**value["parts"]) if value["kind"] == "refused" else None
