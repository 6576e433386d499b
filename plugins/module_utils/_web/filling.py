# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a browser would send for a filled form, and the checks before anything is sent."""

from __future__ import annotations

import dataclasses
import typing as t

from .controls import Button, Control, Form, Option

FileValue = tuple[str, t.BinaryIO, str]
Value = t.Union[str, bool, FileValue]
Values = t.Mapping[Control, Value]


@dataclasses.dataclass(frozen=True)
class Submission:
    """A request ready to be sent; values may be secret."""

    method: str
    url: str
    fields: tuple[tuple[str, str | FileValue], ...] = dataclasses.field(repr=False)
    multipart: bool


class Unfit(Exception):
    """A form that must not be sent as it is; the text says why."""


def _fits(control: Control, value: Value) -> bool:
    if isinstance(value, bool):
        return control.type in ("checkbox", "radio")
    if isinstance(value, tuple):
        return control.type == "file"
    if control.type == "select":
        return any(option.value == value and not option.disabled for option in control.options)
    return control.is_text


def check(form: Form, button: Button, values: Values) -> None:
    """Raise Unfit unless the form holds all that is expected and nothing unexpected that must be filled in."""
    values = {**dict(button.chooses), **values}
    if button.form != form.index or form.index < 0:
        raise Unfit(f"the button {button.caption!r} belongs to another form than the fields")
    if button.disabled:
        raise Unfit(f"the button {button.caption!r} is disabled")
    for control, value in values.items():
        if control.form != form.index:
            raise Unfit(f"the field {control.caption!r} is in another form than the button {button.caption!r}")
        if not control.name:
            raise Unfit(f"the field {control.caption!r} has no name, so a browser would not send it")
        if control.disabled or control.readonly:
            raise Unfit(f"the field {control.caption!r} cannot be changed")
        if isinstance(value, tuple) and not form.multipart:
            raise Unfit(f"the form with the field {control.caption!r} does not send files")
        if not _fits(control, value):
            raise Unfit(f"the field {control.caption!r} is a {control.type} and does not take the value")
    if form.method not in ("GET", "POST"):
        raise Unfit(f"the form is sent by {form.method}, which a browser does not do")
    unexpected = [c.caption for c in form.shown if _is_missing(c, form, values) and not _is_of_another(c, button, form)]
    if unexpected:
        raise Unfit(f"the form also requires {', '.join(map(repr, unexpected))}, which is not expected here")


def _is_missing(control: Control, form: Form, values: Values) -> bool:
    if control in values or not control.required or control.disabled or control.readonly or not control.empty:
        return False
    if control.type == "radio":
        group = [other for other in form.controls if other.type == "radio" and other.name == control.name]
        return not any(other.checked or other in values for other in group)
    return True


def _is_of_another(control: Control, button: Button, form: Form) -> bool:
    """True for a field that only its caption marks as required, under a heading with a button of its own.

    A browser would hold back the form for the attribute, wherever the field stands.
    """
    if control.must or control.section == button.section:
        return False
    return any(other.visible and other.section == control.section for other in form.buttons)


def _chosen(control: Control) -> list[Option]:
    options = [option for option in control.options if option.selected and not option.disabled]
    if control.multiple:
        return options
    if options:
        return options[-1:]
    return [option for option in control.options if not option.disabled][:1]


def _pairs(control: Control, values: Values, form: Form) -> t.Iterator[tuple[str, str | FileValue]]:
    given = values.get(control)
    if control.disabled or not control.name:
        return
    if control.type in ("checkbox", "radio"):
        checked = given if isinstance(given, bool) else control.checked
        if control.type == "radio" and not isinstance(given, bool):
            # Choosing one button of a group lets go of the others.
            group = [
                other
                for other in values
                if other.type == "radio" and other.name == control.name and values[other] is True
            ]
            checked = control.checked and not group
        if checked:
            yield control.name, control.value
    elif control.type == "select":
        if isinstance(given, str):
            yield control.name, given
        else:
            for option in _chosen(control):
                yield control.name, option.value
    elif control.type == "file":
        if isinstance(given, tuple):
            yield control.name, given
        elif form.multipart:
            yield control.name, ""
    elif control.type not in ("button", "reset", "submit", "image"):
        text = given if isinstance(given, str) else control.value
        yield control.name, text.replace("\r\n", "\n").replace("\n", "\r\n") if control.type == "textarea" else text


def compose(form: Form, button: Button, values: Values) -> Submission:
    """The request that pressing the button sends: shown, hidden and prefilled values in their order, and the button's own."""
    values = {**dict(button.chooses), **values}
    fields: list[tuple[str, str | FileValue]] = []
    for control in form.controls:
        fields.extend(_pairs(control, values, form))
    if button.name:
        if button.type == "image":
            fields += [(f"{button.name}.x", "1"), (f"{button.name}.y", "1")]
        else:
            fields.append((button.name, button.value))
    elif button.type == "image":
        fields += [("x", "1"), ("y", "1")]
    return Submission(button.method or form.method, button.url or form.url, tuple(fields), form.multipart)
