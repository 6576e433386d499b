# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One step by a person: say what to do, wait until the appliances show that it is done, tell the progress sparsely."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import pathlib
import textwrap
import typing as t

from .._errors import InputError
from .._module import Connect, Params
from .._transport.files import make_folders
from .._transport.redact import Redactor
from .._wait import Clock, Deadline, wait_for
from .by_hand import Side, Task, instruction
from .ends import Result, Site, Wanted, end_of

Data = t.Mapping[str, t.Any]
Say = t.Callable[[str], None]

# A line when the state changes, else one in this many seconds.
SILENCE: t.Final = 600.0
_WIDTH: t.Final = 100
_LONGEST_DELAY: t.Final = 15.0


@dataclasses.dataclass(frozen=True)
class Options:
    """What the caller gives: connection options of both devices, the planned step, what is known, the site. Seconds."""

    step: str
    planned: Data
    a: Data
    b: Data | None
    names: Data
    known: Data
    timeout: float
    target_version: str | None = None
    swing_method: str | None = None
    shared_ip: str | None = None
    site: Site | None = None
    backup_dir: str | None = None

    @classmethod
    def from_params(cls, params: Params) -> Options:
        """The options of a task's parameters."""
        site = None
        if params.get("site_hostname"):
            site = Site(params["site_hostname"], params["site_port"], params.get("site_address"))
        names = (
            "step",
            "planned",
            "a",
            "b",
            "names",
            "known",
            "timeout",
            "target_version",
            "swing_method",
            "shared_ip",
        )
        values: dict[str, t.Any] = {name: params.get(name) for name in (*names, "backup_dir")}
        return cls(**values, site=site)

    @property
    def letter(self) -> str:
        """The device that the step is done on; the swing leads to B."""
        device = str(self.planned.get("device") or "")
        return device if device in ("a", "b") else "b"

    @property
    def packages(self) -> tuple[Data, ...]:
        return tuple(self.planned.get("packages") or ())

    @property
    def base_version(self) -> str | None:
        """The Base that the planned packages end with."""
        bases = [package.get("version") for package in self.packages if package.get("kind") == "base"]
        return str(bases[-1]) if bases and bases[-1] else None

    def params(self, letter: str) -> Data | None:
        return self.a if letter == "a" else self.b


def explain(options: Options, backup_file: str | None) -> str:
    """The instruction as lines for people."""
    letter = options.letter
    here, peer = _side(options, letter), _side(options, "b" if letter == "a" else "a")
    if here is None:
        raise InputError(f"the step {options.step} is done on device {letter.upper()}, which is not given")
    task = Task(
        step=options.step,
        here=here,
        peer=peer,
        target_version=options.target_version,
        packages=tuple(str(package.get("name")) for package in options.packages),
        swing_method=options.swing_method,
        shared_ip=options.shared_ip,
        site_hostname=options.site.hostname if options.site else None,
        backup_file=backup_file,
    )
    lines = [f"BY HAND: {options.planned.get('title') or options.step}"]
    for number, text in enumerate(instruction(task), start=1):
        lines += textwrap.wrap(
            text, _WIDTH, initial_indent=f"  {number}. ", subsequent_indent="     ", break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(lines)


def _side(options: Options, letter: str) -> Side | None:
    params = options.params(letter)
    if params is None:
        return None
    chosen = params.get("language")
    known = (options.known.get(letter) or {}).get("languages") or {}
    languages = {name: chosen if chosen in ("en", "de") else known.get(name) for name in ("appliance", "login")}
    return Side(letter, str(options.names[letter]), str(params["host"]), int(params.get("port") or 443), languages)


def backup_file(options: Options, now: datetime.datetime) -> str | None:
    """Where a backup by hand is to be put: a name that no earlier file has."""
    if not options.step.startswith("backup_"):
        return None
    if not options.backup_dir:
        raise InputError("a backup by hand needs sra_backup_dir")
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    return str(pathlib.Path(options.backup_dir) / f"{options.names[options.letter]}-by-hand-{stamp}.nsb")


def wait(options: Options, file: str | None, say: Say, connect: Connect, clock: Clock | None = None) -> Result:
    """Wait for the end of the step. Raises WaitTimeout with the last state seen, and whatever waiting cannot mend."""
    clock = clock or Clock()
    deadline = Deadline(float(options.timeout), clock)
    with contextlib.ExitStack() as stack:
        opened = {
            letter: stack.enter_context(connect(params))
            for letter in ("a", "b")
            if (params := options.params(letter)) is not None
        }
        here, peer = opened.get(options.letter), opened.get("b" if options.letter == "a" else "a")
        if here is None:
            raise InputError(f"the step {options.step} needs the connection of device {options.letter.upper()}")
        here.require(f"Waiting for {options.step}", api=True)
        wanted = Wanted(
            step=options.step,
            letter=options.letter,
            here=here,
            peer=peer,
            known=options.known,
            clock=clock,
            target_version=options.target_version,
            base_version=options.base_version,
            site=options.site,
            backup_file=file,
        )
        if file is not None:
            make_folders(pathlib.Path(file).parent)
        result = wait_for(
            f"{options.planned.get('title') or options.step}, done by a person",
            end_of(wanted).look,
            deadline,
            first_delay=0.5,
            longest_delay=_LONGEST_DELAY,
            appliance=here.label,
            advice="Do what was asked for above, then run the same command again; it goes on from where the appliances stand.",
            on_state=_Progress(say, here.redactor),
        )
        return {**(result or {}), "seconds": round(deadline.elapsed, 1)}


class _Progress:
    """Says a state when it is another one, and once in a while that it still is the same."""

    def __init__(self, say: Say, redactor: Redactor) -> None:
        self._say, self._redactor = say, redactor
        self._last, self._said = "", 0.0

    def __call__(self, state: str, deadline: Deadline) -> None:
        if state == self._last and deadline.elapsed - self._said < SILENCE:
            return
        self._last, self._said = state, deadline.elapsed
        words = f"waiting {_time(deadline.elapsed)} of {_time(deadline.seconds)}: {state}"
        self._say(self._redactor.text(words))


def _time(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{int(seconds)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"
