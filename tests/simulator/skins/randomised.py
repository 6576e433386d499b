# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markup by chance: each screen draws its styles, the skin draws its names, addresses and wording. Same seed, same markup."""

from __future__ import annotations

import random
import typing as t

from ..screens import Field, FieldGroup, Form, MenuEntry, Part, Screen, Section, Table
from .composed import ComposedSkin
from .styles import blocks, facts, fields, forms, menus, noise, shells, tables, text
from .styles.page import Look
from .wording import DATES, Wording
from .wording.modern import MODERN_ENGLISH, MODERN_GERMAN
from .wording.synonyms import choose

STYLES: dict[str, tuple[t.Any, ...]] = {
    "shell": (shells.transitional, shells.layout_table, shells.landmarks, shells.content_first),
    "menu": (
        menus.two_tables,
        menus.stacked_cells,
        menus.nested_lists,
        menus.unfolding,
        menus.plain_current,
        menus.with_bars,
        menus.tab_roles,
    ),
    "account": (menus.user_line, menus.user_menu, menus.user_form, menus.user_image),
    "heading": (blocks.heading_in_full, blocks.heading_with_crumbs, blocks.heading_bold),
    "section": (
        blocks.section_h3,
        blocks.section_dashed,
        blocks.section_card,
        blocks.section_fieldset,
        blocks.section_table,
        blocks.section_bold,
        blocks.section_details,
    ),
    "paragraph": (blocks.paragraph, blocks.paragraph_div, blocks.paragraph_grey),
    "message": (
        blocks.message,
        blocks.message_toast,
        blocks.message_status,
        blocks.message_image,
        blocks.message_font,
    ),
    "facts": (
        facts.in_table,
        facts.in_headed_table,
        facts.in_wide_table,
        facts.definitions,
        facts.grouped_definitions,
        facts.spans,
        facts.bold_lines,
        facts.list_items,
        facts.read_only_inputs,
    ),
    "bullets": (blocks.bullets, blocks.bullets_lines, blocks.bullets_divs),
    "table": (tables.bordered, tables.head_cells, tables.sectioned, tables.roles, tables.cards),
    "progress": (blocks.progress_bar, blocks.progress_element, blocks.progress_role, blocks.progress_cells),
    "link": (blocks.link, blocks.link_button, blocks.link_arrow),
    "label": (
        fields.beside,
        fields.pointing,
        fields.pointing_before,
        fields.wrapping,
        fields.aria,
        fields.labelled_by,
        fields.inside,
        fields.titled,
        fields.above,
    ),
    "group": (forms.rows, forms.rows_with_head, forms.fieldset, forms.boxes, forms.definitions, forms.lines),
    "buttons": (forms.inputs, forms.elements, forms.icons, forms.images),
    "form": (forms.plain, forms.hidden_last, forms.framed, forms.detached_button),
    "refresh": (blocks.refresh_meta, blocks.refresh_meta_url, blocks.refresh_script),
    "colon": ("", ":", " :"),
    "required": ("", " *", '<span class="req">*</span>'),
    "safe_forms": ("form", "get", "link"),
    "time_tags": (False, True),
    "hidden_off": (False, True),
    "split_heading": (" :: ", " &raquo; ", " / ", " > "),
    "ink": (str, str, text.hard_spaces, text.soft_hyphens, text.spaced_out),
    "encode": (str, text.entities, text.numeric_entities),
    "tidy": (str, str, text.upper_case, text.unclosed, text.sloppy),
}
NOISE = (
    noise.copyright_line,
    noise.help_links,
    noise.language_form,
    noise.search_form,
    noise.news_box,
    noise.comment,
    noise.script,
    noise.no_script,
    noise.idle_dialog,
)
_COOKIES = ("ns_s", "PHPSESSID", "JSESSIONID", "sid", "sra.session", "__Secure-app")
_TOKENS = ("csrf", "_token", "authenticity_token", "__RequestVerificationToken", "nonce", "form[key]")
_ITEMS = ("id", "item", "ref", "n", "obj[id]")
_CARRIED = ("step", "view", "state", "ctx", "rev", "from", "seq")
_NAMES = ("{0}", "f_{0}", "ctl00$main${0}", "form[{0}]", "x-{0}", "data.{0}")
_ENDINGS = ("", ".ns", ".php", ".do", "/view", ".html")


