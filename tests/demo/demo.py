# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watch the main job: an asynchronous upgrade of a simulated pair, with a probe that asks the production address all the while.

Nothing is installed or left behind outside of the checkout; Ctrl-C stops everything that was started.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from demo.probe import ProductionProbe  # noqa: E402 (the tests' folder is put on the path first)
from simulator.process import SimulatorProcess  # noqa: E402

FOLDER = ROOT / ".build" / "demo"
WIDTH = 110
PAIR = "demo"
PLAN = FOLDER / "plan-before.html"
"""The plan of the whole upgrade; the one in the report folder is that of the last run, which had nothing to do."""
CONFIRMED = ("-e", "sra_confirmed=true")
PATIENCE = 20.0
"""Seconds that a playbook gets to end after Ctrl-C."""
PR_SET_CHILD_SUBREAPER = 36
"""From Linux's prctl.h."""


def say(text: str = "") -> None:
    print(text, flush=True)


def headline(text: str) -> None:
    say(f"\n{text}\n{'=' * len(text)}")


def paragraph(text: str) -> None:
    say(textwrap.fill(" ".join(text.split()), WIDTH))


def from_here(path: str | pathlib.Path) -> str:
    return os.path.relpath(path, ROOT)


def write_private(path: pathlib.Path, text: str) -> None:
    """A file that only its owner can read, from its first byte."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def write_inventory(simulator: SimulatorProcess, folder: pathlib.Path) -> tuple[pathlib.Path, dict[str, t.Any]]:
    """The inventory of the simulated pair, and the variables of its device A."""
    data = simulator.inventory()
    data["all"]["vars"] = {
        "sra_swing_method": "shared_ip",
        "sra_accept_license": True,
        "sra_backup_dir": str(folder / "backups"),
        "sra_report_dir": str(folder / "reports"),
        # Time runs faster here than outside, so that outages are shorter too.
        "sra_probe_interval": 0.1,
    }
    path = folder / "inventory.json"
    write_private(path, json.dumps(data, indent=2))
    return path, next(iter(data["all"]["children"]["device_a"]["hosts"].values()))


def environment() -> dict[str, str]:
    colour = {"ANSIBLE_FORCE_COLOR": "1"} if sys.stdout.isatty() and "NO_COLOR" not in os.environ else {}
    return {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook", "PYTHONUNBUFFERED": "1", **colour}


def play(playbook: str, inventory: pathlib.Path, *extra: str) -> list[str]:
    """Run a playbook of the collection as a user would; its output line by line. Raises CalledProcessError where it fails."""
    command = ["ansible-playbook", "-i", str(inventory), f"bseries.sra.{playbook}", *extra]
    say(f"$ {' '.join(from_here(word) if word.startswith('/') else word for word in command)}")
    lines = []
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        for line in t.cast("t.TextIO", process.stdout):
            lines.append(line.rstrip())
            say(lines[-1])
    except KeyboardInterrupt:
        end(process)
        raise
    if process.wait() != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return lines


def end(process: subprocess.Popen[str]) -> None:
    """Ctrl-C at a terminal reached the playbook too, and a second one would cut its ending short; a signal to us alone did not."""
    for number, patience in ((None, 3.0), (signal.SIGINT, PATIENCE), (signal.SIGKILL, PATIENCE)):
        if number is not None:
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=patience)
            return


def adopt_orphans() -> None:
    """Become the parent of what a playbook leaves behind: interrupted twice, Ansible ends without its running tasks."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children() -> None:
    """End all our children, the adopted ones included: politely, and after a while by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for pid in children():
                os.kill(pid, number)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass
            if not children():
                return
            time.sleep(0.1)


def children() -> list[int]:
    """Running or ended and not yet waited for; only we wait for them, so that a number stays theirs."""
    return [int(pid) for file in pathlib.Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]


def run_summary(lines: t.Sequence[str]) -> list[str]:
    """What the run itself announced under SUMMARY: steps with their seconds, packages; backups are listed from the disk."""
    begin = next((number for number, line in enumerate(lines) if f"[{PAIR}] SUMMARY" in line), len(lines))
    announced = []
    of_backup = False
    for line in lines[begin + 1 :]:
        if not line.startswith(f"[{PAIR}] "):
            break
        text = line.removeprefix(f"[{PAIR}] ")
        # A line that is too long goes on in the next, which is indented.
        of_backup = text.startswith("Backup of ") or (of_backup and text.startswith("    "))
        if not of_backup:
            announced.append(text.replace(f"{FOLDER}/", f"{from_here(FOLDER)}/"))
    return announced


def production_summary(probe: ProductionProbe) -> list[str]:
    lines = [f"  asked {probe.asked} times over TLS; away for {probe.away_seconds:.1f} s in all"]
    lines += [
        f"  {outage.seconds:.1f} s from second {outage.began:.0f} on: {outage.reason}" for outage in probe.outages
    ]
    return lines


def device_summary(state: dict[str, t.Any]) -> list[str]:
    devices = [state["devices"][f"{PAIR}-{letter}"] for letter in "ab"]
    return [
        f"  device {letter}: Base {device['base']}, product {device['product']}, {device['role']}"
        for letter, device in zip("AB", devices, strict=True)
    ]


def summary(simulator: SimulatorProcess, probe: ProductionProbe, lines: t.Sequence[str], scale: float) -> int:
    """Print what was installed, how long each step took, how long production was away. 1 where a rule was broken."""
    headline("4. Summary")
    say("The appliances, as the simulator knows them:")
    say("\n".join(device_summary(simulator.state())))
    say(f"The run, in real seconds ({scale:g} simulated ones each):")
    for line in run_summary(lines):
        say(
            textwrap.fill(line.rstrip(), WIDTH, initial_indent="  ", subsequent_indent=" " * 14, break_on_hyphens=False)
        )
    say("Production, as a client outside saw it:")
    say("\n".join(production_summary(probe)))
    violations = simulator.violations()
    say(f"Rules of the upgrade guide broken, as the appliances saw it: {len(violations) or 'none'}")
    for violation in violations:
        say(f"  {violation}")
    return 1 if violations else 0


def run(scale: float) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, mode=0o700)
    began = time.monotonic()
    with SimulatorProcess({"time_scale": scale, "pairs": [{"name": PAIR}]}) as simulator:
        inventory, device_a = write_inventory(simulator, FOLDER)
        say(
            "A simulated pair of appliances runs on this machine: Base 3.2.4, product 12.1.0; A is primary, B its backup."
        )
        paragraph(
            f"""Clients know it as {device_a["sra_site_hostname"]}, which is the shared IP {device_a["sra_shared_ip"]}.
            The update server offers Base 3.3.2 and product 12.2.0. Time runs {scale:g} times as fast as outside."""
        )
        headline("1. The plan, read from the appliances; nothing is changed")
        play("plan", inventory)
        shutil.copy2(FOLDER / "reports" / PAIR / "plan.html", PLAN)
        headline("2. The upgrade, both windows in one go, while a probe asks the production address")
        address = (device_a["sra_site_hostname"], device_a["sra_shared_ip"], device_a["sra_site_port"])
        with ProductionProbe(*address, device_a["sra_ca_path"]) as probe:
            lines = play("upgrade_asynchronous", inventory, *CONFIRMED)
        headline("3. The same command again: nothing is left to do")
        play("upgrade_asynchronous", inventory, *CONFIRMED)
        status = summary(simulator, probe, lines, scale)
    backups = sorted((FOLDER / "backups").rglob("*.nsb"))
    say(f"All backups, in {from_here(FOLDER / 'backups')}: {len(backups)}")
    for backup in backups:
        say(f"  {backup.name}, {backup.stat().st_size / 1e6:.1f} MB")
    say(f"All of it took {time.monotonic() - began:.0f} s. To look at in a browser:")
    say(f"  the plan, as it was shown first: {PLAN.as_uri()}")
    for report in sorted((FOLDER / "reports").rglob("report.html")):
        say(f"  the report of the upgrade:       {report.as_uri()}")
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time-scale", type=float, default=120.0, help="simulated seconds in a real one (default 120)")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    adopt_orphans()
    try:
        return run(arguments.time_scale)
    except KeyboardInterrupt:
        end_children()
        say("\nStopped; nothing was left running.")
        return 130
    except subprocess.CalledProcessError as error:
        say(f"\nThe playbook failed with status {error.returncode}; see above.")
        return 1
    finally:
        end_children()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
