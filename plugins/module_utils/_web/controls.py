# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forms, their controls with every text that names them, and their buttons."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._numbers import whole_number
from . import dom
from .sections import Sections
from .words import clean

_TEXT_TYPES = frozenset(
    {"text", "password", "email", "url", "tel", "search", "number", "textarea", "date", "time", "datetime-local"}
)
_SUBMIT_SCRIPT = re.compile(r"\.\s*(?:submit|requestSubmit)\s*\(")
_FORM_IN_SCRIPT = re.compile(
    r"(?:getElementById\(\s*|forms\[\s*|forms\.|document\.)['\"]?([\w-]+)['\"]?\s*[\])]?\s*\)?\.\s*(?:submit"
    r"|requestSubmit)"
)


@dataclasses.dataclass(frozen=True)
class Option:
    """One choice of a select."""

    value: str
    text: str
    selected: bool
    disabled: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Control:
    """A field of a form; ``labels`` are all texts that name it, ``section`` the headings over it, outermost first."""

    form: int
    name: str
    type: str
    value: str
    checked: bool
    options: tuple[Option, ...]
    labels: tuple[str, ...]
    section: tuple[str, ...]
    heading: str
    required: bool
    disabled: bool
    readonly: bool
    visible: bool
    multiple: bool
    element: t.Any = dataclasses.field(repr=False)

    @property
    def must(self) -> bool:
        """True where a browser itself demands a value, not the caption alone."""
        return _demanded(self.element)

    @property
    def is_text(self) -> bool:
        return self.type in _TEXT_TYPES

    @property
    def caption(self) -> str:
        return self.labels[0] if self.labels else "(no label)"

    @property
    def empty(self) -> bool:
        if self.type in ("checkbox", "radio"):
            return not self.checked
        if self.type == "select":
            chosen = [option for option in self.options if option.selected] or list(self.options[:1])
            return not any(option.value for option in chosen)
        return not self.value


@dataclasses.dataclass(frozen=True, eq=False)
class Button:
    """Something that submits a form; ``form`` is None where it belongs to no form and so does nothing without scripts.

    ``chooses`` are the values to set before it is pressed: an entry of a list of actions and the Go beside it are one button.
    """

    form: int | None
    captions: tuple[str, ...]
    name: str
    value: str
    type: str
    url: str | None
    method: str | None
    disabled: bool
    visible: bool
    section: tuple[str, ...]
    element: t.Any = dataclasses.field(repr=False)
    chooses: tuple[tuple[Control, str], ...] = ()

    @property
    def caption(self) -> str:
        return self.captions[0] if self.captions else "(no caption)"


@dataclasses.dataclass(frozen=True, eq=False)
class Form:
    """A form with its controls and buttons in the order of the document."""

    index: int
    url: str
    method: str
    multipart: bool
    controls: tuple[Control, ...]
    buttons: tuple[Button, ...]
    element: t.Any = dataclasses.field(repr=False)

    @property
    def shown(self) -> tuple[Control, ...]:
        """The controls that a person sees."""
        return tuple(control for control in self.controls if control.visible and control.type != "hidden")


def form_in_script(script: str) -> str | None:
    """Name, id or number of the form that a script submits, "form" or "this" for the one around; None where it submits none."""
    if not _SUBMIT_SCRIPT.search(script):
        return None
    named = _FORM_IN_SCRIPT.search(script)
    return named.group(1) if named else "this"


def _by_id(root: t.Any) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for element in root.iter():
        if dom.is_element(element) and element.get("id"):
            found.setdefault(element.get("id"), element)
    return found


def _cell_labels(element: t.Any) -> list[str]:
    """The cell to the left and the column's header above."""
    cell = next(element.iterancestors("td", "th"), None)
    row = cell.getparent() if cell is not None else None
    if cell is None or row is None or row.tag != "tr":
        return []
    found = []
    left = cell.getprevious()
    while left is not None:
        if dom.is_element(left) and left.tag in ("td", "th"):
            text = dom.text_of(left)
            if text and not dom.has_control(left):
                found.append(text)
                break
        left = left.getprevious()
    header = _column_header(cell, row)
    if not found and not header and _kind(element) in ("checkbox", "radio") and not dom.text_of(cell):
        found += _only_other_cell(cell)
    return found + ([header] if header else [])


def _only_other_cell(cell: t.Any) -> list[str]:
    """What a box is for, in a row of nothing but the box and the text after it."""
    rest = [other for other in cell.itersiblings("td", "th") if dom.has_text(other) or dom.has_control(other)]
    alone = len(rest) == 1 and not dom.has_control(rest[0]) and cell.getprevious() is None
    return [dom.text_of(rest[0])] if alone else []


