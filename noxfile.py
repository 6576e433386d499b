# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection on other versions of Python and ansible-core: ``nox -s matrix`` for all, ``nox -s smoke`` for the two ends.

What has other needs than the tools of the development environment runs here too: ``nox -s importer``.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import nox

ROOT = pathlib.Path(__file__).resolve().parent
NEEDED = ("ansible-runner", "pytest", "pytest-timeout", "pytest-xdist", "hypothesis", "pyyaml")
VERSIONS = (
    ("3.11", "2.17"),
    ("3.11", "2.18"),
    ("3.11", "2.19"),
    ("3.12", "2.17"),
    ("3.12", "2.21"),
    ("3.13", "2.18"),
    ("3.13", "2.20"),
    ("3.13", "2.21"),
)
"""Python and ansible-core: for each Python the oldest core that knows it and the newest that it offers, and each core at least once."""
ENDS = (VERSIONS[0], VERSIONS[-1])
SINGLE = "tests/integration/test_procedures.py::test_single"

nox.options.envdir = str(ROOT / ".build" / "nox")
nox.options.sessions = ["smoke"]
nox.options.default_venv_backend = "venv"


def interpreter(version: str) -> str:
    """A Python that runs: pyenv leaves commands on PATH that fail when called, while the real ones lie in its folder."""
    candidates = [shutil.which(f"python{version}") or ""]
    candidates += map(
        str, sorted((pathlib.Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"))
    )
    for candidate in filter(None, candidates):
        if (
            subprocess.run([candidate, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode
            == 0
        ):
            return candidate
    return f"python{version}"


def install(session: nox.Session, core: str) -> None:
    session.install("--quiet", f"ansible-core~={core}.0", "-r", str(ROOT / "requirements.txt"), *NEEDED)
    session.run("ansible", "--version")


def test(session: nox.Session, *arguments: str) -> None:
    path = os.pathsep.join([str(pathlib.Path(session.bin)), os.environ["PATH"]])
    environment = {"PATH": path, "PYTHONPATH": f"{ROOT / '.build'}{os.pathsep}{ROOT / 'tests'}", "LC_ALL": "C.UTF-8"}
    session.run("python", "-m", "pytest", "-q", *arguments, env=environment)


@nox.session
@nox.parametrize("python,core", [nox.param(interpreter(python), core, id=f"{python}-{core}") for python, core in ENDS])
def smoke(session: nox.Session, core: str) -> None:
    """One procedure on the oldest and on the newest pair of versions."""
    install(session, core)
    test(session, "--timeout=900", SINGLE)


@nox.session
@nox.parametrize(
    "python,core", [nox.param(interpreter(python), core, id=f"{python}-{core}") for python, core in VERSIONS]
)
def matrix(session: nox.Session, core: str) -> None:
    """The unit tests and one procedure on each pair of versions."""
    install(session, core)
    test(session, "--timeout=900", SINGLE)
    test(session, "--timeout=300", "-n", "auto", "tests/unit")


@nox.session
def importer(session: nox.Session) -> None:
    """What Galaxy's own importer says of the artifact that ``make release`` builds; a warning is a failure."""
    session.install("--quiet", "galaxy-importer")
    folder = ROOT / ".build" / "importer"
    session.run(sys.executable, str(ROOT / "tests" / "tools" / "release.py"), "--dest", str(folder), external=True)
    artifact = next(folder.glob("*.tar.gz"))
    environment = {
        "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": str(folder / "tmp"),
        # Needs containers; the sanity tests are a check of their own.
        "GALAXY_IMPORTER_RUN_ANSIBLE_TEST": "false",
        "LC_ALL": "C.UTF-8",
    }
    with session.chdir(folder):
        output = session.run("python", "-m", "galaxy_importer.main", str(artifact), silent=True, env=environment)
    log = str(output).splitlines()
    (folder / "importer.log").write_text("\n".join([*log, ""]), encoding="utf-8")
    loaded = [line for line in log if line.startswith("Loading ")]
    print(
        "\n".join([*(line for line in log if line not in loaded), f"{len(loaded)} parts of the collection were loaded"])
    )
    if any(line.startswith(("WARNING", "ERROR")) for line in log):
        session.error("Galaxy would take the artifact, but it has something to say")
