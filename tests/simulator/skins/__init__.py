# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The skins: markup, addresses, field names and language of simulated appliances."""

from __future__ import annotations

import importlib

from .base import Skin


def make_skin(name: str, seed: int) -> Skin:
    """The skin that the module `skins.<name>` defines as `SKIN`; `seed` is for skins that vary by chance."""
    if not name.isidentifier():
        raise ValueError(f"not a skin name: {name!r}")
    skin: Skin = importlib.import_module(f".{name}", __package__).SKIN(seed)
    return skin
