# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marks of tests that need what not every machine has."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import is_installed

needs_browser = pytest.mark.skipif(
    not is_installed(), reason="the optional driver for pages drawn by scripts needs Chromium and playwright"
)
