// Copyright (c) 2026, the bseries.sra maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The screens of a simulated appliance as a component framework draws them: custom elements, templates, a router with real addresses, an
// overlay container for dialogs, lists and snack bars, floating labels, cards, grids made of roles.

class Template {
  constructor() { this.handlers = new Map(); this.count = 0; }
  on(type, handler) { const name = `h${this.count++}`; this.handlers.set(name, [type, handler]); return `data-on-${name}`; }
  render(html, parent) {
    parent.innerHTML = html;
    for (const [name, [type, handler]] of this.handlers) {
      const el = parent.querySelector(`[data-on-${name}]`);
      if (el) el.addEventListener(type, (event) => handler(event, el));
    }
    this.handlers.clear();
  }
}
const safe = (text) => String(text ?? "").replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const overlays = document.body.appendChild(document.createElement("cdk-overlays"));
const outlet = document.getElementById("root");
const live = document.body.appendChild(document.createElement("div"));
live.setAttribute("aria-live", "polite");
let current = null;
let polling = 0;
let ids = 0;

async function http(address, options = {}) {
  clearTimeout(polling);
  outlet.querySelector("mat-progress-bar")?.removeAttribute("hidden");
  const answer = await fetch(address, options).catch(() => null);
  if (!answer) { outlet.innerHTML = "<app-error>Connection lost. Please wait.</app-error>"; return; }
  const media = answer.headers.get("Content-Type") || "";
  if (media.includes("json")) show(await answer.json());
  else if ((answer.headers.get("Content-Disposition") || "").startsWith("attachment")) { await answer.blob(); overlays.innerHTML = ""; }
  else outlet.innerHTML = `<app-error>${safe(await answer.text())}</app-error>`;
}

function show(screen) {
  document.title = screen.title;
  const page = new Template();
  const parts = () => screen.parts.filter((part) => part.is !== "message" || part.kind === "error").map((part) => draw(part, page, screen)).join("");
  if (screen.dialog) {
    page.render(`<div class="cdk-backdrop" style="position:fixed;inset:0;background:#0008"></div><mat-dialog-container role="dialog" aria-modal="true"
      style="position:fixed;top:60px;left:200px;background:white;padding:20px"><h2 mat-dialog-title>${safe(screen.heading)}</h2>
      <mat-dialog-content>${screen.parts.map((part) => draw(part, page, screen)).join("")}</mat-dialog-content></mat-dialog-container>`, overlays);
    outlet.setAttribute("aria-hidden", "true");
    return;
  }
  overlays.innerHTML = "";
  outlet.removeAttribute("aria-hidden");
  current = screen;
  if (screen.at) history.pushState({at: screen.at}, "", `/${START.interface}/${screen.at.split("/").pop()}`);
  const said = screen.parts.filter((part) => part.is === "message" && part.kind !== "error").map((part) => part.text);
  const content = parts();
  const menu = screen.menu.length ? toolbar(screen, page) : `<mat-toolbar><span>${safe(screen.title)}</span></mat-toolbar>`;
  page.render(`<app-shell>${menu}<mat-progress-bar hidden mode="indeterminate" role="progressbar"></mat-progress-bar>
    <router-outlet></router-outlet><app-page><div role="heading" aria-level="1" class="title">${safe(screen.heading)}</div>${content}</app-page></app-shell>`, outlet);
  said.forEach(snack);
  if (screen.refresh) polling = setTimeout(() => http(screen.at), screen.refresh * 1000);
}

function snack(text) {
  live.textContent = text;
  setTimeout(() => { live.textContent = ""; }, 800);
}

