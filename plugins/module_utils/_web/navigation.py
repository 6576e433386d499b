# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that leads to another page without submitting anything, with the menu that it stands under."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import urlencode, urlsplit

from . import dom
from .controls import Form
from .sections import Sections
from .words import clean

LOCATION: t.Final = re.compile(
    r"(?:location(?:\.href)?\s*=|location\.(?:assign"
    r"|replace)\s*\(|window\.open\s*\(|navigate\s*\()\s*['\"]([^'\"]+)['\"]"
)
# Attributes in which scripts find the address of what looks like a button.
DATA_ADDRESSES: t.Final = ("data-href", "data-url", "data-link", "data-target-url")
_ASIDE = re.compile(r"(^|[\s_-])(footer|foot|breadcrumbs?|crumbs?|language|lang|locale)($|[\s_-])", re.IGNORECASE)
_CURRENT = re.compile(r"(^|[\s_-])(active|current|selected|aktiv|on)($|[\s_-])", re.IGNORECASE)
_LONGEST_MENU_LABEL = 48
# Boxes without text between a menu and what it is called.
_MOST_EMPTY_NEIGHBOURS = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Link:
    """A way to another page; ``parents`` are the menu captions over it, nearest first."""

    captions: tuple[str, ...]
    url: str
    parents: tuple[str, ...]
    section: tuple[str, ...]
    disabled: bool
    visible: bool
    aside: bool
    element: t.Any = dataclasses.field(repr=False)

    @property
    def caption(self) -> str:
        return self.captions[0] if self.captions else "(no caption)"


@dataclasses.dataclass(frozen=True)
class Refresh:
    """The page asks to be replaced by another after some seconds."""

    seconds: float
    url: str


def refresh_of(root: t.Any, url: str) -> Refresh | None:
    """``<meta http-equiv=refresh>``, or a page that is nothing but a script setting the location."""
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() != "refresh":
            continue
        match = re.match(
            r"\s*(\d+(?:\.\d+)?)\s*(?:[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]*))?", meta.get("content") or "", re.IGNORECASE
        )
        if match:
            return Refresh(float(match.group(1)), dom.joined(dom.base_url(root, url), (match.group(2) or url).strip()))
    if dom.lines(root, form_parts=True) or root.find(".//form") is not None:
        return None
    for script in root.iter("script"):
        found = LOCATION.search(script.text or "")
        if found:
            return Refresh(0, dom.joined(dom.base_url(root, url), found.group(1)))
    return None


def _captions(element: t.Any) -> tuple[str, ...]:
    texts = [dom.text_of(element, form_parts=True), element.get("aria-label"), element.get("title"), element.get("alt")]
    texts += [image.get("alt") for image in element.iter("img")]
    if element.tag == "input":
        texts.insert(0, element.get("value"))
    return tuple(dict.fromkeys(text for text in (clean(text) for text in texts) if text))


def _target(element: t.Any) -> str | None:
    href = (element.get("href") or "").strip()
    if (
        element.tag in ("a", "area")
        and href
        and not href.startswith("#")
        and ":" not in href.split("/")[0].split("?")[0]
    ):
        return href
    if href.lower().startswith(("http:", "https:")):
        return href
    for name in DATA_ADDRESSES:
        if element.get(name):
            return str(element.get(name))
    script = " ".join((element.get("onclick") or "", href if href.lower().startswith("javascript:") else ""))
    found = LOCATION.search(script)
    return found.group(1) if found else None


