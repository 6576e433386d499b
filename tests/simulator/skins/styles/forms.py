# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forms: how groups of fields are laid out, what buttons are, and how both stand in the form."""

from __future__ import annotations

import html
import urllib.parse

from ...screens import Button, FieldGroup, Form, Paragraph
from .page import Labelled, Page, attributes

_ICON = '<svg width="12" height="12" aria-hidden="true"><path d="M2 6l3 3 5-7"></path></svg>'


def _labelled(page: Page, form: Form, group: FieldGroup) -> list[Labelled]:
    return [page.look.label(page, form, field) for field in page.skin.arranged_fields(form, group)]


def _note(page: Page, group: FieldGroup) -> str:
    return page.look.paragraph(page, Paragraph(group.note)) if group.note else ""


def _table_rows(labelled: list[Labelled]) -> str:
    return "".join(
        f'<tr><td class="lbl">{each.before}</td><td>{each.control}{each.after}</td></tr>\n'
        if each.before
        else f'<tr><td colspan="2">{each.control}{each.after}</td></tr>\n'
        for each in labelled
    )


def rows(page: Page, form: Form, group: FieldGroup) -> str:
    """A heading, then a table with a row for each field."""
    legend = f"<h4>{page.text(group.legend)}</h4>" if group.legend else ""
    return f'{legend}{_note(page, group)}<table class="frm">{_table_rows(_labelled(page, form, group))}</table>'


def rows_with_head(page: Page, form: Form, group: FieldGroup) -> str:
    """A table whose first row is the heading."""
    legend = f'<tr><td class="head" colspan="2">{page.text(group.legend)}</td></tr>\n' if group.legend else ""
    body = _table_rows(_labelled(page, form, group))
    return f'{_note(page, group)}<table class="frm" width="100%">{legend}{body}</table>'


def fieldset(page: Page, form: Form, group: FieldGroup) -> str:
    legend = f"<legend>{page.text(group.legend)}</legend>" if group.legend else ""
    lines = "".join(f"<p>{each.before} {each.control}{each.after}</p>\n" for each in _labelled(page, form, group))
    return (
        f"<fieldset>{legend}{_note(page, group)}{lines}</fieldset>"
        if legend
        else f"<div>{_note(page, group)}{lines}</div>"
    )


def boxes(page: Page, form: Form, group: FieldGroup) -> str:
    own = page.fresh_id("g")
    legend = f'<h4 id="{own}">{page.text(group.legend)}</h4>' if group.legend else ""
    role = attributes(role="group", aria_labelledby=own) if group.legend else ""
    lines = "".join(
        f'<div class="form-group">{each.before} {each.control}{each.after}</div>\n'
        for each in _labelled(page, form, group)
    )
    return f'<div class="group"{role}>{legend}{_note(page, group)}{lines}</div>'


def definitions(page: Page, form: Form, group: FieldGroup) -> str:
    legend = f"<h5>{page.text(group.legend)}</h5>" if group.legend else ""
    pairs = "".join(
        f"<dt>{each.before}</dt><dd>{each.control}{each.after}</dd>\n" for each in _labelled(page, form, group)
    )
    return f'{legend}{_note(page, group)}<dl class="form">{pairs}</dl>'


def lines(page: Page, form: Form, group: FieldGroup) -> str:
    """Everything in one block of text with line breaks."""
    legend = f'<b class="title">{page.text(group.legend)}</b><br>\n' if group.legend else ""
    body = "".join(f"{each.before} {each.control}{each.after}<br>\n" for each in _labelled(page, form, group))
    return f"<div>{legend}{_note(page, group)}{body}</div>"


# Buttons


def _named(page: Page, form: Form, button: Button) -> tuple[str, str]:
    """Name and value of a button in the markup: its own name, or one that all buttons share."""
    name = page.name(form, "button", button.key)
    shared = page.skin.shared_button_name
    return (html.escape(shared), name) if shared else (name, "1")


def inputs(page: Page, form: Form) -> str:
    """<input type=submit>; the caption is its value, so each has a name of its own."""
    out = [
        f'<input type="submit" name="{page.name(form, "button", button.key)}" value="{page.value(button.label)}">'
        for button in form.buttons
    ]
    return f'<p class="btn">{" ".join(out)}</p>'


