#!/bin/sh
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# One lock for every supported Python, with hashes, so that an install brings exactly what was tested.
set -eu

cd "$(dirname "$0")/../.."
python3 -m venv .build/lock
.build/lock/bin/pip install --quiet --disable-pip-version-check uv
compile() {
    .build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "$@"
}
compile requirements/dev.in --output-file requirements/dev.txt
compile requirements/run.in --constraints requirements/dev.txt --output-file requirements/run.txt
