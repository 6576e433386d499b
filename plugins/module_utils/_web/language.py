# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which language a page is in: by what its menus say, and where that says nothing, by what it states of itself."""

from __future__ import annotations

import typing as t

from .pages import MENUS, PAGES
from .view import PageView
from .vocabulary import LANGUAGES, Vocabulary
from .words import SAME_WORDS

_KEYS: t.Final = tuple(dict.fromkeys((*MENUS, *(spec.leaf for spec in PAGES.values()), "sign_out", "save_changes")))


def language_of(view: PageView, vocabulary: Vocabulary) -> str | None:
    """``en`` or ``de``; None where neither menus nor the page's own statement tell."""
    texts = [caption for link in view.links for caption in link.captions]
    texts += [caption for button in view.buttons for caption in button.captions]
    counts = {language: _said(texts, vocabulary.in_language(language)) for language in LANGUAGES}
    best = max(counts.values())
    leading = [language for language, count in counts.items() if count == best]
    if best and len(leading) == 1:
        return leading[0]
    return view.language if view.language in LANGUAGES else None


def _said(texts: t.Sequence[str], vocabulary: Vocabulary) -> int:
    return sum(vocabulary.score(key, texts, floor=SAME_WORDS) is not None for key in _KEYS)
