# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pressing a button and going through what may follow: confirmations, a licence agreement, the appliance's answer."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import RefusedByAppliance, SraError, StateError
from .._transport.redact import Redactor
from .._web.controls import Button, Control, Form
from .._web.filling import Values
from .._web.finder import Action
from .._web.messages import Outcome, other_danger, outcome, states_failure
from .._web.pages import PAGES
from .._web.session import Kind, WebSession
from .._web.view import PageView
from .._web.words import PREFIX, SAME_WORDS, stems

# Stems of captions that say nothing of the action itself.
_EMPTY_STEMS: t.Final = frozenset(
    stem for word in ("this", "diese", "now", "jetzt", "for", "auf", "a", "the") for stem in stems(word)
)
MAX_QUESTIONS: t.Final = 4
_FIRST_ERROR_STATUS: t.Final = 400

_QUESTION = re.compile(
    r"\?|\b(are you sure|confirm|confirmation|really|do you want|would you like|about to|please verify"
    r"|sind sie sicher|bestätig\w*|wirklich"
    r"|möchten sie|wollen sie|sicher, dass)\b",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"licen[cs]e agreement|licen[cs]ing agreement|end.user licen[cs]e|\beula\b|terms and conditions"
    r"|licen[cs]e terms|lizenzvereinbarung|lizenzvertrag|lizenzbedingungen|endbenutzer",
    re.IGNORECASE,
)
_REFUSAL = re.compile(r"\b(do not|don.t|not|decline|disagree|reject|nicht|ablehnen|lehne)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Result:
    """Where a press led to, and the appliance's own words about it."""

    view: PageView
    said: Outcome
    redactor: Redactor = dataclasses.field(repr=False)

    @property
    def message(self) -> str:
        """What the page says of success; else its marked messages; else its new sentences."""
        marked = " ".join(message.text for message in self.view.messages if message.text in self.said.news)
        sentences = " ".join(line for line in self.said.news if line.endswith((".", "!")))
        return self.said.text or marked or self.redactor.beginning(sentences, 400)


@dataclasses.dataclass(frozen=True)
class _Answer:
    """How to answer a page: which button or link, which boxes to tick."""

    action: Action
    ticks: dict[Control, bool] = dataclasses.field(default_factory=dict)


_Signature = tuple[tuple[str, ...], tuple[str, ...]]


def _signature(form: Form) -> _Signature:
    """What a person sees of a form: its buttons and the labels of its controls."""
    buttons = tuple(sorted(button.caption for button in form.buttons if button.visible))
    return buttons, tuple(sorted(label for control in form.shown for label in control.labels[:1]))


def _parts(view: PageView) -> set[t.Any]:
    """What a page offered: its forms as a person sees them, where its links lead, and its headings."""
    headings = {("heading", heading) for heading in view.headings}
    return {_signature(form) for form in view.forms} | {link.url for link in view.links} | headings


@dataclasses.dataclass(frozen=True)
class Press:
    """One action on one page: ``key`` is its control, ``purpose`` says it in words for people.

    ``done`` tells from a page that the action was done, whatever else the page says.
    """

    web: WebSession
    page: str
    key: str
    purpose: str
    kind: Kind = "write"
    accept_license: bool = False
    done: t.Callable[[PageView], bool] = lambda _view: False

    def run(self, view: PageView, action: Action, values: Values | None = None) -> Result:
        """Press, answer up to four questions, and judge the answer. Raises RefusedByAppliance with the appliance's words."""
        after = self.web.press(view, action, values, purpose=self.purpose, kind=self.kind, page=self.page)
        return self.judge(view, after)

    def judge(self, view: PageView, after: PageView) -> Result:
        """The same from the page on that the press has led to."""
        known = set(view.all_lines())
        before = _parts(view)
        for _question in range(MAX_QUESTIONS):
            said = outcome(known, after)
            answer = None if self.done(after) else self._answer(after, said, before)
            if answer is None:
                break
            known |= after.all_lines()
            before |= _parts(after)
            after = self.web.press(
                after, answer.action, answer.ticks, purpose=f"confirm to {self.purpose}", kind=self.kind, page=self.page
            )
        else:
            raise self.web.page_error(
                after, f"to {self.purpose}: the appliance keeps asking", key="confirm", page=self.page
            )
        said = outcome(known, after)
        if after.status >= _FIRST_ERROR_STATUS:
            raise self.refused(said.text or self.web.redactor.beginning(after.text, 300))
        if self.done(after):
            return Result(after, dataclasses.replace(said, errors=()), self.web.redactor)
        if said.errors:
            said = self._without_standing_text(said)
        if said.errors:
            raise self.refused(said.text)
        self._refuse_unanswered(after, said, before)
        return Result(after, said, self.web.redactor)

    def _refuse_unanswered(self, view: PageView, said: Outcome, before: t.AbstractSet[t.Any]) -> None:
        """A question or an agreement that no answer was found for is not the end of what was asked for."""
        text = "\n".join(said.news)
        asks = any(_QUESTION.search(line) for line in said.news)
        declining = set(self._cancelling(view, [button for button in view.buttons if button.visible]))
        for form in view.forms:
            if form.index < 0 or _signature(form) in before:
                continue
            buttons = [button for button in form.buttons if button.visible]
            declined = [button for button in buttons if button in declining]
            answers = len(buttons) > len(declined)
            has_box = any(control.type == "checkbox" for control in form.shown)
            to_tick = any(c.type == "checkbox" and c.required and not c.checked for c in form.shown)
            if (
                to_tick
                or (asks and (declined or (declining and answers)))
                or (_LICENCE.search(text) and (has_box or (declined and answers)))
            ):
                key = "accept_license" if _LICENCE.search(text) else "confirm"
                raise self.web.page_error(
                    view,
                    f"to {self.purpose}: the appliance asks something that is not understood",
                    key=key,
                    page=self.page,
                    seen=self.web.redactor.beginning(text, 300),
                    candidates=[*(b.caption for b in buttons), *(c.caption for c in form.shown)],
                )

    def _without_standing_text(self, said: Outcome) -> Outcome:
        """Leave out what the page says anyway: an answer is gone when the page is read again, a note or a rule stays."""
        try:
            standing = self.web.open(self.page).all_lines()
        except SraError:
            return said
        errors = tuple(text for text in said.errors if not all(line in standing for line in text.splitlines()))
        return dataclasses.replace(said, errors=errors)

    @property
    def _where(self) -> str:
        return f"{self.web.start} > {PAGES[self.page].names}"

    def refused(self, words: str) -> RefusedByAppliance:
        """The appliance said no, in its own words."""
        return RefusedByAppliance(
            f"the appliance refused to {self.purpose}",
            seen=self.web.redactor.text(words),
            appliance=self.web.label,
            page=self._where,
            state="the appliance reports that it was not done",
        )

    def _answer(self, view: PageView, said: Outcome, before: t.AbstractSet[t.Any]) -> _Answer | None:
        """How to answer, where the page is a question about what was just asked for."""
        text = "\n".join(said.news) + "\n" + "\n".join(view.headings)
        accept = self._licence(view, text, before)
        if accept is not None:
            return accept
        if any(states_failure(words) for words in said.errors):
            return None
        answer = self._confirmation(view, said, before)
        if answer is not None and _LICENCE.search(text):
            self._refuse_blind_acceptance(view, answer, before)
        return answer

    def _refuse_blind_acceptance(self, view: PageView, answer: _Answer, before: t.AbstractSet[t.Any]) -> None:
        """Going on from an agreement is accepting it: only if that is wanted, and no box on it is left open."""
        if not self.accept_license:
            raise self._licence_not_accepted()
        new = [form for form in view.forms if _signature(form) not in before]
        boxes = [c for form in new for c in form.shown if c.type in ("checkbox", "radio") and not c.checked]
        if any(box not in answer.ticks for box in boxes):
            raise self.web.page_error(
                view,
                "the box that accepts the licence agreement was not found or is not the only one",
                key="accept_license",
                page=self.page,
                candidates=[box.caption for box in boxes],
            )

    def _licence_not_accepted(self) -> StateError:
        return StateError(
            f"to {self.purpose}: the appliance asks to accept a licence agreement",
            appliance=self.web.label, page=self._where, state="not accepted; nothing was installed",
            advice="Read the agreement and set accept_license to true.",
        )  # fmt: skip

    def _licence(self, view: PageView, text: str, before: t.AbstractSet[_Signature]) -> _Answer | None:
        if not _LICENCE.search(text):
            return None
        for form in view.forms:
            if form.index < 0 or form.method != "POST":
                continue
            ticks = self._ticks(form, "accept_license") or self._only_tick(form)
            buttons = [b for b in form.buttons if b.visible and not b.disabled and not _REFUSAL.search(b.caption)]
            found = self._named(buttons, "accept_license")
            if not found and ticks:
                found = self._named(buttons, self.key) or self._named(buttons, "confirm") or self._named(buttons, "go")
                found = found or self._only_way_on(view, buttons)
            if not found:
                continue
            if _signature(form) in before:
                raise self.refused(text)
            if not self.accept_license:
                raise self._licence_not_accepted()
            if len(found) > 1:
                raise self.web.page_error(
                    view, "several buttons accept the licence agreement", key="accept_license", page=self.page
                )
            return _Answer(found[0], ticks)
        return None

    def _only_way_on(self, view: PageView, buttons: t.Sequence[Button]) -> list[Button]:
        """The button of a ticked agreement however it is worded: the only one that does not turn back."""
        cancelling = self._cancelling(view, buttons)
        left = [button for button in buttons if button not in cancelling]
        return left if len(left) == 1 else []

    def _only_tick(self, form: Form) -> dict[Control, bool]:
        """The box of an agreement however it is worded: the only control that there is, and no refusal."""
        shown = [c for c in form.shown if not c.disabled]
        only = len(shown) == 1 and shown[0].type == "checkbox" and not any(map(_REFUSAL.search, shown[0].labels[:1]))
        return {shown[0]: True} if only else {}

    def _ticks(self, form: Form, key: str) -> dict[Control, bool]:
        boxes = [c for c in form.shown if c.type in ("checkbox", "radio") and not c.disabled]
        boxes = [c for c in boxes if not any(_REFUSAL.search(label) for label in c.labels[:1])]
        found = self.web.vocabulary.best(key, boxes, lambda c: c.labels, loose=True)
        required = [c for c in boxes if c.type == "checkbox" and c.required]
        return dict.fromkeys(found if len(found) == 1 else required if len(required) == 1 and found else [], True)

    def _named(self, buttons: t.Sequence[Button], key: str) -> list[Button]:
        return self.web.vocabulary.best(key, buttons, lambda b: b.captions)

    def _confirmation(self, view: PageView, said: Outcome, before: t.AbstractSet[t.Any]) -> _Answer | None:
        asks = any(_QUESTION.search(line) for line in said.news) or any(
            _QUESTION.search(h) for h in view.headings if h in said.news
        )
        # What was there before, such as the OK of a choice of languages, answers nothing; only the action itself may be asked for again.
        for form in sorted(view.forms, key=lambda form: _signature(form) in before):
            if form.index < 0:
                continue
            buttons = [b for b in form.buttons if b.visible and not b.disabled]
            cancelling = self._cancelling(view, buttons)
            answers = [b for b in buttons if b not in cancelling]
            is_new = _signature(form) not in before
            found = self._named(answers, self.key) or (self._named(answers, "confirm") if is_new else [])
            if not found and is_new and cancelling:
                found = [button for button in answers if self._repeats(button)]
            again = is_new and self._asked_again(view, before, form, answers)
            if again:
                found = answers
            if len(found) != 1 or not (asks or cancelling or again):
                continue
            if said.errors and not (is_new and cancelling and not any(control.is_text for control in form.shown)):
                # Words that forbid or warn belong to a question that can be declined, not to a form that came back.
                continue
            if not (asks or again) and not (said.news and is_new):
                # Without a question, only a form that was not there before is one: the page may simply show itself again.
                continue
            self._refuse_other_danger(view, said)
            return _Answer(found[0], self._ticks(form, "confirm_tick"))
        answer = self._by_link(view, before) if asks else None
        if answer is not None:
            self._refuse_other_danger(view, said)
        return answer

    def _asked_again(
        self, view: PageView, before: t.AbstractSet[t.Any], form: Form, answers: t.Sequence[Button]
    ) -> bool:
        """A page about nothing but the action: a new heading names it, and all that can be done is to press it again.

        What begins with another word than the action, such as Stop, is never taken for it.
        """
        if len(answers) != 1 or any(control.type != "checkbox" for control in form.shown):
            return False
        if [control for control in form.shown if control not in self._ticks(form, "confirm_tick")]:
            return False
        others = [button for button in view.buttons if button.visible and button.form not in (None, form.index)]
        new = [heading for heading in view.headings if ("heading", heading) not in before]
        named = any(self._says_again(heading) for heading in new)
        return named and self._says_again(answers[0].caption) and not any(self._says_again(b.caption) for b in others)

    def _says_again(self, text: str) -> bool:
        """True for the words of a caption of the action, some perhaps left out, the first one the same."""
        seen = [stem for stem in stems(text) if stem not in _EMPTY_STEMS]
        for caption in self.web.vocabulary.captions(self.key):
            wanted = [stem for stem in stems(caption) if stem not in _EMPTY_STEMS]
            if seen and wanted and seen[0] == wanted[0] and set(seen) <= set(wanted):
                return True
        return False

    def _refuse_other_danger(self, view: PageView, said: Outcome) -> None:
        about = " ".join(line for line in said.news if _QUESTION.search(line))
        if other_danger(about, self.purpose):
            raise self.web.page_error(
                view,
                f"to {self.purpose}: the appliance asks about something else",
                key="confirm",
                page=self.page,
                seen=about,
            )

    def _by_link(self, view: PageView, before: t.AbstractSet[t.Any]) -> _Answer | None:
        """A question that is answered by links: one new link that says yes beside one that declines."""
        links = [link for link in view.links if link.visible and not link.aside and not link.disabled]
        new = [link for link in links if link.url not in before]
        found = self.web.vocabulary.best("confirm", new, lambda link: link.captions, floor=SAME_WORDS)
        declining = [link for link in links if self.web.vocabulary.score("cancel", link.captions, floor=PREFIX)]
        return _Answer(found[0]) if len(found) == 1 and declining else None

    def _repeats(self, button: Button) -> bool:
        """A button that begins with a yes, or says again in other words what was asked for."""
        vocabulary = self.web.vocabulary
        if vocabulary.score("confirm", button.captions, floor=PREFIX, loose=True) is not None:
            return True
        asked = {stem for caption in vocabulary.captions(self.key) for stem in stems(caption)} - _EMPTY_STEMS
        return bool(asked & {stem for caption in button.captions for stem in stems(caption)})

    def _cancelling(self, view: PageView, buttons: t.Sequence[Button]) -> list[Action]:
        offers: list[Action] = [*buttons, *(link for link in view.links if link.visible and not link.aside)]
        return [item for item in offers if self.web.vocabulary.score("cancel", item.captions, floor=PREFIX) is not None]
