# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding one thing on a page by what the page says; more or less than one is an error, never a guess."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import PageError
from . import dom
from .controls import Button, Control, Form
from .facts import Fact
from .navigation import Link
from .view import PageView
from .vocabulary import Vocabulary
from .words import CONTAINS, PREFIX

Action = t.Union[Button, Link]
TEXT_LIKE: t.Final = ("text", "password", "email", "url", "tel", "search", "number", "textarea")


class Failure(t.Protocol):
    """Makes the PageError of a page: what was looked for, which captions, what was seen."""

    def __call__(
        self, message: str, *, key: str | None = None, candidates: t.Sequence[str] = (), seen: str | None = None
    ) -> PageError: ...


@dataclasses.dataclass(frozen=True)
class Finder:
    """Looks on one page with one vocabulary."""

    view: PageView
    vocabulary: Vocabulary
    fail: Failure

    # Actions: buttons, and links that look like buttons

    def actions(
        self, key: str, *, within: t.Any = None, form: Form | None = None, also_disabled: bool = False
    ) -> list[Action]:
        """All that best say the caption; what is disabled only on request."""
        found: list[Action] = [
            button
            for button in self.view.buttons
            if button.visible and (also_disabled or (not button.disabled and button.form is not None))
        ]
        buttons = {id(button.element) for button in found}
        if form is not None:
            found = [button for button in found if isinstance(button, Button) and button.form == form.index]
        else:
            found += [
                link
                for link in self.view.links
                if link.visible
                and not link.aside
                and (also_disabled or not link.disabled)
                and id(link.element) not in buttons
            ]
        if within is not None:
            found = [action for action in found if dom.contains(within, action.element)]
        best = self.vocabulary.best(key, found, lambda action: action.captions)
        return best or self._listed_actions(key, within, form, also_disabled)

    def _listed_actions(self, key: str, within: t.Any, form: Form | None, also_disabled: bool) -> list[Action]:
        """Entries of a list of actions that say the caption, each together with the one button that carries it out."""
        found: list[Action] = []
        for owner in [form] if form is not None else self.view.forms:
            for control in owner.shown:
                if control.type == "select" and not control.multiple and (also_disabled or not control.disabled):
                    found += self._entries_of(owner, control, also_disabled)
        if within is not None:
            found = [action for action in found if dom.contains(within, action.element)]
        return self.vocabulary.best(key, found, lambda action: action.captions, floor=PREFIX)

    def _entries_of(self, form: Form, control: Control, also_disabled: bool) -> list[Button]:
        usable = [button for button in form.buttons if button.visible and (also_disabled or not button.disabled)]
        carriers = self.vocabulary.best("go", usable, lambda button: button.captions) or usable
        if len(carriers) != 1:
            return []
        return [
            dataclasses.replace(
                carriers[0],
                captions=(option.text,),
                disabled=carriers[0].disabled or option.disabled or control.disabled,
                section=control.section,
                element=control.element,
                chooses=((control, option.value),),
            )
            for option in control.options
            if option.value and option.text and (also_disabled or not option.disabled)
        ]

    def action(self, key: str, *, within: t.Any = None, form: Form | None = None) -> Action:
        """The one button or link with the caption."""
        found = self.actions(key, within=within, form=form)
        if len(found) == 1:
            return found[0]
        if not found:
            seen = [*(button.caption for button in self.view.buttons), *(link.caption for link in self.view.links)]
            disabled = self.actions(key, within=within, also_disabled=True)
            why = "is disabled" if disabled else "was not found"
            raise self.fail(f"the button {self._name(key)} {why}", key=key, candidates=seen)
        raise self.fail(
            f"the button {self._name(key)} is there {len(found)} times and nothing tells which one is meant",
            key=key,
            candidates=[action.caption for action in found],
        )

    def button_in(self, form: Form, key: str) -> Button:
        """The one button of a form with the caption, or the only button that the form has."""
        found = [action for action in self.actions(key, form=form) if isinstance(action, Button)]
        if not found:
            usable = [button for button in form.buttons if button.visible and not button.disabled]
            cancelling = self.vocabulary.best("cancel", usable, lambda button: button.captions, floor=PREFIX)
            found = [button for button in usable if button not in cancelling]
            if len(found) != 1 or self.vocabulary.best(key, found, lambda button: button.captions, loose=True) != found:
                raise self.fail(
                    f"the button {self._name(key)} was not found in the form",
                    key=key,
                    candidates=[b.caption for b in form.buttons],
                )
        if len(found) > 1:
            raise self.fail(f"the button {self._name(key)} is in the form {len(found)} times", key=key)
        return found[0]

    # Controls

    def controls(
        self,
        key: str,
        *,
        types: t.Collection[str] | None = None,
        form: Form | None = None,
        within: t.Any = None,
        loose: bool = False,
    ) -> list[Control]:
        """All shown controls that best say the caption."""
        found = [
            control
            for control in (form.controls if form is not None else self.view.controls)
            if control.visible and not control.disabled and (types is None or control.type in types)
        ]
        if within is not None:
            found = [control for control in found if dom.contains(within, control.element)]
        return self.vocabulary.best(key, found, lambda control: control.labels, loose=loose)

    def control(self, key: str, **where: t.Any) -> Control:
        """The one control with the label."""
        found = self.controls(key, **where)
        if len(found) == 1:
            return found[0]
        if not found:
            seen = [label for control in self.view.controls for label in control.labels]
            raise self.fail(f"the field {self._name(key)} was not found", key=key, candidates=seen)
        raise self.fail(
            f"the field {self._name(key)} is there {len(found)} times and nothing tells which one is meant",
            key=key,
            candidates=[" > ".join((*control.section, control.caption)) for control in found],
        )

    def form_of(self, part: Control | Button) -> Form:
        """The form that a control or button belongs to."""
        for form in self.view.forms:
            if part.form is not None and form.index == part.form and form.index >= 0:
                return form
        caption = part.caption
        raise self.fail(f"{caption!r} belongs to no form, so nothing can be sent")

    # Reading

    def facts(self, key: str, *, within: t.Any = None, floor: int = CONTAINS, loose: bool = False) -> list[Fact]:
        """All pairs whose label best says the caption."""
        found = [fact for fact in self.view.facts if within is None or dom.contains(within, fact.element)]
        return self.vocabulary.best(key, found, lambda fact: (fact.label,), floor=floor, loose=loose)

    def fact(self, key: str, *, within: t.Any = None, where: t.Callable[[str], bool] = bool) -> Fact | None:
        """The one value under the caption that fits; None where there is none, or where several contradict each other."""
        found = [fact for fact in self.view.facts if within is None or dom.contains(within, fact.element)]
        fitting = [fact for fact in found if where(fact.value)]
        best = self.vocabulary.best(key, fitting, lambda fact: (fact.label,))
        return best[0] if best and all(fact.value == best[0].value for fact in best) else None

    def states(self, key: str, text: str) -> bool:
        """True where a text says the caption anywhere."""
        return self.vocabulary.score(key, [text]) is not None or any(
            caption.casefold() in text.casefold() for caption in self.vocabulary.captions(key) if " " in caption
        )

    def _name(self, key: str) -> str:
        return f"{self.vocabulary.captions(key)[0]!r}"
