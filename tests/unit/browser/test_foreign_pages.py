# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other toolkits build of boxes is found by its captions and used as a person would use it."""

from __future__ import annotations

import io
import typing as t

import pytest
from optional import needs_browser

from ansible_collections.bseries.sra.plugins.module_utils._browser import overlays, page_scripts
from ansible_collections.bseries.sra.plugins.module_utils._browser.chromium import Chromium
from ansible_collections.bseries.sra.plugins.module_utils._errors import PageError
from ansible_collections.bseries.sra.plugins.module_utils._pages import _press
from ansible_collections.bseries.sra.plugins.module_utils._web.faults import ServerStarting, SessionExpired

from .foreign import Screen

pytestmark = needs_browser


@pytest.fixture(scope="module")
def screen() -> t.Iterator[Screen]:
    with Chromium() as chromium:
        made = Screen(chromium)
        yield made
        made.web._signed_in = False


MATERIAL = """
<div class="app"><mat-form-field><div class="infix"><input id="a" formcontrolname="ip" required><span class="floating">IP Address *</span></div>
<mat-hint class="hint">of this node</mat-hint></mat-form-field>
<mat-form-field><label id="l1">Enabled</label><div role="combobox" tabindex="0" aria-haspopup="listbox" aria-expanded="false" aria-labelledby="l1"
 id="pick"><span>No</span></div></mat-form-field>
<mat-slide-toggle><button role="switch" id="sw" aria-checked="false" aria-label="Telnet"><svg><title>x</title></svg></button></mat-slide-toggle>
<button class="mat-button is-disabled" id="save" disabled>Save Changes</button></div>"""
MATERIAL_SCRIPT = """
const $ = (id) => document.getElementById(id);
let enabled = "No";
const check = () => { $("save").disabled = !($("a").value && $("a").dataset.left); };
$("a").addEventListener("input", check);
$("a").addEventListener("blur", () => { $("a").dataset.left = "1"; check(); });
$("sw").onclick = () => setTimeout(() => $("sw").setAttribute("aria-checked", $("sw").getAttribute("aria-checked") !== "true"), 60);
$("pick").addEventListener("click", () => setTimeout(() => {
  const pane = document.createElement("div"); pane.setAttribute("role", "listbox");
  for (const text of ["Yes", "No"]) {
    const one = document.createElement("div"); one.setAttribute("role", "option"); one.textContent = text;
    one.onclick = () => { enabled = text; $("pick").firstChild.textContent = text; pane.remove(); };
    pane.append(one);
  }
  document.body.append(pane);
  addEventListener("keydown", (event) => { if (event.key === "Escape") pane.remove(); }, {once: true});
}, 50));
$("save").onclick = () => {
  const box = document.createElement("div");
  box.innerHTML = '<div class="backdrop"></div><mat-dialog role="dialog" aria-modal="true"><h2>Are you sure?</h2><button id="no">Cancel</button>'
    + '<button id="yes">Yes</button></mat-dialog>';
  document.body.append(box);
  box.querySelector("#no").onclick = () => box.remove();
  box.querySelector("#yes").onclick = async () => {
    box.remove();
    await fetch("/save", {method: "PUT", body: JSON.stringify({ip: $("a").value, enabled, telnet: $("sw").getAttribute("aria-checked")})});
    const bar = document.createElement("div"); bar.className = "snackbar"; bar.textContent = "Your changes were saved.";
    document.body.append(bar); setTimeout(() => bar.remove(), 30);
  };
};"""


def test_floating_labels_drawn_selects_switches_waiting_buttons_and_dialogs(screen: Screen) -> None:
    view = screen.show(MATERIAL, MATERIAL_SCRIPT, save={})
    finder = screen.web.finder(view, "ip_configuration")
    address, enabled = finder.control("ip_address"), finder.control("enabled", types=("select",))
    assert [option.text for option in enabled.options if option.selected] == ["No"]
    telnet = next(control for control in view.controls if control.type == "checkbox")
    values = {address: "192.0.2.10", enabled: "Yes", telnet: True}
    press = _press.Press(screen.web, "ip_configuration", "save_changes", "save the address")
    result = press.run(view, finder.action("save_changes"), values)
    assert screen.back.sent == [("PUT", "/save", {"ip": "192.0.2.10", "enabled": "Yes", "telnet": "true"})]
    assert "saved" in result.message


