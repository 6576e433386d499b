// Copyright (c) 2026, the bseries.sra maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Draws the screens of a simulated appliance in the browser. START says the interface, the first address and the habits of this appliance.

const habits = START.habits;
const root = document.getElementById("root");
let timer = null;
let here = START.first;
let counter = 0;

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function spinner() { return el("div", {class: "loading-spinner", role: "progressbar", "aria-busy": "true"}); }

async function ask(address, options) {
  clearTimeout(timer);
  let answer;
  try {
    answer = await fetch(address, {credentials: "same-origin", headers: {Accept: "application/json"}, ...options});
  } catch (problem) {
    root.replaceChildren(el("div", {role: "alert"}, "Connection lost. Please wait."));
    return;
  }
  const media = answer.headers.get("Content-Type") || "";
  if (!media.includes("json")) {
    if ((answer.headers.get("Content-Disposition") || "").startsWith("attachment")) return save(answer);
    root.replaceChildren(el("div", {role: "alert"}, await answer.text()));
    return;
  }
  draw(await answer.json());
}

async function save(answer) {
  const blob = await answer.blob();
  const link = el("a", {href: URL.createObjectURL(blob), download: "file"});
  document.querySelectorAll("[role=dialog], dialog").forEach((dialog) => dialog.remove());
  link.click();
}

function visit(address) {
  if (!document.querySelector("main .loading-spinner")) document.querySelector("main")?.append(spinner());
  ask(address);
}

function route(screen) {
  if (!screen.at || screen.dialog) return;
  here = screen.at;
  const path = `/${START.interface}/` + screen.at.split("/").pop();
  if (habits.routes === "history") history.replaceState(null, "", path);
  else if (habits.routes === "hash") history.replaceState(null, "", "#" + screen.at.split("/").pop());
}

function draw(screen) {
  document.title = screen.title;
  route(screen);
  const loud = screen.parts.filter((part) => part.is === "message" && part.kind !== "error");
  const parts = screen.parts.filter((part) => !loud.includes(part) || screen.dialog);
  const content = parts.map((part) => drawPart(part, screen));
  document.querySelectorAll("[role=dialog]").forEach((dialog) => dialog.remove());
  if (screen.dialog) {
    document.body.append(el("div", {role: "dialog", "aria-modal": "true", class: "overlay"}, el("h2", {}, screen.heading), content));
    return;
  }
  const main = el("main", {}, el("h1", {}, screen.heading));
  root.replaceChildren(...(screen.menu.length ? [menu(screen), main] : [el("header", {}, screen.title), main]));
  main.append(spinner());
  setTimeout(() => { main.replaceChildren(el("h1", {}, screen.heading), ...content); loud.forEach((part) => toast(part.text)); }, habits.delay);
  if (habits.news && screen.signOut) news();
  if (screen.refresh) timer = setTimeout(() => ask(here), screen.refresh * 1000);
}

function news() {
  habits.news = false;
  const [heading, label] = habits.words;
  const box = el("div", {role: "dialog", "aria-modal": "true", class: "overlay"}, el("h2", {}, heading), clickable(label, () => box.remove()));
  document.body.append(box);
}

function toast(text) {
  const box = el("div", {class: "toast-message", role: "status"}, text);
  document.body.append(box);
  setTimeout(() => box.remove(), 1500);
}

function menu(screen) {
  const entry = (item) => {
    const inner = item.children.length && item.current ? el("ul", {}, item.children.map(entry)) : null;
    if (habits.menu === "links") return el("li", {class: item.current ? "active" : null}, el("a", {href: "#", click: (event) => { event.preventDefault(); visit(item.to); }}, item.label), inner);
    if (habits.menu === "roles") return el("li", {}, el("span", {role: "menuitem", tabindex: "0", "aria-current": item.current ? "page" : null, click: () => visit(item.to)}, item.label), inner);
    if (habits.menu === "buttons") return el("div", {}, el("button", {type: "button", class: item.current ? "active" : null, click: () => visit(item.to)}, item.label), inner && [...inner.children]);
    return el("li", {}, el("div", {class: item.current ? "active" : null, style: "cursor:pointer", click: () => visit(item.to)}, item.label), inner);
  };
  const out = screen.signOut ? clickable(screen.signOut.label, () => visit(screen.signOut.to)) : null;
  if (habits.menu === "buttons") return el("div", {class: "sidenav"}, screen.menu.map(entry), account(screen.user, out));
  return el("nav", {}, el("ul", {role: habits.menu === "roles" ? "menu" : null}, screen.menu.map(entry)), account(screen.user, out));
}

