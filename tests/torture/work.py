# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of a matrix is tried, and the workers who do it: each has appliances of its own and takes one chain after the other."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import threading
import time
import typing as t

from .bench import Bench
from .points import chains

T = t.TypeVar("T")
Taken_co = t.TypeVar("Taken_co", covariant=True)
Say = t.Callable[[str], None]


def say(text: str) -> None:
    print(text, flush=True)


@dataclasses.dataclass(frozen=True)
class Effort:
    """``count`` of the points or cells, chosen by ``seed``; all with None. ``length`` is that of a chain.

    With ``resume`` what was tried before and went well is left out. Nothing is begun after ``minutes``, if they are told.
    """

    count: int | None = None
    seed: int = 1
    jobs: int = 1
    length: int = 16
    resume: bool = False
    minutes: float | None = None
    began: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        return self.minutes is not None and time.monotonic() >= self.began + self.minutes * 60


class Pile(t.Generic[T]):
    """The chains that are left; what a chain could not try comes back and is dealt again, in the ``order`` of the procedure."""

    def __init__(self, dealt: t.Iterable[list[T]], effort: Effort, order: t.Callable[[T], int]) -> None:
        self._effort = effort
        self._order = order
        self._dealt = collections.deque(dealt)
        self._back: list[T] = []
        self._lock = threading.Lock()

    def take(self) -> list[T] | None:
        with self._lock:
            if not self._dealt and self._back:
                self._dealt.extend(chains(sorted(self._back, key=self._order), self._effort.length))
                self._back = []
            return self._dealt.popleft() if self._dealt and not self._effort.over else None

    def give_back(self, left: t.Iterable[T]) -> None:
        with self._lock:
            self._back.extend(left)

    def put_alone(self, one: T) -> None:
        """It is tried in a chain of its own."""
        with self._lock:
            self._dealt.append([one])


class Source(t.Protocol[Taken_co]):
    def take(self) -> Taken_co | None:
        """The next chain; None where there is no more."""


def work(pile: Source[T], jobs: int, make: t.Callable[[], Bench], do: t.Callable[[Bench, T], None]) -> None:
    """Let ``jobs`` workers take chains until none is left. Raises what one of them raises."""

    def worker() -> None:
        with make() as bench:
            while (chain := pile.take()) is not None:
                do(bench, chain)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for each in [pool.submit(worker) for _number in range(jobs)]:
            each.result()
