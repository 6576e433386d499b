# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all fuzzing shares: how many examples, junk in many shapes, and the promise that every failure is one of ours.

`SRA_FUZZ_EXAMPLES` is the number of examples of each property; the default keeps the suite quick.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
import typing as t
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError

EXAMPLES: t.Final = int(os.environ.get("SRA_FUZZ_EXAMPLES", "24"))
LONGEST: t.Final = 20.0
"""Seconds of the processor's time that one example may take."""
MOST_MEMORY: t.Final = 400 * 1024
"""KiB by which one example may raise the most that the process ever used."""

fuzz = settings(
    max_examples=EXAMPLES,
    derandomize="SRA_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    database=None,
)

numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([-1, 0, 2**63, 10**30, 1e400, True, False]),
)
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "\x00", "\x1b[31mred\x1b[0m", "\u202eevil", "..", "../../etc/passwd", "9" * 5000, "0001-01-01T00:00:00+14:00",
         "9999-12-31T23:59:59-14:00", "<script>alert(1)</script>", "{{ 7 * 7 }}", "\ud800", "12.2.0", "1e999", "-1", "true", "null"]
    ),
)  # fmt: skip
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def documents(known: t.Mapping[str, t.Any]) -> st.SearchStrategy[dict[str, t.Any]]:
    """Objects like ``known`` in which values are missing, of another type or joined by unknown ones."""
    parts = {name: st.one_of(st.just(value), json_values) for name, value in known.items()}
    whole = st.fixed_dictionaries({}, optional=parts)
    return st.builds(lambda one, more: {**more, **one}, whole, st.dictionaries(texts, json_values, max_size=2))


@contextlib.contextmanager
def only_our_errors() -> Iterator[None]:
    """The block ends well or with an SraError, in bounded time and memory; anything else is a finding."""
    began = time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = "an error"
    try:
        yield
    except SraError as error:
        told = str(error)
    assert told.strip()
    assert len(told) < 50_000
    assert time.process_time() - began < LONGEST
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < MOST_MEMORY


slow_fuzz = settings(fuzz, max_examples=max(1, EXAMPLES // 8))
"""For properties that are tried on many subjects, or cost much."""
