# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small web application over real TLS: a shell, a JSON back end, late rendering, a dialog, a toast, a shadow tree, a drawn switch."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
import typing as t

SHELL = """<!DOCTYPE html><html lang="en"><head><title>Appliance</title></head><body><div id="root"></div>
<script src="/static/app.js"></script></body></html>"""

SCRIPT = """
const root = document.getElementById("root");
const later = (f, ms = 120) => setTimeout(f, ms);
const ask = (method, path, data) => fetch(path, {method, headers: {"Content-Type": "application/json", "X-CSRF": token},
  body: data ? JSON.stringify(data) : undefined}).then((r) => r.json().then((j) => ({status: r.status, ...j})));
let token = sessionStorage.getItem("token") || "";
function el(tag, props = {}, ...kids) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) k.startsWith("on") ? e.addEventListener(k.slice(2), v) : e.setAttribute(k, v);
  e.append(...kids); return e;
}
function toast(text) { const e = el("div", {class: "toast", role: "status"}, text); document.body.append(e); later(() => e.remove(), 200); }
function signIn(error) {
  const name = el("input", {placeholder: "Username"}), secret = el("input", {type: "password", placeholder: "Password"});
  root.replaceChildren(el("h2", {}, "Sign in"), el("div", {}, error || ""), name, secret, el("div", {role: "button", tabindex: "0", onclick: async () => {
    const r = await ask("POST", "/rpc/session", {name: name.value, secret: secret.value});
    if (r.status === 200) { token = r.token; sessionStorage.setItem("token", token); home(); } else signIn("Invalid user name or password");
  }}, "Login"));
}
function frame(title, content) {
  root.replaceChildren(el("nav", {}, el("ul", {},
      el("li", {style: "cursor:pointer", onclick: () => basics()}, "Status"),
      el("li", {style: "cursor:pointer", onclick: () => network()}, "Networking"),
      el("li", {style: "cursor:pointer", onclick: () => upload()}, "Updates"),
      el("li", {role: "menuitem", onclick: async () => { await ask("DELETE", "/rpc/session"); signIn(); }}, "Logout"))),
    el("main", {}, el("h1", {}, title), content));
}
function home() { frame("Welcome", el("p", {}, "Choose.")); }
function basics() {
  const box = el("div", {}); frame("Status :: Basics", box);
  box.append(el("div", {class: "spinner"}, ""));
  later(async () => { const r = await ask("GET", "/rpc/basics"); const host = el("x-facts"); const shadow = host.attachShadow({mode: "closed"});
    shadow.append(el("dl", {}, el("dt", {}, "Appliance ID"), el("dd", {}, r.id))); box.replaceChildren(host); }, 300);
}
function network() {
  const address = el("input", {"aria-label": "IP Address"}), toggle = el("div", {role: "switch", tabindex: "0", "aria-checked": "false"}, "Enabled");
  toggle.addEventListener("click", () => toggle.setAttribute("aria-checked", toggle.getAttribute("aria-checked") !== "true"));
  const save = el("button", {}, "Save Changes");
  save.addEventListener("click", () => {
    const dialog = el("div", {role: "dialog", "aria-modal": "true"}, el("p", {}, "Are you sure that you want to save?"),
      el("button", {onclick: () => dialog.remove()}, "Cancel"),
      el("button", {onclick: async () => {
        const enabled = toggle.getAttribute("aria-checked") === "true";
        const r = await ask("POST", "/rpc/network", {address: address.value, enabled});
        dialog.remove(); toast(r.said); }}, "Yes"));
    document.body.append(dialog);
  });
  frame("IP Configuration", el("section", {}, address, toggle, save));
}
function upload() {
  const file = el("input", {type: "file", hidden: ""});
  const go = el("button", {onclick: async () => { const data = new FormData(); data.append("note", "n"); data.append("package", file.files[0]);
    const r = await fetch("/rpc/upload", {method: "POST", body: data}); toast((await r.json()).said); }}, "Update Software");
  frame("Updates", el("section", {}, el("h2", {}, "Manual Installation"), el("label", {}, "Software File ", file), go,
    el("a", {href: "/rpc/file", download: ""}, "Download Backup")));
}
later(async () => { const r = await ask("GET", "/rpc/session"); r.status === 200 ? (token = r.token, home()) : signIn(); });
"""


class Application:
    """A context manager: the server, what it was asked to do, and what it received."""

    def __init__(self, certificate: str, key: str) -> None:
        # The session is told by a cookie, or by what the script keeps in the tab and sends along.
        self.token_in_tab = False
        self.log: list[tuple[str, str]] = []
        self.network: dict[str, t.Any] = {}
        self.received: bytes = b""
        self.signed_in = False
        application = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                application.answer(self)

            do_POST = do_DELETE = do_GET  # noqa: N815 (names of the base class)

            def log_message(self, *unused: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Application:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0]
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.log.append((request.command, path))
        if not path.startswith("/rpc/"):
            script = path.endswith(".js")
            self._send(request, 200, "text/javascript" if script else "text/html", SCRIPT if script else SHELL)
            return
        if path == "/rpc/session":
            self._session(request, body)
            return
        if not self._knows(request):
            self._json(request, 401, {"said": "sign in"})
            return
        if path == "/rpc/basics":
            self._json(request, 200, {"id": "9f3c2a77-1111"})
        elif path == "/rpc/network":
            self.network = json.loads(body)
            self._json(request, 200, {"said": "Your changes were saved."})
        elif path == "/rpc/upload":
            self.received = body
            self._json(request, 200, {"said": "The package was received."})
        else:
            self._send(request, 200, "application/octet-stream", "backup" * 1000)

    def _session(self, request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        if request.command == "DELETE":
            self.signed_in = self.signed_in and not self._knows(request)
            self._json(request, 200, {})
        elif request.command == "GET":
            self._json(request, 200 if self.signed_in and self._knows(request) else 401, {"token": "of the tab"})
        elif json.loads(body) == {"name": "admin", "secret": "right-password"}:
            self.signed_in = True
            cookie = "" if self.token_in_tab else "sid=right; Path=/; Secure; HttpOnly"
            self._json(request, 200, {"token": "of the tab"}, cookie)
        else:
            self._json(request, 403, {"said": "no"})

    def _knows(self, request: http.server.BaseHTTPRequestHandler) -> bool:
        if self.token_in_tab:
            return request.headers.get("X-CSRF") == "of the tab"
        return "sid=right" in (request.headers.get("Cookie") or "")

    def _json(
        self, request: http.server.BaseHTTPRequestHandler, status: int, data: dict[str, t.Any], cookie: str = ""
    ) -> None:
        self._send(request, status, "application/json", json.dumps(data), cookie)

    @staticmethod
    def _send(
        request: http.server.BaseHTTPRequestHandler, status: int, media: str, text: str, cookie: str = ""
    ) -> None:
        data = text.encode()
        request.send_response(status)
        request.send_header("Content-Type", media)
        request.send_header("Content-Length", str(len(data)))
        if cookie:
            request.send_header("Set-Cookie", cookie)
        request.end_headers()
        request.wfile.write(data)
