# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record as JUnit XML, for tools that show test results: each step and each check is a case. Pure."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from .view import clean, title

Data = t.Mapping[str, t.Any]
_GOOD: t.Final = ("pass", "warn")


def as_junit(record: Data) -> str:
    """One suite a run, with its steps, its readiness checks and its verifications."""
    record = clean(record)
    suites = [_suite(number, piece, record) for number, piece in enumerate(record["pieces"], start=1)]
    root = ElementTree.Element("testsuites", {"name": f"{record['pair']} to {record['target_version']}"})
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key) or 0) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(number: int, piece: Data, record: Data) -> ElementTree.Element:
    pair = str(record["pair"])
    cases = [
        *(_step(pair, step) for step in piece["steps"]),
        *(_check(f"{pair}.readiness", check) for check in piece["checks"]),
        *(_check(f"{pair}.{device}", check) for device, checks in piece["verified"].items() for check in checks),
    ]
    if piece.get("failure") and not any(step["outcome"] == "failed" for step in piece["steps"]):
        cases.append(_case(pair, "run", 0.0, "failure", piece["failure"]["cause"]))
    if piece["outcome"] == "interrupted":
        cases.append(_case(pair, "run", 0.0, "error", "the run ended without a word"))
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": f"{number}. {title(piece)}",
            "timestamp": piece["started"].replace("Z", ""),
            "hostname": pair,
            "time": f"{sum(step.get('seconds') or 0.0 for step in piece['steps']):.1f}",
        },
    )
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(cases)))
    for key, tag in counts.items():
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _step(pair: str, step: Data) -> ElementTree.Element:
    name = f"{step['id']} [{', '.join(step['guide'])}] {step['title']}"
    kind = {"failed": "failure", "interrupted": "error"}.get(step["outcome"])
    return _case(
        f"{pair}.{step['device']}", name, step.get("seconds") or 0.0, kind, step.get("cause") or step["outcome"]
    )


def _check(classname: str, check: Data) -> ElementTree.Element:
    kind = {"fail": "failure", "error": "error", "skipped": "skipped"}.get(check["outcome"])
    said = " ".join(part for part in (check["cause"], check["remedy"]) if part)
    case = _case(classname, check["title"], 0.0, kind, said)
    if check["outcome"] in _GOOD and said:
        ElementTree.SubElement(case, "system-out").text = said
    return case


def _case(classname: str, name: str, seconds: float, kind: str | None, said: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", {"classname": classname, "name": name, "time": f"{seconds:.1f}"})
    if kind is not None:
        ElementTree.SubElement(case, kind, {"message": said.splitlines()[0] if said else ""}).text = said
    return case
