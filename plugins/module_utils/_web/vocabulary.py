# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary: which captions name a control, in which language, with the user's own captions added."""

from __future__ import annotations

import typing as t

from .._errors import InputError
from .captions import CAPTIONS
from .words import CONTAINS, NO_MATCH, PREFIX, Said, compare, said

VOCABULARY: t.Final[t.Mapping[str, t.Mapping[str, t.Sequence[str]]]] = CAPTIONS
LANGUAGES: t.Final = ("en", "de")

T = t.TypeVar("T")
Score = tuple[int, int]
Additions = t.Mapping[str, t.Union[t.Sequence[str], t.Mapping[str, t.Union[str, t.Sequence[str]]]]]


def _as_list(value: t.Any, key: str) -> list[str]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) and item.strip() for item in items):
        raise InputError(
            f"vocabulary: the captions of {key} must be a list of texts",
            expected="{control: [caption, ...]} or {control: {en: [...], de: [...]}}",
        )
    return list(items)


class Vocabulary:
    """The known captions by control key, plus ``extra`` ones; extra captions are tried first.

    ``extra`` is ``{control: [caption, ...]}`` (any language) or ``{control: {language: [caption, ...]}}``. A control key
    that is not known raises InputError and lists the keys.
    """

    languages = LANGUAGES

    def __init__(self, extra: Additions | None = None, language: str = "auto") -> None:
        if language != "auto" and language not in LANGUAGES:
            raise InputError(f"language {language!r} is not known", expected=", ".join(("auto", *LANGUAGES)))
        self.language = language
        self.extra: Additions = extra or {}
        self._wanted: dict[str, tuple[tuple[int, Said], ...]] = {}
        self._captions = {
            key: {lang: list(captions) for lang, captions in by_language.items()}
            for key, by_language in CAPTIONS.items()
        }
        for key, additions in (extra or {}).items():
            self._add(key, additions)

    def _add(self, key: str, additions: t.Any) -> None:
        if key not in self._captions:
            raise InputError(
                f"vocabulary: there is no control {key!r}", expected="one of " + ", ".join(sorted(CAPTIONS))
            )
        by_language = additions if isinstance(additions, t.Mapping) else dict.fromkeys(LANGUAGES, additions)
        for language, captions in by_language.items():
            if language not in LANGUAGES:
                raise InputError(
                    f"vocabulary: {key}: language {language!r} is not known", expected=", ".join(LANGUAGES)
                )
            self._captions[key][language] = _as_list(captions, key) + self._captions[key][language]

    @property
    def keys(self) -> tuple[str, ...]:
        """All control keys."""
        return tuple(self._captions)

    def captions(self, key: str, language: str | None = None) -> list[str]:
        """The captions of a control; ``auto`` gives those of all languages."""
        wanted = language or self.language
        chosen = LANGUAGES if wanted == "auto" else (wanted,)
        return list(dict.fromkeys(caption for lang in chosen for caption in self._captions[key][lang]))

    def in_language(self, language: str) -> Vocabulary:
        """The same vocabulary, restricted to one language, or ``auto``."""
        made = Vocabulary(None, language)
        made.extra, made._captions = self.extra, self._captions
        return made

    def score(self, key: str, texts: t.Iterable[str], *, floor: int = CONTAINS, loose: bool = False) -> Score | None:
        """How well the best of the texts says the best of the captions; greater is better, None is not at all.

        First counts how it matches (see words.says), then how likely the caption is.
        """
        wanted = self._taken_apart(key)
        best: Score | None = None
        for text in texts:
            seen = said(text)
            for index, caption in wanted:
                level = compare(seen, caption, loose)
                if level >= floor and level > NO_MATCH and (best is None or (level, -index) > best):
                    best = (level, -index)
        return best

    def _taken_apart(self, key: str) -> tuple[tuple[int, Said], ...]:
        if key not in self._wanted:
            chosen = LANGUAGES if self.language == "auto" else (self.language,)
            self._wanted[key] = tuple(
                (index, said(caption))
                for language in chosen
                for index, caption in enumerate(self._captions[key][language])
            )
        return self._wanted[key]

    def matches(self, key: str, text: str) -> bool:
        """True where the text is one of the captions, or begins with one."""
        return self.score(key, [text], floor=PREFIX) is not None

    def best(
        self,
        key: str,
        items: t.Iterable[T],
        texts: t.Callable[[T], t.Iterable[str]],
        *,
        floor: int = CONTAINS,
        loose: bool = False,
    ) -> list[T]:
        """The items whose texts say the control best, in their order; more than one where they say it equally well."""
        scored = [(self.score(key, texts(item), floor=floor, loose=loose), item) for item in items]
        top = max((score for score, _item in scored if score is not None), default=None)
        return [item for score, item in scored if score is not None and score == top]