function account(user, out) {
  if (habits.account === "open" || !out) return el("div", {class: "account"}, user, " ", out);
  const box = el("div", {class: "account"});
  const toggle = el("button", {type: "button", "aria-haspopup": "menu", "aria-expanded": "false", click: () => {
    const open = toggle.getAttribute("aria-expanded") === "true";
    toggle.setAttribute("aria-expanded", String(!open));
    if (open) out.remove(); else box.append(out);
  }}, user);
  box.append(toggle);
  return box;
}

function drawnSelect(field, set) {
  const shown = field.options.find(([value]) => value === field.value) || field.options[0];
  const text = el("span", {}, shown[1]);
  const box = el("div", {role: "combobox", tabindex: "0", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": field.label, click: () => {
    if (box.getAttribute("aria-expanded") === "true") return;
    box.setAttribute("aria-expanded", "true");
    const close = () => { list.remove(); box.setAttribute("aria-expanded", "false"); };
    const list = el("ul", {role: "listbox"}, field.options.map(([value, words]) => el("li", {role: "option", click: () => { set(value); text.textContent = words; close(); }}, words)));
    document.body.append(list);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); }, {once: true});
  }}, text);
  return box;
}

function clickable(label, action, disabled) {
  if (habits.buttons === "boxes") return el("div", {role: "button", tabindex: "0", "aria-disabled": disabled ? "true" : null, click: action}, label);
  return el("button", {type: "button", disabled, click: action}, label);
}

function shadowed(kind, content) {
  if (habits.shadow !== kind) return content;
  const host = el(`x-${kind}`, {});
  host.attachShadow({mode: counter++ % 2 ? "closed" : "open"}).append(content);
  return host;
}

function drawPart(part, screen) {
  switch (part.is) {
    case "section": return el("section", {}, el("h2", {}, part.heading), part.parts.map((inner) => drawPart(inner, screen)));
    case "paragraph": return el("p", {}, part.text);
    case "message": return el("div", {role: "alert", class: part.kind}, part.text);
    case "facts": return shadowed("facts", el("dl", {}, part.rows.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])));
    case "bullets": return el("ul", {}, part.items.map((item) => el("li", {}, item)));
    case "progress": return el("div", {}, el("p", {}, part.label), el("div", {role: "progressbar", "aria-valuenow": String(part.percent)}, `${part.percent}%`));
    case "link": return el("p", {}, clickable(part.label, () => visit(part.to)));
    case "table": return drawTable(part, null);
    default: return shadowed("forms", drawForm(part, screen));
  }
}

function drawTable(table, values) {
  if (!table.rows.length) return el("p", {}, table.empty);
  const head = el("tr", {}, values ? el("th", {}, "") : null, table.columns.map((column) => el("th", {}, column)));
  const rows = table.rows.map((row) => el("tr", {},
    values ? el("td", {}, row.selectable ? el("input", {type: "checkbox", change: (event) => values.select(table.name, row.key, event.target.checked)}) : null) : null,
    row.cells.map((cell, index) => el("td", {}, row.to && !index ? el("a", {href: "#", click: (event) => { event.preventDefault(); visit(row.to); }}, cell) : cell))));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, rows));
}

