# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs inside of a page: a watch over its changes, the question whether it is at rest, and writing down what it shows."""

from __future__ import annotations

import typing as t

REF: t.Final = "data-sra-ref"
MODAL: t.Final = "data-sra-modal"

KEPT_IN_TAB: t.Final = "() => Object.entries(sessionStorage)"
KEEP_IN_TAB: t.Final = "(entries) => entries.forEach(([name, value]) => sessionStorage.setItem(name, value))"

WATCH: t.Final = r"""
(() => {
  const sra = window.__sra = {changed: Date.now(), said: [], asking: new Map(), asked: 0, refs: 0,
    // No number of a page that was shown before means anything on this one.
    load: Date.now().toString(36),
    elements: new Map(), seen: new Map(), choices: new WeakMap(), roots: new WeakMap(), scopes: 0};
  const changed = () => { sra.changed = Date.now(); };
  const begin = () => { const number = ++sra.asked; sra.asking.set(number, Date.now()); return number; };
  const end = (number) => setTimeout(() => { sra.asking.delete(number); changed(); }, 0);
  const fetching = window.fetch;
  window.fetch = function (...given) {
    const number = begin();
    return fetching.apply(this, given).finally(() => end(number));
  };
  const sending = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...given) {
    const number = begin();
    this.addEventListener("loadend", () => end(number), {once: true});
    return sending.apply(this, given);
  };

  // There is one page only: what would open beside it opens in its place.
  window.open = (address) => { if (address) location.assign(address); return window; };
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node.tagName === "A" || node.tagName === "AREA");
    if (link && link.target && link.target !== "_self") link.target = "_self";
  }, true);
  document.addEventListener("submit", (event) => { if (event.target.target) event.target.target = "_self"; }, true);

  const loud = (el) => {
    const marks = `${el.getAttribute("role") || ""} ${el.getAttribute("aria-live") || ""} ${el.getAttribute("class") || ""}`;
    return /\b(alert|status|assertive|polite)\b|toast|snack|notif|flash|growl|message/i.test(marks);
  };
  const note = (node) => {
    if (node.nodeType === 3) node = node.parentElement;
    for (let el = node, depth = 0; el && el.nodeType === 1 && depth < 4; el = el.parentElement || (el.getRootNode() || {}).host, depth++) {
      if (loud(el)) {
        const text = (el.innerText || "").trim();
        if (text && text.length < 1000 && !sra.said.includes(text)) sra.said.push(text);
        return;
      }
    }
    if (node && node.nodeType === 1) for (const el of node.querySelectorAll("[role=alert],[role=status],[aria-live]")) note(el.firstChild || el);
  };
  // What turns for ever by its style or class says nothing about the page.
  const restless = new WeakMap();
  const matters = (one) => {
    if (one.type !== "attributes" || !["style", "class"].includes(one.attributeName)) return true;
    const times = (restless.get(one.target) || 0) + 1;
    restless.set(one.target, times);
    return times < 40;
  };
  const watch = (root) => new MutationObserver((all) => {
    if (all.some(matters)) changed();
    for (const one of all) { for (const n of one.addedNodes) note(n); if (one.type === "characterData") note(one.target); }
  }).observe(root, {subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["class", "hidden", "disabled", "aria-busy", "aria-hidden", "aria-disabled", "open", "style"]});
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, {...options, mode: "open"});
    watch(root);
    return root;
  };
})();
"""

# Shared by the scripts below; each is one function.
_TOOLS: t.Final = r"""
  const sra = window.__sra;
  const shown = (el) => el.checkVisibility && el.checkVisibility({checkVisibilityCSS: true});
  const inner = (el) => { try { return el.contentDocument; } catch (problem) { return null; } };
  const deep = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const el of root.querySelectorAll("*")) {
      if (el.shadowRoot) found.push(...deep(el.shadowRoot, selector));
      else if (el.tagName === "IFRAME" && inner(el)) found.push(...deep(inner(el), selector));
    }
    return found;
  };
  const up = (node) => node.parentNode || node.host || (node.defaultView && node.defaultView.frameElement) || null;
  const within = (el, box) => { for (let node = el; node; node = up(node)) if (node === box) return true; return false; };
  const words = (el) => {
    const row = el.closest("tr,[role=row],li,[role=listitem]");
    const beside = row ? row.innerText || "" : "";
    return [el.innerText || el.value || "", beside.length < 400 ? beside : ""].join("\n").replace(/\s+/g, " ").trim();
  };
  const options = () => deep(document, "[role=option]").filter(shown);
  const views = () => [window, ...deep(document, "iframe").map((el) => inner(el) && el.contentWindow).filter((view) => view && view.__sra)];
  const plain = (text) => (text || "").replace(/\s+/g, " ").trim();
"""