PLUGINS = """
<nav><ul><li><a href="#">Basics</a></li></ul></nav><section>
<label for="s">Enabled</label><select id="s" style="display:none"><option value="0">No</option><option value="1">Yes</option></select>
<span class="select2"><span>No</span></span>
<label><input type="checkbox" id="t" style="display:none"><i class="tick"></i> Telnet Server</label>
<div><label for="m">IP Address</label> <input id="m" value=""></div>
<input type="button" value="Save Changes" id="save" style="display:inline"></section>"""
PLUGINS_SCRIPT = """
const m = document.getElementById("m"); let keys = "";
m.addEventListener("keydown", (event) => { if (event.key.length === 1) keys += event.key; });
m.addEventListener("input", () => { if (m.value !== keys) m.value = keys; });
document.getElementById("save").onclick = () => { const x = new XMLHttpRequest(); x.open("POST", "/save");
  x.send(JSON.stringify([document.getElementById("s").value, document.getElementById("t").checked, m.value])); };"""


def test_fields_that_are_hidden_under_drawn_ones_and_masks(screen: Screen) -> None:
    view = screen.show(PLUGINS, PLUGINS_SCRIPT, save={})
    finder = screen.web.finder(view, "ip_configuration")
    telnet = next(control for control in view.controls if control.type == "checkbox")
    assert telnet.visible
    values = {
        finder.control("ip_address"): "192.0.2.77",
        finder.control("enabled", types=("select",)): "1",
        telnet: True,
    }
    screen.press(view, finder, "save_changes", values)
    assert screen.back.sent == [("POST", "/save", ["1", True, "192.0.2.77"])]


COMPONENTS = """<x-field label="Netmask"></x-field><x-field label="IP Address"></x-field><x-go></x-go>
<iframe srcdoc="<h2>Frame</h2><label for='input'>Default Gateway</label> <input id='input'>
<button onclick='parent.done(document.querySelector(`input`).value)'>Go On</button>"></iframe>"""
COMPONENTS_SCRIPT = """
customElements.define("x-field", class extends HTMLElement { connectedCallback() {
  this.attachShadow({mode: "closed"}).innerHTML = '<div><input id="input"></div>'; this.field = () => document.body; } });
customElements.define("x-go", class extends HTMLElement { connectedCallback() {
  const root = this.attachShadow({mode: "open"}); root.innerHTML = '<button><svg><title>Save Changes</title></svg></button>';
  root.firstChild.onclick = () => fetch("/save", {method: "POST", body: JSON.stringify({pressed: 1})}); } });
window.done = (text) => fetch("/save", {method: "POST", body: JSON.stringify({gateway: text})});"""


def test_each_shadow_tree_and_frame_has_names_of_its_own(screen: Screen) -> None:
    view = screen.show(COMPONENTS, COMPONENTS_SCRIPT, save={})
    finder = screen.web.finder(view, "ip_configuration")
    assert finder.control("ip_address").labels == ("IP Address",)
    labels = {control.caption: control for control in view.controls}
    assert set(labels) == {"Netmask", "IP Address", "Default Gateway"}
    screen.press(view, finder, "save_changes")
    assert screen.back.sent == [("POST", "/save", {"pressed": 1})]
    view, finder = screen.look()
    gateway = next(control for control in view.controls if control.caption == "Default Gateway")
    button = next(button for button in view.buttons if button.caption == "Go On")
    screen.web.press(view, button, {gateway: "192.0.2.1"}, purpose="save the gateway")
    assert screen.back.sent[1:] == [("POST", "/save", {"gateway": "192.0.2.1"})]


