# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what remains to be done is still what a saved plan says. Pure.

A plan goes stale by being carried out, so the present plan need not be the same: what it changes must be the rest of what the
saved one changes, on the same appliances, with the same versions. When it is done is no matter of the saved plan.
"""

from __future__ import annotations

import typing as t

from .._version import same_version

Data = t.Mapping[str, t.Any]


def drift(saved: Data, present: Data) -> list[str]:
    """Sentences for people, one for each difference; empty where the saved plan holds. Both are plans as plain data."""
    found = [*_frame(saved, present), *_devices(saved, present)]
    planned, remaining = _changing(saved), _changing(present)
    found += _order(planned, remaining)
    found += _steps(planned, remaining)
    if [step["id"] for step in planned] == [step["id"] for step in remaining]:
        found += _start(saved, present)
    return list(dict.fromkeys(found))


def _changing(plan: Data) -> list[Data]:
    return [step for step in plan["steps"] if step["changing"]]


def _frame(saved: Data, present: Data) -> t.Iterator[str]:
    for key, words in (("procedure", "The procedure"), ("target_version", "The target version")):
        if saved.get(key) != present.get(key):
            yield f"{words} was {saved.get(key)}, is {present.get(key)}."


def _devices(saved: Data, present: Data) -> t.Iterator[str]:
    for letter in sorted({*saved["devices"], *present["devices"]}):
        was, now = saved["devices"].get(letter), present["devices"].get(letter)
        if was is None or now is None:
            yield f"Device {letter.upper()} {'was not planned for' if was is None else 'is missing'}."
            continue
        if was["appliance_id"] != now["appliance_id"]:
            yield f"Device {letter.upper()} was appliance {was['appliance_id']}, is {now['appliance_id']}."
        yield from _versions(letter, was, now, saved)


def _versions(letter: str, was: Data, now: Data, saved: Data) -> t.Iterator[str]:
    """A version may be what it was, or what the plan leads to."""
    packages = [package for step in saved["steps"] if step["device"] == letter for package in step["packages"]]
    for key, kind, words in (("version", "product", "product"), ("base_version", "base", "Base")):
        allowed = [was[key], *(package["version"] for package in packages if package["kind"] == kind)]
        if kind == "product":
            allowed.append(saved["target_version"])
        if not any(one == now[key] or same_version(one, now[key]) for one in allowed):
            yield f"Device {letter.upper()} ran {words} {was[key]}, runs {now[key]}, which the plan does not lead to."


def _order(planned: t.Sequence[Data], remaining: t.Sequence[Data]) -> t.Iterator[str]:
    """What remains is the end of what was planned."""
    old, new = [step["id"] for step in planned], [step["id"] for step in remaining]
    if new == old[len(old) - len(new) :]:
        return
    for step in remaining:
        if step["id"] not in old:
            yield f"Step {step['id']} is to be done and was not planned: {step['title']}."
    first = min((old.index(name) for name in new if name in old), default=len(old))
    for step in planned[first:]:
        if step["id"] not in new:
            yield f"Step {step['id']} was planned, but is not to be done any more: {step['title']}."
    if sorted(new) == sorted(old[len(old) - len(new) :]):
        yield f"The order of the steps was {', '.join(old)}, is {', '.join(new)}."


def _steps(planned: t.Sequence[Data], remaining: t.Sequence[Data]) -> t.Iterator[str]:
    by_id = {step["id"]: step for step in planned}
    for step in remaining:
        if (before := by_id.get(step["id"])) is not None:
            yield from _step(before, step)


def _step(before: Data, now: Data) -> t.Iterator[str]:
    where = f"Step {now['id']}"
    # A relationship that is half broken is finished on the side that still claims it.
    if before["device"] != now["device"] and now["action"] != "separate":
        yield f"{where} was on {before['device']}, is on {now['device']}."
    planned = [_package(package) for package in before["packages"]]
    packages = [_package(package) for package in now["packages"]]
    if packages != planned[len(planned) - len(packages) :]:
        yield f"{where} was to install {_list(planned)}, now {_list(packages)}."
    targets = {(change["what"], change["to"]) for change in before["changes"]}
    for change in now["changes"]:
        # An install under way is a planned one that has begun.
        if not now["packages"] and now["action"] != "update" and (change["what"], change["to"]) not in targets:
            yield f"{where} was to change {_list([f'{what} to {to}' for what, to in sorted(targets)])}, now {change['what']} to {change['to']}."


def _package(package: Data) -> str:
    return f"{package['name']} ({package['version'] or 'version unknown'})"


def _list(texts: t.Sequence[str]) -> str:
    return ", then ".join(texts) or "nothing"


def _start(saved: Data, present: Data) -> t.Iterator[str]:
    """Before the first change everything is as it was when the plan was made."""
    if saved["serving"] != present["serving"]:
        yield f"The site was served by {saved['serving']}, is served by {present['serving']}."
    for letter, was in saved["devices"].items():
        now = present["devices"].get(letter)
        if now is not None and was["failover_role"] != now["failover_role"]:
            yield f"The failover role of device {letter.upper()} was {was['failover_role']}, is {now['failover_role']}."
