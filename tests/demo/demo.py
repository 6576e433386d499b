# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watch the main job: an asynchronous upgrade of a simulated pair, with a probe that asks the production address all the while.

Nothing is installed or left behind outside of the checkout; Ctrl-C stops everything that was started.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from demo.probe import ProductionProbe  # noqa: E402 (the tests' folder is put on the path first)
from simulator.process import SimulatorProcess  # noqa: E402

FOLDER = ROOT / ".build" / "demo"


def say(text: str = "") -> None:
    print(text, flush=True)


def headline(text: str) -> None:
    say(f"\n=== {text} {'=' * max(0, 100 - len(text))}")


def scenario(scale: float) -> dict[str, t.Any]:
    """One pair: Base 3.2.4 with product 12.1.0, offered Base 3.3.2 and product 12.2.0, as in the vendor's guide."""
    return {"time_scale": scale, "pairs": [{"name": "demo"}]}


def write_private(path: pathlib.Path, text: str) -> None:
    """A file that only its owner can read, from its first byte."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def play(playbook: str, inventory: pathlib.Path, *extra: str) -> None:
    """Run a playbook of the collection as a user would; raise CalledProcessError where it fails."""
    command = ["ansible-playbook", "-i", str(inventory), f"bseries.sra.{playbook}", *extra]
    say(f"$ {' '.join(os.path.relpath(part) if part.startswith(str(ROOT)) else part for part in command)}")
    environment = {**os.environ, "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false", "ANSIBLE_LOCALHOST_WARNING": "false"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if status != 0:
        raise subprocess.CalledProcessError(status, command)


def production_summary(probe: ProductionProbe) -> list[str]:
    lines = [f"Production was asked {probe.asked} times from outside; it was away {probe.away_seconds:.2f} s in all."]
    lines += [
        f"  from {outage.began:6.1f} s on for {outage.seconds:.2f} s ({outage.reason})" for outage in probe.outages
    ]
    return lines


def device_summary(state: dict[str, t.Any]) -> list[str]:
    lines = []
    for letter, device in sorted(state["pairs"]["demo"]["devices"].items()):
        lines.append(
            f"  device {letter.upper()}: Base {device['base']}, product {device['product']}, failover role {device['failover_role']}"
        )
    return lines


def run(scale: float) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, mode=0o700)
    began = time.monotonic()
    headline("A simulated pair: Base 3.2.4, product 12.1.0; A is primary, B backup")
    with SimulatorProcess(scenario(scale)) as simulator:
        inventory = FOLDER / "inventory.json"
        data = simulator.inventory()
        data["all"].setdefault("vars", {}).update(
            sra_swing_method="shared_ip",
            sra_accept_license=True,
            sra_backup_dir=str(FOLDER / "backups"),
            sra_report_dir=str(FOLDER / "pages"),
        )
        write_private(inventory, json.dumps(data, indent=2))
        site = (
            data["all"]["vars"]
            if "sra_shared_ip" in data["all"]["vars"]
            else next(iter(data["all"]["children"]["device_a"]["hosts"].values()))
        )
        say(
            f"Site {site['sra_site_hostname']} on shared IP {site['sra_shared_ip']}; {scale:g} simulated seconds pass in a real one."
        )
        headline("1. What would happen")
        play("plan", inventory)
        headline(
            "2. The upgrade, with both windows in one go (sra_confirmed=true), while a probe asks the production address"
        )
        with ProductionProbe(
            site["sra_site_hostname"], site["sra_shared_ip"], site["sra_site_port"], site["sra_ca_path"]
        ) as probe:
            play("upgrade_asynchronous", inventory, "-e", "sra_confirmed=true")
        headline("3. The same command again: nothing is left to do")
        play("upgrade_asynchronous", inventory, "-e", "sra_confirmed=true")
        headline("Summary")
        say("\n".join(device_summary(simulator.state())))
        say("\n".join(production_summary(probe)))
        backups = sorted((FOLDER / "backups").rglob("*.nsb"))
        say(f"Backups in {os.path.relpath(FOLDER / 'backups')}: {', '.join(backup.name for backup in backups)}")
        violations = simulator.violations()
        say(f"Rules of the vendor's guide broken, as the simulated appliances saw it: {len(violations)}")
        for violation in violations:
            say(f"  {violation}")
    say(f"All of it took {time.monotonic() - began:.0f} s.")
    return 1 if violations else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time-scale", type=float, default=120.0, help="simulated seconds in a real one (default 120)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run(arguments.time_scale)
    except KeyboardInterrupt:
        say("\nStopped; nothing was left running.")
        return 130
    except subprocess.CalledProcessError as error:
        say(f"\nThe playbook failed with status {error.returncode}; see above.")
        return 1


if __name__ == "__main__":
    sys.exit(main())
