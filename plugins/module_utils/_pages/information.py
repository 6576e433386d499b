# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Status: the product's version and build as the site's own pages show them."""

from __future__ import annotations

import typing as t

from .._web.session import WebSession
from .basics import read_product


def read(web: WebSession) -> dict[str, t.Any]:
    """``product_version``, ``product_build`` (None where the page does not tell) and ``facts``."""
    view = web.open("information")
    version, build = read_product(web.finder(view, "information"))
    return {
        "product_version": version,
        "product_build": build,
        "facts": {fact.label: fact.value for fact in reversed(view.facts)},
    }
