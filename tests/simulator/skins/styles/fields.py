# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controls, and the ways in which a label belongs to its control."""

from __future__ import annotations

import html

from ...screens import Field, Form
from .page import Labelled, Page, attributes

_TEXT_KINDS = ("text", "number", "password")


def control(page: Page, form: Form, field: Field, **extra: str | bool | None) -> str:
    """The bare control; `extra` are attributes whose values are escaped."""
    name = page.name(form, "field", field.key)
    if field.kind == "select":
        options = "".join(
            f'<option value="{html.escape(option.value)}"{attributes(selected=option.value == field.value)}>'
            f"{page.text(option.label)}</option>"
            for option in field.options
        )
        return f'<select name="{name}"{attributes(**extra)}>{options}</select>'
    if field.kind == "radio":
        return _radio_buttons(page, field, name)
    if field.kind == "checkbox":
        return _checkbox(page, field, name, **extra)
    if field.kind == "file":
        return f'<input type="file" name="{name}"{attributes(**extra)}>'
    return (
        f'<input type="{field.kind if field.kind in _TEXT_KINDS else "text"}" name="{name}"'
        f' value="{html.escape(field.value)}"{attributes(required=bool(page.look.required) and field.required)}{attributes(**extra)}>'
    )


def _checkbox(page: Page, field: Field, name: str, **extra: str | bool | None) -> str:
    value = page.skin.checked_value
    off = f'<input type="hidden" name="{name}" value="0">' if page.look.hidden_off else ""
    if page.look.hidden_off:
        page.skin.expect_hidden_off(page.screen.interface, html.unescape(name))
    written = attributes(value=None if value == "on" else value, checked=field.value == "1")
    return f'{off}<input type="checkbox" name="{name}"{written}{attributes(**extra)}>'


def _radio_buttons(page: Page, field: Field, name: str) -> str:
    return " ".join(
        f'<label><input type="radio" name="{name}" value="{html.escape(option.value)}"'
        f"{attributes(checked=option.value == field.value)}> {page.text(option.label)}</label>"
        for option in field.options
    )


def _hint(page: Page, field: Field) -> str:
    return f" <small>{page.text(field.hint)}</small>" if field.hint else ""


def beside(page: Page, form: Form, field: Field) -> Labelled:
    """The label is only text before the control."""
    return Labelled(page.field_label(field), control(page, form, field), _hint(page, field))


def pointing(page: Page, form: Form, field: Field) -> Labelled:
    """<label for>; that of a checkbox comes after it."""
    if field.kind == "radio":
        return beside(page, form, field)
    own = page.fresh_id(field.key)
    label = f'<label for="{own}">{page.field_label(field)}</label>'
    written = control(page, form, field, id=own)
    if field.kind == "checkbox":
        return Labelled("", f"{written} {label}", _hint(page, field))
    return Labelled(label, written, _hint(page, field))


def pointing_before(page: Page, form: Form, field: Field) -> Labelled:
    """<label for> before the control, for checkboxes as well."""
    if field.kind == "radio":
        return beside(page, form, field)
    own = page.fresh_id(field.key)
    return Labelled(
        f'<label for="{own}">{page.field_label(field)}</label>', control(page, form, field, id=own), _hint(page, field)
    )


def wrapping(page: Page, form: Form, field: Field) -> Labelled:
    """The label holds the control."""
    if field.kind == "radio":
        return beside(page, form, field)
    written = control(page, form, field)
    words = page.text(field.label) if field.kind == "checkbox" else page.field_label(field)
    inner = f"{written} {words}" if field.kind == "checkbox" else f"<span>{words}</span> {written}"
    return Labelled("", f"<label>{inner}</label>", _hint(page, field))


def aria(page: Page, form: Form, field: Field) -> Labelled:
    """An icon in place of a label; the control names itself with aria-label, a checkbox has words as well."""
    if field.kind == "radio":
        return beside(page, form, field)
    written = control(page, form, field, aria_label=page.value(field.label))
    words = f" <span>{page.text(field.label)}</span>" if field.kind == "checkbox" else ""
    return Labelled("", f'<i class="icon" aria-hidden="true"></i>{written}{words}', _hint(page, field))


def labelled_by(page: Page, form: Form, field: Field) -> Labelled:
    own = page.fresh_id("l")
    if field.kind == "radio":
        return beside(page, form, field)
    words = f'<span id="{own}" class="label">{page.field_label(field)}</span>'
    return Labelled(words, control(page, form, field, aria_labelledby=own), _hint(page, field))


def inside(page: Page, form: Form, field: Field) -> Labelled:
    """No label but the placeholder; what can have no placeholder has a title, a checkbox has words after it."""
    words = page.value(field.label)
    if field.kind in _TEXT_KINDS:
        return Labelled("", control(page, form, field, placeholder=words), _hint(page, field))
    if field.kind == "checkbox":
        return Labelled("", f"{control(page, form, field)}&nbsp;{page.text(field.label)}", _hint(page, field))
    if field.kind == "radio":
        return beside(page, form, field)
    return Labelled("", control(page, form, field, title=words), _hint(page, field))


def titled(page: Page, form: Form, field: Field) -> Labelled:
    """No label but the title that a mouse over the control shows; a checkbox has words after it as well."""
    words = page.value(field.label)
    if field.kind == "radio":
        return beside(page, form, field)
    after = f" {page.text(field.label)}" if field.kind == "checkbox" else ""
    return Labelled("", control(page, form, field, title=words), after + _hint(page, field))


def above(page: Page, form: Form, field: Field) -> Labelled:
    """Bold words in the line above the control; a checkbox has them behind it."""
    if field.kind == "checkbox":
        return Labelled("", f"{control(page, form, field)} <b>{page.text(field.label)}</b>", _hint(page, field))
    return Labelled(f"<b>{page.field_label(field)}</b><br>", control(page, form, field), _hint(page, field))
