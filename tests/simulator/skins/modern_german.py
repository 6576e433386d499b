# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The present-day look in German."""

from __future__ import annotations

from .modern_english import ModernEnglish
from .wording import Wording, german_clock
from .wording.modern import MODERN_GERMAN


class ModernGerman(ModernEnglish):
    wording = Wording("de", german_clock, MODERN_GERMAN)


SKIN = ModernGerman
