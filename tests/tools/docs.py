#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the documentation site: guides from ``docs``, and a page for each module, filter, callback and role.

The pages are put together in ``.build/docsite/source``, the site is ``.build/docsite/html``. A warning is an error:
a link that leads nowhere, a page that no menu leads to, an option that is named and does not exist.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".build"))

from ansible_collections.bseries.sra.plugins.module_utils._web.captions import CAPTIONS  # noqa: E402 (found in .build)

SITE = ROOT / ".build" / "docsite"
SOURCE = SITE / "source"
HTML = SITE / "html"
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
    "LC_ALL": "C.UTF-8",
    # antsibull-docs leaves a log file in the home folder.
    "HOME": str(SITE),
}


def assemble() -> None:
    """The guides as they stand in ``docs``, and the pages that antsibull-docs makes of the collection."""
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE, ignore=shutil.ignore_patterns("docsite"))
    for path in (ROOT / "docs" / "docsite").iterdir():
        shutil.copy2(path, SOURCE)
    command = ["collection", "--use-current", "--no-indexes", "--fail-on-error", "--dest-dir", str(SOURCE)]
    subprocess.run([BIN / "antsibull-docs", *command, "bseries.sra"], check=True, env=ENVIRONMENT, cwd=SITE)
    (SOURCE / "vocabulary.md").write_text(vocabulary(), encoding="utf-8")


def vocabulary() -> str:
    """A page with every control that ``sra_vocabulary`` may name, and the captions that are known for it."""
    rows = [
        f"| `{control}` | {', '.join(captions['en'])} | {', '.join(captions['de'])} |"
        for control, captions in sorted(CAPTIONS.items())
    ]
    head = (
        "# The vocabulary\n\nEvery control and page by the name that `sra_vocabulary` takes, with the captions that are "
        "known for it, likelier ones first. Case, spaces, colons and number do not matter."
    )
    return "\n".join([head, "", "| name | English | German |", "|---|---|---|", *rows, ""])


def build() -> int:
    """The exit code of sphinx-build."""
    options = ["-q", "-b", "html", "-W", "--keep-going", "-d", str(SITE / "doctrees")]
    return subprocess.run(
        [BIN / "sphinx-build", *options, SOURCE, HTML], check=False, env=ENVIRONMENT, cwd=SITE
    ).returncode


def main() -> int:
    assemble()
    status = build()
    if not status:
        print(f"The documentation is in {(HTML / 'index.html').relative_to(ROOT)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
