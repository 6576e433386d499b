# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The markup of someone else, in German."""

from __future__ import annotations

from .other_hands import OtherHands
from .wording import Wording, german_long


class OtherHandsGerman(OtherHands):
    wording = Wording("de", german_long)


SKIN = OtherHandsGerman
