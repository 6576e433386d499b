# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes into the planner and what comes out: policy, steps, problems, questions, plan."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._errors import InputError

PROCEDURES = ("single", "synchronous", "asynchronous")
SWING_METHODS = ("none", "shared_ip", "dns", "nat", "custom")
UPDATE_METHODS = ("automatic", "manual")
PURPOSES = ("upgrade", "swing_back", "role_swap")
# Gates that time or a person opens.
WAITING = ("confirmation", "window", "soak")


@dataclasses.dataclass(frozen=True)
class Window:
    """A maintenance window; both ends aware datetimes."""

    start: datetime.datetime
    end: datetime.datetime

    def holds(self, moment: datetime.datetime) -> bool:
        return self.start <= moment < self.end


@dataclasses.dataclass(frozen=True)
class Policy:
    """What the operator wants. Durations are seconds.

    ``estimates`` overrides the default duration of an action, ``measured`` holds what was measured in this upgrade by
    device and action (PREP-10). ``accept_license`` None means that the planner does not gate on it.
    ``accept_base_difference`` answers the question about a device whose Base is ahead of its peer's, ``swing_again`` the
    one about two updated stand-alone devices: production is to move to B. ``failure_solved`` names by device the failed
    install (version or words) that the vendor's support has solved though its page still shows it. ``purpose`` other than upgrade plans a move of
    production only; ``swing_to`` is the device that a role swap makes the primary. ``production_since`` is when the first
    device began to serve with the new version, as far as known.
    """

    target_version: str = "latest"
    confirmed: bool = False
    swing_method: str = "none"
    shared_ip: str | None = None
    update_method: str = "automatic"
    accept_license: bool | None = None
    windows: tuple[Window, ...] = ()
    soak_min: float | None = None
    soak_max: float | None = None
    estimates: t.Mapping[str, float] = dataclasses.field(default_factory=dict)
    measured: t.Mapping[str, t.Mapping[str, float]] = dataclasses.field(default_factory=dict)
    now: datetime.datetime | None = None
    accept_base_difference: bool = False
    swing_again: bool = False
    failure_solved: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    purpose: str = "upgrade"
    swing_to: str = "b"
    production_since: datetime.datetime | None = None

    def __post_init__(self) -> None:
        _one_of("swing_method", self.swing_method, SWING_METHODS)
        _one_of("update_method", self.update_method, UPDATE_METHODS)
        _one_of("purpose", self.purpose, PURPOSES)
        _one_of("swing_to", self.swing_to, ("a", "b"))

    @property
    def in_window(self) -> bool:
        """True where no windows are given or one of them holds now; False where now is not known."""
        return not self.windows or self.window is not None

    @property
    def window(self) -> Window | None:
        """The window that holds now; of several the one that ends last."""
        now = self.now
        if now is None:
            return None
        return max((one for one in self.windows if one.holds(now)), key=lambda one: one.end, default=None)

    @property
    def next_window(self) -> Window | None:
        """The first window that is still to come."""
        now = self.now
        return next((one for one in self.windows if now is not None and one.start > now), None)

    def has_time_for(self, seconds: float) -> bool:
        """Whether something that takes so long, begun now, ends inside its window; always where no windows are given."""
        if not self.windows:
            return True
        return self.window is not None and (self.left_seconds or 0.0) >= seconds

    @property
    def left_seconds(self) -> float | None:
        """Until the present window ends; None outside of windows."""
        if self.window is None or self.now is None:
            return None
        return (self.window.end - self.now).total_seconds()

    @property
    def soak_left(self) -> float | None:
        """Seconds of ``soak_min`` that are still to pass; None where it is not known since when the version serves."""
        if not self.soak_min:
            return 0.0
        if self.production_since is None or self.now is None:
            return None
        return max(0.0, self.soak_min - (self.now - self.production_since).total_seconds())


def _one_of(name: str, value: str, choices: t.Sequence[str]) -> None:
    if value not in choices:
        raise InputError(f"Unknown {name}.", expected=" or ".join(choices), seen=repr(value))


def parse_windows(data: t.Sequence[t.Mapping[str, t.Any]] | None) -> tuple[Window, ...]:
    """Windows from ``[{start, end}]`` in RFC 3339 with a time zone, in order; InputError where one is not."""
    windows = []
    for number, entry in enumerate(data or (), start=1):
        start, end = (_moment(entry, key, number) for key in ("start", "end"))
        if end <= start:
            raise InputError(
                f"Window {number} ends before it starts.", seen=f"{entry.get('start')} to {entry.get('end')}"
            )
        windows.append(Window(start, end))
    return tuple(sorted(windows, key=lambda window: window.start))


def _moment(entry: t.Mapping[str, t.Any], key: str, number: int) -> datetime.datetime:
    text = str(entry.get(key) or "").strip()
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(
            f"The {key} of window {number} is no time with a time zone.",
            expected="RFC 3339, for instance 2026-03-07T22:00:00+01:00",
            seen=repr(text),
        )
    return moment


