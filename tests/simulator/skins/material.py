# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A single-page application of another make: the same data, drawn by the components of a framework (`material.js`)."""

from __future__ import annotations

from pathlib import Path

from .application import ApplicationSkin


class Material(ApplicationSkin):
    script = Path(__file__).with_suffix(".js")


SKIN = Material
