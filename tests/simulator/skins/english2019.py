# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look of 2019, English: a top menu, tabs below it, tables for layout, labels in the cell beside the control."""

from __future__ import annotations

from ..screens import (
    Bullets,
    Facts,
    Field,
    FieldGroup,
    Form,
    Link,
    MenuEntry,
    Message,
    Paragraph,
    Part,
    Progress,
    Screen,
    Section,
    Table,
    Target,
    caption,
)
from .base import Skin

_STYLE = "body{font:12px Verdana,sans-serif}.err{color:#900}.mnu td{background:#f60;padding:4px}.lbl{text-align:right}"


class English2019(Skin):
    language = "en"
    cookie_name = "ns_s"
    token_name = "ns[token]"

    def path(self, interface: str, screen: str) -> str:
        if screen == "sign_in":
            return f"/{interface}/login.ns" if interface == "appliance" else "/login/login"
        return f"/{interface}/{screen.replace('.', '/')}.ns"

    def name(self, form: str, role: str, key: str) -> str:
        if role == "button":
            return f"{form}[submit][{key}]"
        return f"{form}[selected][]" if role == "selection" else f"{form}[{key}]"

    def document(self, screen: Screen, token: str) -> str:
        refresh = f'<meta http-equiv="refresh" content="{screen.refresh:g}">' if screen.refresh else ""
        body = "\n".join(self._part(screen, part, token) for part in screen.parts)
        return (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
            f'<html lang="en"><head><meta charset="utf-8">{refresh}<title>{self.esc(screen.title)}</title>'
            f"<style>{_STYLE}</style></head>\n<body>\n{self._top(screen, token)}"
            f'<div class="page"><h2>{self.esc(screen.heading)}</h2>\n{body}\n</div>\n'
            '<div class="foot">Copyright &copy; 2002-2019 BeyondTrust Corporation. All Rights Reserved.</div>\n'
            "</body></html>\n"
        )

    def _top(self, screen: Screen, token: str) -> str:
        if not screen.menu:
            return f'<h1 class="logo">{self.esc(screen.title)}</h1>\n'
        top = "".join(self._menu_cell(screen, entry) for entry in screen.menu)
        tabs = next((entry.children for entry in screen.menu if entry.current), ())
        sub = "".join(self._menu_cell(screen, entry) for entry in tabs)
        out = ""
        if screen.sign_out:
            out = f'<a href="{self.esc(self.url(screen.interface, screen.sign_out))}">{self._cap("sign_out")}</a>'
        return (
            f'<table class="mnu" width="100%"><tr>{top}</tr></table>\n'
            + (f'<table class="tab"><tr>{sub}</tr></table>\n' if sub else "")
            + f'<div class="usr">{self.esc(screen.user)} | {out}</div>\n'
        )

    def _cap(self, key: str) -> str:
        return self.esc(caption(key))

    def _menu_cell(self, screen: Screen, entry: MenuEntry) -> str:
        link = f'<a href="{self.esc(self.url(screen.interface, entry.target))}">{self.esc(entry.label).upper()}</a>'
        return f'<td class="cur">{link}</td>' if entry.current else f"<td>{link}</td>"

    def _part(self, screen: Screen, part: Part, token: str) -> str:
        if isinstance(part, Section):
            inner = "\n".join(self._part(screen, child, token) for child in part.parts)
            return f'<div class="sec"><h3>{self.esc(part.heading)}</h3>\n{inner}</div>'
        if isinstance(part, Paragraph):
            text = self.esc(part.text)
            return f"<p><i>{text}</i></p>" if part.emphasised else f"<p>{text}</p>"
        if isinstance(part, Message):
            return f'<div class="{"err" if part.kind == "error" else "msg"}">{self.esc(part.text)}</div>'
        if isinstance(part, Facts):
            rows = "".join(
                f'<tr><td class="lbl">{self.esc(fact.label)}:</td><td>{self.esc(fact.value)}</td></tr>'
                for fact in part.rows
            )
            return f'<table class="facts">{rows}</table>'
        if isinstance(part, Bullets):
            return "<ul>" + "".join(f"<li>{self.esc(item)}</li>" for item in part.items) + "</ul>"
        if isinstance(part, Progress):
            return f'<p>{self.esc(part.label)}</p><div class="bar"><b>{part.percent}%</b></div>'
        if isinstance(part, Link):
            return f'<p><a href="{self.esc(self._href(screen, part.target))}">{self.esc(part.label)}</a></p>'
        if isinstance(part, Table):
            return self._table(screen, part, None)
        return self._form(screen, part, token)

    def _href(self, screen: Screen, target: Target) -> str:
        return self.url(screen.interface, target)

    def _table(self, screen: Screen, table: Table, form: Form | None) -> str:
        if not table.rows:
            return f"<p>{self.esc(table.empty)}</p>"
        head = "".join(f"<th>{self.esc(column)}</th>" for column in table.columns)
        rows = []
        for row in table.rows:
            tick = ""
            if form is not None:
                name = self.esc(self.control_name(screen.interface, form, "selection", table.key))
                tick = f'<input type="checkbox" name="{name}" value="{self.esc(row.key)}">' if row.selectable else ""
                tick = f"<td>{tick}</td>"
            cells = [self.esc(cell) for cell in row.cells]
            if row.link:
                cells[0] = f'<a href="{self.esc(self._href(screen, row.link))}">{cells[0]}</a>'
            rows.append(f"<tr>{tick}" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        head = f"<th>&nbsp;</th>{head}" if form is not None else head
        return f'<table class="list" border="1"><tr>{head}</tr>\n' + "\n".join(rows) + "</table>"

    def _form(self, screen: Screen, form: Form, token: str) -> str:
        kind = ' enctype="multipart/form-data"' if form.has_file else ""
        table = self._table(screen, form.table, form) if form.table else ""
        groups = "\n".join(self._group(screen, form, group) for group in form.groups)
        buttons = " ".join(
            f'<input type="submit" name="{self.esc(self.control_name(screen.interface, form, "button", button.key))}"'
            f' value="{self.esc(button.label)}">'
            for button in form.buttons
        )
        return (
            f'<form method="post" action="{self.esc(self._href(screen, form.action))}"{kind}>'
            f'<input type="hidden" name="{self.token_name}" value="{self.esc(token)}">\n{table}{groups}'
            f'<p class="btn">{buttons}</p></form>'
        )

    def _group(self, screen: Screen, form: Form, group: FieldGroup) -> str:
        legend = f"<h4>{self.esc(group.legend)}</h4>" if group.legend else ""
        note = f"<p>{self.esc(group.note)}</p>" if group.note else ""
        rows = "".join(self._row(screen, form, field) for field in group.fields)
        return f'{legend}{note}<table class="frm">{rows}</table>'

    def _row(self, screen: Screen, form: Form, field: Field) -> str:
        hint = f" <small>{self.esc(field.hint)}</small>" if field.hint else ""
        return f'<tr><td class="lbl">{self.esc(field.label)}</td><td>{self._control(screen, form, field)}{hint}</td></tr>\n'

    def _control(self, screen: Screen, form: Form, field: Field) -> str:
        name = self.esc(self.control_name(screen.interface, form, "field", field.key))
        if field.kind == "checkbox":
            return f'<input type="checkbox" name="{name}" value="1"{" checked" if field.value == "1" else ""}>'
        if field.kind == "select":
            options = "".join(
                f'<option value="{self.esc(option.value)}"{" selected" if option.value == field.value else ""}>'
                f"{self.esc(option.label)}</option>"
                for option in field.options
            )
            return f'<select name="{name}">{options}</select>'
        if field.kind == "radio":
            return " ".join(
                f'<label><input type="radio" name="{name}" value="{self.esc(option.value)}"'
                f"{' checked' if option.value == field.value else ''}> {self.esc(option.label)}</label>"
                for option in field.options
            )
        if field.kind == "file":
            return f'<input type="file" name="{name}">'
        kind = "password" if field.kind == "password" else "text"
        return f'<input type="{kind}" name="{name}" value="{self.esc(field.value)}" size="40">'


SKIN = English2019