def _elements(page: Page, form: Form, inner: str, class_: str, extra: str = "") -> str:
    out = []
    for button in form.buttons:
        name, value = _named(page, form, button)
        words = inner.format(page.text(button.label))
        out.append(f'<button type="submit" class="{class_}" name="{name}" value="{value}"{extra}>{words}</button>')
    return " ".join(out)


def elements(page: Page, form: Form) -> str:
    return f'<div class="actions">{_elements(page, form, "{}", "btn btn-primary")}</div>'


def icons(page: Page, form: Form) -> str:
    """A drawing before the words, the words in a span of their own."""
    return f'<div class="toolbar">{_elements(page, form, _ICON + "<span>{}</span>", "btn")}</div>'


def images(page: Page, form: Form) -> str:
    """<input type=image>: the browser sends where it was clicked."""
    out = []
    for button in form.buttons:
        name = page.name(form, "button", button.key)
        page.skin.expect_click(page.screen.interface, html.unescape(name))
        out.append(f'<input type="image" src="/i/b.gif" name="{name}" alt="{page.value(button.label)}">')
    return f'<div align="right">{" ".join(out)}</div>'


# The form around them


def _bare(form: Form) -> bool:
    return form.safe and not form.fields and form.table is None


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'


def _carried(page: Page, form: Form) -> str:
    pairs = [(page.skin.token_name, page.token), *page.skin.carried(page.screen.interface, form)]
    return "".join(_hidden(name, value) for name, value in pairs)


def _links(page: Page, form: Form) -> str:
    out = []
    for button in form.buttons:
        name, value = page.skin.control_name(page.screen.interface, form, "button", button.key), "1"
        url = page.skin.link(page.screen.interface, form.action)
        url += ("&" if "?" in url else "?") + urllib.parse.urlencode({name: value})
        out.append(f'<a class="btn" role="button" href="{html.escape(url)}">{page.text(button.label)}</a>')
    return f"<div>{' '.join(out)}</div>"


def _get_form(page: Page, form: Form) -> str:
    path, pairs = page.skin.get_form(page.screen.interface, form.action)
    hidden = "".join(_hidden(name, value) for name, value in pairs)
    return f'<form method="get" action="{html.escape(path)}">{hidden}{page.look.buttons(page, form)}</form>'


def _safe(page: Page, form: Form) -> str | None:
    if not _bare(form) or page.look.safe_forms == "form":
        return None
    return _links(page, form) if page.look.safe_forms == "link" else _get_form(page, form)


def _open(page: Page, form: Form, **extra: str) -> str:
    kind = "multipart/form-data" if form.has_file else None
    return f'<form method="post" action="{page.href(form.action)}"{attributes(enctype=kind, **extra)}>'


def _inner(page: Page, form: Form) -> str:
    table = page.look.table(page, form.table, form) if form.table else ""
    return table + "\n".join(page.look.group(page, form, group) for group in page.skin.arranged_groups(form))


def plain(page: Page, form: Form) -> str:
    """Hidden values, fields, buttons."""
    return _safe(page, form) or (
        f"{_open(page, form)}{_carried(page, form)}\n{_inner(page, form)}\n{page.look.buttons(page, form)}</form>"
    )


def hidden_last(page: Page, form: Form) -> str:
    """The buttons come first, the hidden values last."""
    return _safe(page, form) or (
        f"{_open(page, form)}{page.look.buttons(page, form)}\n{_inner(page, form)}\n{_carried(page, form)}</form>"
    )


def framed(page: Page, form: Form) -> str:
    """Each part in a cell of a layout table."""
    cells = f"<tr><td>{_inner(page, form)}</td></tr><tr><td>{page.look.buttons(page, form)}</td></tr>"
    return _safe(page, form) or f'{_open(page, form)}{_carried(page, form)}<table border="0">{cells}</table></form>'


def detached_button(page: Page, form: Form) -> str:
    """The buttons stand after the form and name it."""
    own = page.fresh_id("f")
    buttons = _elements(page, form, "{}", "btn btn-primary", f' form="{own}"')
    return _safe(page, form) or (
        f'<div class="panel">{_open(page, form, id=own)}{_carried(page, form)}{_inner(page, form)}</form>'
        f'<div class="panel-footer">{buttons}</div></div>'
    )
