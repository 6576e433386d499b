# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install one package and follow it to its real end state, through the loss of the connection and the boot (AUTO-2).

Nothing is ever installed, started or restarted a second time here: a package that fails or sticks ends in an error with
what was seen last (PREP-6).
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ApiError, PageError, RefusedByAppliance, SraError, TransportError
from .._module import Connection
from .._pages import basics as basics_page
from .._pages import updates as updates_page
from .._records import Basics, Health, Package, Progress, Updates
from .._version import same_version
from .._wait import Deadline, Look, wait_for
from .._web.session import SessionExpired
from ._lost import after, lost_answer
from ._offers import AUTOMATIC, Offers
from ._present import present

# Health answers may be a minute old; an appliance that looks idle is believed to be so only after that.
SETTLE_SECONDS: t.Final = 75.0
# A package leaves the list when it is downloaded; it may be at work longer than the pages tell.
_VANISHED_SECONDS: t.Final = 180.0
# So long an API may answer with something that it does not describe.
_STRANGE_SECONDS: t.Final = 300.0
# The update server is not asked for the list more often than this.
_LIST_SECONDS: t.Final = 20.0
# An appliance may come up twice on the way (Base software); each sign-in follows a loss that was seen.
_MOST_SIGN_INS: t.Final = 3
_PAGE: t.Final = "/appliance > Updates"

_BASE_ADVICE: t.Final = (
    "Do not restart the appliance and do not try again: a Base update in trouble needs the vendor's support. "
    "Call them with this message and a screenshot of /appliance > Status > Basics."
)
_NEVER_BEGAN_ADVICE: t.Final = (
    "Nothing of an install was seen for more than a minute, so that the request seems to be lost. Look at /appliance > Updates: "
    "if nothing is under way there and the update is still listed, start the same command again; it asks the appliance first. "
    "If an update is under way or the appliance restarts, leave it alone, and start the command when it has come to its end."
)
_PRODUCT_ADVICE: t.Final = (
    "Look at /appliance > Updates and Status > Basics before anything else is done. Check the appliance's time. "
    "A package that was downloaded is no longer listed; then a second download needs the vendor's support."
)


class InstallFailed(SraError):
    """A package was not installed, or nobody knows; the appliance was left alone."""

    kind = "install"


class NeverBegan(InstallFailed):
    """Nobody knows whether the request came through, and the appliance has shown nothing of an install since."""


@dataclasses.dataclass(frozen=True)
class Begun:
    """A request for an install: ``lost`` tells how its answer was, with the connection or in a sign-in page, if it was.

    ``sure``: the appliance is known to have taken it.
    """

    lost: TransportError | SessionExpired | None = None
    sure: bool = True


@dataclasses.dataclass(frozen=True)
class Situation:
    """What the appliance is, read when it is up."""

    basics: Basics
    updates: Updates
    health: Health | None

    @property
    def version(self) -> str | None:
        return (self.health.version if self.health else None) or self.basics.product_version

    @property
    def idle(self) -> bool:
        progress = self.updates.progress
        return progress is None or progress.state in ("finished", "failed")

    @property
    def shown_failure(self) -> str | None:
        """The words of a failed install that the page shows."""
        progress = self.updates.progress
        return progress.text if progress is not None and progress.state == "failed" else None

    def lists(self, package: Package) -> bool:
        return any(same_package(one, package) for one in self.updates.available)

    def words(self) -> str:
        """For people: versions, what is listed, what is under way."""
        progress = self.updates.progress
        parts = [f"Base {self.basics.base_version or 'unknown'}", f"product {self.version or 'unknown'}"]
        parts.append("listed: " + (", ".join(one.name for one in self.updates.available) or "nothing"))
        if progress is not None:
            parts.append(f"under way: {progress.text or progress.state}")
        return "; ".join(parts)


def same_package(one: Package, other: Package) -> bool:
    if one.version and other.version:
        return one.kind == other.kind and same_version(one.version, other.version)
    return one.name == other.name


def look_at(connection: Connection, offers: Offers = AUTOMATIC, *, check: bool = True) -> Situation:
    """Read what an update changes; ``check`` asks the update server for the list, where updates come from there."""
    web = connection.appliance_web
    return Situation(
        basics=basics_page.read(web),
        updates=offers.listed(updates_page.read(web, check=check and offers.from_server)),
        health=connection.api.health() if connection.has_api else None,
    )


def install(
    connection: Connection,
    package: Package,
    *,
    accept_license: bool,
    deadline: Deadline,
    offers: Offers = AUTOMATIC,
    has_site: bool = True,
    shown_failure: str | None = None,
) -> Situation:
    """Install a package and return what the appliance is afterwards. Raises InstallFailed, or the page's refusal.

    ``has_site`` is False for a new appliance that has no product yet: nothing but /appliance answers there.
    ``shown_failure`` are the words of an older failure that the page may go on showing.
    """
    begun = start(connection, package, accept_license=accept_license, offers=offers, shown_failure=shown_failure)
    watch = Watch(connection, package, deadline, offers, has_site=has_site, shown_failure=shown_failure, begun=begun)
    with after(begun.lost):
        return watch.until_installed()


