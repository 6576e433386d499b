# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The markup of someone else: sloppy HTML, one address for all screens, images and links for buttons, labels anywhere."""

from __future__ import annotations

import dataclasses

from ..screens import Screen
from .composed import ComposedSkin
from .styles import blocks, facts, fields, forms, menus, noise, shells, tables, text
from .styles.page import Look
from .wording import Wording, unix_date

_FRAMED = Look(
    shell=shells.layout_table,
    menu=menus.plain_current,
    account=menus.user_image,
    heading=blocks.heading_bold,
    section=blocks.section_table,
    paragraph=blocks.paragraph_grey,
    message=blocks.message_image,
    facts=facts.in_wide_table,
    bullets=blocks.bullets_lines,
    table=tables.head_cells,
    progress=blocks.progress_cells,
    link=blocks.link_arrow,
    label=fields.wrapping,
    group=forms.fieldset,
    buttons=forms.icons,
    form=forms.framed,
    noise=(noise.search_form, noise.no_script, noise.news_box, noise.comment, noise.script),
    refresh=blocks.refresh_meta_url,
    required=" *",
    safe_forms="link",
    ink=text.hard_and_soft,
    tidy=text.sloppy,
)
_IMAGES = dataclasses.replace(
    _FRAMED,
    section=blocks.section_bold,
    label=fields.inside,
    group=forms.lines,
    buttons=forms.images,
    form=forms.hidden_last,
)
_TITLES = dataclasses.replace(
    _FRAMED, section=blocks.section_fieldset, label=fields.titled, group=forms.rows_with_head, facts=facts.bold_lines
)
_BY_SCREEN = {
    "networking.address": _IMAGES,
    "management.failover": _IMAGES,
    "confirm": _IMAGES,
    "sign_in": _TITLES,
    "management.software": _TITLES,
    "updates.licence": _TITLES,
    "updates": dataclasses.replace(_FRAMED, form=forms.detached_button),
}


class OtherHands(ComposedSkin):
    wording = Wording("en", unix_date)
    cookie_name = "SESS"
    token_name = "chk"
    item_name = "ref"
    addressing = "query"
    page_name = "a"
    front = "main.cgi"
    relative_links = True
    checked_value = "on"
    shared_button_name = "op"
    carried_names = ("step", "view", "from", "rnd")
    redirects_to_sign_in = False

    def path(self, interface: str, screen: str) -> str:
        return f"/{interface}/{self.digest('path', interface, screen)[:6]}.cgi"

    def name(self, form: str, role: str, key: str) -> str:
        return f"{role[0]}{self.digest('name', form, role, key)[:8]}"

    def look(self, screen: Screen) -> Look:
        return _BY_SCREEN.get(screen.key, _FRAMED)


SKIN = OtherHands
