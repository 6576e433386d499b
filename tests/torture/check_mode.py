# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode against the real run, from every stage of every procedure, task by task.

    python -m torture.check_mode [--only NAME] [--stages N,N] [--jobs N] [--minutes N] [--resume] [--write-docs]

A stage is reached by running the procedure for real and ending it, like a power cut, after its N-th change. From there
`--check --diff` runs, then the run itself. The check must send no write request, leave appliances and files alone, and
name the same changes with the same differences in the same order as the run that follows.

Results are kept in `.build/torture/check-mode.json`, with `--write-docs` in `tests/torture`, and shown in docs/check-mode.md.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing as t
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from integration.conftest import SCALE, Lab, environment
from simulator.process import SimulatorProcess

from . import judge
from .book import Book, Chapter
from .procedures import PROCEDURES as KILLED
from .report import FOLDER, KEPT, ROOT
from .work import Effort, Say, say

RESULTS = "check-mode.json"
PAGE = ROOT / "docs" / "check-mode.md"
CALLBACKS = pathlib.Path(__file__).parent / "callbacks"
LIMIT = 600.0
"""Seconds that one run of a playbook may take."""

CONFIRMED = ("-e", "sra_confirmed=true")
PASSPHRASE = "a passphrase for the key"

Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Effect:
    """What one task changed, or said it would: equal effects of a check and a run are a true prediction."""

    host: str
    task: str
    changed: bool
    diff: str

    def __str__(self) -> str:
        return f"{self.host}: {self.task} [{'changed' if self.changed else 'unchanged'}] {self.diff}"


@dataclasses.dataclass(frozen=True)
class Run:
    """How a run of a playbook ended, and its effects in order."""

    status: int
    output: str
    effects: tuple[Effect, ...]

    def without(self, tasks: Sequence[str]) -> Run:
        """The same run without the effects of these tasks."""
        return dataclasses.replace(self, effects=tuple(one for one in self.effects if one.task not in tasks))


@dataclasses.dataclass(frozen=True)
class Procedure:
    """A playbook with what it starts from. `before` runs first, once, to get to the state in which it is of use."""

    name: str
    playbook: str
    extra: tuple[str, ...] = ()
    scenario: Json = dataclasses.field(default_factory=dict)
    settings: Json = dataclasses.field(default_factory=dict)
    prepare: Callable[[Lab], None] = lambda _lab: None
    before: tuple[tuple[str, ...], ...] = ()
    ends_well: bool = True
    unknowable: tuple[str, ...] = ()
    """Tasks that cannot be predicted, for a reason that the notes of the table give."""
    refused_once_a_run: tuple[str, ...] = ()
    """As of the procedures that are killed: a check and a run are two runs."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One comparison: the effects of the check, those of the run, and what the check touched."""

    procedure: str
    stage: int
    after: str
    checked: Run
    real: Run
    touched: tuple[str, ...]
    stages: int = 0
    """How many stages the procedure has in all."""

    @property
    def row(self) -> Json:
        """What is kept of it."""
        return {"outcome": self.after, "predictions": self.tasks, "problems": self.problems}

    @property
    def tasks(self) -> int:
        return len(self.real.effects)

    @property
    def problems(self) -> list[str]:
        found = list(self.touched)
        if self.checked.status != self.real.status:
            found.append(f"the check ended with {self.checked.status}, the run with {self.real.status}")
        wanted, got = self.real.effects, self.checked.effects
        if wanted != got:
            missing, surplus = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
            found += [f"not predicted: {effect}" for effect in missing.elements()]
            found += [f"predicted, did not happen: {effect}" for effect in surplus.elements()]
            if not missing and not surplus:
                found.append("the same changes in another order")
        return found


def read_effects(path: pathlib.Path) -> tuple[Effect, ...]:
    """The tasks that changed something or showed a difference."""
    effects = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        entry = json.loads(line)
        diffs = [_plain(diff) for diff in entry["diff"] if diff.get("before") != diff.get("after")]
        if entry["changed"] or diffs:
            effects.append(Effect(entry["host"], entry["task"], entry["changed"], " ".join(diffs)))
    return tuple(effects)


def _plain(diff: Json) -> str:
    """A difference as text. File names carry the moment, which no prediction can know."""
    return re.sub(r"\d{8}T\d{6}(\d*)Z", "MOMENT", json.dumps(diff, sort_keys=True))