def start(
    connection: Connection,
    package: Package,
    *,
    accept_license: bool,
    offers: Offers = AUTOMATIC,
    shown_failure: str | None = None,
) -> Begun:
    """Press Install This Update, or upload. A connection or session lost after that may be the beginning of an install."""
    try:
        progress = offers.send(connection.appliance_web, package, accept_license)
    except SessionExpired as error:
        return Begun(error, sure=False)
    except TransportError as error:
        return Begun(lost_answer(error), sure=False)
    except (RefusedByAppliance, PageError):
        # Words that were misread do not stop an install that has begun; it is to be followed, never left alone.
        if not _has_begun(connection):
            raise
        return Begun()
    if progress.state == "failed" and progress.text != shown_failure:
        raise _failed(connection, package, f"The appliance reports that {package.name} failed", progress.text)
    # A page that says nothing of an install may come from a server that took the request for nothing.
    return Begun(sure=progress.state != "unknown")


def _has_begun(connection: Connection) -> bool:
    try:
        progress = updates_page.read(connection.appliance_web, check=False).progress
    except (TransportError, SessionExpired):
        return True
    except PageError:
        return False
    return progress is not None and progress.state in ("downloading", "installing")


class Watch:
    """Follows an install; ``package`` is None for one that somebody else, or an earlier run, started.

    ``begun`` is what is known of the request for it.
    """

    def __init__(
        self,
        connection: Connection,
        package: Package | None,
        deadline: Deadline,
        offers: Offers = AUTOMATIC,
        *,
        has_site: bool = True,
        shown_failure: str | None = None,
        begun: Begun = Begun(),
    ) -> None:
        self._connection = connection
        self._sure = begun.sure
        self._shown_failure = shown_failure
        self._offers = offers
        self._has_site = has_site
        self._package = package
        self._name = package.name if package else "the update under way"
        self._deadline = deadline
        self._dropped = False
        self._signed_out = isinstance(begun.lost, SessionExpired)
        self._following = not self._signed_out
        # Signing in again for that is no sign of an install.
        self._needed_sign_ins = int(self._signed_out)
        self._sign_ins = 0
        self._fresh_list = package is None or package.kind == "other" or not package.version
        self._next_list = 0.0
        self._idle_since: float | None = None
        self._silent_since: float | None = None
        self._strange_since: float | None = None
        self._last_text = ""
        self._list_wanted = False

    def until_installed(self) -> Situation:
        """Wait for the end state; at the deadline say what was seen last."""
        # A session that is over tells of a restart.
        self._connection.appliance_web.renews = False
        try:
            situation = wait_for(
                f"{self._name} installed and the appliance ready",
                self._look,
                self._deadline,
                appliance=self._connection.label,
                page=_PAGE,
                advice=_advice(self._package),
            )
        except SraError as error:
            if self._last_text and not error.state:
                error.state = f"last words of the appliance: {self._last_text}"
            raise
        return present(situation)

    def _look(self) -> Look[Situation]:
        if self._following:
            seen = self._look_at_progress()
            if seen is not None:
                return seen
        state = self._not_ready()
        if state is not None:
            self._idle_since = None
            return Look(False, state)
        try:
            situation = self._situation()
        except SessionExpired:
            self._signed_out = True
            if self._sign_ins == 0:
                # It is up: only the sign-in is missing, which need not wait. A second loss is given time.
                return self._look()
            return Look(False, "the session was ended by a restart")
        except TransportError as error:
            self._dropped = True
            return Look(False, f"starting: {error.message}")
        except ApiError as error:
            if not self._may_be_starting(error):
                raise
            return Look(False, f"starting: {error.message}")
        except PageError as error:
            # Pages of a booting appliance are not the ones known; only the deadline tells them from a misread one.
            self._signed_out = self._signed_out or self._dropped
            return Look(False, f"not understood yet: {error.message}")
        self._strange_since = None
        looked = self._judge(situation)
        if self._list_wanted:
            self._list_wanted = False
            return self._look()
        return looked

    def _look_at_progress(self) -> Look[Situation] | None:
        """Read the install's own page; None when there is nothing more to read there."""
        try:
            progress = updates_page.progress(self._connection.appliance_web)
        except SessionExpired:
            self._following = False
            self._signed_out = True
            return None
        except TransportError as error:
            self._following = False
            self._dropped = True
            return Look(False, f"connection lost: {error.message}")
        except PageError as error:
            return Look(False, f"the progress page was not understood: {error.message}")
        if progress is None or progress.state == "finished" or self._is_old(progress):
            self._following = False
            return None
        self._note(progress)
        if progress.state != "unknown":
            self._silent_since = None
        elif self._says_nothing():
            self._following = False
        return Look(False, progress.text or progress.state, percent=progress.percent, phase=progress.state)

    def _says_nothing(self) -> bool:
        """Whether the page that the install led to has said nothing of an install for so long that it will not."""
        now = self._deadline.clock.now()
        self._silent_since = now if self._silent_since is None else self._silent_since
        return now - self._silent_since >= SETTLE_SECONDS

    def _is_old(self, progress: Progress) -> bool:
        """A failure from before. Should this install fail in the same words, it is told by its package not being there."""
        return progress.state == "failed" and progress.text == self._shown_failure

    def _note(self, progress: Progress) -> None:
        if self._is_old(progress):
            return
        self._last_text = progress.text or progress.state
        self._sure = self._sure or progress.state in ("downloading", "installing")
        if progress.state == "failed":
            raise _failed(
                self._connection, self._package, f"The appliance reports that {self._name} failed", progress.text
            )

    def _not_ready(self) -> str | None:
        """Words for an appliance that is not up yet, None for one that is; needs no account."""
        try:
            healthy = self._connection.check_health()
        except TransportError as error:
            self._dropped = True
            return f"not answering: {error.message}"
        except ApiError as error:
            return f"starting: {error.message}"
        return None if healthy or not self._has_site else "answering, not healthy yet"

    def _situation(self) -> Situation:
        if self._signed_out:
            self._sign_in_again()
        settled = self._idle_for() >= SETTLE_SECONDS
        now = self._deadline.clock.now()
        check = (settled or self._fresh_list) and now >= self._next_list
        if check:
            self._next_list = now + _LIST_SECONDS
        return look_at(self._connection, self._offers, check=check)

    def _may_be_starting(self, error: ApiError) -> bool:
        """Whether the APIs may be about to come: a server that is starting answers anything with a page that asks to wait."""
        if error.status is not None and error.status >= 500:
            self._dropped = True
            return True
        now = self._deadline.clock.now()
        self._strange_since = now if self._strange_since is None else self._strange_since
        return now - self._strange_since < _STRANGE_SECONDS

    def _sign_in_again(self) -> None:
        if self._sign_ins >= _MOST_SIGN_INS:
            raise _failed(self._connection, self._package, "The appliance ends each new session", "sign-in page")
        self._connection.appliance_web.sign_in_again()
        self._sign_ins += 1
        self._signed_out = False
        self._dropped = False

    def _idle_for(self) -> float:
        return 0.0 if self._idle_since is None else self._deadline.clock.now() - self._idle_since

    def _judge(self, situation: Situation) -> Look[Situation]:
        if not situation.idle:
            self._idle_since = None
            self._sure = True
            progress = present(situation.updates.progress)
            self._note(progress)
            return Look(False, situation.words(), percent=progress.percent, phase=progress.state)
        if situation.updates.progress is not None:
            self._note(situation.updates.progress)
        if self._package is None or _installed(self._package, situation):
            # The next package is chosen from a list that was asked for after this one.
            if not self._fresh_list:
                self._fresh_list, self._next_list, self._list_wanted = True, 0.0, True
            return Look(situation.updates.listed, situation.words(), situation)
        if self._idle_since is None:
            # Where nothing speaks for an install, the time in which its page said nothing counts too.
            silent = None if self._has_signs else self._silent_since
            self._idle_since = self._deadline.clock.now() if silent is None else silent
        elif situation.updates.listed:
            patience = SETTLE_SECONDS if situation.lists(self._package) else _VANISHED_SECONDS
            if self._idle_for() >= patience:
                raise self._not_installed(situation)
        return Look(False, situation.words())

    @property
    def _has_signs(self) -> bool:
        """Whether the request is known to have come through, or the appliance went away, as it does for an install."""
        return self._sure or self._dropped or self._sign_ins > self._needed_sign_ins

    def _not_installed(self, situation: Situation) -> InstallFailed:
        package = present(self._package)
        if situation.lists(package) and not self._has_signs:
            return NeverBegan(
                f"{package.name} was not seen to begin",
                appliance=self._connection.label,
                page=_PAGE,
                expected=f"{package.name} installed",
                seen=situation.words(),
                advice=_NEVER_BEGAN_ADVICE,
            )
        what = "was not installed" if situation.lists(package) else "is no longer listed, yet it is not installed"
        return _failed(self._connection, package, f"{package.name} {what}", situation.words())


def _installed(package: Package, situation: Situation) -> bool:
    """Whether the appliance shows the package's own version; a package without one must be gone from a fresh list."""
    if package.kind == "product" and package.version:
        versions = [situation.health.version] if situation.health else [situation.basics.product_version]
        return same_version(versions[0], package.version)
    if package.kind == "base" and package.version and situation.basics.base_version:
        return same_version(situation.basics.base_version, package.version)
    return situation.updates.listed and not situation.lists(package)


def _advice(package: Package | None) -> str:
    # An update that somebody else started may be one of Base.
    return _PRODUCT_ADVICE if package is not None and package.kind != "base" else _BASE_ADVICE


def _failed(connection: Connection, package: Package | None, message: str, seen: str | None) -> InstallFailed:
    return InstallFailed(
        message,
        appliance=connection.label,
        page=_PAGE,
        expected=f"{package.name} installed" if package else "the update under way installed",
        seen=seen,
        advice=_advice(package),
    )