function control(field, values) {
  const id = `c${++counter}`;
  const set = (value) => { values.fields[field.name] = value; values.changed(); };
  set(field.kind === "checkbox" ? (field.value === "1" ? "1" : null) : field.kind === "file" ? null : field.value);
  let input;
  if (field.kind === "checkbox" && habits.switches) {
    const on = () => input.getAttribute("aria-checked") === "true";
    input = el("div", {role: "switch", tabindex: "0", "aria-label": field.label, "aria-checked": field.value === "1" ? "true" : "false",
      click: () => { input.setAttribute("aria-checked", on() ? "false" : "true"); set(on() ? "1" : null); }});
    return el("div", {class: "row"}, input, el("span", {class: "hint"}, field.hint));
  }
  if (field.kind === "select" && habits.selects === "drawn") {
    set(field.options.some(([value]) => value === field.value) ? field.value : field.options[0][0]);
    return el("div", {class: "row"}, el("span", {}, field.label), drawnSelect(field, set), el("span", {class: "hint"}, field.hint));
  }
  if (field.kind === "select") {
    input = el("select", {id, change: () => set(input.value)}, field.options.map(([value, text]) => el("option", {value, selected: value === field.value}, text)));
    set(field.options.some(([value]) => value === field.value) ? field.value : field.options[0][0]);
  } else if (field.kind === "radio") {
    input = el("span", {}, field.options.map(([value, text]) => el("label", {}, el("input", {type: "radio", name: id, value, checked: value === field.value, change: () => set(value)}), text)));
    return el("div", {class: "row"}, el("span", {}, field.label), input);
  } else {
    const type = field.kind === "password" ? "password" : field.kind === "checkbox" ? "checkbox" : field.kind === "file" ? "file" : "text";
    input = el("input", {id, type, value: ["checkbox", "file"].includes(type) ? null : field.value, checked: type === "checkbox" && field.value === "1",
      required: field.required, placeholder: habits.labels === "placeholder" && !["checkbox", "file"].includes(type) ? field.label : null});
    input.addEventListener(type === "text" || type === "password" ? "input" : "change", () => set(type === "checkbox" ? (input.checked ? "1" : null) : type === "file" ? input.files[0] : input.value));
  }
  const named = habits.labels === "placeholder" && input.hasAttribute("placeholder");
  const hint = field.hint ? el("small", {}, field.hint) : null;
  if (named) return el("div", {class: "row"}, input, hint);
  if (habits.labels === "wrapping") return el("div", {class: "row"}, el("label", {}, field.label, " ", input), hint);
  if (habits.labels === "aria") { input.setAttribute("aria-label", field.label); return el("div", {class: "row"}, input, hint); }
  return el("div", {class: "row"}, el("label", {for: id}, field.label), input, hint);
}

function drawForm(form, screen) {
  const values = {fields: {}, selected: [], changed() {}, select(name, key, on) { this.selected = this.selected.filter(([n, k]) => n !== name || k !== key); if (on) this.selected.push([name, key]); }};
  const send = (button, pressed) => {
    const data = form.file ? new FormData() : new URLSearchParams();
    data.append(screen.tokenName, screen.token);
    for (const [name, value] of Object.entries(values.fields)) if (value !== null && value !== undefined) data.append(name, value);
    for (const [name, key] of values.selected) data.append(name, key);
    data.append(button.name, "1");
    pressed.setAttribute(pressed.tagName === "BUTTON" ? "disabled" : "aria-disabled", "true");
    ask(form.to, {method: "POST", body: data});
  };
  const groups = form.groups.map((group) => el("fieldset", {}, group.legend ? el("legend", {}, group.legend) : null, group.note ? el("p", {}, group.note) : null,
    group.fields.map((field) => control(field, values))));
  const buttons = form.buttons.map((button) => { const made = clickable(button.label, () => send(button, made)); return made; });
  if (habits.waits) {
    const required = form.groups.flatMap((group) => group.fields).filter((field) => field.required).map((field) => field.name);
    values.changed = () => buttons.forEach((button) => {
      const name = button.tagName === "BUTTON" ? "disabled" : "aria-disabled";
      if (required.every((key) => values.fields[key])) button.removeAttribute(name);
      else button.setAttribute(name, "true");
    });
    values.changed();
  }
  const content = [form.table ? drawTable(form.table, values) : null, groups, el("div", {class: "buttons"}, buttons)];
  return habits.forms ? el("form", {submit: (event) => event.preventDefault()}, content) : el("section", {class: "card"}, content);
}

ask(START.first);
