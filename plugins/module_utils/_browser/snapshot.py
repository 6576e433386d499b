# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a browser shows, as a document that the page reader understands: the same finding by captions for both drivers.

A script in the page writes down what a person would see and use: shadow trees and frames in their places, values as they are now, hidden
parts marked as hidden, and a number on each thing that can be used, by which it is found again. What frameworks build of boxes (buttons,
switches, links without an address, fields outside of a form) is then turned into the elements that it stands for.
"""

from __future__ import annotations

import itertools
import re
import typing as t

from .._web import dom
from .page_scripts import REF

CLICK: t.Final = "sra-click"

_CHOICES: t.Final = {"switch": "checkbox", "checkbox": "checkbox", "menuitemcheckbox": "checkbox", "radio": "radio"}
_LINKS: t.Final = frozenset({"link", "tab", "menuitem", "treeitem"})
_TEXTS: t.Final = frozenset({"textbox", "searchbox", "spinbutton"})
_DIALOGS: t.Final = frozenset({"dialog", "alertdialog"})
_MENU_ROLES: t.Final = frozenset({"navigation", "menu", "menubar", "tablist", "tree"})
_MENU_MARK: t.Final = re.compile(
    r"(^|[\s_-])(nav|navbar|navigation|sidenav|sidebar|menu|tabs?|drawer)($|[\s_-])", re.IGNORECASE
)
_FEWEST_ENTRIES: t.Final = 3
"""Entries in a box with nothing else in it that make a menu."""
_LONGEST_ENTRY: t.Final = 48
_MOST_BOXES: t.Final = 3
"""Boxes around an entry that may belong to it."""
_SAVES: t.Final = re.compile(
    r"^(save|apply|update|submit|speichern|übernehmen|anwenden|aktualisieren|änderungen)\b", re.IGNORECASE
)
_MOST_TICKS: t.Final = 2
"""Boxes beside a disabled button that it may be waiting for."""
_GROUPS: t.Final = frozenset({"dialog", "section", "article", "fieldset", "main", "aside", "tr"})
_CARD: t.Final = re.compile(r"(^|[\s_-])(card|panel|tile|widget)($|\s)", re.IGNORECASE)
_BOXES: t.Final = frozenset({"div", "section", "article", "fieldset", "main", "aside", "dialog", "span"})
_GROUP_ROLES: t.Final = frozenset({"dialog", "alertdialog", "region", "form", "tabpanel", "group", "row"})


def understand(root: t.Any, url: str) -> t.Any:
    """Turn what frameworks build of boxes into the elements that it stands for; changes and returns ``root``."""
    for element in list(root.iter()):
        if dom.is_element(element):
            _as_native(element, url)
    _give_names(root)
    _give_forms(root, url)
    _wake_buttons(root)
    return root


def click_url(url: str, ref: str) -> str:
    """The made-up address of something that is clicked."""
    return f"{url.split('#')[0].split('?')[0]}?{CLICK}={ref}"


def _as_native(element: t.Any, url: str) -> None:
    ref = element.get(REF)
    if ref is None:
        return
    if element.get("data-sra-behind") is not None:
        # A dialog is open above it: nobody can use it now.
        element.set("disabled", "disabled")
    role = (element.get("role") or "").lower()
    if element.tag == "a":
        href = (element.get("href") or "").strip()
        if role == "button" and not _leads(element):
            _as_button(element)
        elif not href or href.startswith("#") or href.lower().startswith("javascript:"):
            element.set("href", click_url(url, ref))
    elif element.tag == "input" and (element.get("type") or "").lower() == "button":
        element.set("type", "submit")
    elif element.tag in ("input", "select", "textarea", "option", "summary"):
        return
    elif role in _CHOICES:
        _choice(element, _CHOICES[role])
    elif role in _TEXTS or element.get("data-sra-text") is not None:
        element.tag = "textarea"
        element.text = element.get("data-sra-text") or ""
        for child in list(element):
            element.remove(child)
    elif role in _LINKS or _leads(element):
        _as_link(element, url, ref)
    elif role == "button" or element.get("data-sra-clickable") is not None:
        _as_button(element)


def _as_button(element: t.Any) -> None:
    element.tag = "button"
    element.set("type", "button")


def _as_link(element: t.Any, url: str, ref: str) -> None:
    """An entry of a list keeps its place around the link."""
    if element.tag != "li":
        element.tag = "a"
        element.attrib.pop("type", None)
        element.set("href", click_url(url, ref))
        return
    link = element.makeelement("a", {"href": click_url(url, ref), REF: ref})
    link.text, element.text = element.text, None
    for child in list(element):
        link.append(child)
    element.insert(0, link)
    del element.attrib[REF]


def _leads(element: t.Any) -> bool:
    """True for what shows another page or opens a menu, and is no button of a form or a dialog."""
    if not (
        element.tag in ("a", "button")
        or element.get("data-sra-clickable") is not None
        or element.get("role") == "button"
    ):
        return False
    for box in element.iterancestors():
        if box.tag in ("form", "dialog") or (box.get("role") or "") in _DIALOGS:
            return False
    if (element.get("aria-haspopup") or "") in ("menu", "true"):
        return True
    return _in_menu(element) or _among_entries(element)


def _in_menu(element: t.Any) -> bool:
    """True for an entry of a menu, however it is built."""
    if element.tag == "li":
        return True
    for box in element.iterancestors():
        if box.tag in ("main", "section", "article", "body"):
            return False
        if box.tag in ("nav", "menu") or (box.get("role") or "") in _MENU_ROLES:
            return True
        if _MENU_MARK.search(box.get("class") or "") and next(box.iter("input", "select", "textarea"), None) is None:
            return True
    return False


def _among_entries(element: t.Any) -> bool:
    """True where a box around it holds nothing but short entries like this one."""
    for box in itertools.islice(element.iterancestors(), _MOST_BOXES):
        if box.tag in ("body", "html") or next(box.iter("input", "select", "textarea"), None) is not None:
            return False
        entries = [one for one in box.iter() if dom.is_element(one) and one.get(REF) is not None]
        if len(entries) >= _FEWEST_ENTRIES:
            texts = [dom.text_of(one, form_parts=True) for one in entries]
            together = " ".join(text for text in texts if text)
            return max(map(len, texts)) <= _LONGEST_ENTRY and dom.text_of(box, form_parts=True) == together
    return False


def _choice(element: t.Any, kind: str) -> None:
    """A switch or a box that is drawn: an input beside its text, in a label."""
    text = dom.text_of(element, form_parts=True)
    on = element.get("aria-checked") == "true"
    disabled = element.get("aria-disabled") == "true" or element.get("disabled") is not None
    kept = {
        name: element.get(name)
        for name in (REF, "aria-label", "aria-labelledby", "title", "id", "name", "hidden", "aria-required")
        if element.get(name) is not None
    }
    tail = element.tail
    for child in list(element):
        element.remove(child)
    element.attrib.clear()
    element.text, element.tail = None, tail
    element.tag = "label" if text else "span"
    box = element.makeelement("input", {"type": kind, **kept})
    if on:
        box.set("checked", "checked")
    if disabled:
        box.set("disabled", "disabled")
    box.tail = f" {text}" if text else None
    element.insert(0, box)


def _give_names(root: t.Any) -> None:
    """A browser does not send a field without a name; a script does. Its number stands for the name."""
    for element in root.iter("input", "select", "textarea"):
        if not element.get("name") and element.get(REF):
            element.set("name", f"field-{element.get(REF)}")
    for number, group in enumerate(
        box for box in root.iter() if dom.is_element(box) and box.get("role") == "radiogroup"
    ):
        for element in group.iter("input"):
            if (element.get("type") or "") == "radio" and (element.get("name") or "").startswith("field-"):
                element.set("name", f"choice-{number}")
    for element in root.iter("button"):
        # In a form a button without a type submits; in a page of scripts any button may.
        if element.get("type") in ("button", None) and element.get(REF):
            element.set("type", "submit")


def _give_forms(root: t.Any, url: str) -> None:
    """Fields and buttons outside of a form belong to the dialog, section or box that holds them together."""
    loose = [
        element
        for element in root.iter("input", "select", "textarea", "button")
        if element.get("form") is None and next(element.iterancestors("form"), None) is None
    ]
    pressed = [element for element in loose if _is_button(element)]
    groups = {element: _group_of_button(element) for element in pressed}
    # What only shows an icon belongs to one field of a form, such as the eye beside a password.
    worded = {groups[element] for element in pressed if element.tag == "input" or dom.text_of(element, form_parts=True)}
    made: dict[t.Any, str] = {}
    for element in loose:
        group = groups.get(element)
        if group is None:
            group = next((box for box in element.iterancestors() if box in worded), None)
        if group is None:
            group = _page_of(element)
        if group not in made:
            made[group] = f"sra-form-{len(made) + 1}"
        element.set("form", made[group])
    for group, name in made.items():
        _put_form(group, {"id": name, "method": "post", "action": url})
    for form in root.iter("form"):
        if (form.get("method") or "").lower() not in ("get", "post"):
            form.set("method", "post")
        # How a script sends its fields is its own affair; it can send files.
        form.set("enctype", "multipart/form-data")


def _is_button(element: t.Any) -> bool:
    return element.tag == "button" or (element.get("type") or "").lower() in ("submit", "button", "image")


def _is_dialog(box: t.Any) -> bool:
    return box.tag == "dialog" or (box.get("role") or "").lower() in _DIALOGS


def _put_form(group: t.Any, attributes: dict[str, str]) -> None:
    """A form around what is in a box; where only rows or cells may be, one that is referred to."""
    form = group.makeelement("form", attributes)
    form.text, group.text = group.text, None
    if group.tag in _BOXES:
        for child in list(group):
            form.append(child)
    else:
        form.tail, form.text = form.text, None
    group.insert(0, form)


def _group_of_button(button: t.Any) -> t.Any:
    """The smallest box that holds fields too, but none that reaches out of the dialog, row or section of the button."""
    for box in button.iterancestors():
        if box.tag in ("html", "body"):
            break
        if box.tag in ("td", "th") or box.get("role") in ("cell", "gridcell"):
            continue
        meant = (
            box.tag in _GROUPS
            or (box.get("role") or "").lower() in _GROUP_ROLES
            or _CARD.search(box.get("class") or "")
        )
        if _is_dialog(box) or meant or next(_fields_in(box), None) is not None:
            return box
    return _page_of(button)


def _fields_in(box: t.Any) -> t.Iterator[t.Any]:
    return (
        one for one in box.iter("input", "select", "textarea") if not _is_button(one) and one.get("type") != "hidden"
    )


def _page_of(element: t.Any) -> t.Any:
    """The dialog or else the outermost box around it."""
    last = element.getparent()
    for box in element.iterancestors():
        if box.tag == "html":
            break
        last = box
        if _is_dialog(box):
            break
    return last


def _wake_buttons(root: t.Any) -> None:
    """A button that only waits for its fields to be filled in is none that cannot be pressed: pressing waits for it."""
    forms = {form.get("id"): form for form in root.iter("form")}

    def form_of(element: t.Any) -> t.Any:
        return forms.get(element.get("form")) if element.get("form") else next(element.iterancestors("form"), None)

    held: dict[t.Any, list[t.Any]] = {}
    for element in root.iter("input", "select", "textarea"):
        if (element.get("type") or "") not in ("hidden", "submit", "button", "image") and dom.visible(element):
            held.setdefault(form_of(element), []).append(element)
    for button in root.iter("button"):
        if not dom.is_disabled(button) or button.get("data-sra-behind") is not None:
            continue
        fields = held.get(form_of(button), [])
        if _waits(button, fields):
            for name in ("disabled", "aria-disabled", "class"):
                button.attrib.pop(name, None)


def _waits(button: t.Any, fields: t.Sequence[t.Any]) -> bool:
    """Whether a disabled button has something beside it that is still to be filled in, or saves what is to be changed."""
    if not fields:
        return False
    ticks = [one for one in fields if (one.get("type") or "") in ("checkbox", "radio")]
    if len(ticks) == len(fields) <= _MOST_TICKS and not all(one.get("checked") is not None for one in ticks):
        return True
    texts = [one for one in fields if one.tag == "input" and one not in ticks]
    return any(not one.get("value") for one in texts) or bool(_SAVES.search(dom.text_of(button, form_parts=True)))