def _column_header(cell: t.Any, row: t.Any) -> str:
    table = next(row.iterancestors("table"), None)
    first = next(table.iter("tr"), None) if table is not None else None
    if first is None or first is row or next(first.iterancestors("table"), None) is not table:
        return ""
    headers = [head for head in first if head.tag in ("td", "th")]
    if not any(head.tag == "th" for head in headers) and any(dom.has_control(head) for head in headers):
        return ""
    column = sum(
        1 if (span := whole_number(c.get("colspan"))) is None else span
        for c in cell.itersiblings("td", "th", preceding=True)
    )
    return dom.text_of(headers[column]) if column < len(headers) and len(headers) > 1 else ""


def _definition_label(element: t.Any) -> list[str]:
    for ancestor in element.iterancestors("dd"):
        term = next(ancestor.itersiblings("dt", preceding=True), None)
        return [dom.text_of(term)] if term is not None else []
    return []


def _neighbour_labels(element: t.Any, follows: bool) -> list[str]:
    """Text beside the control, or beside the boxes that hold nothing but the control."""
    found = []
    node = element
    for _level in range(4):
        before, after = dom.before(node), dom.after(node)
        found += [text for text in ((after, before) if follows else (before, after if follows else "")) if text]
        parent = node.getparent()
        if found or parent is None or parent.tag in ("form", "body", "tr", "table", "fieldset", "td"):
            break
        if dom.holds_several_controls(parent):
            break
        node = parent
    return found


def _label_elements(element: t.Any, ids: dict[str, t.Any], by_for: dict[str, list[t.Any]]) -> list[str]:
    found = []
    for label in by_for.get(element.get("id") or "", []):
        found.append(dom.text_of(label))
    for label in element.iterancestors("label"):
        found.append(dom.text_of(label))
        found.extend(dom.lines(label)[:1])
        if element.tag != "input" or (element.get("type") or "text").lower() not in ("checkbox", "radio"):
            found.append(dom.before(element))
    if element.get("aria-labelledby"):
        parts = [dom.text_of(ids[name]) for name in element.get("aria-labelledby").split() if name in ids]
        found += [" ".join(parts), *parts]
    found.append(element.get("aria-label") or "")
    return found


def _labels(element: t.Any, kind: str, ids: dict[str, t.Any], by_for: dict[str, list[t.Any]]) -> tuple[str, ...]:
    own = _label_elements(element, ids, by_for)
    if not any(own):
        own = _neighbour_labels(element, kind in ("checkbox", "radio"))
    own += _cell_labels(element) + _definition_label(element)
    own += [element.get("title") or "", element.get("placeholder") or ""]
    return tuple(dict.fromkeys(text for text in (clean(label) for label in own) if text))


def _kind(element: t.Any) -> str:
    if element.tag != "input":
        return str(element.tag)
    return (element.get("type") or "text").strip().lower()


def _demanded(element: t.Any) -> bool:
    return element.get("required") is not None or (element.get("aria-required") or "").lower() == "true"


def _required(element: t.Any, labels: t.Sequence[str]) -> bool:
    if _demanded(element):
        return True
    return any(label.rstrip(" :").endswith("*") or label.startswith("*") for label in labels)


def _options(element: t.Any) -> tuple[Option, ...]:
    return tuple(
        Option(
            value=option.get("value") if option.get("value") is not None else clean(option.text_content()),
            text=clean(option.text_content() or option.get("label")),
            selected=option.get("selected") is not None,
            disabled=option.get("disabled") is not None,
        )
        for option in element.iter("option")
    )


def _value(element: t.Any, kind: str) -> str:
    if kind == "textarea":
        return (element.text_content() or "").lstrip("\n")
    if kind in ("checkbox", "radio"):
        return str(element.get("value") if element.get("value") is not None else "on")
    return str(element.get("value") or "")


def _button_captions(element: t.Any) -> tuple[str, ...]:
    texts = [
        element.get("value") if element.tag == "input" else dom.text_of(element, form_parts=True),
        element.get("aria-label"),
        element.get("title"),
        element.get("alt"),
        *(image.get("alt") for image in element.iter("img")),
    ]
    return tuple(dict.fromkeys(text for text in (clean(text) for text in texts) if text))