function toolbar(screen, page) {
  const entry = (item, level) => {
    const link = `<a mat-list-item class="${item.current ? "active" : ""}" ${item.current ? 'aria-current="page"' : ""} href="/${START.interface}/${item.to.split("/").pop()}"
      ${page.on("click", (event) => { event.preventDefault(); http(item.to); })}><span class="mdc-list-item__text">${safe(item.label)}</span></a>`;
    return link + (item.children.length && item.current && !level ? `<mat-tab-nav role="tablist">${item.children.map((one) =>
      `<span role="tab" tabindex="0" aria-selected="${one.current}" ${page.on("click", () => http(one.to))}>${safe(one.label)}</span>`).join("")}</mat-tab-nav>` : "");
  };
  const out = screen.signOut;
  const account = page.on("click", () => {
    const box = new Template();
    box.render(`<div role="menu" class="mat-menu-panel" style="position:absolute;top:40px;right:0"><button mat-menu-item role="menuitem"
      ${box.on("click", () => http(out.to))}><mat-icon aria-hidden="true">logout</mat-icon><span>${safe(out.label)}</span></button></div>`, overlays);
  });
  return `<mat-sidenav>${screen.menu.map((item) => entry(item, 0)).join("")}</mat-sidenav>
    <mat-toolbar>${out ? `<button mat-icon-button aria-haspopup="menu" aria-label="${safe(screen.user)}" ${account}><mat-icon aria-hidden="true">account_circle</mat-icon></button>` : ""}</mat-toolbar>`;
}

function draw(part, page, screen) {
  switch (part.is) {
    case "section": return `<mat-card><mat-card-title class="mat-card-title">${safe(part.heading)}</mat-card-title><mat-card-content>${part.parts.map((one) => draw(one, page, screen)).join("")}</mat-card-content></mat-card>`;
    case "paragraph": return `<p>${safe(part.text)}</p>`;
    case "message": return `<mat-error role="alert" class="${safe(part.kind)}">${safe(part.text)}</mat-error>`;
    case "facts": return part.rows.map(([label, value]) => `<div class="fact-row"><div class="label">${safe(label)}</div><div class="value">${safe(value)}</div></div>`).join("");
    case "bullets": return `<mat-list role="list">${part.items.map((item) => `<mat-list-item role="listitem">${safe(item)}</mat-list-item>`).join("")}</mat-list>`;
    case "progress": return `<p>${safe(part.label)} (${part.percent}%)</p><mat-progress-bar role="progressbar" aria-valuenow="${part.percent}"></mat-progress-bar>`;
    case "link": return `<p><button mat-stroked-button ${page.on("click", () => http(part.to))}><span class="mdc-button__label">${safe(part.label)}</span></button></p>`;
    case "table": return grid(part, page, null);
    default: return form(part, page, screen);
  }
}

function grid(table, page, ticked) {
  if (!table.rows.length) return `<p>${safe(table.empty)}</p>`;
  const head = (ticked ? '<span role="columnheader"></span>' : "") + table.columns.map((one) => `<span role="columnheader">${safe(one)}</span>`).join("");
  const rows = table.rows.map((row) => {
    const box = ticked ? `<span role="cell">${row.selectable ? `<mat-checkbox><button role="checkbox" aria-checked="false" ${page.on("click", (_event, el) => {
      const on = el.getAttribute("aria-checked") !== "true";
      el.setAttribute("aria-checked", String(on));
      ticked[on ? "add" : "delete"](row.key);
    })}></button></mat-checkbox>` : ""}</span>` : "";
    const cells = row.cells.map((cell, index) => {
      const text = row.to && !index ? `<a class="link" style="cursor:pointer" tabindex="0" ${page.on("click", () => http(row.to))}>${safe(cell)}</a>` : safe(cell);
      return `<span role="cell">${text}</span>`;
    });
    return `<div role="row">${box}${cells.join("")}</div>`;
  });
  return `<mat-table role="table"><div role="row">${head}</div>${rows.join("")}</mat-table>`;
}

