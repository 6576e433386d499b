# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The single-page application in German."""

from __future__ import annotations

from .application import ApplicationSkin
from .modern_german import ModernGerman


class ApplicationGerman(ApplicationSkin):
    wording = ModernGerman.wording


SKIN = ApplicationGerman
