# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs with marked secrets, at the highest verbosity, with differences, a failure and saved pages: none gets out anywhere."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import pathlib
import re
import secrets as random_secrets
import stat
import subprocess
import threading
import typing as t
import urllib.parse

from .conftest import Lab, environment

StartLab = t.Callable[..., Lab]
NAMES = ("appliance", "login", "client", "backup", "passphrase", "shared_key")


def marked(name: str) -> str:
    """A secret like no other text, with characters that every encoding changes."""
    return f"{name}-{random_secrets.token_hex(6)}<&\"'+/%=ä{{"


def forms(secret: str) -> set[str]:
    """The spellings in which a secret may get out; of Base64 what stays the same whatever stands around it."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        # Long enough to be no other text, whatever an encoding makes of the rest.
        re.split(r"[^\w-]", secret)[0],
        *(base64.b64encode(b"u" * shift + raw + b"zzz").decode()[4 * (shift > 0) : -8] for shift in range(3)),
    }


@dataclasses.dataclass
class Watch:
    """Looks at the processes of a run, and at the files that it makes, again and again while it goes on."""

    session: int
    folders: tuple[pathlib.Path, ...]
    seen: set[bytes] = dataclasses.field(default_factory=set)
    open_files: set[str] = dataclasses.field(default_factory=set)
    processes: int = 0
    stopped: threading.Event = dataclasses.field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopped.wait(0.05):
            for entry in pathlib.Path("/proc").glob("[0-9]*"):
                self._process(entry)
            for folder in self.folders:
                for path in folder.rglob("*"):
                    self._file(path)

    def _process(self, entry: pathlib.Path) -> None:
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) == self.session:
                self.seen |= {(entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()}
                self.processes += 1
        except (OSError, ValueError):
            return

    def _file(self, path: pathlib.Path) -> None:
        try:
            mode = path.lstat().st_mode
        except OSError:
            return
        if stat.S_IMODE(mode) & 0o077:
            self.open_files.add(f"{path} {stat.S_IMODE(mode):o}")


def run(lab: Lab, *arguments: str) -> tuple[int, str, Watch]:
    """A run with nothing hidden: highest verbosity, a log, facts kept in files, no umask that would hide what is open."""
    process = subprocess.Popen(
        lab.command(arguments[0], "--diff", "-vvvv", *arguments[1:]),
        cwd=lab.folder,
        env={
            **environment(lab.folder),
            "ANSIBLE_LOG_PATH": str(lab.folder / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(lab.folder / "facts"),
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_DEBUG": "0",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        umask=0,
    )
    watch = Watch(process.pid, (lab.folder / "backups", lab.folder / "reports"))
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        output, _nothing = process.communicate(timeout=900)
    finally:
        watch.stopped.set()
        thread.join()
    return process.returncode, output, watch


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    """Everything below the folder but the inventory, which holds the secrets rightly, and what is encrypted or a backup."""
    kept = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "inventory.json" and path.suffix not in (".nsb", ".p12"):
            kept[str(path.relative_to(folder))] = path.read_bytes()
    return kept


def leaks(secrets: t.Iterable[str], where: str, content: bytes) -> list[str]:
    return [f"{where}: {form}" for secret in secrets for form in forms(secret) if form.encode() in content]


def test_no_secret_gets_out_of_whole_runs(start_lab: StartLab) -> None:
    secrets = {name: marked(name) for name in NAMES}
    account = {
        "shared_key": secrets["shared_key"],
        "appliance_accounts": [{"username": "admin", "password": secrets["appliance"]}],
        "login_accounts": [{"username": "admin", "password": secrets["login"]}],
        "api_accounts": [
            {
                "client_id": "client",
                "client_secret": secrets["client"],
                "command": "full_access",
                "backup": True,
                "configuration": True,
            }
        ],
    }
    lab = start_lab(
        {"pairs": [{"name": "one", "single": True, "both": account}]}, sra_backup_password=secrets["backup"]
    )
    lab.settings.update(
        sra_certificate_passphrase=secrets["passphrase"],
        sra_report_dir=str(lab.folder / "reports"),
        sra_jump_client_limit=5,
        sra_logout_users=True,
    )
    lab.write_inventory()
    found: list[str] = []

    def look(status: int, output: str, watch: Watch, *, expected: int) -> None:
        assert (status != 0) == (expected != 0), output[-3000:]
        assert watch.processes > 10
        found.extend(leaks(secrets.values(), "output", output.encode()))
        for text in watch.seen:
            found.extend(leaks(secrets.values(), "process list", text))
        found.extend(f"open to others: {path}" for path in watch.open_files)

    look(*run(lab, "upgrade_single", "--check"), expected=0)
    lab.simulator.fault("missing_control", "one-a", control="updates")
    status, output, watch = run(lab, "upgrade_single")
    look(status, output, watch, expected=1)
    lab.simulator.clear_faults()
    look(*run(lab, "upgrade_single"), expected=0)
    for name, content in files_of(lab.folder).items():
        found.extend(leaks(secrets.values(), name, content))
    assert found == []
    names = set(files_of(lab.folder))
    assert "ansible.log" in names
    assert any(name.startswith("reports/") for name in names)
    assert any(name.startswith("backups/") for name in names)
