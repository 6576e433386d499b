# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies over a page of an application, or is folded away in it: notices, the end of the session, menus."""

from __future__ import annotations

import re
import typing as t

from .._web import dom, recognise
from .._web.controls import Button
from .._web.view import PageView
from .._web.vocabulary import Vocabulary
from .page_scripts import MODAL, REF

_QUESTION: t.Final = re.compile(r"\?|\b(confirm|are you sure|bestätig\w*|sind sie sicher)\b", re.IGNORECASE)
_LATER: t.Final = re.compile(
    r"^(?:close|got it|dismiss|not now|maybe later|later|skip(?: tour)?|no,? thanks|ok(?:ay)?|schließen|verstanden|später"
    r"|nicht jetzt|überspringen|nein,? danke|[×✕x])[.!]?$",
    re.IGNORECASE,
)
_ACCOUNT: t.Final = re.compile(r"\b(account|profile|user|konto|profil|benutzer)\b", re.IGNORECASE)


def modal_of(root: t.Any) -> t.Any:
    """The dialog that keeps everything else from being used; None where there is none."""
    return next(
        (element for element in root.iter() if dom.is_element(element) and element.get(MODAL) is not None), None
    )


def says_session_is_over(root: t.Any) -> bool:
    """True where a dialog says that whoever looks at the page is signed out."""
    modal = modal_of(root)
    return modal is not None and recognise.says_session_over(dom.text_of(modal))


def dismissal(view: PageView, vocabulary: Vocabulary) -> Button | None:
    """The button that closes a notice above the page; None where it asks, binds, or wants anything else."""
    modal = modal_of(view.root)
    if modal is None:
        return None
    text = dom.text_of(modal, form_parts=True)
    inside = [control for form in view.forms for control in form.shown if dom.contains(modal, control.element)]
    if inside or _QUESTION.search(text) or recognise.binds(text) or recognise.says_session_over(text):
        return None
    buttons = [one for one in view.buttons if one.visible and not one.disabled and dom.contains(modal, one.element)]
    closing = [one for one in buttons if any(map(_LATER.match, one.captions))]
    if not closing and len(buttons) == 1 and vocabulary.best("continue", buttons, lambda one: one.captions):
        closing = buttons
    return closing[0] if closing else None


def folded(view: PageView, username: str) -> list[str]:
    """Numbers of what unfolds a menu, the one of the account first."""
    found: list[tuple[int, str]] = []
    for element in view.root.iter():
        if not dom.is_element(element) or element.get(REF) is None or not dom.visible(element):
            continue
        if element.get("aria-haspopup") not in ("menu", "true") and element.get("aria-expanded") != "false":
            continue
        if element.tag in ("select", "input"):
            continue
        text = " ".join(
            filter(None, (dom.text_of(element, form_parts=True), element.get("aria-label"), element.get("title")))
        )
        rank = 0 if username.casefold() in text.casefold() else 1 if _ACCOUNT.search(text) else 2 if not text else 3
        found.append((rank, element.get(REF)))
    return [ref for _rank, ref in sorted(found, key=lambda one: one[0])]