class Randomised(ComposedSkin):
    """`languages` are those that the seed may choose from."""

    languages: t.ClassVar[tuple[str, ...]] = ("en", "de")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        dice = self.dice("habits")
        self.wording = self._draw_wording(dice)
        self.cookie_name = dice.choice(_COOKIES)
        self.token_name = dice.choice(_TOKENS)
        self.item_name = dice.choice(_ITEMS)
        self.addressing = dice.choice(("path", "path", "query"))
        self.page_name = dice.choice(("page", "p", "screen", "module"))
        self.front = dice.choice(("index.ns", "main", "app/view.do"))
        self.item_place = dice.choice(("query", "path"))
        self.relative_links = dice.random() < 0.3
        self.redirects_to_sign_in = dice.random() < 0.5
        self.checked_value = dice.choice(("1", "on", "true"))
        self.shared_button_name = dice.choice(("", "", "action", "cmd"))
        self.carried_names = tuple(dice.sample(_CARRIED, dice.randint(0, 4)))
        self._name_pattern = dice.choice(_NAMES)
        self._ending = dice.choice(_ENDINGS)
        self._shuffles = {kind: dice.random() < 0.5 for kind in ("parts", "menu", "groups", "fields", "columns")}
        super().__init__(seed)

    def _draw_wording(self, dice: random.Random) -> Wording:
        language = dice.choice(self.languages)
        modern = {"en": MODERN_ENGLISH, "de": MODERN_GERMAN}[language]
        edition = modern if dice.random() < 0.5 else {}
        return Wording(language, dice.choice(DATES[language]), {**edition, **choose(language, dice)})

    def path(self, interface: str, screen: str) -> str:
        mark = self.digest("path", interface, screen)
        return f"/{interface}/{mark[:3]}/{mark[3:9]}{self._ending}"

    def name(self, form: str, role: str, key: str) -> str:
        return self._name_pattern.format("v" + self.digest("name", form, role, key)[:9])

    def element_id(self, stem: str, screen: str, number: int) -> str:
        return "i" + self.digest("id", screen, number)[:7]

    def look(self, screen: Screen) -> Look:
        dice = self.dice("look", screen.interface, screen.key)
        styles = {part: dice.choice(choices) for part, choices in STYLES.items()}
        return Look(noise=tuple(dice.sample(NOISE, dice.randint(0, 5))), **styles)

    # Order

    def arranged(self, screen: Screen, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Sections change places among themselves; what stands between them stays."""
        sections = [part for part in parts if isinstance(part, Section)]
        if self._shuffles["parts"]:
            self.dice("parts", screen.key, len(sections)).shuffle(sections)
        return tuple(sections.pop(0) if isinstance(part, Section) else part for part in parts)

    def arranged_menu(self, screen: Screen) -> tuple[MenuEntry, ...]:
        return self._shuffled("menu", screen.interface, screen.menu)

    def arranged_groups(self, form: Form) -> tuple[FieldGroup, ...]:
        return self._shuffled("groups", form.key, form.groups)

    def arranged_fields(self, form: Form, group: FieldGroup) -> tuple[Field, ...]:
        """A name always comes before its password."""
        return group.fields if form.key == "sign_in" else self._shuffled("fields", form.key, group.fields)

    def column_order(self, screen: Screen, table: Table) -> list[int]:
        return list(self._shuffled("columns", table.key, tuple(range(len(table.columns)))))

    def _shuffled(self, kind: str, about: str, things: tuple[t.Any, ...]) -> tuple[t.Any, ...]:
        shuffled = list(things)
        if self._shuffles[kind]:
            self.dice(kind, about, len(things)).shuffle(shuffled)
        return tuple(shuffled)


SKIN = Randomised