STATE: t.Final = (
    r"""
async () => {"""
    + _TOOLS
    + r"""
  // What is asked for because something came into sight is only known once the page has been painted.
  const painted = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.race([painted, new Promise((done) => setTimeout(done, 500))]);
  const turning = /(^|[\s_-])(spinners?|skeleton|loading|loader|busy)($|[\s_-])/i;
  const over = /(^|[\s_-])(hidden|done|complete|finished|inactive|off|not|no)($|[\s_-])/i;
  const marked = deep(document, "[aria-busy=true], progress:not([value]), [role=progressbar]:not([aria-valuenow])");
  const named = deep(document, "[class*=spinner i], [class*=skeleton i], [class*=loading i], [class*=loader i], [class*=busy i]")
    .filter((el) => turning.test(el.getAttribute("class")) && !over.test(el.getAttribute("class")) && !within(document.body, el));
  const waits = (view) => [...view.__sra.asking.values()].filter((since) => Date.now() - since < 3000).length;
  const drawn = document.body && (document.body.innerText.trim() || deep(document, "input,button,a,h1,h2,p,td,dd,li").some(shown));
  return {ready: document.readyState === "complete", busy: [...marked, ...named].filter(shown).length,
    pending: views().map(waits).reduce((one, other) => one + other, 0),
    quiet: Math.min(...views().map((view) => Date.now() - view.__sra.changed)), text: drawn ? 1 : 0};
}
"""
)

FORGET: t.Final = (
    r"""
() => {"""
    + _TOOLS
    + r"""
  if (sra) for (const view of views()) view.__sra.said = [];
}
"""
)

STRETCH: t.Final = (
    r"""
() => {"""
    + _TOOLS
    + r"""
  const MOST = 30000;
  let stretched = 0;
  for (const el of deep(document, "*")) {
    if (el.scrollHeight <= el.clientHeight + 4 || el === document.documentElement || el === document.body || el.clientHeight >= MOST) continue;
    if (el.tagName === "TEXTAREA" || el.closest("dialog,[role=dialog],[role=alertdialog],[role=listbox]") || !shown(el)) continue;
    if (!/auto|scroll|overlay/.test(getComputedStyle(el).overflowY)) continue;
    if (el.querySelectorAll("tr,li,[role=row],[role=listitem]").length < 3) continue;
    el.style.maxHeight = "none";
    el.style.height = Math.min(el.scrollHeight, MOST) + "px";
    el.dispatchEvent(new Event("scroll"));
    stretched++;
  }
  const page = document.documentElement;
  const height = page.scrollHeight > page.clientHeight + 4 ? page.scrollHeight : 0;
  // What has more room now asks for more, a moment later.
  if (stretched || height) sra.changed = Date.now();
  return {stretched, height};
}
"""
)

CLOSED_CHOICES: t.Final = (
    r"""
() => {"""
    + _TOOLS
    + r"""
  const own = (el) => {
    const id = el.getAttribute("aria-controls") || el.getAttribute("aria-owns");
    const list = id && el.getRootNode().getElementById(id);
    return list ? [...list.querySelectorAll("[role=option]")].map((one) => plain(one.textContent)) : [];
  };
  const found = [];
  for (const el of deep(document, "[role=combobox],[aria-haspopup=listbox]")) {
    if (el.tagName === "SELECT" || (el.tagName === "INPUT" && !el.readOnly) || !shown(el) || el.querySelector("input:not([readonly])")) continue;
    if (el.closest("[inert]") || el.getAttribute("aria-disabled") === "true" || el.disabled) continue;
    const texts = own(el);
    if (texts.length) { sra.choices.set(el, texts); continue; }
    if (sra.choices.has(el)) continue;
    let ref = el.getAttribute("data-sra-ref");
    if (!ref || sra.elements.get(ref) !== el) { ref = `${sra.load}-${++sra.refs}`; el.setAttribute("data-sra-ref", ref); sra.elements.set(ref, el); }
    found.push(ref);
  }
  return found;
}
"""
)

OPEN_CHOICES: t.Final = (
    r"""
(ref) => {"""
    + _TOOLS
    + r"""
  const texts = options().map((el) => plain(el.innerText));
  if (ref) sra.choices.set(sra.elements.get(ref), texts);
  return texts;
}
"""
)

CHOOSE: t.Final = (
    r"""
(text) => {"""
    + _TOOLS
    + r"""
  const found = options().filter((el) => plain(el.innerText) === text);
  if (found.length === 1) found[0].click();
  return found.length;
}
"""
)