def test_a_list_that_draws_only_the_rows_in_sight_is_read_whole(screen: Screen) -> None:
    script = """
    const box = document.getElementById("box"), all = [...Array(120).keys()];
    const draw = () => { const first = Math.floor(box.scrollTop / 30), count = Math.ceil(box.clientHeight / 30) + 1;
      box.firstChild.style.height = all.length * 30 + "px";
      box.firstChild.replaceChildren(...all.slice(first, first + count).map((n) => { const row = document.createElement("div");
        row.setAttribute("role", "row"); row.textContent = `Row ${n}.`; row.style = `position:absolute;top:${n * 30}px`; return row; })); };
    new ResizeObserver(draw).observe(box); box.addEventListener("scroll", draw); draw();"""
    style = "#box {height: 240px; overflow-y: auto; position: relative}"
    view = screen.show('<div id="box" role="grid"><div></div></div>', script, style)
    assert [f"Row {number}." in view.lines for number in range(120)] == [True] * 120


def test_a_list_that_loads_more_at_its_end_is_read_whole(screen: Screen) -> None:
    script = """
    const list = document.getElementById("list"); let page = 0;
    const more = async () => { if (page > 2) return; const n = page++; const rows = await (await fetch(`/rows`)).json();
      for (const row of rows) { const li = document.createElement("li"); li.style.height = "60px"; li.textContent = `${row} ${n}`; list.append(li); } };
    const end = document.getElementById("end");
    const near = new IntersectionObserver((seen) => { if (seen[0].isIntersecting) more().then(() => { near.unobserve(end); near.observe(end); }); });
    near.observe(end);"""
    view = screen.show('<ul id="list"></ul><div id="end">.</div>', script, rows=[f"item {n} of" for n in range(20)])
    assert [f"item 19 of {number}" in view.lines for number in range(3)] == [True] * 3


ROWS = "<table>{}</table>".format(
    "".join(f"<tr><td>{name}</td><td><button>Save Changes</button></td></tr>" for name in ("one", "two"))
)
ROWS_SCRIPT = """
const cells = document.querySelectorAll("td:first-child");
window.wire = () => document.querySelectorAll("button").forEach((button) => { button.onclick = () =>
  fetch("/save", {method: "POST", body: JSON.stringify(button.closest("tr").cells[0].textContent)}); });
window.name_them = (names) => cells.forEach((cell, n) => { cell.textContent = names[n]; });
window.anew = () => { const box = document.querySelector("table"); box.innerHTML = box.innerHTML; wire(); };
wire();"""


@pytest.mark.parametrize("change", ["name_them(['two', 'one'])", "anew()"])
def test_the_same_row_is_pressed_wherever_it_stands_by_now(screen: Screen, change: str) -> None:
    view = screen.show(ROWS, ROWS_SCRIPT, save={})
    screen.web._browser.evaluate(f"() => {{ {change} }}")
    screen.web.press(view, view.buttons[0], {}, purpose="save the first")
    assert screen.back.sent == [("POST", "/save", "one")]


def test_what_stands_for_something_else_by_now_is_not_pressed(screen: Screen) -> None:
    view = screen.show(ROWS, ROWS_SCRIPT, save={})
    screen.web._browser.evaluate("() => name_them(['three', 'four'])")
    with pytest.raises(PageError, match="stands for something else"):
        screen.web.press(view, view.buttons[0], {}, purpose="save the first")
    assert screen.back.sent == []


def test_a_banner_beside_the_page_leaves_it_usable_and_a_notice_above_it_is_closed(screen: Screen) -> None:
    banner = '<div role="dialog" style="position:fixed;bottom:0">We use cookies. <button>Settings</button></div>'
    notice = """<div id="n" role="dialog" style="position:fixed;inset:0;background:white"><h2>What is new</h2><p>A tour of the pages.</p>
      <button onclick="fetch('/tour', {method: 'POST'})">Start the tour</button><button onclick="n.remove()">Not now</button></div>"""
    view = screen.show(f"<section><button>Save Changes</button></section>{banner}")
    assert not screen.web.finder(view, "ip_configuration").action("save_changes").disabled
    view = screen.show(f"<section><button>Save Changes</button></section>{notice}")
    assert overlays.modal_of(view.root) is None
    assert not screen.web.finder(view, "ip_configuration").action("save_changes").disabled
    assert screen.back.sent == []


