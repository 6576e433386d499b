# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A present-day look: landmarks, cards, nested lists, labels that point to their controls, messages as alerts."""

from __future__ import annotations

from ..screens import Screen
from .composed import ComposedSkin
from .styles import blocks, facts, fields, forms, menus, noise, shells, tables
from .styles.page import Look
from .wording import Wording, american
from .wording.modern import MODERN_ENGLISH

MODERN = Look(
    shell=shells.landmarks,
    menu=menus.nested_lists,
    account=menus.user_menu,
    heading=blocks.heading_with_crumbs,
    section=blocks.section_card,
    paragraph=blocks.paragraph_div,
    message=blocks.message_toast,
    facts=facts.definitions,
    bullets=blocks.bullets,
    table=tables.sectioned,
    progress=blocks.progress_role,
    link=blocks.link_button,
    label=fields.pointing,
    group=forms.boxes,
    buttons=forms.elements,
    form=forms.plain,
    noise=(noise.search_form, noise.language_form, noise.help_links, noise.copyright_line, noise.idle_dialog),
    refresh=blocks.refresh_script,
    colon="",
    required=' <span class="req" aria-hidden="true">*</span>',
    safe_forms="get",
    time_tags=True,
    hidden_off=True,
)


class ModernEnglish(ComposedSkin):
    wording = Wording("en", american, MODERN_ENGLISH)
    cookie_name = "__Secure-sid"
    token_name = "csrf_token"
    item_place = "path"
    redirects_to_sign_in = False

    def path(self, interface: str, screen: str) -> str:
        return f"/{interface}/ui/{screen.replace('.', '/').replace('_', '-')}"

    def name(self, form: str, role: str, key: str) -> str:
        return f"{form}-{role}-{key}".replace("_", "-")

    def look(self, screen: Screen) -> Look:
        return MODERN


SKIN = ModernEnglish