@dataclasses.dataclass(frozen=True)
class Problem:
    """A contradiction or a lack that forbids every change.

    ``second_look``: the state may be a passing one or come from a cached answer (health is up to a minute old), so it
    is to be believed only when a second reading shows it again.
    """

    code: str
    message: str
    advice: str
    second_look: bool = False

    def to_dict(self) -> dict[str, t.Any]:
        return {
            "code": self.code,
            "message": self.message,
            "advice": self.advice,
            "confirmed_by_second_look": self.second_look,
        }


@dataclasses.dataclass(frozen=True)
class Answer:
    """One possible answer to a question, and the command that gives it."""

    meaning: str
    command: str


@dataclasses.dataclass(frozen=True)
class Question:
    """Two stages that look alike: only a person knows which one it is."""

    code: str
    message: str
    answers: tuple[Answer, ...]

    def to_dict(self) -> dict[str, t.Any]:
        return {
            "code": self.code,
            "message": self.message,
            "answers": [{"meaning": answer.meaning, "command": answer.command} for answer in self.answers],
        }


@dataclasses.dataclass(frozen=True)
class Change:
    """What a step changes on an appliance, from where to where, in words."""

    what: str
    before: str | None
    after: str | None

    def to_dict(self) -> dict[str, t.Any]:
        return {"what": self.what, "from": self.before, "to": self.after}


@dataclasses.dataclass(frozen=True)
class Step:
    """One remaining step. Without ``changes`` it only reads. ``request`` holds the options of its update."""

    id: str
    guide: tuple[str, ...]
    device: str
    action: str
    title: str
    window: int
    changes: tuple[Change, ...] = ()
    packages: tuple[dict[str, t.Any], ...] = ()
    request: t.Mapping[str, str] | None = None
    estimate_seconds: int = 0
    production: str = "served"
    point_of_no_return: bool = False
    way_back: str = ""
    gate: str | None = None

    @property
    def changing(self) -> bool:
        return bool(self.changes)

    def to_dict(self) -> dict[str, t.Any]:
        data = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        data.update(
            guide=list(self.guide),
            changes=[change.to_dict() for change in self.changes],
            packages=list(self.packages),
            request=dict(self.request) if self.request else None,
            changing=self.changing,
        )
        return data


@dataclasses.dataclass(frozen=True)
class Stage:
    """Where in the procedure the appliances stand: a short id and a sentence."""

    id: str
    sentence: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """The remaining steps and everything that stands against them.

    ``steps_now`` are the steps before the first gate; with a problem or a question there are none. ``waiting_for`` is
    the gate (``confirmation``, ``window`` or ``soak``) where nothing that changes something comes before it,
    ``ends_waiting_for`` the one after ``steps_now``. ``changed`` is True where a step of ``steps_now`` changes an
    appliance.
    """

    procedure: str
    stage: Stage
    target_version: str | None
    serving: str
    devices: t.Mapping[str, t.Mapping[str, t.Any]]
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()
    predictions: t.Mapping[str, t.Mapping[str, t.Any]] = dataclasses.field(default_factory=dict)
    text: str = ""

    @property
    def stopped(self) -> bool:
        return bool(self.problems or self.questions)

    @property
    def done(self) -> bool:
        return not self.stopped and not self.steps

    @property
    def next(self) -> str | None:
        return None if self.stopped or not self.steps else self.steps[0].id

    @property
    def steps_now(self) -> tuple[Step, ...]:
        if self.stopped:
            return ()
        allowed: list[Step] = []
        for step in self.steps:
            if step.gate is not None:
                break
            allowed.append(step)
        return tuple(allowed)

    @property
    def changed(self) -> bool:
        return any(step.changing for step in self.steps_now)

    @property
    def ends_waiting_for(self) -> str | None:
        gated = self.steps[len(self.steps_now)] if len(self.steps_now) < len(self.steps) else None
        return gated.gate if not self.stopped and gated is not None and gated.gate in WAITING else None

    @property
    def waiting_for(self) -> str | None:
        return None if self.changed else self.ends_waiting_for

    @property
    def remaining_seconds(self) -> int:
        return sum(step.estimate_seconds for step in self.steps)

    def to_dict(self) -> dict[str, t.Any]:
        """JSON-able data; ``steps_now`` holds ids."""
        return {
            "procedure": self.procedure,
            "stage": dataclasses.asdict(self.stage),
            "target_version": self.target_version,
            "serving": self.serving,
            "devices": {letter: dict(device) for letter, device in self.devices.items()},
            "steps": [step.to_dict() for step in self.steps],
            "steps_now": [step.id for step in self.steps_now],
            "next": self.next,
            "done": self.done,
            "changed": self.changed,
            "waiting_for": self.waiting_for,
            "ends_waiting_for": self.ends_waiting_for,
            "remaining_seconds": self.remaining_seconds,
            "problems": [problem.to_dict() for problem in self.problems],
            "questions": [question.to_dict() for question in self.questions],
            "warnings": list(self.warnings),
            "predictions": {name: dict(values) for name, values in self.predictions.items()},
            "text": self.text,
        }
