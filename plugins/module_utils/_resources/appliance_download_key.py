# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The appliance's download key, into a file of its own (MAN-1); it is in no result and no log."""

from __future__ import annotations

import pathlib
import typing as t

from .._errors import InputError
from .._module import Connect, Params
from .._offline.keys import fingerprint
from .._pages import download_key as key_page
from .._transport.files import atomic_file, make_private_folder


def run(params: Params, check_mode: bool, connect: Connect) -> dict[str, t.Any]:
    """Read the key and write it to ``dest`` (0600) where it is not there yet."""
    dest = pathlib.Path(params["dest"])
    if dest.is_dir():
        raise InputError(f"dest {dest} is a folder", expected="a file")
    with connect(params) as connection:
        connection.require("The download key", appliance=True)
        key = key_page.read(connection.appliance_web)
        content = f"{key}\n".encode()
        changed = not dest.is_file() or dest.read_bytes() != content or bool(dest.stat().st_mode & 0o077)
        if changed and not check_mode:
            make_private_folder(dest.parent)
            with atomic_file(dest) as file:
                file.write(content)
        return {"changed": changed, "dest": str(dest), "fingerprint": fingerprint(key)}
