# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Management > Security: whether the inter-appliance key is set; the key itself is never returned."""

from __future__ import annotations

import re
import typing as t

from .._web.session import WebSession

_ABSENT = re.compile(
    r"^(none|not set|not configured|empty|-+|–|keine?r?|nicht (?:fest)?gesetzt|nicht festgelegt"
    r"|nicht konfiguriert|leer)$",
    re.IGNORECASE,
)


def read(web: WebSession) -> dict[str, t.Any]:
    """``pre_shared_key_present``: True, False, or None where the page does not show whether a key is set."""
    view = web.open("login_security")
    finder = web.finder(view, "login_security")
    fields = finder.controls("pre_shared_key", types=("text", "password", "textarea"))
    for field in fields:
        web.redactor.add(field.value)
    if len({bool(field.value) for field in fields}) > 1:
        raise finder.fail(
            "one field of the inter-appliance key is filled in and another is empty",
            key="pre_shared_key",
            candidates=[field.caption for field in fields],
        )
    if fields:
        field = fields[0]
        return {"pre_shared_key_present": True if field.value else None if field.type == "password" else False}
    fact = finder.fact("pre_shared_key")
    if fact is None:
        seen = [label for control in view.controls for label in control.labels] + [fact.label for fact in view.facts]
        raise finder.fail("the inter-appliance key was not found", key="pre_shared_key", candidates=seen)
    return {"pre_shared_key_present": not _ABSENT.match(fact.value)}