@pytest.mark.parametrize(
    "text", ["Do you want to restart? <button>OK</button>", "You accept the terms. <button>OK</button>"]
)
def test_a_dialog_that_asks_or_binds_is_left_alone(screen: Screen, text: str) -> None:
    view = screen.show(f'<button>Save Changes</button><div role="dialog" aria-modal="true">{text}</div>')
    assert overlays.modal_of(view.root) is not None
    assert screen.web.finder(view, "ip_configuration").actions("save_changes") == []


def test_an_overlay_may_say_that_the_session_is_over(screen: Screen) -> None:
    screen.show(
        '<nav><a href="/x">Logout</a></nav><div role="alertdialog" aria-modal="true">Your session has expired. <button>Sign in</button></div>'
    )
    with pytest.raises(SessionExpired):
        screen.web._shown(True, ())


def test_data_that_fail_while_the_appliance_starts_are_named(screen: Screen) -> None:
    with pytest.raises(ServerStarting, match="503"):
        screen.show('<div id="app"></div>', 'fetch("/data").then(() => { app.textContent = "Oops."; })', data=503)


def test_menus_of_buttons_and_boxes_lead_as_links_do(screen: Screen) -> None:
    page = """<div class="sidebar"><div class="item" style="cursor:pointer" onclick="go(this)">Status</div>
      <button onclick="go(this)">Networking</button></div>
      <div><button onclick="go(this)">Updates</button><button onclick="go(this)">Security</button><button onclick="go(this)">Support</button></div>
      <button aria-haspopup="menu" onclick="menu.hidden = false">Management</button><div role="menu" id="menu" hidden>
      <div role="menuitem" onclick="go(this)">Failover</div></div>
      <h1 id="t">Home</h1><form><button type="button">Save Changes</button><input aria-label="Note"></form>"""
    script = "window.go = (from) => { t.textContent = from.textContent; }"
    for caption in ("Status", "Networking", "Security", "Failover"):
        view = screen.show(page, script)
        link = next(link for link in view.links if link.caption == caption)
        assert screen.web.follow(link).headings == (caption,) or list(screen.look()[0].headings) == [caption]
    assert "Management" in [link.caption for link in view.links]
    assert [button.caption for button in view.buttons] == ["Save Changes"]


def test_what_would_open_beside_the_page_opens_in_its_place(screen: Screen) -> None:
    view = screen.show(
        '<nav><a href="/other" target="_blank">Other</a><a href="#" onclick="window.open(`/other`)">Script</a></nav>'
    )
    screen.back.answers["/other"] = "<h1>Another page</h1>"
    assert list(screen.web.follow(view.links[0]).headings) == ["Another page"]
    view = screen.show(view.title + '<nav><a href="#" onclick="window.open(`/other`)">Script</a></nav>')
    screen.back.answers["/other"] = "<h1>Another page</h1>"
    assert list(screen.web.follow(view.links[0]).headings) == ["Another page"]


def test_only_what_turns_counts_as_busy(screen: Screen) -> None:
    screen.show('<p>Text</p><div class="file-uploader">Choose</div><div class="app-loading-done">.</div>')
    assert screen.web._browser.evaluate(page_scripts.STATE)["busy"] == 0
    screen.web._browser.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<i class=\"btn-spinner\">o</i><i role=progressbar>o</i>'); }"
    )
    assert screen.web._browser.evaluate(page_scripts.STATE)["busy"] == 2


def test_a_file_that_a_script_sends_in_pieces_is_refused(screen: Screen) -> None:
    page = '<section><label>Software File <input type="file" id="f"></label><button id="go">Update Software</button></section>'
    script = """go.onclick = async () => {
      await fetch("/begin", {method: "POST", body: "{}"}).catch(() => 0);
      await fetch("/piece", {method: "PUT", body: f.files[0].slice(0, 9999)}).catch(() => 0); };"""
    view = screen.show(page, script, begin={}, piece={})
    finder = screen.web.finder(view, "updates")
    file = next(control for control in view.controls if control.type == "file")
    value = ("base-3.3.2.pkg", io.BytesIO(b"package"), "application/octet-stream")
    with pytest.raises(PageError, match="another way than by a form"):
        screen.web.press(view, finder.action("update_software"), {file: value}, purpose="upload the package")
    assert [path for _method, path, _data in screen.back.sent] == ["/begin"]