FIND: t.Final = (
    r"""
(ref) => {"""
    + _TOOLS
    + r"""
  const el = sra && sra.elements.get(ref);
  if (!el || !el.isConnected) return "gone";
  el.setAttribute("data-sra-ref", ref);
  return sra.seen.get(ref) === words(el) ? "same" : "changed";
}
"""
)

SCRIPT: t.Final = (
    r"""
() => {"""
    + _TOOLS
    + r"""
  const escape = (s) => String(s).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const skip = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "LINK", "META", "BASE", "HEAD", "CANVAS", "OBJECT"]);
  const empty = new Set(["INPUT", "IMG", "BR", "HR", "WBR", "AREA", "COL"]);
  const roles = new Set(["button", "link", "tab", "menuitem", "switch", "checkbox", "radio", "textbox", "combobox", "option",
    "spinbutton", "menuitemcheckbox", "menuitemradio", "treeitem", "searchbox"]);
  const inUse = "a,button,label,summary,[role=button],[role=tab],[role=menuitem]";
  const native = new Set(["A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY", "OPTION"]);
  const naming = new Set(["id", "for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "form", "list"]);
  const fields = "input:not([type=hidden]),select,textarea,[role=textbox],[role=switch],[role=checkbox],[role=combobox]";
  sra.seen.clear();

  // A dialog without a word about it is modal where nothing behind it can be reached.
  const reached = (el) => {
    const box = el.getBoundingClientRect();
    const hit = box.width && el.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return hit && within(hit, el);
  };
  const onScreen = (el) => {
    const box = el.getBoundingClientRect();
    return box.right > 0 && box.bottom > 0 && box.x < innerWidth && box.y < innerHeight && !el.closest("[inert],[aria-hidden=true]");
  };
  const boxes = deep(document, "dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]").filter((el) => shown(el) && onScreen(el));
  const others = boxes.length ? deep(document, "a,button,input,select,textarea").filter(shown) : [];
  const covers = (box) => box.matches(":modal") || box.getAttribute("aria-modal") === "true"
    || !others.some((el) => !within(el, box) && reached(el));
  const modal = boxes.filter(covers).pop() || null;

  const usable = (el) => {
    if (native.has(el.tagName) || roles.has(el.getAttribute("role") || "") || el.isContentEditable) return true;
    if (el.hasAttribute("onclick") || el.getAttribute("aria-haspopup")) return true;
    const parent = el.parentElement;
    return getComputedStyle(el).cursor === "pointer" && !(parent && getComputedStyle(parent).cursor === "pointer") && !el.closest(inUse)
      && !el.querySelector("a,button,input,select,textarea,[role=button]");
  };
  // Frameworks hide the real field and draw another in its place.
  const stoodFor = (el) => {
    if (el.tagName === "INPUT" && el.type === "file") return !!el.closest("label,form,section,dialog,div");
    if (el.tagName === "INPUT" && /checkbox|radio/.test(el.type)) return [...(el.labels || [])].some(shown);
    if (el.tagName !== "SELECT" || !el.parentElement || !shown(el.parentElement) || !el.selectedOptions.length) return false;
    const text = plain(el.selectedOptions[0].textContent);
    return !!text && [el.nextElementSibling, el.previousElementSibling].some((one) => one && shown(one) && plain(one.innerText).includes(text));
  };
  const asides = "small,[role=alert],[class*=hint i],[class*=help i],[class*=error i]";
  // What a field is called where neither a label nor an attribute says it.
  const calling = (el) => {
    const attribute = (one) => plain(one.getAttribute("aria-label") || one.getAttribute("label") || "");
    if ((el.labels && [...el.labels].some((one) => plain(one.textContent))) || el.getAttribute("aria-label") || el.getAttribute("aria-labelledby")
      || plain(el.getAttribute("placeholder")) || el.title) return "";
    for (let root = el.getRootNode(); root && root.host; root = root.host.getRootNode()) {
      const host = root.host;
      if (root.querySelectorAll(fields).length > 1) break;
      const label = host.id && host.getRootNode().querySelector(`label[for="${CSS.escape(host.id)}"]`);
      const by = (host.getAttribute("aria-labelledby") || "").split(" ").map((id) => id && host.getRootNode().getElementById(id)).filter(Boolean);
      const text = attribute(host) || (label && plain(label.textContent)) || by.map((one) => plain(one.textContent)).join(" ");
      if (text) return text;
    }
    let box = el.parentElement;
    for (let level = 0; box && level < 4 && !/^(FORM|BODY|TR|TD|FIELDSET|TABLE)$/.test(box.tagName); level++, box = box.parentElement) {
      if (box.querySelectorAll(fields).length > 1) return "";
      const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (!plain(text.nodeValue) || within(text, el) || text.parentElement.closest(asides)) continue;
        return el.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING ? "" : plain(text.nodeValue).slice(0, 80);
      }
    }
    return "";
  };
  const attributes = (el, ref, hidden, scope, behind) => {
    let out = "";
    for (const a of el.attributes) {
      const n = a.name.toLowerCase();
      if (n.startsWith("on") || n === "style" || n === "hidden" || n === "value" || n === "checked" || n === "selected"
        || n === "disabled" || n === "srcset" || n === "open" || n.startsWith("data-sra") || !/^[a-z_][\w:.-]*$/.test(n)) continue;
      // Each shadow tree and frame has names of its own.
      const value = scope && naming.has(n) ? a.value.trim().split(/\s+/).map((id) => id + scope).join(" ") : a.value;
      out += ` ${n}="${escape(value)}"`;
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
    if (ref && el.matches(fields)) { const name = calling(el); if (name) out += ` aria-label="${escape(name)}"`; }
    if (ref && (behind || (modal && !within(el, modal) && !within(modal, el)))) out += " data-sra-behind";
    if (el === modal) out += " data-sra-modal";
    return out;
  };
  const children = (el) => {
    if (el.shadowRoot) return [...el.shadowRoot.childNodes];
    if (el.tagName === "SLOT") { const given = el.assignedNodes({flatten: true}); return given.length ? given : [...el.childNodes]; }
    if (el.tagName === "IFRAME" || el.tagName === "FRAME") { const page = inner(el); return page && page.body ? [page.body] : []; }
    return [...el.childNodes];
  };
  const scopeOf = (root) => {
    if (root === document) return "";
    if (!sra.roots.has(root)) sra.roots.set(root, `--${++sra.scopes}`);
    return sra.roots.get(root);
  };
  const refOf = (el) => {
    let ref = el.getAttribute("data-sra-ref");
    // A copy of an element carries its number along.
    if (!ref || sra.elements.get(ref) !== el) { ref = `${sra.load}-${++sra.refs}`; el.setAttribute("data-sra-ref", ref); sra.elements.set(ref, el); }
    sra.seen.set(ref, words(el));
    return ref;
  };
  const choices = (el, ref, rest) => {
    const now = plain(el.tagName === "INPUT" ? el.value : el.innerText);
    const texts = sra.choices.get(el);
    const all = texts.includes(now) ? texts : [now, ...texts];
    const made = all.map((text) => `<option value="${escape(text)}"${text === now ? " selected" : ""}>${escape(text)}</option>`).join("");
    return `<select${rest}>${made}</select>`;
  };
  const walk = (node, behind) => {
    if (node.nodeType === 3) return escape(node.nodeValue);
    if (node.nodeType !== 1 || skip.has(node.tagName)) return "";
    const el = node;
    if (el.tagName.toLowerCase() === "svg") {
      const title = el.querySelector("title");
      const name = el.getAttribute("aria-label") || (title && title.textContent);
      return name ? `<img alt="${escape(name)}">` : "";
    }
    let hidden = false;
    if (el.tagName !== "OPTION" && el.tagName !== "OPTGROUP" && el.tagName !== "SLOT" && !shown(el)
      && getComputedStyle(el).display !== "contents") hidden = !stoodFor(el);
    behind = behind || el.hasAttribute("inert");
    const ref = usable(el) ? refOf(el) : "";
    const scope = scopeOf(el.getRootNode());
    let tag = el.tagName.toLowerCase();
    if (["html", "body", "iframe", "frame", "frameset", "slot"].includes(tag) || tag.includes("-")) tag = "div";
    const rest = attributes(el, ref, hidden, scope, behind);
    if (ref && sra.choices.has(el)) return choices(el, ref, rest);
    if (empty.has(el.tagName)) return `<${tag}${rest}>`;
    const content = el.tagName === "TEXTAREA" ? escape(el.value) : children(el).map((child) => walk(child, behind)).join("");
    const click = ref && !native.has(el.tagName) && !roles.has(el.getAttribute("role") || "") && !el.isContentEditable ? " data-sra-clickable" : "";
    const text = el.isContentEditable && ref ? ` data-sra-text="${escape(el.innerText)}"` : "";
    return `<${tag}${rest}${click}${text}>${content}</${tag}>`;
  };
  const gone = views().flatMap((view) => view.__sra.said).filter((m) => !document.documentElement.innerText.includes(m));
  const said = gone.map((m) => `<div role="alert">${escape(m)}</div>`).join("");
  const lang = document.documentElement.lang ? ` lang="${escape(document.documentElement.lang)}"` : "";
  return `<!DOCTYPE html><html${lang}><head><title>${escape(document.title)}</title></head><body>${walk(document.body, false)}${said}</body></html>`;
}
"""
)