class _Menus:
    """The captions of menus, read once for each box of links."""

    def __init__(self, root: t.Any) -> None:
        self._links: dict[t.Any, int] = {}
        for element in reversed(list(root.iter())):
            own = self._links.get(element, 0) + (element.tag == "a")
            parent = element.getparent()
            if own and parent is not None:
                self._links[parent] = self._links.get(parent, 0) + own
        self._beside: dict[t.Any, str] = {}
        self._aside: dict[t.Any, bool] = {}
        self._captions: dict[t.Any, tuple[str, ...]] = {}

    def aside(self, element: t.Any) -> bool:
        """True for footers, breadcrumbs and the choice of a language."""
        if element not in self._aside:
            marks = " ".join((element.get("class") or "", element.get("id") or "", element.get("aria-label") or ""))
            parent = element.getparent()
            if element.tag == "footer" or (element.get("role") or "") == "contentinfo":
                self._aside[element] = True
            elif element.tag in ("body", "html") or parent is None:
                self._aside[element] = False
            else:
                self._aside[element] = bool(_ASIDE.search(marks)) or self.aside(parent)
        return self._aside[element]

    def holds_several(self, element: t.Any) -> bool:
        return self._links.get(element, 0) > 1

    def beside(self, container: t.Any) -> str:
        """The short text directly before a box of links: what a menu is called."""
        if container not in self._beside:
            text = self._label_beside(container)
            self._beside[container] = text if len(text) <= _LONGEST_MENU_LABEL else ""
        return self._beside[container]

    def _label_beside(self, container: t.Any) -> str:
        tail_owner = container.getprevious()
        for _step in range(_MOST_EMPTY_NEIGHBOURS):
            if tail_owner is None or (dom.is_element(tail_owner) and dom.short_text(tail_owner, 0, True) is None):
                break
            if clean(tail_owner.tail):
                return clean(tail_owner.tail)
            tail_owner = tail_owner.getprevious()
        if tail_owner is None:
            parent = container.getparent()
            return clean(parent.text) if parent is not None and parent.text else ""
        if clean(tail_owner.tail):
            return clean(tail_owner.tail)
        if tail_owner.tag == container.tag or self.holds_several(tail_owner):
            return ""
        return dom.short_text(tail_owner, _LONGEST_MENU_LABEL, form_parts=True) or ""

    def captions(self, ancestor: t.Any, holds_more: bool) -> tuple[str, ...]:
        """What the box around a link adds to the captions over it."""
        found: list[str] = []
        if holds_more and ancestor.tag not in ("li", "tr", "form", "table", "tbody"):
            found.append(self.beside(ancestor))
        for name in ("aria-label", "title"):
            if ancestor.tag in ("nav", "ul", "menu", "div") and ancestor.get(name):
                found.append(clean(ancestor.get(name)))
        return tuple(found)

    def parents(self, element: t.Any) -> tuple[str, ...]:
        """The captions over a link, nearest first."""
        if element in self._captions:
            return self._captions[element]
        found: list[str] = []
        own = dom.text_of(element, form_parts=True)
        node = element
        for ancestor in element.iterancestors():
            if ancestor.tag in ("body", "html"):
                break
            holds_more = ancestor.tag in ("ul", "ol", "menu", "dd") or self.holds_several(ancestor)
            found += [label for label in self.captions(ancestor, holds_more) if label != own]
            if ancestor.tag == "td" and node is not element and self.beside(ancestor) != own:
                found.append(self.beside(ancestor))
            if ancestor.tag == "details":
                summary = ancestor.find("summary")
                if summary is not None:
                    found.append(dom.text_of(summary))
            node = ancestor
        self._captions[element] = tuple(dict.fromkeys(label for label in found if label))
        return self._captions[element]


def is_current(element: t.Any) -> bool:
    """True where a tab is marked as the one that is shown."""
    for node in (element, element.getparent()):
        if node is None:
            continue
        if node.get("aria-current") not in (None, "false") or node.get("aria-selected") == "true":
            return True
        if _CURRENT.search(node.get("class") or ""):
            return True
    return False


def _make(element: t.Any, captions: tuple[str, ...], url: str, sections: Sections, menus: _Menus) -> Link:
    return Link(
        captions=captions,
        url=url,
        parents=menus.parents(element),
        section=sections.path(element),
        disabled=dom.is_disabled(element),
        visible=dom.visible(element),
        aside=menus.aside(element),
        element=element,
    )


def _get_url(form: Form, extra: t.Sequence[tuple[str, str]]) -> str:
    fields = [(c.name, c.value) for c in form.controls if c.type == "hidden" and c.name and not c.disabled]
    return form.url.split("#")[0].split("?")[0] + "?" + urlencode([*fields, *extra])


def _form_links(forms: t.Sequence[Form], sections: Sections, menus: _Menus) -> t.Iterator[Link]:
    """GET forms that are a button only (a tab), and selects that are a menu."""
    for form in forms:
        if form.index < 0 or form.method != "GET":
            continue
        shown = form.shown
        for button in form.buttons:
            if not shown and not button.method:
                pair = [(button.name, button.value)] if button.name else []
                yield _make(button.element, button.captions, _get_url(form, pair), sections, menus)
        if len(shown) == 1 and shown[0].type == "select" and shown[0].name and len(form.buttons) <= 1:
            menu = _make(shown[0].element, (), "", sections, menus)
            menu = dataclasses.replace(menu, parents=(*shown[0].labels, *menu.parents))
            for option in shown[0].options:
                if option.value and not option.disabled and not is_address(option.value):
                    url = _get_url(form, [(shown[0].name, option.value)])
                    yield dataclasses.replace(menu, captions=(option.text,), url=url)


def is_address(value: str) -> bool:
    """True for the value of an option that a script opens."""
    return value.startswith(("/", "./", "../", "http://", "https://"))


def _option_links(root: t.Any, base: str, sections: Sections, menus: _Menus) -> t.Iterator[Link]:
    """Options whose values are addresses: a menu that a script follows."""
    for select in root.iter("select"):
        for option in select.iter("option"):
            value = option.get("value") or ""
            if is_address(value):
                group = option.getparent().get("label") if option.getparent().tag == "optgroup" else None
                made = _make(select, (clean(option.text_content()),), dom.joined(base, value), sections, menus)
                yield dataclasses.replace(made, parents=((clean(group),) if group else ()) + made.parents)


def read_links(root: t.Any, url: str, sections: Sections, forms: t.Sequence[Form]) -> tuple[Link, ...]:
    """All ways to other pages, in the order of the document (menus made of forms and selects last)."""
    base_url, menus = dom.base_url(root, url), _Menus(root)
    found = []
    for element in root.iter():
        if not dom.is_element(element) or element.tag in ("link", "base", "form", "option", "body", "html"):
            continue
        target = _target(element)
        if target is None:
            continue
        absolute = dom.joined(base_url, target)
        if urlsplit(absolute).scheme in ("http", "https", ""):
            found.append(_make(element, _captions(element), absolute, sections, menus))
    return (*found, *_form_links(forms, sections, menus), *_option_links(root, base_url, sections, menus))