function form(model, page, screen) {
  const values = new Map();
  const ticked = new Set();
  const check = () => {
    const missing = model.groups.flatMap((group) => group.fields).some((one) => one.required && !values.get(one.name));
    for (const button of document.querySelectorAll(`[data-of="${number}"]`)) button.disabled = missing;
  };
  const number = ++ids;
  const put = (name, value) => { values.set(name, value); setTimeout(check, 0); };
  const groups = model.groups.map((group) => `<div class="group">${group.legend ? `<h3>${safe(group.legend)}</h3>` : ""}${group.note ? `<p>${safe(group.note)}</p>` : ""}
    ${group.fields.map((one) => field(one, page, put)).join("")}</div>`).join("");
  const buttons = model.buttons.map((button) => `<button mat-flat-button type="button" data-of="${number}" ${page.on("click", () => {
    const data = model.file ? new FormData() : new URLSearchParams();
    data.append(screen.tokenName, screen.token);
    for (const [name, value] of values) if (value !== null && value !== undefined) data.append(name, value);
    for (const key of ticked) data.append(model.table.name, key);
    data.append(button.name, "1");
    http(model.to, {method: "POST", body: data});
  })}><mat-icon aria-hidden="true">check</mat-icon><span class="mdc-button__label">${safe(button.label)}</span></button>`).join(" ");
  setTimeout(check, 0);
  return `<app-form class="form">${model.table ? grid(model.table, page, ticked) : ""}${groups}<div class="actions">${buttons}</div></app-form>`;
}

function field(one, page, put) {
  const id = `mat-input-${++ids}`;
  const hint = one.hint ? `<mat-hint class="hint">${safe(one.hint)}</mat-hint>` : "";
  if (one.kind === "checkbox") {
    put(one.name, one.value === "1" ? "1" : null);
    return `<mat-slide-toggle><button role="switch" aria-checked="${one.value === "1"}" aria-labelledby="${id}" ${page.on("click", (_event, el) => {
      const on = el.getAttribute("aria-checked") !== "true";
      el.setAttribute("aria-checked", String(on));
      put(one.name, on ? "1" : null);
    })}><span class="track"></span></button><label id="${id}">${safe(one.label)}</label></mat-slide-toggle>${hint}`;
  }
  if (one.kind === "select") {
    const chosen = one.options.find(([value]) => value === one.value) || one.options[0];
    put(one.name, chosen[0]);
    return `<mat-form-field><label id="${id}">${safe(one.label)}</label><mat-select role="combobox" aria-haspopup="listbox" aria-expanded="false" tabindex="0"
      aria-labelledby="${id}" ${page.on("click", (_event, el) => open(el, one, put))}><span>${safe(chosen[1])}</span></mat-select></mat-form-field>${hint}`;
  }
  if (one.kind === "radio") {
    put(one.name, one.value);
    return `<mat-radio-group role="radiogroup" aria-label="${safe(one.label)}">${one.options.map(([value, text]) => `<mat-radio-button><input type="radio" name="${id}" id="${id}-${safe(value)}"
      ${value === one.value ? "checked" : ""} ${page.on("change", () => put(one.name, value))}><label for="${id}-${safe(value)}">${safe(text)}</label></mat-radio-button>`).join("")}</mat-radio-group>`;
  }
  const type = {password: "password", file: "file"}[one.kind] || "text";
  put(one.name, type === "file" ? null : one.value);
  const listen = page.on(type === "file" ? "change" : "input", (_event, el) => put(one.name, type === "file" ? el.files[0] : el.value));
  return `<mat-form-field class="mat-form-field"><div class="infix"><input matInput id="${id}" type="${type}" ${type === "file" ? "" : `value="${safe(one.value)}"`} ${listen}>
    <span class="floating-label">${safe(one.label)}</span></div>${hint}</mat-form-field>`;
}

function open(select, one, put) {
  const panel = new Template();
  const close = () => { overlays.innerHTML = ""; select.setAttribute("aria-expanded", "false"); };
  select.setAttribute("aria-expanded", "true");
  panel.render(`<div role="listbox">${one.options.map(([value, text]) => `<mat-option role="option" ${panel.on("click", () => {
    put(one.name, value);
    select.firstElementChild.textContent = text;
    close();
  })}><span>${safe(text)}</span></mat-option>`).join("")}</div>`, overlays);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); }, {once: true});
}

addEventListener("popstate", (event) => { if (event.state) http(event.state.at); });
http(START.first);
