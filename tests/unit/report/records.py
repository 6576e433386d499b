# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of made-up runs."""

from __future__ import annotations

import typing as t

LANE = {"a": "pra1", "b": "pra2"}
BACKUP = {"device": "pra1", "path": "/srv/backups/pra1.nsb", "sha256": "0" * 64, "size": 2_000_000}


def at(minute: float) -> str:
    return f"2026-03-07T{22 + int(minute) // 60:02d}:{int(minute) % 60:02d}:{round(minute % 1 * 60):02d}Z"


def step(name: str, began: float, minutes: float, **values: t.Any) -> dict[str, t.Any]:
    letter = values.pop("on", "a")
    return {
        "id": name,
        "title": f"Do {name}",
        "device": LANE.get(letter, "pra2"),
        "on": letter,
        "window": 1,
        "guide": ["ASYNC-1"],
        "began": at(began),
        "ended": at(began + minutes),
        "seconds": minutes * 60,
        "outcome": "done",
        **values,
    }


def planned(name: str, changing: bool = True, **values: t.Any) -> dict[str, t.Any]:
    return {
        "id": name,
        "title": f"Do {name}",
        "window": 2,
        "device": "a",
        "guide": ["ASYNC-10"],
        "estimate_seconds": 600,
        "production": "served",
        "changing": changing,
        **values,
    }


def plan(*steps: dict[str, t.Any], **values: t.Any) -> dict[str, t.Any]:
    return {
        "target_version": "12.2.0",
        "serving": "a",
        "done": not steps,
        "stage": {"id": "x", "sentence": "They stand there."},
        "steps": list(steps),
        "warnings": [],
        "problems": [],
        "questions": [],
        "predictions": {},
        "ends_waiting_for": None,
        "devices": {"a": {"host": "192.0.2.11:443"}, "b": {"host": "192.0.2.12:443"}},
        **values,
    }


def appliance(letter: str, version: str = "12.1.0") -> dict[str, t.Any]:
    return {
        "appliance_id": letter * 32,
        "version": version,
        "build": "1",
        "base_version": "3.3.2",
        "failover_role": "none",
    }


def run(name: str = "one", **values: t.Any) -> dict[str, t.Any]:
    return {
        "id": name,
        "started": at(0),
        "steps": [],
        "installed": [],
        "all_backups": [],
        "backups": {},
        "before": {"a": appliance("a"), "b": appliance("b")},
        **values,
    }


def facts(event: str = "end", **values: t.Any) -> dict[str, t.Any]:
    """The options of ``upgrade_report``."""
    return {
        "label": "berlin",
        "procedure": "asynchronous",
        "purpose": "upgrade",
        "event": event,
        "target_version": None,
        "lane": LANE,
        "run": run(),
        "plan": plan(),
        "state": {"a": appliance("a", "12.2.0"), "b": appliance("b", "12.2.0")},
        "checks": [],
        "warnings": [],
        "to_do": [],
        "waiting": None,
        "current": None,
        "failure": None,
        "shared_ip": None,
        "hide": [],
        **values,
    }


def window_1(**values: t.Any) -> dict[str, t.Any]:
    """A first window: separated, B updated, production swung."""
    steps = [step("separate", 1, 1), step("update_b", 2, 40, on="b"), step("swing", 42, 1, on="both")]
    installed = [{"device": "pra2", "name": "Bomgar-12.2.0", "kind": "product", "version": "12.2.0", "seconds": 2300.0}]
    checks = [
        {"check": "clock", "title": "Clock of pra1", "outcome": "warn", "cause": "off by 9 s", "remedy": "Mend NTP."}
    ]
    verified = {
        "pra2": [
            {"check": "version", "title": "Product version", "outcome": "pass", "cause": "12.2.0", "remedy": ""},
            {
                "check": "own",
                "title": "Own checks",
                "outcome": "skipped",
                "cause": "none given",
                "remedy": "Start a console.",
            },
        ]
    }
    made = run(
        steps=steps, installed=installed, all_backups=[BACKUP], verified=verified, swing_gap_seconds=0.4, serving="a"
    )
    left = plan(
        planned("confirm", False), planned("update_a"), planned("verify_pair", False), ends_waiting_for="confirmation"
    )
    return facts(
        **{"run": made, "plan": left, "checks": checks, "to_do": ["Reinstall the integration clients."], **values}
    )
