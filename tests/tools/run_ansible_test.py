#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test on a copy of the collection: ``run_ansible_test.py sanity ...``, or only make the copy.

ansible-test wants the collection at ``ansible_collections/bseries/sra``, and it follows what lies there. The copy in
``.build/copy`` holds the files that git tracks or would track, and nothing else. It is a repository of its own, or
tools would ask the one around it, which ignores it.

ansible-test starts by downloading pip from a server of its own. Here pip comes from the same package index as
everything else; where that fails, ansible-test downloads it as usual.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import ansible_test

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
COPY = BUILD / "copy" / "ansible_collections" / "bseries" / "sra"
HOME = BUILD / "ansible-test"

GET_PIP = """\
import runpy
import sys

sys.path.insert(0, {wheel!r})
options = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel") and not a.startswith("pip==")]
sys.argv = ["pip", "install", "--no-index", *options, {wheel!r}]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def refresh_copy() -> None:
    """Make the copy equal to the checkout; files that did not change keep their time stamp."""
    # Git refuses a checkout that another user owns, which is usual in a container.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode()
    COPY.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "--quiet", COPY], check=True)
    wanted = {Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for old in sorted(COPY.rglob("*"), reverse=True):
        relative = old.relative_to(COPY)
        if relative.parts[0] == ".git" or relative.parts[:2] == ("tests", "output"):
            continue
        if old.is_dir() and not old.is_symlink():
            if not any(old.iterdir()):
                old.rmdir()
        elif relative not in wanted:
            old.unlink()
    for relative in wanted:
        source, target = ROOT / relative, COPY / relative
        if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    subprocess.run(["git", "add", "--all"], cwd=COPY, check=True)


def provide_pip() -> None:
    """Put pip, in the version that this ansible-test asks for, where ansible-test looks before it downloads."""
    source = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    version = re.search(r"pip='([0-9.]+)'", source)
    if not version:
        return
    cache = HOME / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version[1].replace('.', '_')}.py"
    if script.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if subprocess.run([*command, "--dest", cache, f"pip=={version[1]}"], check=False).returncode == 0:
        wheel = cache / f"pip-{version[1]}-py3-none-any.whl"
        script.write_text(GET_PIP.format(wheel=str(wheel)), encoding="utf-8")


def environment() -> dict[str, str]:
    """The environment for ansible-test: its own home, and no Python that only pretends to be one.

    ansible-test keeps environments of its own in the home folder and ignores the settings of pip that come from
    the environment, so that the user's configuration of pip is linked into that home. The commands that pyenv leaves
    on PATH for Pythons that are not active fail when called.
    """
    real_home = Path.home()
    for relative in (Path(".config/pip"), Path(".pip")):
        link = HOME / relative
        if (real_home / relative).is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(real_home / relative)
    links = BUILD / "python"
    links.mkdir(parents=True, exist_ok=True)
    link = links / f"python{sys.version_info.major}.{sys.version_info.minor}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(sys.executable).resolve())
    others = [entry for entry in os.environ["PATH"].split(os.pathsep) if Path(entry).name != "shims"]
    path = os.pathsep.join([str(Path(sys.prefix, "bin")), str(links), *others])
    return {**os.environ, "HOME": str(HOME), "PATH": path}


def main() -> None:
    refresh_copy()
    if len(sys.argv) > 1:
        HOME.mkdir(parents=True, exist_ok=True)
        provide_pip()
        command = [str(Path(sys.prefix, "bin", "ansible-test")), *sys.argv[1:]]
        os.chdir(COPY)
        os.execve(command[0], command, environment())


if __name__ == "__main__":
    main()
