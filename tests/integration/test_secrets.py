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
        *(part for part in re.split(r"[^\w-]", secret)[:1] if len(part) > 11),
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
    watch = Watch(process.pid, tuple(lab.folder / name for name in ("backups", "reports", "packages")))
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        output, _nothing = process.communicate(timeout=900)
    finally:
        watch.stopped.set()
        thread.join()
    return process.returncode, output, watch


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    """Everything below the folder but what holds secrets rightly, inventory and download keys, and what is encrypted or a package."""
    kept = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "inventory.json" and path.suffix not in (".nsb", ".p12", ".key", ".pkg"):
            kept[str(path.relative_to(folder))] = path.read_bytes()
    return kept


def leaks(secrets: t.Iterable[str], where: str, content: bytes) -> list[str]:
    return [f"{where}: {form}" for secret in secrets for form in forms(secret) if form.encode() in content]


def accounts(secrets: dict[str, str]) -> dict[str, t.Any]:
    """What the simulated appliances know of the secrets."""
    return {
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


@dataclasses.dataclass
class Search:
    """Looks for secrets in everything that runs leave behind; ``found`` says where they were."""

    secrets: dict[str, str]
    found: list[str] = dataclasses.field(default_factory=list)

    def run(self, lab: Lab, *arguments: str, fails: bool = False) -> str:
        status, output, watch = run(lab, *arguments)
        assert (status != 0) == fails, output[-3000:]
        assert watch.processes > 10
        self._in("output", output.encode())
        for text in watch.seen:
            self._in("process list", text)
        self.found += [f"open to others: {path}" for path in watch.open_files]
        return output

    def files(self, folder: pathlib.Path) -> set[str]:
        """Search all files, and tell their names."""
        files = files_of(folder)
        for name, content in files.items():
            self._in(name, content)
        return set(files)

    def _in(self, where: str, content: bytes) -> None:
        self.found += leaks(self.secrets.values(), where, content)


def test_no_secret_gets_out_of_whole_runs(start_lab: StartLab) -> None:
    secrets = {name: marked(name) for name in NAMES}
    lab = start_lab(
        {"pairs": [{"name": "one", "single": True, "both": accounts(secrets)}]}, sra_backup_password=secrets["backup"]
    )
    lab.settings.update(
        sra_certificate_passphrase=secrets["passphrase"],
        sra_report_dir=str(lab.folder / "reports"),
        sra_jump_client_limit=5,
        sra_logout_users=True,
    )
    lab.write_inventory()
    search = Search(secrets)
    search.run(lab, "upgrade_single", "--check")
    lab.simulator.fault("missing_control", "one-a", control="updates")
    search.run(lab, "upgrade_single", fails=True)
    lab.simulator.clear_faults()
    search.run(lab, "upgrade_single")
    names = search.files(lab.folder)
    assert search.found == []
    assert "ansible.log" in names
    assert any(name.startswith("reports/") for name in names)
    assert any(name.startswith("backups/") for name in names)


def test_no_secret_of_a_pair_its_name_server_and_its_packages_gets_out(start_lab: StartLab) -> None:
    """Options within options (both ends of a swing, the name server), a key that is read from a page, files that are uploaded."""
    secrets = {name: marked(name) for name in NAMES}
    secrets["dns"] = base64.b64encode(random_secrets.token_bytes(32)).decode()
    lab = start_lab({"pairs": [{"name": "one", "both": accounts(secrets)}]}, sra_backup_password=secrets["backup"])
    server = lab.simulator.ready["update_server"]
    lab.settings.update(
        sra_report_dir=str(lab.folder / "reports"),
        sra_package_dir=str(lab.folder / "packages"),
        sra_update_server_url=f"https://{server['hostname']}:{server['port']}",
        sra_update_server_address=server["address"],
        sra_update_server_ca_path=lab.simulator.ready["ca_path"],
        sra_jump_client_limit=5,
    )
    lab.write_inventory()
    search = Search(secrets)
    search.run(lab, "download_packages")
    for path in (lab.folder / "packages").rglob("*.key"):
        secrets[path.name] = path.read_text(encoding="utf-8").strip()
    assert len(secrets) == len(NAMES) + 3
    # The log in it tells what the run printed, searched again now that the keys are known.
    assert "ansible.log" in search.files(lab.folder)
    lab.simulator.update_server(up=False)
    dns = {
        "sra_swing_method": "dns",
        "sra_dns_server": "127.0.0.1",
        "sra_dns_port": 9,
        "sra_dns_zone": "example.com",
        "sra_dns_key_name": "sra-swing",
        "sra_dns_key_secret": secrets["dns"],
    }
    before = dict(lab.settings)
    lab.settings.update(dns, sra_update_method="manual")
    lab.write_inventory()
    assert "127.0.0.1" in search.run(lab, "preflight", "-e", "sra_procedure=asynchronous", fails=True)
    lab.settings.update({**before, "sra_update_method": "manual", "sra_dns_key_secret": secrets["dns"]})
    lab.write_inventory()
    search.run(lab, "upgrade_asynchronous", "-e", "sra_confirmed=true")
    assert [lab.device(letter)["product"] for letter in "ab"] == ["12.2.0", "12.2.0"]
    search.files(lab.folder)
    assert search.found == []
