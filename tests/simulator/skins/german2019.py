# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look of 2019 in German: tables for layout, the menu at the left, umlauts as entities, labels in the cell beside."""

from __future__ import annotations

from ..screens import Screen
from .composed import ComposedSkin
from .styles import blocks, facts, fields, forms, menus, noise, shells, tables, text
from .styles.page import Look
from .wording import Wording, german_digits

GERMAN_2019 = Look(
    shell=shells.layout_table,
    menu=menus.stacked_cells,
    account=menus.user_line,
    heading=blocks.heading_in_full,
    section=blocks.section_dashed,
    paragraph=blocks.paragraph,
    message=blocks.message,
    facts=facts.in_table,
    bullets=blocks.bullets,
    table=tables.bordered,
    progress=blocks.progress_cells,
    link=blocks.link,
    label=fields.beside,
    group=forms.rows_with_head,
    buttons=forms.inputs,
    form=forms.plain,
    noise=(noise.copyright_line,),
    refresh=blocks.refresh_meta,
    encode=text.entities,
)


class German2019(ComposedSkin):
    wording = Wording("de", german_digits)
    cookie_name = "ns_s"
    token_name = "ns[token]"
    item_name = "ns[id]"

    def path(self, interface: str, screen: str) -> str:
        if screen == "sign_in":
            return "/appliance/login.ns" if interface == "appliance" else "/login/login"
        return f"/{interface}/{screen.replace('.', '/')}.ns"

    def name(self, form: str, role: str, key: str) -> str:
        return f"ns[{form}][{role}][{key}]"

    def look(self, screen: Screen) -> Look:
        return GERMAN_2019


SKIN = German2019
