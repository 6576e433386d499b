# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a browser shows, as a document that the page reader understands: the same finding by captions for both drivers.

A script in the page writes down what a person would see and use: shadow trees and frames in their places, values as they are now, hidden
parts marked as hidden, and a number on each thing that can be used, by which it is found again. What frameworks build of boxes (buttons,
switches, links without an address, fields outside of a form) is then turned into the elements that it stands for.
"""

from __future__ import annotations

import typing as t

from .._web import dom

REF: t.Final = "data-sra-ref"
CLICK: t.Final = "sra-click"

SCRIPT: t.Final = r"""
() => {
  const escape = (s) => String(s).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const skip = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "LINK", "META", "BASE", "HEAD", "SVG", "svg", "CANVAS", "OBJECT"]);
  const empty = new Set(["INPUT", "IMG", "BR", "HR", "WBR", "AREA", "COL"]);
  const roles = new Set(["button", "link", "tab", "menuitem", "switch", "checkbox", "radio", "textbox", "combobox", "option",
    "spinbutton", "menuitemcheckbox", "menuitemradio", "treeitem", "searchbox"]);
  const inUse = "a,button,label,summary,[role=button],[role=tab],[role=menuitem]";
  const native = new Set(["A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY", "OPTION"]);
  window.__sraRef = window.__sraRef || 0;
  const deep = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const el of root.querySelectorAll("*")) if (el.shadowRoot) found.push(...deep(el.shadowRoot, selector));
    return found;
  };
  const modal = deep(document, "dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]")
    .filter((e) => e.checkVisibility && e.checkVisibility({checkVisibilityCSS: true})).pop() || null;
  const within = (el, box) => {
    for (let node = el; node; node = node.parentNode || node.host) if (node === box) return true;
    return false;
  };
  const usable = (el) => {
    if (native.has(el.tagName) || roles.has(el.getAttribute("role") || "") || el.isContentEditable) return true;
    if (el.hasAttribute("onclick")) return true;
    const style = getComputedStyle(el);
    const up = el.parentElement;
    return style.cursor === "pointer" && !(up && getComputedStyle(up).cursor === "pointer") && !el.closest(inUse)
      && !el.querySelector("a,button,input,select,textarea,[role=button]");
  };
  const attributes = (el, ref, hidden) => {
    let out = "";
    for (const a of el.attributes) {
      const n = a.name.toLowerCase();
      if (n.startsWith("on") || n === "style" || n === "hidden" || n === "value" || n === "checked" || n === "selected"
        || n === "disabled" || n === "srcset" || n === "open" || n.startsWith("data-sra") || !/^[a-z_][\w:.-]*$/.test(n)) continue;
      out += ` ${n}="${escape(a.value)}"`;
    }
    if (hidden) out += " hidden";
    if (el.open) out += " open";
    if (el.disabled) out += " disabled";
    if (el.tagName === "INPUT") {
      if (el.type === "checkbox" || el.type === "radio") { if (el.checked) out += " checked"; out += ` value="${escape(el.value)}"`; }
      else if (el.type !== "file") out += ` value="${escape(el.value)}"`;
    } else if (el.tagName === "OPTION") {
      out += ` value="${escape(el.value)}"`; if (el.selected) out += " selected";
    } else if (el.tagName === "BUTTON" && el.value) out += ` value="${escape(el.value)}"`;
    if (ref) out += ` data-sra-ref="${ref}"`;
    if (modal && !within(el, modal) && !within(modal, el) && native.has(el.tagName)) out += " data-sra-behind";
    return out;
  };
  const children = (el) => {
    if (el.shadowRoot) return [...el.shadowRoot.childNodes];
    if (el.tagName === "SLOT") { const given = el.assignedNodes({flatten: true}); return given.length ? given : [...el.childNodes]; }
    if (el.tagName === "IFRAME" || el.tagName === "FRAME") {
      try { return el.contentDocument && el.contentDocument.body ? [el.contentDocument.body] : []; } catch (e) { return []; }
    }
    return [...el.childNodes];
  };
  const walk = (node) => {
    if (node.nodeType === 3) return escape(node.nodeValue);
    if (node.nodeType !== 1 || skip.has(node.tagName)) return "";
    const el = node;
    let hidden = false;
    if (el.tagName !== "OPTION" && el.tagName !== "OPTGROUP" && el.tagName !== "SLOT" && el.checkVisibility
      && !el.checkVisibility({checkVisibilityCSS: true}) && getComputedStyle(el).display !== "contents") hidden = true;
    if (hidden && el.tagName === "INPUT" && el.type === "file" && el.closest("label,form,section,dialog,div")) hidden = false;
    let ref = "";
    if (usable(el)) {
      ref = el.getAttribute("data-sra-ref");
      if (!ref) { ref = String(++window.__sraRef); el.setAttribute("data-sra-ref", ref); }
    }
    let tag = el.tagName.toLowerCase();
    if (["html", "body", "iframe", "frame", "frameset", "slot"].includes(tag) || tag.includes("-")) tag = "div";
    const inside = empty.has(el.tagName) ? "" : el.tagName === "TEXTAREA" ? escape(el.value) : children(el).map(walk).join("");
    const click = ref && !native.has(el.tagName) && !roles.has(el.getAttribute("role") || "") && !el.isContentEditable ? " data-sra-clickable" : "";
    const text = el.isContentEditable && ref ? ` data-sra-text="${escape(el.innerText)}"` : "";
    if (empty.has(el.tagName)) return `<${tag}${attributes(el, ref, hidden)}>`;
    return `<${tag}${attributes(el, ref, hidden)}${click}${text}>${inside}</${tag}>`;
  };
  const gone = (window.__sraSaid || []).filter((m) => !document.documentElement.innerText.includes(m));
  const said = gone.map((m) => `<div role="alert">${escape(m)}</div>`).join("");
  const lang = document.documentElement.lang ? ` lang="${escape(document.documentElement.lang)}"` : "";
  return `<!DOCTYPE html><html${lang}><head><title>${escape(document.title)}</title></head><body>${walk(document.body)}${said}</body></html>`;
}
"""

WATCH: t.Final = r"""
(() => {
  window.__sraChanged = Date.now();
  window.__sraSaid = [];
  window.__sraPending = 0;
  const ended = () => setTimeout(() => { window.__sraPending--; window.__sraChanged = Date.now(); }, 0);
  const fetching = window.fetch;
  window.fetch = function (...given) {
    window.__sraPending++;
    return fetching.apply(this, given).finally(ended);
  };
  const sending = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...given) {
    window.__sraPending++;
    this.addEventListener("loadend", ended, {once: true});
    return sending.apply(this, given);
  };
  const loud = (el) => {
    const marks = `${el.getAttribute("role") || ""} ${el.getAttribute("aria-live") || ""} ${el.getAttribute("class") || ""}`;
    return /\b(alert|status|assertive|polite)\b|toast|snack|notif|flash|growl|message/i.test(marks);
  };
  const note = (node) => {
    if (node.nodeType === 3) node = node.parentElement;
    for (let el = node, depth = 0; el && el.nodeType === 1 && depth < 4; el = el.parentElement || (el.getRootNode() || {}).host, depth++) {
      if (loud(el)) {
        const text = (el.innerText || "").trim();
        if (text && text.length < 1000 && !window.__sraSaid.includes(text)) window.__sraSaid.push(text);
        return;
      }
    }
    if (node.nodeType === 1) for (const el of node.querySelectorAll("[role=alert],[role=status],[aria-live]")) note(el.firstChild || el);
  };
  const watch = (root) => new MutationObserver((all) => {
    window.__sraChanged = Date.now();
    for (const one of all) { for (const n of one.addedNodes) note(n); if (one.type === "characterData") note(one.target); }
  }).observe(root, {subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["class", "hidden", "disabled", "aria-busy", "aria-hidden", "open", "style"]});
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, {...options, mode: "open"});
    watch(root);
    return root;
  };
})();
"""

STATE: t.Final = r"""
() => {
  const shown = (el) => el.checkVisibility && el.checkVisibility({checkVisibilityCSS: true});
  const deep = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const el of root.querySelectorAll("*")) if (el.shadowRoot) found.push(...deep(el.shadowRoot, selector));
    return found;
  };
  const busy = deep(document, "[aria-busy=true], [class*=spinner i], [class*=skeleton i], [class*=loading i], [class*=loader i], progress:not([value])")
    .filter(shown).length;
  return {ready: document.readyState === "complete", busy, pending: window.__sraPending || 0,
    quiet: Date.now() - (window.__sraChanged || 0),
    text: (document.body ? document.body.innerText : "").trim().length};
}
"""

_CHOICES: t.Final = {"switch": "checkbox", "checkbox": "checkbox", "menuitemcheckbox": "checkbox", "radio": "radio"}
_LINKS: t.Final = frozenset({"link", "tab", "menuitem", "treeitem"})
_TEXTS: t.Final = frozenset({"textbox", "searchbox", "spinbutton"})
_GROUPS: t.Final = frozenset({"dialog", "section", "article", "fieldset", "main", "aside", "tr"})
_GROUP_ROLES: t.Final = frozenset({"dialog", "alertdialog", "region", "form", "tabpanel", "group", "row"})


def understand(root: t.Any, url: str) -> t.Any:
    """Turn what frameworks build of boxes into the elements that it stands for; changes and returns ``root``."""
    for element in list(root.iter()):
        if dom.is_element(element):
            _as_native(element, url)
    _give_names(root)
    _give_forms(root, url)
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
        if role == "button":
            element.tag = "button"
            element.set("type", "button")
        elif not href or href.startswith("#") or href.lower().startswith("javascript:"):
            element.set("href", click_url(url, ref))
    elif element.tag in ("input", "select", "textarea", "option", "summary"):
        return
    elif role in _CHOICES:
        _choice(element, _CHOICES[role])
    elif role in _TEXTS or element.get("data-sra-text") is not None:
        element.tag = "textarea"
        element.text = element.get("data-sra-text") or ""
        for child in list(element):
            element.remove(child)
    elif role in _LINKS:
        element.tag = "a"
        element.set("href", click_url(url, ref))
    elif element.get("data-sra-clickable") is not None and _in_menu(element):
        inner = element.makeelement("a", {"href": click_url(url, ref), REF: ref})
        inner.text, element.text = element.text, None
        for child in list(element):
            inner.append(child)
        element.insert(0, inner)
        del element.attrib[REF]
    elif role == "button" or element.get("data-sra-clickable") is not None:
        element.tag = "button"
        element.set("type", "button")


def _in_menu(element: t.Any) -> bool:
    """True for an entry of a menu that is made of boxes."""
    return element.tag == "li" or any(
        box.tag == "nav" or (box.get("role") or "") in ("navigation", "menu", "menubar", "tablist", "tree")
        for box in element.iterancestors()
    )


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
    for element in root.iter("button"):
        # In a form a button without a type submits; in a page of scripts any button may.
        if element.get("type") in ("button", None) and element.get(REF):
            element.set("type", "submit")


def _give_forms(root: t.Any, url: str) -> None:
    """Fields and buttons outside of a form belong to the dialog, section or box that holds them together."""
    made: dict[t.Any, str] = {}
    loose = [
        element
        for element in root.iter("input", "select", "textarea", "button")
        if element.get("form") is None and next(element.iterancestors("form"), None) is None
    ]
    for element in loose:
        group = _group_of(element)
        if group not in made:
            made[group] = f"sra-form-{len(made) + 1}"
        element.set("form", made[group])
    for group, name in made.items():
        form = group.makeelement("form", {"id": name, "method": "post", "action": url})
        group.insert(0, form)
        form.tail, group.text = group.text, None
    for form in root.iter("form"):
        if (form.get("method") or "").lower() not in ("get", "post"):
            form.set("method", "post")
        # How a script sends its fields is its own affair; it can send files.
        form.set("enctype", "multipart/form-data")


def _group_of(element: t.Any) -> t.Any:
    """The nearest box with a meaning that holds a field and a button together; else the whole page."""
    last = element.getparent()
    for box in element.iterancestors():
        if box.tag in ("html",):
            break
        last = box
        meant = box.tag in _GROUPS or (box.get("role") or "").lower() in _GROUP_ROLES
        fields = any(True for _one in box.iter("input", "select", "textarea"))
        buttons = any(True for _one in box.iter("button"))
        if box.tag == "dialog" or (box.get("role") or "").lower() in ("dialog", "alertdialog"):
            return box
        if meant and fields and buttons:
            return box
    return last
