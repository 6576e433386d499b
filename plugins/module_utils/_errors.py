# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of the collection: what was expected, what was seen, where, what state things are in, what to do next."""

from __future__ import annotations

import typing as t


class SraError(Exception):
    """A refusal or failure that an operator can act on.

    Every part is plain text without secrets. ``appliance`` is how the user named the appliance (host and port),
    ``page`` the path of captions, for instance ``/appliance > Updates``. ``state`` says what the appliance is in now as
    far as known, ``advice`` what to do next. ``candidates`` are the nearest things seen instead of what was looked for.
    """

    kind: t.ClassVar[str] = "error"
    usual_advice: t.ClassVar[t.Optional[str]] = None
    """What to do where nothing better is known."""

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        seen: str | None = None,
        appliance: str | None = None,
        page: str | None = None,
        state: str | None = None,
        advice: str | None = None,
        candidates: t.Sequence[str] = (),
        saved: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.seen = seen
        self.appliance = appliance
        self.page = page
        self.state = state
        self.advice = advice or self.usual_advice
        self.candidates = tuple(candidates)
        self.saved = saved

    def __str__(self) -> str:
        lines = [self.message]
        for label, value in (
            ("Appliance", self.appliance),
            ("Page", self.page),
            ("Expected", self.expected),
            ("Seen", self.seen),
            ("Nearest", "; ".join(self.candidates) or None),
            ("State now", self.state),
            ("What to do", self.advice),
            ("Page saved as", self.saved),
        ):
            if value:
                lines.append(f"{label}: {value}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, t.Any]:
        """The parts as plain data for a module's result."""
        return {
            "kind": self.kind,
            "message": self.message,
            "expected": self.expected,
            "seen": self.seen,
            "appliance": self.appliance,
            "page": self.page,
            "state": self.state,
            "advice": self.advice,
            "candidates": list(self.candidates),
            "saved": self.saved,
        }


class InputError(SraError):
    """What the user gave is missing, contradictory or unreadable; nothing was touched."""

    kind = "input"


class TransportError(SraError):
    """No usable answer on the connection: refused, reset, timed out, torn, too large."""

    kind = "transport"
    usual_advice = "See whether the appliance is up or just restarting, then run the same command again."


class TlsError(TransportError):
    """The certificate or protocol of the other side was refused."""

    kind = "tls"


class AuthenticationError(SraError):
    """An account was refused or is locked; never tried a second time with the same password."""

    kind = "authentication"


class SignInObstacle(AuthenticationError):
    """Another kind of page stands where the sign-in was expected: agreement, forced password change, SAML, two factors."""

    kind = "sign_in_obstacle"


class PermissionMissing(AuthenticationError):
    """The API account lacks a permission that the step needs."""

    kind = "permission"


class ApiError(SraError):
    """An official API answered with an error; ``status`` is the HTTP status code."""

    kind = "api"
    usual_advice = "See whether the appliance is up and healthy, then run the same command again."

    def __init__(self, message: str, *, status: int | None = None, **parts: t.Any) -> None:
        super().__init__(message, **parts)
        self.status = status


class PageError(SraError):
    """A page or control was not found, was ambiguous or was not fully understood; nothing was submitted."""

    kind = "page"


class RefusedByAppliance(SraError):
    """The appliance understood the request and said no; ``seen`` holds its words."""

    kind = "refused"
    usual_advice = "Put right what the appliance says, or do this by hand there; then run the same command again."


class StateError(SraError):
    """The appliances are in a state in which the step must not be done (invariant, contradiction, look-alike)."""

    kind = "state"


class WaitTimeout(SraError):
    """A deadline passed; ``seen`` holds the last state seen, ``seconds`` how long was waited."""

    kind = "timeout"

    def __init__(self, message: str, *, seconds: float, **parts: t.Any) -> None:
        super().__init__(message, **parts)
        self.seconds = seconds
