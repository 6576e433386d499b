# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be true after any torture, whatever was done: judged from the simulator's record and the controller's disk."""

from __future__ import annotations

import collections
import pathlib
import re
import stat
import typing as t

from integration.conftest import Lab, Outcome

from .points import anywhere

REPEATABLE: t.Final = frozenset({"data sync", "Jump Client settings changed"})
"""What may be told to an appliance a second time: it does no harm and moves nothing."""
_MOVES: t.Final = ("shared IP disabled", "shared IP enabled")
_ADDRESS: t.Final = re.compile(r"address \S+ changed")
_OWN: t.Final = re.compile(r"inventory\.json|swing\.yml|ansible\.cfg")
_KEPT: t.Final = re.compile(
    r"backups/([^/]+\.nsb(\.json)?|[^/]+\.(p12|pem|key|crt)(\.json)?|[^/.][^/]*\.json|\.locks/[^/]+\.lock)"
    r"|reports/.*"
)
_ANSIBLES: t.Final = re.compile(r"(ansible/)?tmp/ansible-local-[^/]+")
"""A folder that Ansible itself makes for each run, for its user only, and leaves when it is killed. We leave nothing in it."""
_PACKED: t.Final = "ansiballz_cache"
"""Where Ansible keeps there what it packed of its modules: their code, without the values of a task."""


class Expected(t.NamedTuple):
    """What an undisturbed run of the procedure did."""

    deeds: collections.Counter[tuple[str, str]]
    holders: list[str | None]


def expected_of(lab: Lab) -> Expected:
    return Expected(_deeds(lab), _holders(lab))


def and_back(lab: Lab, expected: Expected) -> Expected:
    """What is expected after production has moved back: it moves again, as in an undisturbed run."""
    return Expected(_deeds(lab) + expected.deeds, _holders(lab)[:-1] + expected.holders)


def and_away(expected: Expected) -> Expected:
    """What is expected after the device that serves was away for a while, before anything was done."""
    return expected._replace(holders=[expected.holders[0], None, *expected.holders])


def gave_back(lab: Lab, expected: Expected) -> bool:
    """Whether what was done beyond that is only that a device that had lost production to none got it back."""
    found = _deeds(lab)
    more = {deed for deed in found if found[deed] > expected.deeds[deed] and deed[1] not in REPEATABLE}
    moves = [(deed["device"], deed["what"]) for deed in lab.simulator.deeds() if deed["what"] in _MOVES]
    if not more or not all(what in _MOVES or _ADDRESS.fullmatch(what) for _device, what in more) or len(moves) < 2:
        return False
    device = moves[-1][0]
    return moves[-2:] == [(device, _MOVES[0]), (device, _MOVES[1])] and _holders(lab)[-1] == device


def _deeds(lab: Lab) -> collections.Counter[tuple[str, str]]:
    return collections.Counter((deed["device"], anywhere(deed["what"])) for deed in lab.simulator.deeds())


def _holders(lab: Lab) -> list[str | None]:
    return [each["holder"] for each in lab.simulator.timeline()]


def deeds(lab: Lab, expected: Expected) -> list[str]:
    """Nothing was done twice that an undisturbed run does once, and nothing that it does not do."""
    return [
        f"{device}: {what}: {count} time(s), not {expected.deeds[device, what]}"
        for (device, what), count in _deeds(lab).items()
        if count > expected.deeds[device, what] and not (what in REPEATABLE and expected.deeds[device, what])
    ]


def production(lab: Lab, expected: Expected) -> list[str]:
    """Production moved as in an undisturbed run: from the same device to the same, as often."""
    holders = _holders(lab)
    return [] if holders == expected.holders else [f"production was held by {holders}, not {expected.holders}"]


def violations(lab: Lab, refused_once_a_run: t.Sequence[str] = ()) -> list[str]:
    return [
        f"violation {each['name']} on {each['device']}: {each['details']}"
        for each in lab.simulator.violations()
        if each["name"] != "refused_password_retried" or not each["details"].startswith(tuple(refused_once_a_run))
    ]


def done(outcome: Outcome, what: str) -> list[str]:
    return [] if outcome.status == 0 else [f"{what} ended with status {outcome.status}: {last_words(outcome)}"]


def unchanged(outcome: Outcome) -> list[str]:
    return [
        f"the third run changed {counts['changed']} thing(s) on {host}"
        for host, counts in outcome.recap.items()
        if counts["changed"]
    ]


def sessions(lab: Lab, killed_at: float) -> list[str]:
    """Open sessions: none but those that the killed run could not end, which the appliance ends when they are idle."""
    return [
        f"{each['device']}: a session on /{each['interface']} was left open"
        for each in lab.simulator.sessions()
        if each["ended"] is None and each["began"] > killed_at
    ]


def disk(folder: pathlib.Path) -> list[str]:
    """No file but those that are meant to stay, and none of them for other eyes."""
    problems = []
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if _OWN.fullmatch(name) or name == "tmp" or _PACKED in path.parts:
            continue
        if stat.S_ISDIR(mode):
            left = [each.name for each in path.iterdir() if each.name != _PACKED]
            if _ANSIBLES.fullmatch(name) and left:
                problems.append(f"{name} holds {', '.join(left)}")
            private = name.split("/")[0] in ("backups", "reports")
        else:
            private = True
            if not _KEPT.fullmatch(name):
                problems.append(f"stray file {name}")
        if private and stat.S_IMODE(mode) & 0o077:
            problems.append(f"{name} has mode {stat.S_IMODE(mode):o}")
    return problems


def last_words(outcome: Outcome) -> str:
    """The end of the output before the recap, in one line."""
    text = outcome.output.rpartition("PLAY RECAP")[0] or outcome.output
    return " ".join(text.split())[-1500:]