def run_playbook(lab: Lab, playbook: str, *extra: str, stop_after: int = 0) -> Run:
    """A run with its tasks recorded; with ``stop_after`` it is killed after that many changes."""
    tasks = lab.folder / "tasks.jsonl"
    tasks.unlink(missing_ok=True)
    process = subprocess.Popen(
        lab.command(playbook, "--diff", *extra),
        cwd=lab.folder,
        env={
            **environment(lab.folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "sra_tasks",
            "SRA_TASKS_FILE": str(tasks),
            "SRA_STOP_AFTER": str(stop_after),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _nothing = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output, _nothing = process.communicate()
    return Run(process.returncode, output, read_effects(tasks))


@contextlib.contextmanager
def lab_for(procedure: Procedure) -> Iterator[Lab]:
    """Fresh simulated appliances, brought to where the procedure begins."""
    scenario = {"time_scale": SCALE, "pairs": [{"name": "one"}], **procedure.scenario}
    with tempfile.TemporaryDirectory(prefix="check-mode-") as folder, SimulatorProcess(scenario) as simulator:
        path = pathlib.Path(folder)
        settings = {
            "sra_swing_method": "shared_ip",
            "sra_accept_license": True,
            "sra_backup_dir": str(path / "backups"),
            **procedure.settings,
        }
        lab = Lab(simulator, path, settings)
        lab.write_inventory()
        environment(lab.folder)
        procedure.prepare(lab)
        for playbook, *extra in procedure.before:
            done = run_playbook(lab, playbook, *extra)
            if done.status != 0:
                raise RuntimeError(f"{procedure.name}: the way to its start failed\n{done.output}")
        yield lab


def settle(lab: Lab) -> None:
    """Wait until the appliances have ended what they were told before the run was killed."""

    def quiet(state: Json) -> bool:
        installs = [device["install"] for device in state["devices"].values()]
        busy = [one for one in installs if one is not None and one["state"] not in ("done", "failed")]
        syncing = [pair for pair in state["pairs"].values() if (pair["relationship"] or {}).get("syncing")]
        away = [device for device in state["devices"].values() if device["phase"] not in ("up", "off")]
        return not busy and not syncing and not away

    lab.simulator.wait_until(quiet, timeout=60)


def snapshot(lab: Lab) -> Json:
    """What a check may not change: the appliances as the simulator knows them, and all files but Ansible's own."""
    state = lab.simulator.state()
    for device in state["devices"].values():
        # Client software and users come and go by themselves.
        device.pop("jump_clients", None)
        device.pop("users", None)
        # What a data sync brings; a pair is synchronised by itself too.
        device.pop("sessions", None)
    for pair in state["pairs"].values():
        (pair["relationship"] or {}).pop("last_sync", None)
    files = {
        str(path.relative_to(lab.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lab.folder.rglob("*"))
        if path.is_file() and path.relative_to(lab.folder).parts[0] not in ("ansible", ".ansible", "tasks.jsonl")
    }
    return {"state": state, "files": files}


PLANS = ("plan.html", "plan.json")
"""What a check is run for: the plan, kept for people in the report folder of the controller. Nothing else may be written."""


def differences(before: t.Any, after: t.Any, where: str = "") -> list[str]:
    """Words for each place in which two records differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            words
            for key in sorted({*before, *after})
            for words in differences(before.get(key), after.get(key), f"{where} {key}".strip())
        ]
    return [] if before == after else [f"{where}: {before} is now {after}"]


def touched(lab: Lab, before: Json, asked: int) -> list[str]:
    """Words for everything that a check did and must not do."""
    found = [
        f"write request: {entry['method']} {entry['path']} on {entry['device']}"
        for entry in lab.simulator.log(after=asked)
        if entry["kind"] == "write"
    ]
    after = snapshot(lab)
    found += [f"an appliance changed: {words}" for words in differences(before["state"], after["state"])]
    changed = {
        name for name in {*before["files"], *after["files"]} if before["files"].get(name) != after["files"].get(name)
    }
    found += [f"file written: {name}" for name in sorted(changed) if pathlib.PurePath(name).name not in PLANS]
    found += [f"session left open on {one['device']}" for one in lab.simulator.sessions() if one["ended"] is None]
    return found


def compare(lab: Lab, procedure: Procedure, stage: int, after: str) -> Cell:
    """Check, then run, from where the appliances stand."""
    settle(lab)
    # The session of a run that was killed stays open, and is nothing that the check did.
    left = [one for one in lab.simulator.sessions() if one["ended"] is None]
    before, asked = snapshot(lab), len(lab.simulator.log())
    checked = run_playbook(lab, procedure.playbook, "--check", *procedure.extra)
    found = [text for text in touched(lab, before, asked) if not (left and text.startswith("session left open"))]
    real = run_playbook(lab, procedure.playbook, *procedure.extra)
    found += judge.violations(lab, procedure.refused_once_a_run)
    if (real.status == 0) != procedure.ends_well:
        found.append(f"the run ended with {real.status}: {real.output[-1500:]}")
    checked, real = (run.without(procedure.unknowable) for run in (checked, real))
    return Cell(procedure.name, stage, after, checked, real, tuple(found))


def cells(procedure: Procedure, stages: Sequence[int] | None = None) -> Iterator[Cell]:
    """All comparisons of a procedure: from its start, after each of its changes, and when all is done.

    ``stages`` chooses some; -1 is the last one.
    """
    with lab_for(procedure) as lab:
        first = compare(lab, procedure, 0, "start")
        changes = [effect for effect in first.real.effects if effect.changed]
        last = len(changes)
        wanted = [last + 1 + one if one < 0 else one for one in stages] if stages is not None else range(last + 1)
        if 0 in wanted:
            yield dataclasses.replace(first, stages=last + 1)
        if last in wanted and last > 0:
            yield dataclasses.replace(compare(lab, procedure, last, changes[-1].task), stages=last + 1)
    for stage in wanted:
        if 0 < stage < last:
            yield dataclasses.replace(from_stage(procedure, stage), stages=last + 1)


def from_stage(procedure: Procedure, stage: int) -> Cell:
    """The comparison from where a run is killed after so many changes."""
    with lab_for(procedure) as lab:
        after = "start"
        if stage:
            killed = run_playbook(lab, procedure.playbook, *procedure.extra, stop_after=stage)
            changes = [effect.task for effect in killed.effects if effect.changed]
            if not changes:
                raise RuntimeError(f"{procedure.name}: the run changed nothing before stage {stage}\n{killed.output}")
            after = changes[-1]
        return compare(lab, procedure, stage, after)


SINGLE: Json = {"pairs": [{"name": "one", "single": True}]}
LOOKED_AFTER: Json = {
    "sra_jump_client_limit": 5,
    "sra_logout_users": True,
    "sra_certificate_passphrase": PASSPHRASE,
    "sra_backup_password": "a password for the backup",
}
WINDOW_1 = ("upgrade_asynchronous",)

HARDWARE: Json = {
    "packages": [
        {"kind": "base", "version": "3.3.2"},
        {"kind": "product", "version": "12.1.0", "build": "52301", "requires_base": "3.3.2", "licence_agreement": True},
    ],
    "pairs": [{"name": "one", "paired": False, "a": {"base": "3.3.2"}, "b": {"factory_new": True}}],
}


def as_hardware(lab: Lab) -> None:
    """An inventory with an old and a new appliance, and production moved by the shared IP of the old one."""

    def change(data: Json) -> None:
        children = data["all"]["children"]
        data["all"]["children"] = {"old_appliance": children["device_a"], "new_appliance": children["device_b"]}
        for group in data["all"]["children"].values():
            for name, host in group["hosts"].items():
                host["sra_site_address"] = host["sra_shared_ip"]
                host["sra_factory_ca_path"] = lab.simulator.ready["factory_ca_path"]
                host["sra_factory_tls_server_name"] = f"{name}.example.com"
        # A person moves production.
        del data["all"]["vars"]["sra_swing_method"]
        data["all"]["vars"]["sra_decommission_id"] = lab.simulator.state()["devices"]["one-a"]["appliance_id"]

    lab.write_inventory(change)


def moved_to_new_hardware(lab: Lab) -> None:
    """A migration that is done, and production moved by a person."""
    as_hardware(lab)
    done = run_playbook(lab, "migrate_hardware")
    if done.status != 0:
        raise RuntimeError(done.output)
    lab.simulator.change("one-a", shared_ip_enabled=False)
    lab.simulator.change("one-b", shared_ip_enabled=True)


def at_the_update_server(lab: Lab) -> None:
    """Options that lead to the simulated update server."""
    server = lab.simulator.ready["update_server"]
    lab.settings.update(
        sra_package_dir=str(lab.folder / "usb"),
        sra_update_server_url=f"https://{server['hostname']}:{server['port']}",
        sra_update_server_address=server["address"],
        sra_update_server_ca_path=lab.simulator.ready["ca_path"],
    )
    lab.write_inventory()


def with_packages(lab: Lab) -> None:
    """Packages in a folder, fetched as users fetch them, and no way to the update server any more."""
    at_the_update_server(lab)
    fetched = run_playbook(lab, "download_packages")
    if fetched.status != 0:
        raise RuntimeError(fetched.output)
    lab.simulator.update_server(up=False)
    lab.settings["sra_update_method"] = "manual"
    lab.write_inventory()


def reports(lab: Lab) -> None:
    lab.settings["sra_report_dir"] = str(lab.folder / "reports")
    lab.write_inventory()


PROCEDURES: t.Final = (
    Procedure("asynchronous", "upgrade_asynchronous", CONFIRMED),
    Procedure("asynchronous, clients and users looked after", "upgrade_asynchronous", CONFIRMED, settings=LOOKED_AFTER),
    Procedure("asynchronous, window 1", "upgrade_asynchronous"),
    Procedure("asynchronous, window 2", "upgrade_asynchronous", CONFIRMED, before=(WINDOW_1,)),
    Procedure("synchronous", "upgrade_synchronous", CONFIRMED),
    Procedure("synchronous, clients and users looked after", "upgrade_synchronous", CONFIRMED, settings=LOOKED_AFTER),
    Procedure("single", "upgrade_single", scenario=SINGLE),
    Procedure("single, clients and users looked after", "upgrade_single", scenario=SINGLE, settings=LOOKED_AFTER),
    Procedure("single, packages from a folder", "upgrade_single", scenario=SINGLE, prepare=with_packages),
    Procedure("swing back", "swing_back", before=(WINDOW_1,)),
    Procedure("swing again", "swing", before=(WINDOW_1, ("swing_back",))),
    Procedure("roles swapped", "swing", settings={"sra_swing_role_swap": True}),
    Procedure("roles swapped back", "swing_back", settings={"sra_swing_role_swap": True}, before=(("swing",),)),
    Procedure("backup", "backup", settings=LOOKED_AFTER),
    Procedure(
        "download of packages",
        "download_packages",
        prepare=at_the_update_server,
        unknowable=("Download what the update server lists",),
    ),
    Procedure("plan", "plan"),
    Procedure("preflight", "preflight"),
    Procedure("verify", "verify", before=(("upgrade_asynchronous", *CONFIRMED),)),
    Procedure("compatibility", "compatibility", prepare=reports),
    Procedure(
        "hardware",
        "migrate_hardware",
        scenario=HARDWARE,
        settings=LOOKED_AFTER,
        prepare=as_hardware,
        refused_once_a_run=KILLED["hardware"].refused_once_a_run,
    ),
    Procedure(
        "decommission",
        "decommission",
        scenario=HARDWARE,
        settings=LOOKED_AFTER,
        prepare=moved_to_new_hardware,
    ),
)


def page(book: Book) -> str:
    """The page of the documentation that shows the results."""
    chapters = [
        (procedure, book.chapters[procedure.name]) for procedure in PROCEDURES if procedure.name in book.chapters
    ]
    tried = sum(len(chapter.rows) for _procedure, chapter in chapters)
    wrong = sum(chapter.failed for _procedure, chapter in chapters)
    lines = [
        "# Check mode, proven",
        "",
        "`--check` sends no write request and predicts what the run will change: which tasks, and with `--diff` how. A stage is one",
        "state in which a run can have ended: before the first and after each single change. From a stage `--check --diff` ran, then",
        "the run itself, and both were compared task by task. `python -m torture.check_mode --write-docs` makes this page.",
        "",
        f"{tried} stages, {sum(map(_predictions, (chapter for _procedure, chapter in chapters)))} predictions, "
        f"{wrong} stages with a difference.",
        "",
        "| procedure | playbook | stages tried, of all | predictions | stages with a difference |",
        "|---|---|---|---|---|",
        *(
            f"| {procedure.name} | `{procedure.playbook}` | {len(chapter.rows)} of {chapter.total} "
            f"| {_predictions(chapter)} | {chapter.failed or 'none'} |"
            for procedure, chapter in chapters
        ),
        "",
        "## Differences",
        "",
    ]
    lines += [
        f"- {procedure.name}, after {row['outcome']}: {'; '.join(text.splitlines()[0] for text in row['problems'])}"
        for procedure, chapter in chapters
        for row in chapter.rows.values()
        if row["problems"]
    ] or ["None."]
    return "\n".join([*lines, "", NOTES])


def _predictions(chapter: Chapter) -> int:
    return sum(row["predictions"] for row in chapter.rows.values())


NOTES: t.Final = """## What is compared, and what is not

- File names of backups and reports carry the moment at which they are made; in a comparison every moment is equal.
- Where `sra_report_dir` is set, a check leaves its plan there, on the controller, and says so. It writes nothing else.
- Before the download keys are there, check mode of `download_packages` cannot ask what there is to download: it predicts the keys.
- A migration to new hardware whose certificate has not moved yet says in a sentence that production would be swung.
- Tasks of your own (`sra_swing_tasks`, `sra_verify_tasks`, `sra_logout_announce`) are run by check mode, or not, as
  they are written; what they predict is theirs.
"""


def matrix(procedure: Procedure, stages: Sequence[int] | None, effort: Effort, book: Book, say: Say) -> None:
    """Compare from the stages and write what was seen into the book; with ``effort.resume`` only where it was not seen yet."""
    name = procedure.name
    kept = book.chapters.get(name) if effort.resume else None
    if kept is None:
        found = cells(procedure, stages)
    else:
        done = book.open(name, [str(stage) for stage in range(kept.total)], resume=True)
        wanted = range(kept.total) if stages is None else [stage % kept.total for stage in stages]
        found = (from_stage(procedure, stage) for stage in wanted if str(stage) not in done)
    began = time.monotonic()
    while not effort.over and (cell := next(found, None)) is not None:
        if kept is None:
            book.open(name, [str(stage) for stage in range(cell.stages)], resume=True)
        book.add(name, {str(cell.stage): cell.row})
        verdict = "FAIL" if cell.problems else "ok  "
        seconds, began = time.monotonic() - began, time.monotonic()
        told = f"{verdict} {name}: stage {cell.stage}, after {cell.after}: {cell.tasks} predictions, {seconds:.0f} s"
        say("\n".join([told, *(f"       {problem}" for problem in cell.problems)]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparisons; the exit status is 1 when a prediction was wrong or something was written."""
    parser = argparse.ArgumentParser(
        prog="torture.check_mode", description="Check mode against the real run, stage by stage"
    )
    parser.add_argument("--only", action="append", default=[], help="the procedures whose name holds this")
    parser.add_argument("--stages", help="the numbers of some stages, separated by commas; -1 is the last one")
    parser.add_argument("--jobs", type=int, default=Effort.jobs, help="how many procedures are gone through at once")
    parser.add_argument("--minutes", type=float, help="begin no stage later than so many minutes from now")
    parser.add_argument("--resume", action="store_true", help="leave out what is kept and went well")
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the results in tests/torture, show them in docs"
    )
    options = parser.parse_args(arguments)
    stages = [int(one) for one in options.stages.split(",")] if options.stages else None
    effort = Effort(jobs=options.jobs, resume=options.resume, minutes=options.minutes)
    FOLDER.mkdir(parents=True, exist_ok=True)
    book = Book((KEPT if options.write_docs else FOLDER) / RESULTS)
    chosen = [
        procedure
        for procedure in PROCEDURES
        if not options.only or any(word in procedure.name for word in options.only)
    ]
    for procedure in chosen:
        if not options.resume:
            book.chapters.pop(procedure.name, None)
    try:
        with concurrent.futures.ThreadPoolExecutor(effort.jobs) as pool:
            list(pool.map(lambda procedure: matrix(procedure, stages, effort, book, say), chosen))
    finally:
        if options.write_docs:
            PAGE.write_text(page(book), encoding="utf-8")
    chapters = book.chapters.values()
    tried, wrong = sum(len(chapter.rows) for chapter in chapters), sum(chapter.failed for chapter in chapters)
    say(f"check mode: {tried} stages, {sum(map(_predictions, chapters))} predictions, {wrong} stages with a difference")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
