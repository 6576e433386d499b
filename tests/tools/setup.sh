#!/bin/sh
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# usage: tests/tools/setup.sh run|dev
# Makes .venv, or brings it up to date with requirements/<kind>.txt. Does nothing when it already is.
set -eu

kind=${1:?usage: setup.sh run|dev}
cd "$(dirname "$0")/../.."
lock=requirements/$kind.txt
venv=$PWD/.venv

# pyenv leaves commands on PATH that fail when called, so a Python counts only if it runs.
find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    {
        echo "No usable Python found. Needed: Python 3.11, 3.12 or 3.13 with its venv module."
        for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
            if "$candidate" -c '' 2>/dev/null; then
                reason=$("$candidate" -c 'import sys; print("is Python %d.%d" % sys.version_info[:2])')
                "$candidate" -c 'import venv, ensurepip' 2>/dev/null || reason="$reason, without venv (Debian: apt install python3-venv)"
                echo "  $candidate $reason"
            fi
        done
        echo "Install one, or name it: make setup PYTHON=/path/to/python3.12"
    } >&2
    return 1
}

# A virtual environment holds absolute paths: in a moved or copied checkout it is made anew.
if [ "$(cat "$venv/.made-for" 2>/dev/null)" != "$venv" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    echo "$venv" >"$venv/.made-for"
fi

# dev contains run, at the same versions.
for done in "$kind" dev; do
    if cmp -s "requirements/$done.txt" "$venv/.installed-$done.txt"; then
        exit 0
    fi
done

echo "Installing $lock into .venv"
rm -f "$venv"/.installed-*.txt
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
cp "$lock" "$venv/.installed-$kind.txt"