class _Reader:
    def __init__(self, root: t.Any, url: str, sections: Sections) -> None:
        self.root, self.sections = root, sections
        self.url, self.base = url, dom.base_url(root, url)
        self.ids = _by_id(root)
        self.by_for: dict[str, list[t.Any]] = {}
        for label in root.iter("label"):
            if label.get("for"):
                self.by_for.setdefault(label.get("for"), []).append(label)
        self.forms = list(root.iter("form"))
        self.number = {form: index for index, form in enumerate(self.forms)}

    def owner(self, element: t.Any) -> int | None:
        stated = element.get("form")
        if stated is not None:
            return self.number.get(self.ids.get(stated))
        form = next(element.iterancestors("form"), None)
        return self.number.get(form) if form is not None else None

    def control(self, element: t.Any, form: int) -> Control:
        kind = _kind(element)
        labels = () if kind == "hidden" else _labels(element, kind, self.ids, self.by_for)
        return Control(
            form=form,
            name=element.get("name") or "",
            type=kind,
            value=_value(element, kind),
            checked=element.get("checked") is not None,
            options=_options(element) if kind == "select" else (),
            labels=labels,
            section=self.sections.path(element),
            heading=self.sections.nearest(element),
            required=_required(element, labels[:2]),
            disabled=element.get("disabled") is not None
            or any(f.get("disabled") is not None for f in element.iterancestors("fieldset")),
            readonly=element.get("readonly") is not None,
            visible=kind != "hidden" and dom.visible(element),
            multiple=element.get("multiple") is not None,
            element=element,
        )

    def button(self, element: t.Any, form: int | None, kind: str) -> Button:
        action = element.get("formaction")
        return Button(
            form=form,
            captions=_button_captions(element),
            name=element.get("name") or "",
            value=element.get("value") or "",
            type=kind,
            url=dom.joined(self.base, action) if action else None,
            method=(element.get("formmethod") or "").upper() or None,
            disabled=dom.is_disabled(element),
            visible=dom.visible(element),
            section=self.sections.path(element),
            element=element,
        )

    def script_button(self, element: t.Any) -> Button | None:
        """A styled link or button whose script does nothing but submit a form."""
        script = " ".join(
            (
                element.get("onclick") or "",
                element.get("href") or "" if "script:" in (element.get("href") or "") else "",
            )
        )
        wanted = form_in_script(script)
        if wanted is None:
            return None
        form = self.owner(element)
        if wanted not in ("form", "this"):
            form = next((i for i, f in enumerate(self.forms) if wanted in (f.get("id"), f.get("name"), str(i))), form)
        made = self.button(element, form, "submit")
        return dataclasses.replace(made, name="", value="")

    def read(self) -> tuple[tuple[Form, ...], tuple[Button, ...]]:
        controls: dict[int, list[Control]] = {}
        buttons: dict[int | None, list[Button]] = {}
        for element in self.root.iter("input", "select", "textarea", "button", "a"):
            made: Button | None = None
            kind = _kind(element)
            form = self.owner(element)
            if element.tag == "button":
                stated = (element.get("type") or "submit").lower()
                made = self.button(element, form, "submit") if stated == "submit" else self.script_button(element)
            elif element.tag == "a" or kind == "button":
                made = self.script_button(element)
            elif kind in ("submit", "image"):
                made = self.button(element, form, kind)
            elif kind != "reset":
                # Controls outside any form are read (they show values) but can never be submitted.
                controls.setdefault(-1 if form is None else form, []).append(
                    self.control(element, -1 if form is None else form)
                )
            if made is not None:
                buttons.setdefault(made.form, []).append(made)
        forms = [self._form(index, element, controls, buttons) for index, element in enumerate(self.forms)]
        if -1 in controls:
            forms.append(Form(-1, "", "", False, tuple(controls[-1]), (), self.root))
        return tuple(forms), tuple(buttons.get(None, []))

    def _form(
        self, index: int, element: t.Any, controls: dict[int, list[Control]], buttons: dict[int | None, list[Button]]
    ) -> Form:
        return Form(
            index=index,
            url=dom.joined(self.base, element.get("action") or self.url),
            method=(element.get("method") or "GET").strip().upper(),
            multipart=(element.get("enctype") or "").strip().lower() == "multipart/form-data",
            controls=tuple(controls.get(index, [])),
            buttons=tuple(buttons.get(index, [])),
            element=element,
        )


def read_forms(root: t.Any, url: str, sections: Sections) -> tuple[tuple[Form, ...], tuple[Button, ...]]:
    """All forms of a page (index -1 collects controls outside any form), and the buttons that belong to none."""
    return _Reader(root, url, sections).read()
